"""Records go to Tabs3 in a file that is handed over once, whole, and never over another."""

from __future__ import annotations

import errno
import os
import re
import shutil
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from hub.sdk import Action, Delivered, NotSent, Reference, Rejected, SourceFailed, Unknown
from hub.sdk.files import Files, rename_if_free, rename_to_new

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.tabs3.device.conftest import Desk


def test_a_batch_is_one_file_and_each_line_has_a_receipt(desk: Desk) -> None:
    ends = desk.write([*desk.fees("a", "b"), *desk.costs("c")])
    name = "20260105T090000Z-TABS3.CV"
    assert ends == [Delivered(f"{name}:{number}") for number in (1, 2, 3)]
    assert desk.file.read_bytes().splitlines() == [
        b"100.00,2,1,L110,A102,01/31/2026,1.50,,,Research for a",
        b"100.00,2,1,L110,A102,01/31/2026,1.50,,,Research for b",
        b"100.00,,$51,L100,E101,01/31/2026,100.00,,15.00,Copies for c",
    ]
    assert (desk.sent / name).read_bytes() == desk.file.read_bytes()
    assert desk.states() == ["placed"]
    assert [path.name for path in desk.drop.iterdir()] == ["TABS3.CV"]


def test_a_bad_record_leaves_the_others_alone(desk: Desk) -> None:
    (desk.drop / "CLIENT.TXT").write_text("100.00\n", newline="")
    bad = [*desk.fees("b", HOURS="1.005"), *desk.fees("c", CLIENT_ID="999.00")]
    first, second, third, last = desk.write([*desk.fees("a"), *bad, *desk.fees("d")])
    assert isinstance(second, Rejected)
    assert isinstance(third, Rejected)
    assert (second.field, third.field) == ("HOURS", "CLIENT_ID")
    assert (first, last) == (
        Delivered("20260105T090000Z-TABS3.CV:1"),
        Delivered("20260105T090000Z-TABS3.CV:2"),
    )


def test_where_nothing_can_be_written_no_file_is_made(desk: Desk) -> None:
    assert isinstance(desk.write(desk.fees("a", HOURS=""))[0], Rejected)
    assert not desk.file.exists()
    assert not desk.sent.exists()


@pytest.mark.parametrize("action", [Action.UPDATE, Action.VOID])
def test_the_file_can_only_add(desk: Desk, action: Action) -> None:
    (end,) = desk.write([replace(desk.fees("a")[0], action=action)])
    assert isinstance(end, Rejected)
    assert end.code == "unsupported"


def test_a_key_makes_one_line(desk: Desk) -> None:
    first = desk.write(desk.fees("a", "b", "a"))
    assert first[0] == first[2]
    assert desk.write(desk.fees("b", "a")) == [first[1], first[0]]
    desk.load()
    assert desk.write(desk.fees("a", "b")) == first[:2]
    assert not desk.file.exists()
    assert sum(desk.arrived().values()) == 2


def test_a_file_that_waits_is_never_touched(desk: Desk) -> None:
    desk.write(desk.fees("a"))
    before = desk.file.read_bytes()
    (end,) = desk.write(desk.fees("b"))
    assert isinstance(end, NotSent)
    assert "TABS3.CV of 2026-01-0" in end.until
    assert f"still waits in {desk.drop}: load it in Tabs3" in end.until
    assert desk.file.read_bytes() == before
    desk.load()
    assert isinstance(desk.write(desk.fees("b"))[0], Delivered)


def test_a_file_of_another_program_is_never_touched(desk: Desk) -> None:
    desk.file.write_bytes(b"100.00,,$51\r\n")
    (end,) = desk.write(desk.fees("a"))
    assert isinstance(end, NotSent)
    assert "which was not made here, still waits" in end.until
    assert desk.file.read_bytes() == b"100.00,,$51\r\n"
    assert "which was not made here" in desk.notes()


