"""Reading a company: all there is, and what changed, with as few reads as it allows and nothing lost."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from books_desk import Desk, client, credit_note, fee, invoice, matter, payment, write_off

from hub.sdk import CursorTooOld, Kind, SourceFailed
from hub_quickbooks import listing, queries

if TYPE_CHECKING:
    from books_desk import Payload

    from hub.sdk import Cursor, Upsert

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
MONEY = [Kind.INVOICE, Kind.PAYMENT, Kind.WRITE_OFF, Kind.CREDIT_NOTE]
COVERED = [Kind.CLIENT, Kind.MATTER, Kind.TIMEKEEPER, *MONEY]
"""The kinds of which the company tells what changed."""
FEW = 10
"""So many rows are a page, where a test says so."""


@pytest.fixture
def short_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "PAGE", FEW)
    monkeypatch.setattr(listing, "PAGE", FEW)


def add(desk: Desk, name: str, **fields: Any) -> str:
    return str(desk.company.add("Customer", DisplayName=name, **fields)["Id"])


def names(rows: list[Upsert]) -> list[str]:
    return [row.raw["DisplayName"] for row in rows]


def cursors(desk: Desk) -> dict[Kind, Cursor]:
    """Where each kind stands after it was listed whole, an hour after the last change."""
    desk.clock.advance(HOUR)
    desk.anew()
    return {kind: desk.listed(kind)[2] for kind in COVERED}


def changed(desk: Desk, kind: Kind, cursor: Cursor) -> list[str]:
    """The ids of what a new process reads as changed."""
    desk.anew()
    return [row.external_id for row in desk.listed(kind, cursor)[0]]


# ---------------------------------------------------------------- how many reads


def test_one_call_serves_all_kinds(desk: Desk) -> None:
    of = desk.make(Kind.CLIENT, client()).external_id
    at = desk.make(Kind.MATTER, matter(of)).external_id
    reached = cursors(desk)
    desk.clock.advance(HOUR)
    bill = desk.make(Kind.INVOICE, invoice(of, "100.00", fee("100.00"))).external_id
    desk.make(Kind.PAYMENT, payment(of, "5.00", (bill, "5.00")))
    desk.make(Kind.WRITE_OFF, write_off(of, "5.00", (bill, "5.00")))
    desk.make(Kind.CREDIT_NOTE, credit_note(of, "5.00"))
    desk.company.change("Customer", at, Notes="moved")
    desk.company.reset_counts()
    desk.anew()

    found = {kind: len(desk.listed(kind, cursor)[0]) for kind, cursor in reached.items()}

    assert found == {Kind.CLIENT: 0, Kind.MATTER: 1, Kind.TIMEKEEPER: 0, **dict.fromkeys(MONEY, 1)}
    counts = desk.company.counts
    assert (counts["cdc"], counts["query"], counts["get"], desk.now.metered) == (1, 0, 0, 1)


def test_record_types_of_several_kinds_are_listed_once(desk: Desk) -> None:
    of = desk.make(Kind.CLIENT, client()).external_id
    desk.make(Kind.MATTER, matter(of))
    desk.company.reset_counts()
    cursors(desk)
    # Customers, employees, vendors, invoices, credit memos, payments.
    assert desk.company.counts["query"] == desk.now.metered == 6


def test_a_listing_of_what_was_written_is_read_anew(desk: Desk) -> None:
    of = desk.make(Kind.CLIENT, client()).external_id
    assert desk.listed(Kind.MATTER)[0] == []
    desk.make(Kind.MATTER, matter(of))
    assert names(desk.listed(Kind.MATTER)[0]) == ["100.01 Lease"]


# ---------------------------------------------------------------- what a call for changes shows


def test_a_call_reaches_back_a_little_before_the_last_one(desk: Desk) -> None:
    add(desk, "100 Acme")
    desk.clock.advance(HOUR)
    late = add(desk, "101 Binder")
    desk.clock.advance(4 * MINUTE)
    desk.anew()
    _, _, cursor = desk.listed(Kind.CLIENT)
    desk.clock.advance(HOUR)
    assert changed(desk, Kind.CLIENT, cursor) == [late]


def test_what_is_deleted_or_made_inactive_is_told(desk: Desk) -> None:
    of = desk.make(Kind.CLIENT, client()).external_id
    bills = [
        desk.make(Kind.INVOICE, invoice(of, "10.00", fee("10.00"), number=number)).external_id
        for number in ("4101", "4102")
    ]
    reached = cursors(desk)
    desk.clock.advance(HOUR)
    desk.company.delete("Invoice", bills[0])
    desk.company.change("Customer", of, Active=False)
    desk.anew()

    rows, deleted, _ = desk.listed(Kind.INVOICE, reached[Kind.INVOICE])
    assert (rows, deleted) == ([], [bills[0]])
    (row,), deleted, _ = desk.listed(Kind.CLIENT, reached[Kind.CLIENT])
    assert (row.raw["DisplayName"], row.raw["Active"], deleted) == ("100 Acme", False, [])


def test_inactive_ones_are_listed_under_their_plain_names(desk: Desk) -> None:
    desk.company.change("Customer", add(desk, "100 Acme"), Active=False)
    employee = desk.company.add("Employee", GivenName="Rosa", FamilyName="Klein")
    desk.company.change("Employee", employee["Id"], Active=False)
    assert names(desk.listed(Kind.CLIENT)[0]) == ["100 Acme"]
    assert "Rosa Klein" in names(desk.listed(Kind.TIMEKEEPER)[0])


def test_a_call_that_is_cut_is_made_for_the_kind_alone_or_all_is_listed_anew(desk: Desk) -> None:
    of = desk.make(Kind.CLIENT, client()).external_id
    reached = cursors(desk)
    desk.clock.advance(HOUR)
    for number in range(1000):
        desk.company.add("Customer", raw=True, DisplayName=f"{number} Client", Active=True)
    bill = desk.make(Kind.INVOICE, invoice(of, "10.00", fee("10.00"))).external_id
    desk.company.reset_counts()

    assert changed(desk, Kind.INVOICE, reached[Kind.INVOICE]) == [bill]
    assert desk.company.counts["cdc"] == 2
    with pytest.raises(CursorTooOld, match="More than 1000 objects changed"):
        changed(desk, Kind.CLIENT, reached[Kind.CLIENT])
    assert len(desk.listed(Kind.CLIENT)[0]) == 1001


@pytest.mark.parametrize(("age", "told"), [(28 * DAY, True), (30 * DAY, False)])
def test_a_cursor_is_good_for_a_month(desk: Desk, age: timedelta, *, told: bool) -> None:
    reached = cursors(desk)[Kind.CLIENT]
    desk.clock.advance(age)
    of = add(desk, "100 Acme")
    desk.company.reset_counts()
    if told:
        assert changed(desk, Kind.CLIENT, reached) == [of]
    else:
        with pytest.raises(CursorTooOld, match="for 30 days only"):
            changed(desk, Kind.CLIENT, reached)
        assert desk.company.counts["cdc"] == 0


def test_a_cursor_never_goes_back(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """After many writes it stands closer to the present than another one does a minute later."""
    monkeypatch.setattr(listing, "_MOST_ECHOES", 3)
    cursor = cursors(desk)[Kind.CLIENT]
    desk.clock.advance(HOUR)
    for number in range(4):
        desk.make(Kind.CLIENT, client(str(100 + number)))
    reached = []
    for _ in range(8):
        _, _, cursor = desk.listed(Kind.CLIENT, cursor)
        reached.append(since(cursor))
        desk.clock.advance(MINUTE)
        desk.anew()
    assert reached == sorted(reached)
    assert reached[0] < reached[-1]


def since(cursor: Cursor) -> datetime:
    return datetime.fromisoformat(json.loads(cursor)["since"])


# ---------------------------------------------------------------- our own writes


@pytest.mark.usefixtures("short_pages")
def test_what_we_wrote_ourselves_is_not_asked_for_where_it_would_fill_the_answer(desk: Desk) -> None:
    of = add(desk, "9 Earlier client")
    reached = cursors(desk)
    desk.clock.advance(HOUR)
    desk.ends(*(desk.intent(Kind.CLIENT, client(str(number), "New")) for number in range(100, 100 + FEW)))
    bill = desk.make(Kind.INVOICE, invoice(of, "10.00", fee("10.00"))).external_id
    desk.company.reset_counts()

    rows, _, _ = desk.listed(Kind.INVOICE, reached[Kind.INVOICE])
    with pytest.raises(CursorTooOld):
        desk.listed(Kind.CLIENT, reached[Kind.CLIENT])

    assert [row.external_id for row in rows] == [bill]
    assert desk.company.counts["cdc"] == 1


def test_the_next_call_does_not_show_all_that_was_written(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "_MOST_ECHOES", 3)
    reached = cursors(desk)[Kind.CLIENT]
    desk.clock.advance(HOUR)
    made = []
    for number in range(6):
        desk.clock.advance(timedelta(seconds=10))
        made.append(desk.make(Kind.CLIENT, client(str(100 + number))).external_id)
    other = add(desk, "9 Entered meanwhile")

    _, _, cursor = desk.listed(Kind.CLIENT, reached)
    desk.clock.advance(HOUR)

    assert changed(desk, Kind.CLIENT, cursor) == [*made[-3:], other]


# ---------------------------------------------------------------- what changes under the reader


@pytest.mark.usefixtures("short_pages")
@pytest.mark.parametrize("ahead", [-HOUR, timedelta(0), HOUR])
@pytest.mark.parametrize("gone", [False, True])
def test_a_listing_from_which_a_row_was_deleted_meanwhile_is_not_complete(
    desk: Desk, ahead: timedelta, *, gone: bool
) -> None:
    desk.company.advance(ahead)
    of = {"value": add(desk, "100 Acme")}
    made = [desk.company.add("Payment", CustomerRef=of, TotalAmt=1)["Id"] for _ in range(2 * FEW + 5)]
    desk.clock.advance(HOUR + MINUTE)
    desk.anew()

    reading = desk.now.read(Kind.PAYMENT, None)
    pages = [next(reading)]
    if gone:
        desk.company.delete("Payment", made[0])
    pages += reading

    rows = [row for page in pages for row in page.items]
    assert [page.complete for page in pages] == [False, False, not gone]
    assert (pages[-1].cursor is None) is gone
    assert len(rows) == len(made) - gone


@pytest.mark.usefixtures("short_pages")
def test_where_too_much_changes_meanwhile_to_be_told_it_is_not_complete_either(desk: Desk) -> None:
    of = {"value": add(desk, "100 Acme")}
    for _ in range(FEW + 1):
        desk.company.add("Payment", CustomerRef=of, TotalAmt=1)
    assert [page.complete for page in desk.pages(Kind.PAYMENT)] == [False, False]


def test_what_changes_between_two_kinds_that_are_read_at_once_is_not_lost(desk: Desk) -> None:
    of = desk.make(Kind.CLIENT, client()).external_id
    at = desk.make(Kind.MATTER, matter(of)).external_id
    desk.clock.advance(HOUR)
    desk.anew()
    desk.listed(Kind.CLIENT)
    desk.clock.advance(MINUTE)
    desk.company.change("Customer", at, DisplayName="100.01 Sale")
    desk.clock.advance(HOUR)

    rows, _, cursor = desk.listed(Kind.MATTER)

    assert names(rows) == ["100.01 Lease"]
    assert changed(desk, Kind.MATTER, cursor) == [at]


@pytest.mark.parametrize("ahead", [-HOUR, -7 * MINUTE, 7 * MINUTE, HOUR])
def test_clocks_that_are_apart_lose_nothing(desk: Desk, ahead: timedelta) -> None:
    """It is the company's own clock by which it tells what changed when."""
    desk.company.advance(ahead)
    of = add(desk, "100 Acme")
    desk.anew()
    _, _, cursor = desk.listed(Kind.CLIENT)
    for number in range(3):
        desk.clock.advance(6 * MINUTE)
        desk.company.change("Customer", of, Notes=f"edit {number}")
        desk.clock.advance(MINUTE)
        desk.anew()
        rows, _, cursor = desk.listed(Kind.CLIENT, cursor)
        assert [row.raw["Notes"] for row in rows] == [f"edit {number}"]
        desk.clock.advance(HOUR)
    desk.anew()
    _, _, cursor = desk.listed(Kind.CLIENT, cursor)
    assert changed(desk, Kind.CLIENT, cursor) == []


