"""The sandbox: how often it may be asked, and how often it was."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sandbox_client import Client, create, refused

from hub_quickbooks.sandbox import QuickBooksSandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.testing import FakeClock


@pytest.fixture
def limited(clock: FakeClock) -> Iterator[Client]:
    with QuickBooksSandbox(clock=clock) as sandbox, Client(sandbox) as client:
        yield client


def statuses(client: Client, number: int) -> list[int]:
    return [client.call("GET", "preferences").status_code for _ in range(number)]


def test_ten_requests_a_second_are_the_most(limited: Client, clock: FakeClock) -> None:
    assert statuses(limited, 11) == [200] * 10 + [429]
    clock.advance(timedelta(seconds=0.9))
    assert statuses(limited, 1) == [429]
    clock.advance(timedelta(seconds=0.1))
    assert statuses(limited, 11) == [200] * 10 + [429]


def test_500_requests_a_minute_are_the_most(limited: Client, clock: FakeClock) -> None:
    for _ in range(50):
        assert statuses(limited, 10) == [200] * 10
        clock.advance(timedelta(seconds=1))

    assert statuses(limited, 1) == [429]
    clock.advance(timedelta(seconds=10))
    assert statuses(limited, 10) == [200] * 10
    assert statuses(limited, 1) == [429]


def test_40_batches_a_minute_are_the_most(limited: Client, clock: FakeClock) -> None:
    empty = {"BatchItemRequest": []}
    for _ in range(40):
        assert limited.call("POST", "batch", empty).status_code == 200
        clock.advance(timedelta(seconds=1))

    assert limited.call("POST", "batch", empty).status_code == 429
    assert statuses(limited, 1) == [200]
    clock.advance(timedelta(seconds=20))
    assert limited.call("POST", "batch", empty).status_code == 200


def test_too_many_requests_are_answered_with_3001_and_do_nothing(limited: Client) -> None:
    statuses(limited, 10)

    answer = limited.call("POST", "customer", {"DisplayName": "Acme"})

    fault = answer.json()["Fault"]
    assert (answer.status_code, fault["type"], fault["Error"][0]["code"]) == (429, "SERVICE", "3001")
    assert "Retry-After" not in answer.headers
    assert limited.sandbox.company.object_counts().get("Customer", 0) == 0


def test_limits_can_be_switched_off(client: Client) -> None:
    assert statuses(client, 30) == [200] * 30


def test_requests_are_counted_by_sort(client: Client) -> None:
    company = client.sandbox.company
    company.reset_counts()
    acme = client.customer()
    client.get("Customer", acme["Id"])
    client.query("select * from Item")
    client.ask("GET", "cdc", entities="Customer", changedSince="2026-01-05T09:00:00Z")
    client.batch(
        create("1", "Customer", {"DisplayName": "B"}),
        {"bId": "2", "Query": "select * from Item"},
        {"bId": "3", "Query": "select * from Account"},
    )
    with refused("6240"):
        client.customer()

    assert company.counts == {
        "get": 1,
        "query": 1,
        "cdc": 1,
        "batch query": 2,
        "batch": 1,
        "write": 2,
        "token": 0,
        "throttled": 0,
    }


def test_429s_and_tokens_are_counted_too(limited: Client) -> None:
    statuses(limited, 12)

    counts = limited.sandbox.company.counts
    assert (counts["get"], counts["throttled"], counts["token"]) == (10, 2, 1)


def test_reads_that_fail_are_not_metered(client: Client) -> None:
    for statement in ("select", "select * from Nothing"):
        with refused("4001"):
            client.query(statement)
    with refused("610"):
        client.get("Customer", "999")

    assert sum(client.sandbox.company.counts[sort] for sort in ("get", "query", "cdc")) == 0


def test_a_month_without_reads_left_answers_403_until_it_turns(client: Client, clock: FakeClock) -> None:
    client.sandbox.company.switches.read_allowance = 2
    client.query("select * from Item")
    client.batch({"bId": "1", "Query": "select * from Item"})

    for place in ("preferences", "query?query=select%20*%20from%20Item", "cdc?entities=Item"):
        assert client.call("GET", place).status_code == 403, place
    inside = client.batch({"bId": "1", "Query": "select * from Item"})["1"]
    assert inside["Fault"]["Error"][0]["code"] == "3103"
    client.customer()

    clock.advance(timedelta(days=27))
    client.connect()
    assert statuses(client, 1) == [200]
    assert client.sandbox.company.month_counts["get"] == 1


def test_every_answer_has_a_number_for_support(client: Client) -> None:
    numbers = {client.call("GET", "preferences").headers["intuit_tid"] for _ in range(3)}

    assert len(numbers) == 3


def test_the_minor_version_may_be_named(client: Client) -> None:
    assert client.call("GET", "preferences", minorversion="75").status_code == 200


def test_what_is_nowhere_is_404(client: Client) -> None:
    for place in ("/v3/company", "/v4/company/1/invoice", "/"):
        assert client.session.get(client.sandbox.url + place, timeout=5).status_code == 404
