"""A practice on Tabs3 whose invoices go to a portal as LEDES files, and the hub program beside it."""

from __future__ import annotations

import copy
import csv
import json
import shutil
import sqlite3
from collections import defaultdict
from contextlib import closing
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from click.testing import CliRunner, Result

from hub.cli.program import program
from hub_tabs3.sandbox import Tabs3Firm
from hub_tabs3.sandbox.faults import LEVELS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Document = dict[str, Any]
RECORDS = 90

HUB = """\
[hub]
firm = "Doyle & Vance LLP"
timezone = "America/Chicago"
currency = "USD"

[connections.billing]
connector = "tabs3"
folder = "tabs3"

[connections.portal]
connector = "ebilling"
folder = "outbox"
law_firm_id = "47-0000000"

[flows.bills]
from = "billing"
to = "portal"
kinds = ["invoice"]
"""

_LEVELS = ", ".join(f'"{level}" = "{code}"' for level, code in (LEVELS | {"5": "PARALG"}).items())
MAPPING = f'[timekeeper.fields]\nclassification = {{ field = "LEVEL", values = {{ {_LEVELS} }} }}\n'


class Practice:
    """A workspace, the firm whose tables it reads, and the program run in this process."""

    def __init__(self, folder: Path, firm: Tabs3Firm) -> None:
        self.folder = folder
        self.firm = firm
        (folder / "mappings").mkdir(parents=True)
        (folder / "hub.toml").write_text(HUB, encoding="utf-8")
        (folder / "mappings" / "tabs3.toml").write_text(MAPPING, encoding="utf-8")
        self.export()

    def copied(self, folder: Path) -> Practice:
        """The same practice in another folder, as if it had always stood there."""
        shutil.copytree(self.folder, folder)
        other = copy.copy(self)
        other.folder, other.firm = folder, copy.deepcopy(self.firm)
        with closing(sqlite3.connect(folder / "hub.db")) as database, database:
            database.execute("UPDATE workspace SET place = ?", (str((folder / "hub.db").resolve()),))
        return other

    def export(self) -> None:
        """Export the firm's tables as they are now."""
        self.firm.write(self.folder / "tabs3")

    def table(self, name: str) -> Path:
        """The file of a table."""
        return self.folder / "tabs3" / f"{name}.csv"

    def edit(self, name: str, change: Callable[[list[Document]], list[Document] | None]) -> None:
        """Change the rows of an exported table."""
        with self.table(name).open(newline="", encoding="utf-8-sig") as file:
            rows: list[Document] = list(csv.DictReader(file))
        columns = list(rows[0])
        rows = change(rows) or rows
        with self.table(name).open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows(rows)

    def run(self, *words: str) -> Result:
        """Call ``hub -C WORKSPACE …``."""
        return CliRunner().invoke(program, ["-C", str(self.folder), *words])

    def sync(self, *words: str) -> Document:
        """Run ``hub sync --yes --json`` and give its document, with the exit code beside it."""
        return self.json("sync", "--yes", *words)

    def json(self, *words: str) -> Document:
        """Run a command with ``--json`` and give its document, with the exit code beside it."""
        result = self.run(*words, "--json")
        assert "Traceback" not in result.output
        document: Document = json.loads(result.stdout)
        return document | {"exit": result.exit_code, "stderr": result.stderr}

    def files(self) -> dict[str, bytes]:
        """What stands in the outbox."""
        return {path.name: path.read_bytes() for path in sorted((self.folder / "outbox").glob("*.txt"))}

    def entry(self, external_id: str, kind: str = "time_entry") -> Document:
        """The history of an entry by its id in a table."""
        document = self.json("history", kind, external_id)
        (record,) = [
            one
            for one in document["records"]
            if external_id in [bound["external_id"] for bound in one["bindings"]]
        ]
        return record  # type: ignore[no-any-return]

    def narratives(self) -> set[str]:
        """Every narrative of the firm, privileged all of them."""
        charges = list(self.firm.unbilled.values())
        charges += [charge for one in self.firm.statements.values() for charge in one.charges]
        return {charge.text for charge in charges if len(charge.text) > 20}


def billed_practice(folder: Path, *, seed: int = 7, records: int = RECORDS) -> Practice:
    """A practice that has billed its first two months."""
    return Practice(folder, Tabs3Firm(seed, records))


def unbilled_practice(folder: Path, *, seed: int = 7, records: int = RECORDS) -> Practice:
    """A practice that has billed nothing yet."""
    firm = Tabs3Firm(seed, records)
    for number in list(firm.statements):
        firm.undo(number)
    firm.payments.clear()
    return Practice(folder, firm)


def parse_ledes(data: bytes) -> list[dict[str, str]]:
    """The rows of a LEDES 1998B file, read with nothing but the layout that ledes.org publishes."""
    assert data.isascii()
    assert data.endswith(b"[]\r\n")
    head, columns, *rows = data.decode("ascii").removesuffix("\r\n").split("\r\n")
    assert head == "LEDES1998B[]"
    names = columns.removesuffix("[]").split("|")
    assert len(names) == 24
    found = []
    for row in rows:
        assert row.endswith("[]")
        cells = row.removesuffix("[]").split("|")
        assert len(cells) == 24
        found.append(dict(zip(names, cells, strict=True)))
    return found


def booked(folder: Path) -> dict[str, Decimal]:
    """What each statement bills, out of the tables themselves: number → total."""
    with (folder / "ARCHIVE.csv").open(newline="", encoding="utf-8-sig") as file:
        charged: dict[str, Decimal] = defaultdict(Decimal)
        for row in csv.DictReader(file):
            charged[row["STATEMENT_NUMBER"]] += Decimal(row["AMOUNT"])
    with (folder / "LEDGER.csv").open(newline="", encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            if row["RECORD_TYPE"] == "S":
                taxes = sum(Decimal(row[f"{part}_TAX_AMOUNT"]) for part in ("FEE", "EXP", "ADV"))
                charged[row["STATEMENT_NUMBER"]] += taxes - Decimal(row["FEE_COURTESY_DISCNT"])
    return dict(charged)


def codes(document: Document) -> list[str]:
    """The codes of what is held."""
    return sorted(hold["code"] for hold in document["holds"] if hold["severity"] == "block")


def only(document: Document, code: str) -> Document:
    """The only hold with this code."""
    (hold,) = [hold for hold in document["holds"] if hold["code"] == code]
    return hold  # type: ignore[no-any-return]