def test_numbered_files_do_not_wait_for_each_other(desk: Desk) -> None:
    desk.settings = {"file_name": "HUB{n}.CV"}
    (desk.drop / "HUB2.CV").write_bytes(b"another's")
    for key in "abc":
        assert isinstance(desk.write(desk.fees(key))[0], Delivered)
    desk.load()
    desk.write(desk.fees("d"))
    assert [path.name for path in desk.drop.iterdir()] == ["HUB5.CV"]
    assert (desk.drop / "HUB5.CV").read_bytes().endswith(b"for d\r\n")


def test_receipts_stay_unique_when_the_copies_are_lost(desk: Desk) -> None:
    first = desk.write(desk.fees("a"))
    desk.load()
    shutil.rmtree(desk.sent)
    desk.clock.advance(timedelta(seconds=1))
    assert desk.write(desk.fees("b")) != first


def test_what_is_known_is_found_and_nothing_else(desk: Desk) -> None:
    one, other = desk.fees("a", "b")
    assert desk.find(one) == ""
    (end,) = desk.write([one])
    assert isinstance(end, Delivered)
    assert (desk.find(one), desk.find(other)) == (end.receipt, "")
    desk.load()
    assert desk.find(one) == end.receipt


def test_another_instance_sees_what_was_written_since(desk: Desk) -> None:
    device = desk.device()
    (one,) = desk.fees("a")
    assert device.find(one.kind, Reference(one.key, one.payload)) == ()
    (end,) = desk.write([one])
    assert isinstance(end, Delivered)
    assert device.find(one.kind, Reference(one.key, one.payload))[0].receipt == end.receipt


# What is in the way.


def test_without_the_drop_folder_nothing_is_sent(desk: Desk) -> None:
    desk.drop.rmdir()
    (end,) = desk.write(desk.fees("a"))
    assert isinstance(end, NotSent)
    assert end.reason.startswith(f"nothing could be put into {desk.drop}")
    assert "cannot be reached" in desk.notes()
    desk.drop.mkdir()
    assert isinstance(desk.write(desk.fees("a"))[0], Delivered)


def test_a_log_that_cannot_be_read_stops_sending(desk: Desk) -> None:
    desk.log.mkdir()
    (end,) = desk.write(desk.fees("a"))
    assert isinstance(end, NotSent)
    assert "TBDEVICE.LOG cannot be read" in end.reason
    assert "TBDEVICE.LOG cannot be read" in desk.notes()


@pytest.mark.parametrize("damage", ["{", "[]", '{"keys": []}'])
def test_damaged_notes_stop_everything(desk: Desk, damage: str) -> None:
    desk.write(desk.fees("a"))
    (note,) = desk.sent.glob("2*.json")
    note.write_text(damage, newline="")
    with pytest.raises(SourceFailed, match="is damaged"):
        desk.find(desk.fees("b")[0])
    with pytest.raises(SourceFailed):
        desk.follow("x:1")
    desk.load()
    assert isinstance(desk.write(desk.fees("b"))[0], NotSent)
    assert "is damaged" in desk.notes()
    assert not desk.file.exists()


def test_copies_that_cannot_be_read_are_no_answer(desk: Desk) -> None:
    desk.sent.write_bytes(b"")
    with pytest.raises(SourceFailed):
        desk.find(desk.fees("a")[0])
    assert isinstance(desk.write(desk.fees("a"))[0], NotSent)


class Failing(Files):
    """A disk that fails at one step, before or after it was done."""

    def __init__(
        self, desk: Desk, step: str, number: int, *, wanted: Callable[[Path], bool], after: bool = False
    ) -> None:
        super().__init__(desk.clock)
        self._step, self._number, self._wanted, self._after = step, number, wanted, after

    def write(self, path: Path, data: bytes) -> None:
        self._do("write", path, lambda: super(Failing, self).write(path, data))

    def place(self, source: Path, target: Path) -> None:
        self._do("place", target, lambda: super(Failing, self).place(source, target))

    def keep_names(self, folder: Path) -> None:
        self._do("keep_names", folder, lambda: super(Failing, self).keep_names(folder))

    def _do(self, step: str, path: Path, action: Callable[[], None]) -> None:
        fails = step == self._step and self._wanted(path)
        if self._after or not fails:
            action()
        if fails:
            raise OSError(self._number, os.strerror(self._number), str(path))


