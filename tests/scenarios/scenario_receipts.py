"""A practice whose books take the money in, and whose Tabs3 is told of it by a person at the keyboard."""

from __future__ import annotations

import copy
import csv
import os
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from scenario_practice import Document, Practice

from hub.app.workspace import OpenWorkspace
from hub.ledger import BindingState, RecordState
from hub.model import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from hub_tabs3.sandbox import Tabs3Firm

HUB = """\
[hub]
firm = "Doyle & Vance LLP"
timezone = "America/Chicago"
currency = "USD"

[connections.billing]
connector = "tabs3"
folder = "tabs3"

[connections.books]
connector = "folder"
folder = "books"

[brakes]
changed = "100%"
shrunk = "100%"
voided = "100%"

"""
RECEIPTS = """\
[flows.receipts]
from = "books"
to = "billing"
kinds = ["payment", "write_off"]
"""
BILLS = """\
[flows.bills]
from = "billing"
to = "books"
kinds = ["client", "matter", "timekeeper", "time_entry", "expense", "invoice", "payment"]

"""
TIME = """\
[flows.time]
from = "books"
to = "billing"
kinds = ["time_entry"]
"""
_MONDAY = datetime(2026, 7, 6, 22, tzinfo=UTC)
_COLUMNS = {
    "client": ("id", "number", "name"),
    "matter": ("id", "client", "number", "name"),
    "timekeeper": ("id", "number", "name"),
    "time_entry": ("id", "matter", "timekeeper", "worked_on", "hours", "narrative"),
    "invoice": ("id", "number", "client", "issued_on", "status", "total"),
    "payment": (
        *("id", "client", "received_on", "amount", "method", "reference", "from_trust", "reversed"),
        "memo",
    ),
    "payment_application": ("payment", "invoice", "amount"),
    "write_off": ("id", "client", "written_off_on", "amount", "reason"),
    "write_off_application": ("write_off", "invoice", "amount"),
}


