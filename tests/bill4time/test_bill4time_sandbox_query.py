"""The sandbox's query language, its pages, and who may ask."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import requests

if TYPE_CHECKING:
    from bill4time_office import Office


@pytest.fixture
def first(office: Office) -> int:
    """The id of the first of ten entries, one a day, of 1 to 10 hours; the even ones on another matter."""
    made = [
        office.work(
            f"{hours}.0", f"2026-01-{hours:02}", projectId=office.matter if hours % 2 else office.other
        )
        for hours in range(1, 11)
    ]
    return int(made[0]["id"])


@pytest.mark.parametrize(
    ("condition", "hours"),
    [
        ("entryDate ge '2026-01-08'", [8, 9, 10]),
        ("entryDate lt '2026-01-03T00:00:00'", [1, 2]),
        ("ENTRYDATE EQ '2026-01-03'", [3]),
        ("billableTime gt 9", [10]),
        ("billableTime ne '1.00' AND billableTime le 3", [2, 3]),
        ("entryDate ge '2026-01-02' and entryDate le '2026-01-04' AND projectId eq 20001", [3]),
        ("projectName eq 'Lease' AND billableTime lt 5", [2, 4]),
        ("clientName eq 'O''Brien & Co' AND billableTime eq 7.0", [7]),
        ("isBillable eq false", []),
        ("invoiceId eq null AND billableTime eq 5", [5]),
        ("invoiceId ne null", []),
    ],
)
def test_a_filter_is_read(office: Office, first: int, condition: str, hours: list[int]) -> None:
    assert office.ids("timeEntries", filter=condition) == [first + hour - 1 for hour in hours]


@pytest.mark.parametrize(
    "parameters",
    [
        {"filter": "entryDate"},
        {"filter": "entryDate ge 2026-01-01 or id eq 1"},
        {"filter": "entryDate like '2026'"},
        {"filter": "entryDate ge 'yesterday'"},
        {"filter": "id eq one"},
        {"filter": "hours eq 1"},
        {"filter": "id eq 1 AND"},
        {"filter": "id eq 1 id eq 2"},
        {"filter": "clientName eq 'O'Brien'"},
        {"filter": "billableTime eq NaN"},
        {"orderby": "id sideways"},
        {"orderby": "hours"},
        {"select": "id,hours"},
        {"top": "ten"},
        {"skip": "-1"},
    ],
)
def test_a_bad_query_is_refused(office: Office, parameters: dict[str, str]) -> None:
    answer = office.get("timeEntries", **parameters)

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")


def test_rows_are_ordered(office: Office, first: int) -> None:
    by_matter = office.rows("timeEntries", orderby="projectName, entryDate desc", select="billableTime")

    assert [row["billableTime"] for row in by_matter][:6] == ["10.00", "8.00", "6.00", "4.00", "2.00", "9.00"]
    assert office.ids("timeEntries", orderby="id desc")[0] == first + 9


@pytest.mark.parametrize("name", ["$orderBy", "$orderby", "orderby", "orderBy", "$ORDERBY"])
def test_the_order_is_spelt_in_many_ways(office: Office, first: int, name: str) -> None:
    address = f"{office.sandbox.url}/{office.sandbox.api_key}/v1/timeentries"
    answer = office.session.get(address, params={name: "id desc", "TOP": "1"}, timeout=5)

    assert [row["id"] for row in answer.json()["data"]] == [first + 9]


def test_pages_are_cut_and_capped(office: Office, first: int) -> None:
    office.sandbox.switches.page_cap = 4

    assert office.ids("timeEntries", top=3, skip=2) == [first + 2, first + 3, first + 4]
    assert len(office.ids("timeEntries")) == len(office.ids("timeEntries", top=100)) == 4
    assert office.ids("timeEntries", top=4, skip=8) == [first + 8, first + 9]
    assert office.ids("timeEntries", skip=10) == office.ids("timeEntries", top=0) == []


def test_fields_are_selected_in_any_case(office: Office, first: int) -> None:
    assert office.rows("timeEntries", "v1", select="ID, billabletime", top=1) == [
        {"id": first, "billableTime": "1.00"}
    ]
    assert office.rows("timeEntries", "v2", select="id,invoiceid", top=1) == [
        {"TimeEntryID": first, "InvoiceID": None}
    ]
    assert office.rows("timeEntries", "v2", filter=f"id eq {first + 1}", select="entryDate") == [
        {"EntryDate": "2026-01-02T00:00:00"}
    ]


def test_the_count_comes_where_it_is_known(office: Office, first: int) -> None:
    asked = {"count": "true", "top": 1, "filter": f"id gt {first}"}
    assert set(office.get("timeEntries", **asked).json()) == {"data"}

    office.sandbox.switches.count = True

    assert office.get("timeEntries", **asked).json()["count"] == 9


@pytest.mark.parametrize(
    "path", ["b4t-api/{}/v1/nothing", "b4t-api/{}/v2/payments", "apinode/{}/v2/clients", "x"]
)
def test_what_is_not_there_is_not_found(office: Office, path: str) -> None:
    root = office.sandbox.url.removesuffix("b4t-api")
    answer = office.session.get(root + path.format(office.sandbox.api_key), timeout=5)

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_the_older_base_has_the_same(office: Office) -> None:
    old = office.sandbox.url.replace("b4t-api", "apinode")
    answer = office.session.get(f"{old}/{office.sandbox.api_key}/v1/clients", timeout=5)

    assert answer.json() == office.get("clients").json()


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "HEAD"])
def test_the_api_only_reads(office: Office, method: str) -> None:
    address = f"{office.sandbox.url}/{office.sandbox.api_key}/v1/clients"
    answer = office.session.request(method, address, json={"clientName": "Bolt"}, timeout=5)

    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET")
    assert office.firm.number("clients") == 1


@pytest.mark.parametrize("status", [401, 403, 404, 200])
def test_a_wrong_key_is_answered_in_one_of_several_ways(office: Office, status: int) -> None:
    office.sandbox.switches.wrong_key = status
    answer = office.session.get(f"{office.sandbox.url}/wrong/v1/clients", timeout=5)

    assert answer.status_code == status
    assert "data" not in answer.json()
    assert office.get("clients").status_code == 200


def test_a_key_may_open_one_version_only(office: Office) -> None:
    office.sandbox.switches.key_opens = "v2"

    assert [office.get("clients", version).status_code for version in ("v1", "v2")] == [401, 200]


def test_requests_are_counted(office: Office) -> None:
    office.get("clients")
    office.get("payments")
    office.get("paymentsandbalanceadjustments", "v2")
    office.get("nothing")

    assert office.sandbox.requests == {"total": 4, "clients": 1, "payments": 2}
    office.sandbox.reset_requests()
    assert office.sandbox.requests == {}


def test_pace_is_limited_when_told(office: Office) -> None:
    assert {office.get("clients").status_code for _ in range(20)} == {200}
    office.sandbox.switches.set(per_minute=2)

    answers = [office.get("clients") for _ in range(3)]
    office.sandbox.advance(timedelta(seconds=60))

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].headers["Retry-After"] == "60"
    assert office.get("clients").status_code == 200


def test_a_client_that_hangs_up_leaves_the_firm_in_peace(office: Office) -> None:
    office.sandbox.tell("slow", seconds=0.1)
    with pytest.raises(requests.Timeout):
        office.session.get(f"{office.sandbox.url}/{office.sandbox.api_key}/v1/clients", timeout=0.02)

    assert office.rows("clients")


def shown(document: Any, envelope: str) -> Any:
    return document if envelope == "list" else document[envelope]


@pytest.mark.parametrize("envelope", ["data", "value", "list"])
@pytest.mark.parametrize("version", ["v1", "v2"])
def test_rows_come_in_one_of_several_envelopes(office: Office, version: str, envelope: str) -> None:
    office.sandbox.switches.envelope = envelope

    assert len(shown(office.get("clients", version).json(), envelope)) == 1
