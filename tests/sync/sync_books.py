"""A firm's books that somebody kept by hand for years: some clients inactive, renamed, or there twice."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING, Any, ClassVar

from sync_fakes import Fake

from hub.ledger import BindingState
from hub.sdk import Access, Kind, Listing, Page, Role, Upsert, hookimpl
from hub.sync.review import group_of
from hub.sync.sides import sides

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sync_fakes import Bench, Document, System

    from hub.sdk import Cursor

MAPPING = """
[client]
match = [["number"], ["name"]]
near = [["name~85"]]
[client.clients.fields]
number = { field = "number", default = "" }
name = { field = "name" }
active = { field = "active", as = "flag", optional = true }
[matter]
match = [["client", "number"]]
[matter.matters.fields]
client = { field = "client", ref = "client" }
number = { field = "number" }
name = { field = "name", optional = true }
[invoice]
match = [["number", "client"]]
[invoice.invoices.fields]
number = { field = "number" }
client = { field = "client", ref = "client" }
matter = { field = "matter", ref = "matter", optional = true }
status = { field = "status", optional = true }
issued_on = { field = "issued_on", as = "date" }
fees = { field = "total", as = "decimal" }
total = { field = "total", as = "decimal" }
[payment]
match = [["client", "amount", "received_on", "reference"], ["client", "amount", "received_on", "reference?"]]
[payment.payments.fields]
client = { field = "client", ref = "client" }
received_on = { field = "day", as = "date" }
amount = { field = "amount", as = "decimal" }
reference = { field = "reference", optional = true }
[payment.payments.lines.applied]
each = "applied"
into = "applications"
optional = true
[payment.payments.lines.applied.fields]
invoice = { field = "invoice", ref = "invoice" }
amount = { field = "amount", as = "decimal" }
"""
KINDS = (Kind.CLIENT, Kind.MATTER, Kind.INVOICE)
BY_CHANGES = Access(read=True, create=True, update=True, batch=50, listing=Listing.INCREMENTAL)
WHOLE = Access(read=True, create=True, update=True, batch=50)


class Ledgerbook(Fake):
    """Books that tell what changed since a reading, where they are asked for that."""

    name: ClassVar[str] = "books"
    states: ClassVar[list[dict[str, Document]]]
    broken: ClassVar[bool] = False
    """Whether its listings do not come to their end."""

    def read(self, kind: Kind, cursor: Cursor | None) -> Iterator[Page]:
        changes = self.access[kind].listing is Listing.INCREMENTAL
        own = {number: row for number, row in self.system.rows.items() if row["type"] == kind}
        before = self.states[int(cursor)] if cursor is not None and changes else {}
        self.states.append(deepcopy(own))
        items = [
            Upsert(f"{kind.value}s", key, _raw(row)) for key, row in own.items() if before.get(key) != row
        ]
        reached = str(len(self.states) - 1) if changes else None
        yield Page(items, cursor=reached, complete=not self.broken)


def _raw(row: Document) -> Document:
    return {name: value for name, value in row.items() if name not in {"type", "key", "visible", "action"}}


class Books:
    """A workspace with a folder that gives, and books that take and can be read."""

    def __init__(self, bench: Bench, access: Access = WHOLE) -> None:
        self.bench = bench
        self.system: System = bench.system
        self.access = dict.fromkeys(KINDS, access)
        bench.mapping(MAPPING, "books")
        bench.connections = {
            "practice": {"connector": "folder", "folder": "source"},
            "books": {"connector": "books"},
        }
        bench.flows = {"out": {"from": "practice", "to": "books", "kinds": ["client", "matter", "invoice"]}}
        bench.more = '[brakes]\nchanged = "100%"\nshrunk = "100%"\n[plugins]\ndisabled = ["ledes-rules"]\n'
        declared = {"system": self.system, "access": self.access, "role": Role.BOOKS, "states": []}
        self.connector: Any = type("BooksConnector", (Ledgerbook,), {**declared, "__module__": __name__})
        bench.plugins = [self._plugin()]

    def _plugin(self) -> object:
        connector = self.connector

        class BooksPlugin:
            @hookimpl
            def hub_connectors(self) -> list[Any]:
                return [connector]

        return BooksPlugin()

    def ours(self, kind: str, *rows: Document) -> None:
        """Write a table of the firm's own."""
        self.bench.table("source", kind, *rows)

    def client(self, name: str, number: str = "", active: str = "true") -> str:
        """Key in a client; returns the id of its row."""
        return self.system.put(Kind.CLIENT, {"number": number, "name": name, "active": active})

    def invoice(self, client: str, number: str, total: str, day: str = "2026-06-30", **more: str) -> str:
        """Key in an invoice; returns the id of its row."""
        row = {
            "client": client,
            "number": number,
            "status": "final",
            "issued_on": day,
            "total": total,
            **more,
        }
        return self.system.put(Kind.INVOICE, row)

    def sync(self) -> Document:
        """Run once."""
        return self.bench.sync()

    def created(self, kind: Kind = Kind.CLIENT) -> list[str]:
        """The names (or numbers) of what the hub made in the books."""
        calls = (intent for call in self.system.calls for intent in call)
        made = [one.payload for one in calls if one.kind is kind and not one.external_id]
        return sorted(str(payload.get("name") or payload["number"]) for payload in made)

    def record(self, number: str, kind: Kind = Kind.CLIENT) -> int:
        """The firm's own record with this number."""
        return min(one["id"] for one in self.bench.records(kind) if one["number"] == number)

    def stands(self, number: str, kind: Kind = Kind.CLIENT) -> list[str]:
        """The rows of the books that a record of the firm is."""
        record = self.record(number, kind)
        with self.bench.open() as workspace, workspace.ledger.transaction():
            books = workspace.ledger.streams.connection("books")
            bound = workspace.ledger.records.bindings(record, books)
            return sorted(one.external_id for one in bound if one.state is BindingState.LIVE)

    def sides(self, hold: Document) -> Document:
        """Both sides of what is asked."""
        with self.bench.open() as workspace:
            found = sides(workspace.ledger, group_of(workspace.ledger, hold["id"]))
            return next(one for one in found if one["hold"] == hold["id"])

    def asked(self, document: Document, kind: Kind = Kind.CLIENT) -> list[Document]:
        """What a person is asked about rows of a kind."""
        found = [hold for hold in document["holds"] if hold["code"] == "match"]
        return [hold for hold in found if hold["kind"] == kind.value]


