"""All of a Bill4Time account, over and over: ``python benchmarks/bill4time_sweep.py [--entries 200000]``.

The account is the sandbox, in a process of its own; so is each run. A line says how often it was asked for
time entries, beside the pages that they fill, and what that took, beside a process that fetches and parses
the same pages and does nothing else. The last lines are of a tenth of the entries: memory is to be the same,
but for the ledger's page cache, which fills up to 12 MiB. A run that does not take in what there is to take
in ends the benchmark.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.request import Request, urlopen

from measure import Measured, measure

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

HERE = Path(__file__).parent
PAGE = 100
"""Rows in a page, of the connector's own choice and of the sandbox's."""
NEW = 5
"""Entries that are new on the day of the daily run."""
FLOOR, FIRST = "fetch and parse alone", "first sweep"
UNCHANGED, COUNTED = "unchanged sweep", "unchanged sweep, counted"
INDEXING = f"daily run, {NEW} new, the first"
"""The first time that something is new, the hub notes how all that it has would be known again."""
DAILY = f"daily run, {NEW} new"
EVERY_RUN, WEEKLY = 0, 7

_HUB = """
[hub]
firm = "Benchmark LLP"
timezone = "America/Chicago"
currency = "USD"

[connections.capture]
connector = "bill4time"
base_url = {base_url}
page_size = {size}
sweep_days = {sweep}

[flows.pull]
from = "capture"
kinds = ["time_entry"]
"""
_CROSSWALK = "number,bill4time\n*,*\n"
# What is in the account was entered long ago: no daily run reads it.
_SEED = """
import sys
from datetime import timedelta
from pathlib import Path
from hub.sdk import SystemClock
from hub_bill4time.sandbox import Bill4TimeSandbox

class Earlier(SystemClock):
    def now(self):
        return super().now() - timedelta(days=200)

with Bill4TimeSandbox(Path(sys.argv[1]), clock=Earlier()) as sandbox:
    sandbox.firm.seed_entries(int(sys.argv[2]))
"""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the result.

    Args:
        name: what was done.
        measured: what it took.
        requests: how often time entries were asked for.
        pages: how many pages hold what there is to read.
        changed: how many entries the run found new or changed; of the floor, none.

    """

    name: str
    measured: Measured
    requests: int
    pages: int
    changed: int = 0


class Account:
    """The sandbox in a process of its own, driven from here."""

    def __init__(self, settings: dict[str, str]) -> None:
        self.url = settings["BASE_URL"]
        self.key = settings["API_KEY"]

    def drive(self, place: str, **said: object) -> Any:  # noqa: ANN401 -- JSON
        """Tell the sandbox something, or ask it where nothing is told."""
        address = f"{self.url.removesuffix('b4t-api')}sandbox/{place}"
        with urlopen(Request(address, json.dumps(said).encode() if said else None), timeout=60) as answer:
            return json.load(answer)

    def asked(self) -> int:
        """How often time entries have been asked for."""
        return int(self.drive("counts")["requests"].get("timeEntries", 0))

    def work(self, count: int) -> None:
        """Enter some time today."""
        project = self.drive("objects/projects")["projects"][0]["id"]
        user = self.drive("objects/users")["users"][0]["id"]
        for number in range(count):
            told = f"Call {self.asked()}-{number}"
            said = {"projectId": project, "userId": user, "descriptionPublic": told}
            self.drive("objects/timeEntries", **said, entryDate="2026-01-02", billableTime="0.5")


