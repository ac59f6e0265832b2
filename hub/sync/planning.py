"""Take stock of what may move, and plan each record at each target."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING, Any

from hub.ledger import Hold, RecordState
from hub.model import Kind, references
from hub.sync import causes
from hub.sync.check import Checker
from hub.sync.plan import LISTING_BROKE, Choice, Do, Part, Plan, Situation, Step, choose
from hub.sync.session import Stopped, by_connection
from hub.sync.target import Target

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hub.ledger import StoredBinding, StoredRecord
    from hub.ledger.intents import Attempt
    from hub.sync.session import Flow, Peer, Session

_CHUNK = 1000
_DATES = {
    Kind.TIME_ENTRY: "worked_on",
    Kind.EXPENSE: "incurred_on",
    Kind.INVOICE: "issued_on",
    Kind.PAYMENT: "received_on",
    Kind.WRITE_OFF: "written_off_on",
    Kind.CREDIT_NOTE: "issued_on",
}
_AMOUNTS = {
    Kind.TIME_ENTRY: "amount",
    Kind.EXPENSE: "amount",
    Kind.INVOICE: "total",
    Kind.PAYMENT: "amount",
    Kind.WRITE_OFF: "amount",
    Kind.CREDIT_NOTE: "total",
}

Totals = dict[str, dict[str, tuple[int, Decimal]]]
"""Control totals of what is to be created: kind → client → count and amount."""


class Planner:
    """Plans one run."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._ledger = session.ledger
        self.plan = Plan()
        self.targets: dict[str, Target] = {}
        self.totals: dict[str, Totals] = defaultdict(lambda: defaultdict(dict))
        self._left = session.options.limit
        self._roots: dict[tuple[str, int], int] = {}
        """For what is held at a target, the record whose hold is stored."""
        self._dependants: dict[tuple[str, int], tuple[int, Decimal]] = {}
        with session.ledger.reading():
            self._decisions = session.ledger.decisions.taken()

    def make(self) -> Plan:
        """Plan every flow that writes.

        Raises:
            Stopped: more would change than the brakes allow.

        """
        for name, flows in by_connection(self._session.flows).items():
            peer = self._session.peers[name]
            self.targets[name] = Target(self._session, peer)
            with self._ledger.reading():
                checker = Checker(self._session, peer)
            for flow in flows:
                for kind in self._session.kinds_in_order(flow):
                    if peer.access(kind).writes and peer.mapping.outward(kind) is not None:
                        with self._ledger.transaction():
                            self._plan(flow, peer, kind, checker)
            with self._ledger.transaction():
                if not self._session.options.is_pilot:
                    self._ledger.holds.sweep(causes.plan_scope(peer), self._session.run)
                for (target, record), (count, amount) in self._dependants.items():
                    if target == name:
                        key = self._ledger.holds.first_of(causes.plan_scope(peer), record)
                        if key is not None:
                            facts = {"waiting": count, "waiting_amount": str(amount)}
                            self._ledger.holds.note(*key, facts)
        self._brake()
        return self.plan

    def _plan(self, flow: Flow, peer: Peer, kind: Kind, checker: Checker) -> None:
        basis = self._basis(peer, flow, kind)
        part = Part(flow.name, peer.name, kind, basis)
        part.reached = self._ledger.marks.reached(flow.name, kind, basis)
        stock = Stock(self._session, flow, peer, kind)
        for chunk in _chunks(self._ledger.records.of_kind(kind, after_revision=part.reached)):
            for stored, situation, bound in stock.take(chunk, self.targets[peer.name]):
                self._choose(part, stored, situation, bound, checker)
            part.reached = max(part.reached, chunk[-1].revision)
        self.plan.parts.append(part)

    def _choose(
        self,
        part: Part,
        stored: StoredRecord,
        now: Situation,
        bound: StoredBinding | None,
        checker: Checker,
    ) -> None:
        choice = choose(now)
        if choice.do in (Do.CREATE, Do.UPDATE) and checker.concerns(stored.kind) and checker.blocks(stored):
            choice = Choice(Do.HOLD, "held")
        if choice.do is Do.CREATE and not self._within_limit():
            part.leave_open(stored.revision)
            return
        target = self.targets[part.connection]
        if choice.do is Do.NOTHING or (choice.do is Do.HOLD and self._is_accepted(target, stored, choice)):
            part.nothing += 1
            return
        part.leave_open(stored.revision)
        part.held_there += choice.do is Do.HOLD and bound is not None
        part.add(
            Step(stored.id, stored.revision, choice.do, choice.reason, self._diff(choice, stored, bound))
        )
        if choice.do is Do.CREATE:
            target.coming.add(stored.id)
            self._add_total(part.connection, stored)
        elif choice.do is Do.HOLD:
            self._say_why(target, stored, choice, bound)

    def _within_limit(self) -> bool:
        if self._left is None:
            return True
        self._left -= 1
        return self._left >= 0

    def _diff(self, choice: Choice, stored: StoredRecord, bound: StoredBinding | None) -> tuple[str, ...]:
        if choice.do is not Do.UPDATE or bound is None or not bound.agreed:
            return ()
        before = self._ledger.records.at_revision(stored, bound.agreed)
        names = before.keys() | stored.values.keys()
        return tuple(sorted(name for name in names if before.get(name) != stored.values.get(name)))

    def _is_accepted(self, target: Target, stored: StoredRecord, choice: Choice) -> bool:
        """Whether a person has said to leave this revision as it is."""
        cause = _cause_of(target.peer, stored.kind, choice)
        decision = self._decisions.get((cause, str(stored.id)))
        return (
            decision is not None
            and decision.action == "accept"
            and decision.facts.get("revision") == stored.revision
        )

    def _say_why(
        self,
        target: Target,
        stored: StoredRecord,
        choice: Choice,
        bound: StoredBinding | None,
    ) -> None:
        """Store the root of a hold; what only waits for another record is derived from it."""
        if choice.reason == "held":
            self._roots[target.peer.name, stored.id] = stored.id
            return
        if choice.reason == "waits":
            self._wait(target, stored)
            return
        self._roots[target.peer.name, stored.id] = stored.id
        if choice.reason == LISTING_BROKE:
            self._session.hold(_broken_listing(target.peer, stored.kind))
            return
        self._session.hold(_explain(target.peer, stored, choice, bound, self._fault(target.peer, stored)))

    def _wait(self, target: Target, stored: StoredRecord) -> None:
        """Count a record with the root of what it waits for; that alone is stored."""
        name = target.peer.name
        awaited = target.waits_for(stored)
        if awaited is None:
            return
        root = self._roots.get((name, awaited))
        if root is None:
            self._session.hold(_waits(target.peer, stored, self._ledger.records.get(awaited)))
            self._roots[name, stored.id] = stored.id
            return
        self._roots[name, stored.id] = root
        count, amount = self._dependants.get((name, root), (0, Decimal(0)))
        self._dependants[name, root] = (count + 1, amount + amount_of(stored))

    def _fault(self, peer: Peer, stored: StoredRecord) -> dict[str, str]:
        attempt = self._ledger.attempts.of(peer.number, [stored.id]).get(stored.id)
        return attempt.fault if attempt else {}

    def _add_total(self, connection: str, stored: StoredRecord) -> None:
        client = self._client_of(stored)
        amount = amount_of(stored)
        by_client = self.totals[connection][stored.kind.value]
        count, total = by_client.get(client, (0, Decimal(0)))
        by_client[client] = (count + 1, total + amount)

    def _client_of(self, stored: StoredRecord) -> str:
        for name in ("client", "matter"):
            record = stored.values.get(name)
            if record is not None:
                kind, values = next(iter(self.targets.values())).values(record)
                if kind is Kind.MATTER:
                    _, values = next(iter(self.targets.values())).values(values["client"])
                return f"{values.get('number', '')} {values.get('name', '')}".strip()
        return ""

    def _basis(self, peer: Peer, flow: Flow, kind: Kind) -> str:
        """What a settled record was settled by; another basis, and all of the kind is looked at again."""
        outward = peer.mapping.outward(kind)
        paths = outward.path_kinds if outward is not None and not kind.is_money else frozenset()
        parts = [
            peer.mapping.digest,
            flow.source,
            flow.target,
            str(flow.start),
            sorted(flow.clients),
            flow.apply_voids,
            sorted(rule.name for rule in self._session.rules),
            [self._ledger.records.highest_revision(other) for other in sorted(paths)],
        ]
        return hashlib.blake2b(json.dumps(parts).encode(), digest_size=16).hexdigest()

    def _brake(self) -> None:
        for part in self.plan.parts:
            counts = part.count()
            peer = self._session.peers[part.connection]
            with self._ledger.reading():
                streams = self._ledger.streams.all(peer.number, part.kind)
                known = self._ledger.bulk.count_live([stream.id for stream in streams]) if streams else 0
            for do, limit in (
                (Do.UPDATE, self._session.brakes.changed),
                (Do.VOID, self._session.brakes.voided),
            ):
                if limit.exceeded(counts[do], known):
                    self._stop(peer, part.kind, do, counts[do], known)

    def _stop(self, peer: Peer, kind: Kind, do: Do, affected: int, known: int) -> None:
        hold = Hold(
            scope="brake",
            cause=f"brake:{do.value}:{peer.name}:{kind.value}",
            code="brake",
            subject=peer.name,
            label=f"{peer.name} {kind.words}",
            message=f"{affected} of {known} would {do.value} at {peer.name} ({kind.words}).",
            remedy="See `hub plan`. If all of it is meant, accept this.",
            connection=peer.number,
            kind=kind,
            facts={"affected": affected},
        )
        decision = self._ledger.decisions.taken().get((hold.cause, hold.subject))
        if decision is None or decision.facts.get("affected") != affected:
            raise Stopped(hold.message, remedy=hold.remedy, held=hold)


