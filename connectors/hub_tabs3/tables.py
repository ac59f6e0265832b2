"""The tables of an export: which are there, and whether they stay as they are while they are read."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO

from hub.sdk import SourceFailed, SourceMissing
from hub_tabs3.rows import Row, read_csv, read_ndjson, row_values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from hub_tabs3.notices import Notices

    RowAt = Callable[[int, int], Row]

_READERS = {".csv": read_csv, ".ndjson": read_ndjson}
_CLOSE_IT = "Close the program that holds it, or give the hub the right to read it, and try again."


class Table:
    """One exported table.

    Args:
        path: its file.
        product: the product whose table it is, where that is not Billing.

    """

    def __init__(self, path: Path, product: str = "") -> None:
        self.path = path
        self.name = path.stem.upper()
        self.file_name = path.name
        self.source = f"{product}/{self.name}" if product else self.name
        """What its rows go by in the hub: the products use the same names of tables."""

    def rows(self, notices: Notices) -> Iterator[Row]:
        """Read its rows from the first to the last.

        Raises:
            SourceFailed: the file cannot be read.

        """
        try:
            with self.path.open("rb") as file:
                yield from _READERS[self.path.suffix.lower()](file, self.file_name, notices)
        except OSError as error:
            raise self._unreadable(error) from error

    @contextmanager
    def opened(self, notices: Notices) -> Iterator[RowAt]:
        """Open the file to read again rows that were read before, by their offset and length in bytes.

        Raises:
            SourceFailed: the file cannot be read.

        """
        try:
            with self.path.open("rb") as file:
                yield self._row_at(file, notices)
        except OSError as error:
            raise self._unreadable(error) from error

    def stamp(self) -> tuple[int, int]:
        """Size and time of change; another stamp means another state of the file."""
        try:
            found = self.path.stat()
        except OSError as error:
            raise self._unreadable(error) from error
        return found.st_size, found.st_mtime_ns

    def _row_at(self, file: BinaryIO, notices: Notices) -> RowAt:
        values_of = row_values(self.path.suffix.lower(), file, self.file_name, notices)

        def row_at(offset: int, length: int) -> Row:
            file.seek(offset)
            data = file.read(length)
            return Row(0, offset, data, values_of(data))

        return row_at

    def _unreadable(self, error: OSError) -> SourceFailed:
        reason = error.strerror or type(error).__name__
        return SourceFailed(f"{self.file_name} cannot be read: {reason}.", remedy=_CLOSE_IT)


class Export:
    """A folder of tables that were exported from Tabs3, named after its ODBC tables.

    Args:
        folder: where they are.
        product: whose they are, where they are not Billing's.
        setting: what the folder is called in hub.toml.

    """

    def __init__(self, folder: Path, product: str = "", setting: str = "folder") -> None:
        self.folder = folder
        self._product = product
        self._setting = setting

    def table(self, name: str) -> Table | None:
        """The table of this name, whatever the case of the file's name.

        Raises:
            SourceMissing: the folder is not there.
            SourceFailed: the folder cannot be read, or holds the table twice.

        """
        paths = [path for path in self._files() if path.stem.upper() == name]
        if len(paths) > 1:
            names = " and ".join(path.name for path in paths)
            raise SourceFailed(f"{self.folder} holds {names}.", remedy="Keep one of them.")
        return Table(paths[0], self._product) if paths else None

    def needed(self, name: str) -> Table:
        """The table of this name.

        Raises:
            SourceMissing: it is not there.

        """
        table = self.table(name)
        if table is None:
            raise missing(self.folder, name)
        return table

    def _files(self) -> list[Path]:
        try:
            files = sorted(self.folder.iterdir())
        except FileNotFoundError as error:
            raise SourceMissing(
                f"The folder {self.folder} is not there.",
                remedy=f"Set {self._setting} in hub.toml to where the Tabs3 tables are exported.",
            ) from error
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise SourceFailed(f"{self.folder} cannot be read: {reason}.") from error
        return [path for path in files if path.suffix.lower() in _READERS]


def missing(folder: Path, *names: str) -> SourceMissing:
    """The error that says which tables are not in the folder."""
    tables = " or ".join(f"{name}.csv" for name in names)
    return SourceMissing(
        f"{folder} has no {tables} (nor .ndjson).",
        remedy="Export the table from Tabs3 into this folder; nothing is taken to be deleted.",
    )
