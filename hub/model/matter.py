"""The matter: one piece of work for a client."""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar

from hub.model.kinds import Kind
from hub.model.quantities import Rate
from hub.model.record import Currency, Record, RecordId, Refers, Text


class FeeArrangement(StrEnum):
    """How the client pays for the work of a matter."""

    HOURLY = "hourly"
    FLAT = "flat"
    CONTINGENCY = "contingency"
    PERCENTAGE = "percentage"
    PROGRESS = "progress"
    PRO_BONO = "pro_bono"


class MatterStatus(StrEnum):
    """Whether work on a matter goes on."""

    OPEN = "open"
    CLOSED = "closed"


class Matter(Record):
    """One piece of work for a client, billed on its own."""

    kind: ClassVar[Kind] = Kind.MATTER

    client: Annotated[RecordId, Refers(Kind.CLIENT)]
    number: Text
    """The firm's own number for the matter; text."""
    name: Text = ""
    description: Text = ""
    client_matter_id: Text = ""
    """The client's own id for this matter; portals refuse an invoice without it."""
    status: MatterStatus = MatterStatus.OPEN
    active: bool = True
    billable: bool = True
    secure: bool = False
    """Walled off inside the firm; leaves only where a flow says so."""
    fee_arrangement: FeeArrangement | None = None
    task_based: bool = False
    """Whether entries of this matter carry task and activity codes."""
    code_sets: tuple[Text, ...] = ()
    """The UTBMS sets that apply, such as ``litigation``; none means any known set."""
    practice_area: Text = ""
    purchase_order: Text = ""
    responsible: Annotated[RecordId | None, Refers(Kind.TIMEKEEPER)] = None
    originating: Annotated[RecordId | None, Refers(Kind.TIMEKEEPER)] = None
    rate: Rate | None = None
    """The hourly rate that holds for the whole matter, where one does."""
    currency: Currency | None = None
    opened_on: date | None = None
    closed_on: date | None = None

    def label(self) -> str:
        """Number and name."""
        return f"{self.number} {self.name or self.description}".strip()
