"""Which file of a folder is which table."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal

from hub.sdk import Kind, SourceFailed, SourceMissing
from hub_folder.csv_table import CsvTable
from hub_folder.journal import Journal
from hub_folder.layout import Layouts
from hub_folder.ndjson_table import NdjsonTable
from hub_folder.table import Table

Format = Literal["csv", "ndjson", "xlsx"]

_SUFFIXES: Final = (".csv", ".ndjson", ".xlsx")
_HIDDEN: Final = (".", "~$")
"""Our own working files, and the locks that Excel puts beside an open workbook."""

PARTS: Final[Mapping[Kind, Mapping[str, str]]] = MappingProxyType(
    {
        Kind.INVOICE: {"lines": "invoice_line"},
        Kind.PAYMENT: {"applications": "payment_application"},
        Kind.WRITE_OFF: {"applications": "write_off_application"},
        Kind.CREDIT_NOTE: {"lines": "credit_note_line", "applications": "credit_note_application"},
    },
)
"""The lists that a record of a kind nests, and the table that holds each where documents cannot nest.
Its rows name the record by a column that is called after the kind."""


class Shelf:
    """The tables of a folder, found by the names of their files."""

    def __init__(self, folder: Path, written: Format, id_column: str) -> None:
        self._folder = folder
        self._written = written
        self._id_column = id_column
        self.layouts = Layouts()

    def table(self, kind: Kind, journal: Journal) -> Table:
        """The table of a kind.

        Raises:
            SourceMissing: there is none.
            SourceFailed: there are several.

        """
        path = self._find(kind.value)
        if path is None:
            raise SourceMissing(
                f"The folder {self._folder} holds no table {kind.value}.",
                remedy=f"Put {kind.value}.csv, .ndjson or .xlsx there.",
            )
        return self._open(path, kind, self._id_column, journal)

    def table_to_write(self, kind: Kind, journal: Journal) -> Table:
        """The table of a kind, or the one that will be made for it."""
        path = self._find(kind.value) or self._folder / f"{kind.value}.{self._written}"
        return self._open(path, kind, self._id_column, journal)

    def parts(self, kind: Kind, table: Table, journal: Journal) -> Mapping[str, Table]:
        """The tables of what a kind's records nest, by the name of the list; they need not exist."""
        if table.nests:
            return {}
        return {
            name: self._open(
                self._find(part) or self._folder / f"{part}{table.path.suffix.lower()}",
                kind,
                kind.value,
                journal,
            )
            for name, part in PARTS.get(kind, {}).items()
        }

    def strangers(self) -> list[str]:
        """Files that look like tables and are named after no kind."""
        known = {kind.value for kind in Kind} | {part for parts in PARTS.values() for part in parts.values()}
        return [path.name for path in self._files() if path.stem.lower() not in known]

    def _open(self, path: Path, kind: Kind, id_column: str, journal: Journal) -> Table:
        return _table_type(path)(journal.held(path), kind.value, id_column, self.layouts)

    def _find(self, name: str) -> Path | None:
        found = [path for path in self._files() if path.stem.lower() == name]
        if len(found) > 1:
            names = " and ".join(path.name for path in found)
            raise SourceFailed(
                f"The folder has {names} for one table.", remedy="Leave only one of them there."
            )
        return found[0] if found else None

    def _files(self) -> list[Path]:
        try:
            paths = sorted(self._folder.iterdir())
        except FileNotFoundError:
            return []
        return [
            path for path in paths if path.suffix.lower() in _SUFFIXES and not path.name.startswith(_HIDDEN)
        ]


def _table_type(path: Path) -> type[Table]:
    if path.suffix.lower() == ".xlsx":
        from hub_folder.xlsx_table import XlsxTable  # noqa: PLC0415 -- openpyxl takes long to import

        return XlsxTable
    return NdjsonTable if path.suffix.lower() == ".ndjson" else CsvTable
