"""What a record looks like at a target: its payload, and the ids by which it refers to others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub.ledger import BindingState, RecordState, payload_digest
from hub.mapping import Gone, Unbound, Untranslatable
from hub.model import Kind, line_references, references
from hub.sync.reasons import waits
from hub.sync.seen import Seen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hub.ledger import Hold, StoredRecord
    from hub.mapping import Outward
    from hub.sync.session import Peer, Session

_KEPT = 50_000


class Target:
    """A connection that is written to, with what the run has learnt about it."""

    def __init__(self, session: Session, peer: Peer) -> None:
        self._ledger = session.ledger
        self.peer = peer
        self._ids: dict[int, str] = {}
        self._values: dict[int, tuple[Kind, Mapping[str, Any]]] = {}
        self.coming = Seen(0)
        """Records that this run means to create here."""
        self.planned = Seen(0)
        """Records about which this run has made up its mind here."""
        with session.ledger.reading():
            self._edits = self._accepted_edits()

    def _accepted_edits(self) -> dict[int, Mapping[str, Any]]:
        """What people did at this system and a person said to leave: never overwritten."""
        return {
            int(decision.subject): decision.facts["edits"]
            for (cause, _), decision in self._ledger.decisions.taken().items()
            if cause.startswith(f"drift:{self.peer.name}:") and decision.action == "accept"
        }

    def outward(self, kind: Kind) -> Outward | None:
        """How a kind is spelt here."""
        return self.peer.mapping.outward(kind)

    def withdraws_reversed(self, kind: Kind) -> bool:
        """Whether what is reversed has to be withdrawn here, since it cannot be said of a record."""
        outward = self.outward(kind)
        by_hand = self.peer.access(kind).by_hand
        return by_hand or (outward is not None and "reversed" not in outward.fields)

    def render(self, stored: StoredRecord, *, whole: bool = False) -> dict[str, Any]:
        """The payload of a record; a whole one says of each field that is empty that it is.

        Raises:
            Unbound: something it refers to is not here.
            Untranslatable: it has values that this system cannot hold.

        """
        outward = self.outward(stored.kind)
        if outward is None:
            return {}
        values = {**stored.values, **self._edits.get(stored.id, {})}
        kept = {name: value for name, value in values.items() if value is not None}
        return outward.render(kept, self, whole=whole)

    def digest(self, stored: StoredRecord) -> bytes | None:
        """The digest of a record's payload; ``None`` while it cannot be written at all."""
        try:
            return payload_digest(self.render(stored))
        except (Unbound, Untranslatable):
            return None

    def external_id(self, kinds: tuple[Kind, ...], record: int, source: str) -> str:  # noqa: ARG002 -- the protocol
        """The id of a record here."""
        if record not in self._ids:
            bound = self._ledger.records.bound_at([record], self.peer.number).get(record)
            if bound is None or bound.state is not BindingState.LIVE:
                is_gone = self._ledger.records.get(record).state is RecordState.GONE
                raise Gone(record) if is_gone else Unbound(record)
            self.learn(record, bound.external_id)
        return self._ids[record]

    def learn(self, record: int, external_id: str) -> None:
        """Note the id that a record has here."""
        if len(self._ids) > _KEPT:
            self._ids.clear()
        self._ids[record] = external_id

    def values(self, record: int) -> tuple[Kind, Mapping[str, Any]]:
        """Another record's values, for what is written of it here."""
        if record not in self._values:
            if len(self._values) > _KEPT:
                self._values.clear()
            stored = self._ledger.records.get(record)
            self._values[record] = (stored.kind, stored.values)
        return self._values[record]

    def waits_for(self, stored: StoredRecord) -> int | None:
        """A record that this one refers to and that is not, and will not be, here."""
        outward = self.outward(stored.kind)
        if outward is None or not outward.reference_kinds:
            return None
        for name, record in _referred(stored, outward.reference_kinds):
            if record in self.coming:
                continue
            try:
                self.external_id((), record, "")
            except Unbound as missing:
                if not (isinstance(missing, Gone) and name in outward.dispensable):
                    return record
        return None

    def waiting(self, flow: str, stored: StoredRecord, awaited: int) -> Hold:
        """Why a record waits for another one."""
        handed_over = self.is_handed_over(awaited)
        return waits(self.peer, flow, stored, self._ledger.records.get(awaited), handed_over=handed_over)

    def is_handed_over(self, record: int) -> bool:
        """Whether a record was handed over here, and is not seen yet."""
        bound = self._ledger.records.bound_at([record], self.peer.number).get(record)
        return bound is not None and bound.state is BindingState.DELIVERED


def _referred(stored: StoredRecord, wanted: frozenset[Kind]) -> Iterator[tuple[str, int]]:
    for name, kinds in references(stored.kind).items():
        if wanted.intersection(kinds) and (record := stored.values.get(name)) is not None:
            yield name, record
    for line_reference in line_references(stored.kind):
        if wanted.intersection(line_reference.kinds):
            for line in stored.values.get(line_reference.lines, ()):
                if (record := line.get(line_reference.field)) is not None:
                    yield f"{line_reference.lines}.{line_reference.field}", record
