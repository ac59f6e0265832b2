"""What a first sync made of a company that was kept by hand, beside the truth; and a person who knows it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from scenario_books import amount, named, parents
from scenario_books_keyed import INACTIVE

from hub.app.workspace import OpenWorkspace
from hub.ledger import BindingState
from hub.model import Kind
from hub.sync.review import decide
from hub_quickbooks.names import standing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from scenario_books_keyed import KeyedFirm
    from scenario_practice import Document

    from hub.ledger import Hold, Ledger

KINDS = (Kind.CLIENT, Kind.MATTER, Kind.INVOICE)
_MOST_RUNS = 10
_ENTITIES = {Kind.CLIENT: "Customer", Kind.MATTER: "Customer", Kind.INVOICE: "Invoice"}
_ASKED = "match"


class Own(NamedTuple):
    """One of the firm's own: its record, and what it is bound to in the company."""

    record: int
    bound: tuple[str, ...]


class Truth:
    """Knows what in the company is what at the firm, and asks the ledger what the hub takes it for.

    Args:
        firm: the firm, as it is before the first run.

    """

    def __init__(self, firm: KeyedFirm) -> None:
        self.firm = firm
        self._before = {entity: set(_ids(firm, entity)) for entity in set(_ENTITIES.values())}
        self._names = {number: standing(name) for number, name in named(firm.company).items()}
        self._bills = _bills(firm)
        self.there: dict[Kind, dict[str, list[str]]] = {
            Kind.CLIENT: {one.id: one.customers for one in firm.clients},
            Kind.MATTER: {one.id: [one.customer] * bool(one.customer) for one in firm.matters},
            Kind.INVOICE: {one.id: [one.invoice] * bool(one.invoice) for one in firm.bills},
        }
        """What stands in the company for each of the firm's own; what the firm means to keep comes first."""
        self._kept = {
            (kind, found[0]): own for kind, ids in self.there.items() for own, found in ids.items() if found
        }
        self.owned: dict[Kind, dict[str, Own]] = {}
        """The firm's own by their ids there, as the hub has them since the last look."""

    # ------------------------------------------------------------ looking

    def look(self) -> None:
        """Look at the ledger."""
        with OpenWorkspace(self.firm.folder) as workspace, workspace.ledger.reading():
            self.owned = {kind: dict(_owned(workspace.ledger, kind)) for kind in KINDS}

    def adopted(self, kind: Kind) -> set[str]:
        """What of the firm's own is bound to what the firm means to keep."""
        return {
            own for own, ids in self.there[kind].items() if ids and self.owned[kind][own].bound == (ids[0],)
        }

    def unbound(self, kind: Kind) -> set[str]:
        """What of the firm's own stands in the company, and is bound to nothing yet."""
        return {own for own, ids in self.there[kind].items() if ids and not self.owned[kind][own].bound}

    def made(self, kind: Kind) -> set[str]:
        """What of the firm's own was made in the company."""
        before = self._before[_ENTITIES[kind]]
        return {own for own, known in self.owned[kind].items() if set(known.bound) - before}

    def made_in_error(self) -> dict[Kind, set[str]]:
        """What of that stood there already."""
        return {kind: {own for own in self.made(kind) if self.there[kind][own]} for kind in KINDS}

    def taken_for_another(self) -> dict[Kind, set[str]]:
        """What of the firm's own is bound to something that was there, and is not what the firm keeps."""
        return {kind: set(self._taken_for_another(kind)) for kind in KINDS}

    def _taken_for_another(self, kind: Kind) -> Iterator[str]:
        for own, known in self.owned[kind].items():
            if set(known.bound) & self._before[_ENTITIES[kind]] - set(self.there[kind][own][:1]):
                yield own

    def unlike(self) -> list[str]:
        """What of the firm's own is not in the company once, or is there in another way than it should be.

        What was keyed by hand stays as it was keyed, but for another amount; what was made is as the firm has
        it, below its own.
        """
        not_once = [own for kind in KINDS for own, one in self.owned[kind].items() if len(one.bound) != 1]
        return not_once or [*self._customers_unlike(), *self._bills_unlike()]

    def _customers_unlike(self) -> Iterator[str]:
        names, above = named(self.firm.company), parents(self.firm.company)
        clients, matters = self.owned[Kind.CLIENT], self.owned[Kind.MATTER]
        for client in self.firm.clients:
            customer = clients[client.id].bound[0]
            if names[customer] != self._names.get(customer, f"{client.number} {client.name}"):
                yield client.id
        for matter in self.firm.matters:
            customer = matters[matter.id].bound[0]
            expected = self._names.get(customer, f"{matter.number} {matter.name}")
            if (names[customer], above[customer]) != (expected, clients[matter.client.id].bound[0]):
                yield matter.id

    def _bills_unlike(self) -> Iterator[str]:
        invoices, matters = self.owned[Kind.INVOICE], self.owned[Kind.MATTER]
        after = _bills(self.firm)
        numbers = Counter(number for number, *_ in after.values())
        for one in self.firm.bills:
            invoice = invoices[one.id].bound[0]
            made = one.id, one.total, matters[one.matter.id].bound[0]
            keyed = self._bills.get(invoice, made)
            expected = keyed if keyed[1] == one.total else made
            if after[invoice] != expected or numbers[one.id] > 1:
                yield one.id

    # ------------------------------------------------------------ a person who knows

    def asked(self) -> list[Hold]:
        """What is asked about rows of the company."""
        with OpenWorkspace(self.firm.folder) as workspace, workspace.ledger.reading():
            return [one for one in workspace.ledger.holds.all() if one.code == _ASKED]

    def answer_all(self) -> Counter[str]:
        """Say of every row that is asked about what it is; mend what was refused. What was said how often."""
        self.look()
        said: Counter[str] = Counter()
        with OpenWorkspace(self.firm.folder) as workspace:
            ledger = workspace.ledger
            with ledger.reading():
                held = list(ledger.holds.all())
            if any(hold.code == "rejected" for hold in held):
                self._mend()
            for hold in held:
                if hold.code == _ASKED:
                    said[self._answer(ledger, hold)] += 1
                elif hold.code == "rejected":
                    decide(ledger, hold.id, "retry", one=True)
                    said["retry"] += 1
        return said

    def _answer(self, ledger: Ledger, hold: Hold) -> str:
        assert hold.kind is not None
        own = self._kept.get((hold.kind, hold.subject.partition("/")[2]))
        if own is None:
            decide(ledger, hold.id, "accept", one=True)
            return "accept"
        decide(ledger, hold.id, "link", record=self.owned[hold.kind][own].record, one=True)
        return "link"

    def candidates_miss(self, hold: Hold) -> bool:
        """Whether a question about what is the firm's own does not name it."""
        assert hold.kind is not None
        own = self._kept.get((hold.kind, hold.subject.partition("/")[2]))
        return own is not None and self.owned[hold.kind][own].record not in hold.facts["records"]

    def _mend(self) -> None:
        """Do in the company what the remedy says: make active what a matter is to stand below."""
        company = self.firm.company
        found = {one["Id"]: one["Active"] for one in company.all("Customer")}
        for client in self.firm.clients:
            if client.way == INACTIVE and not found[client.customers[0]]:
                company.change("Customer", client.customers[0], Active=True)

    def settle(self) -> list[Document]:
        """Answer and run until nothing is asked and nothing moves; what each run told."""
        told: list[Document] = []
        while len(told) < _MOST_RUNS:
            answered = self.answer_all()
            told.append(self.firm.sync())
            if not answered and not moved(told[-1]):
                break
        return told


def moved(document: Document) -> int:
    """How much a run wrote or linked."""
    counts = [counts for kinds in document["pushed"].values() for counts in kinds.values()]
    return sum(count for one in counts for name, count in one.items() if name not in ("unchanged", "held"))


def _bills(firm: KeyedFirm) -> dict[str, tuple[str, Decimal, str]]:
    """Of each invoice in the company its number, its total and its customer."""
    return {
        one["Id"]: (one["DocNumber"], amount(one["TotalAmt"]), one["CustomerRef"]["value"])
        for one in firm.company.all("Invoice")
    }


def _ids(firm: KeyedFirm, entity: str) -> list[str]:
    return [one["Id"] for one in firm.company.all(entity)]


def _owned(ledger: Ledger, kind: Kind) -> Iterator[tuple[str, Own]]:
    numbers = {name: number for number, name in ledger.streams.connection_names().items()}
    records = [stored.id for stored in ledger.records.of_kind(kind)]
    at = {name: ledger.records.all_bound_at(records, numbers[name]) for name in ("billing", "books")}
    for record, bindings in at["billing"].items():
        there = (one for one in at["books"].get(record, ()) if one.state is not BindingState.GONE)
        yield bindings[0].external_id, Own(record, tuple(one.external_id for one in there))
