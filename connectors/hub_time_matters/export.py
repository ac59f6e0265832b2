"""Tables that were exported from Time Matters' database into a folder, as CSV."""

from __future__ import annotations

import codecs
import csv
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from hub.sdk import SourceFailed, SourceMissing
from hub_time_matters.tables import Row

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from pathlib import Path

_SUFFIXES = (".csv", ".txt")
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_DELIMITERS = ",;\t|"
_BLOCK = 1 << 20
_NULL = "NULL"
"""How SQL Server Management Studio spells what is not there, when it saves results as a file."""
_CLOSE_IT = "Close the program that holds it, or give the hub the right to read it, and try again."


class Folder:
    """A folder of exported tables."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextmanager
    def opened(self) -> Iterator[Export]:
        """Look at the folder.

        Raises:
            SourceMissing: it is not there.
            SourceFailed: it cannot be read, or holds a table twice.

        """
        yield Export(self.folder, _files(self.folder))


class Export:
    """The tables of a folder: file names without their suffix, in any case."""

    def __init__(self, folder: Path, files: dict[str, Path]) -> None:
        self._folder = folder
        self._files = files
        self._stamps: dict[Path, tuple[int, int]] = {}
        self._encodings: dict[Path, str] = {}
        self._notices: dict[str, None] = {}
        self._whole = True

    @property
    def complete(self) -> bool:
        """Whether every row could be told from its neighbours, and no file was changed meanwhile."""
        changed = [path.name for path, stamp in self._stamps.items() if _stamp(path) != stamp]
        for name in changed:
            self._notices[
                f"{name} was changed while it was read; what is missing is looked for next time."
            ] = None
        return self._whole and not changed

    @property
    def notices(self) -> Collection[str]:
        """What was odd about files."""
        return self._notices.keys()

    def remarks(self) -> Sequence[str]:
        """Nothing: a folder is a folder."""
        return ()

    def names(self) -> Sequence[str]:
        """The names of the files, without their suffix."""
        return [path.stem for path in self._files.values()]

    def columns(self, table: str) -> Sequence[str]:
        """The header of a table."""
        with self._opened(table) as (_, _, columns):
            return columns

    def rows(self, table: str, columns: Collection[str] | None = None) -> Iterator[Row]:
        """The rows under the header; blank ones are passed over."""
        with self._opened(table) as (path, reader, header):
            wanted = [(at, name) for at, name in enumerate(header) if columns is None or name in columns]
            number, row = 1, None
            for cells in _cells(reader, path, 2):
                number += 1
                if not any(cells):
                    continue
                if len(cells) == len(header):
                    row = Row(number, {name: _text(cells[at]) for at, name in wanted})
                else:
                    row = self._ragged(number, cells, header, path)
                yield row

    def _ragged(self, number: int, cells: list[str], header: Sequence[str], path: Path) -> Row:
        self._whole = False
        self._notices[
            f"{path.name} has rows with more or fewer cells than its header: nothing is taken to be deleted."
        ] = None
        problem = f"the row has {len(cells)} cells, and the header {len(header)} columns."
        return Row(number, {name: _text(cell) for name, cell in zip(header, cells, strict=False)}, problem)

    @contextmanager
    def _opened(self, table: str) -> Iterator[tuple[Path, Iterator[list[str]], list[str]]]:
        path = self._path(table)
        try:
            self._stamps.setdefault(path, _stamp(path))
            if path not in self._encodings:
                self._encodings[path] = self._encoding(path)
            with path.open(encoding=self._encodings[path], newline="") as file:
                reader = csv.reader(file, delimiter=_delimiter(file, path), strict=True)
                yield path, reader, _header(reader, path)
        except OSError as error:
            raise _unreadable(path.name, error) from error

    def _path(self, table: str) -> Path:
        path = self._files.get(table.lower())
        if path is None:
            raise SourceMissing(
                f"{self._folder} has no {table}.csv.",
                remedy="Export the table from Time Matters' database; nothing is taken to be deleted.",
            )
        return path

    def _encoding(self, path: Path) -> str:
        """Read a file once to see how it is encoded."""
        decoder = codecs.getincrementaldecoder("utf-8")()
        with path.open("rb") as file:
            if file.read(2) in _UTF_16:
                raise SourceFailed(
                    f"{path.name} is UTF-16.", remedy="Export it as UTF-8 or plain Windows text."
                )
            file.seek(0)
            try:
                while block := file.read(_BLOCK):
                    decoder.decode(block)
                decoder.decode(b"", final=True)
            except UnicodeDecodeError:
                self._notices[f"{path.name} is no UTF-8 and was read as Windows text (cp1252)."] = None
                return "cp1252"
        return "utf-8-sig"


def _files(folder: Path) -> dict[str, Path]:
    try:
        paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in _SUFFIXES)
    except FileNotFoundError:
        raise SourceMissing(
            f"The folder {folder} is not there.",
            remedy="Set folder in hub.toml to where the tables of Time Matters are exported.",
        ) from None
    except OSError as error:
        raise _unreadable(str(folder), error) from error
    found: dict[str, Path] = {}
    for path in paths:
        if found.setdefault(path.stem.lower(), path) is not path:
            other = found[path.stem.lower()].name
            raise SourceFailed(f"{folder} holds {other} and {path.name}.", remedy="Keep one of them.")
    return found


def _delimiter(file: TextIO, path: Path) -> str:
    """What stands between the columns: the one of the usual marks that the header has most of."""
    try:
        header = file.readline()
        file.seek(0)
    except UnicodeDecodeError:
        raise _not_text(path) from None
    if not header.strip():
        raise SourceFailed(f"{path.name} is empty; it has not even a header.", remedy="Export it again.")
    return max(_DELIMITERS, key=header.count)


def _header(reader: Iterator[list[str]], path: Path) -> list[str]:
    columns = [cell.strip().lower() for cell in next(_cells(reader, path, 1), [])]
    twice = next((one for one in columns if one and columns.count(one) > 1), "")
    if twice:
        raise SourceFailed(f"{path.name} has the column {twice} twice.", remedy="Export each column once.")
    return columns


def _cells(reader: Iterator[list[str]], path: Path, number: int) -> Iterator[list[str]]:
    """Rows as they come, numbered from here on; a quotation mark that never closes would swallow the rest."""
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise SourceFailed(
                f"{path.name} cannot be read from row {number} on: its quotation marks do not pair.",
                remedy="Mend that row, or export the table again.",
            ) from None
        except UnicodeDecodeError:
            raise _not_text(path) from None
        yield cells
        number += 1


def _text(cell: str) -> str:
    text = cell.rstrip()
    return "" if text == _NULL else text


def _stamp(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError as error:
        raise _unreadable(path.name, error) from error
    return found.st_size, found.st_mtime_ns


def _not_text(path: Path) -> SourceFailed:
    return SourceFailed(
        f"{path.name} has bytes that are neither UTF-8 nor Windows text.", remedy="Export it as UTF-8."
    )


def _unreadable(name: str, error: OSError) -> SourceFailed:
    reason = error.strerror or type(error).__name__
    return SourceFailed(f"{name} cannot be read: {reason}.", remedy=_CLOSE_IT)
