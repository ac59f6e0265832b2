"""A hub that is killed while it writes import files hands each record over once, and binds all in the end."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from failing_disk import Killed, Trouble, full, killed, troubled
from imports_firm import ORDER, ImportFirm

from hub.cli.program import program
from hub_bill4time.sandbox import Bill4TimeSandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.testing import FakeClock

KILLED = Path(__file__).parent / "failing_disk.py"
CLIENTS, ENTRIES = 3, 7


class Firm(ImportFirm):
    """The firm, with the hub in this process."""

    def sync(self) -> dict[str, Any]:
        """Run once, and let the person take what waits and hand it in."""
        result = CliRunner().invoke(program, ["-C", str(self.folder), "sync", "--yes", "--json"])
        document: dict[str, Any] = json.loads(result.stdout)
        return document

    def carry(self) -> None:
        """Take what waits, and hand it in."""
        self.take_away()
        self.hand_in()

    def settle(self) -> None:
        """Run and carry until all has arrived."""
        for _ in range(3):
            assert self.sync()["errors"] == []
            self.carry()
        assert self.sync()["outcome"] == "ok"

    def balance(self) -> None:
        """Each record is in one file, once in the account, and bound."""
        for title in ORDER:
            once = dict.fromkeys(self.expected[title], 1)
            assert (self.in_files(title), self.in_account(title)) == (once, once)
        assert self.bound() == 2 * CLIENTS + ENTRIES
        assert self.left_behind() == []


@pytest.fixture
def firm(
    tmp_path: Path, empty_ledger: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Firm]:
    monkeypatch.setattr("hub.app.workspace.SystemClock", lambda: clock)
    with Bill4TimeSandbox(clock=clock) as sandbox:
        made = Firm(tmp_path / "firm", sandbox, clients=CLIENTS, entries=ENTRIES)
        shutil.copy(empty_ledger, made.folder / "hub.db")
        for name, value in made.secrets.items():
            monkeypatch.setenv(name, value)
        yield made


# Each step by itself, with files that wait and files that are taken, is tried in test_bill4time_outbox.
@pytest.mark.parametrize(
    ("step", "carried"), [(5, False), (8, True)], ids=["not placed yet", "handed in meanwhile"]
)
def test_a_run_that_ends_at_a_step(firm: Firm, step: int, *, carried: bool) -> None:
    with troubled(Trouble(step, "after", killed)), pytest.raises(Killed):
        firm.sync()
    if carried:
        firm.carry()
    firm.settle()
    firm.balance()


def test_a_file_that_is_handed_in_before_anyone_can_look_it_up(firm: Firm) -> None:
    with troubled(Trouble(8, "after", killed)), pytest.raises(Killed):
        firm.sync()
    firm.carry()
    firm.drop.rename(firm.folder / "unplugged")
    document = firm.sync()
    assert {hold["code"] for hold in document["holds"]} == {"unknown"}
    (firm.folder / "unplugged").rename(firm.drop)
    firm.settle()
    firm.balance()


def test_a_process_that_is_killed(firm: Firm) -> None:
    words = [sys.executable, str(KILLED), "12", "after", "-C", str(firm.folder), "sync", "--yes"]
    environment = {**os.environ, **firm.secrets}
    assert subprocess.run(words, env=environment, capture_output=True, check=False).returncode not in (0, 3)
    firm.carry()
    firm.settle()
    firm.balance()


@pytest.mark.parametrize(
    ("lasting", "said", "held"),
    [(False, "held", "waits"), (True, "failed", "unknown")],  # time waits for its matter to be seen there
)
def test_a_disk_that_is_full_for_a_while(firm: Firm, said: str, held: str, *, lasting: bool) -> None:
    with troubled(Trouble(8, "before", full, lasting=lasting)):
        document = firm.sync()
    assert document["outcome"] == said
    assert {hold["code"] for hold in document["holds"]} == {held}
    firm.carry()
    firm.settle()
    firm.balance()
