"""Tables as files of a folder, as an export writes them."""

from __future__ import annotations

import csv
import os
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from hub_tabs3.sandbox.books import Values

_MARKED = "CLIENT"
"""The table that is written with a byte order mark, as Windows programs do."""
_ATTEMPTS = 20


def write_table(folder: Path, name: str, columns: list[str], rows: Iterable[tuple[Values, bool]]) -> None:
    """Write a table whole or not at all; each row says whether it is to be cut short."""
    folder.mkdir(parents=True, exist_ok=True)
    new = folder / f".{name}.new"
    with new.open("w", encoding="utf-8-sig" if name == _MARKED else "utf-8", newline="") as file:
        file.writelines(_lines(columns, rows))
    _put(new, folder / f"{name}.csv")


def _lines(columns: list[str], rows: Iterable[tuple[Values, bool]]) -> Iterator[str]:
    written: list[str] = []
    sink = csv.writer(_Sink(written))
    sink.writerow(columns)
    for values, cut in rows:
        sink.writerow([values.get(column, "") for column in columns])
        if cut:
            written[-1] = ",".join(written[-1].split(",")[: len(columns) // 2]) + "\r\n"
        yield from written
        written.clear()
    yield from written


class _Sink:
    """A file for csv.writer that keeps the rows apart."""

    def __init__(self, written: list[str]) -> None:
        self.write = written.append


def _put(new: Path, place: Path) -> None:
    for _ in range(_ATTEMPTS):
        try:
            os.replace(new, place)  # noqa: PTH105 -- says that it replaces
        except PermissionError:
            # Windows: a scanner or a spreadsheet holds the old file for a moment.
            time.sleep(0.05)
        else:
            return
    os.replace(new, place)  # noqa: PTH105 -- the last attempt may fail
