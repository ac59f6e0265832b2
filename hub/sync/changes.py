"""Rows that are bound already: what changed is merged; at a target that only receives, it is told."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hub.ledger import BindingState, Change, RecordState
from hub.ledger.matches import reads_alike
from hub.sync import causes
from hub.sync.merge import authorities, merge

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from hub.ledger import Bound, StoredBinding, StoredRecord, Stream
    from hub.mapping import Inward
    from hub.sync.rows import Row
    from hub.sync.translation import Translation


@dataclass(frozen=True, slots=True)
class Before:
    """The record, and what the system said, when they were last looked at together."""

    ours: dict[str, Any]
    theirs: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Took:
    """What came of a row: the revision it agrees with, and what is still open."""

    agreed: int
    differs: bool = False
    """Whether the record differs from the row, so that the row itself has to be remembered."""
    settled: bool = True


def _empty(values: Mapping[str, Any]) -> dict[str, Any]:
    """The texts of which it is known that they are empty."""
    return {name: value for name, value in values.items() if value == ""}


class Changes:
    """Takes the changed rows of one listing into the ledger."""

    def __init__(self, rows: Translation) -> None:
        self._rows = rows
        self._drifting = rows.ledger.holds.any_in(causes.drift_scope(rows.peer))
        self._touched: set[int] = set()

    def change(self, stream: Stream, inward: Inward, rows: Sequence[Row]) -> None:
        """Take over what changed; at a target that only receives, tell of it."""
        stored = self._rows.ledger.records.many([row.bound.record for row in rows if row.bound is not None])
        raws = self._rows.ledger.bulk.raws(stream.id, [row.item.external_id for row in rows])
        theirs_alone = self._theirs_alone(stored)
        bindings, overtaken = [], []
        for row in rows:
            bound = row.bound
            if bound is None or self._is_repeated(stream, row, bound):
                continue
            stale = bound.record in self._touched
            record = self._rows.ledger.records.get(bound.record) if stale else stored[bound.record]
            theirs = json.loads(row.body)
            if self._rows.takes_over or record.id in theirs_alone:
                before = self._before(inward, row, record, raws.get(row.item.external_id))
                took = self.merge_in(inward, row, record, theirs, before)
                overtaken += [(stream.id, row.item.external_id)] if took.agreed != bound.agreed else []
            else:
                took = self._compare(inward, row, record, theirs, raws.get(row.item.external_id))
                self._rows.counts["unchanged"] += 1
            if took.settled:
                bindings.append(self._rebound(stream, row, took))
        self._rows.ledger.bulk.update_bindings(bindings)
        self._rows.ledger.bulk.forget_sent(overtaken)
        self._rows.release(stream, rows)

    def _theirs_alone(self, records: Iterable[int]) -> frozenset[int]:
        """The records that stand at a target alone: nobody else can say what they are."""
        if self._rows.takes_over:
            return frozenset()
        return self._rows.ledger.records.alone_at(records, self._rows.peer.number)

    def _is_repeated(self, stream: Stream, row: Row, bound: Bound) -> bool:
        if bound.id in self._rows.seen and not self._rows.keeps_raw:
            self._rows.session.hold(causes.twice(self._rows.peer, stream, row.item))
            self._rows.counts["held"] += 1
            return True
        self._rows.seen.add(bound.id)
        return False

    def _before(
        self,
        inward: Inward,
        row: Row,
        record: StoredRecord,
        raw: str | None,
    ) -> Before:
        """What both sides were when they were last looked at together.

        Where the system differed from the record even then, its own raw record was kept. A row
        that is the same is read anew because the mapping changed.
        """
        ours = self._agreed(record, row.bound)
        if row.bound is not None and not row.bound.agreed:
            return Before({}, {})
        same_row = row.bound is not None and row.bound.digest == row.digest
        if raw is None or (same_row and self._rows.keeps_raw):
            return Before(ours, ours)
        theirs = self._rows.translated(inward, json.loads(raw))
        return Before(ours, ours if theirs is None else theirs)

    def before_at(
        self,
        stored: StoredRecord,
        former: StoredBinding,
        values: Mapping[str, Any],
    ) -> Before:
        """What both sides were when they last agreed, for a row that stood under another id.

        What was handed over may be spelt a little otherwise where it arrives (without commas, say);
        that is no change of it.
        """
        ours = self._at(stored, former.agreed)
        raw = self._rows.ledger.bulk.raws(former.stream, [former.external_id]).get(former.external_id)
        inward = self._rows.peer.mapping.inward(self._rows.kind, former.source)
        theirs = self._rows.translated(inward, json.loads(raw)) if raw and inward else None
        theirs = dict(ours) if theirs is None else theirs
        if former.state is BindingState.DELIVERED:
            alike = [name for name, value in values.items() if reads_alike(value, ours.get(name))]
            theirs |= {name: values[name] for name in alike}
        return Before(ours, theirs)

    def before_adopting(
        self,
        inward: Inward,
        stored: StoredRecord,
        former: StoredBinding | None,
        values: Mapping[str, Any],
    ) -> Before:
        """What both sides were when they were last looked at together, under another id perhaps."""
        if former is not None and former.agreed:
            return self.before_at(stored, former, values)
        if not self._speaks_elsewhere(stored.id):
            return Before(dict(stored.values), dict(stored.values))
        # What the owner of the money leaves empty is not filled in by whoever keys it in after it.
        others = [name for name, wins in self._authorities(inward).items() if not wins]
        kept = others if self._rows.kind.is_money else []
        said = {name: values[name] for name in kept if name in values}
        # A number that a system has none of says nothing against the one that another has.
        return Before(_empty(stored.values), said | _empty(values))

    def _speaks_elsewhere(self, record: int) -> bool:
        """Whether another source lists the record now, so that two may differ about it."""
        names = self._rows.ledger.streams.connection_names()
        sources = self._rows.session.sources(self._rows.kind)
        return any(
            one.state is BindingState.LIVE
            and one.connection != self._rows.peer.number
            and names.get(one.connection) in sources
            for one in self._rows.ledger.records.bindings(record)
        )

    def _agreed(self, stored: StoredRecord, bound: Bound | None) -> dict[str, Any]:
        if bound is None or not bound.agreed:
            return {}
        return self._at(stored, bound.agreed)

    def _at(self, stored: StoredRecord, revision: int) -> dict[str, Any]:
        if stored.revision == revision:
            return dict(stored.values)
        return self._rows.ledger.records.at_revision(stored, revision)

    def merge_in(
        self,
        inward: Inward,
        row: Row,
        stored: StoredRecord,
        theirs: dict[str, Any],
        before: Before,
        *,
        reissued: bool = False,
    ) -> Took:
        """Merge what the system says into the record; a document may have been made anew."""
        merged = merge(
            ours_before=before.ours,
            ours=stored.values,
            theirs_before=before.theirs,
            theirs=theirs,
            fields=inward.covers,
            theirs_wins=self._authorities(inward),
        )
        settled = self._is_settled(row, stored, merged.conflicts)
        differs = any(merged.values.get(name) != theirs.get(name) for name in inward.covers)
        came_back = stored.state is RecordState.GONE
        returned = row.bound is not None and row.bound.state == BindingState.GONE
        if came_back or returned:
            self._rows.came_back.add(stored.id)
        if merged.values == stored.values and not came_back:
            self._rows.counts["changed" if returned else "unchanged"] += 1
            return Took(stored.revision, differs, settled)
        self._rows.counts["changed"] += 1
        self._touched.add(stored.id)
        agreed = self._rows.ledger.records.change(
            stored,
            merged.values,
            run=self._rows.session.run,
            connection=self._rows.peer.number,
            change=_sort_of(came_back=came_back, reissued=reissued and merged.values != stored.values),
        )
        return Took(agreed, differs, settled)

    def agree_as_it_was(self, inward: Inward, record: int, theirs: dict[str, Any], agreed: int) -> int | None:
        """Note what a system has of a record that changed after it was handed over; the revision of that.

        What changed meanwhile is then still to be corrected there. ``None`` where nothing lags behind.
        """
        stored = self._rows.ledger.records.get(record)
        since = _changed_since(self._at(stored, agreed), stored.values)
        behind = [name for name in differing(inward, theirs, stored.values) if name in since]
        if not behind:
            return None
        there = {name: value for name, value in stored.values.items() if name not in behind}
        there |= {name: theirs[name] for name in behind if name in theirs}
        run, peer = self._rows.session.run, self._rows.peer.number
        noted = self._rows.ledger.records.change(
            stored, there, run=run, connection=peer, change=Change.CHANGED
        )
        now = self._rows.ledger.records.get(record)
        self._rows.ledger.records.change(now, stored.values, run=run, connection=peer, change=Change.CHANGED)
        return noted

    def _authorities(self, inward: Inward) -> dict[str, bool]:
        rows = self._rows
        return authorities(rows.session.authority, rows.kind, rows.peer.name, inward.covers)

    def _is_settled(self, row: Row, stored: StoredRecord, fields: tuple[str, ...]) -> bool:
        """Whether nobody has to decide; until then the row is looked at in every run."""
        if not fields:
            return True
        facts: dict[str, object] = {"digest": row.digest.hex()}
        hold = causes.conflict(self._rows.peer, self._rows.kind, stored, fields, facts)
        decision = self._rows.decisions.get((hold.cause, hold.subject))
        if decision is not None and decision.facts.get("digest") == facts["digest"]:
            return True
        self._rows.session.hold(hold)
        self._rows.counts["held"] += 1
        return False

    def _compare(
        self, inward: Inward, row: Row, stored: StoredRecord, theirs: dict[str, Any], raw: str | None
    ) -> Took:
        """At a target that only receives: an edit there is told."""
        bound = row.bound
        agreed = bound.agreed if bound is not None else 0
        by_hand = self._rows.peer.access(self._rows.kind).by_hand
        if not self._rows.session.is_target(self._rows.peer, self._rows.kind):
            differs = bool(differing(inward, theirs, stored.values))
            return Took(agreed if differs else stored.revision, differs)  # nobody sends it there
        if by_hand and (unwanted := self.taken_out(stored, theirs, agreed)) is not None:
            return unwanted
        edited = self._edited_by_hand(inward, stored, theirs, raw) if by_hand else []
        if not edited and not self._wanting(inward, theirs, stored, bound):
            # What the hub has: our own write come back, or an edit undone.
            if self._drifting:
                self._rows.ledger.holds.clear(causes.drift_scope(self._rows.peer), str(stored.id))
            return Took(stored.revision, differs=by_hand)
        first_sight = bound is None or bound.digest is None or bound.state == BindingState.DELIVERED
        if first_sight or (bound is not None and bound.digest == row.digest):
            return Took(agreed, differs=by_hand)  # what we wrote ourselves, or a new mapping of the same row
        changed = edited if by_hand else self._edited(inward, stored, theirs, bound, raw)
        if changed:
            edits = {name: theirs.get(name) for name in changed}
            self._rows.session.hold(causes.drift(self._rows.peer, self._rows.kind, stored, edits))
            self._drifting = True
        return Took(agreed, differs=True)

    def _edited(
        self,
        inward: Inward,
        stored: StoredRecord,
        theirs: dict[str, Any],
        bound: Bound | None,
        raw: str | None,
    ) -> list[str]:
        """What a person changed: against what the system last had, where that is known.

        It may have spelt what it was sent otherwise from the start; that is nobody's edit.
        """
        changed = differing(inward, theirs, self._agreed(stored, bound))
        before = None if raw is None else self._rows.translated(inward, json.loads(raw))
        if before is None:
            return changed
        told = self._told(stored.id) if self._drifting else frozenset()
        return [name for name in changed if name in told or theirs.get(name) != before.get(name)]

    def taken_out(self, stored: StoredRecord, theirs: Mapping[str, Any], agreed: int) -> Took | None:
        """How far a row is in step whose record a person takes out by hand; ``None`` where it stands.

        What is processed there can only be reversed: then it is as if it were gone.
        """
        gone, reversed_there = stored.state is RecordState.GONE, bool(theirs.get("reversed"))
        if not gone and not (stored.values.get("reversed") and reversed_there):
            return None
        self._rows.ledger.holds.clear(causes.drift_scope(self._rows.peer), str(stored.id))
        return Took(stored.revision if reversed_there else agreed, differs=True)

    def _edited_by_hand(
        self, inward: Inward, stored: StoredRecord, theirs: dict[str, Any], raw: str | None
    ) -> list[str]:
        """What a person changed of what a person entered, other than to what it should be.

        What the hub says nothing of is that system's own affair: it may have priced an entry anew.
        """
        before = None if raw is None else self._rows.translated(inward, json.loads(raw))
        if before is None:
            return []
        told = self._told(stored.id) if self._drifting else frozenset()
        named = stored.values.keys() | {"reversed"}
        found = [name for name in differing(inward, theirs, stored.values) if name in named]
        return [name for name in found if name in told or theirs.get(name) != before.get(name)]

    def _told(self, record: int) -> frozenset[str]:
        """The fields of which a person was told that they were changed there."""
        told = self._rows.ledger.holds.in_scope(causes.drift_scope(self._rows.peer))
        return frozenset(name for hold in told if hold.record == record for name in hold.facts["edits"])

    def _wanting(
        self,
        inward: Inward,
        theirs: dict[str, Any],
        stored: StoredRecord,
        bound: Bound | None,
    ) -> list[str]:
        """The fields in which a target does not have what it should.

        Where a person enters records by hand, that is what has changed since they were entered.
        """
        found = differing(inward, theirs, stored.values)
        if not found or not self._rows.peer.access(self._rows.kind).by_hand:
            return found
        before = self._agreed(stored, bound)
        return [name for name in found if before.get(name) != stored.values.get(name)]

    def recheck_drift(self, streams: Sequence[Stream]) -> None:
        """Lift what is held for an edit at the target that the source has made too since."""
        if self._rows.takes_over or not self._drifting:
            return
        by_id = {stream.id: stream for stream in streams}
        for record in self._rows.ledger.holds.held_records(causes.drift_scope(self._rows.peer)):
            for one in self._rows.ledger.records.bindings(record, self._rows.peer.number):
                if one.stream in by_id and one.state is BindingState.LIVE:
                    self._recheck(by_id[one.stream], one)

    def _recheck(self, stream: Stream, bound: StoredBinding) -> None:
        inward = self._rows.peer.mapping.inward(self._rows.kind, stream.source)
        raw = self._rows.ledger.bulk.raws(stream.id, [bound.external_id]).get(bound.external_id)
        theirs = self._rows.translated(inward, json.loads(raw)) if inward and raw else None
        stored = self._rows.ledger.records.get(bound.record)
        if inward is None or theirs is None:
            return
        by_hand = self._rows.peer.access(self._rows.kind).by_hand
        if by_hand and (unwanted := self.taken_out(stored, theirs, bound.agreed)) is not None:
            self._rows.ledger.records.note_agreed(bound, unwanted.agreed)
            self._rows.ledger.marks.lower(self._rows.kind, stored.revision - 1)
            return
        differ = set(differing(inward, theirs, stored.values))
        if differ:
            differ &= self._told(stored.id) | _changed_since(self._at(stored, bound.agreed), stored.values)
        if differ:
            return
        self._rows.ledger.holds.clear(causes.drift_scope(self._rows.peer), str(stored.id))
        self._rows.ledger.records.note_agreed(bound, stored.revision)
        self._rows.ledger.marks.lower(self._rows.kind, stored.revision - 1)

    def _rebound(self, stream: Stream, row: Row, took: Took) -> tuple[object, ...]:
        live, item = int(BindingState.LIVE), row.item
        raw = self._rows.raw(row) if self._rows.keeps_raw or took.differs else None
        return live, took.agreed, row.digest, item.version, raw, stream.id, item.external_id


def _changed_since(before: Mapping[str, Any], now: Mapping[str, Any]) -> set[str]:
    return {name for name in before.keys() | now.keys() if before.get(name) != now.get(name)}


def _sort_of(*, came_back: bool, reissued: bool) -> Change:
    if reissued:
        return Change.REISSUED
    return Change.BACK if came_back else Change.CHANGED


def differing(inward: Inward, theirs: dict[str, Any], ours: Mapping[str, Any]) -> list[str]:
    """The fields in which two sides differ, of those that a target is sent."""
    return sorted(name for name in inward.two_way if theirs.get(name) != ours.get(name))
