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
        self._drifting = session.ledger.holds.any_in(f"drift:{peer.name}")
        self._touched: set[int] = set()
        self.staged: dict[tuple[int, str], None] = {}
        """What can only be told apart when the listing has come to its end."""
        self.parked: dict[tuple[int, str], None] = {}
        """What refers to something that may still come in this listing."""

    def retry(self, stream: Stream, inward: Inward) -> None:
        """Try again what an incremental listing will not show again; inside a transaction."""
        waiting = self._ledger.inbox.waiting([stream.id])
        known = self._ledger.bulk.lookup(stream.id, [one.external_id for one in waiting]) if waiting else {}
        rows = [
            Row(
                Upsert(stream.source, one.external_id, one.raw, one.version),
                one.digest,
                known.get(one.external_id),
            )
            for one in waiting
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
        bindings, overtaken = [], []
        for row in rows:
            bound = row.bound
            if bound is None or self._is_repeated(stream, row, bound):
                continue
            record = (
                self._ledger.records.get(bound.record)
                if bound.record in self._touched
                else stored[bound.record]
            )
            theirs = json.loads(row.body)
            if self._takes_over:
                agreed = self._merge_in(inward, record, theirs, self._agreed(record, bound), bound=bound)
                overtaken += [(stream.id, row.item.external_id)] if agreed != bound.agreed else []
            else:
                agreed = self._compare(inward, record, theirs, bound)
                self._counts["unchanged"] += 1
            bindings.append(self._rebound(stream, row, agreed))
        self._ledger.bulk.update_bindings(bindings)
        self._ledger.bulk.forget_sent(overtaken)
        self._release(stream, rows)

    def _is_repeated(self, stream: Stream, row: Row, bound: Bound) -> bool:
        if bound.id in self._seen:
            self._session.hold(causes.twice(self._peer, stream, row.item))
            self._counts["held"] += 1
            return True
        self._seen.add(bound.id)
        return False

    def _agreed(self, stored: StoredRecord, bound: Bound) -> dict[str, Any]:
        if stored.revision == bound.agreed:
            return dict(stored.values)
        return self._ledger.records.at_revision(stored, bound.agreed)

    def _merge_in(
        self,
        inward: Inward,
        stored: StoredRecord,
        theirs: dict[str, Any],
        agreed: dict[str, Any],
        *,
        bound: Bound | None,
    ) -> int:
        """Merge what the system says into the record; returns the revision both agree on."""
        merged = merge(
            agreed,
            stored.values,
            theirs,
            fields=inward.covers,
            theirs_wins=authorities(self._session.authority, self._kind, self._peer.name, inward.covers),
        )
        self._settle_conflict(stored, merged.conflicts)
        came_back = stored.state is RecordState.GONE
        returned = bound is not None and bound.state == BindingState.GONE
        if merged.values == stored.values and not came_back:
            self._counts["changed" if returned else "unchanged"] += 1
            return stored.revision
        self._counts["changed"] += 1
        self._touched.add(stored.id)
        return self._ledger.records.change(
            stored,
            merged.values,
            run=self._session.run,
            connection=self._peer.number,
            change=Change.BACK if came_back else Change.CHANGED,
        )

    def _settle_conflict(self, stored: StoredRecord, fields: tuple[str, ...]) -> None:
        if not fields:
            return
        hold = causes.conflict(self._peer, self._kind, stored.id, stored.label, fields)
        if (hold.cause, hold.subject) not in self._decisions:
            self._session.hold(hold)
            self._counts["held"] += 1

    def _compare(
        self,
        inward: Inward,
        stored: StoredRecord,
        theirs: dict[str, Any],
        bound: Bound,
    ) -> int:
        """At a target that only receives: an edit there is told. Returns the revision it has."""
        hold = causes.drift(self._peer, self._kind, stored.id, stored.label, ["nothing"])
        if not _differing(inward, theirs, stored.values):
            # What the hub has: our own write come back, or an edit undone.
            if self._drifting:
                self._ledger.holds.clear(hold.scope, hold.subject)
            return stored.revision
        if bound.digest is None or bound.state == BindingState.DELIVERED:
            return bound.agreed  # the first sight of what we wrote ourselves
        changed = _differing(inward, theirs, self._agreed(stored, bound))
        if changed:
            self._session.hold(causes.drift(self._peer, self._kind, stored.id, stored.label, changed))
            self._drifting = True
        return bound.agreed

    def _rebound(self, stream: Stream, row: Row, agreed: int) -> tuple[object, ...]:
        live, item = int(BindingState.LIVE), row.item
        return live, agreed, row.digest, item.version, self._raw(row), stream.id, item.external_id

    def _release(self, stream: Stream, rows: Sequence[Row]) -> None:
        if rows and self._ledger.inbox.any_waiting:
            self._ledger.inbox.release(stream.id, [row.item.external_id for row in rows])

    def _raw(self, row: Row) -> str | None:
        return body_text(row.item.raw) if self._keeps_raw else None

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
            spoken_for = self._speaks_elsewhere(record)
            agreed = self._merge_in(
                inward,
                stored,
                values,
                {} if spoken_for else dict(stored.values),
                bound=None,
            )
        else:
            agreed = 0 if _differing(inward, values, stored.values) else stored.revision
            self._counts["changed"] += 1
        delivered = self._delivery(record)
        if delivered is not None:
            agreed = delivered.agreed
            self._ledger.bulk.remove(delivered.stream, delivered.external_id)
        self._bind(stream, [(row, record, agreed)], sent=delivered.sent if delivered else None)

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
    ) -> None:
        number = self._ledger.bulk.next_ids("binding", len(rows))
        connection, live, raw = self._peer.number, int(BindingState.LIVE), self._raw
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
                raw(row),
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
