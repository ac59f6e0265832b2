"""Workspaces for the kill rounds: a folder full of records, and one target to move them to."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

CLIENTS, MATTERS, TIMEKEEPERS, LINES = 3, 12, 5, 3

_HUB = """
[hub]
firm = "Kill Round LLP"
timezone = "America/Chicago"
currency = "USD"
ledger = "sqlite:///hub.db"

[connections.source]
connector = "folder"
folder = "source"

[connections.target]
{target}

[flows.out]
from = "source"
to = "target"
kinds = {kinds}
"""

_STANDIN = """
[client.clients.fields]
number = { field = "number" }
name = { field = "name" }

[matter.matters.fields]
client = { field = "client", ref = "client" }
number = { field = "number" }
name = { field = "name" }

[timekeeper.timekeepers.fields]
number = { field = "number" }
name = { field = "name" }

[time_entry.time.fields]
matter = { field = "matter", ref = "matter" }
timekeeper = { field = "timekeeper", ref = "timekeeper" }
worked_on = { field = "worked_on", as = "date" }
hours = { field = "hours", as = "decimal" }
narrative = { field = "narrative" }
"""

_EBILLING = """
connector = "ebilling"
portal = "default"
format = "LEDES1998B"
folder = "outbox"
law_firm_id = "47-0000000"
"""

Thing = tuple[str, str]
"""What a record is known by, there and here: its kind, and its number or narrative."""

Expected = dict[Thing, frozenset[str]]
"""What has to arrive → the labels under which the hub may hold it: its own, and those that it waits for."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """A workspace on disk, and what has to be at its target in the end."""

    folder: Path
    expected: Expected

    @property
    def ledger(self) -> Path:
        """The SQLite file."""
        return self.folder / "hub.db"


def time_to_standin(folder: Path, connector: str, url: str, creates: int) -> Workspace:
    """Build a workspace that sends so many time entries, and what they refer to, to a stand-in."""
    kinds = ["client", "matter", "timekeeper", "time_entry"]
    _configure(folder, f'connector = "{connector}"\nurl = "{url}"', kinds)
    mappings = folder / "mappings"
    mappings.mkdir()
    (mappings / f"{connector}.toml").write_text(_STANDIN, encoding="utf-8")
    expected = _firm(folder / "source")
    entries = [_entry(number) for number in range(creates)]
    _csv(folder / "source" / "time_entry.csv", entries)
    return Workspace(folder, expected | {_thing(entry): _entry_labels(entry) for entry in entries})


def invoices_to_outbox(folder: Path, creates: int) -> Workspace:
    """Build a workspace that sends so many invoices as LEDES files to an outbox."""
    _configure(folder, _EBILLING, ["invoice"])
    _firm(folder / "source")
    invoices = [_invoice(number) for number in range(creates)]
    path = folder / "source" / "invoice.ndjson"
    with path.open("w", newline="", encoding="utf-8") as file:
        file.writelines(json.dumps(invoice) + "\n" for invoice in invoices)
    return Workspace(folder, {("invoice", str(invoice["number"])): frozenset() for invoice in invoices})


def _thing(entry: Mapping[str, str]) -> Thing:
    return "time_entry", entry["narrative"]


def _configure(folder: Path, target: str, kinds: list[str]) -> None:
    (folder / "source").mkdir(parents=True)
    text = _HUB.format(target=target.strip(), kinds=json.dumps(kinds))
    (folder / "hub.toml").write_text(text, encoding="utf-8")


def _firm(source: Path) -> Expected:
    clients = [_client(number) for number in range(CLIENTS)]
    matters = [_matter(number) for number in range(MATTERS)]
    timekeepers = [_timekeeper(number) for number in range(TIMEKEEPERS)]
    tables = {"client": clients, "matter": matters, "timekeeper": timekeepers}
    for kind, rows in tables.items():
        _csv(source / f"{kind}.csv", rows)
    expected = {
        (kind, row["number"]): frozenset({_label(kind, row)}) for kind, rows in tables.items() for row in rows
    }
    return expected | {("matter", matter["number"]): _matter_labels(matter) for matter in matters}


def _label(kind: str, row: Mapping[str, str]) -> str:
    return f"{kind} {row['number']} {row['name']}"


def _matter_labels(matter: Mapping[str, str]) -> frozenset[str]:
    client = _client(int(matter["client"][1:]))
    return frozenset({_label("matter", matter), _label("client", client)})


def _entry_labels(entry: Mapping[str, str]) -> frozenset[str]:
    own = f"time entry {entry['worked_on']} {entry['hours'].rstrip('0').rstrip('.')} h"
    matter, timekeeper = _matter(int(entry["matter"][1:])), _timekeeper(int(entry["timekeeper"][1:]))
    return _matter_labels(matter) | {own, _label("timekeeper", timekeeper)}


def _client(number: int) -> dict[str, str]:
    return {"id": f"C{number}", "number": f"{100 + number}", "name": f"Client {number}"}


def _matter(number: int) -> dict[str, str]:
    client = number % CLIENTS
    return {
        "id": f"M{number}",
        "client": f"C{client}",
        "number": f"{100 + client}.{number:02}",
        "name": f"Matter {number}",
        "client_matter_id": f"CM-{number:03}",
    }


def _timekeeper(number: int) -> dict[str, str]:
    return {
        "id": f"K{number}",
        "number": f"{number + 1}",
        "name": f"Ada Keeper{number}",
        "classification": "PARTNR",
    }


def _entry(number: int) -> dict[str, str]:
    """Make an entry; no two have the same hours, so that a label names one entry."""
    return {
        "id": f"T{number:05}",
        "matter": f"M{number % MATTERS}",
        "timekeeper": f"K{number % TIMEKEEPERS}",
        "worked_on": f"2026-09-{number % 28 + 1:02}",
        "hours": f"{(number + 1) / 100:.2f}",
        "narrative": f"Review of document {number:05}",
    }


def _invoice(number: int) -> dict[str, object]:
    lines = [_line(number, position) for position in range(LINES)]
    total = f"{LINES * 300}.00"
    matter = number % MATTERS
    return {
        "id": f"I{number:05}",
        "number": f"{5000 + number}",
        "client": f"C{matter % CLIENTS}",
        "matter": f"M{matter}",
        "status": "final",
        "issued_on": "2026-10-01",
        "lines": lines,
        "fees": total,
        "total": total,
    }


def _line(number: int, position: int) -> dict[str, str]:
    return {
        "type": "fee",
        "charged_on": f"2026-09-{(number + position) % 28 + 1:02}",
        "timekeeper": f"K{position % TIMEKEEPERS}",
        "units": "1.5",
        "rate": "200.00",
        "amount": "300.00",
        "narrative": f"Work on point {position} of {number:05}",
        "task_code": "L110",
        "activity_code": "A104",
    }


def _csv(path: Path, rows: Iterable[Mapping[str, str]]) -> None:
    rows = list(rows)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
