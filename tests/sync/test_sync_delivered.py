"""What is handed over in files and seen later: followed, refused, overdue, adopted, loaded twice."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sync_fakes import codes, only, until, written

from hub.sdk import Access, Followed, Kind, Rejected
from hub.sync.telling import deliveries

if TYPE_CHECKING:
    from sync_fakes import Document
    from sync_firm import Firm

ENTRY = {"id": "T1", "matter": "M", "timekeeper": "W", "worked_on": "2026-06-01", "hours": "1.5"}
TEXT = "Call with Jo, Ann, and the court"
WEEK = timedelta(days=7)


def entered(firm: Firm, *rows: dict[str, str]) -> None:
    """Enter time in the firm's own list."""
    firm.table("clock", "time_entry", *({"narrative": TEXT, **row} for row in rows))


@pytest.fixture(params=["target", "target and source"])
def timed(firm: Firm, request: pytest.FixtureRequest) -> Firm:
    """A firm whose time goes from a list into the billing program, by files that a person loads."""
    firm.client("110", "Acme", "01")
    firm.connections["clock"] = {"connector": "folder", "folder": "clock"}
    firm.flows = {"time": {"from": "clock", "to": "practice", "kinds": ["time_entry"]}}
    if request.param == "target and source":
        firm.flows["books"] = {
            "from": "practice",
            "to": "books",
            "kinds": ["client", "matter", "timekeeper", "time_entry"],
        }
    firm.reads[Kind.TIME_ENTRY] = Access(read=True, create=True, batch=10, seen_within=WEEK)
    firm.table("clock", "client", {"id": "C", "number": "110", "name": "Acme"})
    firm.table("clock", "matter", {"id": "M", "client": "C", "number": "110.01", "name": "case 01"})
    firm.table("clock", "timekeeper", {"id": "W", "number": "7", "name": "Jo Doe"})
    entered(firm, ENTRY)
    return firm


def handed_over(firm: Firm) -> Document:
    document = firm.sync()
    assert (document["outcome"], codes(document)) == ("ok", [])
    assert written(document, "time_entry", "practice") == {"delivered": 1}
    return document


def on_its_way(firm: Firm) -> list[dict[str, Any]]:
    with firm.open() as workspace, workspace.ledger.reading():
        return deliveries(workspace.ledger)


def test_a_delivery_is_told_of_until_it_is_seen(timed: Firm) -> None:
    handed_over(timed)
    (waiting,) = on_its_way(timed)
    assert (waiting["connection"], waiting["kind"], waiting["count"]) == ("practice", "time_entry", 1)
    receipt = f"file {timed.practice.sent[0]}"
    timed.practice.told = [Followed(receipt, "Waits in the outbox, to be loaded.")]
    assert timed.sync()["outcome"] == "ok"
    assert on_its_way(timed)[0]["told"] == "Waits in the outbox, to be loaded."
    timed.practice.load()
    assert timed.sync()["outcome"] == "ok"
    assert on_its_way(timed) == []
    assert len(timed.practice.sent) == 1


def test_what_comes_back_with_other_punctuation_is_adopted_and_our_words_stay(timed: Firm) -> None:
    handed_over(timed)
    timed.practice.load()
    for _ in range(3):
        document = timed.sync()
        assert (document["outcome"], document["holds"]) == ("ok", [])
        record = timed.only_record(Kind.TIME_ENTRY)
        assert record["narrative"] == TEXT
        assert timed.bound(record["id"]) == {"L1": "LIVE"}
    assert len(timed.practice.sent) == len(timed.rows("FEE")) == 1
    assert "," not in timed.rows("FEE")["L1"]["text"]


def test_an_edit_after_it_was_seen_is_still_an_edit(timed: Firm) -> None:
    handed_over(timed)
    timed.practice.load()
    timed.sync()
    timed.rows("FEE")["L1"]["text"] = "Call with the court"
    document = timed.sync()
    if "books" in timed.flows:
        assert timed.only_record(Kind.TIME_ENTRY)["narrative"] == "Call with the court"
    else:
        assert codes(document) == ["drift"]
        assert timed.only_record(Kind.TIME_ENTRY)["narrative"] == TEXT


