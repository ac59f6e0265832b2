"""Rows without a binding: matched with what is here, adopted, made a record, or left to a person."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hub.ledger import BindingState, Change, RecordState
from hub.model import Kind
from hub.sync import causes
from hub.sync.changes import Took, differing
from hub.sync.match import Adopt, Doubt, Matcher, New, Renewed, Twin, Wait
from hub.sync.moving import Moved, say_what_was_changed
from hub.sync.questions import doubtful, renewal
from hub.sync.reissue import Reissues
from hub.sync.translation import waiting_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.ledger import Hold, StoredBinding, StoredRecord, Stream
    from hub.ledger.holds import Decision
    from hub.ledger.matches import FieldLists
    from hub.mapping import Inward
    from hub.sync.changes import Changes
    from hub.sync.match import Verdict
    from hub.sync.rows import Row
    from hub.sync.translation import Translation


class Arrivals:
    """Takes the new rows of one listing into the ledger."""

    def __init__(self, rows: Translation, changes: Changes) -> None:
        self._rows = rows
        self._changes = changes
        self._matcher = Matcher(rows.session, rows.peer, rows.kind, rows.shown)
        self.moved = Moved(rows)
        self._reissues: Reissues | None = None
        self.staged: dict[tuple[int, str], None] = {}
        """What can only be told apart when the listing has come to its end."""
        self.proposed: set[int] = set()
        """The records of which a person is asked whether they have a new id."""
        self._renewed_here: set[int] = set()
        """The records that have a new id since this listing."""

    def strangers(self, rows: Sequence[Row]) -> frozenset[str]:
        """The ids of rows that may be another record than the one that once stood under their id.

        That one has another id here now: the number of a client that was renumbered may be given to
        another one, or back.
        """
        if self._rows.keeps_raw:
            return frozenset()  # a listing of changes does not show where the record stands now
        left = {
            row.item.external_id: row.bound.record
            for row in rows
            if row.bound is not None and row.bound.state == BindingState.GONE
        }
        if not left:
            return frozenset()
        bound = self._rows.ledger.records.all_bound_at(left.values(), self._rows.peer.number)
        moved = {
            record for record, known in bound.items() if any(one.state is BindingState.LIVE for one in known)
        }
        return frozenset(external_id for external_id, record in left.items() if record in moved)

    def place(self, stream: Stream, inward: Inward, rows: list[Row]) -> None:
        """Make records of new rows, adopt those that are records already, ask about the doubtful."""
        rows = self._without_repeats(stream, rows)
        for row in rows:
            if row.bound is not None:
                self._stage(stream, row)
        rows = [row for row in rows if row.bound is None]
        if not self._matcher.possible(stream):
            self._create(stream, rows)
            return
        stored = [json.loads(row.body) for row in rows]
        verdicts = self._matcher.verdicts(stream, stored)
        new = []
        for row, values, verdict in zip(rows, stored, verdicts, strict=True):
            if self._waits_for_end(stream, verdict):
                self._stage(stream, row)
            else:
                new += self._follow(stream, inward, row, values, verdict)
        self._create(stream, new)

    def _waits_for_end(self, stream: Stream, verdict: Verdict) -> bool:
        """Whether the listing's end may say otherwise: a row may have moved."""
        if isinstance(verdict, Doubt):
            return self.moved.may_come_to(stream)
        return isinstance(verdict, Twin) or (isinstance(verdict, New) and self._is_told_at_end(stream))

    def _is_told_at_end(self, stream: Stream) -> bool:
        """Whether the listing's end tells more: a new invoice may bill what one that has left billed."""
        if self._rows.kind is Kind.INVOICE:
            return self._rows.ledger.bulk.any_bound(stream.id)
        return self.moved.may_come_to(stream)

    def _follow(
        self,
        stream: Stream,
        inward: Inward,
        row: Row,
        values: dict[str, Any],
        verdict: Verdict,
    ) -> list[Row]:
        """Do what follows from a verdict; returns the row if it is a new record."""
        item = row.item
        match verdict:
            case Adopt(record):
                self._adopt(stream, inward, row, values, record)
            case Doubt(records, why):
                hold = doubtful(self._rows, stream, item.external_id, values, records, why)
                return self._decided(stream, inward, row, values, hold)
            case Renewed(records):
                return self._renewed(stream, inward, row, values, records)
            case Twin(record):
                return self._twin(stream, row, record)
            case Wait():
                self._stage(stream, row)
            case New():
                return [row]
        return []

    def _without_repeats(self, stream: Stream, rows: list[Row]) -> list[Row]:
        first: dict[str, Row] = {}
        for row in rows:
            other = first.setdefault(row.item.external_id, row)
            if other is not row and other.digest != row.digest:
                self._rows.session.hold(causes.twice(self._rows.peer, stream, row.item))
                self._rows.counts["held"] += 1
        return list(first.values())

    def _decided(
        self,
        stream: Stream,
        inward: Inward,
        row: Row,
        values: dict[str, Any],
        hold: Hold,
    ) -> list[Row]:
        """Do as a person said about a doubtful row, or ask; returns it if it is a new record."""
        decision = self._decision(hold)
        linked = int(decision.facts["record"]) if decision and decision.action == "link" else None
        if decision is None or (linked is not None and self._stands_here(linked)):
            self._rows.keep(stream, row, [hold])
            return []
        if linked is not None:
            self._adopt(stream, inward, row, values, linked)
            return []
        return [row]

    def _stands_here(self, record: int) -> bool:
        """Whether this listing shows a record under another id already."""
        known = self._rows.ledger.records.bindings(record, self._rows.peer.number)
        return any(one.state is BindingState.LIVE and one.id in self._rows.seen for one in known)

    def _decision(self, hold: Hold) -> Decision | None:
        return self._rows.decisions.get((hold.cause, hold.subject))

    def _renewed(
        self,
        stream: Stream,
        inward: Inward,
        row: Row,
        values: dict[str, Any],
        records: tuple[int, ...],
    ) -> list[Row]:
        """A row that seems to be one that has left, under a new id: a person says so once.

        What belongs to a record that has a new id by a person's word has one, too.
        """
        hold = renewal(self._rows, stream, row.item.external_id, values, records)
        decision = self._decision(hold)
        if decision is not None and decision.action == ("new" if len(records) == 1 else "accept"):
            return [row]
        certain = decision is not None or (len(records) == 1 and self._belongs_to_renewed(values))
        record = int(decision.facts["record"]) if decision is not None else records[0]
        if certain and record not in self._renewed_here:
            self._renewed_here.add(record)
            self._adopt(stream, inward, row, values, record)
            return []
        self._rows.session.renewals.add((hold.scope, hold.cause, hold.subject))
        self.proposed.update(records)
        self._rows.keep(stream, row, [hold])
        return []

    def _belongs_to_renewed(self, values: dict[str, Any]) -> bool:
        """Whether the client (or matter) of a row stands here under another id than before."""
        owners = (values.get(name) for name in ("client", "matter"))
        for owner in (one for one in owners if one is not None):
            known = self._rows.ledger.records.bindings(owner, self._rows.peer.number)
            live = {one.stream for one in known if one.state is BindingState.LIVE}
            if any(one.state is BindingState.GONE and one.stream in live for one in known):
                return True
        return False

    def _twin(self, stream: Stream, row: Row, record: int) -> list[Row]:
        """A row that stands in two tables at once is taken for two only when it stays so."""
        subject = causes.subject_of(stream.source, row.item.external_id)
        since = self._rows.since(causes.BOTH, subject)
        stored = self._rows.ledger.records.get(record)
        hold = causes.in_both(self._rows.peer, stream, row.item.external_id, stored, since)
        stays = self._rows.as_of - since >= self._rows.peer.access(self._rows.kind).missing_for
        if stays or self._decision(hold) is not None:
            return [row]
        self._rows.keep(stream, row, [hold])
        return []

    def _stage(self, stream: Stream, row: Row) -> None:
        waiting = waiting_of(stream, row)
        self._rows.ledger.inbox.keep(waiting, self._rows.session.run)
        self.staged[stream.id, row.item.external_id] = None

    def _adopt(self, stream: Stream, inward: Inward, row: Row, values: dict[str, Any], record: int) -> None:
        """Bind a row to a record that is already here."""
        stored = self._rows.ledger.records.get(record)
        here = self._rows.ledger.records.bindings(record, self._rows.peer.number)
        former = min(here, key=lambda one: (one.state, -one.id), default=None)
        if self._rows.takes_over:
            before = self._changes.before_adopting(inward, stored, former, values)
            reissued = self._rows.kind is Kind.INVOICE and former is not None
            took = self._changes.merge_in(inward, row, stored, values, before, reissued=reissued)
            # What the flows of this source have not looked at yet is not settled at their targets.
            self._rows.ledger.marks.lower(self._rows.kind, stored.revision - 1)
        else:
            took = self._taken_at_target(inward, stored, values, former, stream.source)
            self._rows.counts["changed"] += 1
        delivered = next((one for one in here if one.state is BindingState.DELIVERED), None)
        if delivered is not None:
            agreed = delivered.agreed
            if self._rows.takes_over:
                lags = self._changes.agree_as_it_was(inward, record, values, agreed)
                agreed = lags or took.agreed
            took = Took(agreed, took.differs, took.settled)
            self._rows.ledger.bulk.remove(delivered.stream, delivered.external_id)
            self._rows.ledger.deliveries.end(self._rows.peer.number, [record])
        if not took.settled:
            # Bound, since it is this record; but as never looked at, so that it is asked again.
            row.digest, took = b"", Took(0, differs=True)
        self._bind(
            stream,
            [(row, record, took.agreed)],
            sent=former.sent if former and former.state is not BindingState.GONE else None,
            differs=took.differs,
        )

    def _taken_at_target(
        self,
        inward: Inward,
        stored: StoredRecord,
        values: dict[str, Any],
        former: StoredBinding | None,
        source: str,
    ) -> Took:
        """What a target has of a record that it shows for the first time, or in another place."""
        by_hand = self._rows.peer.access(self._rows.kind).by_hand
        stands = former is not None and former.state is not BindingState.GONE
        agreed = former.agreed if former is not None and stands else 0
        if by_hand and (unwanted := self._changes.taken_out(stored, values, agreed)) is not None:
            return unwanted
        if former is not None and former.state is BindingState.DELIVERED:
            say_what_was_changed(self._rows, stored, former, source, values)
        if stands and values.get("reversed") and not stored.values.get("reversed"):
            edits: dict[str, object] = {"reversed": True}
            self._rows.session.hold(causes.drift(self._rows.peer, self._rows.kind, stored, edits))
        if stands:
            # It was handed over, or went on to another table there.
            return Took(agreed, differs=by_hand or bool(differing(inward, values, stored.values)))
        if by_hand:
            return Took(stored.revision, differs=True)  # a person entered it, and it is this one
        return Took(0 if differing(inward, values, stored.values) else stored.revision)

    def _create(self, stream: Stream, rows: Sequence[Row]) -> None:
        if not rows:
            return
        ledger, run, peer = self._rows.ledger, self._rows.session.run, self._rows.peer.number
        count = len(rows)
        record = ledger.bulk.next_ids("record", count)
        revision = ledger.bulk.next_ids("revision", count)
        kind, live, created = self._rows.kind.number, int(RecordState.LIVE), int(Change.CREATED)
        numbered = list(enumerate(rows))
        ledger.bulk.insert(
            [(record + i, ledger.workspace, kind, live, revision + i, row.body) for i, row in numbered],
            [(record + i, revision + i, run, peer, created, None) for i in range(count)],
            [],
        )
        self._bind(stream, [(row, record + i, revision + i) for i, row in numbered])
        self._rows.counts["changed"] += count

    def _bind(
        self,
        stream: Stream,
        rows: Sequence[tuple[Row, int, int]],
        *,
        sent: bytes | None = None,
        differs: bool = False,
    ) -> None:
        number = self._rows.ledger.bulk.next_ids("binding", len(rows))
        connection, live, raw = self._rows.peer.number, int(BindingState.LIVE), self._rows.raw
        keeps_raw = self._rows.keeps_raw or differs
        self._rows.seen.add_all(range(number, number + len(rows)))
        for row in (row for row, _, _ in rows if row.bound is not None):
            self._rows.ledger.bulk.remove(stream.id, row.item.external_id)
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
        self._rows.ledger.bulk.insert([], [], bindings)
        self._rows.release(stream, [row for row, _, _ in rows])

    def pair(
        self,
        stream: Stream,
        inward: Inward,
        rows: Sequence[Row],
        alternative: FieldLists,
    ) -> list[Row]:
        """Pair rows with records whose own rows have left; returns those without a partner."""
        valid = self._rows.valid(stream, inward, rows)
        strangers = []
        for row in valid:
            record = self.moved.take(values := json.loads(row.body), alternative)
            if record is None or not self._matcher.use(record):
                strangers.append((row, values))
            else:
                self._adopt(stream, inward, row, values, record)
        stored = [values for _, values in strangers]
        verdicts = self._matcher.verdicts(stream, stored, at_end=True, alternatives=alternative)
        left = []
        for (row, values), verdict in zip(strangers, verdicts, strict=True):
            if isinstance(verdict, Adopt):
                self._adopt(stream, inward, row, values, verdict.record)
            else:
                left.append(row)
        return left

    def conclude(self, stream: Stream, inward: Inward, rows: Sequence[Row]) -> None:
        """Say what the rows are that have found no partner: reissued, renewed, doubtful or new."""
        valid = self._rows.valid(stream, inward, rows)
        stored = [json.loads(row.body) for row in valid]
        verdicts = self._matcher.verdicts(stream, stored, at_end=True)
        new = []
        for row, values, verdict in zip(valid, stored, verdicts, strict=True):
            record = self._returned(stream, row)
            if record is None and isinstance(verdict, New):
                record = self._reissue_of(values)
            said = verdict if record is None else Adopt(record)
            new += self._follow(stream, inward, row, values, said)
        self._create(stream, new)

    def _returned(self, stream: Stream, row: Row) -> int | None:
        """The record that stood under a row's id before, if it stands nowhere else here any more."""
        if row.bound is None:
            return None
        if self._matcher.has_left(row.bound.record):
            return row.bound.record
        self._rows.ledger.bulk.remove(stream.id, row.item.external_id)
        row.bound = None
        return None

    def _reissue_of(self, values: dict[str, Any]) -> int | None:
        """The invoice that has left and whose entries this one bills."""
        if self._rows.kind is not Kind.INVOICE:
            return None
        if self._reissues is None:
            self._reissues = Reissues(self._rows)
        return self._reissues.take(values)