def by_subject(holds: Iterable[Document]) -> dict[str, Document]:
    """Holds by the id of the row that they are about."""
    return {hold["subject"].partition("/")[2]: hold for hold in holds}


def acme(number: str = "100", name: str = "Acme Holdings LLC", key: str = "1") -> Document:
    """A client of the firm's own."""
    return {"id": key, "number": number, "name": name}


def bill(number: str, client: str = "1", total: str = "500.00", **more: str) -> Document:
    """An invoice of the firm's own."""
    row = {"id": f"i{number}", "number": number, "client": client, "status": "final", "matter": ""}
    return row | {"issued_on": "2026-06-30", "fees": total, "total": total, **more}


def lone(holds: list[Document]) -> Document:
    """The only hold."""
    (hold,) = holds
    return hold


_WOODS = "Alder Birch Cedar Dogwood Elm Fir Gum Hazel Ivy Juniper Kapok Larch Maple Nutmeg Oak Poplar"
_TOOLS = (
    "Anvil Bellows Chisel Drill Easel Funnel Gimlet Hammer Inkwell Jigsaw Kettle Locket Needle Oven Pulley "
    "Quill Rasp Sickle Trowel Urn Vise Whisk Xebec Yoke Zither Awl Bobbin Crank Compass Spanner Flail Magnet"
)
_FORMS = ("LLC", "Inc.", "Corp.", "LLP")

EXACT, INACTIVE, ALIKE = range(200), range(200, 240), range(240, 270)
RENAMED, TWICE, HALF, ABSENT = range(270, 285), range(285, 305), range(305, 325), range(325, 500)
"""How the books have the firm's clients: as they are, inactive, under a name like theirs, under another
name altogether, twice, twice and one of the two inactive, or not at all.
"""
STRANGERS = 25
"""How many clients of the books the firm never had."""


@dataclass
class Company:
    """Five hundred clients and three hundred invoices, and how the books have them."""

    books: Books
    rows: dict[int, list[str]] = field(default_factory=dict)
    """For each client of the firm, the ids of its rows in the books."""
    invoices: list[Document] = field(default_factory=list)

    def make(self) -> None:
        """Write the firm's tables, and key in the books."""
        names = [f"{wood} {tool}" for wood, tool in product(_WOODS.split(), _TOOLS.split())]
        ours = [f"{name} {_FORMS[place % 4]}" for place, name in enumerate(names[:500])]
        clients = [{"id": str(n), "number": str(1000 + n), "name": name} for n, name in enumerate(ours)]
        self.books.ours("client", *clients)
        for n, name in enumerate(ours):
            self.rows[n] = [self.books.client(*row) for row in _keyed(n, name)]
        for tool in _TOOLS.split()[:STRANGERS]:
            self.books.client(f"Quartz {tool} Partners")
        self._bill()
        self.books.ours("invoice", *self.invoices)

    def _bill(self) -> None:
        keyed = [*range(100), *range(200, 220), *range(240, 260), *RENAMED, *RENAMED, *range(285, 295)]
        for n in [*keyed, *range(305, 315)]:
            row = self._invoice(n)
            self.books.invoice(self.rows[n][0], row["number"], row["total"])
        for n in [*range(100, 140), *range(325, 395)]:
            self._invoice(n)

    def _invoice(self, n: int) -> Document:
        place = len(self.invoices)
        amount = f"{100 + place}.00"
        row = {"id": f"i{place}", "number": str(4000 + place), "client": str(n), "status": "final"}
        self.invoices.append(row | {"issued_on": "2026-06-30", "fees": amount, "total": amount})
        return self.invoices[-1]


def _keyed(n: int, name: str) -> list[tuple[str, ...]]:
    """How somebody keyed a client in: name, number, and whether it is active."""
    number = str(1000 + n)
    first, second, _ = name.split()
    keyed: list[tuple[range, list[tuple[str, ...]]]] = [
        (EXACT, [(name, number)]),
        (INACTIVE, [(name, number, "false")]),
        (ALIKE, [(f"The {second}s, {first}",)]),
        (RENAMED, [(f"Zinc {second[::-1]} Estates",)]),
        (TWICE, [(name, number)] * 2),
        (HALF, [(name, number, "false"), (name,)]),
    ]
    return next((rows for part, rows in keyed if n in part), [])
