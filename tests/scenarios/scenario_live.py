"""A practice whose Tabs3 is read live or exported, on a clock of its own, and what the hub has of it."""

from __future__ import annotations

import importlib
import json
import os
import shutil
import sqlite3
import sys
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from scenario_practice import MAPPING as LEVELS
from scenario_practice import parse_ledes

from hub.app.workspace import OpenWorkspace
from hub.ledger import BindingState, RecordState
from hub.model import Kind, line_references, references
from hub.sync import Options, sync
from hub.sync.review import choices, decide
from hub.sync.telling import sync_document
from hub.testing.clock import FakeClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from hub.ledger import Ledger, StoredRecord
    from hub_tabs3.sandbox import Tabs3Firm

Document = dict[str, Any]
READER = (sys.executable, "-m", "hub_tabs3_reader")
KINDS = (
    *(Kind.CLIENT, Kind.MATTER, Kind.TIMEKEEPER, Kind.TIME_ENTRY, Kind.EXPENSE, Kind.INVOICE),
    *(Kind.PAYMENT, Kind.WRITE_OFF, Kind.TRUST_TRANSACTION),
)
_KINDS = ", ".join(f'"{kind.value}"' for kind in KINDS)
HEAD = """\
[hub]
firm = "Doyle & Vance LLP"
timezone = "UTC"
currency = "USD"

[connections.billing]
connector = "tabs3"
{where}

[connections.books]
connector = "folder"
folder = "books"

[connections.portal]
connector = "ebilling"
folder = "outbox"
law_firm_id = "47-0000000"

"""
"""A firm whose Tabs3 is read in some way (``where``), its books, and a portal."""
_FLOWS = f"""\
[flows.all]
from = "billing"
kinds = [{_KINDS}]

[flows.books]
from = "billing"
to = "books"
secure = true
kinds = ["client", "matter", "timekeeper", "time_entry", "expense", "invoice"]

[flows.bills]
from = "billing"
to = "portal"
secure = true
kinds = ["invoice"]

[brakes]
changed = "100%"
voided = "100%"
"""
MAPPING = f"""\
{LEVELS}
[payment.fields.method]
field = "RECEIPT_TYPE"
unknown = "hold"

[payment.fields.method.values]
"0" = "cash"
"1" = "check"
"2" = "card"
"3" = "other"
"4" = "client funds"
"5" = "eft"
trust = "trust"
"""
FOLDER = 'folder = "tabs3"\ntrust_folder = "trust"'
ONLY_TOLD = frozenset({"missing", "in-both", "remark"})
"""What goes by itself, or only tells."""


def live(dsn: str = "Tabs3", command: Iterable[str] = READER, **settings: object) -> str:
    """The settings of a connection that reads live."""
    told = {"dsn": dsn, "reader": list(command), **settings}
    return "\n".join(f"{name} = {json.dumps(value)}" for name, value in told.items())


class DataSources:
    """Tabs3 Billing and Tabs3 Trust as system DSNs ``Tabs3`` and ``Trust``, with SQLite in their place."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        if "SQLite3" not in _drivers() and not os.environ.get("HUB_REQUIRE_ODBC"):
            pytest.skip("there is no ODBC driver SQLite3 here (apt-get install unixodbc libsqliteodbc)")
        assert "SQLite3" in _drivers()
        folder.mkdir(parents=True)
        self.billing = folder / "tabs3.db"
        self.trust = folder / "trust.db"
        sources = (("Tabs3", self.billing), ("Trust", self.trust))
        listed = [f"[{name}]\nDriver = SQLite3\nDatabase = {path}\n" for name, path in sources]
        (folder / "odbc.ini").write_text("".join(listed), encoding="utf-8")
        shutil.copy("/etc/odbcinst.ini", folder / "odbcinst.ini")
        monkeypatch.setenv("ODBCSYSINI", str(folder))
        monkeypatch.setenv("ODBCINI", str(folder / "none.ini"))

    def hold(self, firm: Tabs3Firm) -> None:
        """Bring them to what the firm has now."""
        written(firm, self.billing)
        firm.trust.write_database(self.trust)


def _drivers() -> list[str]:
    try:
        return list(importlib.import_module("pyodbc").drivers())
    except ImportError:
        return []


def written(firm: Tabs3Firm, database: Path) -> Path:
    """Put the firm's tables into a database in which somebody may work while it is read."""
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = OFF")
        firm.write_database(connection)
    return database