def test_what_is_refused_is_held_and_goes_again_with_a_new_key(timed: Firm) -> None:
    handed_over(timed)
    receipt = f"file {timed.practice.sent[0]}"
    timed.practice.files.clear()
    refused = Rejected("log", "No such timekeeper", "timekeeper", "Open the timekeeper there.")
    timed.practice.told = [Followed(receipt, "Refused.", refused)]
    document = timed.sync()
    hold = only(document, "rejected")
    assert (document["outcome"], hold["field"], hold["remedy"]) == ("held", "timekeeper", refused.remedy)
    assert on_its_way(timed) == []
    assert codes(timed.sync()) == ["rejected"]
    assert len(timed.practice.sent) == 1
    timed.decide(hold, "retry")
    timed.practice.told = []
    assert written(timed.sync(), "time_entry", "practice") == {"delivered": 1}
    assert len(set(timed.practice.sent)) == 2
    timed.practice.load()
    assert timed.sync()["outcome"] == "ok"
    assert len(timed.rows("FEE")) == 1


def test_what_is_refused_goes_again_once_it_is_corrected(timed: Firm) -> None:
    handed_over(timed)
    timed.practice.files.clear()
    refused = Rejected("log", "Too many hours")
    timed.practice.told = [Followed(f"file {timed.practice.sent[0]}", "Refused.", refused)]
    timed.sync()
    entered(timed, ENTRY | {"hours": "1.4"})
    timed.practice.told = []
    assert written(timed.sync(), "time_entry", "practice") == {"delivered": 1}
    assert len(set(timed.practice.sent)) == 2


def test_what_is_not_seen_in_time_is_held(timed: Firm) -> None:
    handed_over(timed)
    timed.clock.pass_by(WEEK.total_seconds() - 1)
    assert timed.sync()["outcome"] == "ok"
    timed.clock.pass_by(1)
    document = timed.sync()
    assert (document["outcome"], codes(document)) == ("held", ["not-seen"])
    assert len(timed.practice.sent) == 1
    timed.practice.load()
    assert timed.sync()["outcome"] == "ok"
    assert timed.bound(timed.only_record(Kind.TIME_ENTRY)["id"]) == {"L1": "LIVE"}


def test_what_is_not_seen_may_be_left_so(timed: Firm) -> None:
    handed_over(timed)
    timed.clock.pass_by(WEEK.total_seconds())
    timed.decide(only(timed.sync(), "not-seen"), "accept")
    assert timed.sync()["outcome"] == "ok"
    timed.practice.load()
    assert timed.sync()["outcome"] == "ok"
    assert on_its_way(timed) == []
    assert len(timed.practice.sent) == 1


def test_what_was_lost_is_handed_over_once_more(timed: Firm) -> None:
    handed_over(timed)
    timed.practice.files.clear()
    timed.clock.pass_by(WEEK.total_seconds())
    timed.decide(only(timed.sync(), "not-seen"), "retry")
    assert written(timed.sync(), "time_entry", "practice") == {"delivered": 1}
    assert len(set(timed.practice.sent)) == 2
    timed.practice.load()
    assert timed.sync()["outcome"] == "ok"
    assert len(timed.rows("FEE")) == len(timed.records(Kind.TIME_ENTRY)) == 1


def test_a_file_that_was_loaded_twice_is_asked_about(timed: Firm) -> None:
    handed_over(timed)
    timed.practice.load(twice=True)
    for _ in range(2):
        document = timed.sync()
        assert codes(document) == ["match"]
        assert "equals what the hub wrote itself" in only(document, "match")["message"]
        assert len(timed.records(Kind.TIME_ENTRY)) == 1
    assert len(timed.practice.sent) == 1
    if "books" in timed.flows:
        assert sum(row["type"] == "time_entry" for row in timed.books.rows.values()) == 1
    del timed.rows("FEE")["L2"]
    assert timed.sync()["outcome"] == "ok"


