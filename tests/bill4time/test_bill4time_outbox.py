"""Each record is in exactly one import file, whatever breaks off at any step, and whoever takes the file."""

from __future__ import annotations

import csv
import shutil
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from failing_disk import HOWS, Killed, Trouble, full, killed, refused, troubled
from hypothesis import given
from hypothesis import strategies as st

from hub.sdk import (
    Action,
    Delivered,
    Intent,
    Kind,
    NotSent,
    Reference,
    Rejected,
    SourceFailed,
    Unknown,
)
from hub.testing import FakeClock
from hub_bill4time.notes import NOTES
from hub_bill4time.outbox import Outbox
from hub_bill4time.settings import ImportSettings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

NAMES = ("Acme", "Bolt", "Cobalt")
STEPS = 13
"""In how many steps a file is handed over."""
DROP = "drop"


@dataclass
class Desk:
    """A workspace as the hub keeps it, and the person who takes files away."""

    folder: Path
    clock: FakeClock = field(default_factory=FakeClock)
    drop: str = DROP
    form: str = "csv"
    open: dict[str, str] = field(default_factory=dict)
    """Key → name, of which nobody knows yet."""
    receipts: dict[str, str] = field(default_factory=dict)
    """Name → receipt."""
    attempts: Counter[str] = field(default_factory=Counter)
    taken: list[Path] = field(default_factory=list)

    def outbox(self) -> Outbox:
        """The outbox as a new process has it."""
        settings = ImportSettings.model_validate({"folder": self.drop, "format": self.form})
        around: Any = SimpleNamespace(folder=self.folder, clock=self.clock)
        return Outbox(settings, around)

    def send(self, *names: str) -> dict[str, Any]:
        """Do what a run does: look up what is open, then hand over the rest; gives how it ended."""
        outbox = self.outbox()
        self._recover(outbox)
        rest = [name for name in names if name not in {*self.open.values(), *self.receipts}]
        self.open |= {f"k-{name}-{self.attempts[name]}": name for name in rest}
        intents = [
            Intent(key, Kind.CLIENT, Action.CREATE, {"Client Name": name, "Client ID": name})
            for key, name in self.open.items()
            if name in rest
        ]
        ends = {one.key: one.end for one in outbox.write(intents)} if intents else {}
        for key, end in ends.items():
            self._settle(key, end)
        return ends

    def _recover(self, outbox: Outbox) -> None:
        for key in list(self.open):
            try:
                found = outbox.find(Reference(key, {}))
            except SourceFailed:
                continue
            self._settle(key, Delivered(found[0].receipt) if found else NotSent())

    def _settle(self, key: str, end: Any) -> None:
        if isinstance(end, Unknown):
            return
        name = self.open.pop(key)
        self.attempts[name] += 1
        if isinstance(end, Delivered):
            self.receipts[name] = end.receipt

    def take(self) -> None:
        """Take away what waits."""
        bag = self.folder / "bag"
        bag.mkdir(exist_ok=True)
        for path in self.waiting():
            self.taken.append(path.rename(bag / path.name))

    def waiting(self) -> list[Path]:
        """What a person sees in the folder."""
        return sorted((self.folder / self.drop).glob("[!.]*"))

    def rows(self) -> list[str]:
        """Every row of every file that there was, as file, row and name."""
        found = []
        for path in (*self.taken, *self.waiting()):
            with path.open(newline="", encoding="utf-8-sig") as file:
                found += [
                    f"{path.name}:{at} {row['Client Name']}" for at, row in enumerate(csv.DictReader(file), 2)
                ]
        return sorted(found)

    def balance(self, *names: str) -> None:
        """Each is in one file once, and its receipt says where; nothing of a broken file is left to see."""
        assert not self.open
        assert self.rows() == sorted(f"{self.receipts[name]} {name}" for name in names)
        told = {one.receipt: one.told for one in self.outbox().follow(list(self.receipts.values()))}
        assert told.keys() == set(self.receipts.values())
        places = {path.name for path in self.waiting()}
        for receipt, said in told.items():
            assert ("waits in" in said) is (receipt.rpartition(":")[0] in places)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_delivery_has_so_many_steps(desk: Desk) -> None:
    with troubled(Trouble(STEPS - 1, "before", killed)) as last, pytest.raises(Killed):
        desk.send(*NAMES)
    assert last.struck
    with troubled(Trouble(STEPS, "before", killed)) as beyond:
        Desk(desk.folder / "other").folder.mkdir()
        Desk(desk.folder / "other").send(*NAMES)
    assert not beyond.struck


