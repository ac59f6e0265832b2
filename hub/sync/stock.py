"""Take stock: where each record of a flow stands, and what that means at the target."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from hub.ledger import BindingState, RecordState
from hub.model import MODELS, EntryStatus, Kind, references
from hub.sdk import Role
from hub.sync import causes
from hub.sync.elsewhere import Elsewhere
from hub.sync.period import Period
from hub.sync.plan import Situation
from hub.sync.reasons import AGAIN, WITHDRAWN, cause_of, reissue_cause
from hub.sync.unread import UnreadRows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hub.ledger import StoredBinding, StoredRecord
    from hub.ledger.intents import Attempt
    from hub.sdk import Access
    from hub.sync.secure import Secure
    from hub.sync.session import Flow, Peer, Session
    from hub.sync.target import Target

_CHUNK = 1000
_STATUSES = {
    kind: str(MODELS[kind].model_fields["status"].default) for kind in (Kind.INVOICE, Kind.CREDIT_NOTE)
}
"""What a document is that says nothing about it: stored values leave out the model's defaults."""


class Stock:
    """Takes stock of records for one flow: where each stands, and what that means at the target."""

    def __init__(
        self,
        session: Session,
        flow: Flow,
        peer: Peer,
        kind: Kind,
        secure: Secure,
    ) -> None:
        self._secure = secure
        self._elsewhere = Elsewhere(session, peer, kind)
        self._session = session
        self._ledger = session.ledger
        self._flow = flow
        self._peer = peer
        self._kind = kind
        self._source = session.peers[flow.source].number
        self._open = self._ledger.intents.records_open(peer.number)
        doubtful = self._ledger.holds.in_scope(causes.pull_scope(peer, kind))
        self._held = self._ledger.holds.held_records(causes.drift_scope(peer)).union(
            record for hold in doubtful for record in hold.facts.get("records", ())
        )
        if peer.access(kind).by_hand:
            # Before it is decided who is right, nobody can say what is to be corrected.
            self._held |= {hold.record for hold in doubtful if hold.code == "conflict" and hold.record}
        self._unread = UnreadRows(session, peer, kind, doubtful) if peer.access(kind).read else None
        self._decisions = self._ledger.decisions.taken()
        self._period = Period(self._ledger, flow, peer, self._decisions)
        self._withdrawals = [cause_of(peer, kind, choice) for choice in WITHDRAWN]
        self._clients: dict[int, str] = {}

    def take(
        self,
        chunk: Sequence[StoredRecord],
        target: Target,
    ) -> Iterator[tuple[StoredRecord, Situation, StoredBinding | None]]:
        """The situation of each record that the flow covers."""
        identifiers = [stored.id for stored in chunk]
        at_source = self._ledger.records.sources_of(identifiers, self._source)
        at_target = self._ledger.records.bound_at(identifiers, self._peer.number)
        attempts = self._ledger.attempts.of(self._peer.number, identifiers)
        for stored in chunk:
            if stored.id in at_source and self._covers(stored):
                bound = at_target.get(stored.id)
                gone = self._is_gone(stored, at_source[stored.id], bound)
                yield (
                    stored,
                    self._situation(stored, bound, attempts.get(stored.id), target, gone=gone),
                    bound,
                )

    def _is_gone(self, stored: StoredRecord, state: int, bound: StoredBinding | None) -> bool:
        """Whether no source has it any more; of what was sent, whether nobody but its target has it.

        What is billed there cannot be withdrawn any more.
        """
        if stored.state is RecordState.GONE:
            return True
        if state != BindingState.GONE or bound is None or bound.sent is None:
            return False
        if stored.values.get("status") == EntryStatus.BILLED:
            return False
        others = self._ledger.records.bindings(stored.id)
        return all(
            one.connection == self._peer.number for one in others if one.state is not BindingState.GONE
        )

    def _covers(self, stored: StoredRecord) -> bool:
        if not self._flow.secure and self._secure.covers(stored):
            return False
        if not self._period.covers(stored):
            return False
        wanted = self._flow.clients, self._session.options.clients
        return all(not numbers or self._client_number(stored) in numbers for numbers in wanted)

    def _client_number(self, stored: StoredRecord) -> str:
        """The source's own number of the client that a record belongs to; empty where it has none."""
        identifier = self._client_id(stored)
        if identifier is None:
            return ""
        if identifier not in self._clients:
            self._clients[identifier] = str(self._ledger.records.get(identifier).values.get("number", ""))
        return self._clients[identifier]

    def _client_id(self, stored: StoredRecord) -> int | None:
        if stored.kind is Kind.CLIENT:
            return stored.id
        if (client := stored.values.get("client")) is not None:
            return int(client)
        for name in references(stored.kind):
            if name in ("matter", "invoice") and (parent := stored.values.get(name)) is not None:
                return self._client_id(self._ledger.records.get(parent))
        return None

    def _situation(
        self,
        stored: StoredRecord,
        bound: StoredBinding | None,
        attempt: Attempt | None,
        target: Target,
        *,
        gone: bool,
    ) -> Situation:
        access = self._peer.access(self._kind)
        refused = attempt.refused if attempt else None
        status = status_of(stored)
        taken_back = bound is not None and self._was_taken_back(stored, bound)
        in_step = bound is not None and not taken_back and self._in_step(stored, bound, target)
        reissued = bound is not None and not in_step and self._is_reissued(stored, bound)
        came_back = bound is not None and self._came_back(stored, bound)
        absent = bound is None or came_back
        decided = reissued and self._has_said(reissue_cause(stored), stored, "accept")
        return Situation(
            here=None if bound is None else self._state_here(stored, bound),
            gone=gone,
            withdrawn=status == "void" or (target.withdraws_reversed(self._kind) and self._reversed(stored)),
            draft=status == "draft",
            open=stored.id in self._open,
            blocked=stored.id in self._held,
            waits=absent and target.waits_for(stored) is not None,
            refused=refused is not None and refused == target.digest(stored),
            absent_for_certain=not absent or self._is_absent_for_certain(stored),
            in_step=in_step,
            known_there=bound is None or bound.sent is not None or access.by_hand,
            can_create=access.create,
            can_update=access.update and not taken_back,
            can_void=access.void,
            applies_voids=self._flow.apply_voids,
            resubmit=self._wants_again(stored) or (decided and self._presents_again(access)),
            by_hand=access.by_hand,
            reissued=reissued and not decided,
            settled_there=decided and self._is_paid(stored),
            came_back=came_back,
            part_is_there=absent and self._elsewhere.has(stored, target),
        )

    def _reversed(self, stored: StoredRecord) -> bool:
        return bool(stored.values.get("reversed"))

    def _state_here(self, stored: StoredRecord, bound: StoredBinding) -> BindingState:
        """How a record stands there; what a person has reversed there since is as good as gone."""
        unwanted = stored.state is RecordState.GONE or stored.values.get("reversed")
        is_out = unwanted and self._peer.access(self._kind).by_hand and bound.agreed == stored.revision
        return BindingState.GONE if is_out and bound.state is BindingState.LIVE else bound.state

    def _is_absent_for_certain(self, stored: StoredRecord) -> bool:
        """Whether no row of the target may be it, as far as the target can be read."""
        if self._unread is None:
            return True
        is_whole = (self._peer.name, self._kind) not in self._session.incomplete
        return is_whole and not self._unread.may_be(stored)

    def _is_reissued(self, stored: StoredRecord, bound: StoredBinding) -> bool:
        """Whether an invoice was undone and made anew after it was sent."""
        return self._kind is Kind.INVOICE and self._ledger.records.was_reissued(stored.id, bound.agreed)

    def _was_taken_back(self, stored: StoredRecord, bound: StoredBinding) -> bool:
        """Whether a person withdrew it there after it was sent, and it stands at the source again."""
        decisions = (self._decisions.get((cause, str(stored.id))) for cause in self._withdrawals)
        return any(
            one is not None and bound.agreed < one.facts.get("revision", 0) < stored.revision
            for one in decisions
        )

    def _came_back(self, stored: StoredRecord, bound: StoredBinding) -> bool:
        """Whether a record that is gone here was withdrawn because it had left its source meanwhile."""
        return bound.state is BindingState.GONE and self._ledger.records.came_back(stored.id, bound.agreed)

    def _presents_again(self, access: Access) -> bool:
        """Whether what was made anew is presented once more, not changed in its place."""
        return self._peer.role is Role.PORTAL or not (access.update or access.by_hand)

    def _is_paid(self, stored: StoredRecord) -> bool:
        """Whether money was applied to an invoice; at a portal that changes nothing."""
        return self._peer.role is not Role.PORTAL and self._elsewhere.is_paid(stored.id)

    def _in_step(self, stored: StoredRecord, bound: StoredBinding, target: Target) -> bool:
        """Whether the target has this already. Money never follows what it only refers to."""
        if bound.agreed == stored.revision and (self._kind.is_money or bound.sent is None):
            return True
        if self._peer.access(self._kind).by_hand and bound.state is BindingState.LIVE:
            return not self._to_correct(stored, bound)
        return bound.sent is not None and bound.sent == target.digest(stored)

    def _to_correct(self, stored: StoredRecord, bound: StoredBinding) -> bool:
        """Whether something changed that the target has and a person entered there."""
        before = self._ledger.records.at_revision(stored, bound.agreed) if bound.agreed else {}
        inward = self._peer.mapping.inward(self._kind, bound.source)
        covered = inward.two_way if inward is not None else ()
        return any(before.get(name) != stored.values.get(name) for name in covered)

    def _wants_again(self, stored: StoredRecord) -> bool:
        return self._has_said(cause_of(self._peer, self._kind, AGAIN), stored, "retry")

    def _has_said(self, cause: str, stored: StoredRecord, action: str) -> bool:
        """Whether a person has decided so about just this revision."""
        decision = self._decisions.get((cause, str(stored.id)))
        return (
            decision is not None
            and decision.action == action
            and decision.facts.get("revision") == stored.revision
        )


def status_of(stored: StoredRecord) -> str:
    """Whether a document is draft, final or void; empty for what is no document."""
    usual = _STATUSES.get(stored.kind)
    return "" if usual is None else str(stored.values.get("status", usual))


def chunks(records: Iterator[StoredRecord]) -> Iterator[list[StoredRecord]]:
    """Records, so many at a time."""
    while chunk := list(islice(records, _CHUNK)):
        yield chunk
