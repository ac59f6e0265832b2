"""A firm's time in CSV files: deterministic, and written as fast as csv allows."""

from __future__ import annotations

import csv
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

CLIENTS, MATTERS, TIMEKEEPERS = 200, 2_000, 60
HEADER = ("id", "matter", "timekeeper", "worked_on", "hours", "rate", "amount", "narrative")
WORK = (
    "Review and revise draft purchase agreement; confer with opposing counsel",
    "Prepare for deposition of plant manager; outline exhibits",
    "Research choice of law under the distribution contract",
    "Telephone conference with client regarding settlement posture",
    "Draft motion to compel; assemble correspondence on discovery deficiencies",
    "Analyse indemnity cap and survival periods",
    "Attend hearing on preliminary injunction",
)

Row = tuple[str, ...]


def write_firm(folder: Path, entries: int) -> None:
    """Write clients, matters, timekeepers and that many time entries as one CSV file each."""
    folder.mkdir(parents=True)
    _write(folder / "client.csv", ("id", "number", "name"), _clients())
    _write(folder / "matter.csv", ("id", "client", "number", "name"), _matters())
    _write(folder / "timekeeper.csv", ("id", "number", "name"), _timekeepers())
    _write(folder / "time_entry.csv", HEADER, time_entries(entries))


def change(folder: Path, changes: int) -> None:
    """Change the hours of that many entries, spread over the file."""
    path = folder / "time_entry.csv"
    with path.open(newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    hours = header.index("hours")
    for row in islice(rows, 0, None, len(rows) // changes):
        row[hours] = "9.25"
    _write(path, header, rows)


def time_entries(count: int) -> Iterator[Row]:
    """Make time entries; no two are alike."""
    for number in range(count):
        tenths, rate = number % 79 + 1, 200 + number % 9 * 25
        yield (
            f"T{number:07}",
            f"M{number * 7 % MATTERS:05}",
            f"K{number % TIMEKEEPERS:03}",
            f"2026-{number // 28 % 10 + 1:02}-{number % 28 + 1:02}",
            f"{tenths / 10:.1f}",
            f"{rate}.00",
            f"{tenths * rate / 10:.2f}",
            f"{WORK[number % len(WORK)]} ({number})",
        )


def _clients() -> Iterator[Row]:
    return ((f"C{number:04}", f"{number + 100}", f"Client {number}") for number in range(CLIENTS))


def _matters() -> Iterator[Row]:
    for number in range(MATTERS):
        client = number % CLIENTS
        yield f"M{number:05}", f"C{client:04}", f"{client + 100}.{number // CLIENTS:02}", f"Matter {number}"


def _timekeepers() -> Iterator[Row]:
    return ((f"K{number:03}", f"{number + 1}", f"Timekeeper {number}") for number in range(TIMEKEEPERS))


def _write(path: Path, header: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)
