"""Records, their revisions, and their bindings, one at a time."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select, update

from hub.ledger.digests import body_text
from hub.ledger.schema import binding, record, revision, run, stream
from hub.model import Kind, Record, label_of, model_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import Select

    from hub.ledger.ledger import Ledger


class RecordState(IntEnum):
    """Whether a record still stands somewhere."""

    LIVE = 0
    GONE = 1
    """No system lists it any more; kept with its history."""


class BindingState(IntEnum):
    """Whether a record still stands at one system."""

    LIVE = 0
    DELIVERED = 1
    """Handed over and not yet seen there."""
    GONE = 2


class Change(IntEnum):
    """What a revision did."""

    CREATED = 0
    CHANGED = 1
    GONE = 2
    BACK = 3
    REISSUED = 4
    """A document was undone and made anew, under its own number or another."""


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """A record as the ledger keeps it."""

    id: int
    kind: Kind
    state: RecordState
    revision: int
    values: Mapping[str, Any]

    @property
    def label(self) -> str:
        """A short name by which a person knows it."""
        return label_of(self.kind, self.values)

    def model(self) -> Record:
        """The record as its model."""
        return model_of(self.kind).model_validate(self.values)


@dataclass(frozen=True, slots=True)
class StoredBinding:
    """What a record is at a connection."""

    id: int
    stream: int
    source: str
    external_id: str
    record: int
    connection: int
    state: BindingState
    agreed: int
    digest: bytes | None
    sent: bytes | None
    version: str | None


@dataclass(frozen=True, slots=True)
class Revision:
    """One step in a record's life: which fields changed, from what, by whom, in which run."""

    id: int
    run: int
    at: str
    connection: int | None
    change: Change
    replaced: Mapping[str, Any]


_COLUMNS = (record.c.id, record.c.kind, record.c.state, record.c.revision, record.c.body)


_PAGE = 1000
_LONGEST_ID = 18


def _stored(row: Any) -> StoredRecord:  # noqa: ANN401 -- a row of the record table
    kind = Kind.of_number(row.kind)
    return StoredRecord(row.id, kind, RecordState(row.state), row.revision, json.loads(row.body))


