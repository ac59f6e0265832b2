"""A firm that keeps its records in spreadsheets, and the person who hands them in to Bill4Time."""

from __future__ import annotations

import csv
import sqlite3
from collections import Counter
from contextlib import closing
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from openpyxl import load_workbook

from hub.ledger import BindingState
from hub.model import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from hub_bill4time.sandbox import Bill4TimeSandbox

DROP = "for-bill4time"
ORDER = ("clients", "projects", "time-entries")
"""What has to be there before the next can refer to it; the files are called so."""
_ROW_OF = {"clients": "Client ID", "projects": "Project ID", "time-entries": "Public Description"}

_HUB = """\
[hub]
firm = "Doyle & Vance LLP"
timezone = "America/Chicago"
currency = "USD"

[connections.sheets]
connector = "folder"
folder = "sheets"

[connections.capture]
connector = "bill4time"
base_url = "{url}"
imports = {{ folder = "{drop}", format = "{form}" }}

[flows.into-bill4time]
from = "sheets"
to = "capture"
kinds = ["client", "matter", "time_entry"]
"""


class ImportFirm:
    """A workspace, the account that it feeds, and who carries files from one to the other."""

    def __init__(
        self, folder: Path, sandbox: Bill4TimeSandbox, *, clients: int, entries: int, form: str = "csv"
    ) -> None:
        self.folder = folder
        self.sandbox = sandbox
        self.drop = folder / DROP
        self.bag: list[Path] = []
        """What was taken away and is not handed in yet."""
        self.handed_in: list[Path] = []
        user = sandbox.firm.add("users", fname="Jane", lname="Doyle", billingRate=300)["id"]
        crosswalks = folder / "mappings" / "crosswalks"
        crosswalks.mkdir(parents=True)
        (crosswalks / "timekeeper.csv").write_text(f"number,bill4time\nJD,{user}\n", encoding="utf-8")
        text = _HUB.format(url=sandbox.url, drop=DROP, form=form)
        (folder / "hub.toml").write_text(text, encoding="utf-8")
        self.expected = dict(zip(ORDER, self._keep_sheets(clients, entries), strict=True))

    @property
    def secrets(self) -> dict[str, str]:
        """What the hub is told beside hub.toml, as its environment has it."""
        return {"HUB_SECRET_CAPTURE__API_KEY": self.sandbox.api_key}

    def _keep_sheets(self, clients: int, entries: int) -> Iterator[set[str]]:
        """Write the spreadsheets; gives what is to arrive of each."""
        numbers = [f"{100 + number}" for number in range(clients)]
        texts = [f"Confer with R. Osei on notice {number}" for number in range(entries)]
        self._sheet("client", ({"id": one, "number": one, "name": f"Client {one}"} for one in numbers))
        matters = [{"id": f"{one}.1", "client": one, "number": f"{one}.1", "name": "Roe"} for one in numbers]
        self._sheet("matter", matters)
        self._sheet("timekeeper", [{"id": "JD", "number": "JD", "name": "Jane Doyle"}])
        usual = {"timekeeper": "JD", "worked_on": "2026-01-02", "hours": "1.5"}
        self._sheet(
            "time_entry",
            (
                {"id": f"T{at}", "matter": f"{numbers[at % clients]}.1", **usual, "narrative": text}
                for at, text in enumerate(texts)
            ),
        )
        yield from (set(numbers), {one["number"] for one in matters}, set(texts))

    def _sheet(self, name: str, rows: Iterable[dict[str, str]]) -> None:
        path = self.folder / "sheets" / f"{name}.csv"
        path.parent.mkdir(exist_ok=True)
        rows = list(rows)
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, rows[0])
            writer.writeheader()
            writer.writerows(rows)

    # ------------------------------------------------------------ the person

    def take_away(self) -> None:
        """Take what is in the folder now."""
        bag = self.folder / "bag"
        bag.mkdir(exist_ok=True)
        for path in self.drop.glob("[!.]*"):
            self.bag.append(path.rename(bag / path.name))

    def hand_in(self) -> None:
        """Hand in what was taken away: clients, then projects, then time."""
        for path in sorted(self.bag, key=lambda path: ORDER.index(_title(path))):
            taken = self.sandbox.firm.take_import(path)
            assert not taken.refused, taken.refused
            self.handed_in.append(path)
        self.bag.clear()

    # ------------------------------------------------------------ what has to hold in the end

    def in_files(self, title: str) -> Counter[str]:
        """How often a record stands in a file, of all files that there were."""
        files = (path for path in self.handed_in if _title(path) == title)
        return Counter(str(row[_ROW_OF[title]]) for path in files for row in _rows(path))

    def in_account(self, title: str) -> Counter[str]:
        """How often a record is in the account."""
        firm = self.sandbox.firm
        if title == "time-entries":
            whole = (one for one in firm.all("timeEntries") if one["billableTime"] == Decimal("1.5"))
            return Counter(one["descriptionPublic"] for one in whole)
        return Counter(one["customId"] for one in firm.all(title))

    def bound(self) -> int:
        """How many of the records are live at the account and on no way there."""
        query = (
            "SELECT binding.state, count(*) FROM binding "
            "JOIN connection ON connection.id = binding.connection JOIN record ON record.id = binding.record "
            "WHERE connection.name = 'capture' AND record.kind <> ? GROUP BY binding.state"
        )
        with closing(sqlite3.connect(self.folder / "hub.db")) as ledger:
            kinds = dict(ledger.execute(query, (Kind.TIMEKEEPER.number,)).fetchall())
        assert set(kinds) <= {BindingState.LIVE}, kinds
        return int(kinds.get(BindingState.LIVE, 0))

    def left_behind(self) -> list[str]:
        """What is in the folder, seen or hidden."""
        return sorted(path.name for path in self.drop.iterdir())

    def is_all_there(self) -> bool:
        """Whether everything has arrived, once or more often."""
        return all(expected <= self.in_account(title).keys() for title, expected in self.expected.items())


def _title(path: Path) -> str:
    return path.name.rsplit("-", 3)[0]


def _rows(path: Path) -> list[dict[str, Any]]:
    if path.suffix == ".csv":
        with path.open(newline="", encoding="utf-8-sig") as file:
            return list(csv.DictReader(file))
    book = load_workbook(path, read_only=True)
    names, *rows = book.worksheets[0].iter_rows(values_only=True)
    book.close()
    return [dict(zip(map(str, names), row, strict=True)) for row in rows]
