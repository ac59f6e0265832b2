"""One run: recover, pull, plan, push; or, for ``hub plan``, stop before anything outside is written."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hub.ledger import Hold
from hub.ledger.engine import LedgerError
from hub.sdk import ConfigurationError, Health, HubError, SourceFailed
from hub.sync.deliveries import follow, tell
from hub.sync.metering import metered, warn
from hub.sync.opening import consider, prepare
from hub.sync.pairs import tell_what_is_unpaired
from hub.sync.planning import Planner
from hub.sync.pull import pull
from hub.sync.push import push
from hub.sync.recover import recover
from hub.sync.session import Stopped, allow_once

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub.sync.plan import Plan
    from hub.sync.session import Peer, Session


_OF_FLOWS = ("plan", "opening")
"""The sorts of scope that name a flow."""


@dataclass(frozen=True, slots=True)
class Result:
    """How a run ended: ``ok``, ``held`` or ``failed``."""

    run: int
    outcome: str
    planner: Planner | None = None


def sync(session: Session, chosen: Plan | None = None) -> Result:
    """Do it all; with a saved plan, just what that plan says and is still so.

    Raises:
        LedgerError: the ledger cannot be used, or another run goes on.

    """
    return _run(session, lambda: _sync(session, chosen))


def make_plan(session: Session) -> Result:
    """Read and plan; nothing outside is written, not even to recover.

    Raises:
        LedgerError: the ledger cannot be used, or another run goes on.

    """
    return _run(session, lambda: _plan(session))


def _sync(session: Session, chosen: Plan | None) -> Planner:
    _meet(session)
    recover(session)
    planner = _plan(session, met=True)
    if chosen is not None:
        planner.plan = planner.plan.narrowed_to(chosen)
        _say_what_is_stale(session, planner.plan, chosen)
    if not session.unchecked:
        push(session, planner)
    tell(session)
    return planner


def _plan(session: Session, *, met: bool = False) -> Planner:
    if not met:
        _meet(session)
    _forget_what_is_gone(session)
    _check_plugins(session)
    prepare(session)
    pull(session)
    tell_what_is_unpaired(session)
    follow(session)
    consider(session)
    planner = Planner(session)
    planner.make()
    return planner


def _say_what_is_stale(session: Session, plan: Plan, chosen: Plan) -> None:
    """A saved step whose record has changed since is refused, and said to be."""
    stale = sum(part.writes for part in chosen.parts) - sum(part.writes for part in plan.parts)
    if stale:
        error = HubError(f"{stale} steps of the plan are stale and were left out.", remedy="Plan again.")
        session.tally.fail("", error)


def _check_plugins(session: Session) -> None:
    """A broken plugin hurts nothing else; but what its rules would have checked does not go out.

    Which rules a plugin has is known from earlier runs, or from the hook in which it failed.
    """
    with session.ledger.transaction():
        known = session.ledger.workspaces.rule_families()
        families = {rule.name.partition(".")[0] for rule in session.rules}
        accepted = {cause for cause, _ in session.ledger.decisions.taken()}
        if not session.not_loaded:
            session.ledger.workspaces.remember_rule_families(families)
            known = families
        missing = {(name, "its rules were there in earlier runs.") for name in known - families}
        for plugin in session.not_loaded:
            if plugin.rules_failed:
                missing.add((plugin.name, plugin.problem))
            else:
                session.tally.notice(f"plugin {plugin.name}", f"It is not loaded: {plugin.problem}")
        for hold in (_unchecked(name, problem) for name, problem in sorted(missing)):
            if hold.cause not in accepted:
                session.hold(hold)
        session.ledger.holds.sweep("plugins", session.run)
        session.unchecked = session.ledger.holds.any_in("plugins")


def _unchecked(name: str, problem: str) -> Hold:
    return Hold(
        scope="plugins",
        cause=f"plugin:{name}",
        code="plugin",
        subject=name,
        label=f"rules of {name}",
        message=f"Nothing is sent unchecked: {problem}",
        remedy="See `hub plugins`, and mend it; or accept to go on without these rules from now on.",
    )


def _forget_what_is_gone(session: Session) -> None:
    """Lift what was held for connections and flows that are in hub.toml no more."""
    names = {name for flow in session.all_flows for name in (flow.source, flow.target) if name}
    flows = {flow.name for flow in session.all_flows}
    with session.ledger.transaction():
        for scope in session.ledger.holds.scopes():
            sort, _, rest = scope.partition(":")
            name, _, flow = rest.partition(":")
            left = name not in names or (sort in _OF_FLOWS and flow not in flows)
            if rest and left and sort != "recover":
                session.ledger.holds.drop(scope)


def _run(session: Session, work: Callable[[], Planner]) -> Result:
    """Hold the lease, do the work, and record how it ended, whatever stops it."""
    ledger = session.ledger
    with ledger.leased(session.options.who, wait=session.options.wait):
        session.run = ledger.runs.begin(session.options.who)
        planner = None
        try:
            _check_place(session)
            # Before anything is sent: a copy from before this run is recognised as one.
            ledger.workspaces.settle()
            planner = work()
            with ledger.transaction():
                ledger.holds.sweep("brake", session.run)
        except Stopped as stop:
            with ledger.transaction():
                session.hold(stop.held)
            session.tally.fail(stop.held.label, stop)
        except (LedgerError, ConfigurationError):
            with contextlib.suppress(LedgerError):
                ledger.runs.end(session.run, "failed", _summary(session))
            raise
        except HubError as error:
            session.tally.fail("", error)
        warn(session)
        outcome = _outcome(session)
        ledger.runs.end(session.run, outcome, _summary(session))
        return Result(session.run, outcome, planner)


def _outcome(session: Session) -> str:
    if session.tally.errors:
        return "failed"
    with session.ledger.reading():
        held = session.ledger.holds.count() + session.ledger.intents.count()
    return "held" if held else "ok"


def _summary(session: Session) -> dict[str, object]:
    tally = session.tally
    return {
        "pulled": tally.pulled,
        "pushed": tally.pushed,
        "errors": tally.errors,
        "notices": tally.notices,
        "metered": metered(session),
    }


def _check_place(session: Session) -> None:
    """Brake where the ledger was copied or restored: it may not know what was sent since."""
    moved = session.ledger.workspaces.displacement()
    if moved is None:
        return
    hold = Hold(
        scope="brake",
        cause=f"brake:{moved.code}",
        code="brake",
        subject="ledger",
        label="ledger",
        message=moved.message,
        remedy="If this is now the one ledger in use, accept this; else go back to the other one. "
        "Two ledgers that both send bill twice.",
        facts={"at": moved.message},
    )
    allow_once(session.ledger, hold)


def _meet(session: Session) -> None:
    """Try every connection, and stop where another company answers than last time."""
    for name, error in session.not_opened.items():
        session.tally.fail(name, error)
    failed = {name for name, peer in session.peers.items() if not _answers(session, peer)}
    failed |= session.not_opened.keys()
    session.flows = [flow for flow in session.flows if not failed & {flow.source, flow.target}]


def _health_of(peer: Peer) -> Health:
    health: object = peer.connector.check()
    if not isinstance(health, Health):
        raise SourceFailed(
            f"The connector {peer.connector.name} does not say how it is.",
            remedy="This is a bug in the connector.",
        )
    return health


def _answers(session: Session, peer: Peer) -> bool:
    try:
        health = _health_of(peer)
    except HubError as error:
        session.tally.fail(peer.name, error)
        return False
    except Exception as error:  # noqa: BLE001 -- a connector's bug is one connection's failure
        session.tally.fail(
            peer.name,
            SourceFailed(f"The connector {peer.connector.name} failed its check: {type(error).__name__}."),
        )
        return False
    if not health.ok:
        text = " ".join(health.notes) or "It cannot be used."
        session.tally.fail(peer.name, SourceFailed(text, remedy=f"See `hub connect {peer.name}`."))
        return False
    _recognise(session, peer, health.identity)
    return True


def _recognise(session: Session, peer: Peer, identity: str) -> None:
    if not identity:
        return
    with session.ledger.transaction():
        known = session.ledger.streams.identity(peer.number)
        former = session.ledger.streams.known_as(identity, peer.number)
    if known == identity:
        return
    if known or former:
        allow_once(session.ledger, _company(peer, identity, former))
    with session.ledger.transaction():
        session.ledger.streams.remember_identity(peer.number, identity)


def _company(peer: Peer, identity: str, former: str) -> Hold:
    message = f"Another company answers at {peer.name} than last time."
    remedy = "Check the connection's settings. If it is meant, accept this."
    if former:
        message = f"The company that answers at {peer.name} is known as {former}."
        remedy = (
            f"Name the connection {former} again: all that went there is known by that name. "
            "Accept only if nothing of this firm is there."
        )
    return Hold(
        scope="brake",
        cause=f"brake:company:{peer.name}",
        code="brake",
        subject=identity,
        label=peer.name,
        message=message,
        remedy=remedy,
        connection=peer.number,
    )
