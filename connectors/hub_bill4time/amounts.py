"""What an invoice charges, in parts that add up: Bill4Time tells rates and amounts, not every sum.

Whether a discount is taken before tax, whether only taxable expenses are taxed, and how halves of cents
are rounded, is not documented. Each way is tried, and the first that comes to the invoice's own total is
taken; if none does, the hub finds that it does not add up, and the invoice is held.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from itertools import product
from typing import TYPE_CHECKING, Any, NamedTuple

from hub.model import round_cents

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

Row = dict[str, Any]
_HUNDRED = Decimal(100)
_NOTHING = Decimal(0)


class Parts(NamedTuple):
    """The parts of an invoice's total."""

    fees: Decimal
    expenses: Decimal
    late_fee: Decimal
    fee_tax: Decimal
    expense_tax: Decimal
    discount: Decimal

    @property
    def total(self) -> Decimal:
        """What they come to."""
        charges = self.fees + self.expenses + self.late_fee
        return charges + self.fee_tax + self.expense_tax - self.discount


def number(row: Mapping[str, Any], *names: str) -> Decimal:
    """The first of some fields that has an amount; none is zero.

    Raises:
        ValueError: one holds what is no number.

    """
    for name in names:
        text = str(row.get(name) if row.get(name) is not None else "").strip()
        if text:
            try:
                return Decimal(text)
            except InvalidOperation:
                message = f"{name} is no number."
                raise ValueError(message) from None
    return _NOTHING


def with_amount(entry: Row) -> Row:
    """An entry with what it is billed at as ``_billed``: only once it is on an invoice an adjustment counts.

    The adjusted amount of what is on no invoice may be a zero that means nothing.
    """
    adjusted = entry.get("invoiceAdjustedAmount")
    if entry.get("invoiceId") and adjusted not in (None, ""):
        entry["_billed"] = adjusted
    return entry


def add_parts(invoice: Row, *, flat: bool) -> None:
    """Add its parts to an invoice that has its lines, as ``_fees`` and so on, and lines for what is adjusted.

    Args:
        invoice: it, with ``timeEntries`` and ``expenses``.
        flat: whether its project is billed at a flat fee, which is no entry.

    Raises:
        ValueError: an amount is no number.

    """
    total = number(invoice, "invoiceTotal", "invoiceAmount")
    tried = list(_ways(invoice))
    parts = next((one for one in tried if one.total == total), tried[0])
    invoice |= {
        "_fees": parts.fees,
        "_expenses": parts.expenses,
        "_lateFee": parts.late_fee,
        "_feeTax": parts.fee_tax,
        "_expenseTax": parts.expense_tax,
        "_discount": parts.discount,
        "_total": total,
    }
    lacking = parts.fees - _charged(invoice["timeEntries"])
    written = _written(invoice, "laborWriteUpDownAmount", lacking, flat=flat)
    invoice["_laborAdjustments"] = _line(invoice, written)
    invoice["_flatFees"] = _line(invoice, lacking - written) if flat and lacking > written else []
    lacking = parts.expenses - _charged(invoice["expenses"])
    written = _written(invoice, "expenseWriteUpDownAmount", lacking)
    invoice["_expenseAdjustments"] = _line(invoice, written)


def _written(invoice: Row, name: str, lacking: Decimal, *, flat: bool = False) -> Decimal:
    """What was written up or down on the whole invoice, where that is what the lines lack.

    Anything else that they lack stays as it is: a line that was not seen must not pass for a write-down.
    """
    said = number(invoice, name)
    if flat:
        return said
    return lacking if abs(lacking) == abs(said) else _NOTHING


def _line(invoice: Row, amount: Decimal) -> list[Row]:
    return [{"amount": amount, "date": invoice.get("invoiceDate")}] if amount else []


def _charged(lines: Iterable[Row]) -> Decimal:
    return sum((number(line, "_billed", "billableAmount", "sellPrice") for line in lines), _NOTHING)


def _ways(invoice: Row) -> Iterator[Parts]:
    """Every way in which the parts may be meant."""
    labor, costs = number(invoice, "laborAmount"), number(invoice, "expenseAmount")
    writes = number(invoice, "laborWriteUpDownAmount"), number(invoice, "expenseWriteUpDownAmount")
    late = number(invoice, "lateFeeAmount")
    shares = dict.fromkeys((_taxable_share(invoice), Decimal(1)))
    rates = _rates(invoice)
    for signs, discount_first, share, at_once in product((0, 1, -1), (True, False), shares, (False, True)):
        fees, expenses = labor + signs * writes[0], costs + signs * writes[1]
        off = _discounts(invoice, fees, expenses)
        bases = (fees - off[0], expenses - off[1]) if discount_first else (fees, expenses)
        bases = (bases[0], round_cents(bases[1] * share))
        taxes = [_tax(base, both, at_once=at_once) for base, both in zip(bases, rates, strict=True)]
        yield Parts(fees, expenses, late, taxes[0], taxes[1], off[0] + off[1])


def _taxable_share(invoice: Row) -> Decimal:
    """How much of the expenses is taxable."""
    spent = _charged(invoice["expenses"])
    taxable = _charged(line for line in invoice["expenses"] if line.get("taxable") is not False)
    return taxable / spent if spent else Decimal(1)


def _rates(invoice: Row) -> Sequence[Sequence[Decimal]]:
    """The two taxes on labor, and those on expenses, in percent."""
    first = number(invoice, "laborTaxRatePct"), number(invoice, "secondaryTaxLabor")
    return first, (number(invoice, "expenseTaxRatePct"), number(invoice, "secondaryTaxExpenses"))


def _tax(base: Decimal, rates: Sequence[Decimal], *, at_once: bool) -> Decimal:
    if at_once:
        return round_cents(base * sum(rates, _NOTHING) / _HUNDRED)
    return sum((round_cents(base * rate / _HUNDRED) for rate in rates), _NOTHING)


def _discounts(invoice: Row, fees: Decimal, expenses: Decimal) -> tuple[Decimal, Decimal]:
    """What is taken off labor and off expenses."""
    amount = number(invoice, "invoiceDiscountAmount")
    on_both = str(invoice.get("applyDiscountTo") or "").casefold() != "labor only"
    if str(invoice.get("invoiceDiscountType") or "").casefold() == "percentage":
        share = amount / _HUNDRED
        return round_cents(fees * share), round_cents(expenses * share) if on_both else _NOTHING
    if not on_both or not fees + expenses:
        return amount, _NOTHING
    of_labor = round_cents(amount * fees / (fees + expenses))
    return of_labor, amount - of_labor
