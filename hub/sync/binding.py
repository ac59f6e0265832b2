"""Rows that become records, and rows that are bound to records that are here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub.ledger import BindingState, Change, RecordState
from hub.model import Kind
from hub.sdk import Role
from hub.sync import causes
from hub.sync.changes import Took, differing
from hub.sync.moving import say_what_was_changed
from hub.sync.verify import same_total

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.ledger import StoredBinding, StoredRecord, Stream
    from hub.mapping import Inward
    from hub.sync.changes import Changes
    from hub.sync.rows import Row
    from hub.sync.translation import Translation


class Binder:
    """Puts the new rows of one listing into the ledger, once it is known what they are."""

    def __init__(self, rows: Translation, changes: Changes) -> None:
        self._rows = rows
        self._changes = changes

    def adopt(
        self, stream: Stream, inward: Inward, row: Row, values: dict[str, Any], record: int
    ) -> StoredRecord:
        """Bind a row to a record that is already here; returns that as it was."""
        stored = self._standing(record)
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
        return stored

    def _standing(self, record: int) -> StoredRecord:
        """A record that a row is bound to; one that was let go of everywhere stands again with it."""
        records = self._rows.ledger.records
        stored = records.get(record)
        takes_over = self._rows.takes_over
        if takes_over or stored.state is RecordState.LIVE or records.bindings(record):
            return stored
        run, peer = self._rows.session.run, self._rows.peer.number
        records.change(stored, stored.values, run=run, connection=peer, change=Change.BACK)
        return records.get(record)

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
        apart = bool(differing(inward, values, stored.values))
        # What was keyed into the books by hand is adopted as it stands, but for its amount: nobody asked for
        # other names there.
        in_books = self._rows.peer.role is Role.BOOKS and same_total(self._rows.kind, values, stored.values)
        as_it_is = in_books or not apart
        return Took(stored.revision if as_it_is else 0, differs=apart)

    def create(self, stream: Stream, rows: Sequence[Row]) -> None:
        """Make records of new rows."""
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
