"""Import templates, filled in and handed to the vendor."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from openpyxl import Workbook

from hub_bill4time.sandbox import Refused

if TYPE_CHECKING:
    from pathlib import Path

    from bill4time_office import Office

HEADINGS = [
    "Client ID",
    "Client Name",
    "Project ID",
    "Project Name",
    "User",
    "User ID",
    "Billable Hours",
    "Date of Work",
    "Private Description",
    "Status",
    "Billable",
    "Public Description",
    "Override Rate",
    "Flat Fee",
]
GOOD = {
    "Client ID": "100",
    "Client Name": "O'Brien & Co",
    "Project ID": "100-01",
    "Project Name": "Smith v. Jones",
    "User": "Ada Doyle",
    "User ID": "",
    "Billable Hours": "1.25",
    "Date of Work": "01/02/2026",
    "Private Description": "Draft, and revise",
    "Status": "Ready for Billing",
    "Billable": "True",
}


def template(path: Path, *rows: dict[str, str], headings: list[str] = HEADINGS) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, headings, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_time_entries_are_taken(office: Office, tmp_path: Path) -> None:
    rows = [
        GOOD,
        {**GOOD, "Status": "Billing Complete", "Billable": "false", "User": "", "User ID": str(office.user)},
        {
            **GOOD,
            "Client ID": "",
            "Project ID": "",
            "Override Rate": "$1,000.00",
            "Public Description": "Call",
        },
        {**GOOD, "Project ID": "", "Project Name": "", "Flat Fee": "750"},
    ]
    taken = office.firm.take_import(template(tmp_path / "time.csv", *rows))

    assert (taken.resource, taken.refused) == ("timeEntries", [])
    entries = office.firm.all("timeEntries")
    assert [entry["id"] for entry in entries] == taken.added
    plain, billed, special, flat = entries
    assert {
        "clientId": office.client,
        "projectId": office.matter,
        "userId": office.user,
        "billableTime": Decimal("1.25"),
        "billableAmount": Decimal(500),
        "entryDate": date(2026, 1, 2),
        "descriptionPrivate": "Draft, and revise",
        "billingStatus": "Ready For Billing",
        "isBillable": True,
    }.items() <= plain.items()
    assert (billed["billingStatus"], billed["isBillable"], billed["billableAmount"]) == (
        "Billing Complete",
        False,
        0,
    )
    assert (special["projectId"], special["billableAmount"]) == (office.matter, 1250)
    assert (flat["projectId"], flat["billableAmount"], flat["flatFee"]) == (-1, 750, True)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"Client ID": "200"}, "no client '200'"),
        ({"Client ID": "", "Client Name": "Bolt"}, "no client 'Bolt'"),
        ({"Project ID": "100-09"}, "no project '100-09'"),
        ({"User": "Bob"}, "no user 'Bob'"),
        ({"Billable Hours": "long"}, "Billable Hours 'long'"),
        ({"Billable Hours": ""}, "Billable Hours ''"),
        ({"Date of Work": "2026-02-30"}, "Date of Work '2026-02-30'"),
        ({"Status": "Open"}, "Status 'Open'"),
        ({"Billable": "maybe"}, "Billable 'maybe'"),
    ],
)
def test_a_row_that_is_not_fit_is_left_out(
    office: Office, tmp_path: Path, fields: dict[str, str], reason: str
) -> None:
    taken = office.firm.take_import(template(tmp_path / "time.csv", GOOD, {**GOOD, **fields}, GOOD))

    (refused,) = taken.refused
    assert (len(taken.added), refused.row) == (2, 3)
    assert reason in refused.reason


def test_clients_and_projects_are_taken(office: Office, tmp_path: Path) -> None:
    clients = ["Client Name", "Account Manager", "Account Manager ID", "Status", "ClientId (previous)"]
    projects = ["Project ID", "Project Name", "Client ID", "Client Name", "Status"]
    given = {"Client Name": "Bolt", "Account Manager": "ada doyle", "Status": "Disabled"}
    again = {"Client Name": "Acme", "ClientId (previous)": "100"}
    first = office.firm.take_import(
        template(tmp_path / "a.csv", {**given, "ClientId (previous)": "200"}, again, headings=clients)
    )
    second = office.firm.take_import(
        template(
            tmp_path / "b.csv",
            {"Project ID": "200-01", "Project Name": "Sale", "Client ID": "200", "Status": "Closed"},
            {"Project ID": "300-01", "Project Name": "Sale", "Client ID": "300"},
            headings=projects,
        )
    )

    bolt = office.firm.get("clients", first.added[0])
    assert (bolt["customId"], bolt["status"], bolt["accountManagerId"]) == ("200", "Disabled", office.user)
    sale = office.firm.get("projects", second.added[0])
    assert (sale["clientId"], sale["customId"], sale["status"]) == (bolt["id"], "200-01", "Closed")
    assert [one.refused[0].reason for one in (first, second)] == [
        "Client ID '100' is taken.",
        "There is no client '300'.",
    ]


def test_a_workbook_is_taken(office: Office, tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(HEADINGS)
    cells = {
        **GOOD,
        "Client ID": 100,
        "Billable Hours": 1.25,
        "Date of Work": date(2026, 1, 2),
        "Billable": True,
    }
    book.active.append([cells.get(name) for name in HEADINGS])
    book.save(tmp_path / "time.xlsx")

    taken = office.firm.take_import(tmp_path / "time.xlsx")

    assert (len(taken.added), taken.refused) == (1, [])
    assert office.firm.all("timeEntries")[0]["billableTime"] == Decimal("1.25")


@pytest.mark.parametrize("content", [b"", b"Client,Hours\nAcme,1\n", b"Client Name\n\xff\xfe\n"])
def test_what_is_no_template_is_refused(office: Office, tmp_path: Path, content: bytes) -> None:
    for name in ("time.csv", "time.xlsx"):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(Refused):
            office.firm.take_import(tmp_path / name)
    assert office.firm.number("clients") == 1


def test_the_vendor_may_want_more_rows(office: Office, tmp_path: Path) -> None:
    office.sandbox.switches.minimum_rows = True
    with pytest.raises(Refused, match="1 rows; 100 are the fewest"):
        office.firm.take_import(template(tmp_path / "time.csv", GOOD))

    assert len(office.firm.take_import(template(tmp_path / "time.csv", *[GOOD] * 100)).added) == 100