def test_a_full_disk_is_told_and_leaves_nothing(desk: Desk) -> None:
    for wanted in (lambda path: path.parent == desk.drop, lambda path: path.suffix == ".CV"):
        (end,) = desk.write(desk.fees("a"), Failing(desk, "write", errno.ENOSPC, wanted=wanted))
        assert isinstance(end, NotSent)
        assert end.reason.startswith("the disk is full")
        assert list(desk.drop.iterdir()) == []
        assert desk.find(desk.fees("a")[0]) == ""
        assert not list(desk.sent.glob("2*"))


def test_copies_that_cannot_be_kept_are_told(desk: Desk) -> None:
    files = Failing(desk, "write", errno.EACCES, wanted=lambda path: path.name.endswith(".CV.json.part"))
    (end,) = desk.write(desk.fees("a"), files)
    assert isinstance(end, NotSent)
    assert end.reason.startswith(f"no copy could be kept in {desk.sent}")


def test_a_name_that_another_program_takes_at_the_last_moment_stays_its(desk: Desk) -> None:
    class Rival(Files):
        def place(self, source: Path, target: Path) -> None:
            target.write_bytes(b"rival")
            super().place(source, target)

    (end,) = desk.write(desk.fees("a"), Rival(desk.clock))
    assert isinstance(end, NotSent)
    assert "not made here" in end.until
    assert desk.file.read_bytes() == b"rival"
    assert [path.name for path in desk.drop.iterdir()] == ["TABS3.CV"]


def test_a_renaming_that_fails_did_not_happen(desk: Desk) -> None:
    (end,) = desk.write(desk.fees("a"), Failing(desk, "place", errno.EIO, wanted=lambda _: True))
    assert isinstance(end, NotSent)
    assert list(desk.drop.iterdir()) == []
    assert isinstance(desk.write(desk.fees("a"))[0], Delivered)


def test_a_renaming_whose_answer_was_lost_did_happen(desk: Desk) -> None:
    (end,) = desk.write(desk.fees("a"), Failing(desk, "place", errno.EIO, wanted=lambda _: True, after=True))
    assert end == Delivered("20260105T090000Z-TABS3.CV:1")
    assert desk.find(desk.fees("a")[0]) == "20260105T090000Z-TABS3.CV:1"


def test_a_folder_lost_while_placing_leaves_a_doubt_that_its_return_settles(desk: Desk) -> None:
    away = desk.workspace / "away"

    class Losing(Files):
        def place(self, source: Path, target: Path) -> None:
            super().place(source, target)
            desk.drop.rename(away)
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    (one,) = desk.fees("a")
    (end,) = desk.write([one], Losing(desk.clock))
    assert isinstance(end, Unknown)
    with pytest.raises(SourceFailed, match="nobody knows"):
        desk.find(one)
    assert isinstance(desk.write([one])[0], Unknown)
    assert isinstance(desk.write(desk.fees("b"))[0], NotSent)
    away.rename(desk.drop)
    assert desk.find(one) == "20260105T090000Z-TABS3.CV:1"
    assert desk.states() == ["placed"]


def test_a_disk_that_may_not_keep_the_name_leaves_a_doubt(desk: Desk) -> None:
    def is_after_placing(path: Path) -> bool:
        return path == desk.drop and desk.file.exists()

    (one,) = desk.fees("a")
    (end,) = desk.write([one], Failing(desk, "keep_names", errno.EIO, wanted=is_after_placing))
    assert isinstance(end, Unknown)
    assert desk.find(one) == "20260105T090000Z-TABS3.CV:1"


