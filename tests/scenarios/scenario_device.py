"""A firm that keeps time and expenses in spreadsheets and loads them into Tabs3 by the Device Interface."""

from __future__ import annotations

import csv
import json
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from scenario_practice import Practice

from hub_tabs3.sandbox import Tabs3Firm

if TYPE_CHECKING:
    from pathlib import Path

    from hub_tabs3.sandbox.books import Charge
    from hub_tabs3.sandbox.device import Merged

Document = dict[str, Any]

HUB = """\
[hub]
firm = "Doyle & Vance LLP"
timezone = "America/Chicago"
currency = "USD"

[connections.sheets]
connector = "folder"
folder = "sheets"

[connections.billing]
connector = "tabs3"
folder = "tabs3"

[connections.billing.device]
folder = "drop"
fee_tcode = 4
expense_tcode = 251

[flows.time-to-billing]
from = "sheets"
to = "billing"
kinds = ["time_entry", "expense"]
"""
READING = """
[flows.reading]
from = "billing"
kinds = ["time_entry", "expense", "invoice"]
"""
"""Billing is a source, too: what it says of an entry is taken over."""
KINDS = ("time_entry", "expense")
DAY = date(2026, 7, 1)
TEXT = "Confer with R. Osei, and with counsel for the lessor, on the notice"


class NightClock:
    """A clock that stands still until a test moves it on."""

    def __init__(self) -> None:
        self.time = datetime(2026, 7, 2, 3, tzinfo=UTC)

    def now(self) -> datetime:
        """The instant to which it was moved."""
        return self.time

    def sleep(self, seconds: float) -> None:
        """Move on as if that much time had gone by."""
        self.time += timedelta(seconds=seconds)


