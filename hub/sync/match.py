"""Whether what has no binding is a record that is already here.

An exact, unique match adopts the record; a near or double one waits for a person; only a clear
"not there" makes a new record. A record whose row this listing shows is no candidate: two equal
rows of one listing are two records, and at a target a person hears of it. A row pairs with a record
whose own row has left, whether it went to another source (unbilled → billed) or came back under
another id, and uses it up.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from hub.ledger import BindingState, RecordState
from hub.ledger.matches import apart, match_keys
from hub.model import Kind
from hub.sync.candidates import Asked, Candidates, Stands
from hub.sync.evidence import INVOICE_NUMBER
from hub.sync.moving import Expected, told_apart
from hub.sync.receiving import only_receives
from hub.sync.similar import Alike, to_the_letter
from hub.sync.verdicts import Adopt, Double, Doubt, New, Renewed, Twin, Wait

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from decimal import Decimal

    from hub.ledger import StoredBinding, Stream
    from hub.ledger.matches import FieldLists, MatchKey
    from hub.sync.seen import Shown
    from hub.sync.session import Peer, Session
    from hub.sync.verdicts import Verdict


class Claim(NamedTuple):
    """The record that a row of a target equals, and that no row there is yet.

    Args:
        record: which.
        by: the place of the list by which they are equal; the first is the strongest.
        distances: how far they lie apart in what may differ.

    """

    record: int
    by: int
    distances: tuple[Decimal, ...]


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
        self._only_receives = only_receives(session, peer, kind)
        self._alike = Alike(session.ledger, peer, kind)

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

    def is_used(self, record: int) -> bool:
        """Whether a record was taken for a row of this listing."""
        return record in self._used

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
                    exact.update(dict.fromkeys(to_the_letter(self._kind, way(self._kind, source))))
        both.update({INVOICE_NUMBER: None} if self._kind is Kind.INVOICE else {})
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
        asked = self._asked(stream, rows, alternatives)
        candidates = self._candidates(asked)
        found = []
        for row in asked:
            found.append(verdict := self._verdict(stream, candidates, row, at_end=at_end))
            if isinstance(verdict, Adopt):
                self._taken_in[verdict.record] = stream.id
        return found

    def claims(self, stream: Stream, rows: Sequence[Mapping[str, Any]]) -> list[Claim | None]:
        """What each row equals, of all that has no row here yet, if it is one record alone."""
        asked = self._asked(stream, rows)
        candidates = self._candidates(asked)
        match = self._peer.mapping.match(self._kind, stream.source)
        return [self._claim(candidates, row, match) for row in asked]

    def _asked(
        self, stream: Stream, rows: Sequence[Mapping[str, Any]], alternatives: FieldLists | None = None
    ) -> list[Asked]:
        mapping, source = self._peer.mapping, stream.source
        match = mapping.match(self._kind, source)
        fields = alternatives or (*match, *mapping.moved(self._kind, source))
        near = () if alternatives else to_the_letter(self._kind, mapping.near(self._kind, source))
        renewed = () if alternatives else mapping.renewed(self._kind, source)
        return [
            Asked(
                values,
                match,
                match_keys(fields, values),
                match_keys(near, values),
                match_keys(renewed, values),
                loosely=not alternatives,
            )
            for values in rows
        ]

    def _claim(self, candidates: Candidates, row: Asked, match: FieldLists) -> Claim | None:
        for key in row.match:
            free = self._sort(candidates, self._same(candidates, key, row), at_end=True).free
            if free:
                chosen = None if candidates.known_here(free) else self._only(free, candidates)
                if chosen is None:
                    return None
                stored = candidates.stored[chosen].values
                return Claim(chosen, match.index(key.names), apart(key.names, row.values, stored))
        return None

    def _candidates(self, rows: Sequence[Asked]) -> Candidates:
        by_key = self._ledger.matches.candidates(self._kind, (key for row in rows for key in row.all_keys()))
        records = {record for found in by_key.values() for record in found}
        stored = self._ledger.records.many(records)
        bound = self._ledger.records.all_bound_at(records, self._peer.number)
        gone = [one.id for one in stored.values() if one.state is RecordState.GONE and one.id not in bound]
        let_go = frozenset(record for record in gone if not self._ledger.records.bindings(record))
        return Candidates(by_key, stored, bound, let_go)

    def _verdict(self, stream: Stream, candidates: Candidates, row: Asked, *, at_end: bool) -> Verdict:
        beside: list[tuple[int, bool]] = []
        equal: list[int] = []
        told = at_end or self._shown.all_stays
        for key in row.match:
            stands = self._sort(candidates, self._same(candidates, key, row), at_end=at_end)
            if stands.unseen or (not told and candidates.is_open(stands.free, row)):
                return Wait()
            if stands.free:
                return self._choose(stands.free, candidates)
            beside += [] if beside else [(one, key is row.match[0]) for one in stands.shown]
            equal += candidates.not_apart(stands.shown, key, row) if self._only_receives else ()
        return (
            self._near(candidates, row, told=told)
            or self._renewal(stream, candidates, row, at_end=at_end)
            or self._beside(stream, candidates, row, beside)
            or self._awaited(stream, row, told=told)
            or (Double(equal[0]) if equal else None)
            or self._like(stream, row)
            or New(next((one for one in candidates.equal_let_go(row) if one not in self._used), None))
        )

    def _like(self, stream: Stream, row: Asked) -> Verdict | None:
        """What has a name like a row's, of all that this system does not have."""
        found = self._alike.like(stream.source, row.values, self._used) if row.loosely else ()
        records, scores = (tuple(part) for part in zip(*found, strict=True)) if found else ((), ())
        return Doubt(records, "is like", scores) if records else None

    def _same(self, candidates: Candidates, key: MatchKey, row: Asked) -> list[int]:
        """The records that have a key, the nearest first; by what only moves, those of this system."""
        found = candidates.exact(key, row.values)
        if key.names not in row.everywhere:
            found = [record for record in found if candidates.bound.get(record)]
        return sorted(found, key=lambda one: apart(key.names, row.values, candidates.stored[one].values))

    def _choose(self, free: list[int], candidates: Candidates) -> Verdict:
        """What left this system comes before what was never there, and what stands before what is gone."""
        here = candidates.known_here(free)
        chosen = here[0] if here else self._only(free, candidates)
        if chosen is None:
            return Doubt(tuple(candidates.standing(free)), "matches more than one record:")
        if here or not self._only_receives:
            self._used.add(chosen)  # at a target, other rows may have a claim to it
        return Adopt(chosen)

    def _only(self, free: list[int], candidates: Candidates) -> int | None:
        """The one record that stands, or that is there at all; ``None`` where there are several."""
        standing = candidates.standing(free)
        return standing[0] if len(standing) == 1 else None

    def _near(self, candidates: Candidates, row: Asked, *, told: bool) -> Verdict | None:
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

    def _renewal(self, stream: Stream, candidates: Candidates, row: Asked, *, at_end: bool) -> Verdict | None:
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
        candidates: Candidates,
        row: Asked,
        beside: Sequence[tuple[int, bool]],
    ) -> Verdict | None:
        """What stands beside an equal row: one that the hub wrote itself, or one of another source."""
        access = self._peer.access(self._kind)
        moves = access.missing_for > timedelta(0)
        # What was handed over may be spelt otherwise where it arrives.
        spelt = () if access.seen_within is None else candidates.all_near(row)
        wrote = access.seen_within is not None or not self._only_receives
        for record, wholly in (*beside, *((one, False) for one in spelt)):
            known = [one for one in candidates.bound.get(record, ()) if one.state is not BindingState.GONE]
            other = told_apart(self._kind, row.everywhere, row.values, candidates.stored[record].values)
            if wrote and any(one.sent is not None for one in known) and not other:
                return Doubt((record,), "equals what the hub wrote itself as")
            if moves and wholly and self._stands_elsewhere(stream, record, known):
                return Twin(record)
        return None

    def _stands_elsewhere(self, stream: Stream, record: int, known: Sequence[StoredBinding]) -> bool:
        """Whether this listing shows a record, and not in this source."""
        taken = self._taken_in.get(record, stream.id if record in self._used else None)
        standing = (one for one in known if not self._shown.has_left(one))
        return taken != stream.id and all(one.stream != stream.id for one in standing)

    def _awaited(self, stream: Stream, row: Asked, *, told: bool) -> Verdict | None:
        """What may be something that was handed over, with one thing changed by a person since."""
        found = self._expected.same(stream.source, row.values, self._used)
        if found and (told or len(found) == 1):
            self._used.add(found[0])
            return Adopt(found[0])
        found = found or self._expected.like(stream.source, row.values, self._used)
        if not found:
            return None
        return Doubt(tuple(found), "is, but for one thing, what was handed over as") if told else Wait()

    def _sort(self, candidates: Candidates, records: Iterable[int], *, at_end: bool) -> Stands:
        stands = Stands([], [], unseen=False)
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
