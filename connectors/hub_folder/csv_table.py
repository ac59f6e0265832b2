"""CSV tables: listed at the speed of ``csv.reader``, and how a change of one is prepared."""

import csv
import io
from collections.abc import Iterator, Mapping
from functools import cached_property
from hashlib import blake2b
from typing import Any, Final

from hub.sdk import SourceFailed, Upsert
from hub_folder.columns import Columns
from hub_folder.csv_edit import CsvEditor
from hub_folder.csv_rows import Block, blocks
from hub_folder.files import open_bytes
from hub_folder.layout import Layout, open_text
from hub_folder.table import DIGEST_BYTES, Change, Edit, Identities, TextTable, digest_of

_EMPTY: Final = '\r\n\t ",;'
"""What the text of a row without any content is made of."""


class CsvTable(TextTable):
    """A CSV file with a header."""

    @cached_property
    def columns(self) -> Columns:
        """The header."""
        with open_text(open_bytes(self.content, self.limit), self.layout) as file:
            return self._header(file)

    @property
    def identified(self) -> bool:
        """Whether the id column is there."""
        return self.columns.id is not None

    def pages(self) -> Iterator[list[Upsert]]:
        """All rows, a page at a time; rows are numbered as a spreadsheet numbers them."""
        number = 2
        identities = Identities()
        for block in self.blocks():
            page = (
                self._identified(block, number)
                if self.identified
                else self._nameless(block, number, identities)
            )
            number += len(block.rows)
            yield page

    def blocks(self) -> Iterator[Block]:
        """The rows under the header with their texts."""
        layout, width = self.layout, len(self.columns.names)
        with open_text(open_bytes(self.content, self.limit), layout) as file:
            self._header(file)
            yield from blocks(iter(file), width, delimiter=layout.delimiter, newline=layout.newline)

    def edit(self, change: Change) -> Edit:
        """Append where that is all there is to do; else rewrite the whole file beside the old one."""
        if self.is_new():
            return CsvEditor(self.path, Layout(), self.id_column).create(change)
        editor = CsvEditor(self.path, self.layout, self.id_column)
        if change.only_adds and self.identified and not self.columns.missing(change.rows):
            edit = editor.append(change.added, self.columns)
            if edit:
                return edit
        return editor.rewrite(change, self.columns, self.blocks)

    def _header(self, file: io.TextIOWrapper) -> Columns:
        try:
            header = next(csv.reader(file, delimiter=self.layout.delimiter), [])
        except csv.Error as error:
            raise SourceFailed(f"The header of {self.path.name} cannot be read: {error}.") from error
        return Columns.of(header, self.id_column, self.path.name)

    def _identified(self, block: Block, number: int) -> list[Upsert]:
        """Make the items of a page: the hot path, run once for every row that is ever read."""
        columns, source = self.columns, self.source
        width, column = len(columns.names), columns.id
        assert column is not None
        page: list[Upsert] = []
        fresh = blake2b(digest_size=DIGEST_BYTES).copy
        blank = 0
        for row, text in zip(block.rows, block.texts):  # noqa: B905 -- a block pairs them
            if len(row) == width and (identifier := row[column].strip()):
                digest = fresh()
                digest.update(text.encode())
                page.append(_CsvRow(source, identifier, columns, row, digest.digest()))
            elif text.strip(_EMPTY):
                page.append(self._bad(row, text, number + len(page) + blank))
            else:
                blank += 1
        return page

    def _nameless(self, block: Block, number: int, identities: Identities) -> list[Upsert]:
        rows = enumerate(zip(block.rows, block.texts, strict=True), number)
        return [self._named(row, text, at, identities) for at, (row, text) in rows if text.strip(_EMPTY)]

    def _named(self, row: list[str], text: str, number: int, identities: Identities) -> Upsert:
        if len(row) != len(self.columns.names):
            return self._bad(row, text, number)
        digest = digest_of(text)
        return _CsvRow(self.source, identities.name(digest), self.columns, row, digest)

    def _bad(self, row: list[str], text: str, number: int) -> Upsert:
        at, width = self.columns.id, len(self.columns.names)
        identifier = row[at].strip() if at is not None and at < len(row) else ""
        what = f"has no {self.id_column}. Fill in that column."
        if len(row) != width:
            what = (
                f"has {len(row)} cells, the header has {width}. Complete the row, or close the "
                "quotation mark that cuts it short."
            )
        return self.problem(number, identifier, what, text.rstrip("\r\n"))


class _CsvRow(Upsert):
    """A row whose document is put together when it is asked for: an unchanged row never is.

    That is a third of the time that reading a table takes.
    """

    __slots__ = ("_cells", "_columns", "_raw")

    def __init__(  # sets all that the base class would, without a second call
        self, source: str, external_id: str, columns: Columns, cells: list[str], digest: bytes
    ) -> None:
        self.source = source
        self.external_id = external_id
        self.digest = digest
        self.problem = ""
        self.unsettled = ""
        self._columns = columns
        self._cells = cells
        self._raw: Mapping[str, Any] | None = None

    @property
    def version(self) -> str | None:
        """The row's digest: a row that reads the same is the same."""
        return None if self.digest is None else self.digest.hex()

    @version.setter
    def version(self, value: str | None) -> None:
        """Never set to anything else."""

    @property
    def raw(self) -> Mapping[str, Any]:
        """The row as a document."""
        if self._raw is None:
            self._raw = self._columns.document(self._cells)
        return self._raw

    @raw.setter
    def raw(self, document: Mapping[str, Any]) -> None:
        self._raw = document
