"""What every record shares: frozen, strict about its fields, and silent about its narratives."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from hub.model.kinds import Kind
from hub.model.quantities import Money

RecordId = int
"""The number of a record in the ledger."""


@dataclass(frozen=True, slots=True)
class Refers:
    """Marks a field that holds the id of a record of one of these kinds."""

    kinds: tuple[Kind, ...]

    def __init__(self, *kinds: Kind) -> None:
        object.__setattr__(self, "kinds", kinds)


@dataclass(frozen=True, slots=True)
class Privileged:
    """Marks text under privilege or secrecy: kept out of logs, errors, plans and reprs."""


Text = Annotated[str, StringConstraints(strip_whitespace=True)]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Narrative = Annotated[str, Field(repr=False), Privileged()]
"""What was done, in the timekeeper's words; privileged between lawyer and client."""


class Part(BaseModel):
    """A part of a record, such as an address or an invoice line."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Record(Part):
    """One canonical client, matter, entry, … as the ledger keeps it."""

    kind: ClassVar[Kind]

    def label(self) -> str:
        """A short name by which a person knows this record; never a narrative."""
        return str(self.kind.words)


class Address(Part):
    """A postal address."""

    lines: tuple[Text, ...] = ()
    city: Text = ""
    region: Text = ""
    postal_code: Text = ""
    country: Text = ""


class Application(Part):
    """The share of a payment, write-off or credit note that goes to one invoice."""

    invoice: Annotated[RecordId, Refers(Kind.INVOICE)]
    amount: Money
