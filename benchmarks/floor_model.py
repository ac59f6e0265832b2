"""The row of the pydantic floor, in a module of its own so that the other floors do not import pydantic."""

from datetime import date
from decimal import Decimal

from pydantic import BaseModel


class Entry(BaseModel):
    """A time entry as the CSV file has it."""

    id: str
    matter: str
    timekeeper: str
    worked_on: date
    hours: Decimal
    rate: Decimal
    amount: Decimal
    narrative: str

    def as_row(self) -> tuple[str, ...]:
        """Give the row to store."""
        return (
            self.id,
            self.matter,
            self.timekeeper,
            self.worked_on.isoformat(),
            str(self.hours),
            str(self.rate),
            str(self.amount),
            self.narrative,
        )