def amount_of(stored: StoredRecord) -> Decimal:
    """What a record is worth; nothing for a client, matter or timekeeper."""
    return Decimal(stored.values.get(_AMOUNTS.get(stored.kind, ""), "0"))


class Stock:
    """Takes stock of records for one flow: where each stands, and what that means at the target."""

    def __init__(self, session: Session, flow: Flow, peer: Peer, kind: Kind) -> None:
        self._session = session
        self._ledger = session.ledger
        self._flow = flow
        self._peer = peer
        self._kind = kind
        self._source = session.peers[flow.source].number
        self._open = self._ledger.intents.records_open(peer.number)
        self._held = self._ledger.holds.held_records(f"drift:{peer.name}")
        self._absent = not peer.access(kind).read or (peer.name, kind) not in session.incomplete
        self._decisions = self._ledger.decisions.taken()
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
                yield stored, self._situation(stored, bound, attempts.get(stored.id), target), bound

    def _covers(self, stored: StoredRecord) -> bool:
        start = self._flow.start
        day = stored.values.get(_DATES.get(stored.kind, ""))
        if start is not None and day is not None and day < start.isoformat():
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
    ) -> Situation:
        access = self._peer.access(self._kind)
        refused = attempt.refused if attempt else None
        status = stored.values.get("status", "draft") if self._kind in _DOCUMENTS else ""
        return Situation(
            here=None if bound is None else bound.state,
            gone=stored.state is RecordState.GONE,
            withdrawn=status == "void",
            draft=status == "draft",
            open=stored.id in self._open,
            blocked=stored.id in self._held,
            waits=bound is None and target.waits_for(stored) is not None,
            refused=refused is not None and refused == target.digest(stored),
            absent_for_certain=self._absent,
            in_step=bound is not None and self._in_step(stored, bound, target),
            known_there=bound is None or bound.sent is not None,
            can_create=access.create,
            can_update=access.update,
            can_void=access.void,
            applies_voids=self._flow.apply_voids,
            resubmit=self._wants_again(stored),
        )

    def _in_step(self, stored: StoredRecord, bound: StoredBinding, target: Target) -> bool:
        """Whether the target has this already. Money never follows what it only refers to."""
        if bound.agreed == stored.revision and (self._kind.is_money or bound.sent is None):
            return True
        return bound.sent is not None and bound.sent == target.digest(stored)

    def _wants_again(self, stored: StoredRecord) -> bool:
        cause = _cause_of(self._peer, self._kind, Choice(Do.HOLD, "changed after it was sent"))
        decision = self._decisions.get((cause, str(stored.id)))
        return (
            decision is not None
            and decision.action == "retry"
            and (decision.facts.get("revision") == stored.revision)
        )


