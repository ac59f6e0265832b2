"""From a canonical invoice through the shipped mapping to a file that a portal accepts."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.ledes import LedesInvoice, read_1998b
from hub.mapping import compile_mapping, load_layers
from hub.model import Client, Invoice, Kind, Matter, Record, Timekeeper
from hub.sdk import Intent
from hub_ebilling import EbillingConnector, hub_shapes
from hub_ebilling.document import document_of
from hub_ebilling.sandbox import PortalIntake

CLIENT, MATTER, TIMEKEEPER = 1, 2, 3
SHIPPED = ("ebilling.toml", files("hub_mappings").joinpath("ebilling.toml").read_text("utf-8"))
RECORDS: Mapping[int, Record] = {
    CLIENT: Client(number="100", name="Acme", ebilling_id="AC-1"),
    MATTER: Matter(client=CLIENT, number="100.00", client_matter_id="ACME-9"),
    TIMEKEEPER: Timekeeper(
        number="7",
        name="Ada Vance",
        first_name="Ada",
        last_name="Vance",
        initials="AV",
        classification="PARTNR",
    ),
}
FEE = {
    "type": "fee",
    "charged_on": "2026-01-15",
    "timekeeper": TIMEKEEPER,
    "units": "1",
    "rate": "250",
    "amount": "250.00",
    "narrative": "Draft answer",
    "task_code": "L210",
    "activity_code": "A103",
}
EXPENSE = {
    "type": "expense",
    "charged_on": "2026-02-01",
    "timekeeper": TIMEKEEPER,
    "amount": "12.00",
    "narrative": "Copies",
    "expense_code": "E101",
}


class Lookup:
    """What rendering asks of the ledger; nothing is bound at a portal."""

    def external_id(self, kinds: tuple[Kind, ...], record_id: int, source: str) -> str:
        raise AssertionError("no reference is written to a portal")

    def values(self, record_id: int) -> tuple[Kind, Mapping[str, Any]]:
        record = RECORDS[record_id]
        return record.kind, record.model_dump(mode="json", exclude_defaults=True)


def render(invoice: Invoice, *overrides: str) -> dict[str, Any]:
    layers = load_layers([SHIPPED, *(("mappings/ebilling.toml", text) for text in overrides)])
    mapping = compile_mapping(layers, codes=lambda name: {}, converters={}, shapes=hub_shapes())
    outward = mapping.outward(Kind.INVOICE)
    assert outward is not None
    return outward.render(invoice.model_dump(mode="json", exclude_defaults=True), Lookup())


def read_back(payload: dict[str, Any]) -> LedesInvoice:
    [invoice] = read_1998b(document_of(payload, "47-0000000")).invoices
    return invoice


@pytest.fixture
def invoice() -> Invoice:
    return an_invoice([FEE, EXPENSE], fee_tax="20.00", discount="2.00", total="280.00", description="January")


def an_invoice(lines: list[dict[str, Any]], **changes: object) -> Invoice:
    values = {
        "number": "1001",
        "client": CLIENT,
        "matter": MATTER,
        "status": "final",
        "issued_on": "2026-02-02",
    }
    return Invoice.model_validate(values | {"lines": lines} | changes)


def test_a_portal_accepts_what_a_canonical_invoice_becomes(
    invoice: Invoice, connector: EbillingConnector, intent: Callable[[dict[str, Any]], Intent], outbox: Path
) -> None:
    list(connector.write([intent(render(invoice))]))

    [receipt] = PortalIntake(outbox).take()
    assert receipt.refusals == ()
    assert (receipt.total, receipt.lines) == (Decimal("280.00"), 4)


def test_every_field_arrives(invoice: Invoice) -> None:
    ledes = read_back(render(invoice))
    fee, expense, discount, tax = ledes.lines

    assert (ledes.number, ledes.issued_on, ledes.description) == ("1001", date(2026, 2, 2), "January")
    assert (ledes.client_id, ledes.law_firm_matter_id, ledes.client_matter_id) == ("100", "100.00", "ACME-9")
    assert (ledes.period_from, ledes.period_to) == (date(2026, 1, 1), date(2026, 2, 28))
    assert (fee.timekeeper_id, fee.timekeeper_name, fee.timekeeper_classification) == (
        "7",
        "Vance, Ada",
        "PARTNR",
    )
    assert (fee.units, fee.unit_cost, fee.total, fee.adjustment) == (1, 250, 250, 0)
    assert (fee.task_code, fee.activity_code, fee.description) == ("L210", "A103", "Draft answer")
    assert (expense.units, expense.unit_cost, expense.expense_code, expense.timekeeper_id) == (
        1,
        12,
        "E101",
        "",
    )
    assert [(line.type, line.adjustment) for line in (discount, tax)] == [("IF", -2), ("IF", 20)]


def test_a_firm_overrides_ids_and_names(invoice: Invoice) -> None:
    payload = render(
        invoice,
        """
        [invoice.LEDES.fields]
        "client.number" = false
        "client.ebilling_id" = { field = "CLIENT_ID" }

        [invoice.LEDES.lines.charges.fields]
        "timekeeper.number" = false
        "timekeeper.initials" = { field = "TIMEKEEPER_ID" }
        "timekeeper.last_name" = false
        """,
    )

    ledes = read_back(payload)

    assert ledes.client_id == "AC-1"
    assert (ledes.lines[0].timekeeper_id, ledes.lines[0].timekeeper_name) == ("AV", "Ada Vance")


some_lines = st.builds(
    lambda base, units, rate, amount, narrative: {
        **base,
        "units": units,
        "rate": rate,
        "amount": amount,
        "narrative": narrative,
    },
    base=st.sampled_from([FEE, EXPENSE]),
    units=st.decimals(0, 500, places=2),
    rate=st.none() | st.decimals(0, 2000, places=2),
    amount=st.decimals(-10_000, 1_000_000, places=2),
    narrative=st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
)
money = st.decimals(0, 10_000, places=2)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(some_lines, min_size=1, max_size=6), money, money, money)
def test_any_invoice_that_adds_up_is_accepted_to_the_cent(
    tmp_path: Path, lines: list[dict[str, Any]], fee_tax: Decimal, expense_tax: Decimal, discount: Decimal
) -> None:
    total = sum((line["amount"] for line in lines), Decimal(0)) + fee_tax + expense_tax - discount
    invoice = an_invoice(lines, fee_tax=fee_tax, expense_tax=expense_tax, discount=discount, total=total)

    (tmp_path / "one.txt").write_bytes(document_of(render(invoice), "47-0000000"))

    [receipt] = PortalIntake(tmp_path).take()
    assert receipt.refusals == ()
    assert receipt.total == total
