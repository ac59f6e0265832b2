"""What a run says of itself, as data with stable names: for ``--json``, for the screen, for the log."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from hub.model import Kind
from hub.sdk import HubError
from hub.sync.metering import metered
from hub.sync.plan import Do, Part, Plan, Step
from hub.sync.planning import amount_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from hub.ledger import Hold, HoldGroup, Ledger
    from hub.sync.planning import Planner
    from hub.sync.run import Result
    from hub.sync.session import Session, Tally

_LABELS = 500


def sync_document(session: Session, result: Result) -> dict[str, Any]:
    """What ``hub sync --json`` prints."""
    return {
        "run": result.run,
        "outcome": result.outcome,
        "pulled": session.tally.pulled,
        "pushed": session.tally.pushed,
        "holds": holds(session.ledger),
        "errors": session.tally.errors,
        "notices": session.tally.notices,
        "metered": metered(session),
    }


def plan_document(session: Session, result: Result) -> dict[str, Any]:
    """What ``hub plan --json`` prints."""
    planner = result.planner
    return {
        "run": result.run,
        "outcome": result.outcome,
        "actions": list(actions(session.ledger, planner)) if planner else [],
        "counts": counts(planner) if planner else {},
        "totals": totals(planner) if planner else {},
        "holds": holds(session.ledger),
        "errors": session.tally.errors,
        "notices": session.tally.notices,
    }


def holds(ledger: Ledger) -> list[dict[str, Any]]:
    """Every hold, with the number of the group it is decided with."""
    with ledger.reading():
        names = ledger.streams.connection_names()
        groups = ledger.holds.groups()
    return [_hold(held, group, names) for group in groups for held in group.holds]


def _hold(held: Hold, group: HoldGroup, names: Mapping[int, str]) -> dict[str, Any]:
    return {
        "id": held.id,
        "group": group.first.id,
        "code": held.code,
        "cause": held.cause,
        "severity": held.severity,
        "connection": names.get(held.connection or 0),
        "kind": held.kind.value if held.kind else None,
        "record": held.record,
        "subject": held.subject,
        "label": held.label,
        "field": held.field,
        "message": held.message,
        "remedy": held.remedy,
        "since": held.since,
        **{name: held.facts[name] for name in ("spelling", "proposed") if name in held.facts},
    }


def deliveries(ledger: Ledger) -> list[dict[str, Any]]:
    """What was handed over and is not seen yet, by where it stands."""
    names = ledger.streams.connection_names()
    found: dict[tuple[int, str, str], dict[str, Any]] = {}
    for one in ledger.deliveries.open():
        told = found.setdefault(
            (one.connection, one.kind.value, one.told),
            {
                "connection": names.get(one.connection, ""),
                "kind": one.kind.value,
                "count": 0,
                "since": one.since,
                "told": one.told,
            },
        )
        told["count"] += 1
    return list(found.values())


def money_held(ledger: Ledger, group: HoldGroup) -> Decimal:
    """What the records of a group, and those that wait with them, are worth."""
    records = {held.record for held in group.holds if held.record is not None and "open" not in held.facts}
    with ledger.reading():
        stored = ledger.records.many(records).values()
    # Of an invoice that is open in part, that part is at stake.
    told = [held.facts.get(name, 0) for held in group.holds for name in ("waiting_amount", "open")]
    return sum(map(amount_of, stored), sum(map(Decimal, map(str, told)), Decimal(0)))


def waiting(group: HoldGroup) -> int:
    """How many records wait for those of a group."""
    return sum(int(held.facts.get("waiting", 0)) for held in group.holds)


def actions(ledger: Ledger, planner: Planner) -> Iterator[dict[str, Any]]:
    """Every step of a plan, with the label of its record."""
    for part in planner.plan.parts:
        batch: list[Step] = []
        for step in part:
            batch.append(step)
            if len(batch) == _LABELS:
                yield from _actions(ledger, part, batch)
                batch = []
        yield from _actions(ledger, part, batch)


def _actions(ledger: Ledger, part: Part, steps: Sequence[Step]) -> Iterator[dict[str, Any]]:
    with ledger.reading():
        stored = ledger.records.many(step.record for step in steps)
        held = ledger.holds.in_scope(f"plan:{part.connection}:{part.flow}")
    why = {hold.record: hold.message for hold in reversed(held)}
    for step in steps:
        yield {
            "flow": part.flow,
            "connection": part.connection,
            "kind": part.kind.value,
            "record": step.record,
            "revision": step.revision,
            "label": stored[step.record].label,
            "action": step.do.value,
            "reason": why.get(step.record, step.reason) if step.do is Do.HOLD else step.reason,
            "diff": list(step.diff),
        }


def counts(planner: Planner) -> dict[str, int]:
    """How many steps of each sort a plan has."""
    found = dict.fromkeys((do.value for do in Do), 0)
    for part in planner.plan.parts:
        for do, count in part.count().items():
            found[do.value] += count
        found[Do.NOTHING.value] += part.nothing
    return found


def totals(planner: Planner) -> dict[str, Any]:
    """Control totals of what would be created: connection → kind → client → count and amount."""
    return {
        connection: {
            kind: {client: {"count": count, "amount": str(amount)} for client, (count, amount) in by.items()}
            for kind, by in kinds.items()
        }
        for connection, kinds in planner.totals.items()
    }


def saved_plan(planner: Planner, identity: str) -> dict[str, Any]:
    """A plan to keep: it names records and revisions, and holds no narrative."""
    return {
        "workspace": identity,
        "parts": [
            {
                "flow": part.flow,
                "connection": part.connection,
                "kind": part.kind.value,
                "steps": [[step.record, step.revision, step.do.value] for step in part],
            }
            for part in planner.plan.parts
        ],
    }


def outcome_lines(tally: Tally) -> Iterator[tuple[str, str, str, str]]:
    """What moved, a line for each connection and kind: (direction, connection, kind, counts)."""
    for direction, table in (("read", tally.pulled), ("written", tally.pushed)):
        for connection, kinds in table.items():
            for kind, numbers in kinds.items():
                told = ", ".join(f"{count} {name}" for name, count in numbers.items() if count)
                if told:
                    yield direction, connection, kind.replace("_", " "), told


def load_saved_plan(document: Mapping[str, Any], identity: str) -> Plan:
    """A kept plan.

    Raises:
        HubError: it was made in another workspace, or is no plan.

    """
    try:
        if document["workspace"] != identity:
            raise HubError("This plan was made in another workspace.", remedy="Make one here.")
        plan = Plan()
        for told in document["parts"]:
            part = Part(str(told["flow"]), str(told["connection"]), Kind(told["kind"]), "")
            for record, revision, do in told["steps"]:
                part.add(Step(int(record), int(revision), Do(do), ""))
            plan.parts.append(part)
    except (KeyError, TypeError, ValueError):
        raise HubError("This file is no plan.", remedy="Make one: hub plan -o FILE.") from None
    return plan
