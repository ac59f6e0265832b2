"""Connections, the streams they are read in, and how far."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import insert, select, update

from hub.ledger.schema import connection as connections
from hub.ledger.schema import cursor, stream
from hub.model import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hub.ledger.ledger import Ledger


@dataclass(slots=True)
class Stream:
    """The records of one kind that a connection spells as one source."""

    id: int
    connection: int
    kind: Kind
    source: str
    mapping: str
    columns: frozenset[str]


class Streams:
    """Connections and streams by name; few, so they are kept at hand."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._connections: dict[str, int] = {}
        self._streams: dict[tuple[int, Kind, str], Stream] = {}
        self._looked_up: set[tuple[int, Kind]] = set()

    def connection(self, name: str) -> int:
        """The number of a connection, made when it is first seen; inside a transaction."""
        if name not in self._connections:
            table = connections
            mine = (table.c.workspace == self._ledger.workspace) & (table.c.name == name)
            found = self._ledger.connection.execute(select(table.c.id).where(mine)).scalar()
            if found is None:
                made = self._ledger.connection.execute(
                    insert(table).values(workspace=self._ledger.workspace, name=name),
                )
                found = made.inserted_primary_key[0] if made.inserted_primary_key else 0
            self._connections[name] = int(found)
        return self._connections[name]

    def connection_names(self) -> dict[int, str]:
        """All connections that were ever used, by number."""
        rows = self._ledger.connection.execute(
            select(connections.c.id, connections.c.name).where(
                connections.c.workspace == self._ledger.workspace,
            ),
        )
        return {row.id: row.name for row in rows}

    def get(self, connection: int, kind: Kind, source: str) -> Stream:
        """The stream of a source, made when it is first seen; inside a transaction."""
        key = (connection, kind, source)
        if key not in self._streams:
            self.all(connection, kind)
        if key not in self._streams:
            made = self._ledger.connection.execute(
                insert(stream).values(
                    workspace=self._ledger.workspace,
                    connection=connection,
                    kind=kind.number,
                    source=source,
                ),
            )
            number = made.inserted_primary_key[0] if made.inserted_primary_key else 0
            self._streams[key] = Stream(int(number), connection, kind, source, "", frozenset())
        return self._streams[key]

    def all(self, connection: int, kind: Kind) -> list[Stream]:
        """The streams of a kind at a connection; inside a transaction."""
        if (connection, kind) not in self._looked_up:
            self._look_up(connection, kind)
        return [found for key, found in self._streams.items() if key[:2] == (connection, kind)]

    def _look_up(self, connection: int, kind: Kind) -> None:
        rows = self._ledger.connection.execute(
            select(stream).where(stream.c.connection == connection, stream.c.kind == kind.number),
        )
        for row in rows:
            self._streams.setdefault(
                (connection, kind, row.source),
                Stream(row.id, connection, kind, row.source, row.mapping, frozenset(json.loads(row.columns))),
            )
        self._looked_up.add((connection, kind))

    def look_again(self) -> None:
        """Look the streams up anew; another run may have made some."""
        self._looked_up.clear()

    def by_id(self) -> dict[int, tuple[int, Kind, str]]:
        """Connection, kind and source of every stream."""
        rows = self._ledger.connection.execute(
            select(stream).where(stream.c.workspace == self._ledger.workspace),
        )
        return {row.id: (row.connection, Kind.of_number(row.kind), row.source) for row in rows}

    def remember(self, known: Stream, *, mapping: str, columns: Iterable[str]) -> None:
        """Note with which mapping, and with which columns, a stream was read to its end."""
        known.mapping, known.columns = mapping, frozenset(columns)
        self._ledger.connection.execute(
            update(stream)
            .where(stream.c.id == known.id)
            .values(mapping=mapping, columns=json.dumps(sorted(known.columns))),
        )

    def identity(self, connection: int) -> str:
        """Who was at the other end last time."""
        table = connections
        found = self._ledger.connection.execute(select(table.c.identity).where(table.c.id == connection))
        return str(found.scalar() or "")

    def known_as(self, identity: str, connection: int) -> str:
        """The name under which the same other end was known before; empty where it was not."""
        table = connections
        found = self._ledger.connection.execute(
            select(table.c.name).where(
                table.c.workspace == self._ledger.workspace,
                table.c.identity == identity,
                table.c.id != connection,
            ),
        )
        return str(found.scalar() or "")

    def remember_identity(self, connection: int, identity: str) -> None:
        """Note who is at the other end."""
        table = connections
        self._ledger.connection.execute(
            update(table).where(table.c.id == connection).values(identity=identity),
        )

    def was_written(self, connection: int) -> bool:
        """Whether a person has allowed the first write to a connection."""
        table = connections
        found = self._ledger.connection.execute(select(table.c.first_written).where(table.c.id == connection))
        return found.scalar() is not None

    def allow_writing(self, connection: int) -> None:
        """Note that a person allowed it."""
        table = connections
        self._ledger.connection.execute(
            update(table)
            .where(table.c.id == connection)
            .values(first_written=self._ledger.clock.now().isoformat()),
        )

    def cursor(self, connection: int, kind: Kind) -> str | None:
        """How far a kind has been read."""
        mine = (cursor.c.connection == connection) & (cursor.c.kind == kind.number)
        found = self._ledger.connection.execute(select(cursor.c.value).where(mine)).scalar()
        return None if found is None else str(found)

    def advance(self, connection: int, kind: Kind, value: str | None) -> None:
        """Move the cursor, in the transaction that keeps what it covers; ``None`` for the start."""
        mine = (cursor.c.connection == connection) & (cursor.c.kind == kind.number)
        moved = self._ledger.connection.execute(update(cursor).where(mine).values(value=value))
        if not moved.rowcount:
            self._ledger.connection.execute(
                insert(cursor).values(connection=connection, kind=kind.number, value=value),
            )
