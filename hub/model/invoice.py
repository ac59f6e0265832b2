"""The invoice with its lines: one document, one record."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, ClassVar

from hub.model.kinds import Kind
from hub.model.quantities import Fraction, Money, Rate, Units
from hub.model.record import Currency, Narrative, Part, Record, RecordId, Refers, Text


class InvoiceStatus(StrEnum):
    """A draft or prebill never leaves the firm; a final invoice may; a void one is withdrawn."""

    DRAFT = "draft"
    FINAL = "final"
    VOID = "void"


class LineType(StrEnum):
    """What a line charges."""

    FEE = "fee"
    EXPENSE = "expense"
    FEE_ADJUSTMENT = "fee_adjustment"
    """A change to the fees of the whole invoice, such as a discount."""
    EXPENSE_ADJUSTMENT = "expense_adjustment"


class InvoiceLine(Part):
    """One charge. Its adjustment is amount − units × rate: rates are never recomputed."""

    type: LineType
    number: Text = ""
    entry: Annotated[RecordId | None, Refers(Kind.TIME_ENTRY, Kind.EXPENSE)] = None
    """The time entry or expense that this line bills."""
    charged_on: date
    timekeeper: Annotated[RecordId | None, Refers(Kind.TIMEKEEPER)] = None
    units: Units = Decimal(1)
    rate: Rate | None = None
    amount: Money
    tax: Money = Decimal(0)
    tax_rate: Fraction | None = None
    tax_type: Text = ""
    narrative: Narrative = ""
    task_code: Text = ""
    activity_code: Text = ""
    expense_code: Text = ""
    transaction_code: Text = ""
    advance: bool = False
    billable: bool = True
    printed: bool = True

    @property
    def adjustment(self) -> Decimal:
        """What the amount differs by from units × rate; zero where the line has no rate."""
        return Decimal(0) if self.rate is None else self.amount - self.units * self.rate


class Invoice(Record):
    """A bill for one matter, or for several of one client.

    ``total`` is fees + expenses + advances + finance charge + tax − discount of this invoice
    alone. Balances carried forward, payments and client funds never enter.
    """

    kind: ClassVar[Kind] = Kind.INVOICE

    number: Text
    client: Annotated[RecordId, Refers(Kind.CLIENT)]
    matter: Annotated[RecordId | None, Refers(Kind.MATTER)] = None
    status: InvoiceStatus = InvoiceStatus.DRAFT
    issued_on: date
    due_on: date | None = None
    period_from: date | None = None
    period_to: date | None = None
    currency: Currency | None = None
    description: Narrative = ""
    terms: Text = ""
    purchase_order: Text = ""
    lines: tuple[InvoiceLine, ...] = ()
    fees: Money = Decimal(0)
    expenses: Money = Decimal(0)
    """Expenses other than advances."""
    advances: Money = Decimal(0)
    finance_charge: Money = Decimal(0)
    fee_tax: Money = Decimal(0)
    expense_tax: Money = Decimal(0)
    """Tax on expenses and advances."""
    discount: Money = Decimal(0)
    """A courtesy discount on the whole invoice; a positive amount lowers the total."""
    total: Money

    @property
    def tax(self) -> Decimal:
        """All tax of the invoice."""
        return self.fee_tax + self.expense_tax

    @property
    def parts_total(self) -> Decimal:
        """What the parts of the invoice sum to; ``total`` has to equal it."""
        charges = self.fees + self.expenses + self.advances + self.finance_charge
        return charges + self.tax - self.discount

    def label(self) -> str:
        """Number and day."""
        return f"{self.number} of {self.issued_on}"
