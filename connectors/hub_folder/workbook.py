"""Workbooks: opened without surprises, and read as rows of text."""

import io
import warnings
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import date, datetime, time
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any, Final, NamedTuple
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from hub.sdk import SourceFailed
from hub_folder.values import text_of

_PAGE: Final = 1000
_BROKEN: Final = (BadZipFile, InvalidFileException, ParseError, KeyError, ValueError, EOFError)
_DIGITS: Final = ".15g"
"""A spreadsheet keeps and shows 15 significant digits; what lies beyond is the noise of its floats."""


class Line(NamedTuple):
    """A row of a sheet: its number there and its cells as text, without empty ones at the end."""

    number: int
    cells: list[str]


def opened(path: Path, *, reading: bool) -> Any:  # noqa: ANN401 -- openpyxl has no types
    """Open a workbook, for reading its values or for changing it.

    Raises:
        SourceFailed: it is none, or it is locked with a password.
        OSError: it cannot be opened.

    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about parts of a workbook that are no cells
            return load_workbook(io.BytesIO(path.read_bytes()), read_only=reading, data_only=reading)
    except _BROKEN as error:
        raise _unreadable(path) from error


def sheet_of(book: Any, name: str) -> Any:  # noqa: ANN401 -- openpyxl has no types
    """The sheet that is named after the table, else the first one."""
    named = (sheet for sheet in book.worksheets if sheet.title.lower() == name.lower())
    return next(named, book.worksheets[0])


def header_of(path: Path, name: str) -> list[str]:
    """The first row of a table's sheet."""
    first = next(_pages(path, name), [])
    return first[0].cells if first and first[0].number == 1 else []


def lines_of(path: Path, name: str) -> Iterator[list[Line]]:
    """The rows under the header, some at a time; empty ones are left out.

    Raises:
        SourceFailed: it is no workbook, or it turns out to be broken on the way.

    """
    for lines in _pages(path, name):
        yield [line for line in lines if line.number > 1]


def _pages(path: Path, name: str) -> Iterator[list[Line]]:
    with closing(opened(path, reading=True)) as book:
        sheet = sheet_of(book, name)
        sheet.reset_dimensions()  # some programs write wrong ones
        rows = enumerate(sheet.iter_rows(values_only=True), 1)
        while batch := _taken(rows, path):
            yield [line for number, row in batch if (line := Line(number, _cells(row))).cells]


def _taken(rows: Iterator[tuple[int, Sequence[object]]], path: Path) -> list[tuple[int, Sequence[object]]]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a date outside the calendar comes as an error value
            return list(islice(rows, _PAGE))
    except _BROKEN as error:
        raise _unreadable(path) from error


def _unreadable(path: Path) -> SourceFailed:
    return SourceFailed(
        f"{path.name} is no workbook that can be read.",
        remedy="Open it in the spreadsheet program, take off a password, and save it again as .xlsx.",
    )


def _cells(row: Sequence[object]) -> list[str]:
    cells = [_text(cell) for cell in row]
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _text(value: object) -> str:
    """A cell as text: dates as ISO 8601, numbers plainly (100, never 100.0)."""
    if isinstance(value, float):
        return f"{Decimal(format(value, _DIGITS)):f}"
    if isinstance(value, datetime):
        return value.isoformat() if value.time() != time() else value.date().isoformat()
    if isinstance(value, (date, time)):
        return value.isoformat()
    return text_of(value)