@dataclass
class Desk:
    """A workspace, a clock, and the person before it."""

    folder: Path
    clock: FakeClock
    seen: Callable[[str, int], None] = lambda _what, _count: None
    """Called after each page that the hub takes in."""

    flows: tuple[str, ...] = ()
    """Those that are run; all unless said."""

    @classmethod
    def made(cls, folder: Path, where: str, ledger: Path | None, firm: Tabs3Firm) -> Desk:
        """Set up a workspace on the evening of the firm's day, with a ledger that is made already."""
        (folder / "mappings").mkdir(parents=True)
        (folder / "mappings" / "tabs3.toml").write_text(MAPPING, encoding="utf-8")
        if ledger is not None:
            shutil.copy(ledger, folder / "hub.db")
        desk = cls(folder, FakeClock(evening(firm)))
        desk.set(where)
        return desk

    def copied(self, folder: Path) -> Desk:
        """The same workspace in another folder, as if it had always stood there."""
        shutil.copytree(self.folder, folder)
        with closing(sqlite3.connect(folder / "hub.db")) as database, database:
            database.execute("UPDATE workspace SET place = ?", (str((folder / "hub.db").resolve()),))
        return Desk(folder, FakeClock(self.clock.now()), flows=self.flows)

    def set(self, where: str) -> None:
        """Write other settings of the connection into hub.toml."""
        text = HEAD.format(where=where) + _FLOWS
        (self.folder / "hub.toml").write_text(text, encoding="utf-8")

    def wait_for(self, firm: Tabs3Firm) -> None:
        """Let it become the evening of the firm's day."""
        self.clock.advance(evening(firm) - self.clock.now())

    def export(self, firm: Tabs3Firm) -> None:
        """Export the firm's tables as they are now."""
        firm.write(self.folder / "tabs3")
        firm.trust.write(self.folder / "trust")
        moment = self.clock.now().timestamp()
        for path in [*(self.folder / "tabs3").iterdir(), *(self.folder / "trust").iterdir()]:
            os.utime(path, (moment, moment))

    def sync(self, after: timedelta = timedelta(minutes=1)) -> Document:
        """Run a sync, and let a minute go by."""
        with OpenWorkspace(self.folder, clock=self.clock) as workspace:
            options = Options(who="scenario")
            session = workspace.session(
                self.flows, options, confirm=lambda _name, _totals: True, progress=self.seen
            )
            document = sync_document(session, sync(session))
        self.clock.advance(after)
        return document

    def settle(self) -> Document:
        """Sync, decide as a billing specialist would, and sync again, until nobody is asked any more."""
        for _ in range(6):
            document = self.sync()
            assert not document["errors"], document["errors"]
            if not self._decide():
                return document
        raise AssertionError("it never comes to an end")

    def _decide(self) -> int:
        with OpenWorkspace(self.folder, clock=self.clock) as workspace:
            with workspace.ledger.reading():
                groups = workspace.ledger.holds.groups()
            asked = [
                one for one in groups if one.first.code not in ONLY_TOLD and "accept" in choices(one.first)
            ]
            for group in asked:
                decide(workspace.ledger, group.first.id, "accept", "as it is")
        return len(asked)

    # ------------------------------------------------------------ what the hub has

    def known(self) -> Known:
        """What stands in the ledger."""
        with OpenWorkspace(self.folder, clock=self.clock) as workspace, workspace.ledger.reading():
            return Known(workspace.ledger)

    def bills(self) -> list[tuple[int, Decimal]]:
        """Number and total of each invoice that was delivered to the portal; its lines come to the total."""
        found = []
        for path in sorted((self.folder / "outbox").glob("*.txt")):
            rows = parse_ledes(path.read_bytes())
            total = Decimal(rows[0]["INVOICE_TOTAL"])
            assert sum(Decimal(row["LINE_ITEM_TOTAL"]) for row in rows) == total
            found.append((int(rows[0]["INVOICE_NUMBER"]), total))
        return found


