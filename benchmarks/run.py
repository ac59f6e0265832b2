"""From folder to ledger to folder, beside floors: ``python benchmarks/run.py [ENTRIES ...]``.

Each line is a process of its own, measured from its start to its end. The hub's lines are checked: a run that
did not move what it should have moved ends the benchmark.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import peers
from measure import Measured, measure

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
SIZES = (100_000, 1_000_000)
CHANGES = 100
RULES = "ledes-rules"
IN, OUT = "csv → SQLite", "SQLite → csv"

_HUB = """
[hub]
firm = "Benchmark LLP"
timezone = "America/Chicago"
currency = "USD"

[plugins]
disabled = {disabled}

[connections.source]
connector = "folder"
folder = {source}

[connections.target]
connector = "folder"
folder = "target"

[flows.pull]
from = "source"
kinds = ["client", "matter", "timekeeper", "time_entry"]

[flows.push]
from = "source"
to = "target"
kinds = ["client", "matter", "timekeeper", "time_entry"]
"""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the result: what was done, what it took, and the floor it stands beside."""

    name: str
    measured: Measured
    floor: str = ""


class Benchmark:
    """All measurements for one number of entries."""

    def __init__(self, folder: Path, entries: int) -> None:
        self._folder = folder
        self._entries = entries
        self._source = folder / "source"
        self._csv = str(self._source / "time_entry.csv")

    def lines(self) -> Iterator[Line]:
        """Measure one thing after the other."""
        self._make("write_firm", self._entries)
        yield from self._floors()
        yield from self._peers()
        yield from self._hub("", [RULES])
        # The first pass has changed the source; both start from the same rows.
        shutil.rmtree(self._source)
        self._make("write_firm", self._entries)
        yield from self._hub(", rules on", [])

    def _floors(self) -> Iterator[Line]:
        yield Line(IN, self._script("floors.py", "csv-to-sqlite", self._csv, "floor.db"))
        yield Line(
            "pydantic + upsert", self._script("floors.py", "pydantic-upsert", self._csv, "upsert.db"), IN
        )
        written = str(self._folder / "floor.csv")
        yield Line(OUT, self._script("floors.py", "sqlite-to-csv", written, "floor.db"))

    def _peers(self) -> Iterator[Line]:
        for peer in peers.installed():
            yield Line(f"{peer}: first load", self._script("peers.py", peer, self._csv, f"{peer}.db"), IN)

    def _hub(self, note: str, disabled: list[str]) -> Iterator[Line]:
        workspace = self._workspace(disabled)
        entries = self._entries
        yield Line(f"pull: first load{note}", self._sync(workspace, "pull", changed=entries), IN)
        yield Line(f"pull: unchanged{note}", self._sync(workspace, "pull", changed=0), IN)
        self._make("change", CHANGES)
        yield Line(f"pull: {CHANGES} changed{note}", self._sync(workspace, "pull", changed=CHANGES), IN)
        yield Line(f"push: first write{note}", self._sync(workspace, "push", created=entries), OUT)
        yield Line(f"push: unchanged{note}", self._sync(workspace, "push", created=0), OUT)
        shutil.rmtree(workspace)

    def _workspace(self, disabled: list[str]) -> Path:
        workspace = self._folder / "workspace"
        workspace.mkdir()
        text = _HUB.format(disabled=json.dumps(disabled), source=json.dumps(str(self._source)))
        (workspace / "hub.toml").write_text(text, encoding="utf-8")
        return workspace

    def _sync(self, workspace: Path, flow: str, **expected: int) -> Measured:
        command = [sys.executable, "-m", "hub", "-C", str(workspace), "sync", flow, "--yes", "--json"]
        measured = _succeeded(measure(command))
        _demand(json.loads(measured.output), expected)
        return measured

    def _make(self, function: str, count: int) -> None:
        """Run one of entries.py in a process of its own, which keeps this one small."""
        code = f"import entries, pathlib; entries.{function}(pathlib.Path({str(self._source)!r}), {count})"
        _succeeded(measure([sys.executable, "-c", code], {**os.environ, "PYTHONPATH": str(HERE)}))

    def _script(self, script: str, name: str, source: str, database: str) -> Measured:
        command = [sys.executable, str(HERE / script), name, source, str(self._folder / database)]
        return _succeeded(measure(command))


def main() -> None:
    """Measure every size and print as it goes."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("entries", nargs="*", type=int, default=SIZES, help="how many time entries")
    sizes = parser.parse_args().entries
    print(f"Python {platform.python_version()}, {platform.system()}, {os.cpu_count()} processors")
    for peer in sorted(set(peers.PEERS) - set(peers.installed())):
        print(f"{peer}: not installed, not measured")
    for size in sizes:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            print_size(Benchmark(Path(folder), size), size)


def print_size(benchmark: Benchmark, entries: int) -> None:
    """Print one size, line by line."""
    print(f"\n{f'{entries:,} time entries':<34}{'seconds':>9}{'records/s':>11}{'peak MB':>9}  × floor")
    seconds: dict[str, float] = {}
    for line in benchmark.lines():
        seconds[line.name] = line.measured.seconds
        print(format_line(line, entries, seconds), flush=True)


def format_line(line: Line, entries: int, seconds: dict[str, float]) -> str:
    """Put a measurement beside its floor."""
    took, peak = line.measured.seconds, line.measured.peak_mb
    memory = "–" if peak is None else f"{peak:.0f}"
    ratio = f"{took / seconds[line.floor]:.2f} × {line.floor}" if line.floor else "floor"
    return f"{line.name:<34}{took:>9.2f}{entries / took:>11,.0f}{memory:>9}  {ratio}"


def _succeeded(measured: Measured) -> Measured:
    if measured.status:
        sys.exit(f"It ends with {measured.status}: {measured.output}")
    return measured


def _demand(report: dict[str, Any], expected: dict[str, int]) -> None:
    """Hold a run's report to what the run had to move."""
    pulled = report["pulled"]["source"]["time_entry"]
    pushed = report["pushed"].get("target", {}).get("time_entry", {})
    for name, count in expected.items():
        found = (pulled if name == "changed" else pushed).get(name, 0)
        if found != count:
            sys.exit(f"{found} were {name}, not {count}: {json.dumps(report)[:2000]}")


if __name__ == "__main__":
    main()
