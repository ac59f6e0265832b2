"""The rows of an exported table, one at a time, each with what is wrong with it."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from hub.sdk import SourceFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hub_tabs3.notices import Notices

_BOM = b"\xef\xbb\xbf"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
# A description has at most 5,000 characters; quotes that stay open for longer were never closed.
_LONGEST_ROW = 65_536


class Row:
    """One row as it was read.

    Args:
        line: the number of its first line in the file, counted from 1.
        offset: where its bytes start in the file.
        data: its bytes.
        values: upper-case column name → text, as far as it could be read.
        problem: why it cannot be used, for a billing specialist; empty where it can.
        doubtful: the last column that was read of a row cut short: its text may be cut as well.

    """

    __slots__ = ("data", "doubtful", "line", "offset", "problem", "values")

    def __init__(self, line: int, offset: int, data: bytes, values: dict[str, str]) -> None:
        self.line = line
        self.offset = offset
        self.data = data
        self.values = values
        self.problem = ""
        self.doubtful = ""

    def __repr__(self) -> str:
        """Name the place without showing what is there."""
        return f"Row(line {self.line})"


class _Line(NamedTuple):
    number: int
    offset: int
    data: bytes


class _Lines:
    """The lines of a file, which can be given back."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._back: list[_Line] = []
        self._number = 0
        self._offset = 0

    def __iter__(self) -> Iterator[_Line]:
        return self

    def __next__(self) -> _Line:
        if self._back:
            return self._back.pop()
        data = self._file.readline()
        if not data:
            raise StopIteration
        self._number += 1
        line = _Line(self._number, self._offset, data)
        self._offset += len(data)
        return line

    def give_back(self, lines: list[_Line]) -> None:
        self._back.extend(reversed(lines))


class _Text:
    """Decodes lines: UTF-8, else cp1252, else with marks for what is neither."""

    def __init__(self, name: str, notices: Notices) -> None:
        self._name = name
        self._notices = notices
        self.broken = False

    def of(self, data: bytes) -> str:
        """The text of some bytes; ``broken`` says that some of them are no text at all."""
        if b"\0" in data:
            self._notices.once(f"{self._name} holds NUL bytes; they are left out.")
            data = data.replace(b"\0", b"")
        try:
            return data.decode()
        except UnicodeDecodeError:
            return self._not_utf8(data)

    def _not_utf8(self, data: bytes) -> str:
        try:
            text = data.decode("cp1252")
        except UnicodeDecodeError:
            self.broken = True
            return data.decode(errors="replace")
        self._notices.once(f"{self._name} is not all UTF-8; what is not is read as cp1252.")
        return text


def read_csv(file: BinaryIO, name: str, notices: Notices) -> Iterator[Row]:
    """Read the rows of a CSV file whose first line names the columns.

    A row that is cut short, has too many cells, quotes that do not pair, or bytes that are neither
    UTF-8 nor cp1252 comes with a ``problem``; the rows after it are read as if it were whole.

    Raises:
        SourceFailed: the file is UTF-16.

    """
    lines = _Lines(file)
    text = _Text(name, notices)
    columns = _header(lines, text, name)
    if not columns:
        notices.incomplete(f"{name} has no header row, so nothing in it can be read. Export it again.")
    for line in lines:
        if line.data.strip():
            yield _csv_row(line, lines, text, columns)


def read_ndjson(file: BinaryIO, name: str, notices: Notices) -> Iterator[Row]:
    """Read the rows of a file with one JSON object in each line.

    Numbers keep the spelling that they have in the file, since ids are text.

    Raises:
        SourceFailed: the file is UTF-16.

    """
    text = _Text(name, notices)
    for line in _Lines(file):
        data = _without_mark(line.data, name) if line.number == 1 else line.data
        if data.strip():
            yield _json_row(line, data, text)


def row_values(
    suffix: str,
    file: BinaryIO,
    name: str,
    notices: Notices,
) -> Callable[[bytes], dict[str, str]]:
    """Make the function that gives the values in a row's bytes, once they were read without a problem."""
    text = _Text(name, notices)
    if suffix == ".ndjson":
        return lambda data: _object(text.of(data.removeprefix(_BOM))) or {}
    columns = _header(_Lines(file), text, name)
    return lambda data: dict(zip(columns, _split(text.of(data)) or [], strict=False))


def _header(lines: _Lines, text: _Text, name: str) -> list[str]:
    for line in lines:
        data = _without_mark(line.data, name)
        if data.strip():
            return [cell.strip().upper() for cell in _split(text.of(data)) or []]
    return []


