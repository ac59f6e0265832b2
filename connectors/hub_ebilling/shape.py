"""The shape ``ledes-invoice``: an invoice laid out so that its lines alone say all of it."""

from __future__ import annotations

import calendar
from decimal import Decimal
from typing import TYPE_CHECKING

from hub.model import InvoiceLine, LineType

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from hub.model import Invoice

_ADJUSTMENTS = frozenset({LineType.FEE_ADJUSTMENT, LineType.EXPENSE_ADJUSTMENT})


def ledes_invoice(invoice: Invoice) -> Invoice:
    """Lay an invoice out as LEDES 1998B has it; what it sums to is not touched.

    Tax, discount and finance charge become lines, for the format has no other place for them. A
    line says only what belongs to its type. The period is that of the lines, widened to whole
    calendar months.
    """
    charges = [_charge(line) for line in invoice.lines if is_sent(line)]
    days = [line.charged_on for line in charges] or [invoice.issued_on]
    lines = [*charges, *_invoice_level(invoice, max(days))]
    numbered = tuple(line.model_copy(update={"number": str(n)}) for n, line in enumerate(lines, 1))
    period = {"period_from": _month_start(min(days)), "period_to": _month_end(max(days))}
    return invoice.model_copy(update={"lines": numbered, **period})


def is_sent(line: InvoiceLine) -> bool:
    """Whether a line goes to the client: all but those that neither show nor cost anything."""
    return line.printed or line.amount != 0


def _charge(line: InvoiceLine) -> InvoiceLine:
    """Clear what the format wants blank on a line of this type, and price what has no price."""
    foreign: dict[str, object] = {"expense_code": ""}
    if line.type is not LineType.FEE:
        foreign = {"task_code": "", "activity_code": "", "timekeeper": None}
    return line.model_copy(update=foreign | _price(line))


def _price(line: InvoiceLine) -> dict[str, object]:
    """Units and rate where the line has none: 1 × amount; nothing but adjustment on adjustments."""
    if line.type in _ADJUSTMENTS:
        return {"units": Decimal(1), "rate": Decimal(0)}
    if line.rate is None or line.units == 0:
        return {"units": Decimal(1), "rate": line.amount}
    return {}


def _invoice_level(invoice: Invoice, day: date) -> Iterator[InvoiceLine]:
    amounts = (
        (LineType.FEE_ADJUSTMENT, "Finance charge", invoice.finance_charge),
        (LineType.FEE_ADJUSTMENT, "Courtesy discount", -invoice.discount),
        (LineType.FEE_ADJUSTMENT, "Tax on fees", invoice.fee_tax),
        (LineType.EXPENSE_ADJUSTMENT, "Tax on expenses", invoice.expense_tax),
    )
    for kind, narrative, amount in amounts:
        if amount:
            yield InvoiceLine(
                type=kind,
                charged_on=day,
                units=Decimal(1),
                rate=Decimal(0),
                amount=amount,
                narrative=narrative,
            )


def _month_start(day: date) -> date:
    return day.replace(day=1)


def _month_end(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])
