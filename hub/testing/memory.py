"""Connectors to a system in memory: one for each way in which a doubtful write is settled."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from hub.model import KIND_ORDER, Kind
from hub.sdk import (
    Access,
    Action,
    Connector,
    Deleted,
    Found,
    Health,
    Listing,
    NotSent,
    Outcome,
    Page,
    Rejected,
    Settings,
    SourceFailed,
    Unknown,
    Upsert,
    Written,
)
from hub.testing.store import AnswerLost, MemoryStore, NoSuchRow, ReadingBroke, Unreachable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from hub.sdk import Cursor, End, Intent, Item, Reference, Surroundings
    from hub.testing.store import Row


def memory_access(**changes: Any) -> Mapping[Kind, Access]:  # noqa: ANN401 -- the fields of Access
    """Everything read and written, trust transactions only read; ``changes`` are fields of Access."""
    everything: dict[str, Any] = {"read": True, "create": True, "update": True, "void": True, "batch": 10}
    both_ways = Access(**everything | changes)
    return {
        kind: Access(read=True, listing=both_ways.listing) if kind is Kind.TRUST_TRANSACTION else both_ways
        for kind in KIND_ORDER
    }


class MemorySettings(Settings):
    """Which system it is."""

    store: str
    """The name of a ``MemoryStore`` of this process."""


class MemorySystem(Connector[MemorySettings]):
    """Reads and writes a ``MemoryStore``; a create can be found by the reference it was sent with."""

    name: ClassVar[str] = "memory"
    title: ClassVar[str] = "A system in memory"
    settings: ClassVar[type[Settings]] = MemorySettings
    access: ClassVar[Mapping[Kind, Access]] = memory_access(find=True)

    def __init__(self, config: MemorySettings, surroundings: Surroundings) -> None:
        super().__init__(config, surroundings)
        self._store = MemoryStore.named(config.store)

    def check(self) -> Health:
        """Say which system it is."""
        return Health(ok=True, identity=self._store.name, title=self.title)

    def read(self, kind: Kind, cursor: Cursor | None) -> Iterator[Page]:
        """List a kind's rows."""
        pages = self._pages(kind, cursor)
        for fault in self._store.reading_faults:
            pages = fault.apply(pages)
        return pages

    def write(self, intents: Sequence[Intent]) -> Iterator[Outcome]:
        """Write the intents, one by one."""
        write: Callable[[Sequence[Intent]], Iterator[Outcome]] = self._write
        for fault in self._store.writing_faults:
            write = fault.around(write)
        return write(intents)

    def find(self, kind: Kind, reference: Reference) -> Sequence[Found]:
        """Look for the rows that were created with a key."""
        try:
            found = self._store.find(kind, reference.key, self.surroundings.clock.now())
        except ReadingBroke:
            raise SourceFailed("The system does not answer.") from None
        return [Found(name, raw=_raw(name, row), source=kind.value) for name, row in found]

    def _pages(self, kind: Kind, cursor: Cursor | None) -> Iterator[Page]:
        incremental = self.access[kind].listing is Listing.INCREMENTAL
        try:
            for rows in self._store.list(kind, int(cursor or 0) if incremental else 0):
                items = [item for name, row in rows for item in _item(kind, name, row, deleted=incremental)]
                yield Page(items, cursor=str(rows[-1][1].change) if incremental else None)
        except ReadingBroke:
            raise SourceFailed("The system stopped answering.") from None
        yield Page((), complete=True)

    def _write(self, intents: Sequence[Intent]) -> Iterator[Outcome]:
        for intent in intents:
            yield Outcome(intent.key, self._end(intent))

    def _end(self, intent: Intent) -> End:
        try:
            name = self._do(intent)
        except NoSuchRow:
            return Rejected("gone", f"there is no {intent.kind.words} of this id")
        except Unreachable:
            return NotSent(reason="the system does not answer")
        except AnswerLost:
            return Unknown("the answer got lost")
        if intent.action is Action.VOID:
            return Written(name, source=intent.kind.value)
        raw = _raw(name, self._store.row(intent.kind, name))
        return Written(name, raw=raw, source=intent.kind.value)

    def _do(self, intent: Intent) -> str:
        if intent.action is Action.CREATE:
            return self._create(intent)
        if intent.action is Action.UPDATE:
            self._store.update(intent.kind, intent.external_id, intent.payload)
        else:
            self._store.void(intent.kind, intent.external_id)
        return intent.external_id

    def _create(self, intent: Intent) -> str:
        return self._store.create(intent.kind, intent.payload, intent.key, self.surroundings.clock.now())


class MemoryWithKeys(MemorySystem):
    """The same system, which answers a repeated key with its first answer and cannot be searched."""

    name = "memory-keys"
    access: ClassVar[Mapping[Kind, Access]] = memory_access(idempotency=timedelta(hours=24))

    def _create(self, intent: Intent) -> str:
        now = self.surroundings.clock.now()
        return self._store.create_once(intent.kind, intent.payload, intent.key, now)


class MemoryBlind(MemorySystem):
    """The same system, which knows no keys and cannot be searched: a doubtful create stays in doubt."""

    name = "memory-blind"
    access: ClassVar[Mapping[Kind, Access]] = memory_access()


class MemoryIncremental(MemorySystem):
    """The same system, which lists what changed since the last time."""

    name = "memory-incremental"
    access: ClassVar[Mapping[Kind, Access]] = memory_access(find=True, listing=Listing.INCREMENTAL)


def _item(kind: Kind, name: str, row: Row, *, deleted: bool) -> Iterator[Item]:
    """What is listed of a row: itself, or of a void one that it is gone where a listing says so."""
    if not row.void:
        yield Upsert(kind.value, name, _raw(name, row))
    elif deleted:
        yield Deleted(kind.value, name)


def _raw(name: str, row: Row) -> Mapping[str, Any]:
    return {**row.values, "id": name}
