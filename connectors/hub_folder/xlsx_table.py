"""Tables in workbooks: a row is its cells as text, whatever a spreadsheet made of them."""

from collections.abc import Iterator
from contextlib import closing
from functools import cached_property
from itertools import chain
from typing import Final

from openpyxl import Workbook

from hub.sdk import Upsert
from hub_folder.columns import Columns, header_for
from hub_folder.table import Change, Edit, Identities, Table, digest_of
from hub_folder.workbook import Line, header_of, lines_of, opened
from hub_folder.xlsx_edit import XlsxEditor, row_text

_ERRORS: Final = frozenset({"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"})


class XlsxTable(Table):
    """The sheet of a workbook that is named after the table, else the first one."""

    @cached_property
    def columns(self) -> Columns:
        """The header."""
        return Columns.of(header_of(self.content, self.path.stem), self.id_column, self.path.name)

    @property
    def identified(self) -> bool:
        """Whether the id column is there."""
        return self.columns.id is not None

    def pages(self) -> Iterator[list[Upsert]]:
        """All rows, a page at a time; empty ones are passed over."""
        identities = Identities()
        for lines in lines_of(self.content, self.path.stem):
            yield [self._item(line, identities) for line in lines]

    def edit(self, change: Change) -> Edit:
        """Prepare a whole new workbook: this format has no other way."""
        if self.is_new():
            names = header_for(change.added, self.id_column)
            columns = Columns.of(names, self.id_column, self.path.name)
            return XlsxEditor(Workbook(), self.path, columns, self.id_column).save(change, [])
        identities = Identities()
        lines = [
            (line, self._identifier(line, identities))
            for line in chain.from_iterable(lines_of(self.content, self.path.stem))
        ]
        with closing(opened(self.content, reading=False)) as book:
            return XlsxEditor(book, self.path, self.columns, self.id_column).save(change, lines)

    def _item(self, line: Line, identities: Identities) -> Upsert:
        identifier = self._identifier(line, identities)
        wrong = self._wrong(line, identifier)
        if wrong:
            return self.problem(line.number, identifier, wrong, "\t".join(line.cells))
        digest = digest_of(row_text(line.cells))
        padding = [""] * (len(self.columns.names) - len(line.cells))
        raw = self.columns.document([*line.cells, *padding])
        return Upsert(self.source, identifier, raw, digest.hex(), digest=digest)

    def _identifier(self, line: Line, identities: Identities) -> str:
        at = self.columns.id
        if at is None:
            return identities.name(digest_of(row_text(line.cells)))
        return line.cells[at].strip() if at < len(line.cells) else ""

    def _wrong(self, line: Line, identifier: str) -> str:
        """What keeps a row from being read, with its remedy."""
        width = len(self.columns.names)
        if len(line.cells) > width:
            return (
                f"has {len(line.cells)} cells, the header has {width}. Clear what stands beyond the header."
            )
        faulty = next((at for at, cell in enumerate(line.cells) if cell in _ERRORS), None)
        if faulty is not None:
            return f"shows {line.cells[faulty]} in {self.columns.names[faulty]}. Mend the formula."
        return "" if identifier else f"has no {self.id_column}. Fill in that column."
