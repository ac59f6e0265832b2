"""What the sandbox does wrong when it is told to."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import requests

from hub_bill4time.sandbox import Bill4TimeSandbox, Refused

if TYPE_CHECKING:
    from pathlib import Path

    from bill4time_office import Office

    from hub.testing import FakeClock


@pytest.fixture
def made(office: Office) -> list[int]:
    """The ids of nine entries, of which a page shows four."""
    office.sandbox.switches.page_cap = 4
    return [office.work()["id"] for _ in range(9)]


def listed(office: Office) -> list[list[int]]:
    return [office.ids("timeEntries", orderby="id", skip=skip) for skip in (0, 4, 8)]


def test_a_row_goes_between_two_pages(office: Office, made: list[int]) -> None:
    office.sandbox.tell("shift", on="timeEntries", after=1)

    assert listed(office) == [made[:4], made[5:], []]
    assert office.firm.number("timeEntries") == 8


def test_rows_come_in_between_two_pages(office: Office, made: list[int]) -> None:
    office.sandbox.switches.ignores_orderby = True
    office.sandbox.tell("shift", on="timeEntries", after=1, rows=2, added=True)
    newest = made[::-1]

    assert listed(office) == [newest[:4], newest[2:6], newest[6:9]]
    assert office.firm.number("timeEntries") == 11


def test_a_page_is_given_twice(office: Office, made: list[int]) -> None:
    office.sandbox.tell("repeat_page", after=1)

    assert listed(office) == [made[:4], made[:4], made[8:]]


def test_only_the_last_page_is_cut_short(office: Office, made: list[int]) -> None:
    office.firm.remove("timeEntries", made.pop())
    office.sandbox.tell("short_last_page", rows=3)

    assert listed(office) == [made[:4], made[4:5], []]
    assert listed(office)[1] == made[4:8]


def test_a_filter_or_an_order_is_passed_over(office: Office, made: list[int]) -> None:
    office.sandbox.switches.ignores_filter = True
    assert office.ids("timeEntries", filter=f"id gt {made[6]}") == made[:4]
    office.sandbox.switches.ignores_filter = False
    office.sandbox.switches.ignores_orderby = True
    assert office.ids("timeEntries", filter=f"id gt {made[6]}", orderby="id") == made[:6:-1]


def test_the_key_ends_in_the_middle(office: Office, made: list[int]) -> None:
    office.sandbox.tell("expire", after=2)

    states = [office.get("timeEntries", skip=skip).status_code for skip in (0, 4, 8, 8)]
    old = office.sandbox.api_key
    new = office.sandbox.renew_key()

    assert states == [200, 200, 401, 401]
    assert (new != old, office.ids("timeEntries", skip=8)) == (True, made[8:])
    address = f"{office.sandbox.url}/{old}/v1/clients"
    assert office.session.get(address, timeout=5).status_code == 401


def test_json_is_cut_off(office: Office, made: list[int]) -> None:
    office.sandbox.tell("cut_json", on="clients")

    assert office.ids("timeEntries") == made[:4]
    answer = office.get("clients")
    assert answer.status_code == 200
    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        json.loads(answer.text)


@pytest.mark.parametrize(("told", "said"), [({}, None), ({"retry_after": 7}, "7")])
def test_a_client_is_throttled(office: Office, told: dict[str, int], said: str | None) -> None:
    office.sandbox.tell("throttle", **told)

    answer = office.get("clients")
    assert (answer.status_code, answer.json()["code"]) == (429, "rate_limit_exceeded")
    assert answer.headers.get("Retry-After") == said


def test_faults_of_every_system_are_played(office: Office) -> None:
    office.sandbox.tell("drop")
    with pytest.raises(requests.ConnectionError):
        office.get("clients")
    office.sandbox.tell("error", status=502)
    office.sandbox.tell("html", status=503)

    failed, page = office.get("clients"), office.get("clients")
    assert (failed.status_code, failed.json()["code"]) == (502, "internal_error")
    assert page.headers["Content-Type"] == "text/html"
    office.sandbox.break_source()
    assert {office.get(name).status_code for name in ("clients", "users", "invoices")} == {503}
    office.sandbox.faults.clear()
    assert office.rows("clients")


def test_what_is_not_known_is_not_told(office: Office) -> None:
    with pytest.raises(ValueError, match="No fault 'explode'"):
        office.sandbox.tell("explode")
    with pytest.raises(ValueError, match="on 'monday'"):
        office.sandbox.tell("drop", on="monday")
    with pytest.raises(Refused, match="No switch 'casing' with 'upper'"):
        office.sandbox.switches.set(casing="upper")
    with pytest.raises(Refused, match="No switch 'colour'"):
        office.sandbox.switches.set(colour="red")


def drive(sandbox: Bill4TimeSandbox, place: str, document: object = None, status: int = 200) -> object:
    root = sandbox.url.removesuffix("/b4t-api")
    method = "GET" if document is None else "POST"
    answer = requests.request(method, f"{root}/sandbox/{place}", json=document, timeout=5)
    assert answer.status_code == status, answer.text
    return answer.json()


def test_it_is_driven_from_another_process(office: Office) -> None:
    sandbox = office.sandbox
    drive(sandbox, "clock", {"advance": 86_400})
    bolt = drive(sandbox, "objects/clients", {"clientName": "Bolt"})
    drive(sandbox, "faults", {"fault": "error", "on": "users", "status": 503})
    drive(sandbox, "switches", {"page_cap": 1})

    assert bolt["creationDate"].startswith("2026-01-06")  # type: ignore[index]
    assert [office.get(name).status_code for name in ("users", "clients")] == [503, 200]
    assert len(office.rows("clients")) == 1
    counts = drive(sandbox, "counts")
    assert counts["objects"]["clients"] == 2  # type: ignore[index]
    assert counts["requests"] == {"total": 2, "clients": 2}  # type: ignore[index]
    assert len(drive(sandbox, "objects/clients")["clients"]) == 2  # type: ignore[index]
    drive(sandbox, "reset-counts", {})
    assert sandbox.requests == {}
    assert drive(sandbox, "key", {}) == {"api_key": sandbox.api_key}


@pytest.mark.parametrize(
    ("place", "document", "status"),
    [
        ("nowhere", None, 404),
        ("nowhere", {}, 404),
        ("clock", {}, 400),
        ("faults", {"fault": "explode"}, 400),
        ("faults", {"fault": "drop", "colour": "red"}, 400),
        ("switches", {"colour": "red"}, 400),
        ("objects/clients", {"name": "Bolt"}, 400),
        ("clock", [1], 400),
    ],
)
def test_it_answers_whoever_drives_it_wrongly(
    office: Office, place: str, document: object, status: int
) -> None:
    assert "error" in drive(office.sandbox, place, document, status)  # type: ignore[operator]


def test_a_firm_goes_on_where_it_stopped(tmp_path: Path, clock: FakeClock) -> None:
    path = tmp_path / "firm.db"
    with Bill4TimeSandbox(path, clock=clock) as sandbox:
        sandbox.firm.seed_entries(30)
        key, last = sandbox.api_key, sandbox.firm.all("timeEntries")[-1]
        bill = sandbox.firm.prebill(client=last["clientId"])
        sandbox.firm.remove("timeEntries", sandbox.firm.add("timeEntries", **like(last))["id"])

    with Bill4TimeSandbox(path, clock=clock) as sandbox:
        firm = sandbox.firm
        assert (sandbox.api_key, firm.number("timeEntries")) == (key, 30)
        assert firm.all("invoices") == [bill]
        assert firm.add("timeEntries", **like(last))["id"] == last["id"] + 2
        assert firm.prebill(client=last["clientId"])["customId"] == "1002"


def like(entry: dict[str, object]) -> dict[str, object]:
    return {name: entry[name] for name in ("projectId", "userId", "entryDate", "billableTime")}


def test_many_entries_are_made_alike(sandbox: Bill4TimeSandbox) -> None:
    sandbox.firm.seed_entries(50)
    sandbox.firm.seed_entries(50)

    assert (sandbox.firm.number("timeEntries"), sandbox.firm.number("clients")) == (100, 40)
    entries = sandbox.firm.all("timeEntries")
    assert all(one["billableAmount"] == one["billableTime"] * one["hourlyRate"] for one in entries)
