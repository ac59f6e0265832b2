"""Kill runs amid thousands of invoices, or lose the answers to batches, and count what the books hold.

``python tests/quickbooks/kill_books.py --mode kill|lose [--forget] --rounds 20 --invoices 2000`` has a line
for each round; it exits with 1 if anything is doubled or missing. With ``--forget`` the books answer a repeat
of a batch with fault 6000 in place of its first answer.
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
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from urllib.request import Request, urlopen

sys.path.insert(0, str(Path(__file__).parent))

from books_firm import KEY, SECRETS, TOTAL, write_firm

if TYPE_CHECKING:
    from collections.abc import Mapping

    from books_firm import Firm

_FINISHED = {0, 3}
_GLANCE = 0.01
_PATIENCE = 600
_CLIENTS, _MATTERS = 40, 3
_ANSWER_AFTER = 20
"""Of so many batches one loses its answer, about."""


class BooksProcess:
    """The sandbox as a process of its own, which outlives the runs that are killed."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "hub", "sandbox", "quickbooks", "--no-limits"]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout
        pairs = (self._process.stdout.readline().strip().split("=", 1) for _ in range(7))
        self.settings = {name.lower(): value for name, value in pairs}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def tell(self, place: str, **said: object) -> None:
        """Drive the sandbox."""
        body = json.dumps(said).encode()
        headers = {"Content-Type": "application/json"}
        with urlopen(Request(f"{self.settings['base_url']}/sandbox/{place}", body, headers), timeout=30):
            pass

    def ask(self, place: str) -> Any:
        """What the sandbox says of itself."""
        with urlopen(f"{self.settings['base_url']}/sandbox/{place}", timeout=60) as answer:
            return json.load(answer)

    def count(self) -> int:
        """How many invoices there are."""
        return int(self.ask("counts")["objects"].get("Invoice", 0))


@dataclass(frozen=True, slots=True)
class Round:
    """What a round came to."""

    at: str
    runs: int
    doubled: int
    missing: int
    wrong: int
    """Invoices whose total is not that of the bill."""
    lookups: int

    @property
    def good(self) -> bool:
        """Whether all is there, once, to the cent."""
        return not self.doubled and not self.missing and not self.wrong


class Runs:
    """Runs of ``hub sync``, each a process of its own."""

    def __init__(self, firm: Firm, settings: Mapping[str, str]) -> None:
        self._command = [sys.executable, "-m", "hub", "-C", str(firm.folder), "sync", "--yes", "--json"]
        secrets = {f"HUB_SECRET_BOOKS__{name.upper()}": settings[name] for name in SECRETS}
        self._environment = {**os.environ, **secrets, "HUB_SECRETS_KEY": KEY}
        self.started = 0

    def start(self, output: int = subprocess.DEVNULL) -> subprocess.Popen[str]:
        """Start a run."""
        self.started += 1
        return subprocess.Popen(self._command, env=self._environment, stdout=output, stderr=output, text=True)

    def finish(self) -> dict[str, Any]:
        """Run until one run comes to its end; what it reports."""
        deadline = time.monotonic() + _PATIENCE
        while True:
            process = self.start(subprocess.PIPE)
            report, complaints = process.communicate()
            if process.returncode in _FINISHED:
                document: dict[str, Any] = json.loads(report)
                return document
            if time.monotonic() > deadline:
                sys.exit(f"A run does not come to its end:\n{report}\n{complaints}")
            time.sleep(1)


def main() -> None:
    """Run the rounds and print them."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--mode", choices=("kill", "lose"), required=True)
    parser.add_argument("--forget", action="store_true", help="answer repeated batches with fault 6000")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--invoices", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rounds = []
    for number in range(options.rounds):
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            chance = random.Random(f"{options.seed}/{number}")
            rounds.append(done := one_round(options, chance, Path(folder)))
        print(
            f"round {number + 1:>3}: {done.at}, {done.runs} runs, {done.doubled} doubled, "
            f"{done.missing} missing, {done.wrong} with another total, {done.lookups} look-ups",
            flush=True,
        )
    print(f"{sum(done.good for done in rounds)} of {len(rounds)} rounds are good")
    sys.exit(not all(done.good for done in rounds))


def one_round(options: argparse.Namespace, chance: random.Random, folder: Path) -> Round:
    """A new firm and new books; one run is disturbed, others follow until all is settled; then counted."""
    with BooksProcess() as books:
        # As a stand-in it is called as fast as it answers, and not at the pace that Intuit allows.
        settings = {**books.settings, "environment": "stand-in", "timeout_seconds": 2}
        firm = write_firm(
            folder / "firm", settings, clients=_CLIENTS, matters=_MATTERS, invoices=options.invoices
        )
        runs = Runs(firm, books.settings)
        if options.forget:
            books.tell("faults", fault="forget_batches", on="batch", times=None)
        at = kill(runs, books, chance, options.invoices) if options.mode == "kill" else lose(books, chance)
        report = runs.finish()
        while report["outcome"] != "ok" and runs.started < 2 * _ANSWER_AFTER:
            report = runs.finish()
        return judge(firm, books, at, runs)


def kill(runs: Runs, books: BooksProcess, chance: random.Random, invoices: int) -> str:
    """Kill a run once so many invoices are there, and perhaps the one that recovers, too."""
    aim = chance.randrange(int(0.9 * invoices))
    process = runs.start()
    while process.poll() is None and books.count() < aim:
        time.sleep(_GLANCE)
    time.sleep(chance.uniform(0, 0.1))
    process.kill()
    process.wait()
    at = books.count()
    if chance.random() < 1 / 3:
        process = runs.start()
        time.sleep(chance.uniform(0.5, 2.5))
        process.kill()
        process.wait()
    return f"killed at {at:>5}"


def lose(books: BooksProcess, chance: random.Random) -> str:
    """Let some batches be done and not be answered: by silence, or by a closed connection."""
    faults = [chance.choice(("time_out", "drop")) for _ in range(chance.randint(2, 5))]
    for fault in faults:
        # Between two that go wrong some go well.
        books.tell("faults", fault="slow", on="batch", times=chance.randrange(1, _ANSWER_AFTER), seconds=0)
        books.tell("faults", fault=fault, on="batch", times=1)
    return f"lost {len(faults)} answers"


def judge(firm: Firm, books: BooksProcess, at: str, runs: Runs) -> Round:
    """Count what the books hold."""
    found = books.ask("objects/Invoice")["Invoice"]
    numbers = Counter(one["DocNumber"] for one in found)
    return Round(
        at=at,
        runs=runs.started,
        doubled=sum(times > 1 for times in numbers.values()),
        missing=len(set(firm.numbers) - numbers.keys()),
        wrong=sum(Decimal(str(one["TotalAmt"])) != TOTAL for one in found),
        lookups=int(books.ask("counts")["total"].get("query", 0)),
    )


if __name__ == "__main__":
    main()
