"""Rows without a binding: matched with what is here, adopted, made a record, or left to a person."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hub.ledger import BindingState, Change, RecordState
from hub.sync import causes
from hub.sync.changes import Before, Took, differing
from hub.sync.match import Adopt, Doubt, Matcher, New, Wait
from hub.sync.translation import waiting_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.ledger import StoredBinding, Stream
    from hub.ledger.matches import FieldLists
    from hub.mapping import Inward
    from hub.sync.changes import Changes
    from hub.sync.rows import Row
    from hub.sync.translation import Translation


class Arrivals:
    """Takes the new rows of one listing into the ledger."""

    def __init__(self, rows: Translation, changes: Changes) -> None:
        self._rows = rows
        self._changes = changes
        self._matcher = Matcher(rows.session, rows.peer, rows.kind, rows.seen)
        self.staged: dict[tuple[int, str], None] = {}
        """What can only be told apart when the listing has come to its end."""

    def place(self, stream: Stream, inward: Inward, rows: list[Row]) -> None:
        """Make records of new rows, adopt those that are records already, ask about the doubtful."""
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
                    self._adopt(stream, inward, row, values, record)
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
                self._rows.session.hold(causes.twice(self._rows.peer, stream, row.item))
                self._rows.counts["held"] += 1
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
        hold = causes.doubtful(self._rows.peer, stream, row.item.external_id, records, why)
        decision = self._rows.decisions.get((hold.cause, hold.subject))
        if decision is None:
            self._rows.keep(stream, row, [hold])
            return []
        if decision.action == "link":
            self._adopt(stream, inward, row, values, int(decision.facts["record"]))
            return []
        return [row]

    def _stage(self, stream: Stream, row: Row) -> None:
        waiting = waiting_of(stream, row)
        self._rows.ledger.inbox.keep(waiting, self._rows.session.run)
        self.staged[stream.id, row.item.external_id] = None

    def _adopt(self, stream: Stream, inward: Inward, row: Row, values: dict[str, Any], record: int) -> None:
        """Bind a row to a record that is already here."""
        stored = self._rows.ledger.records.get(record)
        if self._rows.takes_over:
            known = {} if self._speaks_elsewhere(record) else dict(stored.values)
            took = self._changes.merge_in(inward, row, stored, values, Before(known, known))
            # What the flows of this source have not looked at yet is not settled at their targets.
            self._rows.ledger.marks.lower(self._rows.kind, stored.revision - 1)
        else:
            took = Took(0 if differing(inward, values, stored.values) else stored.revision)
            self._rows.counts["changed"] += 1
        delivered = self._delivery(record)
        if delivered is not None:
            took = Took(delivered.agreed)
            self._rows.ledger.bulk.remove(delivered.stream, delivered.external_id)
        if not took.settled:
            # Bound, since it is this record; but as never looked at, so that it is asked again.
            row.digest, took = b"", Took(0)
        self._bind(
            stream,
            [(row, record, took.agreed)],
            sent=delivered.sent if delivered else None,
            differs=took.differs,
        )

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

    def _delivery(self, record: int) -> StoredBinding | None:
        """What was delivered and is now seen: its receipt gives way to its real id."""
        bindings = self._rows.ledger.records.bindings(record, self._rows.peer.number)
        return next((one for one in bindings if one.state is BindingState.DELIVERED), None)

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
        alternative: FieldLists | None,
    ) -> list[Row]:
        """Pair rows with records whose own rows have left; returns those without a partner.

        Without an alternative, what has found no partner by now is a new record.
        """
        valid = self._rows.valid(stream, inward, rows)
        if alternative is None:
            self._create(stream, valid)
            return []
        stored = [json.loads(row.body) for row in valid]
        verdicts = self._matcher.verdicts(stream, stored, at_end=True, alternatives=alternative)
        left = []
        for row, values, verdict in zip(valid, stored, verdicts, strict=True):
            if isinstance(verdict, Adopt):
                self._adopt(stream, inward, row, values, verdict.record)
            else:
                left.append(row)
        return left
