"""Whether part of a record is at a target on another record: what it was split from, what it bills.

Such a record waits. Sent beside the other one, it would bill the same hours a second time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.ledger import BindingState, RecordState
from hub.model import Kind
from hub.sync.plan import TO_CREDIT, Choice, Do
from hub.sync.reasons import AGAIN, WITHDRAWN, cause_of, reissue_cause
from hub.sync.reissue import entries_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hub.ledger import StoredBinding, StoredRecord
    from hub.sync.session import Peer, Session
    from hub.sync.target import Target

_ENDINGS = (*WITHDRAWN, Choice(Do.HOLD, TO_CREDIT), AGAIN)
"""What a person may have decided about a record that is at the target and no longer as it was sent."""


class Elsewhere:
    """Looks among the records of one kind at one target."""

    def __init__(self, session: Session, peer: Peer, kind: Kind) -> None:
        self._ledger = session.ledger
        self._peer = peer
        self._kind = kind
        self._billed: Mapping[int, int] | None = None
        self._paid: frozenset[int] | None = None
        self._decisions = session.ledger.decisions.taken()

    def has(self, stored: StoredRecord, target: Target) -> bool:
        """Whether part of a record that is not there is there on another one."""
        if self._kind is Kind.INVOICE:
            entries = entries_of(stored.values)
            return any(self._of_other(entry, target) not in (None, stored.id) for entry in entries)
        whole = stored.values.get("split_of")
        return whole is not None and self._still_stands(whole)

    def is_paid(self, invoice: int) -> bool:
        """Whether a payment that stands was applied to an invoice."""
        if self._paid is None:
            self._paid = frozenset(
                part["invoice"]
                for payment in self._ledger.records.of_kind(Kind.PAYMENT)
                if payment.state is RecordState.LIVE and not payment.values.get("reversed")
                for part in payment.values.get("applications", ())
            )
        return invoice in self._paid

    def _still_stands(self, whole: int) -> bool:
        """Whether a record that was split, and is gone at its source, is still at the target."""
        bound = self._ledger.records.bound_at([whole], self._peer.number).get(whole)
        if bound is None or bound.state is BindingState.GONE:
            return False
        stored = self._ledger.records.get(whole)
        return stored.state is RecordState.GONE and not self._is_decided(stored)

    def _of_other(self, entry: int, target: Target) -> int | None:
        if self._billed is None:
            self._billed = dict(self._sent_otherwise(target))
        return self._billed.get(entry)

    def _sent_otherwise(self, target: Target) -> Iterator[tuple[int, int]]:
        """The entries of invoices that are at the target and have left or changed since: entry, invoice."""
        streams = [stream.id for stream in self._ledger.streams.all(self._peer.number, self._kind)]
        for record in dict(self._ledger.bulk.out_of_step(streams)):
            stored = self._ledger.records.get(record)
            bound = self._ledger.records.bound_at([record], self._peer.number)[record]
            if not self._is_decided(stored) and not _is_as_sent(stored, bound, target):
                known = bound.agreed
                sent = self._ledger.records.at_revision(stored, known) if known else stored.values
                yield from ((entry, record) for entry in entries_of(sent))

    def _is_decided(self, stored: StoredRecord) -> bool:
        causes = [cause_of(self._peer, self._kind, choice) for choice in _ENDINGS]
        decided = (self._decisions.get((cause, str(stored.id))) for cause in (*causes, reissue_cause(stored)))
        return any(one is not None and one.facts.get("revision") == stored.revision for one in decided)


def _is_as_sent(stored: StoredRecord, bound: StoredBinding, target: Target) -> bool:
    """Whether a record that stands is at the target as it would be sent now."""
    if stored.state is RecordState.GONE:
        return False
    return bound.agreed == stored.revision or (bound.sent is not None and bound.sent == target.digest(stored))
