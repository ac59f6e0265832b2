"""Verify: totals at the source, in the lines and as the target gave them back agree to the cent."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from hub.ledger import Hold
from hub.mapping import Untranslatable
from hub.model import Invoice, Kind
from hub.sdk import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hub.ledger import StoredRecord
    from hub.sync.session import Peer

_TOTALS = {Kind.INVOICE: "total", Kind.CREDIT_NOTE: "total", Kind.PAYMENT: "amount", Kind.WRITE_OFF: "amount"}
_RULE = "hub.total"


def foots(invoice: Invoice) -> Iterator[Finding]:
    """Whether an invoice's parts, and its lines, make up its total."""
    if invoice.parts_total != invoice.total:
        yield _differs(f"The parts come to {invoice.parts_total}, the total is {invoice.total}.", "total")
    if not invoice.lines:
        return
    charged = sum((line.amount for line in invoice.lines), Decimal(0))
    expected = invoice.fees + invoice.expenses + invoice.advances
    if charged != expected:
        yield _differs(f"The lines come to {charged}, the invoice charges {expected}.", "lines")


def _differs(message: str, field: str) -> Finding:
    return Finding(
        message,
        field=field,
        remedy="Correct the invoice where it was made; it may still be being updated there.",
        rule=_RULE,
        severity=Severity.BLOCK,
    )


def same_total(kind: Kind, one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two say the same amount, to the cent; what has none says the same."""
    name = _TOTALS.get(kind)
    return name is None or Decimal(str(one.get(name, 0))) == Decimal(str(other.get(name, 0)))


def returned_differently(
    peer: Peer, stored: StoredRecord, raw: Mapping[str, Any], source: str
) -> Hold | None:
    """A flag where the target gave a written record back with another total."""
    name = _TOTALS.get(stored.kind)
    inward = peer.mapping.inward(stored.kind, source) if name else None
    if name is None or inward is None or name not in inward.fields:
        return None
    try:
        returned = inward.translate(raw).get(name)
    except Untranslatable:
        return None  # the next reading holds it, with the reason
    ours = Decimal(stored.values[name])
    if returned is None or Decimal(returned) == ours:
        return None
    return Hold(
        scope=f"verify:{peer.name}",
        cause=f"{_RULE}:{peer.name}:{stored.kind.value}",
        code=_RULE,
        subject=str(stored.id),
        label=f"{stored.kind.words} {stored.label}",
        message=f"{peer.name} has it at {returned}, not {ours}.",
        remedy=f"Compare the two, and correct it at {peer.name}.",
        field=name,
        connection=peer.number,
        kind=stored.kind,
        record=stored.id,
    )
