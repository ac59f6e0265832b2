"""A firm with one invoice that any portal would take, and a context that knows it."""

import csv
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from importlib.resources import files
from typing import Any

import pytest

from hub.model import Client, Invoice, InvoiceLine, Matter, Record, RecordId, Timekeeper
from hub.sdk import ConfigurationError, Finding, Kind, Subject
from hub_ledes_rules import RULES

CLIENT, MATTER, TIMEKEEPER, FEE, EXPENSE, INVOICE = 1, 2, 3, 11, 12, 21
SHIPPED = files("hub_mappings")


def shipped_profile(name: str) -> dict[str, Any]:
    return tomllib.loads(SHIPPED.joinpath("portals", f"{name}.toml").read_text("utf-8"))


def shipped_codes(name: str) -> frozenset[str]:
    file = SHIPPED.joinpath(*f"{name}.csv".split("/"))
    if not file.is_file():
        raise ConfigurationError(f"There is no code list '{name}'.", remedy="Put it under mappings/.")
    return frozenset(row["code"] for row in csv.DictReader(file.read_text("utf-8").splitlines()))


@dataclass
class Firm:
    """What the ledger knows, and what the target demands, for one invoice; tests change its parts."""

    invoice: Invoice
    client: Client
    matter: Matter
    timekeeper: Timekeeper
    profile: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(
        default_factory=lambda: {"format": "LEDES1998B", "law_firm_id": "47-0"}
    )
    others: Sequence[tuple[RecordId, Invoice]] = ()
    connection: str = "portal"
    today: date = date(2026, 2, 10)

    @property
    def history(self) -> "Firm":
        return self

    def hours(self, timekeeper: RecordId, day: date) -> Decimal:
        return Decimal(0)

    def invoices_numbered(self, number: str) -> Sequence[tuple[RecordId, Invoice]]:
        known = [(INVOICE, self.invoice), *self.others]
        return [(identifier, one) for identifier, one in known if one.number == number]

    def record(self, identifier: RecordId) -> Record:
        return {CLIENT: self.client, MATTER: self.matter, TIMEKEEPER: self.timekeeper}[identifier]

    def codes(self, name: str) -> frozenset[str]:
        return shipped_codes(name)

    def change(self, part: str, **values: object) -> None:
        """Change the invoice, client, matter or timekeeper, checked as the model checks it."""
        record = getattr(self, part)
        setattr(self, part, type(record).model_validate(record.model_dump() | values))

    def change_line(self, position: int, **values: object) -> None:
        lines = [line.model_dump() for line in self.invoice.lines]
        lines[position] |= values
        self.change("invoice", lines=lines)

    def findings(self, *names: str) -> list[Finding]:
        subject = Subject(INVOICE, Kind.INVOICE, self.invoice)
        rules = [rule for rule in RULES if not names or rule.name in names]
        return [finding for rule in rules for finding in rule.findings(subject, self)]


@pytest.fixture
def firm() -> Firm:
    fee = InvoiceLine.model_validate(
        {
            "type": "fee",
            "entry": FEE,
            "charged_on": "2026-01-15",
            "timekeeper": TIMEKEEPER,
            "units": "2",
            "rate": "250",
            "amount": "500.00",
            "narrative": "Draft answer",
            "task_code": "L210",
            "activity_code": "A103",
        }
    )
    expense = InvoiceLine.model_validate(
        {
            "type": "expense",
            "entry": EXPENSE,
            "charged_on": "2026-01-20",
            "units": "120",
            "rate": "0.1",
            "amount": "12.00",
            "narrative": "Copies",
            "expense_code": "E101",
        }
    )
    invoice = Invoice.model_validate(
        {
            "number": "1001",
            "client": CLIENT,
            "matter": MATTER,
            "status": "final",
            "issued_on": "2026-02-01",
            "lines": [fee, expense],
            "fee_tax": "30.00",
            "discount": "42.00",
            "total": "500.00",
        }
    )
    return Firm(
        invoice=invoice,
        client=Client(number="100", name="Acme"),
        matter=Matter(client=CLIENT, number="100.00", client_matter_id="ACME-9", code_sets=("litigation",)),
        timekeeper=Timekeeper(number="7", name="Ada Vance", classification="PARTNR"),
    )