class Records:
    """Reads records and writes single changes."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def get(self, identifier: int) -> StoredRecord:
        """One record."""
        row = self._ledger.connection.execute(select(*_COLUMNS).where(record.c.id == identifier)).one()
        return _stored(row)

    def many(self, identifiers: Iterable[int]) -> dict[int, StoredRecord]:
        """Several records by id."""
        wanted = list(identifiers)
        rows = self._ledger.connection.execute(select(*_COLUMNS).where(record.c.id.in_(wanted)))
        return {row.id: _stored(row) for row in rows}

    def of_kind(self, kind: Kind, *, after_revision: int = 0) -> Iterator[StoredRecord]:
        """All records of a kind, or those changed since a revision, in order of change."""
        while page := self._page(kind, after_revision):
            yield from page
            after_revision = page[-1].revision

    def _page(self, kind: Kind, after_revision: int) -> list[StoredRecord]:
        rows = self._ledger.connection.execute(
            select(*_COLUMNS)
            .where(
                record.c.workspace == self._ledger.workspace,
                record.c.kind == kind.number,
                record.c.revision > after_revision,
            )
            .order_by(record.c.revision)
            .limit(_PAGE),
        )
        return [_stored(row) for row in rows]

    def count(self, kind: Kind) -> int:
        """How many live records of a kind there are."""
        return int(
            self._ledger.connection.execute(
                select(func.count()).where(
                    record.c.workspace == self._ledger.workspace,
                    record.c.kind == kind.number,
                    record.c.state == RecordState.LIVE,
                ),
            ).scalar()
            or 0,
        )

    def highest_revision(self, kind: Kind) -> int:
        """The newest revision of any record of a kind."""
        newest = select(func.max(record.c.revision)).where(
            record.c.workspace == self._ledger.workspace,
            record.c.kind == kind.number,
        )
        return int(self._ledger.connection.execute(newest).scalar() or 0)

    def sources_of(self, identifiers: Sequence[int], connection: int) -> dict[int, int]:
        """The best state of each of these records at a connection; a light `bound_at`."""
        marks = ",".join(
            ["?" if self._ledger.connection.dialect.name == "sqlite" else "%s"] * len(identifiers)
        )
        rows = self._ledger.connection.exec_driver_sql(
            f"SELECT record, state FROM binding WHERE record IN ({marks}) "  # noqa: S608 -- our own marks
            f"AND connection = {connection:d} ORDER BY state DESC",
            tuple(identifiers),
        )
        cursor: Any = rows.cursor
        return dict(cursor.fetchall())

    def find(self, kind: Kind, text: str) -> list[StoredRecord]:
        """The records that a person may mean by a ledger id, a number or an external id."""
        by_binding = (
            select(binding.c.record)
            .join(stream, stream.c.id == binding.c.stream)
            .where(stream.c.kind == kind.number, binding.c.external_id == text)
        )
        meant = (
            func.json_extract(record.c.body, "$.number") == text
            if self._ledger.connection.dialect.name == "sqlite"
            else record.c.body.like(f'%"number":{json.dumps(text)}%')
        ) | record.c.id.in_(by_binding)
        if text.isascii() and text.isdigit() and len(text) <= _LONGEST_ID:
            meant |= record.c.id == int(text)
        rows = self._ledger.connection.execute(
            select(*_COLUMNS).where(
                record.c.workspace == self._ledger.workspace,
                record.c.kind == kind.number,
                meant,
            ),
        )
        return [_stored(row) for row in rows]

    def change(
        self,
        before: StoredRecord,
        values: Mapping[str, Any],
        *,
        run: int,
        connection: int | None,
        change: Change = Change.CHANGED,
    ) -> int:
        """Give a record new values; the replaced ones stay in the revision. Returns its number."""
        number = self._ledger.bulk.next_ids("revision")
        state = RecordState.GONE if change is Change.GONE else RecordState.LIVE
        replaced = {
            name: before.values.get(name)
            for name in before.values.keys() | values.keys()
            if before.values.get(name) != values.get(name)
        }
        self._ledger.connection.execute(
            insert(revision).values(
                record=before.id,
                id=number,
                run=run,
                connection=connection,
                change=int(change),
                replaced=body_text(replaced) if replaced else None,
            ),
        )
        self._ledger.connection.execute(
            update(record)
            .where(record.c.id == before.id)
            .values(state=int(state), revision=number, body=body_text(values)),
        )
        return number

    def add(self, made: Record, *, run: int, connection: int | None) -> int:
        """Add a record that the hub itself makes; returns its id."""
        identifier = self._ledger.bulk.next_ids("record")
        number = self._ledger.bulk.next_ids("revision")
        body = made.model_dump_json(exclude_defaults=True)
        self._ledger.bulk.insert(
            [(identifier, self._ledger.workspace, made.kind.number, int(RecordState.LIVE), number, body)],
            [(identifier, number, run, connection, int(Change.CREATED), None)],
            [],
        )
        return identifier

    def note_sent(self, bound: StoredBinding, digest: bytes, agreed: int) -> None:
        """Note that a system has just what would be sent to it."""
        self._ledger.connection.execute(
            update(binding)
            .where(binding.c.stream == bound.stream, binding.c.external_id == bound.external_id)
            .values(sent=digest, agreed=agreed),
        )

    def note_agreed(self, bound: StoredBinding, agreed: int) -> None:
        """Note that a system has come to a revision by itself."""
        self._ledger.connection.execute(
            update(binding)
            .where(binding.c.stream == bound.stream, binding.c.external_id == bound.external_id)
            .values(sent=None, agreed=agreed),
        )

    def was_reissued(self, identifier: int, after: int) -> bool:
        """Whether a document was made anew after a revision."""
        return self._changed_so(identifier, after, Change.REISSUED)

    def came_back(self, identifier: int, after: int) -> bool:
        """Whether a record left all systems after a revision, and stands again."""
        return self._changed_so(identifier, after - 1, Change.GONE) and self._changed_so(
            identifier, after, Change.BACK, Change.REISSUED
        )

    def _changed_so(self, identifier: int, after: int, *changes: Change) -> bool:
        query = select(revision.c.id).where(
            revision.c.record == identifier,
            revision.c.id > after,
            revision.c.change.in_([int(change) for change in changes]),
        )
        return self._ledger.connection.execute(query.limit(1)).first() is not None

    def at_revision(self, stored: StoredRecord, wanted: int) -> dict[str, Any]:
        """The values that a record had at an earlier revision."""
        values = dict(stored.values)
        for step in reversed(self.history(stored.id)):
            if step.id <= wanted:
                break
            for name, value in step.replaced.items():
                if value is None:
                    values.pop(name, None)
                else:
                    values[name] = value
        return values

    def history(self, identifier: int) -> list[Revision]:
        """Every revision of a record, oldest first."""
        rows = self._ledger.connection.execute(
            select(revision, run.c.began)
            .join(run, run.c.id == revision.c.run, isouter=True)
            .where(revision.c.record == identifier)
            .order_by(revision.c.id),
        )
        return [
            Revision(
                row.id,
                row.run,
                row.began or "",
                row.connection,
                Change(row.change),
                json.loads(row.replaced or "{}"),
            )
            for row in rows
        ]

    def bindings(self, identifier: int, connection: int | None = None) -> list[StoredBinding]:
        """What a record is at every connection, or at one."""
        query = (
            select(binding, stream.c.source)
            .join(stream, stream.c.id == binding.c.stream)
            .where(binding.c.record == identifier)
            .order_by(binding.c.state, binding.c.id)
        )
        if connection is not None:
            query = query.where(binding.c.connection == connection)
        return [_binding(row) for row in self._ledger.connection.execute(query)]

    def all_bound_at(self, identifiers: Iterable[int], connection: int) -> dict[int, list[StoredBinding]]:
        """Every binding of each of these records at a connection."""
        found: dict[int, list[StoredBinding]] = {}
        for row in self._ledger.connection.execute(_bindings_at(identifiers, connection)):
            found.setdefault(row.record, []).append(_binding(row))
        return found

    def alone_at(self, identifiers: Iterable[int], connection: int) -> frozenset[int]:
        """Those of these records that no other connection ever had, and that were never written there."""
        wanted = frozenset(identifiers)
        shared = (binding.c.connection != connection) | binding.c.sent.is_not(None)
        rows = self._ledger.connection.execute(
            select(binding.c.record).where(binding.c.record.in_(wanted), shared)
        )
        return wanted - {row.record for row in rows}

    def bound_at(self, identifiers: Iterable[int], connection: int) -> dict[int, StoredBinding]:
        """The binding of each of these records at a connection; a live one before one that is gone."""
        rows = self._ledger.connection.execute(_bindings_at(identifiers, connection))
        return {row.record: _binding(row) for row in rows}


def _bindings_at(identifiers: Iterable[int], connection: int) -> Select[Any]:
    return (
        select(binding, stream.c.source)
        .join(stream, stream.c.id == binding.c.stream)
        .where(binding.c.record.in_(list(identifiers)), binding.c.connection == connection)
        .order_by(binding.c.state.desc(), binding.c.id)
    )


def _binding(row: Any) -> StoredBinding:  # noqa: ANN401 -- a row of the binding table
    return StoredBinding(
        row.id,
        row.stream,
        row.source,
        row.external_id,
        row.record,
        row.connection,
        BindingState(row.state),
        row.agreed,
        row.digest,
        row.sent,
        row.version,
    )
