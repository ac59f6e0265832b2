"""Whether part of a record is at a target on another record: what it was split from, what it bills.

Such a record waits. Sent beside the other one, it would bill the same hours a second time.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from hub.ledger import BindingState, RecordState
from hub.model import Kind
from hub.sync.causes import MISSING
from hub.sync.plan import TO_CREDIT, Choice, Do
from hub.sync.reasons import AGAIN, WITHDRAWN, cause_of, reissue_cause
from hub.sync.reissue import entries_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hub.ledger import StoredBinding, StoredRecord
    from hub.sync.session import Peer, Session
    from hub.sync.target import Target

_Part = int | tuple[object, ...]
"""An entry, or what a line says of one."""
_WORDS = ("charged_on", "timekeeper", "units", "amount", "narrative")
_ENDINGS = (*WITHDRAWN, Choice(Do.HOLD, TO_CREDIT), AGAIN)
"""What a person may have decided about a record that is at the target and no longer as it was sent."""


class Elsewhere:
    """Looks among the records of one kind at one target."""

    def __init__(self, session: Session, peer: Peer, kind: Kind) -> None:
        self._ledger = session.ledger
        self._peer = peer
        self._kind = kind
        self._billed: Mapping[_Part, set[int]] | None = None
        self._paid: frozenset[int] | None = None
        self._decisions = session.ledger.decisions.taken()

    def has(self, stored: StoredRecord, target: Target) -> bool:
        """Whether part of a record that is not there is there on another one."""
        if self._kind is Kind.INVOICE:
            sent = self._sent_elsewhere(target)
            return any(sent.get(part, set()) - {stored.id} for part in _parts_of(stored.values))
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

    def _sent_elsewhere(self, target: Target) -> Mapping[_Part, set[int]]:
        """What invoices bill at the target that may stand no more as they were sent, and which do."""
        if self._billed is None:
            billed: dict[_Part, set[int]] = defaultdict(set)
            for record, sent in self._sent_otherwise(target):
                for part in _parts_of(sent):
                    billed[part].add(record)
            self._billed = billed
        return self._billed

    def _sent_otherwise(self, target: Target) -> Iterator[tuple[int, Mapping[str, Any]]]:
        """The invoices that are at the target and have left or changed since, as they were sent."""
        streams = [stream.id for stream in self._ledger.streams.all(self._peer.number, self._kind)]
        missing = self._missing()
        bound_at = self._ledger.records.bound_at
        known = bound_at({*dict(self._ledger.bulk.out_of_step(streams)), *missing}, self._peer.number)
        for record, bound in known.items():
            stored = self._ledger.records.get(record)
            stands = record not in missing and _is_as_sent(stored, bound, target)
            if bound.state is not BindingState.GONE and not stands and not self._is_decided(stored):
                agreed = bound.agreed
                yield record, self._ledger.records.at_revision(stored, agreed) if agreed else stored.values

    def _missing(self) -> set[int]:
        """The records that no table showed when they were last read."""
        told = (hold for hold in self._ledger.holds.all() if hold.code == MISSING)
        return {hold.record for hold in told if hold.kind is self._kind and hold.record is not None}

    def _is_decided(self, stored: StoredRecord) -> bool:
        causes = [cause_of(self._peer, self._kind, choice) for choice in _ENDINGS]
        decided = (self._decisions.get((cause, str(stored.id))) for cause in (*causes, reissue_cause(stored)))
        return any(one is not None and one.facts.get("revision") == stored.revision for one in decided)


def _is_as_sent(stored: StoredRecord, bound: StoredBinding, target: Target) -> bool:
    """Whether a record that stands is at the target as it would be sent now."""
    if stored.state is RecordState.GONE:
        return False
    return bound.agreed == stored.revision or (bound.sent is not None and bound.sent == target.digest(stored))


def _parts_of(values: Mapping[str, Any]) -> Iterator[_Part]:
    """What an invoice bills: its entries, and what its lines say of them.

    Where an entry was taken for another one, the words of the line still tell that it was billed.
    """
    yield from entries_of(values)
    owner = values.get("client"), values.get("matter")
    for line in values.get("lines", ()):
        if line.get("narrative"):
            yield *owner, *(str(line.get(name)) for name in _WORDS)
