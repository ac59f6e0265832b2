"""The five ends of a write, each put into the ledger in one commit with what follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hub.ledger import BindingState, Hold, digest_of, payload_digest
from hub.model import Kind, Submission, SubmissionStatus
from hub.sdk import Action, Delivered, NotSent, Rejected, Role, Unknown, Written
from hub.sync.verify import returned_differently

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hub.ledger import OpenIntent, Stream
    from hub.sdk import End
    from hub.sync.session import Session
    from hub.sync.target import Target


@dataclass(frozen=True, slots=True)
class _Arrival:
    """What is at the target now, or on its way into it."""

    one: OpenIntent
    source: str
    external_id: str
    state: BindingState
    digest: bytes | None = None
    version: str | None = None


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
        with self._ledger.transaction():
            closed, arrived = [], []
            for one in opened:
                end = ends.get(one.intent.key, Unknown("the connector gave no outcome"))
                if isinstance(end, Unknown):
                    self._unknown(one, end)
                    continue
                closed.append((one, end))
                if isinstance(end, Written | Delivered):
                    arrived.append(self._arrival(one, end))
                elif isinstance(end, Rejected):
                    self._rejected(one, end)
                else:
                    self._not_sent(one, end)
            self._bind(arrived)
            for one, end in closed:
                self._conclude(one, end)
            self._ledger.intents.settle([one for one, _ in closed])
        return [one for one, end in closed if isinstance(end, NotSent)]

    def _arrival(self, one: OpenIntent, end: Written | Delivered) -> _Arrival:
        counts = self._session.tally.written(self._peer.name, one.intent.kind)
        source = one.intent.source or one.intent.kind.value
        if isinstance(end, Delivered):
            # Handed over and not yet seen there; it is never sent again.
            counts["delivered"] += 1
            return _Arrival(one, source, end.receipt, BindingState.DELIVERED)
        # It is there. The digest of what came back makes our own echo silent.
        counts[_DONE[one.intent.action]] += 1
        digest = end.digest or (None if end.raw is None else digest_of(end.raw))
        state = BindingState.GONE if one.intent.action is Action.VOID else BindingState.LIVE
        return _Arrival(one, end.source or source, end.external_id, state, digest, end.version)

    def _bind(self, arrived: Sequence[_Arrival]) -> None:
        by_source: dict[tuple[Kind, str], list[_Arrival]] = {}
        for arrival in arrived:
            by_source.setdefault((arrival.one.intent.kind, arrival.source), []).append(arrival)
        for (kind, source), arrivals in by_source.items():
            stream = self._ledger.streams.get(self._peer.number, kind, source)
            if not stream.mapping:
                # What we wrote ourselves need not be translated when it is first read back.
                self._ledger.streams.remember(stream, mapping=self._peer.mapping.digest, columns=())
            self._replace(stream, arrivals)

    def _replace(self, stream: Stream, arrivals: Sequence[_Arrival]) -> None:
        known = self._ledger.bulk.lookup_rows(stream.id, [arrival.external_id for arrival in arrivals])
        for row in known:
            self._ledger.bulk.remove(stream.id, row[0])
        number = self._ledger.bulk.next_ids("binding", len(arrivals))
        rows = [
            (
                stream.id,
                arrival.external_id,
                position,
                arrival.one.record,
                self._peer.number,
                int(arrival.state),
                arrival.one.revision,
                arrival.digest,
                payload_digest(arrival.one.intent.payload),
                arrival.version,
                None,
            )
            for position, arrival in enumerate(arrivals, number)
        ]
        self._ledger.bulk.insert([], [], rows)

    def _conclude(self, one: OpenIntent, end: End) -> None:
        """What follows once it is bound: its totals are compared, its presentation is opened."""
        if isinstance(end, Written):
            self._target.learn(one.record, end.external_id)
            if end.raw is not None:
                self._compare(one, end.raw, end.source or one.intent.source or one.intent.kind.value)
            self._open_submission(one, end.external_id, SubmissionStatus.SUBMITTED)
        elif isinstance(end, Delivered):
            self._open_submission(one, end.receipt, SubmissionStatus.VALIDATED)

    def _compare(self, one: OpenIntent, raw: Mapping[str, object], source: str) -> None:
        hold = returned_differently(self._peer, self._ledger.records.get(one.record), raw, source)
        if hold is not None:
            self._session.hold(hold)

    def _not_sent(self, one: OpenIntent, end: NotSent) -> None:
        """It did not arrive, for certain; the next attempt has a key of its own."""
        fault = {"code": "not-sent", "message": end.reason}
        self._ledger.attempts.count(self._peer.number, one.record, None, fault)

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