_DOCUMENTS = frozenset({Kind.INVOICE, Kind.CREDIT_NOTE})


def _chunks(records: Iterator[StoredRecord]) -> Iterator[list[StoredRecord]]:
    while chunk := list(islice(records, _CHUNK)):
        yield chunk


def _waits(peer: Peer, stored: StoredRecord, awaited: StoredRecord) -> Hold:
    return _plan_hold(
        peer,
        stored,
        cause=f"waits:{peer.name}:{awaited.kind.value}:{awaited.id}",
        code="waits",
        message=f"{awaited.kind.words} {awaited.label} is not at {peer.name}.",
        remedy=f"Add {awaited.kind.value} to the flow's kinds, or enter it at {peer.name}.",
        facts={"awaited": awaited.id},
    )


def _broken_listing(peer: Peer, kind: Kind) -> Hold:
    """One hold for all: what is at the target is not known, so nothing is created there."""
    return Hold(
        scope=causes.plan_scope(peer),
        cause=f"incomplete:{peer.name}:{kind.value}",
        code="incomplete",
        subject=peer.name,
        label=f"{peer.name} {kind.words}",
        message=f"The listing of {kind.words} at {peer.name} did not come to its end; nothing new is sent.",
        remedy="Run again, when nobody changes it meanwhile.",
        connection=peer.number,
        kind=kind,
    )


