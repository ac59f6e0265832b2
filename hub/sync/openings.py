"""What an opening is: what both sides had at the start of a flow to the books, and where they differ."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_NOTHING = Decimal(0)
_AMOUNTS = ("source_total", "books_total", "brought", "left")


@dataclass(frozen=True, slots=True)
class ClientLine:
    """A client on whom the two sides differ; amounts are what was owed at the start."""

    client: str
    source: Decimal
    books: Decimal
    brought: Decimal

    @property
    def difference(self) -> Decimal:
        """What the source has more than the books will have."""
        return self.source - self.books - self.brought


@dataclass(frozen=True, slots=True)
class LoneBill:
    """An invoice of before the start that was open at the books, and has none beside it at the source."""

    number: str
    day: str
    client: str
    open: Decimal


@dataclass(frozen=True, slots=True)
class Opening:
    """How a flow to the books stands at its start; amounts are receivables on that day.

    Args:
        flow: the flow.
        connection: the books.
        source: the connection that it moves from.
        start: the day from which it moves what happens, as ``YYYY-MM-DD``.
        source_total: what clients owed by the source.
        books_total: what clients owed by the books.
        brought: what is brought to the books of the rest, less the money that goes along with it.
        left: what was open of invoices of which a person said that they are left.
        clients: the clients on whom the two differ, the largest difference first.
        alone: the invoices that the books alone have.
        undecided: how many earlier invoices a person has to decide about.
        unread: how many rows cannot be read, and are counted nowhere.
        paid_unknown: whether the source does not tell what was paid, so that nothing can be compared.
        closed: whether the flow writes.
        signed_by: who signed the difference; empty where there is none, or nobody has.
        signed_at: when, as an instant in ISO 8601.
        signed_for: the reason that was given.

    """

    flow: str
    connection: str
    source: str
    start: str
    source_total: Decimal = _NOTHING
    books_total: Decimal = _NOTHING
    brought: Decimal = _NOTHING
    left: Decimal = _NOTHING
    clients: tuple[ClientLine, ...] = ()
    alone: tuple[LoneBill, ...] = ()
    undecided: int = 0
    unread: int = 0
    paid_unknown: bool = False
    closed: bool = False
    signed_by: str = ""
    signed_at: str = ""
    signed_for: str = ""

    @property
    def difference(self) -> Decimal:
        """What the source has more than the books will have."""
        return self.source_total - self.books_total - self.brought

    @property
    def agrees(self) -> bool:
        """Whether both sides are known to have the same of every client."""
        return not (self.clients or self.unread or self.paid_unknown)

    def document(self) -> dict[str, Any]:
        """The opening as data, for ``--json``; amounts are texts."""
        found: dict[str, Any] = {**_plain(asdict(self)), "difference": str(self.difference)}
        for line, told in zip(self.clients, found["clients"], strict=True):
            told["difference"] = str(line.difference)
        return found

    def figures(self) -> dict[str, Any]:
        """What a person signs, and what has to be the same for the signature to hold."""
        signing = ("closed", "undecided", "signed_by", "signed_at", "signed_for")
        return {name: value for name, value in self.document().items() if name not in signing}


def _plain(value: Any) -> Any:  # noqa: ANN401 -- any part of a document
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return str(value) if isinstance(value, Decimal) else value


def restored(document: Mapping[str, Any]) -> Opening:
    """An opening out of its document."""
    amounts = {name: Decimal(document[name]) for name in _AMOUNTS}
    clients = tuple(
        ClientLine(one["client"], *(Decimal(one[name]) for name in ("source", "books", "brought")))
        for one in document["clients"]
    )
    alone = tuple(LoneBill(**{**one, "open": Decimal(one["open"])}) for one in document["alone"])
    known = {field.name: document[field.name] for field in fields(Opening)}
    return Opening(**{**known, **amounts, "clients": clients, "alone": alone})
