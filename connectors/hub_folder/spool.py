"""Rows put aside on disk: lines until their record comes by, ids until one is looked for.

A private SQLite database that vanishes when it is closed keeps memory flat however many there are.
"""

import json
import sqlite3
import weakref
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from hashlib import blake2b
from typing import Any

from hub.sdk import Upsert
from hub_folder.table import DIGEST_BYTES, Table


def nested_digest(record: bytes, lines: Iterable[bytes]) -> bytes:
    """The digest of a record with its lines; without lines, that of the record."""
    joined = b"".join(lines)
    return blake2b(record + joined, digest_size=DIGEST_BYTES).digest() if joined else record


class Index:
    """Where ids lead: the digest of each row that has one."""

    def __init__(self, pages: Iterable[Sequence[Upsert]]) -> None:
        self._rows = _private("create table row (id text, digest blob)")
        # A connector is never told that it is no longer needed.
        weakref.finalize(self, self._rows.close)
        for page in pages:
            self._rows.executemany(
                "insert into row values (?, ?)", ((item.external_id, item.digest) for item in page)
            )
        self._rows.execute("create index row_id on row (id)")

    def digests(self, identifier: str) -> list[bytes]:
        """The digests of the rows with this id: none, one, or several."""
        found = self._rows.execute("select digest from row where id = ?", (identifier,))
        return [digest for (digest,) in found]

    def close(self) -> None:
        """Give up the disk it takes."""
        self._rows.close()


class Joined:
    """A listing of records with their lines nested into each."""

    def __init__(self, table: Table, parts: Mapping[str, Table]) -> None:
        self.notices: list[str] = []
        self._table = table
        self._parts = parts

    def pages(self) -> Iterator[list[Upsert]]:
        """The records, a page at a time; lines that cannot be told to belong to one come last."""
        with closing(
            _private("create table line (part text, record text, raw text, digest blob, problem text)")
        ) as lines:
            strays = [stray for name, part in self._parts.items() for stray in _put_aside(lines, name, part)]
            lines.execute("create index line_record on line (record, part)")
            for page in self._table.pages():
                for item in page:
                    if not item.problem:
                        self._nest(lines, item)
                lines.executemany("delete from line where record = ?", ((item.external_id,) for item in page))
                yield page
            self._count_orphans(lines)
            if strays:
                yield strays

    def _nest(self, lines: sqlite3.Connection, item: Upsert) -> None:
        query = "select raw, digest, problem from line where record = ? and part = ? order by rowid"
        raw: dict[str, Any] = dict(item.raw)
        digests: list[bytes] = []
        for name in self._parts:
            rows = lines.execute(query, (item.external_id, name)).fetchall()
            raw[name] = [json.loads(text) for text, _, _ in rows]
            digests += [digest for _, digest, _ in rows]
            item.problem = next((problem for _, _, problem in rows if problem), item.problem)
        item.raw = raw
        item.digest = nested_digest(item.digest or b"", digests)
        item.version = item.digest.hex()

    def _count_orphans(self, lines: sqlite3.Connection) -> None:
        for part, count in lines.execute("select part, count(*) from line group by part"):
            name = self._parts[part].path.name
            self.notices.append(
                f"{count} rows of {name} name a record that {self._table.path.name} does not have."
            )


def _put_aside(lines: sqlite3.Connection, name: str, part: Table) -> Iterator[Upsert]:
    """Keep the lines of a table; those that cannot be told to belong to a record are given back."""
    for page in part.pages():
        kept = [item for item in page if not _is_stray(item)]
        lines.executemany(
            "insert into line values (?, ?, ?, ?, ?)",
            (
                (name, item.external_id, json.dumps(item.raw, default=str), item.digest, item.problem)
                for item in kept
            ),
        )
        for item in page:
            if _is_stray(item):
                item.external_id = f"{part.path.stem} {item.external_id}"
                yield item


def _is_stray(item: Upsert) -> bool:
    return bool(item.problem) and item.external_id.startswith("row ")


def _private(table: str) -> sqlite3.Connection:
    rows = sqlite3.connect("", check_same_thread=False)
    rows.execute("pragma journal_mode = off")
    rows.execute(table)
    return rows
