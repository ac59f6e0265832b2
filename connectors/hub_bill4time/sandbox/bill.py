"""The arithmetic of an invoice.

Bill4Time documents the fields and not how they are reckoned. These are our choices: every part is rounded
half up to the cent; a write up or down is part of the labor or expense amount; the discount is taken
before tax, a flat one from labor and expenses by their shares; the expense tax falls on the share of the
taxable expenses; a second tax is reckoned on the same amount as the first; the late fee has neither
discount nor tax.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from hub_bill4time.sandbox.values import to_cent

if TYPE_CHECKING:
    from collections.abc import Sequence

PERCENTAGE, FLAT = "Percentage", "Flatfee"
BOTH, LABOR_ONLY = "Both", "Labor Only"
_HUNDRED = Decimal(100)
_NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Terms:
    """What an invoice says beside the entries that it bills.

    Args:
        discount_type: ``Percentage`` or ``Flatfee``.
        discount_on: ``Both`` or ``Labor Only``.
        discount: in percent or dollars; a flat one takes no more than there is.
        labor_tax: in percent, as all four.
        second_labor_tax: as above.
        expense_tax: as above.
        second_expense_tax: as above.
        labor_write: dollars up, or down if less than 0.
        expense_write: as above.
        late_fee: dollars.
        flat_fee: what a flat-fee project costs, beside its entries; dollars.

    """

    discount_type: str = PERCENTAGE
    discount_on: str = BOTH
    discount: Decimal = _NOTHING
    labor_tax: Decimal = _NOTHING
    second_labor_tax: Decimal = _NOTHING
    expense_tax: Decimal = _NOTHING
    second_expense_tax: Decimal = _NOTHING
    labor_write: Decimal = _NOTHING
    expense_write: Decimal = _NOTHING
    late_fee: Decimal = _NOTHING
    flat_fee: Decimal = _NOTHING


@dataclass(frozen=True, slots=True)
class Bill:
    """The parts of an invoice, to the cent; the API shows only some of them."""

    labor: Decimal
    expenses: Decimal
    late_fee: Decimal
    labor_discount: Decimal
    expense_discount: Decimal
    labor_tax: Decimal
    second_labor_tax: Decimal
    expense_tax: Decimal
    second_expense_tax: Decimal

    @property
    def discount(self) -> Decimal:
        """The whole discount."""
        return self.labor_discount + self.expense_discount

    @property
    def tax(self) -> Decimal:
        """All four taxes."""
        return self.labor_tax + self.second_labor_tax + self.expense_tax + self.second_expense_tax

    @property
    def total(self) -> Decimal:
        """What the client owes."""
        return self.labor + self.expenses + self.late_fee - self.discount + self.tax


def reckon(terms: Terms, labor: Sequence[Decimal], expenses: Sequence[tuple[Decimal, bool]]) -> Bill:
    """Reckon an invoice.

    Args:
        terms: of the invoice.
        labor: the amount of each time entry.
        expenses: the amount of each expense, and whether it is taxable.

    """
    labor_amount = sum(labor, _NOTHING) + terms.flat_fee + terms.labor_write
    entered = sum((amount for amount, _ in expenses), _NOTHING)
    expense_amount = entered + terms.expense_write
    off_labor, off_expenses = _discounts(terms, labor_amount, expense_amount)
    taxed_labor = labor_amount - off_labor
    taxable = sum((amount for amount, taxed in expenses if taxed), _NOTHING)
    taxed_expenses = _share(expense_amount - off_expenses, taxable, entered)
    return Bill(
        labor=labor_amount,
        expenses=expense_amount,
        late_fee=terms.late_fee,
        labor_discount=off_labor,
        expense_discount=off_expenses,
        labor_tax=_percent(taxed_labor, terms.labor_tax),
        second_labor_tax=_percent(taxed_labor, terms.second_labor_tax),
        expense_tax=_percent(taxed_expenses, terms.expense_tax),
        second_expense_tax=_percent(taxed_expenses, terms.second_expense_tax),
    )


def _discounts(terms: Terms, labor: Decimal, expenses: Decimal) -> tuple[Decimal, Decimal]:
    """What is taken from labor, and from expenses."""
    discounted = expenses if terms.discount_on == BOTH else _NOTHING
    if terms.discount_type == PERCENTAGE:
        return _percent(labor, terms.discount), _percent(discounted, terms.discount)
    whole = max(labor + discounted, _NOTHING)
    flat = min(to_cent(terms.discount), whole)
    off_labor = _share(flat, labor, labor + discounted)
    return off_labor, flat - off_labor


def _percent(amount: Decimal, rate: Decimal) -> Decimal:
    return to_cent(amount * rate / _HUNDRED)


def _share(amount: Decimal, part: Decimal, whole: Decimal) -> Decimal:
    return to_cent(amount * part / whole) if whole else _NOTHING
