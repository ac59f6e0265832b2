"""Listings that show part: what changed since a cursor, what is not in its final state, what broke off."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sync_fakes import codes, only, read, written
from sync_firm import groups, live, told
from sync_mappings import PRACTICE

from hub.sdk import Access, Kind, Remark

if TYPE_CHECKING:
    from sync_fakes import Document
    from sync_firm import Firm


@pytest.fixture
def changes(firm: Firm) -> Firm:
    """A firm of whose billed entries and bills only what changed is shown."""
    firm.practice.changes_only = frozenset({"ARCHIVE", "BILLS"})
    firm.client("110", "Acme", "01")
    firm.bill("5001", [firm.entry("110.01", "1", "call"), firm.entry("110.01", "2", "draft")], key="S1")
    firm.entry("110.01", "4", "trial")
    assert firm.sync()["outcome"] == "ok"
    return firm


def states(firm: Firm, kind: Kind = Kind.TIME_ENTRY) -> list[str]:
    return [one["state"] for one in firm.records(kind)]


def cursor_given(firm: Firm, kind: Kind = Kind.TIME_ENTRY) -> str | None:
    """The cursor with which a kind was last read."""
    return [cursor for read, cursor in firm.practice.cursors if read is kind][-1]


def test_what_is_not_listed_again_is_not_gone(changes: Firm) -> None:
    for _ in range(2):
        document = changes.sync()
        assert document["outcome"] == "ok"
        assert read(document, "time_entry", "practice") == {"read": 1, "unchanged": 1}
    assert states(changes) == ["LIVE"] * 3
    assert states(changes, Kind.INVOICE) == ["LIVE"]
    assert cursor_given(changes) is not None


def test_of_the_other_sources_all_is_listed_and_what_is_not_has_left(changes: Firm) -> None:
    changes.rows("FEE").clear()
    document = changes.sync()
    assert read(document, "time_entry", "practice") == {"deleted": 1}
    assert states(changes) == ["GONE", "LIVE", "LIVE"]


def test_what_it_says_has_left_is_gone(changes: Firm) -> None:
    changes.rows("BILLS").clear()
    document = changes.sync()
    assert read(document, "invoice", "practice") == {"read": 1, "deleted": 1}
    assert groups(document) == {"gone-at-the-source": 1}


def test_what_left_one_source_and_came_in_another_has_moved(changes: Firm) -> None:
    changes.undo("S1")
    document = changes.sync()
    assert read(document, "time_entry", "practice").get("deleted", 0) == 0
    assert states(changes) == ["LIVE"] * 3
    assert {one.get("status", "unbilled") for one in changes.records(Kind.TIME_ENTRY)} == {"unbilled"}


def test_what_goes_on_to_what_is_shown_by_its_changes_has_moved(changes: Firm) -> None:
    changes.bill("5002", list(changes.rows("FEE")))
    assert changes.sync()["outcome"] == "ok"
    assert states(changes) == ["LIVE"] * 3
    assert len(changes.records(Kind.INVOICE)) == 2


def test_an_invoice_made_anew_is_known_though_the_rest_is_not_listed(changes: Firm) -> None:
    changes.bill("5002", changes.undo("S1"))
    document = changes.sync()
    assert groups(document) == {"reissued": 1}
    assert len(changes.records(Kind.INVOICE)) == 1


def test_what_came_in_a_listing_without_an_end_and_left_before_the_next_is_gone(changes: Firm) -> None:
    """The cursor from before it came could not say that it has left."""
    changes.practice.complete = False
    key = changes.entry("110.01", "5", "late", "ARCHIVE")
    changes.sync()
    assert len(live(changes.records(Kind.TIME_ENTRY))) == 4
    changes.practice.complete = True
    del changes.rows("ARCHIVE")[key]
    changes.sync()
    assert len(live(changes.records(Kind.TIME_ENTRY))) == 3


def test_what_leaves_while_a_renumbered_client_is_asked_about_is_gone_in_the_end(changes: Firm) -> None:
    changes.renumber("110", "150")
    hold = only(changes.sync(), "renewed")
    changes.rows("BILLS").clear()
    changes.sync()
    changes.decide(hold, "accept")
    changes.sync()
    assert states(changes, Kind.INVOICE) == ["GONE"]
    assert states(changes) == ["LIVE"] * 3


@pytest.fixture
def moving(changes: Firm) -> Firm:
    """The same firm, where a row may stand in no table for a while."""
    patient = Access(read=True, missing_for=timedelta(minutes=1))
    changes.reads |= {Kind.TIME_ENTRY: patient, Kind.INVOICE: patient}
    return changes


def later(firm: Firm) -> Document:
    """Run on a later state of the system."""
    firm.clock.pass_by(3600)
    return firm.sync()


def test_what_was_said_to_have_left_once_is_deleted_when_a_later_state_lacks_it_too(moving: Firm) -> None:
    moving.rows("BILLS").clear()
    document = later(moving)
    assert (document["outcome"], len(told(document, "missing"))) == ("ok", 1)
    assert states(moving, Kind.INVOICE) == ["LIVE"]
    assert read(later(moving), "invoice", "practice") == {"deleted": 1}
    assert states(moving, Kind.INVOICE) == ["GONE"]
    assert told(later(moving), "missing") == []


def test_what_left_in_one_state_and_came_elsewhere_in_the_next_has_moved(moving: Firm) -> None:
    moving.undo("S1")
    rows = dict(moving.rows("FEE"))
    moving.rows("FEE").clear()
    assert len(told(later(moving), "missing")) == 4
    moving.rows("FEE").update(rows)
    later(moving)
    assert states(moving) == ["LIVE"] * 3
    assert len(moving.records(Kind.TIME_ENTRY)) == 3


def test_what_left_in_one_state_and_is_back_in_the_next_never_left(moving: Firm) -> None:
    (row,) = moving.rows("BILLS").values()
    moving.rows("BILLS").clear()
    later(moving)
    moving.rows("BILLS")["S1"] = row
    for _ in range(2):
        document = later(moving)
        assert (document["outcome"], document["holds"]) == ("ok", [])
    assert moving.history(moving.only_record(Kind.INVOICE)["id"]) == ["CREATED"]


def test_a_row_that_is_held_is_tried_again_though_it_is_not_listed_again(changes: Firm) -> None:
    key = changes.entry("110.01", "5", "bad", "ARCHIVE", day="soon")
    assert changes.sync()["outcome"] == "held"
    document = changes.sync()
    assert document["outcome"] == "held"
    assert read(document, "time_entry", "practice").get("read") == 1
    changes.rows("ARCHIVE")[key]["day"] = "2026-06-03"
    assert changes.sync()["outcome"] == "ok"
    assert len(changes.records(Kind.TIME_ENTRY)) == 4


def test_a_row_whose_reference_comes_later_follows_by_itself(changes: Firm) -> None:
    changes.entry("110.02", "5", "early", "ARCHIVE")
    assert codes(changes.sync()) == ["reference"]
    changes.client("110", "Acme", "02")
    assert changes.sync()["outcome"] == "ok"
    assert len(changes.records(Kind.TIME_ENTRY)) == 4


def test_a_row_that_is_held_and_leaves_is_held_no_longer(changes: Firm) -> None:
    key = changes.entry("110.01", "5", "bad", "ARCHIVE", day="soon")
    changes.sync()
    del changes.rows("ARCHIVE")[key]
    for _ in range(2):
        document = changes.sync()
        assert (document["outcome"], document["holds"]) == ("ok", [])


def test_a_changed_row_that_is_held_keeps_what_was_known_of_it(changes: Firm) -> None:
    key = next(iter(changes.rows("ARCHIVE")))
    changes.rows("ARCHIVE")[key]["hours"] = "many"
    for _ in range(2):
        assert changes.sync()["outcome"] == "held"
    assert [one["hours"] for one in changes.records(Kind.TIME_ENTRY)] == ["4", "1", "2"]
    assert states(changes) == ["LIVE"] * 3
    changes.rows("ARCHIVE")[key]["hours"] = "7"
    assert changes.sync()["outcome"] == "ok"
    assert [one["hours"] for one in changes.records(Kind.TIME_ENTRY)] == ["4", "7", "2"]


def test_the_cursor_stays_where_a_listing_does_not_come_to_its_end(changes: Firm) -> None:
    before = changes.cursor(Kind.TIME_ENTRY)
    changes.practice.complete = False
    changes.entry("110.01", "5", "late", "ARCHIVE")
    changes.sync()
    assert changes.cursor(Kind.TIME_ENTRY) in {before, None}
    changes.practice.complete = True
    assert changes.sync()["outcome"] == "ok"
    assert changes.cursor(Kind.TIME_ENTRY) != before
    assert len(changes.records(Kind.TIME_ENTRY)) == 4


def test_the_cursor_stays_where_columns_are_gone(changes: Firm) -> None:
    before = changes.cursor(Kind.TIME_ENTRY)
    changes.entry("110.01", "5", "late", "ARCHIVE")
    fee = changes.rows("FEE")
    good = {key: dict(row) for key, row in fee.items()}
    for row in fee.values():
        del row["hours"]
    document = changes.sync()
    assert codes(document) == ["columns"]
    assert changes.cursor(Kind.TIME_ENTRY) in {before, None}
    assert states(changes) == ["LIVE"] * 4
    fee.update(good)
    assert changes.sync()["outcome"] == "ok"


def test_the_cursor_stays_where_a_brake_stops_the_run(changes: Firm) -> None:
    for number in range(9):
        changes.entry("110.01", f"{number + 5}", f"work {number}")
    changes.sync()
    before = changes.cursor(Kind.TIME_ENTRY)
    changes.more = changes.more.replace('shrunk = "100%"', 'shrunk = "10%"')
    changes.rows("FEE").clear()
    late = changes.entry("110.01", "50", "late", "ARCHIVE")
    document = changes.sync()
    assert (document["outcome"], codes(document)) == ("failed", ["brake"])
    assert changes.cursor(Kind.TIME_ENTRY) in {before, None}
    changes.decide(only(document, "brake"), "accept")
    changes.sync()
    assert states(changes).count("GONE") == 10
    assert len(changes.records(Kind.TIME_ENTRY)) == 13
    del changes.rows("ARCHIVE")[late]
    changes.sync()
    assert states(changes).count("GONE") == 11


def test_an_edited_mapping_has_everything_listed_again(changes: Firm) -> None:
    changes.sync()
    changes.mapping(
        PRACTICE.replace(
            "[time_entry.ARCHIVE.fields]",
            '[time_entry.ARCHIVE.fields]\ncategory = { field = "text", optional = true }',
        ),
        "practice",
    )
    document = changes.sync()
    assert cursor_given(changes) is None
    assert read(document, "time_entry", "practice") == {"read": 3, "changed": 2, "unchanged": 1}
    assert [one.get("category") for one in changes.records(Kind.TIME_ENTRY)] == [None, "call", "draft"]
    assert states(changes) == ["LIVE"] * 3
    changes.sync()
    assert cursor_given(changes) is not None


def test_a_source_without_rows_does_not_have_everything_listed_for_ever(changes: Firm) -> None:
    changes.bill("5002", list(changes.rows("FEE")))
    changes.sync()
    changes.mapping(PRACTICE.replace("[client]\n", '[client]\nnear = [["name"]]\n', 1), "practice")
    changes.sync()
    assert cursor_given(changes) is None
    changes.sync()
    assert cursor_given(changes) is not None


def test_what_is_not_final_is_held_and_follows_by_itself(firm: Firm) -> None:
    firm.client("110", "Acme", "01")
    firm.bill("5001", [firm.entry("110.01", "1", "call")], key="S1")
    firm.practice.unsettled["BILLS", "S1"] = "Its lines come to 50.00, not 100.00."
    for _ in range(2):
        document = firm.sync()
        assert (document["outcome"], codes(document)) == ("held", ["still-updating"])
        assert "50.00" in only(document, "still-updating")["message"]
    assert firm.records(Kind.INVOICE) == []
    firm.practice.unsettled.clear()
    document = firm.sync()
    assert (document["outcome"], document["holds"]) == ("ok", [])
    assert written(document, "invoice", "books") == {"created": 1}


def unfinished(firm: Firm, total: str) -> Document:
    firm.rows("BILLS")["S1"]["total"] = total
    firm.practice.unsettled["BILLS", "S1"] = "Its lines come to 100.00."
    return firm.sync()


@pytest.fixture
def billed(firm: Firm) -> Firm:
    """A firm with a bill in the books."""
    firm.client("110", "Acme", "01")
    firm.bill("5001", [firm.entry("110.01", "1", "call")], key="S1")
    assert firm.sync()["outcome"] == "ok"
    return firm


def test_a_known_record_stays_as_it_was_while_it_is_not_final(billed: Firm) -> None:
    document = unfinished(billed, "90.00")
    assert codes(document) == ["still-updating"]
    assert billed.only_record(Kind.INVOICE)["total"] == "100.00"
    assert written(document, "invoice", "books") == {"unchanged": 1}
    assert read(document, "invoice", "practice") == {"read": 1, "held": 1}


def test_what_a_person_accepts_is_just_this_version(billed: Firm) -> None:
    lines = billed.rows("BILLS")["S1"]["LINES"]
    lines[0]["amount"] = "90.00"
    billed.decide(only(unfinished(billed, "90.00"), "still-updating"), "accept")
    document = billed.sync()
    assert document["outcome"] == "ok"
    assert billed.only_record(Kind.INVOICE)["total"] == "90.00"
    assert billed.sync()["outcome"] == "ok"
    lines[0]["amount"] = "80.00"
    document = unfinished(billed, "80.00")
    assert codes(document) == ["still-updating"]
    assert billed.only_record(Kind.INVOICE)["total"] == "90.00"


def test_what_is_not_final_is_remembered_where_only_changes_are_listed(changes: Firm) -> None:
    changes.practice.unsettled["BILLS", "S2"] = "Its lines are not there yet."
    key = changes.bill("5002", list(changes.rows("FEE")), key="S2")
    for _ in range(3):
        assert codes(changes.sync()) == ["still-updating"]
    changes.decide(only(changes.sync(), "still-updating"), "accept")
    assert changes.sync()["outcome"] == "ok"
    assert key in changes.bound(changes.records(Kind.INVOICE)[1]["id"])


def test_a_remark_is_told_and_holds_nothing(firm: Firm) -> None:
    firm.client("110", "Acme", "01")
    firm.bill("5001", [firm.entry("110.01", "1", "call")], key="S1")
    firm.practice.remarks = [Remark("BILLS", "S1", "total", "Its two totals differ.", "Look at it.")]
    document = firm.sync()
    (hold,) = told(document, "remark")
    assert (document["outcome"], hold["severity"], hold["field"]) == ("ok", "warn", "total")
    assert written(document, "invoice", "books") == {"created": 1}
    firm.practice.remarks = []
    assert told(firm.sync(), "remark") == []
