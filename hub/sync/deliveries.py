"""What was handed over and is not seen yet: where it stands, what came back, what takes too long."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from hub.ledger import BindingState, Hold
from hub.ledger.engine import LedgerError
from hub.sdk import HubError, Rejected, SourceFailed
from hub.sync.causes import pull_scope

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.ledger import Ledger
    from hub.ledger.deliveries import Delivery
    from hub.model import Kind
    from hub.sdk import Followed
    from hub.sync.session import Peer, Session


def follow(session: Session) -> None:
    """Ask every target what became of deliveries; what it refused for certain may be sent anew."""
    for peer in _targets(session):
        told = _note(session, peer, _open(session, peer))
        with session.ledger.transaction():
            for delivery, answer in told:
                if answer.refused is not None:
                    _refuse(session, peer, delivery, answer.refused)
            _say_what_is_overdue(session, peer)
            session.ledger.holds.sweep(f"deliver:{peer.name}", session.run)


def tell(session: Session) -> None:
    """Note where stands what this run has handed over; what becomes of it is the next run's affair."""
    for peer in _targets(session):
        _note(session, peer, [one for one in _open(session, peer) if not one.told])


def _targets(session: Session) -> list[Peer]:
    return [session.peers[name] for name in sorted({flow.target for flow in session.flows if flow.target})]


def _open(session: Session, peer: Peer) -> Sequence[Delivery]:
    with session.ledger.reading():
        return session.ledger.deliveries.open(peer.number)


def _note(session: Session, peer: Peer, waiting: Sequence[Delivery]) -> list[tuple[Delivery, Followed]]:
    """Note where deliveries stand; gives those of which their connector could tell."""
    told = []
    for kind in dict.fromkeys(one.kind for one in waiting):
        by_receipt = {one.receipt: one for one in waiting if one.kind is kind}
        answers = _asked(session, peer, kind, list(by_receipt))
        told += [(by_receipt[one.receipt], one) for one in answers if one.receipt in by_receipt]
    with session.ledger.transaction():
        for delivery, answer in told:
            session.ledger.deliveries.tell(peer.number, delivery.record, answer.told)
    return told


def _asked(session: Session, peer: Peer, kind: Kind, receipts: Sequence[str]) -> Sequence[Followed]:
    """What a connector says of deliveries; nothing where it cannot."""
    try:
        return list(peer.connector.follow(kind, receipts))
    except LedgerError:
        raise
    except HubError as error:
        session.tally.fail(peer.name, error, kind)
    except Exception as error:  # noqa: BLE001 -- a connector's bug is one connection's failure
        text = f"The connector {peer.connector.name} failed to follow deliveries: {type(error).__name__}."
        session.tally.fail(peer.name, SourceFailed(text, remedy="This is a bug in the connector."), kind)
    return ()


def _refuse(session: Session, peer: Peer, delivery: Delivery, refused: Rejected) -> None:
    """Take back a delivery that was refused for certain; the plan that follows says why."""
    record = delivery.record
    session.tally.written(peer.name, delivery.kind)["rejected"] += 1
    fault = {
        "code": refused.code,
        "message": refused.message,
        "field": refused.field,
        "remedy": refused.remedy,
    }
    bound = session.ledger.records.bound_at([record], peer.number).get(record)
    forget_delivery(session.ledger, peer.number, record, None if bound is None else bound.sent, fault)


def forget_delivery(
    ledger: Ledger, connection: int, record: int, refused: bytes | None, fault: dict[str, Any]
) -> None:
    """Note that a delivery left nothing behind, so that the record may go again; in a transaction."""
    for one in ledger.records.bindings(record, connection):
        if one.state is BindingState.DELIVERED:
            ledger.bulk.remove(one.stream, one.external_id)
    ledger.deliveries.end(connection, [record])
    ledger.attempts.count(connection, record, refused, fault)
    stored = ledger.records.get(record)
    ledger.marks.lower(stored.kind, stored.revision - 1)


def _asked_about(session: Session, peer: Peer, waiting: Sequence[Delivery]) -> set[int]:
    """The records of which a person is asked already whether a row there is one of them."""
    kinds = {one.kind for one in waiting}
    holds = [hold for kind in kinds for hold in session.ledger.holds.in_scope(pull_scope(peer, kind))]
    return {record for hold in holds for record in hold.facts.get("records", ())}


def _say_what_is_overdue(session: Session, peer: Peer) -> None:
    """Hold what is not seen after the time that the firm allows, unless a person asks no more."""
    waiting = session.ledger.deliveries.open(peer.number)
    asked = _asked_about(session, peer, waiting)
    overdue = [one for one in waiting if one.record not in asked and _is_overdue(session, peer, one)]
    decisions = session.ledger.decisions.taken() if overdue else {}
    for one in overdue:
        hold = _not_seen(session, peer, one)
        decision = decisions.get((hold.cause, hold.subject))
        if decision is None or (decision.action, decision.facts.get("receipt")) != ("accept", one.receipt):
            session.hold(hold)


def _is_overdue(session: Session, peer: Peer, one: Delivery) -> bool:
    patience = peer.access(one.kind).seen_within
    return patience is not None and session.clock.now() - datetime.fromisoformat(one.since) >= patience


def _not_seen(session: Session, peer: Peer, one: Delivery) -> Hold:
    stored = session.ledger.records.get(one.record)
    since = datetime.fromisoformat(one.since)
    return Hold(
        scope=f"deliver:{peer.name}",
        cause=f"not-seen:{peer.name}:{one.kind.value}",
        code="not-seen",
        subject=str(one.record),
        label=f"{one.kind.words} {stored.label}",
        message=f"Handed over on {since:%Y-%m-%d} ({one.receipt}) and not seen at {peer.name} yet. "
        f"{one.told}".rstrip(),
        remedy=f"Look at {peer.name}. It follows by itself once it is seen; retry only if it was lost, since "
        "it is then handed over a second time; accept to ask no more.",
        connection=peer.number,
        kind=one.kind,
        record=one.record,
        facts={"receipt": one.receipt},
    )
