"""Why a planned record does not move, worded for a billing specialist."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hub.ledger import Hold
from hub.sdk import Role
from hub.sync import causes
from hub.sync.plan import (
    CORRECT_LATER,
    PART_IS_THERE,
    TO_CORRECT,
    TO_CREDIT,
    TO_ENTER,
    TO_WITHDRAW,
    Choice,
    Do,
)
from hub.sync.reissue import entries_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.ledger import StoredBinding, StoredRecord
    from hub.model import Kind
    from hub.sync.session import Peer

AGAIN = Choice(Do.HOLD, "changed after it was sent")
"""What a person may answer by having it presented once more."""
WITHDRAWN = (
    Choice(Do.HOLD, "gone at the source"),
    Choice(Do.HOLD, "void at the source"),
    Choice(Do.HOLD, TO_WITHDRAW),
)
"""What a person answers once it is withdrawn at the target."""


def waits(peer: Peer, flow: str, stored: StoredRecord, awaited: StoredRecord, *, handed_over: bool) -> Hold:
    """What refers to a record that is not at the target, or was handed over and is not seen there yet."""
    access, kind = peer.access(awaited.kind), awaited.kind
    if handed_over:
        where = f"was handed over to {peer.name}, and is not seen there yet"
        remedy = "It follows by itself once that is seen; `hub status` says where it stands."
    else:
        ways = [f"add {kind.value} to the flow's kinds"] if access.create or access.by_hand else []
        ways.append(f"enter it at {peer.name}; it is known again by {_known_by(peer, kind)}")
        where, remedy = f"is not at {peer.name}", f"{', or '.join(ways)}.".capitalize()
    return _plan_hold(
        peer,
        flow,
        stored,
        cause=f"waits:{peer.name}:{awaited.kind.value}:{awaited.id}",
        code="waits",
        message=f"{awaited.kind.words} {awaited.label} {where}.",
        remedy=remedy,
        facts={"awaited": awaited.id},
    )


def _known_by(peer: Peer, kind: Kind) -> str:
    """The fields by which a record that was entered at a system is known again there."""
    sources = peer.mapping.sources(kind)
    lists = [names for source in sources for names in peer.mapping.match(kind, source)]
    fields = lists[0] if lists else ("number",)
    return ", ".join(name.partition("~")[0].rstrip("?").replace("_", " ") for name in fields)


def broken_listing(peer: Peer, flow: str, kind: Kind) -> Hold:
    """One hold for all: what is at the target is not known, so nothing is created there."""
    return Hold(
        scope=causes.plan_scope(peer, flow),
        cause=f"incomplete:{peer.name}:{kind.value}",
        code="incomplete",
        subject=peer.name,
        label=f"{peer.name} {kind.words}",
        message=f"The listing of {kind.words} at {peer.name} did not come to its end, or has rows that "
        "cannot be read and may be what would be sent; nothing new is created there.",
        remedy=f"Mend those rows at {peer.name}, and run again when nobody changes it meanwhile.",
        connection=peer.number,
        kind=kind,
    )


_TOLD = {
    "gone at the source": (
        "It was sent{receipt} and is no longer at the source.",
        "Withdraw it at {peer} by hand, then accept; or undo the change at the source.",
    ),
    "void at the source": (
        "It was sent{receipt} and is void at the source.",
        "Withdraw it at {peer} by hand, then accept.",
    ),
    "gone at the target": (
        "It was there{receipt} and is gone at {peer}.",
        "Restore it there; accept to leave it so.",
    ),
    "a draft again at the source": (
        "It was sent{receipt} and is a draft again at the source.",
        "Wait until it is final again; or withdraw what was sent by hand, then accept.",
    ),
    "changed after it was sent": (
        "It changed after it was sent{receipt}.",
        "Accept to leave what was sent as it is; retry to present it once more.",
    ),
    PART_IS_THERE: (
        "Part of it is at {peer} on another record, which is gone or was made anew at the source.",
        "Decide about that one first: sent beside it, this would bill the same a second time.",
    ),
    TO_CREDIT: (
        "It was made anew after it was paid at {peer}{receipt}.",
        "Enter a credit note over the old invoice at {peer}, and the new invoice, by hand; then accept.",
    ),
    TO_ENTER: (
        "It is to be entered at {peer} by hand.",
        "Enter it from the posting list (hub review --lists DIR); accept if it is not wanted there.",
    ),
    TO_CORRECT: (
        "It changed after it was entered at {peer}{receipt}.",
        "Correct it from the posting list (hub review --lists DIR); accept to leave it as it is.",
    ),
    CORRECT_LATER: (
        "It changed after it was handed over to {peer}{receipt}, and is not seen there yet.",
        "Load what was handed over as it is. Once it is seen there, the posting list says how to correct it.",
    ),
    TO_WITHDRAW: (
        "It is at {peer}{receipt} and no longer stands at the source.",
        "Reverse or delete it from the posting list (hub review --lists DIR); accept to leave it there.",
    ),
}
"""For each reason, what has happened and what a person can do."""


def explain(
    peer: Peer,
    flow: str,
    stored: StoredRecord,
    choice: Choice,
    bound: StoredBinding | None,
    fault: dict[str, str],
) -> Hold:
    """What a person can do about a record that the plan holds."""
    receipt = f" ({bound.external_id})" if bound is not None else ""
    if choice.reason == "refused":
        return refused(peer, flow, stored, fault)
    message, remedy = _TOLD.get(choice.reason, (f"{choice.reason.capitalize()}.", "Run again."))
    words = {"receipt": receipt, "peer": peer.name}
    return _plan_hold(
        peer,
        flow,
        stored,
        cause=cause_of(peer, stored.kind, choice),
        code=code_of(choice),
        message=message.format(**words),
        remedy=remedy.format(**words),
        facts={"revision": stored.revision},
    )


def reissue_cause(stored: StoredRecord) -> str:
    """The cause under which a document that was made anew waits, at all its targets at once."""
    return f"reissued:{stored.kind.value}:{stored.id}"


def reissued(peer: Peer, flow: str, stored: StoredRecord, before: dict[str, Any]) -> Hold:
    """A document that was undone and made anew after it was sent: one question for all targets."""
    old = before.get("number", "")
    presented = peer.role is Role.PORTAL
    follows = (
        f"{peer.name}: withdraw {old} there; it is presented again."
        if presented
        else f"{peer.name}: what is open is changed there; what is paid is credited and entered anew."
    )
    hold = _plan_hold(
        peer,
        flow,
        stored,
        cause=reissue_cause(stored),
        code="reissued",
        message=f"{old} was undone and made anew: {_difference(before, stored.values)}. {follows}",
        remedy="Accept if the new one stands, for every system that has the old one.",
        facts={"revision": stored.revision, "at": peer.number},
    )
    return replace(hold, connection=None)


def _difference(before: dict[str, Any], now: Mapping[str, Any]) -> str:
    """What is another in a document that was made anew; never a narrative."""
    told = [
        f"{name.replace('_', ' ')} {before.get(name, '0')} → {now.get(name, '0')}"
        for name in ("number", "issued_on", "total", "discount", "fee_tax", "expense_tax")
        if before.get(name) != now.get(name)
    ]
    out = set(entries_of(before)) - set(entries_of(now))
    into = set(entries_of(now)) - set(entries_of(before))
    told += [f"{_entries(len(out))} out"] if out else []
    told += [f"{_entries(len(into))} in"] if into else []
    return ", ".join(told) or f"the text of its {len(now.get('lines', ()))} lines"


def _entries(count: int) -> str:
    return "1 entry" if count == 1 else f"{count} entries"


def refused(peer: Peer, flow: str, stored: StoredRecord, fault: dict[str, str]) -> Hold:
    """What the target refused for certain, in its own words."""
    return _plan_hold(
        peer,
        flow,
        stored,
        cause=f"rejected:{peer.name}:{fault.get('code', '')}:{fault.get('field', '')}",
        code="rejected",
        message=f"{peer.name} refused it: {fault.get('message', 'no reason given').rstrip('.')}.",
        remedy=fault.get("remedy") or "Correct it at the source; or retry, once the cause there is mended.",
        field=fault.get("field", ""),
    )


def cause_of(peer: Peer, kind: Kind, choice: Choice) -> str:
    """The cause under which a choice is held, and decided."""
    return f"{code_of(choice)}:{peer.name}:{kind.value}"


def code_of(choice: Choice) -> str:
    """A choice's reason as a code."""
    return choice.reason.replace(" ", "-").replace("'", "")


def _plan_hold(  # noqa: PLR0913 -- the parts of a hold, named
    peer: Peer,
    flow: str,
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
        scope=causes.plan_scope(peer, flow),
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
