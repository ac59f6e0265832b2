"""What a statement bills: the parts of its own total, out of the columns of its LEDGER row.

LEDGER has two families of amounts. ``FEE_AMOUNT``, ``EXPENSE_AMOUNT``, … are read first; where
one is empty or zero, its sibling ``FEE_AMOUNT_DUE``, … is. If only the siblings agree with the
statement's lines, they are read throughout. ``*_BALANCE``, ``PREVIOUS_BALANCE`` and
``PAYMENT_*`` say what is still owed or was paid, and never enter. The names of the columns are in
Tabs3's ODBC help; which family an export fills is an inference, hence the care.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from itertools import product
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
    """Interest on what earlier statements left unpaid."""

    @property
    def total(self) -> Decimal:
        """What the statement bills."""
        charges = self.fees + self.expenses + self.advances + self.finance_charge
        return charges + self.fee_tax + self.expense_tax - self.discount

    @property
    def charged(self) -> Charged:
        """The parts that lines make up."""
        return Charged(self.fees, self.expenses, self.advances)


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


class Judged(NamedTuple):
    """The parts of a statement, and what speaks against them; empty where nothing does."""

    parts: Parts
    problem: str = ""
    """TOTAL_AMOUNT is another total."""
    unsettled: str = ""
    """The lines are not those of the statement: it is still being updated, or undone."""


def parts_of(
    statement: Mapping[str, str], charged: Charged | None, billable: Charged | None = None
) -> Judged:
    """Give the parts of a statement and what speaks against them.

    Args:
        statement: its row of LEDGER.
        charged: what its lines sum to; ``None`` where a line cannot be read.
        billable: what those of them sum to that are billable beyond doubt, where not all are.

    Raises:
        UnreadableAmountError: a column does not hold an amount.

    """
    first, second = (_read(statement, *family) for family in (("", "_DUE"), ("_DUE", "")))
    if charged is None:
        return Judged(first, _contradiction(statement, first))
    for parts in (first, second):
        agreed = _agreed(parts, charged)
        if agreed:
            # Where the siblings are right, the first family and its total are about payments.
            mistaken = parts is not first and parts != first
            return Judged(agreed, "" if mistaken else _contradiction(statement, agreed))
    problem = _contradiction(statement, first)
    if any(_is_explained(statement, first, lines) for lines in (charged, billable) if lines):
        return Judged(first, problem)
    return Judged(first, problem, _unsettled(first, charged))


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


def _is_explained(statement: Mapping[str, str], parts: Parts, charged: Charged) -> bool:
    """Whether what the lines lack of the statement, or have more, is told in columns of its own.

    Fees may be written up or down as a whole, and lines that are not billed may stand among them.
    """
    if (parts.expenses, parts.advances) != (charged.expenses, charged.advances):
        return False
    changes = (
        (_ZERO, amount(statement, "FEE_WRITEUP")),
        (_ZERO, -amount(statement, "FEE_WRITEDOWN")),
        (_ZERO, -amount(statement, "NONBILL_FEES")),
        (_ZERO, -parts.discount, parts.discount),
    )
    lacking = parts.fees - charged.fees
    return any(sum(chosen, _ZERO) == lacking for chosen in product(*changes))


def _unsettled(parts: Parts, charged: Charged) -> str:
    """Say by how much the lines of a statement are not those that LEDGER speaks of."""
    lines, ledger = sum(charged, _ZERO), sum(parts.charged, _ZERO)
    pairs = zip(("fees", "expenses", "advances"), charged, parts.charged, strict=True)
    where = ", ".join(f"{name} {mine} and {its}" for name, mine, its in pairs if mine != its)
    return f"still being updated: its lines come to {lines}, LEDGER says {ledger} ({where})."


def _contradiction(statement: Mapping[str, str], parts: Parts) -> str:
    """Say that TOTAL_AMOUNT is another total than that of the parts.

    It may leave out the finance charge, hold the previous balance, stand before the courtesy
    discount, and count what fees were written up or down.
    """
    stated = amount(statement, "TOTAL_AMOUNT")
    explained = {parts.total}
    for extra in (
        *(-parts.finance_charge, amount(statement, "PREVIOUS_BALANCE"), parts.discount),
        *(amount(statement, "FEE_WRITEUP"), -amount(statement, "FEE_WRITEDOWN")),
    ):
        explained |= {total + extra for total in explained}
    if not stated or stated in explained:
        return ""
    return f"its parts sum to {parts.total}, but TOTAL_AMOUNT says {stated}. {_CHECK}"
