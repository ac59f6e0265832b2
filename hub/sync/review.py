"""Review: what a person may decide about a hold, and what follows from it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hub.ledger import BindingState
from hub.mapping import UNPAIRED
from hub.sdk import HubError
from hub.sync.deliveries import forget_delivery

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hub.ledger import Hold, HoldGroup, Ledger

OPENING = "opening"
_BY_CODE: dict[str, tuple[str, ...]] = {
    "brake": ("accept",),
    "conflict": ("accept",),
    "drift": ("accept",),
    "match": ("accept", "link"),
    "renewed": ("accept", "new"),
    "in-both": ("accept",),
    "still-updating": ("accept",),
    "reissued": ("accept",),
    "not-seen": ("accept", "retry"),
    "reissued-after-it-was-paid": ("accept",),
    "to-be-entered-by-hand": ("accept",),
    "to-be-corrected-by-hand": ("accept",),
    "to-be-withdrawn-by-hand": ("accept",),
    "plugin": ("accept",),
    "rejected": ("retry",),
    "unknown": ("accept", "retry"),
    "gone-at-the-source": ("accept",),
    "void-at-the-source": ("accept",),
    "gone-at-the-target": ("accept",),
    "changed-after-it-was-sent": ("accept", "retry"),
    "a-draft-again-at-the-source": ("accept",),
    "hub.total": ("waive",),
    OPENING: ("link", "bring", "leave"),
    "opening-difference": ("accept",),
    UNPAIRED: ("accept",),
}


def choices(hold: Hold) -> tuple[str, ...]:
    """What a person may say about a hold; nothing where only mending the cause helps."""
    if hold.code in _BY_CODE:
        return _BY_CODE[hold.code]
    is_rule = "." in hold.code
    return ("waive",) if is_rule else ()


def group_of(ledger: Ledger, number: int) -> HoldGroup:
    """The group that a hold belongs to.

    Raises:
        HubError: there is no such hold.

    """
    with ledger.reading():
        groups = ledger.holds.groups()
    for group in groups:
        if any(hold.id == number for hold in group.holds):
            return group
    raise HubError(f"Nothing is held under {number}.", remedy="See `hub review`.")


def decide(  # noqa: PLR0913 -- all that a person may say
    ledger: Ledger,
    number: int,
    action: str,
    reason: str = "",
    *,
    record: int | None = None,
    one: bool = False,
    meant: str = "",
    first: Callable[[Sequence[Hold]], None] = lambda _holds: None,
) -> Sequence[Hold]:
    """Record a decision for a hold's whole group, or (``one``) for it alone; returns what it covers.

    ``meant`` says what the hub calls what no row of a crosswalk names; without it, what seems to be meant is.
    ``first`` does what has to stand before the decision does; where it raises, nothing was decided.

    Raises:
        HubError: there is no such hold, or nothing of the sort can be decided about it.

    """
    group = group_of(ledger, number)
    holds = [hold for hold in group.holds if hold.id == number] if one else list(group.holds)
    if holds[0].code == UNPAIRED:
        holds = _paired(holds, meant)
    elif meant:
        raise HubError("Only what is in no row of a crosswalk can be said to be something else.")
    if action == "link" and record is None:
        record = _only_candidate(holds[0])
    _allow(holds, action, reason, record)
    first(holds)
    with ledger.transaction():
        if record is not None:
            _must_fit(ledger, holds[0], record)
        for hold in holds:
            ledger.decisions.record(hold, action, reason, {} if record is None else {"record": record})
            if hold.record is not None:
                _allow_again(ledger, hold, action)
        ledger.holds.lift(holds)
    return holds


def _paired(holds: Sequence[Hold], meant: str) -> list[Hold]:
    """Those of which it is said, or seems, what they are: with that in their facts.

    Raises:
        HubError: of none of them.

    """
    if meant and len({hold.facts["spelling"] for hold in holds}) > 1:
        raise HubError("They are not all the same.", remedy=f"hub review ID accept --one --as {meant}")
    known = [hold for hold in holds if hold.facts["spelling"] and (meant or hold.facts.get("proposed"))]
    if not known:
        raise HubError("Nobody knows what it is.", remedy="Say it: hub review ID accept --one --as …")
    said = [{**hold.facts, **({"proposed": meant, "name": ""} if meant else {})} for hold in known]
    return [replace(hold, facts=facts) for hold, facts in zip(known, said, strict=True)]


def _only_candidate(hold: Hold) -> int | None:
    """The record that a row is to be linked to, where it is like one alone."""
    records = hold.facts.get("records", ())
    return int(records[0]) if len(records) == 1 else None


def _must_fit(ledger: Ledger, hold: Hold, record: int) -> None:
    """Refuse a link to what is nothing of the sort, or (for an earlier invoice) not only at the books."""
    found = ledger.records.many([record]).get(record)
    if hold.kind is not None and (found is None or found.kind is not hold.kind):
        words = hold.kind.words
        raise HubError(f"There is no {words} with the ledger id {record}.", remedy="See `hub history`.")
    if hold.code == OPENING and hold.connection is not None:
        known = ledger.records.bindings(record, hold.connection)
        stands = any(one.state is BindingState.LIVE for one in known)
        if not stands or record not in ledger.records.alone_at([record], hold.connection):
            raise HubError(
                f"Record {record} is no invoice that the books alone have.",
                remedy="Give one of those that are listed with it: hub review ID",
            )


def _allow_again(ledger: Ledger, hold: Hold, action: str) -> None:
    """Let a refused payload go again; a new presentation of what was sent has a key of its own."""
    connection, record = hold.connection or hold.facts.get("at"), hold.record
    if connection is None or record is None:
        return
    match hold.code, action:
        case "rejected", "retry":
            ledger.attempts.pardon(connection, record)
        case ("changed-after-it-was-sent", "retry") | ("reissued", "accept"):
            ledger.attempts.count(connection, record, None, {})
        case "not-seen", "retry":
            forget_delivery(ledger, connection, record, None, {})


def _allow(holds: Sequence[Hold], action: str, reason: str, record: int | None) -> None:
    allowed = choices(holds[0])
    if action not in allowed:
        what = " or ".join(allowed) or "mended at its cause"
        raise HubError(f"This cannot be decided with '{action}'.", remedy=f"It can be: {what}.")
    if action == "waive" and not reason:
        raise HubError("A waiver needs a reason.", remedy='Add --reason "…"; it stays with the record.')
    if action == "link" and (record is None or len(holds) > 1):
        raise HubError(
            "A link needs one row and one record.", remedy="hub review ID link --one --record NUMBER."
        )
