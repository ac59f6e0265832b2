"""A firm in a folder of tables, whose clients, matters and invoices go to a QuickBooks company."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import tomlkit

from hub.app.workspace import OpenWorkspace
from hub.sync import sync
from hub.sync.telling import sync_document

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from hub.sdk import Clock

KEY = "a-key-for-tests"
"""What unlocks the secrets of such a workspace."""
SECRETS = ("client_id", "client_secret", "refresh_token")
_FEE, _COST, _ADVANCE = Decimal("675.00"), Decimal("12.50"), Decimal("435.00")


@dataclass(frozen=True, slots=True)
class Firm:
    """So many clients, each with so many matters, and so many invoices in all."""

    folder: Path
    clients: int
    matters: int
    invoices: int

    @property
    def numbers(self) -> list[str]:
        """The numbers of its invoices."""
        return [str(4101 + number) for number in range(self.invoices)]

    @property
    def environment(self) -> dict[str, str]:
        """What a run needs beside the workspace."""
        return {"HUB_SECRETS_KEY": KEY}

    def sync(self, clock: Clock) -> dict[str, Any]:
        """Run, as by a new process; what ``hub sync --yes --json`` prints."""
        with OpenWorkspace(self.folder, clock=clock) as workspace:
            session = workspace.session(confirm=lambda _connection, _totals: True)
            return sync_document(session, sync(session))


def write_firm(  # noqa: PLR0913 -- the parts of a firm
    folder: Path,
    settings: Mapping[str, Any],
    *,
    clients: int = 3,
    matters: int = 2,
    invoices: int = 6,
    kinds: Iterable[str] = ("client", "matter", "invoice"),
    flow: Mapping[str, Any] | None = None,
) -> Firm:
    """Write the workspace; the secrets among the settings are left to the environment."""
    firm = Firm(folder, clients, matters, invoices)
    tables = folder / "tables"
    tables.mkdir(parents=True)
    document = {
        "hub": {"firm": "Books LLP", "timezone": "America/Chicago", "currency": "USD"},
        "connections": {
            "billing": {"connector": "folder", "folder": "tables"},
            "books": {
                "connector": "quickbooks",
                **{name: value for name, value in settings.items() if name not in SECRETS},
            },
        },
        "flows": {"out": {"from": "billing", "to": "books", "kinds": list(kinds), **(flow or {})}},
    }
    (folder / "hub.toml").write_text(tomlkit.dumps(document), encoding="utf-8")
    table(tables, "client", (_client(number) for number in range(clients)))
    table(tables, "matter", (_matter(number, matters) for number in range(clients * matters)))
    table(tables, "timekeeper", [{"id": "T1", "number": "07", "name": "Margaret Doyle"}])
    lines(tables, "invoice", (invoice(number, clients * matters, matters) for number in range(invoices)))
    return firm


def table(tables: Path, kind: str, rows: Iterable[Mapping[str, str]]) -> None:
    """Write a table."""
    found = list(rows)
    with (tables / f"{kind}.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(found[0]))
        writer.writeheader()
        writer.writerows(found)


def lines(tables: Path, kind: str, documents: Iterable[Mapping[str, Any]]) -> None:
    """Write a table of nested documents."""
    with (tables / f"{kind}.ndjson").open("w", newline="", encoding="utf-8") as file:
        file.writelines(json.dumps(document) + "\n" for document in documents)


def _client(number: int) -> dict[str, str]:
    return {
        "id": f"C{number}",
        "number": f"{100 + number}",
        "name": f"{_WORDS[number % len(_WORDS)]} {_ENDS[number // len(_WORDS) % len(_ENDS)]} {number}",
        "email": f"billing{number}@example.com",
    }


_WORDS = ("Harbour", "Vale", "Quay", "Meridian", "Cedar", "Northgate", "Solstice", "Ferry", "Granite")
_ENDS = ("Holdings", "Partners", "Shipping", "Foods", "Energy", "Textiles", "Rail", "Estates")


def _matter(number: int, each: int) -> dict[str, str]:
    client, position = divmod(number, each)
    return {
        "id": f"M{number}",
        "client": f"C{client}",
        "number": f"{100 + client}.{position:02}",
        "name": f"Matter {position}",
    }


def invoice(number: int, matters: int, each: int) -> dict[str, Any]:
    """An invoice with two fees, an expense and an advance."""
    matter = number % matters
    total = 2 * _FEE + _COST + _ADVANCE
    common = {"charged_on": "2026-01-12"}
    fee = {**common, "type": "fee", "timekeeper": "T1", "units": "1.5", "rate": "450", "amount": str(_FEE)}
    cost = {**common, "type": "expense", "units": "50", "rate": "0.25", "amount": str(_COST)}
    advance = {**common, "type": "expense", "amount": str(_ADVANCE), "advance": True}
    return {
        "id": f"I{number}",
        "number": str(4101 + number),
        "client": f"C{matter // each}",
        "matter": f"M{matter}",
        "status": "final",
        "issued_on": "2026-02-02",
        "lines": [{**one, "narrative": f"{NARRATIVE} {number}"} for one in (fee, fee, cost, advance)],
        "fees": str(2 * _FEE),
        "expenses": str(_COST),
        "advances": str(_ADVANCE),
        "total": str(total),
    }


NARRATIVE = "privileged-7c20 advise on"
"""Stands in every narrative."""
TOTAL = 2 * _FEE + _COST + _ADVANCE
"""What each invoice comes to."""
