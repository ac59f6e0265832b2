"""The shipped mapping reads what the connector gives, and holds what it should."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pytest

from hub.mapping import ForeignId, SystemMapping, Untranslatable, compile_mapping, load_layers
from hub.model import Kind
from hub_tabs3 import hub_converters
from hub_tabs3.sandbox import Tabs3Firm

if TYPE_CHECKING:
    from tests.tabs3.conftest import Exported

SHIPPED = (files("hub_mappings") / "tabs3.toml").read_text(encoding="utf-8")
FEE = {
    "_SEQUENCE_NO": "7",
    "CLIENT_ID": "100.00",
    "TIMEKEEPER": "2",
    "DATE": "01/31/2026",
    "HOURS": "1.50",
    "WORKED_HOURS": "1.70",
    "RATE": "200.00",
    "AMOUNT": "290.00",
    "BILL_CODE": "0",
    "HOLD": "P",
    "TCODE": "1",
    "TCODE_TYPE": "0",
    "PHASE_TASK": "L110",
    "ACTIVITY": "A102",
    "DESCRIPTION": "Research.",
}
COST = {
    "_SEQUENCE_NO": "8",
    "CLIENT_ID": "100.00",
    "TIMEKEEPER": "0",
    "DATE": "2026-01-31 00:00:00",
    "UNITS": "100.00",
    "COST_RATE": "0.15",
    "AMOUNT": "15.00",
    "ACTIVITY": "E101",
    "EXPENSE_ADVANCE": "E",
    "BILL_CODE": "0",
    "HOLD": "P",
    "TCODE_TYPE": "0",
}

STATEMENT: dict[str, Any] = {
    "STATEMENT_NUMBER": "41",
    "CLIENT_NUMBER": "100",
    "CLIENT_ID": "100.00",
    "DATE": "2026-05-04",
    "FEES": [],
    "COSTS": [],
    "BILLED_FEES": "100.00",
    "BILLED_EXPENSES": "0",
    "BILLED_ADVANCES": "0",
    "BILLED_FINANCE_CHARGE": "0",
    "BILLED_FEE_TAX": "0",
    "BILLED_EXPENSE_TAX": "0",
    "BILLED_DISCOUNT": "0",
    "BILLED_TOTAL": "100.00",
}


def compiled(*overrides: str) -> SystemMapping:
    layers = load_layers([("tabs3.toml", SHIPPED), *(("workspace", text) for text in overrides)])
    return compile_mapping(layers, codes=lambda _: {}, converters=hub_converters(), shapes={})


@pytest.fixture(scope="module")
def mapping() -> SystemMapping:
    return compiled()


def translated(mapping: SystemMapping, kind: Kind, source: str, raw: dict[str, Any]) -> dict[str, Any]:
    inward = mapping.inward(kind, source)
    assert inward is not None
    return inward.translate(raw)


def test_hours_to_bill_are_the_hours(mapping: SystemMapping) -> None:
    entry = translated(mapping, Kind.TIME_ENTRY, "FEE", FEE)
    assert (entry["hours"], entry["hours_worked"]) == (Decimal("1.5"), Decimal("1.7"))
    assert (entry["rate"], entry["amount"]) == (200, 290)
    assert (entry["status"], entry["worked_on"]) == ("unbilled", date(2026, 1, 31))
    assert (entry["task_code"], entry["activity_code"]) == ("L110", "A102")
    assert (entry["billable"], entry["printed"], entry["on_hold"]) == (True, True, False)
    assert entry["matter"] == ForeignId((Kind.MATTER,), "", "100.00")


@pytest.mark.parametrize("source", ["FEE", "ARCHIVE"])
@pytest.mark.parametrize(
    ("column", "code"),
    [("BILL_CODE", code) for code in "12347"] + [("HOLD", "X"), ("HOLD", "h"), ("TCODE_TYPE", "10")],
)
def test_a_code_that_nobody_has_explained_holds_the_record(
    mapping: SystemMapping, source: str, column: str, code: str
) -> None:
    with pytest.raises(Untranslatable, match=column):
        translated(mapping, Kind.TIME_ENTRY, source, FEE | {column: code})
    with pytest.raises(Untranslatable, match=column):
        translated(mapping, Kind.EXPENSE, source.replace("FEE", "COST"), COST | {column: code})


@pytest.mark.parametrize(
    ("code", "held"), [("H", True), ("S", True), ("P", False), ("U", False), ("s", False)]
)
def test_the_known_hold_codes(mapping: SystemMapping, code: str, held: bool) -> None:  # noqa: FBT001 -- an example
    assert translated(mapping, Kind.TIME_ENTRY, "FEE", FEE | {"HOLD": code})["on_hold"] is held


@pytest.mark.parametrize(
    "column", ["BILL_CODE", "HOLD", "TCODE_TYPE", "WORKED_HOURS", "DESCRIPTION", "ACTIVITY"]
)
def test_an_empty_or_absent_column_is_no_value(mapping: SystemMapping, column: str) -> None:
    absent = {name: text for name, text in FEE.items() if name != column}
    empty = translated(mapping, Kind.TIME_ENTRY, "FEE", FEE | {column: ""})
    assert empty == translated(mapping, Kind.TIME_ENTRY, "FEE", absent)


@pytest.mark.parametrize(
    ("column", "text"),
    [("DATE", "02/30/2026"), ("HOURS", "NaN"), ("HOURS", "many"), ("CLIENT_ID", ""), ("TIMEKEEPER", "")],
)
def test_a_bad_value_is_told_with_its_column(mapping: SystemMapping, column: str, text: str) -> None:
    with pytest.raises(Untranslatable, match=column):
        translated(mapping, Kind.TIME_ENTRY, "FEE", FEE | {column: text})


def test_the_firm_explains_its_bill_codes() -> None:
    mapping = compiled(
        """
        [time_entry.fields]
        billable = { field = "BILL_CODE", optional = true, values = { "0" = true, "2" = false } }
        printed = { field = "BILL_CODE", optional = true, values = { "0" = true, "2" = true } }
        """
    )
    entry = translated(mapping, Kind.TIME_ENTRY, "FEE", FEE | {"BILL_CODE": "2"})
    assert (entry["billable"], entry["printed"]) == (False, True)


@pytest.mark.parametrize("units", ["", "0", "0.00"])
def test_a_cost_without_units_is_one_of_its_amount(mapping: SystemMapping, units: str) -> None:
    expense = translated(mapping, Kind.EXPENSE, "COST", COST | {"UNITS": units, "COST_RATE": ""})
    assert expense["amount"] == 15
    assert "units" not in expense
    assert "rate" not in expense


def test_a_cost_has_its_units_and_codes(mapping: SystemMapping) -> None:
    expense = translated(mapping, Kind.EXPENSE, "ARCHIVE", COST | {"EXPENSE_ADVANCE": "A"})
    assert (expense["units"], expense["rate"], expense["expense_code"]) == (100, Decimal("0.15"), "E101")
    assert (expense["advance"], expense["status"]) == (True, "billed")
    assert "timekeeper" not in expense


def test_no_classification_is_shipped(mapping: SystemMapping) -> None:
    person = {
        "EMPL": "2",
        "NAME": "T. Vance",
        "INITIALS": "TV",
        "LEVEL": "1",
        "INACTIVE": "1",
        "RATE1": "495.00",
    }
    timekeeper = translated(mapping, Kind.TIMEKEEPER, "EMPLOYEE", person | {"RATE2": "0.00"})
    assert "classification" not in timekeeper
    assert (timekeeper["level"], timekeeper["active"], timekeeper["initials"]) == ("1", False, "TV")
    assert list(timekeeper["rates"]) == [495]


def test_the_firm_classifies_its_levels_and_one_left_out_holds_no_timekeeper() -> None:
    mapping = compiled(
        '[timekeeper.fields]\nclassification = { field = "LEVEL", values = { "1" = "PARTNR" } }',
    )
    person = {"EMPL": "2", "NAME": "T. Vance", "LEVEL": "1"}
    assert translated(mapping, Kind.TIMEKEEPER, "EMPLOYEE", person)["classification"] == "PARTNR"
    left_out = translated(mapping, Kind.TIMEKEEPER, "EMPLOYEE", person | {"LEVEL": "5"})
    assert "classification" not in left_out
    assert left_out["level"] == "5"


def test_a_matter_knows_its_client_and_the_clients_id_for_it(mapping: SystemMapping) -> None:
    row = {
        "CLIENT_ID": "100.01",
        "CLIENT_NUMBER": "100",
        "NAME": "Acme",
        "DESC": "Dock 9",
        "MISC_1": "AC-1",
        "INACTIVE": "0",
        "NONBILLABLE": "1",
        "SECURE_CLIENT": "1",
        "DATE_OPEN": "1/5/2026",
    }
    matter = translated(mapping, Kind.MATTER, "CLIENT", row)
    assert matter == {
        "client": ForeignId((Kind.CLIENT,), "", "100"),
        "number": "100.01",
        "name": "Dock 9",
        "client_matter_id": "AC-1",
        "active": True,
        "billable": False,
        "secure": True,
        "opened_on": date(2026, 1, 5),
    }


def test_a_matter_knows_how_it_is_billed_and_by_whom(mapping: SystemMapping) -> None:
    row = {"CLIENT_ID": "100.01", "CLIENT_NUMBER": "100", "PROGRESS_BILLING": "1", "HOURLY_RATE": "250.00"}
    matter = translated(mapping, Kind.MATTER, "CLIENT", row | {"PRIM_TKPR": "3", "ORIG_TKPR": "0"})
    assert (matter["fee_arrangement"], matter["rate"]) == ("progress", 250)
    assert matter["responsible"] == ForeignId((Kind.TIMEKEEPER,), "", "3")
    assert "originating" not in matter
    usual = translated(mapping, Kind.MATTER, "CLIENT", row | {"PROGRESS_BILLING": "0", "HOURLY_RATE": "0.00"})
    assert not {"fee_arrangement", "rate"} & usual.keys()


@pytest.mark.parametrize(
    ("kind", "source", "raw"), [(Kind.TIME_ENTRY, "FEE", FEE), (Kind.EXPENSE, "COST", COST)]
)
def test_a_share_refers_to_what_was_split_and_does_not_wait_for_it(
    mapping: SystemMapping, kind: Kind, source: str, raw: dict[str, str]
) -> None:
    share = translated(mapping, kind, source, raw | {"SPLIT_OF": "7"})
    assert share["split_of"] == ForeignId((kind,), source, "7")
    assert "split_of" not in translated(mapping, kind, source, raw | {"SPLIT_OF": ""})
    inward, billed = mapping.inward(kind, source), mapping.inward(kind, "ARCHIVE")
    assert inward is not None
    assert billed is not None
    assert "split_of" in inward.forgiving
    assert "split_of" not in billed.covers


def test_a_finance_charge_is_part_of_the_invoice(mapping: SystemMapping) -> None:
    raw = STATEMENT | {"BILLED_FINANCE_CHARGE": "9.00", "BILLED_TOTAL": "109.00"}
    invoice = translated(mapping, Kind.INVOICE, "LEDGER", raw)
    assert (invoice["finance_charge"], invoice["total"]) == (9, 109)


def test_a_client_is_its_number_and_name(mapping: SystemMapping) -> None:
    row = {"CLIENT_NUMBER": "100", "NAME": "Acme", "ADDR1": "1 Dock Rd", "ADDR2": "", "CITY": "Erie"}
    assert translated(mapping, Kind.CLIENT, "CLIENT", row) == {
        "number": "100",
        "name": "Acme",
        "address": {"lines": ("1 Dock Rd",), "city": "Erie"},
    }


KINDS = (Kind.CLIENT, Kind.MATTER, Kind.TIMEKEEPER, Kind.TIME_ENTRY, Kind.EXPENSE, Kind.INVOICE)


@pytest.fixture
def billed_firm(exported: Exported) -> Tabs3Firm:
    firm = Tabs3Firm(3, records=400)
    firm.write(exported.folder)
    return firm


def test_every_row_of_the_sample_firm_is_understood(
    exported: Exported, billed_firm: Tabs3Firm, mapping: SystemMapping
) -> None:
    counts = {}
    for kind in KINDS:
        items = exported.read(kind)
        assert not [item.problem for item in items if item.problem]
        counts[kind] = len([translated(mapping, kind, item.source, dict(item.raw)) for item in items])
    assert counts[Kind.TIME_ENTRY] == billed_firm.records
    assert counts[Kind.INVOICE] == len(billed_firm.statements)


@pytest.mark.parametrize("mark", ["", "0", "N", None])
def test_a_statement_is_final(mapping: SystemMapping, mark: str | None) -> None:
    invoice = translated(
        mapping, Kind.INVOICE, "LEDGER", STATEMENT | ({} if mark is None else {"REVERSED_SW": mark})
    )
    assert invoice["status"] == "final"


def test_a_reversed_statement_is_held(mapping: SystemMapping) -> None:
    with pytest.raises(Untranslatable, match="REVERSED_SW"):
        translated(mapping, Kind.INVOICE, "LEDGER", STATEMENT | {"REVERSED_SW": "1"})


def test_invoices_equal_their_statements_to_the_cent(
    exported: Exported, billed_firm: Tabs3Firm, mapping: SystemMapping
) -> None:
    entries = {item.external_id for item in exported.read(Kind.TIME_ENTRY) + exported.read(Kind.EXPENSE)}
    for item in exported.read(Kind.INVOICE):
        invoice = translated(mapping, Kind.INVOICE, item.source, dict(item.raw))
        statement = billed_firm.statements[int(invoice["number"])]
        lines = invoice["lines"]
        charged = sum(line["amount"] for line in lines)
        assert invoice["status"] == "final"
        assert invoice["total"] == statement.total
        assert charged == invoice["fees"] + invoice["expenses"] + invoice["advances"]
        assert charged + invoice["fee_tax"] + invoice["expense_tax"] - invoice["discount"] == invoice["total"]
        assert {line["entry"].external_id for line in lines} <= entries
        assert len(lines) == len(statement.charges)


def keys_of(mapping: SystemMapping, kind: Kind, exported: Exported) -> Counter[tuple[Any, ...]]:
    """The keys of all rows by which billed ones are known again; a key needs all of its fields."""
    keys: Counter[tuple[Any, ...]] = Counter()
    for item in exported.read(kind):
        values = translated(mapping, kind, item.source, dict(item.raw))
        for names in mapping.match(kind, item.source):
            found = tuple(values.get(name) for name in names)
            if all(value not in (None, "") for value in found):
                keys[names, found] += 1
    return keys


@pytest.mark.parametrize("kind", [Kind.TIME_ENTRY, Kind.EXPENSE])
def test_what_is_billed_has_the_keys_that_it_had_before(
    exported: Exported, billed_firm: Tabs3Firm, mapping: SystemMapping, kind: Kind
) -> None:
    before = keys_of(mapping, kind, exported)
    assert len({names for names, _ in before}) == len(mapping.match(kind, "ARCHIVE"))
    billed_firm.bill()
    billed_firm.write(exported.folder)
    assert {item.source for item in exported.read(kind)} == {"ARCHIVE"}
    assert keys_of(mapping, kind, exported) == before


@pytest.mark.parametrize(
    ("kind", "raw", "change"),
    [
        (Kind.TIME_ENTRY, FEE, {"DESCRIPTION": "Research, revised."}),
        (Kind.TIME_ENTRY, FEE, {"AMOUNT": "250.00"}),
        (Kind.TIME_ENTRY, FEE, {"TCODE": "2"}),
        (Kind.EXPENSE, COST | {"DESCRIPTION": "Copies", "TCODE": "251"}, {"DESCRIPTION": "Photocopies"}),
        (Kind.EXPENSE, COST | {"DESCRIPTION": "Copies", "TCODE": "251"}, {"TCODE": "252"}),
        (Kind.EXPENSE, COST | {"DESCRIPTION": "Copies", "UNITS": ""}, {}),
    ],
)
def test_what_changes_as_it_is_billed_keeps_one_of_its_keys(
    mapping: SystemMapping, kind: Kind, raw: dict[str, str], change: dict[str, str]
) -> None:
    unbilled = translated(mapping, kind, "FEE" if kind is Kind.TIME_ENTRY else "COST", raw)
    billed = translated(mapping, kind, "ARCHIVE", raw | change)
    assert any(
        all(unbilled.get(name) not in (None, "") and unbilled[name] == billed.get(name) for name in names)
        for names in mapping.match(kind, "ARCHIVE")
    )
