"""What the reader prints, put into files of one table each, all of them or none.

The frames are described in ``hub_tabs3_reader.reading``, which is not imported: it may run in
another Python, of another version.
"""

from __future__ import annotations

import json
import os
from contextlib import ExitStack, suppress
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from hub.sdk import AuthenticationFailed, SourceFailed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

_FORMAT = 1
_ROW = b'{"row":{'
_LONGEST_TEXT = 500


class FetchedTable(NamedTuple):
    """A table as it was read.

    Args:
        rows: how many rows there are in the file.
        changed: it was not the same before the first table was read and after the last, or has not
            given the rows that it counted: it says nothing about what is missing in it.
        grown: it changed only by rows that were added, so that no row that was there has left.

    """

    rows: int
    changed: bool
    grown: bool


class Fetched(NamedTuple):
    """What a call of the reader brought: every table that was asked for, whole."""

    tables: Mapping[str, FetchedTable]
    absent: frozenset[str]
    """The optional tables that the data source does not have."""


class Spool:
    """Takes the reader's lines; ``finish`` gives the files their names, ``discard`` removes them."""

    def __init__(self, folder: Path, wanted: Iterable[str], optional: Iterable[str]) -> None:
        self._folder = folder
        self._wanted = frozenset(wanted)
        self._optional = frozenset(optional)
        self._rows: dict[str, int] = {}
        self._open: tuple[str, IO[bytes]] | None = None
        self._started = False
        self._done: Fetched | None = None

    def take(self, line: bytes) -> None:
        """Take a line.

        Raises:
            SourceFailed: the reader cannot go on, or prints what it should not.

        """
        if line.startswith(_ROW) and line.endswith(b"}}") and self._open and not self._done:
            name, stream = self._open
            stream.write(line[len(_ROW) - 1 : -1] + b"\n")
            self._rows[name] += 1
            return
        try:
            self._frame(json.loads(line))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise _garbled() from error

    def finish(self, code: int) -> Fetched:
        """Demand the end of everything, and give the files their names.

        Raises:
            SourceFailed: the reader ended before it was done.

        """
        if self._done is None or code != 0:
            raise SourceFailed(
                f"The Tabs3 reader ended (exit code {code}) before it was done.",
                remedy="Nothing of it is used; the next run reads again.",
            )
        with ExitStack() as undo:
            for name in self._rows:
                undo.callback(self._part(name).replace(self._folder / f"{name}.ndjson").unlink)
            undo.pop_all()
        return self._done

    def discard(self) -> None:
        """Remove what has not got its name."""
        if self._open:
            self._open[1].close()
        for name in self._rows:
            with suppress(FileNotFoundError):
                self._part(name).unlink()

    def _frame(self, frame: dict[str, Any]) -> None:
        if "error" in frame:
            raise told(frame["error"])
        if "start" in frame:
            self._start(frame["start"])
        elif "table" in frame:
            self._table(frame["table"])
        elif "end" in frame:
            self._end(frame["end"], frame["rows"])
        else:
            self._finished(frame["done"])

    def _start(self, start: dict[str, Any]) -> None:
        if start["format"] != _FORMAT:
            raise SourceFailed(
                "The Tabs3 reader is of another version than the hub.",
                remedy="Install the reader that came with this hub into its 32-bit Python.",
            )
        self._started = True

    def _table(self, name: str) -> None:
        _demand(self._started and not self._open and self._done is None)
        _demand(name in self._wanted and name not in self._rows)
        self._rows[name] = 0
        descriptor = os.open(self._part(name), os.O_WRONLY | os.O_CREAT | os.O_TRUNC | _BINARY, 0o600)
        self._open = name, os.fdopen(descriptor, "wb")

    def _end(self, name: str, rows: int) -> None:
        _demand(self._open is not None and self._open[0] == name and self._rows[name] == rows)
        assert self._open is not None
        self._open[1].close()
        self._open = None

    def _finished(self, done: dict[str, Any]) -> None:
        tables = {
            name: FetchedTable(told["rows"], told["changed"] is True, told["grown"] is True)
            for name, told in done["tables"].items()
        }
        absent = frozenset(done["absent"])
        _demand(not self._open and self._done is None)
        _demand({name: table.rows for name, table in tables.items()} == self._rows)
        _demand(absent == self._wanted - frozenset(self._rows) and absent <= self._optional)
        self._done = Fetched(tables, absent)

    def _part(self, name: str) -> Path:
        return self._folder / f".{name}.part"


_BINARY = getattr(os, "O_BINARY", 0)  # on Windows alone


def told(error: Mapping[str, Any]) -> SourceFailed:
    """Make the error that the reader tells of."""
    kind = AuthenticationFailed if error["code"] == "login" else SourceFailed
    return kind(str(error["message"])[:_LONGEST_TEXT], remedy=str(error["remedy"])[:_LONGEST_TEXT])


def _demand(holds: bool) -> None:  # noqa: FBT001 -- the condition is all there is to say
    if not holds:
        raise _garbled()


def _garbled() -> SourceFailed:
    return SourceFailed(
        "The Tabs3 reader printed what is no part of a reading.",
        remedy="See that reader in hub.toml names hub-tabs3-reader, and that nothing else prints there.",
    )
