"""Whether what has no binding is a record that is already here.

An exact, unique match adopts the record; a near or double one waits for a person; only a clear
"not there" makes a new record. A record with a live row of the same connection and source is no
candidate: two equal rows of one listing are two records. Between two sources of one connection
(unbilled → billed) a row pairs with a record whose own row has left its source, and uses it up.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hub.ledger import BindingState
from hub.ledger.matches import match_keys

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hub.ledger import StoredBinding, StoredRecord, Stream
    from hub.ledger.matches import FieldLists
    from hub.model import Kind
    from hub.sync.seen import Seen
    from hub.sync.session import Peer, Session


@dataclass(frozen=True, slots=True)
class New:
    """It is no record that is here."""


@dataclass(frozen=True, slots=True)
class Adopt:
    """It is this record."""

    record: int


@dataclass(frozen=True, slots=True)
class Doubt:
    """It may be one of these records; a person says."""

    records: tuple[int, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Wait:
    """It may be a record whose own row has not been seen in this listing yet."""


Verdict = New | Adopt | Doubt | Wait


class Matcher:
    """Matches the rows of one listing."""

    def __init__(self, session: Session, peer: Peer, kind: Kind, seen: Seen) -> None:
        self._session = session
        self._ledger = session.ledger
        self._peer = peer
        self._kind = kind
        self._seen = seen
        self._used: set[int] = set()
        self._possible: dict[int, bool] = {}

    def possible(self, stream: Stream) -> bool:
        """Whether there is any record that this stream's rows could be."""
        if stream.id not in self._possible:
            found = self._ledger.matches.anything_else(self._kind, stream.id)
            if found and not any(self._possible.values()):
                self._ledger.matches.bring_up_to_date(self._kind, self._all_fields())
            self._possible[stream.id] = found
        return self._possible[stream.id]

    def _all_fields(self) -> FieldLists:
        lists: dict[tuple[str, ...], None] = {}
        for peer in self._session.peers.values():
            for source in peer.mapping.sources(self._kind):
                lists.update(dict.fromkeys(peer.mapping.match(self._kind, source)))
        return tuple(sorted(lists))

    def verdicts(
        self,
        stream: Stream,
        rows: Sequence[Mapping[str, Any]],
        *,
        at_end: bool = False,
        alternatives: FieldLists | None = None,
    ) -> list[Verdict]:
        """What each row is. At the end of a complete listing, what was not seen has left."""
        fields = alternatives or self._peer.mapping.match(self._kind, stream.source)
        keys = [match_keys(fields, row) for row in rows]
        by_key = self._ledger.matches.candidates(
            self._kind,
            (key for pairs in keys for pair in pairs for key in pair),
        )
        records = {record for found in by_key.values() for record in found} - self._used
        stored = self._ledger.records.many(records)
        bound = self._ledger.records.all_bound_at(records, self._peer.number)
        found = []
        for pairs in keys:
            candidates = _Candidates(fields, by_key, stored, self._used)
            found.append(self._verdict(stream, candidates, bound, pairs, at_end=at_end))
        return found

    def _verdict(
        self,
        stream: Stream,
        candidates: _Candidates,
        bound: Mapping[int, list[StoredBinding]],
        pairs: Sequence[tuple[int, int]],
        *,
        at_end: bool,
    ) -> Verdict:
        for exact, _near in pairs:
            free, unseen = self._sort(stream, candidates.exact(exact), bound, at_end=at_end)
            if unseen:
                return Wait()
            if free:
                return self._choose(free, bound)
        near = {record for _exact, key in pairs for record in candidates.near(key)}
        free, _ = self._sort(stream, sorted(near), bound, at_end=at_end)
        others = [record for record in free if not bound.get(record)]
        return Doubt(tuple(others), "nearly matches") if others else New()

    def _choose(self, free: list[int], bound: Mapping[int, list[StoredBinding]]) -> Verdict:
        one_system = all(bound.get(record) for record in free)
        if len(free) > 1 and not one_system:
            return Doubt(tuple(free), "matches more than one record:")
        self._used.add(free[0])
        return Adopt(free[0])

    def _sort(
        self,
        stream: Stream,
        records: Sequence[int],
        bound: Mapping[int, list[StoredBinding]],
        *,
        at_end: bool,
    ) -> tuple[list[int], bool]:
        free, unseen = [], False
        for record in records:
            live = [one for one in bound.get(record, ()) if one.state is BindingState.LIVE]
            if any(one.stream == stream.id or one.id in self._seen for one in live):
                continue
            if live and not at_end:
                unseen = True
                continue
            free.append(record)
        return free, unseen


@dataclass(slots=True)
class _Candidates:
    fields: FieldLists
    by_key: Mapping[int, set[int]]
    stored: Mapping[int, StoredRecord]
    used: set[int]

    def exact(self, key: int) -> list[int]:
        """The records that have this exact key now (a key may be left from an earlier revision)."""
        return self._with(key, 0)

    def near(self, key: int) -> list[int]:
        """The records that have this near key now."""
        return self._with(key, 1)

    def _with(self, key: int, position: int) -> list[int]:
        return sorted(
            record
            for record in self.by_key.get(key, ())
            if record not in self.used
            and record in self.stored
            and any(pair[position] == key for pair in match_keys(self.fields, self.stored[record].values))
        )
