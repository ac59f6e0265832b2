"""A company that a firm's people have kept by hand for years, and what of it is what at the firm.

The generator knows the truth: which customer is which client, and which invoice is which. The firm's own
tables tell none of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from random import Random
from typing import TYPE_CHECKING, Any

from scenario_books import BILLED_ON, FolderFirm, bill, key_client, key_invoice, key_matter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from hub_quickbooks.sandbox import Company

ABSENT, PLAIN, NUMBERED, INACTIVE, RESPELT, EMAILED, BILLED, TWICE = (
    *("absent", "plain", "numbered", "inactive", "respelt", "emailed", "billed", "twice"),
)
SHARES = {
    ABSENT: 60,
    PLAIN: 250,
    NUMBERED: 90,
    INACTIVE: 40,
    RESPELT: 50,
    EMAILED: 20,
    BILLED: 20,
    TWICE: 30,
}
"""Of 560 clients so many stand in the company in each way: not at all; by their names; with their numbers;
made inactive; nearly by their names; under another name with their e-mail, or with their invoices; twice."""
CERTAIN = frozenset({PLAIN, NUMBERED, INACTIVE})
_OTHER_AMOUNT, _WRONG_TWIN = 0.04, 0.3

_FIRST = (
    *("Abernathy", "Bellwether", "Calloway", "Dunmore", "Eastlake", "Fairbanks", "Grantham", "Hollister"),
    *("Ivanhoe", "Jessup", "Kirkwood", "Lockhart", "Merriweather", "Northcutt", "Oglethorpe", "Pemberton"),
    *("Quigley", "Ravenswood", "Sheridan", "Thackeray", "Underhill", "Vandermeer", "Winslow", "Yarborough"),
)
_SECOND = (
    *("Zimmerman", "Ashdown", "Brookfield", "Copeland", "Davenport", "Ellsworth", "Fitzgerald", "Goldsmith"),
    *("Huntington", "Inglewood", "Juniper", "Kowalski", "Livingston", "Montgomery", "Osborne", "Prescott"),
    *("Rutherford", "Stonebridge", "Trevelyan", "Upchurch", "Villanueva", "Whitcomb", "Youngblood", "Zane"),
)
_TRADES = ("Shipping", "Foods", "Textiles", "Energy", "Estates", "Rail", "Printing", "Orchards")
_ENDS = (", LLC", ", Inc.", " Co.", "", " LLP")
_TOPICS = ("Lease of", "Dispute with", "Purchase of", "Permit for", "Claim of", "Audit of")


@dataclass(slots=True)
class Client:
    """A client of the firm."""

    id: str
    number: str
    name: str
    email: str
    way: str
    customers: list[str] = field(default_factory=list)
    """The customers that it is in the company; the first one is the one that the firm means to keep."""


@dataclass(slots=True)
class Matter:
    """A matter of the firm."""

    id: str
    client: Client
    number: str
    name: str
    customer: str = ""
    """The job that it is in the company; empty where there is none."""


@dataclass(slots=True)
class Bill:
    """An invoice of the firm."""

    id: str
    """Its number, too."""
    matter: Matter
    total: Decimal
    invoice: str = ""
    """What it is in the company; empty where it is not there."""
    exact: bool = True
    """Whether it stands there over its amount, below a customer that the firm means to keep."""


class KeyedFirm(FolderFirm):
    """The firm's tables, the company that was kept by hand, and what is what.

    Args:
        folder: where the workspace is made.
        clients: how many clients the firm has, of whom some fifty in 560 are not in the company.
        invoices: how many of the firm's invoices are in the company; the firm has a fifth more.
        seed: another seed, another firm.

    """

    def __init__(self, folder: Path, clients: int, invoices: int, seed: int = 1) -> None:
        super().__init__(folder)
        self._random = Random(seed)
        self.clients = list(self._make_clients(clients))
        self.matters = list(self._make_matters())
        self.bills = list(self._make_bills(invoices))
        self._keep_tables()
        self.strangers = [key_client(self.company, name) for name in ("Harbor Stationers", "City Courier")]
        self._key_customers()
        self._key_bills(invoices)
        self._retire()

    # ------------------------------------------------------------ the firm

    def _make_clients(self, count: int) -> Iterator[Client]:
        whole = sum(SHARES.values())
        ways = [way for way, share in SHARES.items() for _ in range(round(share * count / whole))]
        ways = (ways + [PLAIN] * count)[:count]
        self._random.shuffle(ways)
        for position, (name, way) in enumerate(zip(self._names(), ways, strict=False)):
            yield Client(f"C{position}", str(100 + position), name, f"ap{position}@client.test", way)

    def _names(self) -> Iterator[str]:
        pairs = [(first, second) for first in _FIRST for second in _SECOND]
        self._random.shuffle(pairs)
        for first, second in pairs:
            trade, end = self._random.choice(_TRADES), self._random.choice(_ENDS)
            yield f"{first} {self._random.choice(('& ', ''))}{second} {trade}{end}"

    def _make_matters(self) -> Iterator[Matter]:
        for client in self.clients:
            for position in range(1, self._random.choice((2, 3))):
                topic = self._random.choice(_TOPICS)
                name = f"{topic} {self._random.choice(_SECOND)} {client.number}-{position}"
                number = f"{client.number}.{position:02}"
                yield Matter(f"M{number}", client, number, name)

    def _make_bills(self, keyed: int) -> Iterator[Bill]:
        billed = [one for one in self.matters if one.client.way == BILLED]
        for position in range(int(keyed * 1.2)):
            # Who is known by invoices alone has to have some.
            matter = billed[position] if position < len(billed) else self._random.choice(self.matters)
            total = Decimal(self._random.randrange(20_000, 900_000)) / 100
            yield Bill(str(4101 + position), matter, total)

    def _keep_tables(self) -> None:
        self.keep("client", map(_client_row, self.clients))
        self.keep("matter", map(_matter_row, self.matters))
        self.keep(
            "invoice", (bill(one.id, one.matter.client.id, one.matter.id, one.total) for one in self.bills)
        )

    # ------------------------------------------------------------ the company

    def _key_customers(self) -> None:
        for client in self.clients:
            client.customers = list(_KEYED[client.way](self.company, client, self._random))
        for matter in self.matters:
            client = matter.client
            if client.customers and client.way != INACTIVE and self._random.random() < 0.5:
                number = f"{matter.number} " if self._random.random() < 0.5 else ""
                matter.customer = key_matter(self.company, client.customers[0], number + matter.name)

    def _key_bills(self, count: int) -> None:
        there = [one for one in self.bills if one.matter.client.customers]
        for one in there[:count]:
            client = one.matter.client
            customer, total = one.matter.customer or client.customers[0], one.total
            if self._has_active_twin(client) and self._random.random() < _WRONG_TWIN:
                customer, one.exact = client.customers[1], False
            elif self._random.random() < _OTHER_AMOUNT:
                total, one.exact = total + 10, False
            one.invoice = key_invoice(self.company, customer, one.id, total, BILLED_ON)

    def _has_active_twin(self, client: Client) -> bool:
        return len(client.customers) > 1 and client.customers[1] in self._active

    @cached_property
    def _active(self) -> frozenset[str]:
        return frozenset(one["Id"] for one in self.company.all("Customer") if one["Active"])

    def _retire(self) -> None:
        for client in self.clients:
            if client.way == INACTIVE:
                self.company.change("Customer", client.customers[0], Active=False)


def _client_row(client: Client) -> dict[str, Any]:
    return {"id": client.id, "number": client.number, "name": client.name, "email": client.email}


def _matter_row(matter: Matter) -> dict[str, Any]:
    return {"id": matter.id, "client": matter.client.id, "number": matter.number, "name": matter.name}


# ------------------------------------------------------------ how a client is keyed


def respelt(name: str, random: Random) -> str:
    """A name as somebody else keys it."""
    ways = [name.upper(), _with_a_slip(name, random)]
    if "&" in name:
        ways.append(name.replace("&", "and"))
    if name.endswith(_ENDS[:2]):
        ways.append(name.rpartition(",")[0])
    return random.choice(ways)


def _with_a_slip(name: str, random: Random) -> str:
    place = random.randrange(2, len(name) - 6)
    return name[:place] + name[place + 1 :]


def _absent(_company: Company, _client: Client, _random: Random) -> Iterator[str]:
    yield from ()


def _plain(company: Company, client: Client, _random: Random) -> Iterator[str]:
    yield key_client(company, client.name)


def _numbered(company: Company, client: Client, _random: Random) -> Iterator[str]:
    yield key_client(company, f"{client.number} {client.name}")


def _respelt(company: Company, client: Client, random: Random) -> Iterator[str]:
    yield key_client(company, respelt(client.name, random))


def _emailed(company: Company, client: Client, _random: Random) -> Iterator[str]:
    yield key_client(company, f"Formerly {client.number}th Street Partners", email=client.email)


def _billed(company: Company, client: Client, _random: Random) -> Iterator[str]:
    yield key_client(company, f"Successor of the {client.number}th")


def _twice(company: Company, client: Client, random: Random) -> Iterator[str]:
    """Twice: once more with its number, once more with a slip, or once more since it was made inactive."""
    sort = random.choice(("number", "slip", "inactive"))
    if sort == "inactive":
        old = key_client(company, client.name, active=False)
        yield key_client(company, client.name)
        yield old
        return
    yield key_client(company, client.name)
    again = f"{client.number} {client.name}" if sort == "number" else _with_a_slip(client.name, random)
    yield key_client(company, again)


_KEYED: Mapping[str, Callable[[Company, Client, Random], Iterator[str]]] = {
    ABSENT: _absent,
    PLAIN: _plain,
    NUMBERED: _numbered,
    INACTIVE: _plain,
    RESPELT: _respelt,
    EMAILED: _emailed,
    BILLED: _billed,
    TWICE: _twice,
}
