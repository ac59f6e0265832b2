"""Why a planned record does not move, worded for a billing specialist."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub.ledger import Hold
from hub.sync import causes
from hub.sync.plan import Choice, Do

if TYPE_CHECKING:
    from hub.ledger import StoredBinding, StoredRecord
    from hub.model import Kind
    from hub.sync.session import Peer

AGAIN = Choice(Do.HOLD, "changed after it was sent")
"""What a person may answer by having it presented once more."""


def waits(peer: Peer, flow: str, stored: StoredRecord, awaited: StoredRecord) -> Hold:
    """What refers to a record that is not at the target, and will not be."""
    return _plan_hold(
        peer,
        flow,
        stored,
        cause=f"waits:{peer.name}:{awaited.kind.value}:{awaited.id}",
        code="waits",
        message=f"{awaited.kind.words} {awaited.label} is not at {peer.name}.",
        remedy=f"Add {awaited.kind.value} to the flow's kinds, or enter it at {peer.name}.",
        facts={"awaited": awaited.id},
    )


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


def refused(peer: Peer, flow: str, stored: StoredRecord, fault: dict[str, str]) -> Hold:
    """What the target refused for certain, in its own words."""
    return _plan_hold(
        peer,
        flow,
        stored,
        cause=f"rejected:{peer.name}:{fault.get('code', '')}:{fault.get('field', '')}",
        code="rejected",
        message=f"{peer.name} refused it: {fault.get('message', 'no reason given')}.",
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
