"""Time and expenses go back into Tabs3 as a file that a person merges, or does not, or merges twice."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from scenario_device import DAY, HUB, READING, TEXT, NightClock, Office, holds, quiet
from scenario_practice import only

if TYPE_CHECKING:
    from collections.abc import Callable

    from scenario_practice import Document

KILLED = Path(__file__).with_name("device_killed.py")


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, empty_ledger: Path) -> Callable[[str], Office]:
    """Makes an office with its own clock, which the program goes by."""

    def make(hub: str) -> Office:
        clock = NightClock()
        monkeypatch.setattr("hub.app.workspace.SystemClock", lambda: clock)
        office = Office(tmp_path / "firm", clock, hub)
        shutil.copy(empty_ledger, office.folder / "hub.db")
        return office

    return make


@pytest.fixture
def office(made: Callable[[str], Office]) -> Office:
    """A firm whose Tabs3 only receives time and expenses."""
    return made(HUB)


@pytest.fixture(params=["target", "target and source"])
def either(made: Callable[[str], Office], request: pytest.FixtureRequest) -> Office:
    """The same firm, and one that takes over what is said of an entry in Tabs3."""
    return made(HUB if request.param == "target" else HUB + READING)


def handed_over(office: Office, *ids: str, expense: str = "") -> None:
    """A first night: these entries are handed over."""
    office.worked(*ids)
    if expense:
        office.spent(expense)
    assert quiet(office.night())
    assert (office.delivered(), office.delivered("expense")) == (len(ids), int(bool(expense)))


# ------------------------------------------------------------ the file and who merges it


def test_a_file_that_waits_is_left_alone_and_what_is_new_goes_after_it(either: Office) -> None:
    handed_over(either, "T1", "T2", expense="E1")
    assert "TABS3.CV (3 lines of" in either.told()
    assert "to be loaded into Tabs3 by a person" in either.told()
    waiting = either.file.read_bytes()
    assert quiet(either.night())
    either.worked("T3", narrative="Another one")
    document = either.night()
    assert (document["exit"], document["errors"], holds(document)) == (3, [], {"waits-there": 1})
    assert "Merge Tabs3 Remote Data" in only(document, "waits-there")["message"]
    assert either.delivered() == 0
    assert (either.file.read_bytes(), len(either.copies())) == (waiting, 1)
    assert either.on_its_way() == {"time_entry": 2, "expense": 1}
    either.merge()
    assert quiet(either.night())
    assert [line.rpartition(",")[2] for line in either.lines()] == ["Another one"]
    assert either.on_its_way() == {"time_entry": 1}
    either.merge()
    assert quiet(either.night())
    either.balance()


def test_what_a_person_merged_is_known_again_and_stays_so_when_it_is_billed(either: Office) -> None:
    handed_over(either, "T1", "T2", expense="E1")
    record = either.records("T1")[0]["record"]
    either.merge()
    assert quiet(either.night())
    assert either.bound("T1") == either.bound("T2") == [("FEE", "live")]
    assert either.bound("E1", "expense") == [("COST", "live")]
    assert (either.on_its_way(), either.json("status")["deliveries"]) == ({}, [])
    either.firm.bill(1.0)
    for _ in range(2):
        document = either.night()
        assert quiet(document)
        assert (either.delivered(), either.delivered("expense")) == (0, 0)
        assert document["pulled"]["billing"]["time_entry"]["deleted"] == 0
    (now,) = either.records("T1")
    assert now["record"] == record
    assert sorted(either.bound("T1")) == [("ARCHIVE", "live"), ("FEE", "gone")]
    assert sorted(either.bound("E1", "expense")) == [("ARCHIVE", "live"), ("COST", "gone")]
    either.balance()
    theirs = (one for one in either.firm.statements.values() if one.charges[-1].source == "D")
    either.firm.undo(next(theirs).number)
    assert quiet(either.night())
    assert ("FEE", "live") in either.bound("T1")
    either.balance()


def test_two_entries_that_are_alike_are_two_in_tabs3_as_well(either: Office) -> None:
    either.worked("T1", "T2", narrative=TEXT)
    assert quiet(either.night())
    either.merge()
    assert quiet(either.night())
    assert either.bound("T1") == either.bound("T2") == [("FEE", "live")]
    either.balance()


def test_fees_and_costs_of_a_night_are_in_one_file(office: Office) -> None:
    handed_over(office, "T1", "T2", expense="E1")
    assert [line.split(",")[2] for line in office.lines()] == ["4", "4", "$251"]
    assert len(office.copies()) == 1
    assert office.copies()[0].read_bytes() == office.file.read_bytes()
    assert office.file.read_bytes().endswith(b"\r\n")


def test_letters_that_the_file_lacks_do_not_make_it_another_entry(either: Office) -> None:
    either.worked("T1", narrative="Confer with Łukasz, and “others”")
    either.worked("T2", narrative="Confer with Łucja; no others")
    assert quiet(either.night())
    either.merge()
    assert quiet(either.night())
    assert (either.bound("T1"), either.on_its_way()) == ([("FEE", "live")], {})


def test_what_somebody_else_put_there_is_never_touched(office: Office) -> None:
    other = b"999.99,1,2,,,07/01/2026,1.00,,,Somebody else\r\n"
    office.file.write_bytes(other)
    office.worked("T1")
    office.spent("E1")
    for _ in range(2):
        document = office.night()
        assert (document["exit"], document["errors"], holds(document)) == (3, [], {"waits-there": 2})
        assert "which was not made here, still waits in" in office.told()
        assert (office.file.read_bytes(), office.copies()) == (other, [])
    office.file.unlink()
    assert quiet(office.night())
    assert len(office.lines()) == 2
    office.merge()
    assert quiet(office.night())
    office.balance()


# ------------------------------------------------------------ in part, refused, twice


def test_what_was_not_merged_is_asked_about_in_time_and_goes_once_more(either: Office) -> None:
    handed_over(either, "T1", "T2", "T3", expense="E1")
    either.merge([0, 3])
    for _ in range(2):
        assert quiet(either.night())
        assert either.on_its_way() == {"time_entry": 2}
    assert "was taken by Tabs3" in either.told()
    document = either.night()
    assert (document["exit"], holds(document)) == (3, {"not-seen": 2})
    assert either.delivered() == 0
    either.decide(only_first(document, "not-seen"), "retry")
    assert quiet(either.night())
    assert [line[-2:] for line in either.lines()] == ["T2", "T3"]
    either.merge()
    assert quiet(either.night())
    assert [len(copy.read_bytes().splitlines()) for copy in either.copies()] == [4, 2]
    either.balance()


def test_what_was_not_merged_may_be_left_so(office: Office) -> None:
    handed_over(office, "T1", "T2")
    office.merge([0])
    document = office.night(days=3)
    office.decide(only(document, "not-seen"), "accept")
    for _ in range(2):
        assert quiet(office.night(days=9))
    assert (office.on_its_way(), len(office.copies())) == ({"time_entry": 1}, 1)


def test_what_tabs3_refuses_is_held_with_its_reason_and_goes_again(either: Office) -> None:
    either.worked("T1", "T2", "T3")
    either.worked("T2", transaction_code="777")
    either.worked("T3", matter="110.00")
    either.night()
    client = next(row for row in either.firm.clients if row["CLIENT_ID"] == "110.00")
    client["INACTIVE"] = "1"
    assert len(either.merge().rejected) == 2
    document = either.night("-vv")
    assert (document["exit"], document["errors"], holds(document)) == (3, [], {"rejected": 2})
    told = {hold["record"]: hold["message"] for hold in document["holds"]}
    assert "There is no tcode 777" in told[either.records("T2")[0]["record"]]
    assert "Client 110.00 is inactive" in told[either.records("T3")[0]["record"]]
    assert either.on_its_way() == {}
    told_in_passing = f"{json.dumps(document)}{either.told()}{either.run('review', '-vv').output}"
    assert "counsel" not in told_in_passing
    assert holds(either.night()) == {"rejected": 2}
    either.worked("T2", transaction_code="4")
    assert holds(either.night()) == {"rejected": 1}
    assert [line[-2:] for line in either.lines()] == ["T2"]
    either.merge()
    client["INACTIVE"] = "0"
    either.decide(only(either.night(), "rejected"), "retry")
    assert quiet(either.night())
    assert [line[-2:] for line in either.lines()] == ["T3"]
    either.merge()
    assert quiet(either.night())
    either.balance()


def test_a_file_that_was_merged_twice_shows_as_held_doubles(either: Office) -> None:
    handed_over(either, "T1", "T2", expense="E1")
    either.merge(times=2)
    for _ in range(2):
        document = either.night()
        assert (document["exit"], holds(document)) == (3, {"match": 3})
        assert all("equals what the hub wrote itself" in hold["message"] for hold in document["holds"])
    assert len(either.records("T1")) == len(either.records("T2")) == 1
    entries = either.json("status")["records"]["time_entry"]
    assert entries == either.firm.records + 2
    for double in either.loaded()[3:]:
        either.firm.entries.delete(double)
    assert quiet(either.night())
    assert either.json("status")["records"]["time_entry"] == entries
    either.balance()


def test_a_copy_that_is_merged_once_more_later_shows_as_held_doubles(office: Office) -> None:
    handed_over(office, "T1", "T2")
    office.merge()
    assert quiet(office.night())
    shutil.copy(office.copies()[0], office.file)
    office.merge()
    assert holds(office.night()) == {"match": 2}
    for double in office.loaded()[2:]:
        office.firm.entries.delete(double)
    assert quiet(office.night())
    office.balance()


# ------------------------------------------------------------ what people change in between


def test_an_entry_that_was_changed_before_it_is_seen_is_asked_about(either: Office) -> None:
    handed_over(either, "T1", "T2", "T3", "T4")
    hours, text, day, _ = either.merge().charges
    either.firm.entries.edit(hours, hours="1.2")
    either.firm.entries.edit(text, text="Edited by the partner")
    either.firm.entries.edit(day, day=DAY.replace(day=3))
    document = either.night()
    assert (document["exit"], holds(document)) == (3, {"match": 3})
    assert either.on_its_way() == {"time_entry": 3}
    assert either.bound("T4") == [("FEE", "live")]
    for one in ("T1", "T2", "T3"):
        hold = named(document, f"FEE/{hours.sequence + int(one[1]) - 1}")
        either.decide(hold, "link", "--record", str(either.records(one)[0]["record"]))
    document = either.night()
    assert either.on_its_way() == {}
    assert all(either.bound(one) == [("FEE", "live")] for one in ("T1", "T2", "T3"))
    told = {hold["field"] for hold in document["holds"]}
    assert told == ({"hours", "narrative", "worked_on"} if "reading" not in hub_of(either) else set())
    assert len(either.loaded()) == 4
    assert len(either.copies()) == 1


def test_an_edit_after_it_was_seen_is_taken_over_or_told(either: Office) -> None:
    handed_over(either, "T1", "T2")
    hours, text = either.merge().charges
    assert quiet(either.night())
    either.firm.entries.edit(hours, hours="1.2")
    either.firm.entries.edit(text, text="Edited by the partner")
    document = either.night()
    if "reading" in hub_of(either):
        assert quiet(document)
    else:
        assert {hold["field"] for hold in document["holds"]} == {"hours", "narrative"}
        assert holds(document) == {"drift": 2}
    either.firm.bill(1.0)
    document = either.night()
    assert ("ARCHIVE", "live") in either.bound("T1")
    assert holds(document) == ({} if "reading" in hub_of(either) else {"drift": 2})
    assert len(either.copies()) == 1
    either.worked("T1", hours="1.2")
    either.worked("T2", narrative="Edited by the partner")
    assert quiet(either.night())
    either.balance()


def test_an_entry_that_changes_at_its_source_is_corrected_by_hand_and_not_sent_again(either: Office) -> None:
    handed_over(either, "T1")
    (entered,) = either.merge().charges
    assert quiet(either.night())
    either.worked("T1", hours="1.4")
    for _ in range(2):
        assert holds(either.night()) == {"to-be-corrected-by-hand": 1}
    assert len(either.copies()) == 1
    either.firm.entries.edit(entered, hours="1.4")
    for _ in range(2):
        assert quiet(either.night())
    either.balance()


def test_an_entry_that_changes_at_its_source_while_the_file_waits_is_corrected_afterwards(
    either: Office,
) -> None:
    handed_over(either, "T1")
    waiting = either.file.read_bytes()
    either.worked("T1", hours="1.4")
    hold = only(either.night(), "to-be-corrected-once-it-is-seen")
    assert either.run("review", str(hold["id"]), "retry").exit_code != 0
    assert either.file.read_bytes() == waiting
    (entered,) = either.merge().charges
    for _ in range(2):
        assert holds(either.night()) == {"to-be-corrected-by-hand": 1}
    assert either.bound("T1") == [("FEE", "live")]
    either.firm.entries.edit(entered, hours="1.4")
    assert quiet(either.night())
    assert len(either.copies()) == 1
    either.balance()


def test_what_a_person_types_into_tabs3_beside_it_is_their_own(either: Office) -> None:
    handed_over(either, "T1", "T2")
    either.merge()
    assert quiet(either.night())
    either.firm.entries.fee("100.00", "1", "1.5", day=DAY, text="A call of their own", tcode="4")
    assert quiet(either.night())
    assert len(either.copies()) == 1
    either.balance()


# ------------------------------------------------------------ killed on the way


@pytest.mark.parametrize("merged", [False, True], ids=["waits", "merged meanwhile"])
@pytest.mark.parametrize("step", [9, 14, 18])
def test_a_hub_that_is_killed_while_it_delivers_hands_each_entry_over_once(
    tmp_path: Path, empty_ledger: Path, step: int, *, merged: bool
) -> None:
    office = Office(tmp_path / "firm", NightClock())
    shutil.copy(empty_ledger, office.folder / "hub.db")
    office.worked("T1", "T2", "T3")
    office.spent("E1")
    words = [sys.executable, str(KILLED), str(step), "-C", str(office.folder), "sync", "--yes"]
    assert subprocess.run(words, capture_output=True, check=False).returncode != 0
    if merged and office.file.exists():
        office.merge()
    for _ in range(2):
        office.night()
        if office.file.exists():
            assert len(office.lines()) == 4
            office.merge()
    assert quiet(office.night())
    (copy,) = office.copies()
    assert sorted(line[-2:] for line in copy.read_bytes().splitlines()) == [b"E1", b"T1", b"T2", b"T3"]
    assert all(office.bound(one) == [("FEE", "live")] for one in ("T1", "T2", "T3"))
    assert (office.on_its_way(), office.json("status")["open_writes"]) == ({}, 0)
    assert not list((office.folder / "drop").glob("*.part"))
    office.balance()


def only_first(document: Document, code: str) -> Document:
    """The first hold with this code; a group is decided as one."""
    return next(hold for hold in document["holds"] if hold["code"] == code)


def named(document: Document, subject: str) -> Document:
    """The hold about a row."""
    return next(hold for hold in document["holds"] if hold["subject"] == subject)


def hub_of(office: Office) -> str:
    """What the firm has set up."""
    return (office.folder / "hub.toml").read_text(encoding="utf-8")
