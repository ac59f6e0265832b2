"""Whether what has no binding is a record that is already here.

An exact, unique match adopts the record; a near or double one waits for a person; only a clear
"not there" makes a new record. A record whose row this listing shows is no candidate: two equal
rows of one listing are two records. A row pairs with a record whose own row has left, whether it
went to another source (unbilled → billed) or came back under another id, and uses it up.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from hub.ledger import BindingState, RecordState
from hub.ledger.matches import apart, are_close, match_keys
from hub.sync.moving import Expected, told_apart

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from hub.ledger import StoredBinding, StoredRecord, Stream
    from hub.ledger.matches import FieldLists, MatchKey
    from hub.model import Kind
    from hub.sync.seen import Shown
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
class Renewed:
    """It seems to be this record (one of these) under a new id: its own row has left; a person says."""

    records: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Twin:
    """This listing shows the same in another source: it is two records, or one on its way."""

    record: int


@dataclass(frozen=True, slots=True)
class Wait:
    """It may be a record whose own row has not been seen in this listing yet."""


Verdict = New | Adopt | Doubt | Renewed | Twin | Wait


class Matcher:
    """Matches the rows of one listing."""

    def __init__(self, session: Session, peer: Peer, kind: Kind, shown: Shown) -> None:
        self._session = session
        self._ledger = session.ledger
        self._peer = peer
        self._kind = kind
        self._shown = shown
        self._used: set[int] = set()
        self._taken_in: dict[int, int] = {}
        """The stream of the row that a record was taken for."""
        self._expected = Expected(session, peer, kind)
        self._possible: dict[int, bool] = {}

    def possible(self, stream: Stream) -> bool:
        """Whether there is any record that this stream's rows could be."""
        if stream.id not in self._possible:
            found = self._ledger.matches.anything_else(self._kind, stream.id) or self._may_renew(stream)
            if found and not any(self._possible.values()):
                self._ledger.matches.bring_up_to_date(self._kind, *self._all_fields())
            self._possible[stream.id] = found
        return self._possible[stream.id]

    def _may_renew(self, stream: Stream) -> bool:
        """Whether a row that has left may come back in the same source under another id."""
        mapping = self._peer.mapping
        ways = (mapping.match, mapping.moved, mapping.renewed)
        return any(way(self._kind, stream.source) for way in ways) and self._ledger.bulk.any_bound(stream.id)

    def has_left(self, record: int) -> bool:
        """Whether a record is free, and stands nowhere here any more at the end of a listing."""
        if record in self._used:
            return False
        bound = self._ledger.records.all_bound_at([record], self._peer.number).get(record, ())
        live = [one for one in bound if one.state is BindingState.LIVE]
        return all(self._shown.has_left(one) for one in live)

    def use(self, record: int) -> bool:
        """Take a record for a row that was found otherwise; says whether it was free."""
        free = record not in self._used
        self._used.add(record)
        return free

    def _all_fields(self) -> tuple[FieldLists, FieldLists]:
        both: dict[tuple[str, ...], None] = {}
        exact: dict[tuple[str, ...], None] = {}
        for peer in self._session.peers.values():
            for source in peer.mapping.sources(self._kind):
                both.update(dict.fromkeys(peer.mapping.match(self._kind, source)))
                for way in (peer.mapping.moved, peer.mapping.near, peer.mapping.renewed):
                    exact.update(dict.fromkeys(way(self._kind, source)))
        return tuple(sorted(both)), tuple(sorted(exact.keys() - both.keys()))

    def verdicts(
        self,
        stream: Stream,
        rows: Sequence[Mapping[str, Any]],
        *,
        at_end: bool = False,
        alternatives: FieldLists | None = None,
    ) -> list[Verdict]:
        """What each row is. At the end of a complete listing, what was not seen has left."""
        mapping = self._peer.mapping
        match = mapping.match(self._kind, stream.source)
        fields = alternatives or (*match, *mapping.moved(self._kind, stream.source))
        further = () if alternatives else mapping.near(self._kind, stream.source)
        renewed = () if alternatives else mapping.renewed(self._kind, stream.source)
        asked = [
            _Row(values, match, *(match_keys(lists, values) for lists in (fields, further, renewed)))
            for values in rows
        ]
        candidates = self._candidates(asked)
        found = []
        for row in asked:
            found.append(verdict := self._verdict(stream, candidates, row, at_end=at_end))
            if isinstance(verdict, Adopt):
                self._taken_in[verdict.record] = stream.id
        return found

    def _candidates(self, rows: Sequence[_Row]) -> _Candidates:
        by_key = self._ledger.matches.candidates(self._kind, (key for row in rows for key in row.all_keys()))
        records = {record for found in by_key.values() for record in found}
        stored = self._ledger.records.many(records)
        bound = self._ledger.records.all_bound_at(records, self._peer.number)
        return _Candidates(by_key, stored, bound)

    def _verdict(self, stream: Stream, candidates: _Candidates, row: _Row, *, at_end: bool) -> Verdict:
        beside: list[tuple[int, bool]] = []
        told = at_end or self._shown.all_stays
        for key in row.match:
            stands = self._sort(candidates, self._same(candidates, key, row), at_end=at_end)
            if stands.unseen or (not told and candidates.is_open(stands.free, row)):
                return Wait()
            if stands.free:
                return self._choose(stands.free, candidates)
            beside += [] if beside else [(one, key is row.match[0]) for one in stands.shown]
        return (
            self._near(candidates, row, told=told)
            or self._renewal(stream, candidates, row, at_end=at_end)
            or self._beside(stream, candidates, row, beside)
            or self._awaited(stream, row, told=told)
            or New()
        )

    def _same(self, candidates: _Candidates, key: MatchKey, row: _Row) -> list[int]:
        """The records that have a key, the nearest first; by what only moves, those of this system."""
        found = candidates.exact(key, row.values)
        if key.names not in row.everywhere:
            found = [record for record in found if candidates.bound.get(record)]
        return sorted(found, key=lambda one: apart(key.names, row.values, candidates.stored[one].values))

    def _choose(self, free: list[int], candidates: _Candidates) -> Verdict:
        """What left this system comes before what was never there, and what stands before what is gone."""
        here = [record for record in free if candidates.bound.get(record)]
        standing = [record for record in free if candidates.stored[record].state is RecordState.LIVE]
        if len(standing or free) > 1 and not here:
            return Doubt(tuple(standing or free), "matches more than one record:")
        chosen = (here or standing or free)[0]
        self._used.add(chosen)
        return Adopt(chosen)

    def _near(self, candidates: _Candidates, row: _Row, *, told: bool) -> Verdict | None:
        """What nearly matches. What was handed over to this very system, and nothing else, is it."""
        for key in row.match:
            found = self._sort(candidates, candidates.near(key, row.values), at_end=True).free
            delivered = [record for record in found if candidates.is_delivered(record)]
            if delivered and not told and candidates.is_open(delivered, row):
                return Wait()
            if delivered and not candidates.is_open(delivered, row):
                self._used.add(delivered[0])
                return Adopt(delivered[0])
        free = self._sort(candidates, candidates.all_near(row), at_end=True).free
        wide = {record for key in row.near for record in candidates.exact(key, row.values)}
        free += self._sort(candidates, sorted(wide - set(free)), at_end=True).free
        others = [one for one in free if candidates.is_delivered(one) or not candidates.bound.get(one)]
        if not told and any(map(candidates.is_delivered, others)):
            return Wait()  # its own row may still come
        return Doubt(tuple(others), "nearly matches") if others else None

    def _renewal(self, stream: Stream, candidates: _Candidates, row: _Row, *, at_end: bool) -> Verdict | None:
        for key in row.renewed:
            found = [
                record
                for record in candidates.exact(key, row.values)
                if any(one.stream == stream.id for one in candidates.bound.get(record, ()))
            ]
            stands = self._sort(candidates, found, at_end=at_end)
            if stands.unseen:
                return Wait()
            if stands.free:
                return Renewed(tuple(stands.free))
        return None

    def _beside(
        self,
        stream: Stream,
        candidates: _Candidates,
        row: _Row,
        beside: Sequence[tuple[int, bool]],
    ) -> Verdict | None:
        """What stands beside an equal row: one that the hub wrote itself, or one of another source."""
        access = self._peer.access(self._kind)
        moves = access.missing_for > timedelta(0)
        # What was handed over may be spelt otherwise where it arrives.
        spelt = () if access.seen_within is None else candidates.all_near(row)
        for record, wholly in (*beside, *((one, False) for one in spelt)):
            known = [one for one in candidates.bound.get(record, ()) if one.state is not BindingState.GONE]
            other = told_apart(self._kind, row.everywhere, row.values, candidates.stored[record].values)
            if any(one.sent is not None for one in known) and not other:
                return Doubt((record,), "equals what the hub wrote itself as")
            if moves and wholly and self._stands_elsewhere(stream, record, known):
                return Twin(record)
        return None

    def _stands_elsewhere(self, stream: Stream, record: int, known: Sequence[StoredBinding]) -> bool:
        """Whether this listing shows a record, and not in this source."""
        taken = self._taken_in.get(record, stream.id if record in self._used else None)
        standing = (one for one in known if not self._shown.has_left(one))
        return taken != stream.id and all(one.stream != stream.id for one in standing)

    def _awaited(self, stream: Stream, row: _Row, *, told: bool) -> Verdict | None:
        """What may be something that was handed over, with one thing changed by a person since."""
        found = self._expected.same(stream.source, row.values, self._used)
        if found and (told or len(found) == 1):
            self._used.add(found[0])
            return Adopt(found[0])
        found = found or self._expected.like(stream.source, row.values, self._used)
        if not found:
            return None
        return Doubt(tuple(found), "is, but for one thing, what was handed over as") if told else Wait()

    def _sort(self, candidates: _Candidates, records: Iterable[int], *, at_end: bool) -> _Stands:
        stands = _Stands([], [], unseen=False)
        told = at_end or self._shown.all_stays
        for record in records:
            live = [one for one in candidates.bound.get(record, ()) if one.state is BindingState.LIVE]
            stays = any(
                one.id in self._shown.seen or (told and not self._shown.has_left(one)) for one in live
            )
            if stays or record in self._used:
                stands.shown.append(record)
            elif not live or told:
                stands.free.append(record)
            else:
                stands.unseen = True
        return stands


