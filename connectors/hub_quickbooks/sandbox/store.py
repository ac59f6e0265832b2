"""What a company remembers: SQLite, in memory or in a file that outlives the process."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hub_quickbooks.sandbox.document import dumps, loads
from hub_quickbooks.sandbox.moments import spell
from hub_quickbooks.sandbox.schema import ENTITIES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from decimal import Decimal
    from pathlib import Path

    from hub_quickbooks.sandbox.document import Body
    from hub_quickbooks.sandbox.entity import Entity

_SCHEMA = """
CREATE TABLE IF NOT EXISTS object (
    number INTEGER PRIMARY KEY,
    entity TEXT NOT NULL,
    id INTEGER NOT NULL,
    sync INTEGER NOT NULL,
    active INTEGER NOT NULL,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    label TEXT,
    party INTEGER,
    parent INTEGER,
    open INTEGER NOT NULL,
    keys TEXT NOT NULL,
    body TEXT NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS object_id ON object (entity, id);
CREATE INDEX IF NOT EXISTS object_updated ON object (entity, updated);
CREATE INDEX IF NOT EXISTS object_label ON object (label, entity);
CREATE INDEX IF NOT EXISTS object_name ON object (label COLLATE NOCASE, entity);
CREATE INDEX IF NOT EXISTS object_party ON object (party) WHERE party IS NOT NULL;
CREATE INDEX IF NOT EXISTS object_parent ON object (parent) WHERE parent IS NOT NULL;
CREATE TABLE IF NOT EXISTS deleted (entity TEXT NOT NULL, id INTEGER NOT NULL, at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS link (
    source_entity TEXT NOT NULL,
    source INTEGER NOT NULL,
    entity TEXT NOT NULL,
    id INTEGER NOT NULL,
    cents INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS link_source ON link (source_entity, source);
CREATE INDEX IF NOT EXISTS link_target ON link (entity, id);
CREATE TABLE IF NOT EXISTS sequence (name TEXT PRIMARY KEY, last INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS reply (
    key TEXT PRIMARY KEY, at INTEGER NOT NULL, text TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS count (
    month TEXT NOT NULL, sort TEXT NOT NULL, number INTEGER NOT NULL, PRIMARY KEY (month, sort)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS token (value TEXT PRIMARY KEY, sort TEXT NOT NULL, body TEXT NOT NULL);
"""
_COLUMNS = "entity, id, sync, active, created, updated, body"
_PUT = """
INSERT INTO object (entity, id, sync, active, created, updated, body, label, party, parent, open, keys)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (entity, id) DO UPDATE SET
    sync = excluded.sync,
    active = excluded.active,
    updated = excluded.updated,
    body = excluded.body,
    label = excluded.label,
    party = excluded.party,
    parent = excluded.parent,
    open = excluded.open,
    keys = excluded.keys
"""
_CENTS = 100
_OPEN = {"Invoice": ("Balance", 1), "CreditMemo": ("RemainingCredit", -1), "Payment": ("UnappliedAmt", -1)}


@dataclass(frozen=True, slots=True)
class Row:
    """A stored object."""

    entity: str
    id: int
    sync: int
    active: bool
    created: int
    updated: int
    text: str

    @property
    def body(self) -> Body:
        """The object, read anew from its text, so that it may be changed."""
        body: Body = loads(self.text)
        return body


@dataclass(frozen=True, slots=True)
class Link:
    """How one transaction is linked from another: a payment pays an invoice, an invoice bills time."""

    source_entity: str
    source: int
    entity: str
    id: int
    cents: int


class Store:
    """The tables of one company."""

    def __init__(self, path: Path | None) -> None:
        self.database = sqlite3.connect(path or ":memory:", check_same_thread=False, isolation_level=None)
        # A killed process loses nothing; a power cut may, which is no matter here.
        self.database.execute("PRAGMA journal_mode=WAL")
        self.database.execute("PRAGMA synchronous=OFF")
        self.database.executescript(_SCHEMA)

    def close(self) -> None:
        """Let go of the file."""
        self.database.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing."""
        yield from self._bracket("BEGIN IMMEDIATE", ("ROLLBACK",), "COMMIT")

    @contextmanager
    def part(self) -> Iterator[None]:
        """All or nothing, within a transaction."""
        yield from self._bracket("SAVEPOINT part", ("ROLLBACK TO part", "RELEASE part"), "RELEASE part")

    def _bracket(self, begin: str, undo: tuple[str, ...], end: str) -> Iterator[None]:
        self.database.execute(begin)
        try:
            yield
        except BaseException:
            for step in undo:
                self.database.execute(step)
            raise
        self.database.execute(end)

    # ------------------------------------------------------------ objects

    def next_id(self, family: str) -> int:
        """Give the next number of a sequence."""
        self.database.execute(
            "INSERT INTO sequence VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET last = last + 1", (family,)
        )
        (last,) = self.database.execute("SELECT last FROM sequence WHERE name = ?", (family,)).fetchone()
        return int(last)

    def get(self, entity: str, number: int) -> Row | None:
        """Give an object."""
        found = self.rows("entity = ? AND id = ?", (entity, number))
        return found[0] if found else None

    def rows(self, condition: str, values: Sequence[object] = (), rest: str = "ORDER BY id") -> list[Row]:
        """Give the objects for which a condition on the columns of ``object`` holds."""
        statement = f"SELECT {_COLUMNS} FROM object WHERE {condition} {rest}"  # noqa: S608 -- our own words
        return [
            Row(entity, number, sync, bool(active), created, updated, text)
            for entity, number, sync, active, created, updated, text in self.database.execute(
                statement, tuple(values)
            )
        ]

    def number(self, statement: str, values: Sequence[object] = ()) -> int:
        """Give the one number that a statement selects; 0 for NULL."""
        (found,) = self.database.execute(statement, tuple(values)).fetchone()
        return int(found or 0)

    def put(self, entity: Entity, number: int, body: Body, *, created: int, updated: int, sync: int) -> Row:
        """Store an object in place of what was stored, with what every object has."""
        whole = {
            **body,
            "domain": "QBO",
            "sparse": False,
            "Id": str(number),
            "SyncToken": str(sync),
            "MetaData": {"CreateTime": spell(created), "LastUpdatedTime": spell(updated)},
        }
        row = Row(entity.name, number, sync, bool(body.get("Active", True)), created, updated, dumps(whole))
        self.database.execute(
            _PUT,
            (
                entity.name,
                number,
                sync,
                row.active,
                created,
                updated,
                row.text,
                body.get(entity.label),
                referred(body, "CustomerRef"),
                referred(body, "ParentRef"),
                _open_cents(entity, body),
                dumps({path: key_of(body, path) for path in entity.filters}),
            ),
        )
        return row

    def rewrite(self, row: Row, body: Body) -> None:
        """Change the text of an object, and nothing else about it."""
        keys = {path: key_of(body, path) for path in ENTITIES[row.entity].filters}
        self.database.execute(
            "UPDATE object SET body = ?, keys = ? WHERE entity = ? AND id = ?",
            (dumps(body), dumps(keys), row.entity, row.id),
        )

    def delete(self, row: Row, at: int) -> None:
        """Take an object away, and remember that it was there."""
        self.database.execute("DELETE FROM object WHERE entity = ? AND id = ?", (row.entity, row.id))
        self.database.execute("INSERT INTO deleted VALUES (?, ?, ?)", (row.entity, row.id, at))

    def deleted_since(self, entity: str, since: float) -> list[tuple[int, int]]:
        """Give the ids of what was deleted, and when."""
        statement = "SELECT id, at FROM deleted WHERE entity = ? AND at >= ? ORDER BY at, id"
        return self.database.execute(statement, (entity, since)).fetchall()

    # ------------------------------------------------------------ links

    def links_from(self, entity: str, number: int) -> list[Link]:
        """Give what a transaction links to."""
        return self._links("source_entity = ? AND source = ?", entity, number)

    def links_to(self, entity: str, number: int) -> list[Link]:
        """Give what links to a transaction."""
        return self._links("entity = ? AND id = ?", entity, number)

    def _links(self, condition: str, entity: str, number: int) -> list[Link]:
        statement = f"SELECT * FROM link WHERE {condition} ORDER BY rowid"  # noqa: S608 -- our own words
        return [Link(*row) for row in self.database.execute(statement, (entity, number))]

    def link(self, entity: str, number: int, links: Iterable[Link]) -> None:
        """Put links in place of all that a transaction has."""
        self.database.execute("DELETE FROM link WHERE source_entity = ? AND source = ?", (entity, number))
        self.database.executemany(
            "INSERT INTO link VALUES (?, ?, ?, ?, ?)",
            [(one.source_entity, one.source, one.entity, one.id, one.cents) for one in links],
        )

    # ------------------------------------------------------------ settings

    def setting(self, name: str) -> str | None:
        """Give a setting."""
        found = self.database.execute("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()
        return found[0] if found else None

    def set(self, name: str, value: str) -> None:
        """Keep a setting."""
        self.database.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", (name, value))


def cents(amount: Decimal) -> int:
    """An amount in cents."""
    return int(amount * _CENTS)


def referred(body: Body, name: str) -> int | None:
    """The id to which a reference refers."""
    value = body.get(name, {}).get("value", "")
    return int(value) if value.isdigit() else None


def key_of(body: Body, path: str) -> object:
    """The value by which an object is found."""
    value = body.get(path)
    return value.get("value", value.get("Address")) if isinstance(value, dict) else value


def _open_cents(entity: Entity, body: Body) -> int:
    """What is open of a transaction: owed by the customer, or less than 0 if owed to the customer."""
    name, sign = _OPEN.get(entity.name, ("", 0))
    return sign * cents(body[name]) if body.get(name) else 0
