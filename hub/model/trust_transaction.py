"""The trust transaction: client money, read and reported, never written."""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar

from hub.model.kinds import Kind
from hub.model.quantities import Money
from hub.model.record import Currency, Narrative, Record, RecordId, Refers, Text


class TrustDirection(StrEnum):
    """Which way client money moved."""

    DEPOSIT = "deposit"
    WITHDRAWAL = "withdrawal"
    PAYMENT = "payment"
    """A withdrawal that paid an invoice of the firm."""
    TRANSFER = "transfer"


class TrustTransaction(Record):
    """One movement of money that the firm holds for a client."""

    kind: ClassVar[Kind] = Kind.TRUST_TRANSACTION

    client: Annotated[RecordId, Refers(Kind.CLIENT)]
    matter: Annotated[RecordId | None, Refers(Kind.MATTER)] = None
    moved_on: date
    direction: TrustDirection
    amount: Money
    currency: Currency | None = None
    account: Text = ""
    reference: Text = ""
    memo: Narrative = ""

    def label(self) -> str:
        """Day, direction and amount."""
        return f"{self.moved_on} {self.direction} {self.amount}"
