"""Rows put aside on the disk until what they belong to is read: lines of invoices, parts of payments."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import simplejson

from hub.sdk import SourceFailed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hub_bill4time.paging import Row


class Spool:
    """A database of its own in a folder that its owner alone may read; gone with the run.

    A firm's billed entries are more than should stand in memory, and they hold narratives.
    """

    def __init__(self) -> None:
        self._folder = tempfile.mkdtemp(prefix="hub-")
        # It may be closed by whichever thread lets go of the connector.
        self._database = sqlite3.connect(Path(self._folder) / "spool.db", check_same_thread=False)
        self._database.executescript(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
            "CREATE TABLE row (sort TEXT, owner INTEGER, id INTEGER, body TEXT,"
            " PRIMARY KEY (sort, owner, id)) WITHOUT ROWID",
        )

    def close(self) -> None:
        """Remove it."""
        self._database.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def put(self, sort: str, owner: str, rows: Iterable[Row]) -> None:
        """Keep rows by the id of what they belong to, which stands in their field ``owner``; others are left.

        Raises:
            SourceFailed: an id is no number, so that nobody knows what belongs to what.

        """
        found = [
            (sort, _number(row, owner), _number(row, "id"), simplejson.dumps(row, use_decimal=True))
            for row in rows
            if row.get(owner)
        ]
        with self._database:
            self._database.executemany("INSERT OR REPLACE INTO row VALUES (?, ?, ?, ?)", found)

    def of(self, sort: str, owner: int) -> list[Row]:
        """The rows that belong to something, in the order of their ids."""
        return list(
            self._select("SELECT body FROM row WHERE sort = ? AND owner = ? ORDER BY id", sort, owner)
        )

    def all(self, sort: str) -> Iterator[Row]:
        """All rows of a sort, by what they belong to."""
        return self._select("SELECT body FROM row WHERE sort = ? ORDER BY owner, id", sort)

    def bounds(self, sort: str) -> tuple[int, int] | None:
        """The least and the greatest owner of a sort."""
        with closing(
            self._database.execute("SELECT min(owner), max(owner) FROM row WHERE sort = ?", (sort,))
        ) as found:
            least, greatest = found.fetchone()
        return None if least is None else (least, greatest)

    def clear(self, sort: str) -> None:
        """Keep nothing of a sort any more."""
        with self._database:
            self._database.execute("DELETE FROM row WHERE sort = ?", (sort,))

    def _select(self, statement: str, *values: Any) -> Iterator[Row]:  # noqa: ANN401 -- a statement's values
        with closing(self._database.execute(statement, values)) as found:
            for (body,) in found:
                yield simplejson.loads(body, use_decimal=True)


def _number(row: Row, name: str) -> int:
    text = str(row.get(name, ""))
    if not text.isdecimal():
        raise SourceFailed(
            f"Bill4Time gives an id that is no number in {name}.", remedy="Tell the hub's makers."
        )
    return int(text)