@pytest.mark.parametrize("taken", [False, True], ids=["waits", "taken meanwhile"])
@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("step", range(STEPS))
def test_a_process_that_ends_at_any_step_hands_over_once(
    desk: Desk, step: int, how: str, *, taken: bool
) -> None:
    with troubled(Trouble(step, how, killed)), pytest.raises(Killed):
        desk.send(*NAMES)
    if taken:
        desk.take()
    desk.send(*NAMES)
    desk.balance(*NAMES)


@pytest.mark.parametrize("strike", [full, refused])
@pytest.mark.parametrize("lasting", [False, True], ids=["once", "lasting"])
@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("step", range(STEPS))
def test_a_disk_that_fails_at_any_step_is_told_of_truly(
    desk: Desk, step: int, how: str, strike: Any, *, lasting: bool
) -> None:
    with troubled(Trouble(step, how, strike, lasting=lasting)):
        ends = desk.send(*NAMES)
    (sort,) = {type(end) for end in ends.values()}
    is_there = bool(desk.waiting())
    assert sort is not Delivered or is_there
    assert sort is not NotSent or not is_there
    desk.send(*NAMES)
    desk.balance(*NAMES)


def test_what_is_not_sent_leaves_nothing_behind(desk: Desk) -> None:
    for step in range(8):
        with troubled(Trouble(step, "within", full)):
            ends = desk.send(*NAMES)
        assert {type(end) for end in ends.values()} == {NotSent}
        assert not list((desk.folder / DROP).iterdir())
        assert not list((desk.folder / NOTES).glob("*.json"))


trouble = st.tuples(
    st.integers(0, STEPS + 5), st.sampled_from(HOWS), st.sampled_from([full, killed, refused]), st.booleans()
)


@given(troubles=st.lists(st.tuples(trouble, st.booleans(), st.integers(0, 2)), max_size=4))
def test_trouble_upon_trouble_neither_loses_nor_doubles(
    tmp_path_factory: pytest.TempPathFactory, troubles: Sequence[Any]
) -> None:
    folder = tmp_path_factory.mktemp("desk")
    desk = Desk(folder)
    for (step, how, strike, lasting), taken, seconds in troubles:
        lasts = lasting and strike is not killed
        with troubled(Trouble(step, how, strike, lasting=lasts)), suppress(Killed):
            desk.send(*NAMES)
        if taken:
            desk.take()
        desk.clock.advance(timedelta(seconds=seconds))
    desk.send(*NAMES)
    desk.send(*NAMES)
    desk.balance(*NAMES)
    shutil.rmtree(folder)


# ------------------------------------------------------------ names, folders and notes


def test_two_files_of_one_second_have_two_names(desk: Desk) -> None:
    desk.send("Acme")
    desk.send("Acme", "Bolt")
    assert len(desk.waiting()) == 2
    desk.balance("Acme", "Bolt")


def test_two_workspaces_with_one_folder_write_no_file_over_another(tmp_path: Path) -> None:
    drop = tmp_path / "share"
    drop.mkdir()
    for number in range(2):
        folder = tmp_path / f"office{number}"
        folder.mkdir()
        desk = Desk(folder, drop=str(drop))
        desk.attempts["Acme"] = number  # their keys differ
        desk.send("Acme")
    assert len(list(drop.iterdir())) == 2


def broken_off(desk: Desk) -> None:
    """A run that ends right before its file gets its final name."""
    with troubled(Trouble(8, "before", killed)), pytest.raises(Killed):
        desk.send(*NAMES)


