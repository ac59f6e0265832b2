"""Kill runs that write import files for Bill4Time, and count what the files and the account hold.

``python tests/bill4time/kill_imports.py --rounds 20`` has a line for each round. A run is killed at any time,
or at a step of a delivery, a torn file among them; a person takes the files at once, late, or between the
kill and the next run, and hands them in. It exits with 1 if a record is doubled, missing or not bound.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).parent))

import keyring
from failing_disk import HOWS
from imports_firm import ORDER, ImportFirm
from keyring.backends.null import Keyring

from hub_bill4time.sandbox import Bill4TimeSandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

MOODS = ("at once", "late", "between")
"""When the person takes files away: as soon as they see one; after each run, and hands them in a run later;
or after each run, so that what a killed run left is in the account before the next one looks."""
_FINISHED = {0, 3}
_STEPS = 30
"""More than one run takes to hand over clients and projects."""
_LONGEST = 2.5
"""Seconds after which a run is killed at the latest, where it is killed at any time."""
_MOST_RUNS = 16
_GLANCE = 0.002


class Person:
    """Takes files away in their own time, and hands them in."""

    def __init__(self, firm: ImportFirm, mood: str) -> None:
        self._firm = firm
        self._mood = mood

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Look into the folder all the time, if that is the person's way."""
        gone = Event()
        watch = Thread(target=self._watch, args=(gone,))
        watch.start()
        try:
            yield
        finally:
            gone.set()
            watch.join()

    def _watch(self, gone: Event) -> None:
        while self._mood == "at once" and not gone.wait(_GLANCE):
            self._firm.take_away()
            self._firm.hand_in()

    def after_a_run(self) -> None:
        """Do what is done between two runs."""
        if self._mood == "late":
            self._firm.hand_in()
            self._firm.take_away()
        else:
            self._firm.take_away()
            self._firm.hand_in()


@dataclass
class Runs:
    """Runs of ``hub sync``, each a process of its own."""

    firm: ImportFirm
    started: int = 0
    killed: list[str] = field(default_factory=list)
    """Where runs were killed."""

    def _start(self, *before: str, output: int = subprocess.DEVNULL) -> subprocess.Popen[str]:
        self.started += 1
        command = [sys.executable, *(before or ("-m", "hub"))]
        words = ["-C", str(self.firm.folder), "sync", "--yes", "--json"]
        return subprocess.Popen(
            [*command, *words],
            env={**os.environ, **self.firm.secrets},
            stdout=output,
            stderr=subprocess.PIPE if output == subprocess.PIPE else subprocess.DEVNULL,
            text=True,
        )

    def kill(self, chance: random.Random) -> None:
        """Kill a run at a step of a delivery, or at any time; it may escape."""
        if chance.random() < 2 / 3:
            step, how = str(chance.randrange(_STEPS)), chance.choice(HOWS)
            process = self._start(str(Path(__file__).parent / "failing_disk.py"), step, how)
            at = f"{how} step {step}"
        else:
            wait = chance.uniform(0.5, _LONGEST)
            process = self._start()
            time.sleep(wait)
            process.kill()
            at = f"{wait:.2f} s"
        if process.wait() not in _FINISHED:
            self.killed.append(at)

    def finish(self) -> dict[str, Any]:
        """Run once; a run that does not come to its end is a bug."""
        process = self._start(output=subprocess.PIPE)
        report, complaints = process.communicate()
        if process.returncode not in _FINISHED:
            sys.exit(f"A run does not come to its end:\n{report}\n{complaints}")
        document: dict[str, Any] = json.loads(report)
        return document


@dataclass(frozen=True, slots=True)
class Round:
    """What a round came to."""

    mood: str
    killed: list[str]
    runs: int
    doubled: int
    missing: int
    """Records of which there is none, or another number, in the account or in files."""
    unbound: int
    held: int
    left: list[str]
    """Files in the folder that belong to nobody."""

    @property
    def good(self) -> bool:
        """Whether each record is in one file, once in the account, and bound."""
        return not (self.doubled or self.missing or self.unbound or self.held)


def main() -> None:
    """Run the rounds and print them."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--clients", type=int, default=30)
    parser.add_argument("--entries", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    # Nothing of this goes into the keyring of whoever runs it.
    keyring.set_keyring(Keyring())
    rounds = []
    for number in range(options.rounds):
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            rounds.append(done := one_round(options, number, Path(folder)))
        print(f"round {number + 1:>3}: {describe(done)}", flush=True)
    kills = sum(len(done.killed) for done in rounds)
    print(f"{sum(done.good for done in rounds)} of {len(rounds)} rounds are good, {kills} runs were killed")
    sys.exit(not all(done.good for done in rounds))


def one_round(options: argparse.Namespace, number: int, folder: Path) -> Round:
    """A new firm; runs are killed, others follow until nothing is left to do; then all is counted."""
    chance = random.Random(f"{options.seed}/{number}")
    mood = MOODS[number % len(MOODS)]
    with Bill4TimeSandbox() as sandbox:
        form = chance.choice(("csv", "xlsx"))
        size = {"clients": options.clients, "entries": options.entries}
        firm = ImportFirm(folder / "firm", sandbox, **size, form=form)
        runs, person = Runs(firm), Person(firm, mood)
        report = live(runs, person, chance)
        return judge(firm, runs, mood, report)


def live(runs: Runs, person: Person, chance: random.Random) -> dict[str, Any]:
    """Run until a run has nothing to do; the first ones are killed, and perhaps some on the way there."""
    report: dict[str, Any] = {}
    while runs.started < _MOST_RUNS:
        with person.watching():
            if runs.started < _MOST_RUNS / 2 and (not runs.killed or chance.random() < 1 / 2):
                runs.kill(chance)
            else:
                report = runs.finish()
        idle = not runs.firm.bag and runs.firm.is_all_there() and not _pushed(report)
        person.after_a_run()
        if idle and report.get("outcome") == "ok":
            break
    return report


def _pushed(report: dict[str, Any]) -> int:
    kinds = report.get("pushed", {}).get("capture", {}).values()
    return sum(counts[name] for counts in kinds for name in ("delivered", "held", "unknown"))


def judge(firm: ImportFirm, runs: Runs, mood: str, report: dict[str, Any]) -> Round:
    """Count what the account and the files hold."""
    doubled = missing = 0
    for title in ORDER:
        for found in (firm.in_account(title), firm.in_files(title)):
            doubled += sum(times > 1 for times in found.values())
            missing += len(firm.expected[title] ^ found.keys())
    wanted = sum(len(expected) for expected in firm.expected.values())
    return Round(
        mood=mood,
        killed=runs.killed,
        runs=runs.started,
        doubled=doubled,
        missing=missing,
        unbound=wanted - firm.bound(),
        held=len(report.get("holds", ())),
        left=firm.left_behind(),
    )


def describe(done: Round) -> str:
    """Put a round into one line."""
    left = f", left behind: {', '.join(done.left)}" if done.left else ""
    killed = "; ".join(done.killed) or "never"
    return (
        f"taken {done.mood}, {done.runs} runs, killed {killed}; {done.doubled} doubled, "
        f"{done.missing} missing, {done.unbound} not bound, {done.held} held{left}"
    )


if __name__ == "__main__":
    main()
