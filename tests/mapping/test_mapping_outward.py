"""Writing: references, paths, tables, lines, shapes, and what is done with empty values."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from hub.mapping import Outward, SystemMapping, Unbound, Untranslatable
from hub.model import Invoice, InvoiceLine, Kind

Compile = Callable[..., SystemMapping]

ENTRY = """
[time_entry.fields]
matter     = { field = "Matter.Id", ref = "matter" }
timekeeper = { field = "Who", ref = "timekeeper", source = "EMPLOYEE" }
worked_on  = { field = "On", as = "date:%m/%d/%Y" }
hours      = { field = "Hours", as = "decimal:2" }
rate       = { field = "Rate", optional = true }
amount     = { field = "Amount" }
currency   = { field = "Currency" }
narrative  = { field = "Text" }
billable   = { field = "Billable", as = "flag:Y/N" }
on_hold    = { field = "Hold", values = { H = true } }
status     = { const = "unbilled", field = "Status" }
"matter.client_matter_id" = { field = "Matter.ClientMatter", required = true }
"matter.client.name" = { field = "Client" }
"matter.client.address.city" = { field = "City" }
"timekeeper.classification" = { field = "Level", values = { P = "PARTNR", A = "ASSOC" } }
"matter.client" = { field = "ClientId", ref = "client" }
"""
STORED = {"matter": 2, "timekeeper": 3, "worked_on": "2026-01-05", "hours": "1.5", "amount": "525.00"}


@pytest.fixture
def entries(mapping: Compile) -> Outward:
    return mapping(ENTRY).outward(Kind.TIME_ENTRY)


def problems_of(outward: Outward, stored: dict[str, Any], ledger: Any) -> dict[str, tuple[str, str]]:
    with pytest.raises(Untranslatable) as caught:
        outward.render(stored, ledger)
    return {problem.field: (problem.code, problem.message) for problem in caught.value.problems}


def test_stored_values_become_a_payload_in_the_order_of_the_mapping(entries: Outward, ledger: Any) -> None:
    payload = entries.render(STORED, ledger)
    assert payload == {
        "Matter": {"Id": "ext-2", "ClientMatter": "CM-9"},
        "Who": "ext-3",
        "On": "01/05/2026",
        "Hours": "1.50",
        "Amount": "525.00",
        "Currency": "",
        "Text": "",
        "Billable": "Y",
        "Hold": "",
        "Status": "unbilled",
        "Client": "Acme",
        "City": "Lincoln",
        "Level": "P",
        "ClientId": "ext-1",
    }
    assert list(payload)[:4] == ["Matter", "Who", "On", "Hours"]
    assert ((Kind.TIMEKEEPER,), 3, "EMPLOYEE") in ledger.asked


def test_it_names_the_kinds_it_looks_up(entries: Outward) -> None:
    assert entries.source == ""
    assert entries.path_kinds == {Kind.MATTER, Kind.CLIENT, Kind.TIMEKEEPER}
    assert entries.reference_kinds == {Kind.MATTER, Kind.TIMEKEEPER, Kind.CLIENT}
    assert "worked_on" in entries.two_way
    assert not {"status", "matter.client", "matter.client.name"} & entries.two_way


def test_a_record_that_is_not_there_yet_is_named(entries: Outward, ledger: Any) -> None:
    del ledger.bound[3]
    with pytest.raises(Unbound) as caught:
        entries.render(STORED, ledger)
    assert caught.value.record_id == 3


def test_all_that_does_not_fit_comes_at_once(entries: Outward, ledger: Any) -> None:
    ledger.records[2] = (Kind.MATTER, {"client": 1, "number": "1"})
    ledger.records[3] = (Kind.TIMEKEEPER, {"number": "7", "name": "V", "classification": "OTHER"})
    found = problems_of(entries, {**STORED, "hours": "0.125"}, ledger)
    assert {name: code for name, (code, _) in found.items()} == {
        "hours": "does-not-fit",
        "matter.client_matter_id": "missing",
        "timekeeper.classification": "unknown-value",
    }
    assert found["hours"][1] == 'hours, which goes to Hours, is "0.125", which is more exact than 2 decimals.'


def test_an_empty_optional_field_is_left_out_and_others_are_written_empty(
    mapping: Compile, ledger: Any
) -> None:
    outward = mapping(
        """
        [client.fields]
        number = { field = "No" }
        name = { field = "Name" }
        email = { field = "Email", optional = true }
        closed_on = { field = "Closed" }
        opened_on = { field = "Opened", optional = true }
        address.city = { field = "Addr.City", optional = true }
        address.lines = { fields = ["A1", "A2"] }
        """,
    ).outward(Kind.CLIENT)
    assert outward.render({"number": "1", "name": "Acme"}, ledger) == {
        "No": "1",
        "Name": "Acme",
        "Closed": None,
        "A1": "",
        "A2": "",
    }
    full = {"number": "1", "name": "Acme", "address": {"city": "Lincoln", "lines": ["1 Main"]}}
    payload = outward.render(full, ledger)
    assert payload["Addr"] == {"City": "Lincoln"}
    assert (payload["A1"], payload["A2"]) == ("1 Main", "")
    long = {**full, "address": {"lines": ["1", "2", "3"]}}
    assert problems_of(outward, long, ledger)["address.lines"][0] == "does-not-fit"


def test_a_reference_to_two_kinds_follows_the_one_it_is(mapping: Compile, ledger: Any) -> None:
    outward = mapping(
        """
        [invoice.lines.all]
        each = "rows"
        [invoice.lines.all.fields]
        entry = { field = "id", ref = ["time_entry", "expense"] }
        "entry.task_code" = { field = "task" }
        "entry.hours" = { field = "hours" }
        "entry.matter.number" = { field = "matter" }
        """,
    ).outward(Kind.INVOICE)
    payload = outward.render({"lines": [{"entry": 4}, {"entry": 5}, {}]}, ledger)
    assert payload["rows"] == [
        {"id": "ext-4", "task": "L120", "hours": "1.5", "matter": "100.00"},
        {"id": "ext-5", "task": "L110", "hours": None, "matter": "100.00"},
        {"id": None, "task": "", "hours": None, "matter": ""},
    ]
    assert outward.path_kinds == {Kind.TIME_ENTRY, Kind.EXPENSE, Kind.MATTER}


INVOICE = """
[invoice.fields]
number = { field = "no" }
[invoice.lines.fees]
each = "fees"
where = { type = "fee", advance = false }
fields = { amount = { field = "amount" } }
[invoice.lines.costs]
each = "doc.costs"
fields = { amount = { field = "sum" }, type = { const = "expense" } }
"""


def test_each_line_goes_to_the_list_it_fits(mapping: Compile, ledger: Any) -> None:
    outward = mapping(INVOICE).outward(Kind.INVOICE)
    lines = [
        {"type": "fee", "amount": "1.00"},
        {"type": "expense", "amount": "2.00"},
        {"type": "fee", "amount": "3.00"},
    ]
    assert outward.render({"number": "7", "lines": lines}, ledger) == {
        "no": "7",
        "fees": [{"amount": "1.00"}, {"amount": "3.00"}],
        "doc": {"costs": [{"sum": "2.00"}]},
    }
    assert outward.render({"number": "7"}, ledger)["fees"] == []


def test_a_line_that_fits_no_list_is_a_problem_and_never_dropped(mapping: Compile, ledger: Any) -> None:
    outward = mapping(INVOICE).outward(Kind.INVOICE)
    lines = [{"type": "fee", "amount": "1.00"}, {"type": "fee_adjustment", "amount": "-1.00"}]
    assert problems_of(outward, {"number": "7", "lines": lines}, ledger)["lines[2]"][0] == "no-table"


def test_shapes_change_the_record_before_it_is_written(mapping: Compile, ledger: Any) -> None:
    def one_line(invoice: Invoice) -> Invoice:
        total = sum((line.amount for line in invoice.lines), Decimal(0))
        line = InvoiceLine(type="fee", charged_on=invoice.issued_on, amount=total)
        return invoice.model_copy(update={"lines": (line,)})

    def renamed(invoice: Invoice) -> Invoice:
        return invoice.model_copy(update={"number": f"X{invoice.number}"})

    shapes = {"one_line": one_line, "renamed": renamed}
    text = INVOICE.replace(
        "[invoice.fields]", '[invoice]\nshapes = ["one_line", "renamed"]\n[invoice.fields]'
    )
    outward = mapping(text, shapes=shapes).outward(Kind.INVOICE)
    line = {"type": "fee", "charged_on": "2026-01-01", "amount": "2.50"}
    stored = {
        "number": "7",
        "client": 1,
        "issued_on": "2026-01-31",
        "lines": [line, {**line, "type": "expense"}],
        "total": "5.00",
    }
    assert outward.render(stored, ledger) == {"no": "X7", "fees": [{"amount": "5.00"}], "doc": {"costs": []}}


def test_the_source_to_write_to_is_the_only_one_or_the_one_named(mapping: Compile) -> None:
    fields = '.fields]\nname = { field = "n" }\n'
    one = mapping(f"[client.A{fields}")
    assert one.outward(Kind.CLIENT).source == "A"
    two = f"[client.A{fields}[client.B{fields}"
    assert mapping(two).outward(Kind.CLIENT) is None
    assert mapping(two, '[client]\nwrite = "B"').outward(Kind.CLIENT).source == "B"
    assert mapping(two).outward(Kind.MATTER) is None


def test_a_mapping_that_only_reads_writes_nothing(mapping: Compile) -> None:
    text = '[client.fields]\nname = { field = "n", way = "in" }\nnumber = { const = "1" }'
    assert mapping(text).outward(Kind.CLIENT) is None


def test_what_cannot_be_taken_back_is_not_written(mapping: Compile, ledger: Any) -> None:
    text = """
    [time_entry.fields]
    hours = { field = "h" }
    on_hold = { field = "hold", values = { H = true, P = false, U = false } }
    narrative = { fields = ["a", "b"], join = " " }
    """
    outward = mapping(text).outward(Kind.TIME_ENTRY)
    assert outward.render({"hours": "1"}, ledger) == {"h": "1"}
    inverse = 'U = false }, inverse = { false = "P" } }'
    outward = mapping(text.replace("U = false } }", inverse)).outward(Kind.TIME_ENTRY)
    assert outward.render({"hours": "1"}, ledger) == {"h": "1", "hold": "P"}
    assert outward.render({"hours": "1", "on_hold": True}, ledger)["hold"] == "H"


def test_of_two_fields_that_share_a_vendor_field_one_writes(mapping: Compile, ledger: Any) -> None:
    text = """
    [matter.fields]
    number = { field = "id" }
    name = { field = "id" }
    client = { field = "c", ref = "client" }
    "client.number" = { field = "c" }
    """
    outward = mapping(text).outward(Kind.MATTER)
    assert outward.render({"number": "1", "name": "x", "client": 1}, ledger) == {"id": "1", "c": "100"}
    assert outward.two_way == {"number"}
    outward = mapping(
        text.replace('name = { field = "id" }', 'name = { field = "id", way = "both" }')
    ).outward(Kind.MATTER)
    assert outward.render({"number": "1", "name": "x", "client": 1}, ledger)["id"] == "x"


def test_a_list_is_joined_unless_an_item_holds_the_separator(mapping: Compile, ledger: Any) -> None:
    outward = mapping('[matter.fields]\ncode_sets = { field = "sets", join = "; " }').outward(Kind.MATTER)
    assert outward.render({"code_sets": ["a", "b"]}, ledger) == {"sets": "a; b"}
    assert outward.render({}, ledger) == {"sets": ""}
    assert problems_of(outward, {"code_sets": ["a;b"]}, ledger)["code_sets"][0] == "does-not-fit"


def test_a_plugins_converter_writes_the_canonical_value(mapping: Compile, ledger: Any) -> None:
    converters = {"minutes": (lambda text: Decimal(text) / 60, lambda hours: int(hours * 60))}
    text = '[time_entry.fields]\nhours = { field = "min", as = "minutes" }'
    outward = mapping(text, converters=converters).outward(Kind.TIME_ENTRY)
    assert outward.render({"hours": "1.5"}, ledger) == {"min": 90}


def test_a_day_that_its_pattern_cannot_hold_is_a_problem(mapping: Compile, ledger: Any) -> None:
    outward = mapping('[client.fields]\nopened_on = { field = "d", as = "date:%m/%d/%y" }').outward(
        Kind.CLIENT
    )
    assert outward.render({"opened_on": "2026-02-03"}, ledger) == {"d": "02/03/26"}
    assert problems_of(outward, {"opened_on": "1926-02-03"}, ledger)["opened_on"][0] == "does-not-fit"
