"""A firm as it is lived with: a billing program whose rows move, the firm's books, and a client's portal."""

from __future__ import annotations

from copy import deepcopy
from decimal import Decimal
from itertools import count
from typing import TYPE_CHECKING, Any, ClassVar

from sync_fakes import Bench, Document, FakeSettings, System, a_plugin, delivers
from sync_mappings import BOOKS, PORTAL, PRACTICE

from hub.ledger import BindingState
from hub.sdk import (
    Access,
    Connector,
    Deleted,
    Delivered,
    Followed,
    Health,
    Intent,
    Kind,
    NotSent,
    Outcome,
    Page,
    Role,
    Upsert,
    hookimpl,
)
from hub.sync import sync
from hub.sync.telling import sync_document

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from hub.sdk import Cursor, Item, Remark

KINDS = {
    "CLIENTS": Kind.CLIENT,
    "MATTERS": Kind.MATTER,
    "PEOPLE": Kind.TIMEKEEPER,
    "FEE": Kind.TIME_ENTRY,
    "ARCHIVE": Kind.TIME_ENTRY,
    "BILLS": Kind.INVOICE,
    "MONEY": Kind.PAYMENT,
}
ALL = ["client", "matter", "timekeeper", "time_entry", "invoice"]


class Practice:
    """A billing program as it is read: tables whose rows move, leave and come back."""

    def __init__(self) -> None:
        self.tables: dict[str, dict[str, Document]] = {name: {} for name in KINDS}
        self.as_of: datetime | None = None
        self.changes_only: frozenset[str] = frozenset()
        """The tables of which a listing with a cursor shows what changed since."""
        self.unsettled: dict[tuple[str, str], str] = {}
        self.remarks: list[Remark] = []
        self.complete = True
        self.page = 1000
        self.cursors: list[tuple[Kind, Cursor | None]] = []
        """With which cursor each kind was read."""
        self.files: list[Intent] = []
        """What was handed over in files that are not loaded yet."""
        self.sent: list[str] = []
        """The keys of all that was handed over."""
        self.waits_for_person = ""
        """What a person has to do before it takes another file."""
        self.told: list[Followed] = []
        self._states: list[dict[str, dict[str, Document]]] = []

    def read(self, kind: Kind, cursor: Cursor | None) -> Iterator[Page]:
        """A full listing, with changes only of the tables that say so."""
        self.cursors.append((kind, cursor))
        partly = self.changes_only if cursor is not None else frozenset()
        before = self._states[int(cursor)] if cursor is not None else {}
        self._states.append(deepcopy(self.tables))
        reached = str(len(self._states) - 1) if self.changes_only else None
        items = [
            item
            for table in self._of(kind)
            for item in self._items(table, before.get(table) if table in partly else None)
        ]
        pages = [items[start : start + self.page] for start in range(0, len(items), self.page)] or [[]]
        for number, page in enumerate(pages, 1):
            last = number == len(pages)
            yield Page(
                page,
                cursor=reached if last else None,
                complete=last and self.complete,
                remarks=tuple(one for one in self.remarks if KINDS[one.source] is kind) if last else (),
                changes_only=partly & {*self._of(kind)},
                as_of=self.as_of,
            )

    def write(self, intents: Sequence[Intent]) -> Iterator[Outcome]:
        """Take a file; it is seen once it is loaded."""
        for intent in intents:
            if self.waits_for_person:
                yield Outcome(intent.key, NotSent(until=self.waits_for_person))
                continue
            self.sent.append(intent.key)
            self.files.append(intent)
            yield Outcome(intent.key, Delivered(f"file {intent.key}"))

    def load(self, *, twice: bool = False) -> None:
        """Load the files, whose texts come without commas."""
        for _ in range(1 + twice):
            for intent in self.files:
                row = {"person": "", "text": "", "split_of": "", **intent.payload}
                row["text"] = row["text"].replace(",", "")
                self.tables["FEE"][f"L{len(self.tables['FEE']) + 1}"] = row
        self.files.clear()

    def _of(self, kind: Kind) -> list[str]:
        return [table for table, held in KINDS.items() if held is kind]

    def _items(self, table: str, before: dict[str, Document] | None) -> Iterator[Item]:
        rows = self.tables[table]
        for key, row in rows.items():
            if before is None or before.get(key) != row:
                yield Upsert(table, key, deepcopy(row), unsettled=self.unsettled.get((table, key), ""))
        yield from (Deleted(table, key) for key in before or () if key not in rows)