def _without_mark(data: bytes, name: str) -> bytes:
    if data.startswith(_UTF_16):
        raise SourceFailed(f"{name} is UTF-16.", remedy="Export it as UTF-8 or as plain Windows text.")
    return data.removeprefix(_BOM)


def _csv_row(line: _Line, lines: _Lines, text: _Text, columns: list[str]) -> Row:
    text.broken = False
    decoded = text.of(line.data)
    if '"' in decoded:
        return _quoted_row(line, lines, text, columns)
    cells = decoded.rstrip("\r\n").split(",")
    row = Row(line.number, line.offset, line.data, dict(zip(columns, cells, strict=False)))
    if text.broken or len(cells) != len(columns):
        _judge(row, cells, columns, broken=text.broken)
    return row


def _quoted_row(first: _Line, lines: _Lines, text: _Text, columns: list[str]) -> Row:
    taken: list[_Line] = []
    cells = _logical_row(first, lines, text, taken)
    if len(taken) > 1 and (cells is None or len(cells) != len(columns)):
        # The quotes that closed were another row's: only the first line is this one.
        lines.give_back(taken[1:])
        del taken[1:]
        cells = None
    data = b"".join(line.data for line in taken)
    known = _lenient(text.of(first.data)) if cells is None else cells
    row = Row(first.number, first.offset, data, dict(zip(columns, known, strict=False)))
    if cells is None:
        row.doubtful = columns[min(len(known), len(columns)) - 1] if columns else ""
        row.problem = "the row is cut short, or its quotation marks do not pair."
    else:
        _judge(row, cells, columns, broken=text.broken)
    return row


def _logical_row(first: _Line, lines: _Lines, text: _Text, taken: list[_Line]) -> list[str] | None:
    """Read the cells of a row that may go on over several lines; ``None`` where quotes do not pair."""

    def feed() -> Iterator[str]:
        size = 0
        line: _Line | None = first
        while line is not None and size < _LONGEST_ROW:
            taken.append(line)
            size += len(line.data)
            yield text.of(line.data)
            line = next(lines, None)
        if line is not None:
            lines.give_back([line])

    try:
        return next(csv.reader(feed(), strict=True))
    except csv.Error:
        return None


def _split(text: str) -> list[str] | None:
    try:
        return next(csv.reader((text,), strict=True))
    except csv.Error:
        return None


def _lenient(text: str) -> list[str]:
    try:
        return next(csv.reader((text,)))
    except csv.Error:
        return text.split(",")


def _judge(row: Row, cells: list[str], columns: list[str], *, broken: bool) -> None:
    if len(cells) < len(columns):
        row.doubtful = columns[len(cells) - 1]
        row.problem = (
            f"the row is cut short: it has {len(cells)} of {len(columns)} columns and ends in {row.doubtful}."
        )
    elif any(cell.strip() for cell in cells[len(columns) :]):
        row.problem = (
            f"the row has {len(cells)} cells for {len(columns)} columns: "
            "a text with a comma in it is not in quotation marks."
        )
    elif broken:
        row.problem = "the row has bytes that are neither UTF-8 nor cp1252."


def _json_row(line: _Line, data: bytes, text: _Text) -> Row:
    text.broken = False
    decoded = text.of(data)
    values = _object(decoded)
    row = Row(line.number, line.offset, line.data, {"LINE": decoded} if values is None else values)
    if values is None:
        row.problem = "the row is cut short, or is not a JSON object of texts and numbers."
    elif text.broken:
        row.problem = "the row has bytes that are neither UTF-8 nor cp1252."
    return row


class _Columns(dict[str, str]):
    """The names of columns as they are spelt here; a table has the same ones in each row."""

    def __missing__(self, name: str) -> str:
        if len(self) == _MOST_COLUMNS:  # those of broken files have no end
            self.clear()
        self[name] = spelt = name.strip().upper()
        return spelt


_MOST_COLUMNS = 5_000
_COLUMNS = _Columns()
_DECODER = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str)
_NESTED = {dict, list}
_TEXTS = {str, type(None)}


def _object(text: str) -> dict[str, str] | None:
    """Read a row; a million times for a firm's history, hence the care for what is usual."""
    try:
        found = _DECODER.decode(text)
    except ValueError:
        return None
    if type(found) is not dict:
        return None
    kinds = set(map(type, found.values()))
    if kinds & _NESTED:
        return None
    usual = kinds <= _TEXTS
    texts = ["" if one is None else one if usual else str(one) for one in found.values()]
    return dict(zip(map(_COLUMNS.__getitem__, found), texts, strict=True))