class Office(Practice):
    """The workspace, the spreadsheets, the drop folder, and the person who merges what is there."""

    clock: NightClock

    def __init__(self, folder: Path, clock: NightClock, hub: str = HUB) -> None:
        self.folder = folder
        self.firm = Tabs3Firm(7, records=24)
        self.clock = clock
        self.rows: dict[str, dict[str, Document]] = {kind: {} for kind in KINDS}
        for name in ("sheets", "drop"):
            (folder / name).mkdir(parents=True)
        (folder / "hub.toml").write_text(hub, encoding="utf-8")
        self._open_tables()
        self.export()

    # ------------------------------------------------------------ the spreadsheets

    def _open_tables(self) -> None:
        """Clients, matters and timekeepers, by the numbers that Tabs3 has for them."""
        matters = [row["CLIENT_ID"] for row in self.firm.clients]
        clients = dict.fromkeys(one.partition(".")[0] for one in matters)
        self._sheet("client", [{"id": f"C{one}", "number": one, "name": self._name(one)} for one in clients])
        self._sheet(
            "matter", [{"id": one, "client": f"C{one.partition('.')[0]}", "number": one} for one in matters]
        )
        people = [{"id": row["EMPL"], "number": row["EMPL"], "name": row["NAME"]} for row in self.firm.people]
        self._sheet("timekeeper", people)

    def _name(self, number: str) -> str:
        return next(row["NAME"] for row in self.firm.clients if row["CLIENT_ID"].startswith(f"{number}."))

    def _sheet(self, kind: str, rows: list[Document]) -> None:
        columns = dict.fromkeys(name for row in rows for name in row)
        path = self.folder / "sheets" / f"{kind}.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows(rows)

    def worked(self, *ids: str, **said: object) -> None:
        """Put time into the spreadsheet, or change what is there."""
        usual = {"matter": "100.00", "timekeeper": "1", "worked_on": str(DAY), "hours": "1.5"}
        for one in ids:
            before = self.rows["time_entry"].get(one, usual | {"narrative": f"{TEXT}; {one}"})
            self.rows["time_entry"][one] = {"id": one} | before | said
        self._sheet("time_entry", list(self.rows["time_entry"].values()))

    def spent(self, *ids: str, **said: object) -> None:
        """Put expenses into the spreadsheet, or change what is there."""
        usual = {"matter": "100.00", "incurred_on": str(DAY), "amount": "12.50", "expense_code": "E101"}
        for one in ids:
            before = self.rows["expense"].get(one, usual | {"narrative": f"Copies, for the court; {one}"})
            self.rows["expense"][one] = {"id": one} | before | said
        self._sheet("expense", list(self.rows["expense"].values()))

    # ------------------------------------------------------------ Tabs3

    @property
    def file(self) -> Path:
        """The file for the Device Interface."""
        return self.folder / "drop" / "TABS3.CV"

    def lines(self) -> list[str]:
        """The records of the file that waits; none where none does."""
        return self.file.read_bytes().decode("cp1252").splitlines() if self.file.exists() else []

    def copies(self) -> list[Path]:
        """The kept copies of all that was handed over."""
        return sorted((self.folder / "tabs3-sent").glob("*.CV"))

    def merge(self, which: object = "all", *, times: int = 1) -> Merged:
        """Load the file as a person does, so many times, and export the tables."""
        for left in reversed(range(times)):
            merged = self.firm.merge(self.file, which=which, keep_file=left > 0)  # type: ignore[arg-type]
        self.export()
        return merged

    def loaded(self, text: str = "") -> list[Charge]:
        """What came into Tabs3 by its Device Interface and is there now, billed or not."""
        charges = list(self.firm.unbilled.values())
        charges += [one for statement in self.firm.statements.values() for one in statement.charges]
        return [one for one in charges if one.source == "D" and text in one.text]

    # ------------------------------------------------------------ the hub

    def night(self, *words: str, days: float = 1) -> Document:
        """Let time go by, export the tables, and run."""
        self.clock.time += timedelta(days=days)
        self.export()
        document = self.sync(*words)
        self.document = document
        return document

    def delivered(self, kind: str = "time_entry") -> int:
        """How many records of a kind the last run handed over."""
        return int(self.document["pushed"]["billing"].get(kind, {}).get("delivered", 0))

    def on_its_way(self) -> Counter[str]:
        """How many records of each kind are handed over and not seen yet."""
        found: Counter[str] = Counter()
        for one in self.json("status")["deliveries"]:
            found[one["kind"]] += one["count"]
        return found

    def told(self) -> str:
        """What ``hub status`` says to a person."""
        return " ".join(self.run("status").output.split())

    def bound(self, one: str, kind: str = "time_entry") -> list[tuple[str, str]]:
        """Where the record of a row of the spreadsheet stands in Tabs3: source and state."""
        (record,) = self.records(one, kind)
        return [
            (place["source"], place["state"])
            for place in record["bindings"]
            if place["connection"] == "billing"
        ]

    def records(self, one: str, kind: str = "time_entry") -> list[Document]:
        """The records that a row of the spreadsheet stands for."""
        found = self.json("history", kind, one)["records"]
        return [record for record in found if one in [place["external_id"] for place in record["bindings"]]]

    def decide(self, hold: Document, action: str, *words: str) -> None:
        """Say what a person says about a hold."""
        result = self.run("review", str(hold["id"]), action, *words)
        assert result.exit_code == 0, result.output

    # ------------------------------------------------------------ what has to hold in the end

    def balance(self) -> None:
        """Each entry of the spreadsheets is in Tabs3 once, with its hours or its amount."""
        time, costs = self.rows["time_entry"].values(), self.rows["expense"].values()
        hours = sum((Decimal(row["hours"]) for row in time), Decimal(0))
        spent = sum((Decimal(row["amount"]) for row in costs), Decimal(0))
        there = self.loaded()
        assert sum((one.quantity for one in there if one.fee), Decimal(0)) == hours
        assert sum((one.amount for one in there if not one.fee), Decimal(0)) == spent
        assert len(there) == len(time) + len(costs)


def holds(document: Document) -> Counter[str]:
    """The codes of all that is held or told, with how often."""
    return Counter(hold["code"] for hold in document["holds"])


def quiet(document: Document) -> bool:
    """Whether a run went well, and left nothing to decide."""
    return document["exit"] == 0 and not document["errors"] and not document["holds"]


def everything(result: Document) -> str:
    """All that a run printed."""
    return json.dumps(result)