class PracticeFake(Connector[FakeSettings]):
    """Reads the billing program."""

    name: ClassVar[str] = "practice"
    title: ClassVar[str] = "Practice"
    settings = FakeSettings
    practice: ClassVar[Practice]

    def check(self) -> Health:
        return Health(ok=True)

    def read(self, kind: Kind, cursor: Cursor | None) -> Iterator[Page]:
        yield from self.practice.read(kind, cursor)

    def write(self, intents: Sequence[Intent]) -> Iterator[Outcome]:
        return self.practice.write(intents)

    def follow(self, kind: Kind, receipts: Sequence[str]) -> Iterator[Followed]:
        return iter([one for one in self.practice.told if one.receipt in receipts])


def _practice_plugin(practice: Practice, access: dict[Kind, Access]) -> object:
    declared = {"practice": practice, "access": access, "role": Role.PRACTICE, "__module__": __name__}
    connector = type("PracticeConnector", (PracticeFake,), declared)

    class PracticePlugin:
        @hookimpl
        def hub_connectors(self) -> list[Any]:
            return [connector]

    return PracticePlugin()


class Firm(Bench):
    """A workspace with the billing program, the books (``fake``) and a portal, each of them opened anew."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.practice = Practice()
        self.reads = {kind: Access(read=True) for kind in KINDS.values()}
        self.access = {
            kind: Access(create=True, update=True, batch=10)
            for kind in (Kind.CLIENT, Kind.MATTER, Kind.TIMEKEEPER, Kind.TIME_ENTRY, Kind.INVOICE)
        }
        self.portal = System(self.clock, always=delivers)
        self.portal_access = {Kind.INVOICE: Access(create=True, batch=10)}
        self.connections = {
            "practice": {"connector": "practice"},
            "books": {"connector": "fake"},
            "portal": {"connector": "portal"},
        }
        self.flows = {"books": {"from": "practice", "to": "books", "kinds": ALL}}
        self.more = '[brakes]\nshrunk = "100%"\nchanged = "100%"\n[plugins]\ndisabled = ["ledes-rules"]\n'
        self.mapping(PRACTICE, "practice")
        self.mapping(BOOKS, "fake")
        self.mapping(PORTAL, "portal")
        self._numbers = count(1)

    @property
    def books(self) -> System:
        """The firm's books."""
        return self.system

    def open(self) -> Any:
        """Open the workspace."""
        self.plugins = [
            _practice_plugin(self.practice, self.reads),
            a_plugin(self.portal, self.portal_access, Role.PORTAL, name="portal"),
        ]
        return super().open()

    def to_portal(self) -> None:
        """Have the invoices go to the portal as well."""
        self.flows["portal"] = {"from": "practice", "to": "portal", "kinds": ["invoice"]}

    def rows(self, table: str) -> dict[str, Document]:
        """The rows of a table of the billing program."""
        return self.practice.tables[table]

    def client(self, number: str, name: str, *matters: str, **more: str) -> None:
        """Open a client with matters, each called after its number within the client."""
        self.rows("CLIENTS")[number] = {"number": number, "name": name}
        for matter in matters:
            key = f"{number}.{matter}"
            self.rows("MATTERS")[key] = {"client": number, "number": key, "name": f"case {matter}", **more}
        self.rows("PEOPLE").setdefault("7", {"number": "7", "name": "Jo Doe"})

    def renumber(self, old: str, new: str) -> None:
        """Give a client and all that belongs to it a new number; its ids are made of it."""

        def renamed(text: str) -> str:
            return new + text.removeprefix(old) if text.partition(".")[0] == old else text

        for table in ("CLIENTS", "MATTERS"):
            rows = self.practice.tables[table]
            self.practice.tables[table] = {
                renamed(key): row | {"number": renamed(row["number"])} for key, row in rows.items()
            }
        for rows in self.practice.tables.values():
            for row in rows.values():
                row |= {name: renamed(row[name]) for name in ("client", "matter") if name in row}

    def entry(self, matter: str, hours: str, text: str = "", table: str = "FEE", **more: str) -> str:
        """Enter time; returns the id of its row."""
        key = f"{table[0]}{next(self._numbers)}"
        row = {"matter": matter, "person": "7", "day": "2026-06-01", "hours": hours, "text": text}
        self.rows(table)[key] = {**row, "split_of": "", **more} if table == "FEE" else {**row, **more}
        return key

    def move(self, key: str, origin: str, to: str, **more: str) -> str:
        """Move an entry to another table, where it has a new id."""
        row = self.rows(origin).pop(key)
        return self.entry(row["matter"], row["hours"], row["text"], to, **{"day": row["day"], **more})

    def bill(self, number: str, entries: list[str], *, rate: int = 100, key: str = "", **more: str) -> str:
        """Bill unbilled entries; returns the id of the bill."""
        billed = [self.move(entry, "FEE", "ARCHIVE") for entry in entries]
        lines = []
        for entry in billed:
            row = self.rows("ARCHIVE")[entry]
            amount = f"{Decimal(row['hours']) * rate:.2f}"
            lines.append({"entry": entry, "amount": amount} | {k: row[k] for k in ("day", "hours", "text")})
        matter = self.rows("ARCHIVE")[billed[0]]["matter"]
        key = key or f"S{next(self._numbers)}"
        total = f"{sum(Decimal(line['amount']) for line in lines):.2f}"
        self.rows("BILLS")[key] = {
            "number": number,
            "client": matter.split(".")[0],
            "matter": matter,
            "day": "2026-06-30",
            "total": total,
            "LINES": lines,
            **more,
        }
        return key

    def undo(self, bill: str) -> list[str]:
        """Undo a bill; returns the new ids of its entries, unbilled again."""
        row = self.rows("BILLS").pop(bill)
        return [self.move(line["entry"], "ARCHIVE", "FEE") for line in row["LINES"]]

    def pay(self, bill: str, amount: str, **more: str) -> str:
        """Enter a payment of a bill; returns its id."""
        key = f"P{next(self._numbers)}"
        self.rows("MONEY")[key] = {
            "client": self.rows("BILLS")[bill]["client"],
            "day": "2026-07-01",
            "amount": amount,
            "reference": f"check {key}",
            "memo": "",
            "APPLIED": [{"bill": bill, "amount": amount}],
            **more,
        }
        return key

    def records(self, kind: Kind = Kind.CLIENT) -> list[Document]:
        """The records of the ledger, the oldest first."""
        return sorted(super().records(kind), key=lambda one: int(one["id"]))

    def run(self, session: Any) -> Document:
        """Run once in a session of one's own."""
        return sync_document(session, sync(session))

    def only_record(self, kind: Kind) -> Document:
        """The only record of a kind."""
        (record,) = self.records(kind)
        return record

    def bound(self, record: int, connection: str = "practice") -> dict[str, str]:
        """What a record is at a connection: its external ids, each with its state."""
        with self.open() as workspace, workspace.ledger.transaction():
            number = workspace.ledger.streams.connection(connection)
            return {
                one.external_id: BindingState(one.state).name
                for one in workspace.ledger.records.bindings(record, number)
            }

    def cursor(self, kind: Kind, connection: str = "practice") -> str | None:
        """How far a kind has been read."""
        with self.open() as workspace, workspace.ledger.transaction():
            number = workspace.ledger.streams.connection(connection)
            found: str | None = workspace.ledger.streams.cursor(number, kind)
            return found


def live(records: list[Document]) -> list[Document]:
    """Those that stand somewhere."""
    return [one for one in records if one["state"] == "LIVE"]


def told(document: Document, code: str) -> list[Document]:
    """All that is told under a code, held or not."""
    return [hold for hold in document["holds"] if hold["code"] == code]


def groups(document: Document) -> dict[str, int]:
    """The codes of what is held, with how many groups there are of each."""
    blocks = {(hold["code"], hold["group"]) for hold in document["holds"] if hold["severity"] == "block"}
    return {code: sum(one == code for one, _ in blocks) for code, _ in sorted(blocks)}