def _explain(
    peer: Peer,
    stored: StoredRecord,
    choice: Choice,
    bound: StoredBinding | None,
    fault: dict[str, str],
) -> Hold:
    receipt = f" ({bound.external_id})" if bound is not None else ""
    if choice.reason == "refused":
        return _plan_hold(
            peer,
            stored,
            cause=f"rejected:{peer.name}:{fault.get('code', '')}:{fault.get('field', '')}",
            code="rejected",
            message=f"{peer.name} refused it: {fault.get('message', 'no reason given')}.",
            remedy=fault.get("remedy")
            or "Correct it at the source; or retry, once the cause there is mended.",
            field=fault.get("field", ""),
        )
    told = {
        "gone at the source": (
            f"It was sent{receipt} and is no longer at the source.",
            f"Withdraw it at {peer.name} by hand, then accept; or undo the change at the source.",
        ),
        "void at the source": (
            f"It was sent{receipt} and is void at the source.",
            f"Withdraw it at {peer.name} by hand, then accept.",
        ),
        "gone at the target": (
            f"It was there{receipt} and is gone at {peer.name}.",
            "Restore it there; accept to leave it so.",
        ),
        "changed after it was sent": (
            f"It changed after it was sent{receipt}.",
            "Accept to leave what was sent as it is; retry to present it once more.",
        ),
    }
    message, remedy = told.get(choice.reason, (f"{choice.reason.capitalize()}.", "Run again."))
    return _plan_hold(
        peer,
        stored,
        cause=_cause_of(peer, stored.kind, choice),
        code=_code_of(choice),
        message=message,
        remedy=remedy,
        facts={"revision": stored.revision},
    )


def _cause_of(peer: Peer, kind: Kind, choice: Choice) -> str:
    return f"{_code_of(choice)}:{peer.name}:{kind.value}"


def _code_of(choice: Choice) -> str:
    return choice.reason.replace(" ", "-").replace("'", "")


def _plan_hold(  # noqa: PLR0913 -- the parts of a hold, named
    peer: Peer,
    stored: StoredRecord,
    *,
    cause: str,
    code: str,
    message: str,
    remedy: str,
    field: str = "",
    facts: dict[str, Any] | None = None,
) -> Hold:
    return Hold(
        scope=causes.plan_scope(peer),
        cause=cause,
        code=code,
        subject=str(stored.id),
        label=f"{stored.kind.words} {stored.label}",
        message=message,
        remedy=remedy,
        field=field,
        connection=peer.number,
        kind=stored.kind,
        record=stored.id,
        facts=facts or {},
    )
