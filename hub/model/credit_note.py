"""The credit note: an invoice taken back in whole or in part."""

from datetime import date
from typing import Annotated, ClassVar

from hub.model.invoice import InvoiceLine, InvoiceStatus
from hub.model.kinds import Kind
from hub.model.quantities import Money
from hub.model.record import Application, Currency, Narrative, Record, RecordId, Refers, Text


class CreditNote(Record):
    """A document that lowers what a client owes."""

    kind: ClassVar[Kind] = Kind.CREDIT_NOTE

    number: Text
    client: Annotated[RecordId, Refers(Kind.CLIENT)]
    matter: Annotated[RecordId | None, Refers(Kind.MATTER)] = None
    status: InvoiceStatus = InvoiceStatus.FINAL
    issued_on: date
    currency: Currency | None = None
    reason: Narrative = ""
    lines: tuple[InvoiceLine, ...] = ()
    applications: tuple[Application, ...] = ()
    total: Money

    def label(self) -> str:
        """Number and day."""
        return f"{self.number} of {self.issued_on}"
