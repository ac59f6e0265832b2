"""The expense: money spent for a matter, one record for life."""

from datetime import date
from decimal import Decimal
from typing import Annotated, ClassVar

from hub.model.kinds import Kind
from hub.model.quantities import Fraction, Money, Rate, Units
from hub.model.record import Currency, Narrative, Record, RecordId, Refers, Text
from hub.model.time_entry import EntryStatus


class Expense(Record):
    """A cost charged to a matter; an out-of-pocket advance is marked as one."""

    kind: ClassVar[Kind] = Kind.EXPENSE

    matter: Annotated[RecordId, Refers(Kind.MATTER)]
    timekeeper: Annotated[RecordId | None, Refers(Kind.TIMEKEEPER)] = None
    incurred_on: date
    units: Units = Decimal(1)
    rate: Rate | None = None
    """The price of one unit; where a source has none, the whole amount is one unit."""
    amount: Money
    cost: Money | None = None
    """What the firm itself paid, where that is not what it charges."""
    currency: Currency | None = None
    narrative: Narrative = ""
    private_note: Narrative = ""
    expense_code: Text = ""
    task_code: Text = ""
    activity_code: Text = ""
    transaction_code: Text = ""
    category: Text = ""
    advance: bool = False
    """Paid out of pocket for the client: an asset in the books, never income."""
    vendor: Text = ""
    reference: Text = ""
    """The check, receipt or voucher number."""
    billable: bool = True
    printed: bool = True
    on_hold: bool = False
    reimbursable: bool = False
    taxable: bool = False
    status: EntryStatus = EntryStatus.UNBILLED
    split_of: Annotated[RecordId | None, Refers(Kind.EXPENSE)] = None
    share: Fraction | None = None
    created_on: date | None = None

    def label(self) -> str:
        """Day and amount."""
        return f"{self.incurred_on} {self.amount}"
