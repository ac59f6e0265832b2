"""The time entry: one record for life, whether unbilled or billed."""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar

from hub.model.kinds import Kind
from hub.model.quantities import Fraction, Hours, Money, Rate
from hub.model.record import Currency, Narrative, Record, RecordId, Refers, Text


class EntryStatus(StrEnum):
    """Where an entry stands; billing it is a transition, not a deletion and a creation."""

    UNBILLED = "unbilled"
    BILLED = "billed"
    WRITTEN_OFF = "written_off"


class TimeEntry(Record):
    """Work done by one timekeeper on one matter on one day."""

    kind: ClassVar[Kind] = Kind.TIME_ENTRY

    matter: Annotated[RecordId, Refers(Kind.MATTER)]
    timekeeper: Annotated[RecordId, Refers(Kind.TIMEKEEPER)]
    worked_on: date
    hours: Hours
    """Hours to bill."""
    hours_worked: Hours | None = None
    """Hours worked, where they differ from the hours to bill."""
    rate: Rate | None = None
    amount: Money | None = None
    """What the entry costs; not always hours × rate: rates are never recomputed."""
    currency: Currency | None = None
    narrative: Narrative = ""
    private_note: Narrative = ""
    task_code: Text = ""
    activity_code: Text = ""
    transaction_code: Text = ""
    """The billing program's own code for the sort of work."""
    category: Text = ""
    billable: bool = True
    printed: bool = True
    """Whether the entry is shown on the invoice."""
    on_hold: bool = False
    """Kept back by the firm in its billing program."""
    flat_fee: bool = False
    status: EntryStatus = EntryStatus.UNBILLED
    split_of: Annotated[RecordId | None, Refers(Kind.TIME_ENTRY)] = None
    """The entry that this one is a share of, where the firm splits its billing."""
    share: Fraction | None = None
    """The share of the split entry, between 0 and 1."""
    created_on: date | None = None

    def label(self) -> str:
        """Day and hours."""
        return f"{self.worked_on} {self.hours:f} h"
