"""What a statement bills: the parts of its own total, out of the columns of its LEDGER row.

LEDGER has two families of amounts. ``FEE_AMOUNT``, ``EXPENSE_AMOUNT``, … are read first; where
one is empty or zero, its sibling ``FEE_AMOUNT_DUE``, … is. If only the siblings agree with the
statement's lines, they are read throughout. ``*_BALANCE``, ``PREVIOUS_BALANCE`` and
``PAYMENT_*`` say what is still owed or was paid, and never enter. The names of the columns are in
Tabs3's ODBC help; which family an export fills is an inference, hence the care.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_ZERO = Decimal(0)
_CHECK = "Compare the statement with Tabs3 and export LEDGER and ARCHIVE again."


class UnreadableAmountError(ValueError):
    """A column does not hold an amount."""


class Parts(NamedTuple):
    """The parts of a statement, in the currency of the firm."""

    fees: Decimal
    expenses: Decimal
    advances: Decimal
    fee_tax: Decimal
    expense_tax: Decimal
    """Tax on expenses and advances."""
    discount: Decimal
    """The courtesy discount; a positive amount lowers the total."""
    finance_charge: Decimal
    """Interest on what earlier statements left unpaid: no part of what this one bills."""

    @property
    def total(self) -> Decimal:
        """What the statement bills."""
        charges = self.fees + self.expenses + self.advances
        return charges + self.fee_tax + self.expense_tax - self.discount


class Charged(NamedTuple):
    """What the lines of a statement sum to."""

    fees: Decimal
    expenses: Decimal
    advances: Decimal

    @classmethod
    def by(cls, fees: Iterable[Mapping[str, str]], costs: Iterable[Mapping[str, str]]) -> Charged:
        """Sum up lines.

        Raises:
            UnreadableAmountError: a line has no readable amount.

        """
        sums = {"E": _ZERO, "A": _ZERO}
        for cost in costs:
            sums["A" if cost.get("EXPENSE_ADVANCE", "").strip() == "A" else "E"] += amount(cost, "AMOUNT")
        return cls(sum((amount(fee, "AMOUNT") for fee in fees), _ZERO), sums["E"], sums["A"])


def parts_of(statement: Mapping[str, str], charged: Charged | None) -> tuple[Parts, str]:
    """Give the parts of a statement and what speaks against them; empty where nothing does.

    Raises:
        UnreadableAmountError: a column does not hold an amount.

    """
    first, second = (_read(statement, *family) for family in (("", "_DUE"), ("_DUE", "")))
    for parts in (first, second):
        agreed = charged and _agreed(parts, charged)
        if agreed:
            # Where the siblings are right, the first family and its total are about payments.
            mistaken = parts is not first and parts != first
            return agreed, "" if mistaken else _contradiction(statement, agreed)
    return first, _contradiction(statement, first)


def amount(values: Mapping[str, str], column: str) -> Decimal:
    """Give the amount in a column; zero where it is absent or empty.

    Raises:
        UnreadableAmountError: the text is no amount.

    """
    text = values.get(column, "").strip()
    if not text:
        return _ZERO
    try:
        found = Decimal(text)
    except InvalidOperation as error:
        raise UnreadableAmountError(f"{column} is not an amount. {_CHECK}") from error
    if not found.is_finite():
        raise UnreadableAmountError(f"{column} is not an amount. {_CHECK}")
    return found


def _read(statement: Mapping[str, str], first: str, second: str) -> Parts:
    def billed(part: str) -> Decimal:
        return amount(statement, f"{part}_AMOUNT{first}") or amount(statement, f"{part}_AMOUNT{second}")

    return Parts(
        fees=billed("FEE"),
        expenses=billed("EXPENSE"),
        advances=billed("ADVANCE"),
        fee_tax=billed("FEE_TAX"),
        expense_tax=billed("EXP_TAX") + billed("ADV_TAX"),
        discount=amount(statement, "FEE_COURTESY_DISCNT"),
        finance_charge=billed("FINCHG"),
    )


def _agreed(parts: Parts, charged: Charged) -> Parts | None:
    """Give the parts as the lines confirm them; the discount may be taken off already.

    Where it is off the stated fees alone, they are given whole. Where it is off the lines, it is
    part of their adjustments and no discount on the whole.
    """
    if (parts.expenses, parts.advances) != (charged.expenses, charged.advances):
        return None
    if charged.fees in {parts.fees, parts.fees + parts.discount}:
        return parts._replace(fees=charged.fees)
    if charged.fees == parts.fees - parts.discount:
        return parts._replace(fees=charged.fees, discount=_ZERO)
    return None


def _contradiction(statement: Mapping[str, str], parts: Parts) -> str:
    """Say that TOTAL_AMOUNT is another total than that of the parts.

    It may hold the finance charge and the previous balance, which the invoice leaves out, and stand
    before the courtesy discount.
    """
    stated = amount(statement, "TOTAL_AMOUNT")
    explained = {parts.total}
    for extra in (parts.finance_charge, amount(statement, "PREVIOUS_BALANCE"), parts.discount):
        explained |= {total + extra for total in explained}
    if not stated or stated in explained:
        return ""
    return f"its parts sum to {parts.total}, but TOTAL_AMOUNT says {stated}. {_CHECK}"
