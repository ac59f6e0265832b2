"""The payment: money from a client, applied to invoices."""

from datetime import date
from typing import Annotated, ClassVar

from hub.model.kinds import Kind
from hub.model.quantities import Money
from hub.model.record import Application, Currency, Narrative, Record, RecordId, Refers, Text


class Payment(Record):
    """Money received; what is not applied to invoices is a credit of the client."""

    kind: ClassVar[Kind] = Kind.PAYMENT

    client: Annotated[RecordId, Refers(Kind.CLIENT)]
    matter: Annotated[RecordId | None, Refers(Kind.MATTER)] = None
    number: Text = ""
    received_on: date
    amount: Money
    currency: Currency | None = None
    method: Text = ""
    """How it was paid, such as ``check`` or ``card``."""
    reference: Text = ""
    """The check number or the processor's transaction id."""
    from_trust: bool = False
    processed: bool = True
    """Whether the billing program has posted it to its receivables."""
    reversed: bool = False
    memo: Narrative = ""
    applications: tuple[Application, ...] = ()

    def label(self) -> str:
        """Day and amount."""
        return f"{self.received_on} {self.amount}"
