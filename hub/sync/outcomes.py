"""The five ends of a write, each put into the ledger in one commit with what follows from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.ledger import BindingState, Hold, digest_of, payload_digest
from hub.model import Kind, Submission, SubmissionStatus
from hub.sdk import Action, Delivered, NotSent, Rejected, Role, Unknown, Written
from hub.sync.verify import returned_differently

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hub.ledger import OpenIntent
    from hub.sdk import End
    from hub.sync.session import Session
    from hub.sync.target import Target

_DONE = {Action.CREATE: "created", Action.UPDATE: "updated", Action.VOID: "voided"}


class Outcomes:
    """Puts the ends of writes at one target into the ledger."""

    def __init__(self, session: Session, target: Target) -> None:
        self._session = session
        self._ledger = session.ledger
        self._target = target
        self._peer = target.peer

    def settle(self, opened: Sequence[OpenIntent], ends: Mapping[str, End]) -> list[OpenIntent]:
        """Settle a batch; returns what was not sent and may be tried again."""
        unsent = []
        with self._ledger.transaction():
            closed = []
            for one in opened:
                end = ends.get(one.intent.key, Unknown("the connector gave no outcome"))
                if isinstance(end, Unknown):
                    self._unknown(one, end)
                    continue
                closed.append(one)
                if isinstance(end, NotSent):
                    unsent.append(one)
                self._close(one, end)
            self._ledger.intents.settle(closed)
        return unsent

    def _close(self, one: OpenIntent, end: Written | Delivered | Rejected | NotSent) -> None:
        match end:
            case Written():
                self._written(one, end)
            case Delivered():
                self._delivered(one, end)
            case Rejected():
                self._rejected(one, end)
            case NotSent():
                self._ledger.attempts.count(
                    self._peer.number,
                    one.record,
                    None,
                    {"code": "not-sent", "message": end.reason},
                )

    def _written(self, one: OpenIntent, end: Written) -> None:
        """It is there. The digest of what came back makes our own echo silent."""
        counts = self._session.tally.written(self._peer.name, one.intent.kind)
        counts[_DONE[one.intent.action]] += 1
        digest = end.digest or (None if end.raw is None else digest_of(end.raw))
        source = end.source or one.intent.source or one.intent.kind.value
        state = BindingState.GONE if one.intent.action is Action.VOID else BindingState.LIVE
        self._bind(one, source, end.external_id, state, digest, end.version)
        if end.raw is not None:
            stored = self._ledger.records.get(one.record)
            hold = returned_differently(self._peer, stored, end.raw, source)
            if hold is not None:
                self._session.hold(hold)
        self._open_submission(one, end.external_id, SubmissionStatus.SUBMITTED)

    def _delivered(self, one: OpenIntent, end: Delivered) -> None:
        """It is handed over and not yet seen there; it is never sent again."""
        self._session.tally.written(self._peer.name, one.intent.kind)["delivered"] += 1
        source = one.intent.source or one.intent.kind.value
        self._bind(one, source, end.receipt, BindingState.DELIVERED, None, None)
        self._open_submission(one, end.receipt, SubmissionStatus.VALIDATED)

    def _bind(
        self,
        one: OpenIntent,
        source: str,
        external_id: str,
        state: BindingState,
        digest: bytes | None,
        version: str | None,
    ) -> None:
        stream = self._ledger.streams.get(self._peer.number, one.intent.kind, source)
        if not stream.mapping:
            # What we wrote ourselves need not be translated when it is first read back.
            self._ledger.streams.remember(stream, mapping=self._peer.mapping.digest, columns=())
        known = self._ledger.bulk.lookup(stream.id, [external_id])
        if external_id in known:
            self._ledger.bulk.remove(stream.id, external_id)
        number = self._ledger.bulk.next_ids("binding")
        sent = payload_digest(one.intent.payload)
        row = (stream.id, external_id, number, one.record, self._peer.number, int(state))
        self._ledger.bulk.insert([], [], [(*row, one.revision, digest, sent, version, None)])
        self._target.learn(one.record, external_id)

    def _rejected(self, one: OpenIntent, end: Rejected) -> None:
        """Refused for certain: held until it changes, or a person says to try again."""
        self._session.tally.written(self._peer.name, one.intent.kind)["rejected"] += 1
        fault = {"code": end.code, "message": end.message, "field": end.field, "remedy": end.remedy}
        digest = payload_digest(one.intent.payload)
        self._ledger.attempts.count(self._peer.number, one.record, digest, fault)
        stored = self._ledger.records.get(one.record)
        self._session.hold(
            Hold(
                scope=f"plan:{self._peer.name}",
                cause=f"rejected:{self._peer.name}:{end.code}:{end.field}",
                code="rejected",
                subject=str(one.record),
                label=f"{stored.kind.words} {stored.label}",
                message=f"{self._peer.name} refused it: {end.message}.",
                remedy=end.remedy or "Correct it at the source; or retry, once the cause there is mended.",
                field=end.field,
                connection=self._peer.number,
                kind=stored.kind,
                record=one.record,
            ),
        )

    def _unknown(self, one: OpenIntent, end: Unknown) -> None:
        """Nobody knows: the intent stays open, and the next step is recovery's."""
        self._session.tally.written(self._peer.name, one.intent.kind)["unknown"] += 1
        self._ledger.intents.doubt(one, end.reason)

    def _open_submission(self, one: OpenIntent, receipt: str, status: SubmissionStatus) -> None:
        """An invoice that reached a portal is one presentation, with a life of its own."""
        if self._peer.role is not Role.PORTAL or one.intent.kind is not Kind.INVOICE:
            return
        ordinal = 1 + self._ledger.records.count_where(
            Kind.SUBMISSION,
            {"invoice": one.record, "portal": self._peer.name},
        )
        submission = Submission(
            invoice=one.record,
            portal=self._peer.name,
            ordinal=ordinal,
            status=status,
            format=str(self._peer.settings.get("format", "")),
            receipt=receipt,
            digest=payload_digest(one.intent.payload).hex(),
            submitted_at=self._session.clock.now(),
        )
        self._ledger.records.add(submission, run=self._session.run, connection=self._peer.number)
