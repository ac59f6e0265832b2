"""What the books of the sample firm are made of: charges, statements, payments, client funds."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from hub_tabs3.sandbox.columns import PARTS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

Values = dict[str, str]
Parts = dict[str, Decimal]
"""Amounts by the parts of a statement: FEE, EXPENSE, ADVANCE, their taxes, FINCHG."""
Amount = Decimal | str | int
ZERO = Decimal(0)
BILLABLE = frozenset({"P", "U"})
"""What HOLD says of entries that the next update bills; H is held, S saved for a final bill."""
BY_BILLING = -2
"""The key of a line that billing itself made, such as a fee on account: no entry stands behind it."""
_ALLOCATION = ("FINCHG", "FEE_TAX", "EXP_TAX", "ADV_TAX", "ADVANCE", "EXPENSE", "FEE")
"""In which order a payment pays the parts of a statement; Tabs3 lets the firm choose."""


class Numbers:
    """Gives numbers in their order; unlike an iterator of the library, it can be copied with its firm."""

    def __init__(self, first: int) -> None:
        self._next = first

    def __next__(self) -> int:
        number = self._next
        self._next += 1
        return number


@dataclass(slots=True)
class Charge:
    """A fee or cost of the sample firm, billed or not."""

    fee: bool
    sequence: int
    client_id: str
    day: date
    tcode: str
    timekeeper: str
    quantity: Decimal
    """Hours of a fee, units of a cost; zero where the amount alone is known."""
    rate: Decimal
    amount: Decimal
    task: str
    activity: str
    text: str
    advance: bool = False
    spoiled: Values = field(default_factory=dict)
    """Columns that a planted fault overwrites."""
    cut: bool = False
    """Whether its row is cut short."""
    hold: str = "P"
    source: str = "B"
    created: date | None = None
    """When it was entered, if on another day than it is of."""
    reference: int = 0
    """Its REF_NUM; 0 while it goes by its _SEQUENCE_NO."""
    origin: int = 0
    """The _SEQUENCE_NO of the entry that was split into this one and others."""
    key: int = -1
    """Its number among what is not billed yet; the sandbox's own, and new after each undoing."""

    @property
    def table(self) -> str:
        """Where it is while it is not billed."""
        return "FEE" if self.fee else "COST"

    @property
    def by_billing(self) -> bool:
        """Whether billing made it, and no entry stands behind it."""
        return self.key == BY_BILLING

    @property
    def sound(self) -> bool:
        """Whether no fault is planted in it."""
        return not self.spoiled and not self.cut


@dataclass(slots=True)
class Statement:
    """A final statement of the sample firm."""

    number: int
    sequence: int
    """Its _SEQUENCE_NO in LEDGER, which is its STATEMENT_ID as well."""
    client_id: str
    day: date
    charges: list[Charge]
    fee_tax: Decimal = ZERO
    expense_tax: Decimal = ZERO
    advance_tax: Decimal = ZERO
    discount: Decimal = ZERO
    finance_charge: Decimal = ZERO
    previous_balance: Decimal = ZERO
    spoiled: Values = field(default_factory=dict)

    @property
    def fees(self) -> Decimal:
        """What its fees sum to."""
        return sum((charge.amount for charge in self.charges if charge.fee), ZERO)

    @property
    def expenses(self) -> Decimal:
        """What its costs sum to, without advances."""
        return self._costs(advance=False)

    @property
    def advances(self) -> Decimal:
        """What its advances sum to."""
        return self._costs(advance=True)

    @property
    def hours(self) -> Decimal:
        """The hours of its fees."""
        return sum((charge.quantity for charge in self.charges if charge.fee), ZERO)

    @property
    def total(self) -> Decimal:
        """What it bills, a finance charge included, and no balance of other statements."""
        charges = sum((charge.amount for charge in self.charges), self.finance_charge)
        return charges + self.fee_tax + self.expense_tax + self.advance_tax - self.discount

    def billed(self) -> Parts:
        """What it bills by part; the courtesy discount is not yet taken off the fees."""
        amounts = (
            *(self.fees, self.expenses, self.advances),
            *(self.fee_tax, self.expense_tax, self.advance_tax),
            self.finance_charge,
        )
        return dict(zip(PARTS, amounts, strict=True))

    def asked(self) -> Parts:
        """What the client is asked to pay by part."""
        billed = self.billed()
        return billed | {"FEE": billed["FEE"] - self.discount}

    def _costs(self, *, advance: bool) -> Decimal:
        costs = (charge for charge in self.charges if not charge.fee and charge.advance is advance)
        return sum((charge.amount for charge in costs), ZERO)