@pytest.mark.parametrize("rename", [rename_to_new, rename_if_free])
def test_a_renaming_never_replaces(tmp_path: Path, rename: Callable[[Path, Path], None]) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.write_bytes(b"1")
    other.write_bytes(b"2")
    with pytest.raises(FileExistsError):
        rename(one, other)
    assert (one.read_bytes(), other.read_bytes()) == (b"1", b"2")
    other.unlink()
    rename(one, other)
    assert (one.exists(), other.read_bytes()) == (False, b"1")
    with pytest.raises(FileNotFoundError):
        rename(one, tmp_path / "third")


# What is told meanwhile.


def test_where_a_line_stands_is_told(desk: Desk) -> None:
    first, second = desk.write(desk.fees("a", "b"))
    assert isinstance(first, Delivered)
    assert isinstance(second, Delivered)
    waiting = desk.follow(first.receipt, "unknown:1", second.receipt)
    assert [one.receipt for one in waiting] == [first.receipt, second.receipt]
    assert waiting[0].told.startswith("TABS3.CV (2 lines of 2026-01-0")
    assert waiting[0].told.endswith(f"waits in {desk.drop} to be loaded into Tabs3 by a person")
    desk.load()
    (taken,) = desk.follow(first.receipt)
    assert taken.told.startswith("TABS3.CV of 2026-01-0")
    assert "was taken by Tabs3" in taken.told
    assert taken.refused is None


def test_a_file_to_which_another_program_has_added_still_waits(desk: Desk) -> None:
    (end,) = desk.write(desk.fees("a"))
    assert isinstance(end, Delivered)
    with desk.file.open("ab") as file:
        file.write(b"100.00,,$51\r\n")
    assert "waits in" in desk.follow(end.receipt)[0].told
    desk.file.write_bytes(b"100.00,,$51\r\n")
    assert "was taken" in desk.follow(end.receipt)[0].told


def test_only_the_newest_of_equal_files_waits(desk: Desk) -> None:
    (first,) = desk.write(desk.fees("a", DESCRIPTION="same"))
    desk.load()
    (second,) = desk.write(desk.fees("b", DESCRIPTION="same"))
    assert isinstance(first, Delivered)
    assert isinstance(second, Delivered)
    one, other = desk.follow(first.receipt, second.receipt)
    assert ("taken" in one.told, "waits" in other.told) == (True, True)


def test_nothing_is_said_while_the_folder_is_away(desk: Desk) -> None:
    (end,) = desk.write(desk.fees("a"))
    assert isinstance(end, Delivered)
    desk.drop.rename(desk.workspace / "away")
    with pytest.raises(SourceFailed):
        desk.follow(end.receipt)


def test_a_line_that_a_person_vouched_for_is_known_by_its_key(desk: Desk) -> None:
    desk.write(desk.fees("a"))
    (told,) = desk.follow("a")
    assert (told.receipt, "waits" in told.told) == ("a", True)


def test_the_check_tells_what_waits_and_since_when(desk: Desk) -> None:
    assert "waits" not in desk.notes()
    desk.write(desk.fees("a"))
    assert re.match(r"TABS3\.CV \(1 line of 2026-01-0\d \d\d:\d\d\) waits in ", desk.notes())
    desk.clock.advance(timedelta(days=2))
    assert "to be loaded into Tabs3 by a person, for 2 days now." in desk.notes()


def test_a_check_changes_nothing(desk: Desk) -> None:
    desk.notes()
    assert not desk.sent.exists()
    assert list(desk.drop.iterdir()) == []


def test_no_description_is_told(desk: Desk) -> None:
    mark = "privileged-5d1f"
    intents = [
        *desk.fees("a", DESCRIPTION=mark),
        *desk.fees("b", DESCRIPTION=mark, HOURS="x"),
        *desk.fees("c", AMOUNT="0"),
    ]
    ends = desk.write(intents)
    told = repr((ends, desk.follow("a"), desk.notes(), desk.device()))
    assert mark not in told