@contextmanager
def served(path: Path) -> Iterator[Account]:
    """Serve the account of a file."""
    command = [sys.executable, "-m", "hub", "sandbox", "bill4time", "--file", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            pairs = [process.stdout.readline().strip().partition("=") for _ in range(2)]
            yield Account({name: value for name, _, value in pairs})
        finally:
            process.kill()


class Benchmark:
    """All measurements for one number of entries."""

    def __init__(self, folder: Path, entries: int) -> None:
        self._workspace = folder / "workspace"
        self._file = folder / "account.db"
        self._entries = entries
        _succeeded(measure([sys.executable, "-c", _SEED, str(self._file), str(entries)]))
        crosswalks = self._workspace / "mappings" / "crosswalks"
        crosswalks.mkdir(parents=True)
        (crosswalks / "timekeeper.csv").write_text(_CROSSWALK, encoding="utf-8")

    def lines(self) -> Generator[Line]:
        """Measure one thing after the other."""
        with served(self._file) as account:
            yield self._floor(account)
            yield self._run(account, FIRST, EVERY_RUN, changed=self._entries)
            yield self._run(account, UNCHANGED, EVERY_RUN)
            account.drive("switches", count=True)
            yield self._run(account, COUNTED, EVERY_RUN)
            for name in (INDEXING, DAILY):
                account.work(NEW)
                yield self._run(account, name, WEEKLY, changed=NEW, pages=ceil(NEW / PAGE))

    def _floor(self, account: Account) -> Line:
        before = account.asked()
        command = [sys.executable, str(HERE / "bill4time_floor.py")]
        measured = _succeeded(measure([*command, f"{account.url}/{account.key}/v2", str(PAGE)]))
        if int(measured.output) != self._entries:
            sys.exit(f"The floor fetches {measured.output.strip()} entries, not {self._entries}.")
        return Line(FLOOR, measured, account.asked() - before, ceil(self._entries / PAGE))

    def _run(self, account: Account, name: str, sweep: int, *, changed: int = 0, pages: int = 0) -> Line:
        text = _HUB.format(base_url=json.dumps(account.url), size=PAGE, sweep=sweep)
        (self._workspace / "hub.toml").write_text(text, encoding="utf-8")
        before = account.asked()
        command = [sys.executable, "-m", "hub", "-C", str(self._workspace), "sync", "--yes", "--json"]
        environment = {**os.environ, "HUB_SECRET_CAPTURE__API_KEY": account.key}
        measured = _succeeded(measure(command, environment))
        _demand(json.loads(measured.output), changed)
        return Line(
            name, measured, account.asked() - before, pages or ceil(self._entries / PAGE), changed=changed
        )


def main() -> None:
    """Measure all entries and a tenth of them, and print as it goes."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--entries", type=int, default=200_000)
    entries = parser.parse_args().entries
    print(f"Python {platform.python_version()}, {platform.system()}, {os.cpu_count()} processors")
    for size in (entries, entries // 10):
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            print_size(Benchmark(Path(folder), size), size)


def print_size(benchmark: Benchmark, entries: int) -> None:
    """Print one size, line by line."""
    title = f"{entries:,} time entries"
    print(f"\n{title:<30}{'requests':>10}{'pages':>8}{'changed':>10}{'seconds':>9}{'peak MB':>9}  × floor")
    floor = 0.0
    for line in benchmark.lines():
        floor = floor or line.measured.seconds
        print(format_line(line, floor), flush=True)


def format_line(line: Line, floor: float) -> str:
    """Put a measurement beside the floor of the same size."""
    took, peak = line.measured.seconds, line.measured.peak_mb
    memory = "–" if peak is None else f"{peak:.0f}"
    return (
        f"{line.name:<30}{line.requests:>10,}{line.pages:>8,}{line.changed:>10,}{took:>9.2f}{memory:>9}"
        f"  {took / floor:.2f}"
    )


def _succeeded(measured: Measured) -> Measured:
    if measured.status:
        sys.exit(f"It ends with {measured.status}: {measured.output[:4000]}")
    return measured


def _demand(report: dict[str, Any], changed: int) -> None:
    """Hold a run's report to what there was to take in."""
    found = report["pulled"]["capture"]["time_entry"]["changed"]
    if found != changed:
        sys.exit(f"{found} entries are new or changed, not {changed}: {json.dumps(report)[:2000]}")


if __name__ == "__main__":
    main()
