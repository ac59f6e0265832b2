"""Kill runs at random points, run them again, and count at the target what is there twice or not at all.

``python tests/standin/kill_rounds.py --mode keys|find|blind|ledes --rounds 20 --creates 2000`` prints a line
for each round and a table; it exits with 1 if anything is doubled, missing without being held, or broken.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from standin_process import install_plugin
from standin_targets import open_target

if TYPE_CHECKING:
    from collections.abc import Sequence

    from standin_targets import Target
    from standin_workspace import Thing

MODES = ("keys", "find", "blind", "ledes")
_FINISHED = {0, 3}
"""The exit codes of a run that came to its end: all moved, or something is held."""
_GLANCE = 0.002
"""Seconds between two looks at how far a run has come."""
_TRIES = 3
"""How many rounds are tried for each one whose run is caught."""
_SECOND_KILL = 1 / 3
"""The share of rounds in which the run that recovers is killed too."""


@dataclass(frozen=True, slots=True)
class Round:
    """What one round came to.

    Args:
        at: how many things were at the target when the run was killed; ``None`` if it was never caught.
        runs: how many runs it took to finish, the killed ones included.
        doubled: how many things are at the target more than once.
        held: how many records the hub holds back from the target.
        missing: how many things are not there.
        unaccounted: how many are missing and not held either.
        sound: whether the ledger passes SQLite's integrity check.

    """

    at: int | None
    runs: int
    doubled: int
    held: int
    missing: int
    unaccounted: int
    sound: bool

    def is_good(self, mode: str) -> bool:
        """Whether the round kept the promise; only a blind target may leave something held."""
        lost = self.unaccounted if mode == "blind" else self.missing
        return not self.doubled and not lost and self.sound


class Runs:
    """Runs of ``hub sync`` in one workspace, each a process of its own."""

    def __init__(self, folder: Path, plugins: Path) -> None:
        self._command = [sys.executable, "-m", "hub", "-C", str(folder), "sync", "--yes", "--json"]
        path = os.pathsep.join(filter(None, [str(plugins), os.environ.get("PYTHONPATH")]))
        self._environment = {**os.environ, "PYTHONPATH": path}
        self._folder = folder
        self.started = 0

    def start(self, output: int = subprocess.DEVNULL) -> subprocess.Popen[str]:
        """Start a run."""
        self.started += 1
        return subprocess.Popen(
            self._command,
            env=self._environment,
            cwd=self._folder,
            stdout=output,
            stderr=subprocess.PIPE if output == subprocess.PIPE else subprocess.DEVNULL,
            text=True,
        )

    def finish(self, deadline: float) -> dict[str, Any]:
        """Run until one run comes to its end, and give what it reports; a bug is no end to wait for."""
        while True:
            process = self.start(subprocess.PIPE)
            report, complaints = process.communicate()
            if process.returncode in _FINISHED:
                document: dict[str, Any] = json.loads(report)
                return document
            log = self._folder / "hub-error.log"
            if log.exists() or time.monotonic() > deadline:
                details = log.read_text(encoding="utf-8") if log.exists() else ""
                sys.exit(f"A run does not come to its end:\n{report}\n{complaints}\n{details}")
            time.sleep(1)


def main() -> None:
    """Run the rounds of one mode and print them."""
    options = _options()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        rounds = run_rounds(options, Path(folder))
    print(table(options.mode, rounds))
    killed = sum(done.at is not None for done in rounds)
    sys.exit(killed < options.rounds or not all(done.is_good(options.mode) for done in rounds))


def run_rounds(options: argparse.Namespace, folder: Path) -> list[Round]:
    """Run rounds until so many were killed; one whose run was too quick proves nothing and is done again."""
    plugins = install_plugin(folder / "plugins")
    rounds: list[Round] = []
    for number in range(options.rounds * _TRIES):
        place = folder / f"round{number}"
        place.mkdir()
        rounds.append(kill_round(options, random.Random(f"{options.seed}/{number}"), place, plugins))
        print(f"round {number + 1:>3}: {describe(rounds[-1])}", flush=True)
        shutil.rmtree(place, ignore_errors=True)
        if sum(done.at is not None for done in rounds) == options.rounds:
            break
    return rounds


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--mode", choices=MODES, required=True, help="what the target can do")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--creates", type=int, default=2_000, help="time entries, or invoices, in each round")
    parser.add_argument("--seed", type=int, default=1, help="the same seed aims at the same points")
    parser.add_argument(
        "--delay", type=float, default=0.02, help="seconds that each call takes at the server; below 2"
    )
    parser.add_argument("--patience", type=float, default=300, help="seconds in which a round has to settle")
    return parser.parse_args()


def kill_round(options: argparse.Namespace, chance: random.Random, place: Path, plugins: Path) -> Round:
    """Build a workspace, kill its run, run it until all is settled, and once more; then count."""
    with open_target(options.mode, place, options.creates, options.delay) as target:
        runs = Runs(target.workspace.folder, plugins)
        at = kill(runs, target, chance, options.delay)
        if chance.random() < _SECOND_KILL:
            kill_blindly(runs, chance)
        settle(runs, target, options)
        report = runs.finish(time.monotonic() + options.patience)
        return judge(target, report, at, runs.started)


def kill(runs: Runs, target: Target, chance: random.Random, delay: float) -> int | None:
    """Kill a run at a random point of its writing; give how far it had come, or ``None`` if it escaped."""
    aim = chance.randrange(int(0.9 * len(target.workspace.expected)))
    process = runs.start()
    while process.poll() is None and target.count() < aim:
        time.sleep(_GLANCE)
    time.sleep(chance.uniform(0, 2 * delay))
    escaped = process.poll() is not None
    process.kill()
    process.wait()
    return None if escaped else target.count()


def kill_blindly(runs: Runs, chance: random.Random) -> None:
    """Kill a run at any time after its start, whatever it is doing by then."""
    process = runs.start()
    time.sleep(chance.uniform(0.2, 2))
    process.kill()
    process.wait()


def settle(runs: Runs, target: Target, options: argparse.Namespace) -> None:
    """Run until nothing is missing; at a blind target, until a run comes to its end."""
    deadline = time.monotonic() + options.patience
    runs.finish(deadline)
    while options.mode != "blind" and missing(target) and time.monotonic() < deadline:
        # What was in doubt may only be looked up once the killed call can no longer arrive.
        time.sleep(2)
        runs.finish(deadline)


def missing(target: Target) -> set[Thing]:
    """Name what has not arrived."""
    return set(target.workspace.expected) - set(target.arrived())


def judge(target: Target, report: dict[str, Any], at: int | None, runs: int) -> Round:
    """Count at the target, and hold what is not there against what the hub says that it holds."""
    absent, expected = missing(target), target.workspace.expected
    held = {hold["label"] for hold in report["holds"] if hold["connection"] == "target"}
    return Round(
        at=at,
        runs=runs,
        doubled=sum(times > 1 for times in target.arrived().values()),
        held=len(held),
        missing=len(absent),
        unaccounted=sum(held.isdisjoint(expected[thing]) for thing in absent),
        sound=is_sound(target.workspace.ledger),
    )


def is_sound(ledger: Path) -> bool:
    """Ask SQLite whether the ledger is intact."""
    database = sqlite3.connect(ledger)
    try:
        return database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    finally:
        database.close()


def describe(done: Round) -> str:
    """Put a round into one line."""
    at = "not killed" if done.at is None else f"killed at {done.at:>5}"
    ledger = "intact" if done.sound else "BROKEN"
    return (
        f"{at}, {done.runs} runs, {done.doubled} doubled, {done.held} held, {done.missing} missing, "
        f"{done.unaccounted} of them not held, ledger {ledger}"
    )


def table(mode: str, rounds: Sequence[Round]) -> str:
    """Put all rounds into one table row under its heading."""
    points = sorted(done.at for done in rounds if done.at is not None)
    killed = f"{points[0]}–{points[-1]}" if points else "never"
    cells = (
        mode,
        str(len(rounds)),
        killed,
        str(sum(done.doubled for done in rounds)),
        str(sum(done.held for done in rounds)),
        str(sum(done.missing for done in rounds)),
        str(sum(done.unaccounted for done in rounds)),
        str(sum(done.sound for done in rounds)),
        str(sum(done.is_good(mode) for done in rounds)),
    )
    heads = ("mode", "rounds", "killed at", "doubled", "held", "missing", "not held", "intact", "good")
    widths = [max(map(len, pair)) for pair in zip(heads, cells, strict=True)]
    return "\n".join(
        "  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True))
        for line in (heads, cells)
    )


if __name__ == "__main__":
    main()
