"""The timekeeper: who does the work."""

from datetime import date
from typing import ClassVar

from hub.model.kinds import Kind
from hub.model.quantities import Rate
from hub.model.record import Currency, Record, Text


class Timekeeper(Record):
    """A lawyer, paralegal or other person whose time is billed."""

    kind: ClassVar[Kind] = Kind.TIMEKEEPER

    number: Text
    """The firm's own number or id for the timekeeper; text."""
    name: Text
    first_name: Text = ""
    last_name: Text = ""
    initials: Text = ""
    email: Text = ""
    title: Text = ""
    level: Text = ""
    """The firm's own rank, as the billing program spells it."""
    classification: Text = ""
    """The LEDES timekeeper classification, such as ``PARTNR``; never guessed."""
    department: Text = ""
    rates: tuple[Rate, ...] = ()
    """Standard hourly rates, the first one being the default."""
    currency: Currency | None = None
    active: bool = True
    admitted_on: date | None = None

    def label(self) -> str:
        """Number and name."""
        return f"{self.number} {self.name}".strip()
