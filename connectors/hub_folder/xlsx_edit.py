"""How a change of a workbook is prepared: its sheet is filled and saved beside the old file."""

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from openpyxl.utils.exceptions import IllegalCharacterError

from hub_folder.columns import Columns
from hub_folder.files import write_durably
from hub_folder.table import Change, Edit, Row, Unwritable, digest_of, staged
from hub_folder.values import text_of
from hub_folder.workbook import Line, sheet_of

_LONGEST_CELL: Final = 32_767
"""Characters; the limit of the file format (Microsoft's "Excel specifications and limits")."""


def row_text(cells: Sequence[str]) -> str:
    """The text by which a row of a workbook is told from another; empty cells at its end do not count."""
    return "\x1f".join(cells).rstrip("\x1f")


class XlsxEditor:
    """Puts a batch into the sheet of an open workbook."""

    def __init__(self, book: Any, path: Path, columns: Columns, id_column: str) -> None:  # noqa: ANN401 -- openpyxl has no types
        self._book = book
        self._sheet = sheet_of(book, path.stem)
        self._path = path
        self._columns = columns
        self._id_column = id_column
        self._names: list[str] = []

    def save(self, change: Change, lines: Sequence[tuple[Line, str]]) -> Edit:
        """Make the change; ``lines`` is what the sheet holds, each with its id."""
        self._names = self._columns.widened(change.rows, self._id_column)
        self._put(1, dict(zip(self._names, self._names, strict=True)))
        updated = {
            identifier: self._update(line, identifier, change.updated[identifier])
            for line, identifier in lines
            if identifier in change.updated
        }
        if self._columns.id is None:
            for line, identifier in lines:
                self._put(line.number, {self._id_column: identifier})
        last = max((line.number for line, _ in lines), default=1)
        added = [
            digest_of(row_text(self._put(number, row))) for number, row in enumerate(change.added, last + 1)
        ]
        for line, identifier in reversed(lines):
            if identifier in change.dropped:
                self._sheet.delete_rows(line.number)
        self._save()
        return Edit(self._path, added, updated)

    def _update(self, line: Line, identifier: str, row: Row) -> bytes:
        known = [*line.cells, *[""] * (len(self._names) - len(line.cells))]
        identity = {self._id_column: identifier} if self._columns.id is None else {}
        changed = {name.lower() for name in (*identity, *row)}
        new = self._put(line.number, {**identity, **row})
        cells = [new[at] if name.lower() in changed else known[at] for at, name in enumerate(self._names)]
        return digest_of(row_text(cells))

    def _put(self, number: int, row: Row) -> list[str]:
        """Write the cells that a row names, and give them as the next reading will see them."""
        small: Mapping[str, Any] = {name.lower(): value for name, value in row.items()}
        texts = []
        for at, name in enumerate(self._names, 1):
            text = text_of(small.get(name.lower())).replace("\r\n", "\n").replace("\r", "\n")
            if name.lower() in small:
                self._write(row, number, at, text)
            texts.append(text)
        return texts

    def _write(self, row: Row, number: int, at: int, text: str) -> None:
        """Write a cell as text, so that a spreadsheet takes it for no number and no formula."""
        column = self._names[at - 1]
        if len(text) > _LONGEST_CELL:
            raise Unwritable(row, column, f"is longer than the {_LONGEST_CELL} characters of a cell")
        cell = self._sheet.cell(number, at)
        try:
            cell.value = text or None
        except IllegalCharacterError:
            raise Unwritable(row, column, "holds a control character, which no workbook can") from None
        cell.data_type = "s" if text else "n"

    def _save(self) -> None:
        whole = io.BytesIO()
        self._book.save(whole)
        write_durably(staged(self._path), (whole.getvalue(),))