@dataclass(slots=True)
class _Stands:
    """How the candidates of a key stand in this listing.

    Args:
        free: those whose rows have left, or that have none here.
        shown: those that stand, by a row that is shown or that would be said to have left.
        unseen: whether the rest of the listing says more.

    """

    free: list[int]
    shown: list[int]
    unseen: bool


@dataclass(slots=True)
class _Row:
    """A row with its keys."""

    values: Mapping[str, Any]
    everywhere: FieldLists
    """The lists by which records of other systems are the same, too."""
    match: list[MatchKey]
    near: list[MatchKey]
    renewed: list[MatchKey]

    def all_keys(self) -> Iterable[int]:
        """All keys by which records are looked for."""
        yield from (key.exact for key in (*self.match, *self.near, *self.renewed))
        yield from (key.near for key in self.match)


@dataclass(slots=True)
class _Candidates:
    by_key: Mapping[int, set[int]]
    stored: Mapping[int, StoredRecord]
    bound: Mapping[int, list[StoredBinding]]

    def exact(self, key: MatchKey, values: Mapping[str, Any]) -> list[int]:
        """The records that have this exact key now (a key may be left from an earlier revision)."""
        return [one for one in self._of(key.exact) if self._agrees(one, key, values, loosely=False)]

    def near(self, key: MatchKey, values: Mapping[str, Any]) -> list[int]:
        """The records that have this near key now."""
        return [one for one in self._of(key.near) if self._agrees(one, key, values, loosely=True)]

    def all_near(self, row: _Row) -> list[int]:
        """The records that have any near key of a row now."""
        return sorted({record for key in row.match for record in self.near(key, row.values)})

    def is_open(self, records: Sequence[int], row: _Row) -> bool:
        """Whether several of this system could be a row, and are not all the same to a person."""
        here = [record for record in records if self.bound.get(record)]
        alike = {
            tuple(key.near for key in match_keys(row.everywhere, self.stored[record].values))
            for record in (here if len(here) > 1 else ())
        }
        return len(alike) > 1

    def is_delivered(self, record: int) -> bool:
        """Whether a record was handed over here and is not seen yet."""
        return any(one.state is BindingState.DELIVERED for one in self.bound.get(record, ()))

    def _of(self, key: int) -> list[int]:
        return sorted(record for record in self.by_key.get(key, ()) if record in self.stored)

    def _agrees(self, record: int, key: MatchKey, values: Mapping[str, Any], *, loosely: bool) -> bool:
        theirs = self.stored[record].values
        mine = match_keys((key.names,), theirs)
        same = bool(mine) and (mine[0].near == key.near if loosely else mine[0].exact == key.exact)
        return same and are_close(key.names, values, theirs) and self._counts_alike(record, values)

    def _counts_alike(self, record: int, values: Mapping[str, Any]) -> bool:
        """Whether both are reversed, or neither is; a row of this system may be reversed as it moves."""
        theirs = self.stored[record].values
        return bool(self.bound.get(record)) or bool(values.get("reversed")) == bool(theirs.get("reversed"))
