"""Rows that move while they are read: split, in no table, in two tables at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from sync_fakes import codes, only, read, written
from sync_firm import groups, live, told

from hub.sdk import Access, Kind

if TYPE_CHECKING:
    from sync_fakes import Document
    from sync_firm import Firm

PATIENCE = timedelta(minutes=1)
FIRST = datetime(2026, 7, 1, 8, tzinfo=UTC)


def at(firm: Firm, hours: float) -> Document:
    """Run on the state of the system so many hours after the first."""
    firm.practice.as_of = FIRST + timedelta(hours=hours)
    return firm.sync()


def hours(firm: Firm) -> Decimal:
    """All hours of the ledger that stand."""
    return sum((Decimal(one["hours"]) for one in live(firm.records(Kind.TIME_ENTRY))), Decimal(0))


def in_books(firm: Firm) -> list[str]:
    """The hours of the entries in the books."""
    return sorted(row["hours"] for row in firm.books.rows.values() if row["type"] == "time_entry")


@pytest.fixture
def moving(firm: Firm) -> Firm:
    """A firm whose entries may be between two tables while they are read."""
    firm.reads[Kind.TIME_ENTRY] = Access(read=True, missing_for=PATIENCE)
    firm.client("110", "Acme", "01")
    firm.client("120", "Beta", "01")
    return firm


def split(firm: Firm, key: str) -> list[str]:
    """Split an entry of three hours between two matters."""
    del firm.rows("FEE")[key]
    return [
        firm.entry("110.01", "1", "call", split_of=key),
        firm.entry("120.01", "2", "call", split_of=key),
    ]


@pytest.mark.parametrize("patience", [timedelta(0), PATIENCE])
def test_a_split_counts_its_hours_once_on_the_same_night(moving: Firm, patience: timedelta) -> None:
    moving.reads[Kind.TIME_ENTRY] = Access(read=True, missing_for=patience)
    key = moving.entry("110.01", "3", "call")
    at(moving, 0)
    split(moving, key)
    at(moving, 24)
    assert hours(moving) == 3
    assert [(one["hours"], one["state"]) for one in moving.records(Kind.TIME_ENTRY)] == [
        ("3", "GONE"),
        ("1", "LIVE"),
        ("2", "LIVE"),
    ]


def test_shares_wait_at_a_target_that_has_the_whole(moving: Firm) -> None:
    key = moving.entry("110.01", "3", "call")
    at(moving, 0)
    split(moving, key)
    document = at(moving, 24)
    assert groups(document) == {"gone-at-the-source": 1, "part-of-it-is-there-on-another-record": 1}
    assert in_books(moving) == ["3"]
    assert groups(at(moving, 25)) == groups(document)
    moving.decide(only(document, "gone-at-the-source"), "accept")
    document = at(moving, 26)
    assert document["outcome"] == "ok"
    assert in_books(moving) == ["1", "2", "3"]
    assert at(moving, 27)["outcome"] == "ok"
    assert in_books(moving) == ["1", "2", "3"]


def test_shares_of_what_was_never_sent_go_at_once(moving: Firm) -> None:
    key = moving.entry("110.01", "3", "call")
    moving.flows["books"]["kinds"] = ["client", "matter", "timekeeper"]
    moving.flows["in"] = {"from": "practice", "kinds": ["time_entry"]}
    at(moving, 0)
    split(moving, key)
    at(moving, 24)
    moving.flows["books"]["kinds"] = ["client", "matter", "timekeeper", "time_entry"]
    assert at(moving, 48)["outcome"] == "ok"
    assert in_books(moving) == ["1", "2"]


def test_a_split_that_is_taken_back_brings_the_entry_back(moving: Firm) -> None:
    key = moving.entry("110.01", "3", "call")
    at(moving, 0)
    whole = dict(moving.rows("FEE")[key])
    shares = split(moving, key)
    at(moving, 24)
    for share in shares:
        del moving.rows("FEE")[share]
    moving.rows("FEE")[key] = whole
    document = at(moving, 48)
    assert hours(moving) == 3
    assert [one["state"] for one in moving.records(Kind.TIME_ENTRY)] == ["LIVE", "GONE", "GONE"]
    assert (document["outcome"], in_books(moving)) == ("ok", ["3"])


def test_a_share_that_is_billed_stays_a_share(moving: Firm) -> None:
    key = moving.entry("110.01", "3", "call")
    at(moving, 0)
    first, _ = split(moving, key)
    at(moving, 24)
    moving.bill("5001", [first])
    at(moving, 48)
    assert hours(moving) == 3
    assert len(moving.records(Kind.TIME_ENTRY)) == 3


def test_a_row_in_no_table_is_told_of_and_nothing_has_happened_when_it_is_back(moving: Firm) -> None:
    key = moving.entry("110.01", "1.5", "call")
    at(moving, 0)
    row = moving.rows("FEE").pop(key)
    document = at(moving, 24)
    (note,) = told(document, "missing")
    assert (document["outcome"], note["severity"], codes(document)) == ("ok", "info", [])
    assert read(document, "time_entry", "practice").get("deleted", 0) == 0
    assert moving.only_record(Kind.TIME_ENTRY)["state"] == "LIVE"
    moving.rows("FEE")[key] = row
    document = at(moving, 48)
    assert (document["outcome"], document["holds"]) == ("ok", [])
    assert moving.history(moving.only_record(Kind.TIME_ENTRY)["id"]) == ["CREATED"]


def test_a_row_that_a_later_state_lacks_too_is_deleted(moving: Firm) -> None:
    key = moving.entry("110.01", "1.5", "call")
    at(moving, 0)
    del moving.rows("FEE")[key]
    at(moving, 24)
    document = at(moving, 48)
    assert read(document, "time_entry", "practice") == {"deleted": 1}
    assert moving.only_record(Kind.TIME_ENTRY)["state"] == "GONE"
    assert groups(document) == {"gone-at-the-source": 1}
    assert told(document, "missing") == []


def test_a_stale_export_never_confirms_what_it_said_before(moving: Firm) -> None:
    key = moving.entry("110.01", "1.5", "call")
    at(moving, 0)
    del moving.rows("FEE")[key]
    for _ in range(4):
        moving.clock.pass_by(100_000)
        document = at(moving, 24)
        assert len(told(document, "missing")) == 1
    assert moving.only_record(Kind.TIME_ENTRY)["state"] == "LIVE"


def test_a_later_state_within_the_patience_does_not_confirm(moving: Firm) -> None:
    key = moving.entry("110.01", "1.5", "call")
    at(moving, 0)
    del moving.rows("FEE")[key]
    at(moving, 1)
    at(moving, 1 + 59 / 3600)
    assert moving.only_record(Kind.TIME_ENTRY)["state"] == "LIVE"
    at(moving, 1 + 60 / 3600)
    assert moving.only_record(Kind.TIME_ENTRY)["state"] == "GONE"


def test_what_was_missing_and_came_back_is_missing_anew(moving: Firm) -> None:
    key = moving.entry("110.01", "1.5", "call")
    at(moving, 0)
    row = moving.rows("FEE").pop(key)
    at(moving, 24)
    moving.rows("FEE")[key] = row
    moving.practice.complete = False
    at(moving, 48)
    moving.practice.complete = True
    del moving.rows("FEE")[key]
    assert len(told(at(moving, 72), "missing")) == 1
    assert moving.only_record(Kind.TIME_ENTRY)["state"] == "LIVE"


def in_both(moving: Firm) -> tuple[str, str]:
    """An entry that stands in two tables at once."""
    key = moving.entry("110.01", "1.5", "call")
    assert at(moving, 0)["outcome"] == "ok"
    twin = moving.entry("110.01", "1.5", "call", "ARCHIVE")
    for _ in range(2):
        document = at(moving, 24)
        assert groups(document) == {"in-both": 1}
        (hold,) = told(document, "in-both")
        assert "like time entry 2026-" in hold["message"]
        assert "call" not in hold["message"]
        assert len(moving.records(Kind.TIME_ENTRY)) == 1
    return key, twin


def test_a_row_in_two_tables_that_has_moved_is_one_record(moving: Firm) -> None:
    key, twin = in_both(moving)
    del moving.rows("FEE")[key]
    document = at(moving, 48)
    assert (document["outcome"], document["holds"]) == ("ok", [])
    record = moving.only_record(Kind.TIME_ENTRY)
    assert moving.bound(record["id"]) == {key: "GONE", twin: "LIVE"}
    assert in_books(moving) == ["1.5"]


def test_rows_that_stay_in_two_tables_are_two_records(moving: Firm) -> None:
    in_both(moving)
    document = at(moving, 48)
    assert (document["outcome"], document["holds"]) == ("ok", [])
    assert [one.get("status", "unbilled") for one in moving.records(Kind.TIME_ENTRY)] == [
        "unbilled",
        "billed",
    ]


def test_rows_in_two_tables_that_a_person_takes_for_two_are_two(moving: Firm) -> None:
    in_both(moving)
    moving.decide(only(at(moving, 24), "in-both"), "accept")
    assert at(moving, 24)["outcome"] == "ok"
    assert len(moving.records(Kind.TIME_ENTRY)) == 2


def test_rows_in_two_tables_of_a_system_that_stands_still_are_two(moving: Firm) -> None:
    moving.reads[Kind.TIME_ENTRY] = Access(read=True)
    moving.entry("110.01", "1.5", "call")
    moving.entry("110.01", "1.5", "call", "ARCHIVE")
    assert at(moving, 0)["outcome"] == "ok"
    assert len(moving.records(Kind.TIME_ENTRY)) == 2


def test_an_invoice_whose_entry_stands_in_two_tables_waits_with_it(moving: Firm) -> None:
    key = moving.entry("110.01", "1.5", "call")
    at(moving, 0)
    row = moving.rows("FEE")[key]
    moving.bill("5001", [key])
    moving.rows("FEE")[key] = row
    document = at(moving, 24)
    assert set(groups(document)) == {"in-both"}
    assert moving.records(Kind.INVOICE) == []
    del moving.rows("FEE")[key]
    assert at(moving, 48)["outcome"] == "ok"
    assert len(moving.records(Kind.INVOICE)) == len(moving.records(Kind.TIME_ENTRY)) == 1


def test_many_rows_between_two_tables_lose_nothing(moving: Firm) -> None:
    """While bills are updated, some entries stand in none, some in both; in the end each is one record."""
    keys = [moving.entry("110.01", f"{n + 1}", f"work {n}") for n in range(8)]
    at(moving, 0)
    rows = dict(moving.rows("FEE"))
    moving.bill("5001", keys)
    archive = dict(moving.rows("ARCHIVE"))
    moving.rows("ARCHIVE").clear()
    moving.rows("ARCHIVE").update(list(archive.items())[:5])
    moving.rows("FEE").update(list(rows.items())[:2])
    bills = dict(moving.rows("BILLS"))
    moving.rows("BILLS").clear()
    document = at(moving, 24)
    assert len(told(document, "missing")) == 3
    assert len(told(document, "in-both")) == 2
    assert hours(moving) == 36
    moving.rows("FEE").clear()
    moving.rows("ARCHIVE").update(archive)
    moving.rows("BILLS").update(bills)
    document = at(moving, 25)
    assert (document["outcome"], document["holds"]) == ("ok", [])
    assert (hours(moving), len(moving.records(Kind.TIME_ENTRY))) == (36, 8)
    assert written(document, "invoice", "books") == {"created": 1}
