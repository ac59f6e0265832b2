"""Recover: settle what was begun and has no known end, before anything else is done.

The same key again where the system honours keys; else, or where that leaves doubts, a look-up, in which
"not there" is believed only when a call can no longer be on its way and the system shows what it has;
else a person.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hub.ledger import Hold
from hub.ledger.engine import LedgerError
from hub.sdk import (
    Action,
    Delivered,
    HubError,
    NotSent,
    Reference,
    Rejected,
    SourceFailed,
    Unknown,
    Written,
)
from hub.sync.calls import call
from hub.sync.outcomes import Outcomes
from hub.sync.target import Target

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hub.ledger import OpenIntent
    from hub.sdk import End, Found
    from hub.sync.session import Peer, Session


def recover(session: Session) -> None:
    """Settle the open intents of every connection that this run may write to."""
    names = {flow.target for flow in session.flows if flow.target}
    for name in sorted(names):
        recover_at(session, session.peers[name])


def recover_at(session: Session, peer: Peer) -> None:
    """Settle the open intents of one connection."""
    with session.ledger.transaction():
        batches = session.ledger.intents.open_batches(peer.number)
    for batch in batches:
        _Recovery(session, peer).settle(batch)
    with session.ledger.transaction():
        for batch in session.ledger.intents.open_batches(peer.number):
            for one in batch:
                session.hold(_doubt(session, peer, one))
        session.ledger.holds.sweep(f"recover:{peer.name}", session.run)


class _Recovery:
    def __init__(self, session: Session, peer: Peer) -> None:
        self._session = session
        self._ledger = session.ledger
        self._peer = peer
        self._outcomes = Outcomes(session, Target(session, peer))

    def settle(self, batch: Sequence[OpenIntent]) -> None:
        """Settle one batch, whole where it is replayed and one by one where it is looked up."""
        access = self._peer.access(batch[0].intent.kind)
        with self._ledger.reading():
            decided = {one.intent.key: end for one in batch if (end := self._decided(one)) is not None}
        self._outcomes.settle([one for one in batch if one.intent.key in decided], decided)
        rest = [one for one in batch if one.intent.key not in decided]
        if not rest:
            return
        age = self._session.clock.now() - min(one.began for one in rest)
        if access.idempotency is not None and age < access.idempotency:
            rest = self._replay(rest)
        elif all(one.intent.action is not Action.CREATE for one in rest):
            self._repeat(rest)
            return
        if rest and access.find:
            self._look_up(rest)
        elif rest:
            self._ask(rest)

    def _decided(self, one: OpenIntent) -> End | None:
        """What a person said about a doubtful write."""
        hold = _doubt(self._session, self._peer, one)
        decision = self._ledger.decisions.taken().get((hold.cause, hold.subject))
        if decision is None or decision.facts.get("key") != one.intent.key:
            return None
        return Delivered(one.intent.key) if decision.action == "accept" else NotSent()

    def _replay(self, rest: Sequence[OpenIntent]) -> list[OpenIntent]:
        """Send a call once more as it was, with its keys; returns what is in doubt as before.

        That this one was not sent says nothing of the first one. What is refused now may be refused
        because it is there (its number is taken, its version is stale): where that can be looked up
        it is, and an update or void is planned anew from what is there.
        """
        rest = self._about_to_send(rest)
        ends = call(self._peer, rest)
        doubtful = [one for one in rest if self._is_doubtful(one, ends.get(one.intent.key))]
        known = [one for one in rest if one not in doubtful]
        self._outcomes.settle(known, {one.intent.key: _planned_anew(one, ends) for one in known})
        return doubtful

    def _is_doubtful(self, one: OpenIntent, end: End | None) -> bool:
        if end is None or isinstance(end, Unknown | NotSent):
            return True
        is_create = one.intent.action is Action.CREATE
        return isinstance(end, Rejected) and is_create and self._peer.access(one.intent.kind).find

    def _about_to_send(self, rest: Sequence[OpenIntent]) -> list[OpenIntent]:
        now = self._session.clock.now()
        self._ledger.intents.send_again(rest, now)
        return [replace(one, sent=now) for one in rest]

    def _repeat(self, rest: Sequence[OpenIntent]) -> None:
        """Send updates and voids again: they name what they write to, and change nothing twice.

        One that is refused now may be refused because it happened before (its version is stale):
        the reading that follows sees what is there, and the plan decides anew.
        """
        ends = call(self._peer, rest)
        self._outcomes.settle(rest, {one.intent.key: _planned_anew(one, ends) for one in rest})

    def _look_up(self, rest: Sequence[OpenIntent]) -> None:
        ends: dict[str, End] = {}
        doubtful = []
        for one in rest:
            found = self._find(one)
            if found is None or len(found) > 1:
                doubtful.append(one)
            elif found:
                ends[one.intent.key] = _end_of(found[0])
            else:
                ends[one.intent.key] = NotSent(reason="not there")
        self._outcomes.settle([one for one in rest if one not in doubtful], ends)
        if doubtful:
            self._ask(doubtful)

    def _find(self, one: OpenIntent) -> Sequence[Found] | None:
        """Look a write up; ``None`` where the look-up could not be made."""
        reference = Reference(one.intent.key, one.intent.payload)
        try:
            early = self._left(one) > 0
            found = self._peer.connector.find(one.intent.kind, reference)
            if not found and early:
                # It was asked too early to be believed.
                self._wait(one)
                found = self._peer.connector.find(one.intent.kind, reference)
        except LedgerError:
            raise
        except HubError as error:
            self._session.tally.fail(self._peer.name, error, one.intent.kind)
            return None
        except Exception as error:  # noqa: BLE001 -- a connector's bug must not read as "not there"
            self._session.tally.fail(
                self._peer.name,
                SourceFailed(f"The look-up at {self._peer.name} failed: {type(error).__name__}."),
                one.intent.kind,
            )
            return None
        return found

    def _left(self, one: OpenIntent) -> float:
        """How many seconds it takes until an effect of the call would be visible."""
        settled = one.sent + self._peer.access(one.intent.kind).visible_after
        return (settled - self._session.clock.now()).total_seconds()

    def _wait(self, one: OpenIntent) -> None:
        left = self._left(one)
        if left > 0:
            self._session.progress(f"{self._peer.name}: waiting until doubtful writes can be looked up", 0)
            self._session.clock.sleep(left)

    def _ask(self, doubtful: Sequence[OpenIntent]) -> None:
        with self._ledger.transaction():
            for one in doubtful:
                self._ledger.intents.doubt(one, one.reason or "the run was cut off")


def _doubt(session: Session, peer: Peer, one: OpenIntent) -> Hold:
    stored = session.ledger.records.get(one.record)
    return Hold(
        scope=f"recover:{peer.name}",
        cause=f"unknown:{peer.name}:{one.intent.kind.value}",
        code="unknown",
        subject=str(one.record),
        label=f"{stored.kind.words} {stored.label}",
        message=f"Nobody knows whether it reached {peer.name}.",
        remedy=f"Look at {peer.name}: accept if it is there, retry if it is not. Every run asks again.",
        connection=peer.number,
        kind=stored.kind,
        record=one.record,
        facts={"key": one.intent.key},
    )


def _planned_anew(one: OpenIntent, ends: Mapping[str, End]) -> End:
    """How a repeated write ended; an update or void that is refused now is looked at again."""
    end = ends.get(one.intent.key, Unknown("the connector gave no outcome"))
    if isinstance(end, Rejected) and one.intent.action is not Action.CREATE:
        return NotSent(reason="refused when repeated")
    return end


def _end_of(found: Found) -> End:
    if found.receipt:
        return Delivered(found.receipt)
    return Written(found.external_id, found.version, found.raw, found.source, found.digest)
