"""Take stock of what may move, and plan each record at each target."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING

from hub.ledger import Hold
from hub.model import Kind
from hub.sdk import HubError
from hub.sync import causes
from hub.sync.check import Checker
from hub.sync.plan import LISTING_BROKE, REISSUED, Choice, Do, Part, Plan, Situation, Step, choose
from hub.sync.reasons import broken_listing, cause_of, explain, reissued
from hub.sync.secure import Secure
from hub.sync.session import allow_once, by_connection
from hub.sync.stock import Stock, chunks
from hub.sync.target import Target

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.ledger import StoredBinding, StoredRecord
    from hub.sync.session import Flow, Peer, Session

_AMOUNTS = {
    Kind.TIME_ENTRY: "amount",
    Kind.EXPENSE: "amount",
    Kind.INVOICE: "total",
    Kind.PAYMENT: "amount",
    Kind.WRITE_OFF: "amount",
    Kind.CREDIT_NOTE: "total",
}

_OWNERS = frozenset({Kind.CLIENT, Kind.MATTER})
"""What decides whether a record belongs to a client of a flow."""

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
            self._secure = Secure(session.ledger)

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
                self._say_what_is_secure(flow)
                for kind in self._session.kinds_in_order(flow):
                    if _is_planned(peer, kind):
                        with self._ledger.transaction():
                            self._plan(flow, peer, kind, checker)
                with self._ledger.transaction():
                    self._close(flow, peer)
        self._say_who_is_missing()
        self._brake()
        return self.plan

    def _say_what_is_secure(self, flow: Flow) -> None:
        count = len(self._secure.matters)
        if count and not flow.secure:
            one = count == 1
            what = "1 secure matter stays" if one else f"{count} secure matters stay"
            them = "it" if one else "them"
            self._session.tally.notice(
                flow.source,
                f"{what} out of {flow.name}, with all that belongs to {them}; secure = true in that flow "
                f"lets {them} out.",
            )

    def _close(self, flow: Flow, peer: Peer) -> None:
        """Lift what no longer holds in a flow, and note what waits for the rest."""
        scope = causes.plan_scope(peer, flow.name)
        if not self._session.options.is_pilot:
            self._ledger.holds.sweep(scope, self._session.run)
        for (target, record), (count, amount) in self._dependants.items():
            key = self._ledger.holds.first_of(scope, record) if target == peer.name else None
            if key is not None:
                facts = {"waiting": count, "waiting_amount": str(amount)}
                self._ledger.holds.note(*key, facts)

    def _say_who_is_missing(self) -> None:
        """A pilot for a client that nobody knows moves nothing, and says so."""
        for number in sorted(self._session.options.clients):
            with self._ledger.reading():
                found = self._ledger.records.find(Kind.CLIENT, number)
            if not found:
                missing = HubError(f"There is no client {number}.", remedy="Give the source's own number.")
                self._session.tally.fail("", missing)

    def _plan(self, flow: Flow, peer: Peer, kind: Kind, checker: Checker) -> None:
        basis = self._basis(peer, flow, kind)
        part = Part(flow.name, peer.name, kind, basis)
        part.reached = self._ledger.marks.reached(flow.name, kind, basis)
        stock = Stock(self._session, flow, peer, kind, self._secure)
        for chunk in chunks(self._ledger.records.of_kind(kind, after_revision=part.reached)):
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
        target = self.targets[part.connection]
        if stored.id in target.planned:
            # Another flow to the same target has it; this one looks again in the next run.
            part.defer(stored.revision)
            return
        choice = choose(now)
        if (
            choice.do in (Do.CREATE, Do.UPDATE)
            and checker.concerns(stored.kind)
            and checker.blocks(stored, part.flow)
        ):
            choice = Choice(Do.HOLD, "held")
        if choice.do is Do.CREATE and not self._within_limit():
            part.leave_open(stored.revision)
            return
        if choice.do is Do.NOTHING or (choice.do is Do.HOLD and self._is_accepted(target, stored, choice)):
            part.nothing += 1
            return
        target.planned.add(stored.id)
        part.leave_open(stored.revision)
        part.held_there += choice.do is Do.HOLD and bound is not None
        part.add(
            Step(stored.id, stored.revision, choice.do, choice.reason, self._diff(choice, stored, bound))
        )
        if choice.do is Do.CREATE:
            target.coming.add(stored.id)
            self._add_total(part.connection, stored)
        elif choice.do is Do.HOLD:
            self._say_why(part, stored, choice, bound)

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
        cause = cause_of(target.peer, stored.kind, choice)
        decision = self._decisions.get((cause, str(stored.id)))
        return (
            decision is not None
            and decision.action == "accept"
            and decision.facts.get("revision") == stored.revision
        )

    def _say_why(
        self,
        part: Part,
        stored: StoredRecord,
        choice: Choice,
        bound: StoredBinding | None,
    ) -> None:
        """Store the root of a hold; what only waits for another record is derived from it."""
        target = self.targets[part.connection]
        if choice.reason == "held":
            self._roots[target.peer.name, stored.id] = stored.id
            return
        if choice.reason == "waits":
            self._wait(target, part.flow, stored)
            return
        self._roots[target.peer.name, stored.id] = stored.id
        if choice.reason == LISTING_BROKE:
            self._session.hold(broken_listing(target.peer, part.flow, stored.kind))
            return
        if choice.reason == REISSUED and bound is not None:
            before = self._ledger.records.at_revision(stored, bound.agreed)
            self._session.hold(reissued(target.peer, part.flow, stored, before))
            return
        fault = self._fault(target.peer, stored)
        self._session.hold(explain(target.peer, part.flow, stored, choice, bound, fault))

    def _wait(self, target: Target, flow: str, stored: StoredRecord) -> None:
        """Count a record with the root of what it waits for; that alone is stored."""
        name = target.peer.name
        awaited = target.waits_for(stored)
        if awaited is None:
            return
        root = self._roots.get((name, awaited))
        if root is None:
            self._session.hold(target.waiting(flow, stored, awaited))
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
        owners = _OWNERS if flow.clients else frozenset()
        parts = [
            peer.mapping.digest,
            flow.source,
            flow.target,
            str(flow.start),
            sorted(flow.clients),
            flow.apply_voids,
            [] if flow.secure else sorted(self._secure.matters),
            sorted(rule.name for rule in self._session.rules),
            [self._ledger.records.highest_revision(other) for other in sorted(paths | owners)],
        ]
        return hashlib.blake2b(json.dumps(parts).encode(), digest_size=16).hexdigest()

    def _brake(self) -> None:
        allow_once(self._ledger, *self._brakes())

    def _brakes(self) -> Iterator[Hold]:
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
                    yield _too_much(peer, part.kind, do, counts[do], known)


def _too_much(peer: Peer, kind: Kind, do: Do, affected: int, known: int) -> Hold:
    return Hold(
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


def _is_planned(peer: Peer, kind: Kind) -> bool:
    """Whether a kind goes to a target at all: written by the hub, or entered there by a person."""
    access = peer.access(kind)
    return access.by_hand or (access.writes and peer.mapping.outward(kind) is not None)


def amount_of(stored: StoredRecord) -> Decimal:
    """What a record is worth; nothing for a client, matter or timekeeper."""
    return Decimal(stored.values.get(_AMOUNTS.get(stored.kind, ""), "0"))
