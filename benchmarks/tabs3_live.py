"""Tabs3 read live, night after night: ``python benchmarks/tabs3_live.py [ARCHIVE_ROWS ...]``.

SQLite stands in Tabs3's place, behind its ODBC driver, with an index by statement and no other. Each line is
a process of its own, the reader's time included; the rows are those that left ARCHIVE for it. A night's run
is checked: one that did not take in what had changed ends the benchmark.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from measure import Measured, measure
from tallying_reader import SILENT, tallied

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
SIZES = (100_000, 1_000_000)
CHANGES = (50, 500)
LINES = 50
"""The lines of a statement, of which each tenth is a cost."""
NIGHTS = 30
NEVER = 1_000_000_000
"""So many nights for all of ARCHIVE that none of it is read again in any of them."""
FIRST = "first load"

_HUB = """
[hub]
firm = "Benchmark LLP"
timezone = "America/Chicago"
currency = "USD"

[connections.billing]
connector = "tabs3"
dsn = "Tabs3"
reader = {reader}
sweep_nights = {nights}

[flows.pull]
from = "billing"
kinds = ["client", "matter", "timekeeper", "time_entry", "expense", "invoice", "payment", "write_off"]
"""
_MAPPING = """
[timekeeper.fields]
classification.field = "LEVEL"
classification.values = { "1" = "PARTNR", "2" = "OFCOUN", "3" = "ASSOC", "4" = "PARALG", "5" = "PARALG" }
"""
_MAKE = """
import pathlib, sys
from hub_tabs3.sandbox.big import {name}
{name}(pathlib.Path(sys.argv[1]), int(sys.argv[2]))
"""
# What was read today has had its turn: the ledger is told that it was yesterday.
_YESTERDAY = """
import sqlite3, sys
from hub_tabs3.memory import Memory
with sqlite3.connect(sys.argv[1]) as ledger:
    for kind, cursor in ledger.execute("SELECT kind, value FROM cursor WHERE value <> ''").fetchall():
        memory = Memory.read(cursor)
        memory.day -= 1
        ledger.execute("UPDATE cursor SET value = ? WHERE kind = ?", (memory.written(), kind))
"""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the result: what was done, what it took, and how many rows of ARCHIVE were read for it."""

    name: str
    measured: Measured
    archive: int


class Benchmark:
    """All measurements for one size of ARCHIVE."""

    def __init__(self, folder: Path, rows: int, changes: tuple[int, ...] = CHANGES) -> None:
        self._rows = rows
        self._changes = changes
        self._folder = folder
        self._books = folder / "tabs3.db"
        self._tally = folder / "tally"
        self._workspace = folder / "workspace"
        self._environment = {**os.environ, "ODBCSYSINI": str(folder), "ODBCINI": str(folder / "none.ini")}

    def lines(self) -> Iterator[Line]:
        """Measure one thing after the other."""
        self._set_up()
        yield self._floor("reader alone: FEE, LEDGER", "FEE,LEDGER")
        yield self._floor("reader alone: every table", "")
        statements = self._rows // LINES
        yield self._night(FIRST, NEVER, entries=statements * LINES, bills=statements)
        yield self._night("night: unchanged", NEVER, entries=0, bills=0)
        for changes in self._changes:
            count = min(changes, statements)
            self._make("revise", count)
            yield self._night(f"night: {count} statements changed", NEVER, entries=count, bills=count)
        _succeeded(measure([sys.executable, "-c", _YESTERDAY, str(self._workspace / "hub.db")]))
        yield self._night(f"night: unchanged, 1/{NIGHTS} swept", NIGHTS, entries=0, bills=0)

    def _set_up(self) -> None:
        self._make("big_database", self._rows)
        (self._folder / "odbc.ini").write_text(
            f"[Tabs3]\nDriver = SQLite3\nDatabase = {self._books}\nStepAPI = 1\n", encoding="utf-8"
        )
        (self._folder / "odbcinst.ini").write_text(_installed_drivers(), encoding="utf-8")
        (self._workspace / "mappings").mkdir(parents=True)
        (self._workspace / "mappings" / "tabs3.toml").write_text(_MAPPING, encoding="utf-8")

    def _floor(self, name: str, tables: str) -> Line:
        command = [sys.executable, str(HERE / "tallying_reader.py"), str(self._tally), SILENT, "--dsn=Tabs3"]
        measured = _succeeded(measure([*command, f"--tables={tables}"], self._environment))
        return Line(name, measured, tallied(self._tally).get("ARCHIVE", 0))

    def _night(self, name: str, nights: int, *, entries: int, bills: int) -> Line:
        reader = [sys.executable, str(HERE / "tallying_reader.py"), str(self._tally)]
        text = _HUB.format(reader=json.dumps(reader), nights=nights)
        (self._workspace / "hub.toml").write_text(text, encoding="utf-8")
        command = [sys.executable, "-m", "hub", "-C", str(self._workspace), "sync", "--yes", "--json"]
        measured = _succeeded(measure(command, self._environment))
        _demand(json.loads(measured.output), entries, bills)
        return Line(name, measured, tallied(self._tally).get("ARCHIVE", 0))

    def _make(self, name: str, count: int) -> None:
        """Run one of the sandbox's in a process of its own, which keeps this one small."""
        _succeeded(measure([sys.executable, "-c", _MAKE.format(name=name), str(self._books), str(count)]))


def main() -> None:
    """Measure every size and print as it goes."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("rows", nargs="*", type=int, default=SIZES, help="how many rows ARCHIVE has")
    sizes = parser.parse_args().rows
    print(f"Python {platform.python_version()}, {platform.system()}, {os.cpu_count()} processors")
    for size in sizes:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            print_size(Benchmark(Path(folder), size), size)


def print_size(benchmark: Benchmark, rows: int) -> None:
    """Print one size, line by line."""
    print(f"\n{f'{rows:,} rows in ARCHIVE':<34}{'seconds':>9}{'ARCHIVE rows':>14}{'peak MB':>9}  × {FIRST}")
    whole = 0.0
    for line in benchmark.lines():
        whole = line.measured.seconds if line.name == FIRST else whole
        print(format_line(line, whole), flush=True)


def format_line(line: Line, whole: float) -> str:
    """Put a measurement beside the first load of the same size."""
    took, peak = line.measured.seconds, line.measured.peak_mb
    memory = "–" if peak is None else f"{peak:.0f}"
    ratio = f"{took / whole:.3f}" if whole else "floor"
    return f"{line.name:<34}{took:>9.2f}{line.archive:>14,}{memory:>9}  {ratio}"


def _installed_drivers() -> str:
    """What the driver manager of this machine knows of drivers; a folder of its own needs it, too."""
    found = subprocess.run(["odbcinst", "-j"], capture_output=True, text=True, check=True)
    (line,) = [line for line in found.stdout.splitlines() if line.startswith("DRIVERS")]
    return Path(line.partition(":")[2].strip()).read_text(encoding="utf-8")


def _succeeded(measured: Measured) -> Measured:
    if measured.status:
        sys.exit(f"It ends with {measured.status}: {measured.output[:4000]}")
    return measured


def _demand(report: dict[str, Any], entries: int, bills: int) -> None:
    """Hold a run's report to what the run had to take in."""
    pulled = report["pulled"]["billing"]
    found = sum(pulled[kind]["changed"] for kind in ("time_entry", "expense"))
    if (found, pulled["invoice"]["changed"]) != (entries, bills):
        sys.exit(f"{found} entries were taken in, not {entries}: {json.dumps(report)[:2000]}")


if __name__ == "__main__":
    main()
