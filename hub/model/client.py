"""The client: who is billed."""

from datetime import date
from typing import ClassVar

from hub.model.kinds import Kind
from hub.model.record import Address, Currency, Record, Text


class Client(Record):
    """A person or organisation that the firm works for."""

    kind: ClassVar[Kind] = Kind.CLIENT

    number: Text
    """The firm's own number for the client; text, since ``0100`` and ``100`` are two clients."""
    name: Text
    short_name: Text = ""
    contact: Text = ""
    email: Text = ""
    phone: Text = ""
    mobile: Text = ""
    fax: Text = ""
    address: Address = Address()
    tax_id: Text = ""
    ebilling_id: Text = ""
    """The id by which the client's e-billing system knows this client, where it gives one."""
    billing_name: Text = ""
    """The name on the invoice, where it is not the client's own."""
    currency: Currency | None = None
    active: bool = True
    opened_on: date | None = None
    closed_on: date | None = None

    def label(self) -> str:
        """Number and name."""
        return f"{self.number} {self.name}".strip()