def test_a_folder_that_is_not_there_is_no_file_that_was_taken(desk: Desk) -> None:
    broken_off(desk)
    (desk.folder / DROP).rename(desk.folder / "unplugged")
    for _ in range(2):  # nor is it made anew, which would make it seem so in the next run
        ends = desk.send(*NAMES, "Late")
        assert {type(end) for end in ends.values()} == {NotSent}
        assert len(desk.open) == len(NAMES)
    (desk.folder / "unplugged").rename(desk.folder / DROP)
    desk.send(*NAMES)
    desk.balance(*NAMES)
    assert len(desk.waiting()) == 1


def test_a_folder_that_somebody_removed_is_made_anew(desk: Desk) -> None:
    desk.send("Acme")
    desk.take()
    (desk.folder / DROP).rmdir()
    desk.send("Acme", "Bolt")
    desk.balance("Acme", "Bolt")


def test_another_folder_in_the_settings_is_no_file_that_was_taken(desk: Desk) -> None:
    broken_off(desk)
    desk.drop = "elsewhere"
    desk.send(*NAMES)
    assert not desk.waiting()
    desk.drop = DROP
    desk.balance(*NAMES)


def test_a_folder_outside_of_the_workspace_has_to_be_there(tmp_path: Path) -> None:
    folder = tmp_path / "office"
    folder.mkdir()
    desk = Desk(folder, drop=str(tmp_path / "share" / "imports"))
    (end,) = set(desk.send("Acme").values())
    assert isinstance(end, NotSent)
    assert str(tmp_path / "share" / "imports") in end.reason
    assert not (tmp_path / "share").exists()
    (tmp_path / "share" / "imports").mkdir(parents=True)
    desk.send("Acme")
    desk.balance("Acme")


def test_of_a_folder_that_cannot_be_looked_at_nothing_is_claimed(desk: Desk) -> None:
    desk.send(*NAMES)
    (desk.folder / DROP).rename(desk.folder / "unplugged")
    told = [one.told for one in desk.outbox().follow(list(desk.receipts.values()))]
    assert all(said.startswith("Nobody knows whether clients-") for said in told)


def test_a_note_that_is_half_written_is_not_read(desk: Desk) -> None:
    with troubled(Trouble(5, "within", killed)), pytest.raises(Killed):
        desk.send(*NAMES)
    (half,) = (desk.folder / NOTES).glob(".*.part")
    desk.send(*NAMES)
    desk.balance(*NAMES)
    assert half.exists()


def test_a_damaged_note_is_told_and_nothing_is_taken_for_not_there(desk: Desk) -> None:
    broken_off(desk)
    (note,) = (desk.folder / NOTES).glob("*.json")
    note.write_bytes(note.read_bytes()[:40])
    with pytest.raises(SourceFailed, match="damaged"):
        desk.outbox().find(Reference("k-Acme-0", {}))
    assert desk.send(*NAMES) == {}
    assert set(desk.open.values()) == set(NAMES)


def test_a_row_that_cannot_be_one_keeps_no_other_back(desk: Desk) -> None:
    desk.send("Acme")
    intents = [
        Intent(f"k-{name}-7", Kind.CLIENT, Action.CREATE, {"Client Name": name, "Client ID": name})
        for name in ("", "Bolt")
    ]
    empty, bolt = (one.end for one in desk.outbox().write(intents))
    assert isinstance(empty, Rejected)
    assert isinstance(bolt, Delivered)
    assert bolt.receipt.endswith(".csv:2")


def test_a_look_up_of_many_reads_the_notes_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f"Client {number}" for number in range(50)]
    for number in range(0, 50, 10):
        desk.send(*names[: number + 10])
    outbox, reads = desk.outbox(), Counter[str]()
    read = type(desk.folder).read_bytes
    monkeypatch.setattr(
        type(desk.folder), "read_bytes", lambda path: (reads.update([path.name]), read(path))[1]
    )
    for name in (*names, "Unheard of"):
        assert bool(outbox.find(Reference(f"k-{name}-0", {}))) is (name in names)
    assert len(reads) == 5
    assert max(reads.values()) == 2
