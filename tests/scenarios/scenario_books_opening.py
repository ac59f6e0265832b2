"""A practice on Tabs3 that has billed for two months before it connects its books, in part kept by hand."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from scenario_books import invoice_of, key_client, key_invoice, pay
from scenario_practice import Practice

from hub_quickbooks.stand_in import close, stand_in
from hub_tabs3.sandbox import Tabs3Firm

if TYPE_CHECKING:
    from decimal import Decimal
    from pathlib import Path

    from scenario_practice import Document

    from hub_quickbooks.sandbox import Company

HUB = """\
[hub]
firm = "Doyle & Vance LLP"
timezone = "America/Chicago"
currency = "USD"

[connections.billing]
connector = "tabs3"
folder = "tabs3"

[connections.books]
connector = "quickbooks"
environment = "stand-in"
realm = "9130357"

[flows.bills]
from = "billing"
to = "books"
kinds = ["client", "matter", "invoice"]
start = 2026-06-01
voids = "review"

[flows.receipts]
from = "books"
kinds = ["payment"]
"""
KEYED = {
    "110": "Acme Freight Systems LLC",
    "120": "Brightwater Community Bank",
    "130": "Continental Mutual Insurance Company",
    "140": "Pellegrino Foods Corp.",
    "160": "Nakamura Precision Tooling",
}
"""The clients that the firm's people have keyed by hand."""
SAME, PAID, OTHERWISE = ("4101", "4102"), "4104", "4103"
"""The statements of May that they keyed as they are; one that was paid; one with its own number there."""
CLIENT_THERE, CLIENT_ABSENT = "4106", ("4105", "4107")
"""Those that were open and that nobody keyed."""


class OpeningPractice(Practice):
    """The practice, and its company."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, Tabs3Firm(7, 40))
        (folder / "hub.toml").write_text(HUB, encoding="utf-8")
        customers = {number: key_client(self.company, name) for number, name in KEYED.items()}
        for number in (*SAME, PAID, OTHERWISE):
            customer = customers[self.client_of(number)]
            spelt, day = (f"B-{number}", "2026-05-20") if number == OTHERWISE else (number, "2026-05-04")
            key_invoice(self.company, customer, spelt, self.total(number), day)
        pay(self.company, invoice_of(self.company, PAID), self.total(PAID), "2026-05-11")
        self.company.reset_counts()

    @property
    def company(self) -> Company:
        """The firm's company."""
        return stand_in(self.folder).company

    def copied(self, folder: Path) -> OpeningPractice:
        """The same practice and company in another folder."""
        close(self.folder)
        other = super().copied(folder)
        assert isinstance(other, OpeningPractice)
        return other

    def configure(self, right: str, wrong: str) -> None:
        """Say something else in hub.toml."""
        place = self.folder / "hub.toml"
        text = place.read_text(encoding="utf-8")
        assert right in text
        place.write_text(text.replace(right, wrong), encoding="utf-8")

    def client_of(self, number: str) -> str:
        """The number of a statement's client."""
        return self.firm.statement(int(number)).client_id.partition(".")[0]

    def total(self, number: str) -> Decimal:
        """What a statement bills."""
        return self.firm.statement(int(number)).total

    def say(self, hold: Document, *words: str) -> None:
        """Decide about a hold on the command line."""
        result = self.run("review", str(hold["id"]), *words)
        assert result.exit_code == 0, result.output

    def night(self) -> Document:
        """Export, and run."""
        self.export()
        return self.sync()


def opening_practice(folder: Path, empty_ledger: Path) -> OpeningPractice:
    """The practice as it is before its first run."""
    made = OpeningPractice(folder)
    shutil.copy(empty_ledger, folder / "hub.db")
    return made
