"""What a firm remembers: SQLite, in memory or in a file that outlives the process."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from hub_bill4time.sandbox.resources import RESOURCES
from hub_bill4time.sandbox.values import Sort, give

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from hub_bill4time.sandbox.schema import Field, Resource
    from hub_bill4time.sandbox.values import Kept

Body = dict[str, Any]
"""A record by the names of its fields."""
_INDEXED = {
    "clientId",
    "projectId",
    "userId",
    "invoiceId",
    "paymentId",
    "entryDate",
    "expenseDate",
    "createdDate",
}
_BEGIN_IDS = """
INSERT INTO sqlite_sequence SELECT ?, ? WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = ?)
"""
_TEXTS = {Sort.TEXT, Sort.DAY, Sort.MOMENT}


class Store:
    """The tables of one firm. All that is done in it is done in a transaction."""

    def __init__(self, path: Path | None) -> None:
        self._lock = threading.RLock()
        self._depth = 0
        self.database = sqlite3.connect(path or ":memory:", check_same_thread=False, isolation_level=None)
        # A killed process loses nothing; a power cut may, which is no matter here.
        self.database.execute("PRAGMA journal_mode=WAL")
        self.database.execute("PRAGMA synchronous=OFF")
        self.database.executescript("".join(_tables()))
        with self.transaction():
            for resource in RESOURCES.values():
                self.database.execute(_BEGIN_IDS, (resource.name, resource.first_id - 1, resource.name))

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self.database.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Be alone with the firm; all that happens within happens, or nothing."""
        with self._lock:
            if self._depth:
                yield
                return
            self.database.execute("BEGIN IMMEDIATE")
            self._depth = 1
            try:
                yield
            except BaseException:
                self.database.execute("ROLLBACK")
                raise
            else:
                self.database.execute("COMMIT")
            finally:
                self._depth = 0

    # ------------------------------------------------------------ records

    def insert(self, resource: Resource, kept: Mapping[str, Kept]) -> int:
        """Add a record; gives its id."""
        names = ", ".join(f'"{name}"' for name in kept)
        marks = ", ".join("?" * len(kept))
        statement = f"INSERT INTO {resource.name} ({names}) VALUES ({marks})"  # noqa: S608 -- our own words
        return int(self.database.execute(statement, tuple(kept.values())).lastrowid or 0)

    def insert_many(self, resource: Resource, rows: Iterable[Mapping[str, Kept]]) -> None:
        """Add many records, in each of which the same fields are given."""
        rows = iter(rows)
        first = next(rows)
        self.insert(resource, first)
        names = ", ".join(f'"{name}"' for name in first)
        marks = ", ".join("?" * len(first))
        statement = f"INSERT INTO {resource.name} ({names}) VALUES ({marks})"  # noqa: S608 -- our own words
        self.database.executemany(statement, (tuple(row.values()) for row in rows))

    def update(self, resource: Resource, number: int, kept: Mapping[str, Kept]) -> None:
        """Change fields of a record."""
        if kept:
            changes = ", ".join(f'"{name}" = ?' for name in kept)
            statement = f"UPDATE {resource.name} SET {changes} WHERE id = ?"  # noqa: S608 -- our own words
            self.database.execute(statement, (*kept.values(), number))

    def delete(self, resource: Resource, number: int) -> None:
        """Take a record away; its id never comes back."""
        statement = f"DELETE FROM {resource.name} WHERE id = ?"  # noqa: S608 -- our own words
        self.database.execute(statement, (number,))

    def get(self, resource: Resource, number: int) -> Body | None:
        """Give a record."""
        found = self.all(resource, "t.id = ?", (number,))
        return found[0] if found else None

    def all(self, resource: Resource, condition: str = "1", values: Sequence[object] = ()) -> list[Body]:
        """Give the records for which a condition holds, in the order of their ids."""
        return [
            {field.name: give(field.sort, kept) for field, kept in zip(resource.fields, row, strict=True)}
            for row in self.rows(resource, resource.fields, condition, values)
        ]

    def rows(
        self, resource: Resource, fields: Sequence[Field], condition: str, values: Sequence[object]
    ) -> list[tuple[Kept, ...]]:
        """Give some fields of the records for which a condition holds, in the order of their ids."""
        wanted = ", ".join(field.expression for field in fields)
        statement = f"SELECT {wanted} FROM {resource.name} t WHERE {condition} ORDER BY t.id"  # noqa: S608 -- our own words
        return self.database.execute(statement, tuple(values)).fetchall()

    def number(self, resource: Resource, condition: str = "1", values: Sequence[object] = ()) -> int:
        """Count the records for which a condition holds."""
        statement = f"SELECT count(*) FROM {resource.name} t WHERE {condition}"  # noqa: S608 -- our own words
        return int(self.database.execute(statement, tuple(values)).fetchone()[0])

    # ------------------------------------------------------------ settings

    def setting(self, name: str) -> str | None:
        """Give a setting."""
        found = self.database.execute("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()
        return found[0] if found else None

    def set(self, name: str, value: str) -> None:
        """Keep a setting."""
        self.database.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", (name, value))


def _tables() -> Iterator[str]:
    yield "CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;\n"
    for resource in RESOURCES.values():
        columns = "".join(f', "{field.name}" {_type(field)}' for field in resource.kept)
        name = resource.name
        yield f"CREATE TABLE IF NOT EXISTS {name} (id INTEGER PRIMARY KEY AUTOINCREMENT{columns});\n"
        # A narrow copy of the ids: rows that a page skips are counted there, and not in the wide table.
        yield f"CREATE INDEX IF NOT EXISTS {name}_id ON {name} (id);\n"
        for field in resource.kept:
            if field.name in _INDEXED:
                yield f'CREATE INDEX IF NOT EXISTS {name}_{field.name} ON {name} ("{field.name}", id);\n'


def _type(field: Field) -> str:
    return "TEXT" if field.sort in _TEXTS else "INTEGER"
