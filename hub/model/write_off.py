"""The write-off: receivables given up; neither a discount nor a credit note."""

from datetime import date
from typing import Annotated, ClassVar

from hub.model.kinds import Kind
from hub.model.quantities import Money
from hub.model.record import Application, Currency, Narrative, Record, RecordId, Refers, Text


class WriteOff(Record):
    """An amount of one or more invoices that the firm no longer expects to collect."""

    kind: ClassVar[Kind] = Kind.WRITE_OFF

    client: Annotated[RecordId, Refers(Kind.CLIENT)]
    matter: Annotated[RecordId | None, Refers(Kind.MATTER)] = None
    number: Text = ""
    written_off_on: date
    amount: Money
    currency: Currency | None = None
    reason: Narrative = ""
    reversed: bool = False
    applications: tuple[Application, ...] = ()

    def label(self) -> str:
        """Day and amount."""
        return f"{self.written_off_on} {self.amount}"
