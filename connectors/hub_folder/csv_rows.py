"""CSV rows, each with the text it was read from, at nearly the speed of ``csv.reader`` alone.

Lines are parsed a thousand at a time. Where every line is one row, which is nearly always, rows
and lines pair up as they stand. Where a cell holds line breaks, the block is walked row by row.
A quotation mark that is never closed costs only the row it stands in: that row is cut off at the
end of its line, and reading goes on with the next one instead of swallowing it.
"""

import csv
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from typing import Final, NamedTuple

BLOCK: Final = 1000
"""Lines that are parsed at once; a cell with more lines than this is taken for a cut row."""

_END: Final = "\0end"


class Block(NamedTuple):
    """Some rows and, one for one, the text of each, line ending included."""

    rows: list[list[str]]
    texts: list[str]


def blocks(lines: Iterator[str], width: int, *, delimiter: str, newline: str) -> Iterator[Block]:
    """Parse lines into rows; blank lines are rows without cells.

    ``width`` is the header's number of cells, by which rows are recognised that a missing
    quotation mark ran together. A last line without an ending is given one.
    """
    rest: list[str] = []
    more = True
    while more:
        fresh = list(islice(lines, BLOCK))
        more = len(fresh) == BLOCK
        texts = rest + fresh
        if not more and texts and not texts[-1].endswith(("\n", "\r")):
            texts[-1] += newline
        rows = _parsed(texts, delimiter)
        rest = []
        if rows is None:
            rows, texts, rest = _walked(texts, width, delimiter, more=more)
        if rows:
            yield Block(rows, texts)


def _parsed(texts: list[str], delimiter: str) -> list[list[str]] | None:
    """The rows of a block in which each line is one row, else ``None``."""
    try:
        rows = list(csv.reader(chain(texts, (_END,)), delimiter=delimiter))
    except csv.Error:
        return None
    return rows if len(rows) == len(texts) + 1 and rows.pop() == [_END] else None


def _walked(
    lines: list[str], width: int, delimiter: str, *, more: bool
) -> tuple[list[list[str]], list[str], list[str]]:
    """Rows and texts of a block with rows of several lines, and the lines left for the next one."""
    rows: list[list[str]] = []
    texts: list[str] = []
    at = 0
    while at < len(lines):
        for row, taken in _rows_of(lines[at:], delimiter):
            unclosed = at + taken > len(lines)
            if unclosed and more and len(lines) - at < BLOCK:
                return rows, texts, lines[at:]
            own = lines[at : at + taken]
            cut = unclosed or (taken > 1 and (len(row) != width or not _sound(own, delimiter)))
            rows.append(_cut(own[0], width, delimiter) if cut else row)
            texts.append(own[0] if cut else "".join(own))
            at += 1 if cut else taken
            if cut or at == len(lines):
                break
    return rows, texts, []


def _rows_of(lines: list[str], delimiter: str) -> Iterator[tuple[list[str], int]]:
    """Rows with the number of lines of each; one that cannot be parsed takes all that is left."""
    reader = csv.reader(chain(lines, (_END,)), delimiter=delimiter)
    start = 0
    try:
        for row in reader:
            yield row, reader.line_num - start
            start = reader.line_num
    except csv.Error:
        yield [], len(lines) + 1 - start


def _sound(lines: Sequence[str], delimiter: str) -> bool:
    """Whether a row of several lines is quoted by the rules, so that none of them strayed in."""
    try:
        return len(list(csv.reader(lines, delimiter=delimiter, strict=True))) == 1
    except csv.Error:
        return False


def _cut(line: str, width: int, delimiter: str) -> list[str]:
    """The whole cells of a row that breaks off inside a cell; always fewer than the header's."""
    try:
        cells = next(csv.reader((line,), delimiter=delimiter))
    except csv.Error:
        return []
    return cells[:-1][: width - 1]