def evening(firm: Tabs3Firm) -> datetime:
    """When the firm has gone home."""
    return datetime.combine(firm.day, datetime.min.time(), UTC) + timedelta(hours=22)


def deleted(document: Document) -> int:
    """How many records a run took to be deleted."""
    return sum(counts["deleted"] for counts in document["pulled"]["billing"].values())


def changed(document: Document) -> dict[str, int]:
    """How many records of each kind a run took in."""
    return {kind: counts["changed"] for kind, counts in document["pulled"]["billing"].items()}


class Known:
    """What a ledger holds of the connection ``billing``."""

    def __init__(self, ledger: Ledger) -> None:
        self.records: dict[Kind, dict[tuple[str, str], Document]] = {}
        """The records that stand, by the table and id of their rows; so is told what they refer to."""
        self.ids: dict[Kind, dict[tuple[str, str], int]] = {}
        self.stored = {stored.id: stored for kind in Kind for stored in ledger.records.of_kind(kind)}
        self.gone = {stored.id for stored in self.stored.values() if stored.state is RecordState.GONE}
        self.cursors = {kind: ledger.streams.cursor(_number(ledger), kind) for kind in KINDS}
        self._places = _places(ledger, self.stored)
        for kind in KINDS:
            standing = self.standing(kind)
            self.records[kind] = {self._place(one.id): self._words(one) for one in standing}
            self.ids[kind] = {self._place(one.id): one.id for one in standing}

    def standing(self, kind: Kind) -> list[StoredRecord]:
        """The records of a kind that are not gone."""
        return [
            one
            for one in self.stored.values()
            if one.kind is kind and one.state is RecordState.LIVE and one.id in self._places
        ]

    def _place(self, record: int) -> tuple[str, str]:
        return self._places.get(record, ("", str(record)))

    def _words(self, stored: StoredRecord) -> Document:
        values: Document = json.loads(json.dumps(stored.values))
        for name in references(stored.kind):
            if name in values:
                values[name] = self._refers(values[name])
        for line in line_references(stored.kind):
            for part in values.get(line.lines, ()):
                if line.field in part:
                    part[line.field] = self._refers(part[line.field])
        return values

    def _refers(self, value: Any) -> Any:
        return [self._place(one) for one in value] if isinstance(value, list) else self._place(value)

    def entries(self) -> set[int]:
        """The time entries and expenses that were ever made, gone or not."""
        return {one.id for one in self.stored.values() if one.kind in {Kind.TIME_ENTRY, Kind.EXPENSE}}

    # ------------------------------------------------------------ its totals

    def hours(self) -> Decimal:
        """All hours that stand, billed or not."""
        return sum((Decimal(one.values["hours"]) for one in self.standing(Kind.TIME_ENTRY)), Decimal(0))

    def invoices(self) -> dict[int, Decimal]:
        """Totals by number."""
        return {
            int(one.values["number"]): Decimal(one.values["total"]) for one in self.standing(Kind.INVOICE)
        }


def _number(ledger: Ledger) -> int:
    (number,) = [key for key, name in ledger.streams.connection_names().items() if name == "billing"]
    return number


def _places(ledger: Ledger, stored: Mapping[int, StoredRecord]) -> dict[int, tuple[str, str]]:
    bound = ledger.records.all_bound_at(list(stored), _number(ledger))
    live = {
        record: [one for one in known if one.state is BindingState.LIVE] for record, known in bound.items()
    }
    assert all(len(known) <= 1 for known in live.values())
    return {record: (known[0].source, known[0].external_id) for record, known in live.items() if known}
