"""What an invoice file says, free of any spelling."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum


class LedesLineType(StrEnum):
    """What a line charges, as the field ``EXP/FEE/INV_ADJ_TYPE`` spells it."""

    FEE = "F"
    EXPENSE = "E"
    FEE_ADJUSTMENT = "IF"
    """A change to the fees of the whole invoice, such as a discount."""
    EXPENSE_ADJUSTMENT = "IE"


@dataclass(frozen=True, slots=True, kw_only=True)
class LedesLine:
    """One row of an invoice file: ``total`` is ``units`` × ``unit_cost`` + ``adjustment``.

    Args:
        number: names the line within its invoice.
        units: hours of a fee, count of an expense; may be ``None`` on adjustments.
        adjustment: a premium, or, below zero, a discount.
        total: in the currency of the invoice, which 1998B does not name.
        unit_cost: the rate or the price of one unit; may be ``None`` on adjustments.
        timekeeper_name: ``Last, First`` by custom.
        description: privileged, and so kept out of the repr.

    """

    number: str
    type: LedesLineType
    units: Decimal | None = None
    adjustment: Decimal = Decimal(0)
    total: Decimal
    charged_on: date
    task_code: str = ""
    expense_code: str = ""
    activity_code: str = ""
    timekeeper_id: str = ""
    description: str = field(default="", repr=False)
    unit_cost: Decimal | None = None
    timekeeper_name: str = ""
    timekeeper_classification: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LedesInvoice:
    """One invoice for one matter. An invoice over several matters is several with one number.

    Args:
        number: the firm's own, unique among its invoices.
        client_id: the firm's code for the client.
        law_firm_matter_id: the firm's code for the matter.
        total: the sum of the totals of all lines with this invoice number.
        law_firm_id: the firm's federal tax id, where it has one.
        client_matter_id: the client's own id for the matter.

    """

    issued_on: date
    number: str
    client_id: str
    law_firm_matter_id: str
    total: Decimal
    period_from: date
    period_to: date
    description: str = field(default="", repr=False)
    law_firm_id: str
    client_matter_id: str = ""
    lines: tuple[LedesLine, ...] = ()