def test_a_listing_that_breaks_off_in_its_middle_says_nothing(desk: Desk) -> None:
    """Of an invoice listing the credit memos are the second part."""
    of = desk.make(Kind.CLIENT, client()).external_id
    desk.make(Kind.INVOICE, invoice(of, "10.00", fee("10.00")))
    desk.anew()
    reading = desk.now.read(Kind.INVOICE, None)
    first = next(reading)
    desk.company.tell("error", on="read", status=503, times=None)
    with pytest.raises(SourceFailed):
        list(reading)
    assert (len(first.items), first.complete, first.cursor) == (1, False, None)


# ---------------------------------------------------------------- time activities


def work(desk: Desk, day: str) -> str:
    """Somebody's time; gives its id."""
    employees = desk.company.all("Employee")
    person = employees[0] if employees else desk.company.add("Employee", GivenName="Rosa", FamilyName="Klein")
    customers = desk.company.all("Customer")
    of = customers[0]["Id"] if customers else add(desk, "7 Earlier client")
    fields: Payload = {"EmployeeRef": {"value": person["Id"]}, "CustomerRef": {"value": of}, "TxnDate": day}
    return str(desk.company.add("TimeActivity", NameOf="Employee", Hours=1, Minutes=6, **fields)["Id"])


def test_time_that_changed_is_asked_for_by_the_time_of_its_change(desk: Desk) -> None:
    work(desk, "2026-01-02")
    desk.clock.advance(HOUR)
    desk.anew()
    _, _, cursor = desk.listed(Kind.TIME_ENTRY)
    desk.clock.advance(HOUR)
    late = work(desk, "2025-11-30")
    desk.company.reset_counts()

    assert changed(desk, Kind.TIME_ENTRY, cursor) == [late]
    counts = desk.company.counts
    assert (counts["query"], counts["cdc"]) == (1, 0)