class Till(Practice):
    """The workspace, the Tabs3 of the firm, and the tables of its books."""

    def __init__(self, folder: Path, firm: Tabs3Firm, flows: str = RECEIPTS) -> None:
        self.moment = _MONDAY
        self.keeps_books = False
        self.tables: dict[str, list[Document]] = {name: [] for name in _COLUMNS}
        super().__init__(folder, firm)
        self.configure(flows)

    def copied(self, folder: Path) -> Till:
        """The same practice in another folder, as if it had always stood there."""
        other = super().copied(folder)
        assert isinstance(other, Till)
        other.tables = copy.deepcopy(self.tables)
        return other

    def configure(self, flows: str) -> None:
        """Say what moves."""
        (self.folder / "hub.toml").write_text(HUB + flows, encoding="utf-8")

    # ------------------------------------------------------------ the books

    def keep_books(self) -> None:
        """Enter every client and statement of the firm into books that the hub has never written."""
        self.keeps_books = True
        names = {row["CLIENT_ID"].rpartition(".")[0]: row["NAME"] for row in reversed(self.firm.clients)}
        self.tables["client"] = [
            {"id": f"C{number}", "number": number, "name": name} for number, name in sorted(names.items())
        ]
        self.tables["invoice"] = [
            {
                "id": f"I{one.number}",
                "number": str(one.number),
                "client": f"C{one.client_id.rpartition('.')[0]}",
                "issued_on": one.day.isoformat(),
                "status": "final",
                "total": str(one.total),
            }
            for one in self.firm.statements.values()
        ]

    def receive(self, applied: Mapping[int, str], amount: str = "", **more: Any) -> Document:
        """Enter a payment into the books: what of it goes to which statements; ``more`` are its columns."""
        return self._book("payment", "received_on", applied, amount, more)

    def give_up(self, applied: Mapping[int, str], **more: Any) -> Document:
        """Write off part of a statement in the books."""
        return self._book("write_off", "written_off_on", applied, "", more)

    def _book(
        self, table: str, day: str, applied: Mapping[int, str], amount: str, more: Document
    ) -> Document:
        first, shares = next(iter(applied)), list(applied.values())
        row = {
            "id": f"{table[0].upper()}{len(self.tables[table]) + 1}",
            "client": self._row("invoice", str(first))["client"],
            day: "2026-07-01",
            "amount": amount or str(sum(map(Decimal, shares), Decimal(0))),
            **more,
        }
        self.tables[table].append(row)
        for number, share in applied.items():
            invoice = self._row("invoice", str(number))["id"]
            self.tables[f"{table}_application"].append(
                {table: row["id"], "invoice": invoice, "amount": share}
            )
        return row

    def _row(self, table: str, number: str) -> Document:
        return next(row for row in self.tables[table] if row["number"] == number)

    # ------------------------------------------------------------ the evening

    def export(self) -> None:
        """Export Tabs3's tables, and save the books', as they are now."""
        super().export()
        for path in (self.folder / "tabs3").iterdir():
            os.utime(path, (self.moment.timestamp(),) * 2)
        for name, rows in self.tables.items():
            path = self.folder / "books" / f"{name}.csv"
            if self.keeps_books and (rows or path.exists()):
                self._save(path, _COLUMNS[name], rows)

    def _save(self, path: Path, columns: Iterable[str], rows: Iterable[Document]) -> None:
        path.parent.mkdir(exist_ok=True)
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows(rows)

    def enter(self, number: int, amount: str, **columns: str) -> str:
        """Enter a payment of a statement into books that the hub writes to; returns its id."""
        (invoice,) = [row for row in self.book_rows("invoice") if row["number"] == str(number)]
        payments, applied = self.book_rows("payment"), self.book_rows("payment_application")
        row = {"id": f"B{len(payments)}", "client": invoice["client"], "amount": amount, **columns}
        share = {"payment": row["id"], "invoice": invoice["id"], "amount": amount}
        for name, rows, new in (("payment", payments, row), ("payment_application", applied, share)):
            self._save(self.folder / "books" / f"{name}.csv", rows[0], [*rows, new])
        return row["id"]

    def night(self, *words: str) -> Document:
        """A day later: export everything, and sync."""
        self.moment += timedelta(days=1)
        self.export()
        return self.sync(*words)

    # ------------------------------------------------------------ what the hub has

    def payments(self, kind: Kind = Kind.PAYMENT) -> list[Document]:
        """The payments that count, each with where it stands."""
        with OpenWorkspace(self.folder) as workspace, workspace.ledger.reading():
            ledger = workspace.ledger
            names = ledger.streams.connection_names()
            return [
                {
                    "id": stored.id,
                    **stored.values,
                    "at": {
                        names[one.connection]: one.external_id
                        for one in ledger.records.bindings(stored.id)
                        if one.state is BindingState.LIVE
                    },
                }
                for stored in ledger.records.of_kind(kind)
                if stored.state is RecordState.LIVE
            ]

    def book_rows(self, table: str) -> list[Document]:
        """The rows of a table of the books, as the file has them."""
        path = self.folder / "books" / f"{table}.csv"
        with path.open(newline="", encoding="utf-8-sig") as file:
            return list(csv.DictReader(file))

    def ask(self, code: str, *words: str) -> str:
        """Say something about the only group that is held with this code; gives what the screen says."""
        groups = {hold["group"] for hold in self.json("review")["holds"] if hold["code"] == code}
        (group,) = groups
        result = self.run("review", str(group), *words)
        assert result.exit_code == 0, result.output
        return result.output

    def lists(self) -> dict[str, list[Document]]:
        """The posting lists in the ledger's own words: work and kind, and the lines of each."""
        document = self.json("review", "--lists", str(self.folder / "lists"))
        return {f"{one['work']} {one['kind']}": one for one in document["lists"]}

    def money(self) -> tuple[int, Decimal]:
        """How many payments count, and their sum."""
        found = [one for one in self.payments() if not one.get("reversed")]
        return len(found), sum((Decimal(one["amount"]) for one in found), Decimal(0))
