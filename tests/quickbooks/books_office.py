"""A firm and its QuickBooks company on one clock: whole runs, and what people do there meanwhile."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from books_firm import KEY, SECRETS, Firm, lines, table, write_firm

from hub.app.workspace import OpenWorkspace
from hub.sync import sync
from hub.sync.telling import sync_document

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import pytest

    from hub.sdk import Connector, Intent, Kind, Outcome
    from hub.testing import FakeClock
    from hub_quickbooks.sandbox import Company, QuickBooksSandbox

Report = dict[str, Any]
Meanwhile = Callable[["Sequence[Intent]"], None]
"""What happens before each call that writes to the books."""


class Interrupted:
    """A connector before each of whose writes something happens at its system."""

    def __init__(self, connector: Connector[Any], meanwhile: Meanwhile) -> None:
        self._connector = connector
        self._meanwhile = meanwhile

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connector, name)

    def write(self, intents: Sequence[Intent]) -> Iterator[Outcome]:
        self._meanwhile(intents)
        return self._connector.write(intents)


def once(kind: Kind, do: Callable[[], object]) -> Meanwhile:
    """Do something before the first write of a kind."""
    left = [do]

    def meanwhile(intents: Sequence[Intent]) -> None:
        if left and intents[0].kind is kind:
            left.pop()()

    return meanwhile


class Office:
    """The firm's workspace, and the company that its books are."""

    def __init__(self, firm: Firm, sandbox: QuickBooksSandbox, clock: FakeClock) -> None:
        self.firm = firm
        self.sandbox = sandbox
        self.clock = clock
        self._tables = firm.folder / "tables"

    @property
    def company(self) -> Company:
        """The company, as its own people see it."""
        return self.sandbox.company

    def run(self, meanwhile: Meanwhile = lambda _intents: None) -> Report:
        """Run, as by a new process; ``meanwhile`` is called before each call that writes to the books."""
        with OpenWorkspace(self.firm.folder, clock=self.clock) as workspace:
            session = workspace.session(confirm=lambda _connection, _totals: True)
            if books := session.peers.get("books"):
                watched: Any = Interrupted(books.connector, meanwhile)
                session.peers = {**session.peers, "books": replace(books, connector=watched)}
            return sync_document(session, sync(session))

    # What the firm does.

    def override(self, text: str) -> None:
        """Override the mapping of the books."""
        path = self.firm.folder / "mappings" / "quickbooks.toml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")

    def edit(self, kind: str, number: int, **fields: str) -> None:
        """Change a row of a table, by its position."""
        path = self._tables / f"{kind}.csv"
        with path.open(newline="", encoding="utf-8") as file:
            found = list(csv.DictReader(file))
        found[number] |= fields
        names = dict.fromkeys(name for row in found for name in row)
        table(self._tables, kind, [{**dict.fromkeys(names, ""), **row} for row in found])

    def documents(self, kind: str) -> list[dict[str, Any]]:
        """The documents of a nested table."""
        text = (self._tables / f"{kind}.ndjson").read_text(encoding="utf-8")
        return [json.loads(line) for line in text.splitlines()]

    def put(self, kind: str, documents: Sequence[Mapping[str, Any]]) -> None:
        """Put a nested table in place of the one that is there."""
        lines(self._tables, kind, documents)

    # What is there.

    def numbers(self) -> list[str]:
        """The numbers of the company's invoices."""
        return sorted(str(one["DocNumber"]) for one in self.company.all("Invoice"))

    def invoice(self, number: str) -> dict[str, Any]:
        """The only invoice with a number."""
        (found,) = [one for one in self.company.all("Invoice") if one["DocNumber"] == number]
        return found

    def customer(self, name: str) -> dict[str, Any]:
        """The only customer of a name."""
        (found,) = [one for one in self.company.all("Customer") if one["DisplayName"] == name]
        return found


def open_office(
    folder: Path,
    sandbox: QuickBooksSandbox,
    clock: FakeClock,
    empty_ledger: Path,
    monkeypatch: pytest.MonkeyPatch,
    **firm: Any,
) -> Office:
    """Write the workspace; what unlocks it and its secrets stand in the environment."""
    monkeypatch.setenv("HUB_SECRETS_KEY", KEY)
    for name in SECRETS:
        monkeypatch.setenv(f"HUB_SECRET_BOOKS__{name.upper()}", sandbox.settings[name])
    written = write_firm(folder / "firm", sandbox.settings, **firm)
    shutil.copy(empty_ledger, written.folder / "hub.db")
    return Office(written, sandbox, clock)
