"""The five ends of a write, each put into the ledger in one commit with what follows from it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hub.ledger import BindingState, body_text, digest_of, payload_digest
from hub.model import Kind, Submission, SubmissionStatus
from hub.sdk import Action, Delivered, Listing, NotSent, Rejected, Role, Unknown, Written
from hub.sync import reasons
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
    end: Written | Delivered
    source: str
    external_id: str
    state: BindingState
    digest: bytes | None = None
    version: str | None = None


def _digest(raw: Mapping[str, object] | None) -> bytes | None:
    """The digest of what came back, if it is such that it can be read again."""
    try:
        return None if raw is None else digest_of(raw)
    except (TypeError, ValueError):
        return None


def _taken_for(label: str) -> Rejected:
    return Rejected(
        "one-id-for-two",
        f"it gave this record the id that it gave to {label}",
        remedy="See there whether the two are one; then correct one of them at the source.",
    )


_DONE = {Action.CREATE: "created", Action.UPDATE: "updated", Action.VOID: "voided"}


class Outcomes:
    """Puts the ends of writes at one target into the ledger."""

    def __init__(self, session: Session, target: Target) -> None:
        self.flow = ""
        """The flow whose records are being written; none while an earlier run is settled."""
        self.refused: set[int] = set()
        """The records of the last batch that were refused."""
        self._presentations: Counter[int] | None = None
        self._session = session
        self._ledger = session.ledger
        self._target = target
        self._peer = target.peer

    def settle(self, opened: Sequence[OpenIntent], ends: Mapping[str, End]) -> list[OpenIntent]:
        """Settle a batch; returns what was not sent and may be tried again."""
        self.refused.clear()
        with self._ledger.transaction():
            closed, arrived, seen = [], [], self._seen(opened, ends)
            for one in opened:
                end = ends.get(one.intent.key, Unknown("the connector gave no outcome"))
                if isinstance(end, Unknown):
                    self._unknown(one, end)
                    continue
                closed.append((one, end))
                if one.record in seen:
                    continue
                if isinstance(end, Written | Delivered):
                    arrived.append(self._arrival(one, end))
                elif isinstance(end, Rejected):
                    self._rejected(one, end)
                else:
                    self._not_sent(one, end)
            kept = self._distinct(arrived)
            self._bind(kept)
            for arrival in kept:
                self._conclude(arrival)
            self._ledger.intents.settle([one for one, _ in closed])
        return [one for one, end in closed if isinstance(end, NotSent)]

    def _seen(self, opened: Sequence[OpenIntent], ends: Mapping[str, End]) -> set[int]:
        """The records that a reading has shown there before anyone knew that they were delivered."""
        delivered = [
            one.record
            for one in opened
            if one.intent.action is Action.CREATE and isinstance(ends.get(one.intent.key), Delivered)
        ]
        bound = self._ledger.records.bound_at(delivered, self._peer.number) if delivered else {}
        return {record for record, there in bound.items() if there.state is BindingState.LIVE}

    def _distinct(self, arrived: Sequence[_Arrival]) -> list[_Arrival]:
        """One id is one record: a second record under it is held, and not sent again."""
        owners: dict[tuple[Kind, str, str], int] = {}
        for kind, source in {(arrival.one.intent.kind, arrival.source) for arrival in arrived}:
            mine = [one for one in arrived if (one.one.intent.kind, one.source) == (kind, source)]
            stream = self._ledger.streams.get(self._peer.number, kind, source)
            known = self._ledger.bulk.lookup(stream.id, [arrival.external_id for arrival in mine])
            owners |= {(kind, source, bound.external_id): bound.record for bound in known.values()}
        kept = []
        for arrival in arrived:
            key = (arrival.one.intent.kind, arrival.source, arrival.external_id)
            if owners.setdefault(key, arrival.one.record) == arrival.one.record:
                kept.append(arrival)
            else:
                self._rejected(arrival.one, _taken_for(self._ledger.records.get(owners[key]).label))
        return kept

    def _arrival(self, one: OpenIntent, end: Written | Delivered) -> _Arrival:
        source = one.intent.source or one.intent.kind.value
        if isinstance(end, Delivered):
            # Handed over and not yet seen there; it is never sent again.
            return _Arrival(one, end, source, end.receipt, BindingState.DELIVERED)
        # It is there. The digest of what came back makes our own echo silent.
        state = BindingState.GONE if one.intent.action is Action.VOID else BindingState.LIVE
        source, digest = end.source or source, end.digest or _digest(end.raw)
        return _Arrival(one, end, source, end.external_id, state, digest, end.version)

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
                self._kept(arrival),
            )
            for position, arrival in enumerate(arrivals, number)
        ]
        self._ledger.bulk.insert([], [], rows)

    def _kept(self, arrival: _Arrival) -> str | None:
        """What the system gave back, where it may change there and is not listed whole again."""
        end = arrival.end
        incremental = self._peer.access(arrival.one.intent.kind).listing is Listing.INCREMENTAL
        raw = end.raw if incremental and isinstance(end, Written) and arrival.digest is not None else None
        return None if raw is None else body_text(raw)

    def _conclude(self, arrival: _Arrival) -> None:
        """What follows once it is bound: it is counted, its totals are compared, it is presented."""
        one, end = arrival.one, arrival.end
        counts = self._session.tally.written(self._peer.name, one.intent.kind)
        if isinstance(end, Delivered):
            counts["delivered"] += 1
            if self._peer.access(one.intent.kind).read:
                # It will be seen there one day; until then it is followed.
                self._ledger.deliveries.begin(self._peer.number, one.record, one.intent.kind, end.receipt)
            self._open_submission(one, end.receipt, SubmissionStatus.VALIDATED)
            return
        counts[_DONE[one.intent.action]] += 1
        self._target.learn(one.record, end.external_id)
        if end.raw is not None and one.intent.action is not Action.VOID:
            self._compare(one, end.raw, arrival.source)
        self._open_submission(one, end.external_id, SubmissionStatus.SUBMITTED)

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
        self.refused.add(one.record)
        fault = {"code": end.code, "message": end.message, "field": end.field, "remedy": end.remedy}
        digest = payload_digest(one.intent.payload)
        self._ledger.attempts.count(self._peer.number, one.record, digest, fault)
        if not self.flow:
            return  # the plan that follows looks at it again, and says why it is held
        stored = self._ledger.records.get(one.record)
        self._session.hold(reasons.refused(self._peer, self.flow, stored, fault))

    def _unknown(self, one: OpenIntent, end: Unknown) -> None:
        """Nobody knows: the intent stays open, and the next step is recovery's."""
        self._session.tally.written(self._peer.name, one.intent.kind)["unknown"] += 1
        self._ledger.intents.doubt(one, end.reason)

    def _presented(self) -> Counter[int]:
        """How often each invoice was presented here; counted once in a run."""
        if self._presentations is None:
            self._presentations = Counter(
                int(stored.values["invoice"])
                for stored in self._ledger.records.of_kind(Kind.SUBMISSION)
                if stored.values["portal"] == self._peer.name
            )
        return self._presentations

    def _open_submission(self, one: OpenIntent, receipt: str, status: SubmissionStatus) -> None:
        """An invoice that reached a portal is one presentation, with a life of its own."""
        if self._peer.role is not Role.PORTAL or one.intent.kind is not Kind.INVOICE:
            return
        ordinal = self._presented()[one.record] + 1
        self._presented()[one.record] = ordinal
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
