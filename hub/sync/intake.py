"""From a system's rows to records: translate, refer, validate, match, merge; or hold and say why."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from hub.ledger import BindingState, Bound, Change, RecordState, Stream, body_text
from hub.ledger.inbox import Waiting
from hub.mapping import Untranslatable
from hub.model import model_of
from hub.sdk import Listing, Upsert
from hub.sync import causes
from hub.sync.match import Adopt, Doubt, Matcher, New, Wait
from hub.sync.merge import authorities, merge
from hub.sync.references import References

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hub.ledger import Hold, StoredBinding, StoredRecord
    from hub.ledger.matches import FieldLists
    from hub.mapping import ForeignId, Inward
    from hub.model import Kind
    from hub.sync.references import Missing
    from hub.sync.seen import Seen
    from hub.sync.session import HoldKey, Peer, Session


@dataclass(slots=True)
class Row:
    """One row of a listing on its way to become, or to change, a record."""

    item: Upsert
    digest: bytes
    bound: Bound | None
    values: dict[str, Any] = field(default_factory=dict)
    body: str = ""


@dataclass(frozen=True, slots=True)
class _Before:
    """The record, and what the system said, when they were last looked at together."""

    ours: dict[str, Any]
    theirs: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Took:
    """What came of a row: the revision it agrees with, and what is still open."""

    agreed: int
    differs: bool = False
    """Whether the record differs from the row, so that the row itself has to be remembered."""
    settled: bool = True


class Intake:
    """Takes the new and changed rows of one listing into the ledger."""

    def __init__(self, session: Session, peer: Peer, kind: Kind, seen: Seen) -> None:
        self._session = session
        self._ledger = session.ledger
        self._peer = peer
        self._kind = kind
        self._seen = seen
        # The model's own core, without the layer that handles what no row of a table needs.
        self._validated = model_of(kind).__pydantic_validator__.validate_python
        self._to_json = model_of(kind).__pydantic_serializer__.to_json
        self._references = References(session.ledger, peer.number)
        self._matcher = Matcher(session, peer, kind, seen)
        self._takes_over = session.is_source(peer, kind)
        self._keeps_raw = peer.access(kind).listing is Listing.INCREMENTAL
        self._counts = session.tally.read(peer.name, kind)
        self._decisions = session.ledger.decisions.taken()
        self._drifting = session.ledger.holds.any_in(causes.drift_scope(peer))
        self._touched: set[int] = set()
        self.staged: dict[tuple[int, str], None] = {}
        """What can only be told apart when the listing has come to its end."""
        self.parked: dict[tuple[int, str], None] = {}
        """What refers to something that may still come in this listing."""

    def retry(self, stream: Stream, inward: Inward) -> None:
        """Try again what an incremental listing will not show again; inside a transaction."""
        waiting = self._ledger.inbox.waiting([stream.id])
        self._again(stream, inward, [(one.external_id, one.raw, one.version, one.digest) for one in waiting])

    def translate_anew(self, stream: Stream, inward: Inward) -> None:
        """Put what an incremental listing will not show again into an edited mapping's words."""
        after = ""
        while page := self._ledger.bulk.kept_raws(stream.id, after):
            after = page[-1][0]
            self._again(stream, inward, [(key, json.loads(raw), version, d) for key, raw, version, d in page])

    def _again(
        self,
        stream: Stream,
        inward: Inward,
        kept: Sequence[tuple[str, Mapping[str, Any], str | None, bytes]],
    ) -> None:
        known = self._ledger.bulk.lookup(stream.id, [external_id for external_id, *_ in kept])
        rows = [
            Row(Upsert(stream.source, external_id, raw, version), digest, known.get(external_id))
            for external_id, raw, version, digest in kept
        ]
        self.take(stream, inward, rows)

    def take(self, stream: Stream, inward: Inward, rows: Sequence[Row]) -> None:
        """Take rows in, inside a transaction; each becomes a record, changes one, or is held."""
        valid = self._valid(stream, inward, rows)
        self._change(stream, inward, [row for row in valid if row.bound is not None])
        fresh = [row for row in valid if row.bound is None]
        if fresh:
            self._place(stream, inward, fresh)

    def _valid(self, stream: Stream, inward: Inward, rows: Sequence[Row]) -> list[Row]:
        """The rows that are sound records, translated; the others are kept and explained."""
        readable = [row for row in rows if self._read(stream, inward, row)]
        lacking = self._references.resolve(inward, [row.values for row in readable])
        whole = []
        for row, missing in zip(readable, lacking, strict=True):
            if missing:
                self._park(stream, row, missing)
            elif self._validate(stream, row):
                whole.append(row)
        return whole

    def _read(self, stream: Stream, inward: Inward, row: Row) -> bool:
        if row.item.problem:
            self._keep(stream, row, [causes.unreadable(self._peer, stream, row.item, row.item.problem)])
            return False
        try:
            row.values = inward.translate(row.item.raw)
        except Untranslatable as error:
            holds = causes.untranslatable(self._peer, stream, row.item.external_id, error.problems)
            self._keep(stream, row, holds)
            return False
        return True

    def _park(self, stream: Stream, row: Row, missing: Missing) -> None:
        """Keep a row until what it refers to is here."""
        if any(self._kind in foreign.kinds for _, foreign in missing):
            self.parked[stream.id, row.item.external_id] = None
        roots = [self._root(foreign) for _, foreign in missing]
        unknown = [pair for pair, root in zip(missing, roots, strict=True) if root is None]
        self._keep(stream, row, causes.unresolved(self._peer, stream, row.item.external_id, unknown))
        root = next((root for root in roots if root is not None), None)
        if not unknown and root is not None:
            self._wait(row, root)

    def _root(self, foreign: ForeignId) -> HoldKey | None:
        """The hold for which a row with this reference waits, if what it refers to is held itself."""
        held = self._session.held_rows
        keys = [(self._peer.name, kind, foreign.external_id) for kind in foreign.kinds]
        return next((held[key] for key in keys if key in held), None)

    def _wait(self, row: Row, root: HoldKey) -> None:
        """Only the root is stored; what waits for it is counted with it."""
        self._session.held_rows[self._peer.name, self._kind, row.item.external_id] = root
        amount = row.values.get("total", row.values.get("amount")) or Decimal(0)
        count, worth = self._session.waiting.get(root, (0, Decimal(0)))
        self._session.waiting[root] = (count + 1, worth + amount)

    def _validate(self, stream: Stream, row: Row) -> bool:
        try:
            record = self._validated(row.values)
        except ValidationError as error:
            self._keep(stream, row, causes.invalid(self._peer, stream, row.item.external_id, error))
            return False
        row.body = self._to_json(record, exclude_defaults=True).decode()
        return True

    def _keep(self, stream: Stream, row: Row, holds: Sequence[Hold]) -> None:
        """Keep a row that is not a record yet, and say why."""
        waiting = _waiting(stream, row)
        self._ledger.inbox.keep(waiting, self._session.run)
        self._counts["held"] += 1
        for hold in holds:
            self._session.hold(hold)
            key = (self._peer.name, self._kind, row.item.external_id)
            self._session.held_rows.setdefault(key, (hold.scope, hold.cause, hold.subject))
        if row.bound is not None:
            self._seen.add(row.bound.id)

    # What is bound already.

    def _change(self, stream: Stream, inward: Inward, rows: Sequence[Row]) -> None:
        """Take over what changed; at a target that only receives, tell of it."""
        stored = self._ledger.records.many([row.bound.record for row in rows if row.bound is not None])
        raws = self._ledger.bulk.raws(stream.id, [row.item.external_id for row in rows])
        bindings, overtaken = [], []
        for row in rows:
            bound = row.bound
            if bound is None or self._is_repeated(stream, row, bound):
                continue
            stale = bound.record in self._touched
            record = self._ledger.records.get(bound.record) if stale else stored[bound.record]
            theirs = json.loads(row.body)
            if self._takes_over:
                before = self._before(inward, row, record, raws.get(row.item.external_id))
                took = self._merge_in(inward, row, record, theirs, before)
                overtaken += [(stream.id, row.item.external_id)] if took.agreed != bound.agreed else []
            else:
                took = self._compare(inward, row, record, theirs)
                self._counts["unchanged"] += 1
            if took.settled:
                bindings.append(self._rebound(stream, row, took))
        self._ledger.bulk.update_bindings(bindings)
        self._ledger.bulk.forget_sent(overtaken)
        self._release(stream, rows)

    def _is_repeated(self, stream: Stream, row: Row, bound: Bound) -> bool:
        if bound.id in self._seen and not self._keeps_raw:
            self._session.hold(causes.twice(self._peer, stream, row.item))
            self._counts["held"] += 1
            return True
        self._seen.add(bound.id)
        return False

    def _before(
        self,
        inward: Inward,
        row: Row,
        record: StoredRecord,
        raw: str | None,
    ) -> _Before:
        """What both sides were when they were last looked at together.

        Where the system differed from the record even then, its own raw record was kept. A row
        that is the same is read anew because the mapping changed.
        """
        ours = self._agreed(record, row.bound)
        if row.bound is not None and not row.bound.agreed:
            return _Before({}, {})
        same_row = row.bound is not None and row.bound.digest == row.digest
        if raw is None or (same_row and self._keeps_raw):
            return _Before(ours, ours)
        theirs = self._translated(inward, json.loads(raw))
        return _Before(ours, ours if theirs is None else theirs)

    def _agreed(self, stored: StoredRecord, bound: Bound | None) -> dict[str, Any]:
        if bound is None or not bound.agreed:
            return {}
        if stored.revision == bound.agreed:
            return dict(stored.values)
        return self._ledger.records.at_revision(stored, bound.agreed)

    def _translated(self, inward: Inward, raw: dict[str, Any]) -> dict[str, Any] | None:
        """A kept raw record in today's translation; ``None`` where it no longer has one."""
        try:
            values = inward.translate(raw)
            if any(self._references.resolve(inward, [values])):
                return None
            stored: dict[str, Any] = json.loads(
                self._to_json(self._validated(values), exclude_defaults=True),
            )
        except (Untranslatable, ValidationError):
            return None
        return stored

    def _merge_in(
        self,
        inward: Inward,
        row: Row,
        stored: StoredRecord,
        theirs: dict[str, Any],
        before: _Before,
    ) -> _Took:
        """Merge what the system says into the record."""
        merged = merge(
            ours_before=before.ours,
            ours=stored.values,
            theirs_before=before.theirs,
            theirs=theirs,
            fields=inward.covers,
            theirs_wins=authorities(self._session.authority, self._kind, self._peer.name, inward.covers),
        )
        settled = self._is_settled(row, stored, merged.conflicts)
        differs = any(merged.values.get(name) != theirs.get(name) for name in inward.covers)
        came_back = stored.state is RecordState.GONE
        returned = row.bound is not None and row.bound.state == BindingState.GONE
        if merged.values == stored.values and not came_back:
            self._counts["changed" if returned else "unchanged"] += 1
            return _Took(stored.revision, differs, settled)
        self._counts["changed"] += 1
        self._touched.add(stored.id)
        agreed = self._ledger.records.change(
            stored,
            merged.values,
            run=self._session.run,
            connection=self._peer.number,
            change=Change.BACK if came_back else Change.CHANGED,
        )
        return _Took(agreed, differs, settled)

    def _is_settled(self, row: Row, stored: StoredRecord, fields: tuple[str, ...]) -> bool:
        """Whether nobody has to decide; until then the row is looked at in every run."""
        if not fields:
            return True
        facts: dict[str, object] = {"digest": row.digest.hex()}
        hold = causes.conflict(self._peer, self._kind, stored, fields, facts)
        decision = self._decisions.get((hold.cause, hold.subject))
        if decision is not None and decision.facts.get("digest") == facts["digest"]:
            return True
        self._session.hold(hold)
        self._counts["held"] += 1
        return False

    def _compare(self, inward: Inward, row: Row, stored: StoredRecord, theirs: dict[str, Any]) -> _Took:
        """At a target that only receives: an edit there is told."""
        bound = row.bound
        agreed = bound.agreed if bound is not None else 0
        if not _differing(inward, theirs, stored.values):
            # What the hub has: our own write come back, or an edit undone.
            if self._drifting:
                self._ledger.holds.clear(causes.drift_scope(self._peer), str(stored.id))
            return _Took(stored.revision)
        first_sight = bound is None or bound.digest is None or bound.state == BindingState.DELIVERED
        if first_sight or (bound is not None and bound.digest == row.digest):
            return _Took(agreed)  # what we wrote ourselves, or a new mapping of the same row
        changed = _differing(inward, theirs, self._agreed(stored, bound))
        if changed:
            edits = {name: theirs.get(name) for name in changed}
            self._session.hold(causes.drift(self._peer, self._kind, stored, edits))
            self._drifting = True
        return _Took(agreed, differs=True)

    def recheck_drift(self, streams: Sequence[Stream]) -> None:
        """Lift what is held for an edit at the target that the source has made too since."""
        if self._takes_over or not self._drifting:
            return
        by_id = {stream.id: stream for stream in streams}
        for record in self._ledger.holds.held_records(causes.drift_scope(self._peer)):
            for one in self._ledger.records.bindings(record, self._peer.number):
                if one.stream in by_id:
                    self._recheck(by_id[one.stream], one)

    def _recheck(self, stream: Stream, bound: StoredBinding) -> None:
        inward = self._peer.mapping.inward(self._kind, stream.source)
        raw = self._ledger.bulk.raws(stream.id, [bound.external_id]).get(bound.external_id)
        theirs = self._translated(inward, json.loads(raw)) if inward and raw else None
        stored = self._ledger.records.get(bound.record)
        if inward is None or theirs is None or _differing(inward, theirs, stored.values):
            return
        self._ledger.holds.clear(causes.drift_scope(self._peer), str(stored.id))
        self._ledger.records.note_agreed(bound, stored.revision)
        self._ledger.marks.lower(self._kind, stored.revision - 1)

    def _rebound(self, stream: Stream, row: Row, took: _Took) -> tuple[object, ...]:
        live, item = int(BindingState.LIVE), row.item
        raw = self._raw(row) if self._keeps_raw or took.differs else None
        return live, took.agreed, row.digest, item.version, raw, stream.id, item.external_id

    def _release(self, stream: Stream, rows: Sequence[Row]) -> None:
        if rows and self._ledger.inbox.any_waiting:
            self.let_go(stream, [row.item.external_id for row in rows])

    def let_go(self, stream: Stream, external_ids: Sequence[str]) -> None:
        """Nothing waits any more under these ids; what was held of them is not."""
        for external_id in self._ledger.inbox.release(stream.id, external_ids):
            subject = causes.subject_of(stream.source, external_id)
            self._ledger.holds.clear_row(causes.pull_scope(self._peer, self._kind), subject)

    def _raw(self, row: Row) -> str:
        return body_text(row.item.raw)

    # What has no binding yet.

    def _place(self, stream: Stream, inward: Inward, rows: list[Row]) -> None:
        rows = self._without_repeats(stream, rows)
        if not self._matcher.possible(stream):
            self._create(stream, rows)
            return
        stored = [json.loads(row.body) for row in rows]
        new = []
        for row, values, verdict in zip(rows, stored, self._matcher.verdicts(stream, stored), strict=True):
            match verdict:
                case New():
                    new.append(row)
                case Adopt(record):
                    self.adopt(stream, inward, row, values, record)
                case Doubt(records, why):
                    new += self._decided(stream, inward, row, values, records, why)
                case Wait():
                    self._stage(stream, row)
        self._create(stream, new)

    def _without_repeats(self, stream: Stream, rows: list[Row]) -> list[Row]:
        first: dict[str, Row] = {}
        for row in rows:
            other = first.setdefault(row.item.external_id, row)
            if other is not row and other.digest != row.digest:
                self._session.hold(causes.twice(self._peer, stream, row.item))
                self._counts["held"] += 1
        return list(first.values())

    def _decided(
        self,
        stream: Stream,
        inward: Inward,
        row: Row,
        values: dict[str, Any],
        records: tuple[int, ...],
        why: str,
    ) -> list[Row]:
        """Do as a person said about a doubtful row, or ask; returns it if it is a new record."""
        hold = causes.doubtful(self._peer, stream, row.item.external_id, records, why)
        decision = self._decisions.get((hold.cause, hold.subject))
        if decision is None:
            self._keep(stream, row, [hold])
            return []
        if decision.action == "link":
            self.adopt(stream, inward, row, values, int(decision.facts["record"]))
            return []
        return [row]

    def _stage(self, stream: Stream, row: Row) -> None:
        waiting = _waiting(stream, row)
        self._ledger.inbox.keep(waiting, self._session.run)
        self.staged[stream.id, row.item.external_id] = None

    def adopt(self, stream: Stream, inward: Inward, row: Row, values: dict[str, Any], record: int) -> None:
        """Bind a row to a record that is already here."""
        stored = self._ledger.records.get(record)
        if self._takes_over:
            known = {} if self._speaks_elsewhere(record) else dict(stored.values)
            took = self._merge_in(inward, row, stored, values, _Before(known, known))
            # What the flows of this source have not looked at yet is not settled at their targets.
            self._ledger.marks.lower(self._kind, stored.revision - 1)
        else:
            took = _Took(0 if _differing(inward, values, stored.values) else stored.revision)
            self._counts["changed"] += 1
        delivered = self._delivery(record)
        if delivered is not None:
            took = _Took(delivered.agreed)
            self._ledger.bulk.remove(delivered.stream, delivered.external_id)
        if not took.settled:
            # Bound, since it is this record; but as never looked at, so that it is asked again.
            row.digest, took = b"", _Took(0)
        self._bind(
            stream,
            [(row, record, took.agreed)],
            sent=delivered.sent if delivered else None,
            differs=took.differs,
        )

    def _speaks_elsewhere(self, record: int) -> bool:
        """Whether another source lists the record now, so that two may differ about it."""
        names = self._ledger.streams.connection_names()
        sources = self._session.sources(self._kind)
        return any(
            one.state is BindingState.LIVE
            and one.connection != self._peer.number
            and names.get(one.connection) in sources
            for one in self._ledger.records.bindings(record)
        )

    def _delivery(self, record: int) -> StoredBinding | None:
        """What was delivered and is now seen: its receipt gives way to its real id."""
        bindings = self._ledger.records.bindings(record, self._peer.number)
        return next((one for one in bindings if one.state is BindingState.DELIVERED), None)

    def _create(self, stream: Stream, rows: Sequence[Row]) -> None:
        if not rows:
            return
        ledger, run, peer = self._ledger, self._session.run, self._peer.number
        count = len(rows)
        record = ledger.bulk.next_ids("record", count)
        revision = ledger.bulk.next_ids("revision", count)
        kind, live, created = self._kind.number, int(RecordState.LIVE), int(Change.CREATED)
        numbered = list(enumerate(rows))
        ledger.bulk.insert(
            [(record + i, ledger.workspace, kind, live, revision + i, row.body) for i, row in numbered],
            [(record + i, revision + i, run, peer, created, None) for i in range(count)],
            [],
        )
        self._bind(stream, [(row, record + i, revision + i) for i, row in numbered])
        self._counts["changed"] += count

    def _bind(
        self,
        stream: Stream,
        rows: Sequence[tuple[Row, int, int]],
        *,
        sent: bytes | None = None,
        differs: bool = False,
    ) -> None:
        number = self._ledger.bulk.next_ids("binding", len(rows))
        connection, live, raw = self._peer.number, int(BindingState.LIVE), self._raw
        keeps_raw = self._keeps_raw or differs
        self._seen.add_all(range(number, number + len(rows)))
        bindings = [
            (
                stream.id,
                row.item.external_id,
                position,
                record,
                connection,
                live,
                agreed,
                row.digest,
                sent,
                row.item.version,
                raw(row) if keeps_raw else None,
            )
            for position, (row, record, agreed) in enumerate(rows, number)
        ]
        self._ledger.bulk.insert([], [], bindings)
        self._release(stream, [row for row, _, _ in rows])

    def pair(
        self,
        stream: Stream,
        inward: Inward,
        rows: Sequence[Row],
        alternative: FieldLists | None,
    ) -> list[Row]:
        """Pair rows with records whose own rows have left; returns those without a partner.

        Without an alternative, what has found no partner by now is a new record.
        """
        valid = self._valid(stream, inward, rows)
        if alternative is None:
            self._create(stream, valid)
            return []
        stored = [json.loads(row.body) for row in valid]
        verdicts = self._matcher.verdicts(stream, stored, at_end=True, alternatives=alternative)
        left = []
        for row, values, verdict in zip(valid, stored, verdicts, strict=True):
            if isinstance(verdict, Adopt):
                self.adopt(stream, inward, row, values, verdict.record)
            else:
                left.append(row)
        return left


def _differing(inward: Inward, theirs: dict[str, Any], ours: Mapping[str, Any]) -> list[str]:
    return sorted(name for name in inward.two_way if theirs.get(name) != ours.get(name))


def _waiting(stream: Stream, row: Row) -> Waiting:
    return Waiting(stream.id, row.item.external_id, row.item.raw, row.item.version, row.digest)
