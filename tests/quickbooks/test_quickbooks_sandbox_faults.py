"""The sandbox: what it does wrong when it is told to, and to which requests."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest
import requests
from sandbox_client import create, version

if TYPE_CHECKING:
    from sandbox_client import Body, Client

    from hub_quickbooks.sandbox import QuickBooksSandbox


def made(client: Client) -> int:
    """How many customers there are, as a person sees it."""
    return client.sandbox.company.object_counts().get("Customer", 0)


def send(client: Client, name: str = "Acme") -> requests.Response:
    return client.call("POST", "customer", {"DisplayName": name})


def lost(client: Client, name: str = "Acme") -> bool:
    """Whether the answer to a write gets lost."""
    try:
        send(client, name)
    except requests.ConnectionError:
        return True
    return False


@pytest.mark.parametrize(("fault", "number"), [("drop", 1), ("drop_before", 0)])
def test_a_connection_is_cut_after_or_before_it_is_done(client: Client, fault: str, number: int) -> None:
    client.sandbox.company.tell(fault)

    assert lost(client)
    assert made(client) == number


def test_an_answer_never_comes_though_it_is_done(client: Client) -> None:
    client.sandbox.company.tell("time_out")

    with pytest.raises(requests.ReadTimeout):
        client.session.post(f"{client.base}/customer", json={"DisplayName": "Acme"}, timeout=0.1)
    assert made(client) == 1


def test_a_held_connection_is_closed_in_the_end(client: Client) -> None:
    client.sandbox.company.tell("time_out", seconds=0.1)

    assert lost(client)
    assert made(client) == 1


def test_a_slow_request_is_done_after_the_client_has_gone(client: Client) -> None:
    client.sandbox.company.tell("slow", seconds=0.15)

    with pytest.raises(requests.ReadTimeout):
        client.session.post(f"{client.base}/customer", json={"DisplayName": "Acme"}, timeout=0.05)
    assert made(client) == 0
    until = time.monotonic() + 5
    while not made(client) and time.monotonic() < until:
        time.sleep(0.02)
    assert made(client) == 1


@pytest.mark.parametrize("committed", [True, False])
@pytest.mark.parametrize("status", [500, 503])
def test_a_server_error_says_nothing_of_what_was_done(
    client: Client, status: int, *, committed: bool
) -> None:
    client.sandbox.company.tell("error", status=status, committed=committed)

    answer = send(client)

    assert (answer.status_code, answer.json()["Fault"]["Error"][0]["code"]) == (status, "10000")
    assert answer.json()["Fault"]["type"] == "SystemFault"
    assert made(client) == committed


@pytest.mark.parametrize("status", [404, 503])
def test_a_page_for_people_may_come_instead(client: Client, status: int) -> None:
    client.sandbox.company.tell("html", status=status)

    answer = send(client)

    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "text/html")
    assert answer.text.startswith("<!DOCTYPE html>")
    assert made(client) == 0


def test_a_throttle_may_answer_in_xml(client: Client) -> None:
    client.sandbox.company.tell("throttle")
    client.sandbox.company.tell("throttle", xml=True)

    assert send(client).json()["Fault"]["Error"][0]["code"] == "3001"
    answer = send(client)
    assert (answer.status_code, answer.headers["Content-Type"]) == (429, "application/xml")
    assert '<Fault type="SERVICE"><Error code="3001">' in answer.text
    assert made(client) == 0


def test_faults_come_in_their_order_and_as_often_as_told(client: Client) -> None:
    company = client.sandbox.company
    company.tell("error", status=500, times=2)
    company.tell("error", status=503)

    assert [send(client).status_code for _ in range(4)] == [500, 500, 503, 200]


def test_a_fault_without_times_stays_until_it_is_cleared(client: Client) -> None:
    client.sandbox.company.tell("error", times=None)
    assert {send(client).status_code for _ in range(5)} == {500}

    client.sandbox.company.faults.clear()

    assert send(client).status_code == 200


def requests_of_every_sort(client: Client) -> dict[str, int]:
    customer = {"DisplayName": str(time.monotonic_ns())}
    reading = {"BatchItemRequest": [{"bId": "1", "Query": "select * from Item"}]}
    writing = {"BatchItemRequest": [create("1", "Customer", {"DisplayName": str(time.monotonic_ns())})]}
    return {
        "get": client.call("GET", "preferences").status_code,
        "query": client.call("POST", "query", "select * from Item").status_code,
        "write": client.call("POST", "customer", customer).status_code,
        "batch that reads": client.call("POST", "batch", reading).status_code,
        "batch that writes": client.call("POST", "batch", writing).status_code,
        "token": client.tokens(
            grant_type="refresh_token", refresh_token=client.sandbox.refresh_token
        ).status_code,
    }


@pytest.mark.parametrize(
    ("on", "hit"),
    [
        ("read", {"get", "query", "batch that reads"}),
        ("write", {"write", "batch that writes"}),
        ("batch", {"batch that reads", "batch that writes"}),
        ("token", {"token"}),
        (
            "any",
            {"get", "query", "write", "batch that reads", "batch that writes", "token"},
        ),
    ],
)
def test_a_fault_meets_the_requests_that_it_is_told_for(client: Client, on: str, hit: set[str]) -> None:
    client.sandbox.company.tell("error", on=on, status=503, times=None)

    answers = requests_of_every_sort(client)

    assert {name for name, status in answers.items() if status == 503} == hit
    assert {status for name, status in answers.items() if name not in hit} <= {200}


@pytest.mark.parametrize("how", [{"fault": "explode"}, {"fault": "drop", "on": "monday"}])
def test_a_fault_that_is_not_known_is_not_told(sandbox: QuickBooksSandbox, how: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="No fault"):
        sandbox.company.tell(**how)


def test_reads_break_and_answers_get_lost_for_the_conformance_kit(client: Client) -> None:
    client.sandbox.break_source()
    client.sandbox.lose_answers()

    assert client.call("GET", "preferences").status_code == 503
    assert lost(client, "Acme")
    assert lost(client, "Bolt")
    assert made(client) == 2


def test_a_lost_answer_is_had_by_asking_again(client: Client) -> None:
    def ask() -> Body:
        return client.batch(create("1", "Customer", {"DisplayName": "Acme"}), requestid="r1")

    client.sandbox.company.tell("drop", on="batch")
    with pytest.raises(requests.ConnectionError):
        ask()

    answer = ask()["1"]["Customer"]

    assert client.get("Customer", answer["Id"]) == answer
    assert made(client) == 1


def test_a_part_that_fails_leaves_nothing_behind(client: Client) -> None:
    acme = client.customer()
    bill = client.invoice(acme, "10.00")
    line = {"Amount": 10, "LinkedTxn": [{"TxnId": bill["Id"], "TxnType": "Invoice"}]}
    payment = {"CustomerRef": {"value": acme["Id"]}, "TotalAmt": 5, "Line": [line]}

    answers = client.batch(create("1", "Payment", payment), create("2", "Customer", {"DisplayName": "B"}))

    assert "Fault" in answers["1"]
    assert client.get("Invoice", bill["Id"]) == bill
    assert client.ask("POST", "invoice", version(bill), operation="void")["Invoice"]["Balance"] == 0
