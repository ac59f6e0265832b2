"""Rows that are known by more than the record says: what has moved there, and what is expected there."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hub.ledger.matches import match_keys, reads_alike
from hub.model import privileged_fields
from hub.sync import causes

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence

    from hub.ledger import StoredBinding, StoredRecord, Stream
    from hub.ledger.matches import FieldLists
    from hub.model import Kind
    from hub.sync.session import Peer, Session
    from hub.sync.translation import Translation

Place = tuple[int, str, int]
"""A binding: its stream, its external id, and its record."""
_CHUNK = 500
_FEWEST_FIELDS = 3
"""By fewer fields nothing is taken for what was handed over."""


class Moved:
    """The rows that a listing no longer shows, as the system itself had them.

    A record may say less than its row, or say it otherwise: what was handed over is priced, coded and
    punctuated where it arrives. A row that went on to another table is compared with what stood in the
    first one.
    """

    def __init__(self, rows: Translation) -> None:
        self._rows = rows
        self.left: Callable[[], Iterable[Place]] = tuple
        """What the listing no longer shows, once it has come to its end."""
        self._used: set[int] = set()
        self._may_come: dict[int, bool] = {}
        self._by_key: dict[int, list[int]] | None = None

    def may_come_to(self, stream: Stream) -> bool:
        """Whether a row that is like no record may be one out of another table that differs from its own."""
        rows = self._rows
        if rows.keeps_raw or rows.shown.all_stays:
            return False
        if stream.id not in self._may_come:
            others = [one.id for one in rows.ledger.streams.all(rows.peer.number, rows.kind)]
            others.remove(stream.id)
            self._may_come[stream.id] = rows.ledger.bulk.any_apart(others)
        return self._may_come[stream.id]

    def take(self, values: Mapping[str, Any], alternatives: FieldLists) -> int | None:
        """The record whose row had the same in all fields of a list; each is given once."""
        if self._by_key is None:
            self._by_key = self._keyed()
        for key in match_keys(_plain(alternatives), values):
            for record in self._by_key.get(key.exact, ()):
                if record not in self._used:
                    self._used.add(record)
                    return record
        return None

    def _keyed(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        for record, values, lists in self._kept():
            for key in match_keys(lists, values):
                found.setdefault(key.exact, []).append(record)
        return found

    def _kept(self) -> Iterator[tuple[int, dict[str, Any], FieldLists]]:
        """What has left and differed from its record, so that its row was kept."""
        by_stream: dict[int, dict[str, int]] = {}
        for number, external_id, record in self.left():
            by_stream.setdefault(number, {})[external_id] = record
        peer, kind, ledger = self._rows.peer, self._rows.kind, self._rows.ledger
        for stream in ledger.streams.all(peer.number, kind):
            inward = peer.mapping.inward(kind, stream.source)
            lists = peer.mapping.match(kind, stream.source) + peer.mapping.moved(kind, stream.source)
            names = list(by_stream.get(stream.id, ()))
            for start in range(0, len(names) if inward else 0, _CHUNK):
                kept = ledger.bulk.raws(stream.id, names[start : start + _CHUNK])
                for external_id, raw in kept.items():
                    assert inward is not None
                    values = self._rows.translated(inward, json.loads(raw))
                    if values is not None:
                        yield by_stream[stream.id][external_id], values, _plain(lists)


def say_what_was_changed(
    rows: Translation, stored: StoredRecord, delivered: StoredBinding, source: str, values: Mapping[str, Any]
) -> None:
    """Tell what somebody changed in what was handed over, before it was seen for the first time."""
    before = rows.ledger.records.at_revision(stored, delivered.agreed)
    names = told_apart(rows.kind, rows.peer.mapping.match(rows.kind, source), values, before)
    if names:
        edits = {name: values.get(name) for name in names}
        rows.session.hold(causes.drift(rows.peer, rows.kind, stored, edits))


class Expected:
    """What was handed over to a system and is not seen there: a row may be it, with one thing changed."""

    def __init__(self, session: Session, peer: Peer, kind: Kind) -> None:
        self._ledger = session.ledger
        self._peer = peer
        self._kind = kind
        self._delivered: dict[int, Mapping[str, Any]] | None = None
        self._by_key: dict[FieldLists, dict[int, list[int]]] = {}

    def same(self, source: str, values: Mapping[str, Any], taken: Container[int]) -> list[int]:
        """The records that were handed over just so, and have changed at their source since."""
        for names in _plain(self._peer.mapping.match(self._kind, source)):
            found = [one for one in self._found((names,), values) if one not in taken]
            if found:
                return found
        return []

    def like(self, source: str, values: Mapping[str, Any], taken: Container[int]) -> list[int]:
        """The records that agree with a row in all but one field of a list that holds a text."""
        lists = _but_one(self._kind, self._peer.mapping.match(self._kind, source))
        return [record for record in self._found(lists, values) if record not in taken]

    def _found(self, lists: FieldLists, values: Mapping[str, Any]) -> dict[int, None]:
        index = self._index(lists)
        keys = match_keys(lists, values) if index else ()
        return {record: None for key in keys for record in index.get(key.near, ())}

    def _index(self, lists: FieldLists) -> dict[int, list[int]]:
        if self._delivered is None:
            self._delivered = dict(self._handed_over())
        if lists not in self._by_key:
            index: dict[int, list[int]] = {}
            for record, values in self._delivered.items():
                for key in match_keys(lists, values):
                    index.setdefault(key.near, []).append(record)
            self._by_key[lists] = index
        return self._by_key[lists]

    def _handed_over(self) -> Iterator[tuple[int, Mapping[str, Any]]]:
        """The records on their way, as they were handed over."""
        opened = self._ledger.deliveries.open(self._peer.number, self._kind)
        records = self._ledger.records
        bound = records.bound_at([one.record for one in opened], self._peer.number)
        for record, stored in records.many(list(bound)).items():
            agreed = bound[record].agreed
            now = stored.revision == agreed
            yield record, stored.values if now else records.at_revision(stored, agreed)


def told_apart(
    kind: Kind, lists: FieldLists, one: Mapping[str, Any], other: Mapping[str, Any]
) -> tuple[str, ...]:
    """In which fields a row is another than what was handed over, of the list that tells fewest."""
    words = privileged_fields(kind)

    def differs(name: str) -> bool:
        mine, theirs = one.get(name), other.get(name)
        return mine != theirs and not (name in words and reads_alike(mine, theirs))

    worded = [names for names in _plain(lists) if words & set(names)]
    return min((tuple(filter(differs, names)) for names in worded), key=len, default=())


def _plain(lists: FieldLists) -> FieldLists:
    """The lists of which every field has to be equal."""
    return tuple(names for names in lists if not any("~" in name or "?" in name for name in names))


def _but_one(kind: Kind, lists: FieldLists) -> FieldLists:
    """Each list that holds a text, without one of its fields at a time."""
    worded: Sequence[tuple[str, ...]] = [
        names for names in _plain(lists) if privileged_fields(kind) & set(names)
    ]
    shorter = (tuple(name for name in names if name != one) for names in worded for one in names)
    return tuple(dict.fromkeys(names for names in shorter if len(names) >= _FEWEST_FIELDS))
