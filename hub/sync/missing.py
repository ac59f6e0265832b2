"""What the end of a listing says: which rows pair across sources, and which have left.

Only a complete listing says anything about what is missing, and rows that went from one source to
another of the same system (unbilled → billed) have not left: they are paired first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.ledger import BindingState, Change, Hold
from hub.sync import causes
from hub.sync.rows import Row, row_of
from hub.sync.session import allow_once

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from hub.ledger import StoredRecord, Stream
    from hub.ledger.inbox import Waiting
    from hub.mapping import Inward
    from hub.model import Kind
    from hub.sync.intake import Intake
    from hub.sync.seen import Shown
    from hub.sync.session import Peer, Session

_CHUNK = 500

_Place = tuple[int, str, int]
"""A binding: its stream, its external id, and its record."""


class Missing:
    """Settles what one listing leaves open."""

    def __init__(self, session: Session, peer: Peer, kind: Kind, intake: Intake, shown: Shown) -> None:
        self._session = session
        self._ledger = session.ledger
        self._peer = peer
        self._kind = kind
        self._intake = intake
        self._shown = shown
        self._seen = shown.seen

    def settle(self, streams: Sequence[Stream], *, whole: bool) -> None:
        """Release what was parked, pair what was staged, and mark what has left."""
        by_id = {stream.id: stream for stream in streams}
        self._release_parked(by_id)
        if whole:
            self._pair_staged(by_id)
            self._mark_gone(streams)
        else:
            self._explain_staged(by_id)
            self._look_at_what_was_told()
        with self._ledger.transaction():
            self._intake.arrivals.look_back(streams)

    def deleted(self, stream: Stream, external_ids: Sequence[str]) -> None:
        """Mark what the system itself says is gone; inside a transaction."""
        known = self._ledger.bulk.lookup(stream.id, external_ids).values()
        live = [one for one in known if one.state == BindingState.LIVE]
        self._intake.rows.let_go(stream, external_ids)
        self._leave([(stream.id, one.external_id, one.record) for one in live])

    def told_before(self, stream: Stream) -> set[tuple[int, str]]:
        """What an earlier listing of changes said has left, and was only told of; it is not said again."""
        scope, prefix = causes.pull_scope(self._peer, self._kind), causes.subject_of(stream.source, "")
        return {
            (stream.id, hold.subject.removeprefix(prefix))
            for hold in self._ledger.holds.in_scope(scope)
            if hold.code == causes.MISSING and hold.subject.startswith(prefix)
        }

    def _release_parked(self, streams: dict[int, Stream]) -> None:
        """Try again what referred to a row of its own kind, until nothing more is released."""
        while self._intake.rows.parked:
            before = len(self._intake.rows.parked)
            again = dict(self._intake.rows.parked)
            self._intake.rows.parked.clear()
            for stream, rows in self._waiting(streams, again):
                with self._ledger.transaction():
                    inward = self._peer.mapping.inward(self._kind, stream.source)
                    if inward is not None:
                        self._session.tally.read(self._peer.name, self._kind)["held"] -= len(rows)
                        self._intake.take(stream, inward, rows)
            if len(self._intake.rows.parked) == before:
                return

    def _pair_staged(self, streams: dict[int, Stream]) -> None:
        """Pair by the first, strongest list of fields over all rows, then by the next."""
        arrivals = self._intake.arrivals
        left = dict(arrivals.staged)
        arrivals.staged.clear()
        arrivals.moved.left = lambda: self._unseen(list(streams))
        self._settle_claims(streams, left)
        mapping = self._peer.mapping
        ways = (mapping.match, mapping.moved)
        lists = [way(self._kind, stream.source) for way in ways for stream in streams.values()]
        for names in dict.fromkeys(names for one in lists for names in one):
            for stream, inward, rows in self._readable(streams, left):
                with self._ledger.transaction():
                    lonely = arrivals.pair(stream, inward, rows, (names,))
                unpaired = {row.item.external_id for row in lonely}
                for row in rows:
                    if row.item.external_id not in unpaired:
                        left.pop((stream.id, row.item.external_id), None)
        for stream, inward, rows in self._readable(streams, left):
            with self._ledger.transaction():
                arrivals.conclude(stream, inward, rows)

    def _settle_claims(self, streams: dict[int, Stream], left: dict[tuple[int, str], None]) -> None:
        """At a target, settle whose the records are that rows claim, before any is adopted."""
        arrivals = self._intake.arrivals
        while arrivals.only_receives:
            for stream, inward, rows in self._readable(streams, left):
                with self._ledger.transaction():
                    arrivals.claim(stream, self._unbound(stream, inward, rows))
            if not arrivals.settle():
                return
            for stream, inward, rows in self._readable(streams, left):
                with self._ledger.transaction():
                    valid = self._unbound(stream, inward, rows)
                    others = {id(row) for row in arrivals.award(stream, inward, valid)}
                for row in valid:
                    if id(row) not in others:
                        left.pop((stream.id, row.item.external_id), None)

    def _unbound(self, stream: Stream, inward: Inward, rows: Sequence[Row]) -> list[Row]:
        return [row for row in self._intake.rows.valid(stream, inward, rows) if row.bound is None]

    def _readable(
        self,
        streams: dict[int, Stream],
        wanted: dict[tuple[int, str], None],
    ) -> Iterator[tuple[Stream, Inward, list[Row]]]:
        for stream, rows in self._waiting(streams, wanted):
            inward = self._peer.mapping.inward(self._kind, stream.source)
            if inward is not None:
                yield stream, inward, rows

    def _explain_staged(self, streams: dict[int, Stream]) -> None:
        with self._ledger.transaction():
            for stream, external_id in self._intake.arrivals.staged:
                self._session.hold(causes.unfinished(self._peer, streams[stream], external_id))

    def _look_at_what_was_told(self) -> None:
        """What was missing before is so still, unless this listing shows it, be it incomplete."""
        scope = causes.pull_scope(self._peer, self._kind)
        with self._ledger.transaction():
            told = [hold for hold in self._ledger.holds.in_scope(scope) if hold.code == causes.MISSING]
            bound = self._ledger.records.all_bound_at(
                {hold.record for hold in told if hold.record is not None}, self._peer.number
            )
            shown = {record for record, known in bound.items() if any(one.id in self._seen for one in known)}
            self._ledger.holds.lift([hold for hold in told if hold.record in shown])
            for hold in told:
                if hold.record not in shown:
                    self._session.hold(hold)

    def _waiting(
        self,
        streams: dict[int, Stream],
        wanted: dict[tuple[int, str], None],
    ) -> Iterator[tuple[Stream, list[Row]]]:
        if not wanted:
            return
        with self._ledger.reading():
            waiting = self._ledger.inbox.waiting(sorted({stream for stream, _ in wanted}))
        chosen = [one for one in waiting if (one.stream, one.external_id) in wanted]
        for number, stream in streams.items():
            mine = [one for one in chosen if one.stream == number]
            for start in range(0, len(mine), _CHUNK):
                yield stream, self._rows(stream, mine[start : start + _CHUNK])

    def _rows(self, stream: Stream, waiting: Sequence[Waiting]) -> list[Row]:
        with self._ledger.reading():
            known = self._ledger.bulk.lookup(stream.id, [one.external_id for one in waiting])
        return [row_of(stream, one, known.get(one.external_id)) for one in waiting]

    def _mark_gone(self, streams: Sequence[Stream]) -> None:
        """Mark what a complete listing no longer shows; what went to another source has not left."""
        if self._intake.rows.awaits_renewal:
            # What seems to have left may stand under the new id that a person is asked about.
            self._look_at_what_was_told()
            return
        with self._ledger.reading():
            unseen = self._unseen([stream.id for stream in streams])
            left, moved = self._sort(unseen, {stream.id for stream in streams})
        for stream in streams:
            self._brake(stream, sum(number == stream.id for number, _, _ in left))
        for start in range(0, len(moved), _CHUNK):
            keys = [(number, external_id) for number, external_id, _ in moved[start : start + _CHUNK]]
            with self._ledger.transaction():
                self._ledger.bulk.set_state(int(BindingState.GONE), keys)
        by_id = {stream.id: stream for stream in streams}
        for start in range(0, len(left), _CHUNK):
            with self._ledger.transaction():
                self._leave(self._certain(by_id, left[start : start + _CHUNK]))

    def _certain(self, streams: dict[int, Stream], left: Sequence[_Place]) -> list[_Place]:
        """What has left for certain; the rest is told of, and looked at again."""
        patience = self._peer.access(self._kind).missing_for
        stored = self._ledger.records.many([record for _, _, record in left])
        certain = []
        for place in left:
            number, external_id, record = place
            if record in self._intake.arrivals.proposed:
                continue
            where = causes.subject_of(streams[number].source, external_id)
            since = self._intake.rows.since(causes.MISSING, where)
            if self._intake.rows.as_of - since >= patience or self._is_explained(stored[record]):
                certain.append(place)
            else:
                hold = causes.missing(self._peer, streams[number], external_id, stored[record], since)
                self._session.hold(hold)
        return certain

    def _is_explained(self, stored: StoredRecord) -> bool:
        """Whether its leaving is part of a split, or of a split taken back."""
        rows = self._intake.rows
        return stored.id in rows.split_from or stored.values.get("split_of") in rows.came_back

    def _unseen(self, streams: Sequence[int]) -> list[_Place]:
        """What a listing did not show of the sources of which it shows everything, or says is gone."""
        whole = [stream for stream in streams if stream not in self._shown.changes_only]
        partly = [key for key in self._shown.said_gone if key[0] in self._shown.changes_only]
        unseen = self._said_gone(partly)
        if partly or len(whole) < len(streams) or self._ledger.bulk.count_live(whole) > len(self._seen):
            unseen += [
                (stream, external_id, record)
                for number, stream, external_id, record in self._ledger.bulk.live_bindings(whole)
                if number not in self._seen
            ]
        return unseen

    def _said_gone(self, keys: Sequence[tuple[int, str]]) -> list[_Place]:
        found: list[_Place] = []
        for stream in {stream for stream, _ in keys}:
            ids = [external_id for number, external_id in keys if number == stream]
            known = self._ledger.bulk.lookup(stream, ids).values()
            found += [
                (stream, one.external_id, one.record)
                for one in known
                if one.state == BindingState.LIVE and one.id not in self._seen
            ]
        return found

    def _sort(self, unseen: Sequence[_Place], streams: set[int]) -> tuple[list[_Place], list[_Place]]:
        """What has left, and what this listing shows under another source (unbilled → billed)."""
        left: list[_Place] = []
        moved: list[_Place] = []
        for start in range(0, len(unseen), _CHUNK):
            places = unseen[start : start + _CHUNK]
            bound = self._ledger.records.all_bound_at({place[2] for place in places}, self._peer.number)
            for place in places:
                elsewhere = any(
                    one.state is BindingState.LIVE and one.stream in streams and one.id in self._seen
                    for one in bound.get(place[2], ())
                )
                (moved if elsewhere else left).append(place)
        return left, moved

    def _brake(self, stream: Stream, gone: int) -> None:
        """Stop where a listing has shrunk by more than a firm's day explains."""
        if not gone:
            return
        with self._ledger.reading():
            live = self._ledger.bulk.count_live([stream.id])
        if not self._session.brakes.shrunk.exceeded(gone, live):
            return
        what = f"{stream.source}, {self._kind.words}"
        hold = Hold(
            scope="brake",
            cause=f"brake:shrunk:{self._peer.name}:{self._kind.value}:{stream.source}",
            code="brake",
            subject=self._peer.name,
            label=f"{self._peer.name} {stream.source}",
            message=f"{gone} of {live} rows ({what}) are missing at {self._peer.name}.",
            remedy="See whether the export was cut off. If they are meant to be gone, accept this.",
            connection=self._peer.number,
            kind=self._kind,
            facts={"gone": gone},
        )
        allow_once(self._ledger, hold)

    def _leave(self, rows: Iterable[tuple[int, str, int]]) -> None:
        """Mark bindings as gone, and records that no source lists any more; inside a transaction."""
        left = list(rows)
        self._ledger.bulk.set_state(
            int(BindingState.GONE),
            [(stream, external_id) for stream, external_id, _ in left],
        )
        counts = self._session.tally.read(self._peer.name, self._kind)
        for record in {record for _, _, record in left}:
            stored = self._ledger.records.get(record)
            # Its place here has changed, though it has not: every flow looks at it again.
            self._ledger.marks.lower(self._kind, stored.revision - 1)
            if self._is_listed(record):
                continue
            counts["deleted"] += 1
            self._ledger.records.change(
                stored,
                stored.values,
                run=self._session.run,
                connection=self._peer.number,
                change=Change.GONE,
            )

    def _is_listed(self, record: int) -> bool:
        names = self._ledger.streams.connection_names()
        sources = self._session.sources(self._kind)
        return any(
            one.state is BindingState.LIVE and names.get(one.connection) in sources
            for one in self._ledger.records.bindings(record)
        )