def test_deleted_time_is_seen_in_the_weekly_listing(desk: Desk) -> None:
    gone, kept = work(desk, "2026-01-02"), work(desk, "2026-01-03")
    desk.anew()
    _, _, cursor = desk.listed(Kind.TIME_ENTRY)
    desk.company.delete("TimeActivity", gone)
    for _ in range(7):
        desk.clock.advance(DAY - MINUTE)
        desk.anew()
        rows, deleted, cursor = desk.listed(Kind.TIME_ENTRY, cursor)
        assert deleted == []
    desk.clock.advance(HOUR)
    with pytest.raises(CursorTooOld, match="whole listing"):
        changed(desk, Kind.TIME_ENTRY, cursor)
    rows, _, cursor = desk.listed(Kind.TIME_ENTRY)
    assert [row.external_id for row in rows] == [kept]
    assert changed(desk, Kind.TIME_ENTRY, cursor) == []


def test_time_of_employees_and_of_vendors_comes_from_two_sources(desk: Desk) -> None:
    work(desk, "2026-01-02")
    vendor = desk.company.all("Vendor")[0]["Id"]
    desk.company.add(
        "TimeActivity", NameOf="Vendor", VendorRef={"value": vendor}, TxnDate="2026-01-02", Hours=2
    )
    rows, _, _ = desk.listed(Kind.TIME_ENTRY)
    assert [row.source for row in rows] == ["TimeActivity", "VendorTimeActivity"]
