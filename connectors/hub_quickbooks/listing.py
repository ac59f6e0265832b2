"""What a company holds, or what changed in it: as few reads as the contract allows, since Intuit meters them.

One call for changes (CDC) serves all kinds that it covers. It looks back 30 days and shows at most 1,000
objects over all of them; past either, a kind is listed anew. It does not cover time activities: these are
asked for by the time of their last change, and listed anew every week, since deleted ones are seen in no
other way.
"""

from __future__ import annotations

import json
from collections import Counter, deque
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from hub.sdk import CursorTooOld, Deleted, Kind, Page
from hub_quickbooks.queries import PAGE, WITH_INACTIVE, from_on, pages
from hub_quickbooks.rows import ENTITIES, row_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from hub.sdk import Clock, Cursor, Item
    from hub_quickbooks.wire import Wire

_LOOKS_BACK = timedelta(days=29)
_OVERLAP = timedelta(minutes=5)
"""How far a call for changes reaches back before the last one: what is committed may show a little late."""
_SWEEP_EVERY = timedelta(days=7)
_CHANGES = ("Customer", "Employee", "Vendor", "Invoice", "Payment", "CreditMemo")
_NAME_LISTS = frozenset({"Customer", "Employee", "Vendor"})
_SHARED = frozenset({"Customer", "CreditMemo"})
"""Record types that hold records of several kinds."""
_MOST_ECHOES = 500


class Listing:
    """Reads one company, for the length of a run."""

    def __init__(self, wire: Wire, clock: Clock) -> None:
        self._wire = wire
        self._clock = clock
        self._changes: list[_Changes] = []
        self._echoes: Counter[str] = Counter()
        """How many objects of each record type were written in this run."""
        self._whole: dict[str, tuple[datetime, list[Mapping[str, Any]]]] = {}
        """Record types that were read whole, and since when."""
        self._written: deque[datetime] = deque(maxlen=_MOST_ECHOES)
        """When QuickBooks committed the last of what was written in this run."""

    def note_written(self, entity: str, found: Mapping[str, Any]) -> None:
        """Note an object that was written, so that the next call for changes need not show all of them."""
        self._echoes[entity] += 1
        at = _changed_at(found)
        if at is not None:
            self._written.append(at)
        # What was listed before this is no longer all there is.
        self._whole.clear()
        self._changes.clear()

    def pages(self, kind: Kind, cursor: Cursor | None) -> Iterator[Page]:
        """List a kind: all of it, or what changed since a cursor.

        Raises:
            CursorTooOld: what changed since then cannot be told any more.
            SourceFailed: the company could not be read.

        """
        if cursor is None:
            yield from self._all(kind)
        elif kind is Kind.TIME_ENTRY:
            yield self._time_changed(_Cursor.read(cursor))
        else:
            yield self._changed(kind, _Cursor.read(cursor))

    # All there is.

    def _all(self, kind: Kind) -> Iterator[Page]:
        began = self._began(kind)
        several = False
        *before, last = ENTITIES[kind]
        for entity in before:
            for found in self._listed(entity):
                several = several or len(found) == PAGE
                yield Page(_rows(kind, entity, found))
        held: Sequence[Mapping[str, Any]] = ()
        for position, found in enumerate(self._listed(last)):
            several = several or len(found) == PAGE
            if position:
                yield Page(_rows(kind, last, held))
            held = found
        began += self._wire.skew
        whole = not several or not self._anything_deleted(kind, began)
        cursor = _Cursor(self._reach(began), began).text()
        yield Page(_rows(kind, last, held), cursor if whole else None, complete=whole)

    def _began(self, kind: Kind) -> datetime:
        """Since when a kind is read: part of it may have been read with another kind."""
        known = [self._whole[entity][0] for entity in ENTITIES[kind] if entity in self._whole]
        return min([self._clock.now(), *known])

    def _listed(self, entity: str) -> Iterator[Sequence[Mapping[str, Any]]]:
        """The pages of a record type. One that holds several kinds is kept, and read once for all of them."""
        if entity not in _SHARED:
            yield from self._queried(entity)
            return
        if entity not in self._whole:
            began = self._clock.now()
            self._whole[entity] = began, [one for found in self._queried(entity) for one in found]
        _, whole = self._whole[entity]
        for start in range(0, len(whole) or 1, PAGE):
            yield whole[start : start + PAGE]

    def _queried(self, entity: str, *conditions: str) -> Iterator[Sequence[Mapping[str, Any]]]:
        inactive = (WITH_INACTIVE,) if entity in _NAME_LISTS else ()
        return pages(self._wire, entity, *conditions, *inactive)

    def _anything_deleted(self, kind: Kind, since: datetime) -> bool:
        """Whether anything was deleted while several pages were read: the pages after it moved up by one."""
        covered = [entity for entity in ENTITIES[kind] if entity in _CHANGES]
        if not covered:
            return False
        changes = self._ask(covered, since)
        # Of names hardly any is ever deleted: that so many were changed or made is no sign of it.
        untold = changes.is_cut and not _NAME_LISTS.issuperset(covered)
        return untold or any(changes.deleted(entity) for entity in covered)

    # What changed.

    def _changed(self, kind: Kind, cursor: _Cursor) -> Page:
        changes = self._changes_since(cursor.since, ENTITIES[kind])
        items: list[Item] = []
        for entity in ENTITIES[kind]:
            items += _rows(kind, entity, changes.found(entity))
            items += [Deleted(entity, number) for number in changes.deleted(entity)]
        # What lies before the last cursor has been seen, with an overlap of its own.
        reached = max(self._reach(changes.asked), cursor.since)
        return Page(items, _Cursor(reached, cursor.swept).text(), complete=True)

    def _changes_since(self, since: datetime, entities: Sequence[str]) -> _Changes:
        """One call serves all kinds whose cursors it reaches back to."""
        for known in self._changes:
            if known.since <= since and known.covers(entities):
                return known
        if self._clock.now() + self._wire.skew - since > _LOOKS_BACK:
            raise CursorTooOld("QuickBooks tells what changed for 30 days only.")
        for asked in self._worth_asking(entities):
            answer = self._ask(asked, since)
            if not answer.is_cut:
                self._changes.append(answer)
                return answer
        raise CursorTooOld(f"More than {PAGE} objects changed, which is all that QuickBooks tells.")

    def _worth_asking(self, entities: Sequence[str]) -> Iterator[Sequence[str]]:
        """For what to ask, all at once or these alone, where our own writes do not fill the answer."""
        if self._echoes.total() < PAGE:
            yield _CHANGES
        if sum(self._echoes[entity] for entity in entities) < PAGE:
            yield entities

    def _ask(self, entities: Sequence[str], since: datetime) -> _Changes:
        asked = self._clock.now()
        names = ",".join(entities)
        document = self._wire.get("cdc", entities=names, changedSince=_instant(since))
        return _Changes(since, asked + self._wire.skew, tuple(entities), document)

    def _time_changed(self, cursor: _Cursor) -> Page:
        began = self._clock.now()
        if began + self._wire.skew - cursor.swept > _SWEEP_EVERY:
            raise CursorTooOld("Deleted time activities are seen in a whole listing only.")
        where = from_on("MetaData.LastUpdatedTime", _instant(cursor.since))
        found = [one for page in self._queried("TimeActivity", where) for one in page]
        reached = _Cursor(self._reach(began + self._wire.skew), cursor.swept)
        return Page(_rows(Kind.TIME_ENTRY, "TimeActivity", found), reached.text(), complete=True)

    def _reach(self, asked: datetime) -> datetime:
        """From when on the next call asks for changes: with an overlap, but not over all that we wrote."""
        usual = asked - _OVERLAP
        if len(self._written) < _MOST_ECHOES:
            return usual
        return min(asked, max(usual, self._written[0]))