@dataclass(slots=True)
class Receipt:
    """What a payment pays on one statement, or that it is on account: a P row of LEDGER."""

    sequence: int
    number: int
    """The statement's number; 0 for a payment on account."""
    statement_id: int
    parts: Parts = field(default_factory=dict)
    reversed: bool = False

    @property
    def applied(self) -> Decimal:
        """What it pays."""
        return sum(self.parts.values(), ZERO)


@dataclass(slots=True)
class Payment:
    """A payment: in PAYMENT while it is only entered, then in ARCHIVE and LEDGER."""

    sequence: int
    reference: int
    client_id: str
    day: date
    amount: Decimal
    apply_to: int | None = None
    """The statement it was entered for; ``None``: the oldest first; 0: on account."""
    apply_id: int = 0
    check: str = ""
    receipt_type: int = 1
    source: str = "B"
    text: str = "Payment received, thank you"
    trust: int = 0
    fund: int = 0
    online: str = ""
    """Its LP_TRANSACTION_ID."""
    processed: bool = False
    receipts: list[Receipt] = field(default_factory=list)
    shown_number: int = 0
    """The statement that shows it."""
    shown_id: int = 0

    @property
    def live(self) -> list[Receipt]:
        """Its receipts that are not reversed."""
        return [receipt for receipt in self.receipts if not receipt.reversed]

    @property
    def reversed(self) -> bool:
        """Whether nothing of it counts any more."""
        return bool(self.receipts) and not self.live

    @property
    def left(self) -> Decimal:
        """What of it is not applied."""
        return self.amount - sum((receipt.applied for receipt in self.live), ZERO)


@dataclass(slots=True)
class WriteOff:
    """A write-off of a statement, or of part of it."""

    sequence: int
    reference: int
    client_id: str
    day: date
    number: int
    statement_id: int
    parts: Parts
    timekeeper: str = ""
    reversed: bool = False

    @property
    def amount(self) -> Decimal:
        """What it writes off."""
        return sum(self.parts.values(), ZERO)


@dataclass(slots=True)
class Movement:
    """A movement of client funds or of trust money."""

    sequence: int
    reference: int
    client_id: str
    kind: str
    """D a deposit, W a withdrawal, P a payment to the firm."""
    day: date
    amount: Decimal
    text: str
    payment: int = 0
    """The _SEQUENCE_NO of the payment that it became, in PAYMENT and then in ARCHIVE."""
    check: str = ""
    archived: int = 0
    """Its _SEQUENCE_NO in ARCHIVE once a statement shows it."""
    shown_number: int = 0
    shown_id: int = 0

    @property
    def signed(self) -> Decimal:
        """What it does to the balance."""
        return self.amount if self.kind == "D" else -self.amount


@dataclass(slots=True)
class Track:
    """What STMTTRAK keeps of a bill: when it was drafted, final, and updated."""

    sequence: int
    client_id: str
    batch: int
    drafted: date | None = None
    updated: date | None = None
    number: int = 0
    statement_id: int = 0
    undone: bool = False


class Split(NamedTuple):
    """An entry that is billed by shares: the entry as it was, and its shares."""

    original: Charge
    shares: list[Charge]


def allot(amount: Decimal, owed: Parts) -> Parts:
    """Spread a payment or write-off over what is owed, part by part, until it is used up.

    A final bill less what was billed on account may owe less than one of its parts.
    """
    parts: Parts = {}
    amount = min(amount, sum(owed.values(), ZERO))
    for part in _ALLOCATION:
        taken = min(amount, owed[part])
        if taken > 0:
            parts[part] = taken
            amount -= taken
    return parts


def less(owed: Parts, taken: Iterable[Parts]) -> Parts:
    """What is left of amounts by part when others are taken off."""
    left = dict(owed)
    for parts in taken:
        for part, amount in parts.items():
            left[part] -= amount
    return left


def positive(amount: Amount) -> Decimal:
    """Read an amount of money.

    Raises:
        ValueError: it is not above zero, or has parts of a cent.

    """
    found = Decimal(amount)
    if found <= 0:
        raise ValueError(f"An amount is above zero, unlike {found}.")
    if found != found.quantize(Decimal("0.01")):
        raise ValueError(f"An amount has no parts of a cent, unlike {found}.")
    return found