def test_a_file_that_is_loaded_again_later_is_asked_about(timed: Firm) -> None:
    handed_over(timed)
    files = list(timed.practice.files)
    timed.practice.load()
    timed.sync()
    timed.practice.files = files
    timed.practice.load()
    document = timed.sync()
    assert codes(document) == ["match"]
    timed.decide(only(document, "match"), "accept")
    assert timed.sync()["outcome"] == "ok"
    assert len(timed.records(Kind.TIME_ENTRY)) == 2


def test_what_was_billed_where_it_was_handed_over_is_still_the_same(timed: Firm) -> None:
    handed_over(timed)
    timed.practice.load()
    timed.sync()
    timed.move("L1", "FEE", "ARCHIVE")
    for _ in range(2):
        document = timed.sync()
        assert (document["outcome"], document["holds"]) == ("ok", [])
    record = timed.only_record(Kind.TIME_ENTRY)
    assert sorted(timed.bound(record["id"]).values()) == ["GONE", "LIVE"]
    assert len(timed.practice.sent) == 1


def test_what_was_loaded_and_billed_before_it_was_seen_is_adopted(timed: Firm) -> None:
    handed_over(timed)
    timed.practice.load()
    timed.move("L1", "FEE", "ARCHIVE")
    for _ in range(2):
        document = timed.sync()
        assert (document["outcome"], document["holds"]) == ("ok", [])
    assert list(timed.bound(timed.only_record(Kind.TIME_ENTRY)["id"]).values()) == ["LIVE"]
    assert on_its_way(timed) == []


def test_two_equal_entries_are_two_there_as_well(timed: Firm) -> None:
    entered(timed, ENTRY, ENTRY | {"id": "T2"})
    assert written(timed.sync(), "time_entry", "practice") == {"delivered": 2}
    timed.practice.load()
    document = timed.sync()
    assert (document["outcome"], document["holds"]) == ("ok", [])
    assert len(timed.records(Kind.TIME_ENTRY)) == len(timed.rows("FEE")) == 2
    assert on_its_way(timed) == []


def test_what_cannot_be_followed_is_said_and_stays_on_its_way(timed: Firm) -> None:
    handed_over(timed)

    class Broken(list[Followed]):
        def __iter__(self) -> Any:
            raise RuntimeError("privileged words")

    timed.practice.told = Broken()
    document = timed.sync()
    assert document["outcome"] == "failed"
    assert "privileged" not in str(document)
    assert len(on_its_way(timed)) == 1


def test_what_waits_for_a_person_there_is_held_and_no_failure(timed: Firm) -> None:
    timed.practice.waits_for_person = "Load the file that waits."
    document = timed.sync()
    hold = only(document, "waits-there")
    assert (document["outcome"], document["errors"]) == ("held", [])
    assert hold["message"] == "Load the file that waits."
    assert written(document, "time_entry", "practice") == {"held": 1}
    assert timed.clock.slept == []
    assert codes(timed.sync()) == ["waits-there"]
    timed.practice.waits_for_person = ""
    document = timed.sync()
    assert (document["outcome"], document["holds"]) == ("ok", [])
    assert written(document, "time_entry", "practice") == {"delivered": 1}


def test_what_waits_for_a_person_stops_no_other_kind(firm: Firm) -> None:
    firm.client("110", "Acme", "01")
    firm.entry("110.01", "1")
    firm.books.always = until(Kind.TIMEKEEPER, "Load the file that waits.")
    document = firm.sync()
    assert codes(document) == ["waits-there"]
    assert (written(document, "client", "books"), written(document, "matter", "books")) == (
        {"created": 1},
        {"created": 1},
    )
    firm.bill("5001", [firm.entry("110.01", "2")])
    document = firm.sync()
    assert written(document, "invoice", "books") == {"created": 1}
    assert len([call for call in firm.books.calls if call[0].kind is Kind.TIMEKEEPER]) == 2
    firm.books.always = None
    assert firm.sync()["outcome"] == "ok"
    assert len(firm.books.names(Kind.TIMEKEEPER)) == 1