class _Changes:
    """The answer to one call for changes."""

    def __init__(
        self, since: datetime, asked: datetime, entities: tuple[str, ...], document: Mapping[str, Any]
    ) -> None:
        self.since = since
        self.asked = asked
        self._entities = entities
        self._found: dict[str, list[Mapping[str, Any]]] = {}
        for answer in document.get("CDCResponse") or ():
            for part in answer.get("QueryResponse") or ():
                for entity, found in part.items():
                    if isinstance(found, list):
                        self._found.setdefault(entity, []).extend(found)
        self.is_cut = sum(map(len, self._found.values())) >= PAGE

    def covers(self, entities: Iterable[str]) -> bool:
        """Whether it says all of these record types."""
        return not self.is_cut and set(entities) <= set(self._entities)

    def found(self, entity: str) -> list[Mapping[str, Any]]:
        """What changed of a record type, as it is now."""
        return [one for one in self._found.get(entity, ()) if one.get("status") != "Deleted"]

    def deleted(self, entity: str) -> list[str]:
        """The ids of what was deleted of a record type."""
        return [str(one["Id"]) for one in self._found.get(entity, ()) if one.get("status") == "Deleted"]


class _Cursor:
    """How far a kind has been read: up to when, and when it was last listed whole."""

    def __init__(self, since: datetime, swept: datetime) -> None:
        self.since = since
        self.swept = swept

    @classmethod
    def read(cls, text: Cursor) -> _Cursor:
        """The cursor in its text."""
        said = json.loads(text)
        return cls(datetime.fromisoformat(said["since"]), datetime.fromisoformat(said["swept"]))

    def text(self) -> Cursor:
        """The cursor as text."""
        return json.dumps({"since": self.since.isoformat(), "swept": self.swept.isoformat()})


def _rows(kind: Kind, entity: str, found: Iterable[Mapping[str, Any]]) -> list[Item]:
    rows = (row_of(kind, entity, one) for one in found)
    return [row for row in rows if row is not None]


def _changed_at(found: Mapping[str, Any]) -> datetime | None:
    text = (found.get("MetaData") or {}).get("LastUpdatedTime")
    return datetime.fromisoformat(text) if text else None


def _instant(at: datetime) -> str:
    """An instant as QuickBooks reads it: with its offset, since without one it is taken for Pacific time."""
    return at.isoformat(timespec="seconds")
