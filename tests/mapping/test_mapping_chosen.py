"""Tables with dimensions: the first row that fits fills a vendor's field, on the way out alone."""

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.mapping import Layer, Outward, Problem, SystemMapping, Untranslatable, compile_mapping
from hub.model import InvoiceLine, Kind
from hub.sdk import ConfigurationError

Compile = Callable[..., SystemMapping]

CHARGES = """
[invoice.fields]
number = { field = "No" }
[invoice.lines.charges]
each = "Line"
[invoice.lines.charges.fields]
amount = { field = "Amount" }
[invoice.lines.charges.chosen]
Item = [
  { type = "fee", "timekeeper.number" = "7", is = "Fees - Vance" },
  { type = "fee", transaction_code = ["10", "12"], is = "Litigation Fees" },
  { type = "fee", is = "Legal Fees" },
  { advance = true, is = "Advanced Client Costs" },
  { is = "Reimbursed Expenses" },
]
"""
PAYMENT = """
[payment.chosen]
DepositTo = [ { from_trust = true, is = "Trust transfers" }, { method = "check", is = "Undeposited Funds" } ]
"""


@pytest.fixture
def charges(mapping: Compile) -> Outward:
    return mapping(CHARGES).outward(Kind.INVOICE)


def items(outward: Outward, ledger: Any, *lines: dict[str, Any]) -> list[Any]:
    payload = outward.render({"lines": list(lines)}, ledger)
    return [line.get("Item") for line in payload["Line"]]


def problem_of(outward: Outward, stored: dict[str, Any], ledger: Any) -> Problem:
    with pytest.raises(Untranslatable) as caught:
        outward.render(stored, ledger)
    (problem,) = caught.value.problems
    return problem


def test_the_first_row_that_fits_gives_the_value(charges: Outward, ledger: Any) -> None:
    lines = [
        {"type": "fee", "timekeeper": 3, "transaction_code": "10"},
        {"type": "fee", "transaction_code": "12"},
        {"type": "fee", "transaction_code": "11"},
        {"type": "fee", "advance": True},
        {"type": "expense", "advance": True},
        {"type": "expense"},
    ]
    assert items(charges, ledger, *lines) == [
        "Fees - Vance",
        "Litigation Fees",
        "Legal Fees",
        "Legal Fees",
        "Advanced Client Costs",
        "Reimbursed Expenses",
    ]


def test_what_the_stored_values_leave_out_has_the_models_default(mapping: Compile, ledger: Any) -> None:
    text = """
    [invoice.lines.charges]
    each = "Line"
    [invoice.lines.charges.chosen]
    Item = [
      { advance = false, units = "1", tax = "0", is = "one" },
      { "entry.category" = "", is = "none" },
      { is = "else" },
    ]
    """
    outward = mapping(text).outward(Kind.INVOICE)
    lines = [{}, {"units": "1"}, {"units": "2"}, {"units": "2", "entry": 4}, {"tax": "0.01", "entry": 9}]
    ledger.records[9] = (Kind.EXPENSE, {"category": "Copies"})
    assert items(outward, ledger, *lines) == ["one", "one", "none", "none", "else"]


def test_a_value_may_be_any_scalar_and_false_leaves_the_field_out(mapping: Compile, ledger: Any) -> None:
    text = """
    [payment.chosen]
    Bank.Ref = [
      { method = "a", is = 7 }, { method = "b", is = true }, { method = "c", is = "" }, { is = false }
    ]
    """
    outward = mapping(text).outward(Kind.PAYMENT)
    assert outward.render({"method": "a"}, ledger) == {"Bank": {"Ref": 7}}
    assert outward.render({"method": "b"}, ledger) == {"Bank": {"Ref": True}}
    assert outward.render({"method": "c"}, ledger) == {"Bank": {"Ref": ""}}
    assert outward.render({}, ledger) == outward.render({}, ledger, whole=True) == {}
    assert outward.chosen == {"Bank.Ref": (7, True, "")}


def test_rows_look_through_references(mapping: Compile, ledger: Any) -> None:
    text = """
    [time_entry.chosen]
    '"Cost. Centre"' = [
      { matter.client.number = "100", timekeeper.classification = ["PARTNR"], is = "P" },
      { "matter.client.address.city" = "Lincoln", is = "L" },
      { matter.fee_arrangement = "flat", is = "F" },
    ]
    """
    outward = mapping(text).outward(Kind.TIME_ENTRY)
    assert outward.render({"matter": 2, "timekeeper": 3}, ledger) == {"Cost. Centre": "P"}
    assert outward.render({"matter": 2}, ledger) == {"Cost. Centre": "L"}
    assert outward.path_kinds == {Kind.MATTER, Kind.CLIENT, Kind.TIMEKEEPER}
    assert outward.reference_kinds == frozenset()
    assert not ledger.asked


def test_lines_count_for_the_kinds_that_are_looked_through(charges: Outward) -> None:
    assert charges.path_kinds == {Kind.TIMEKEEPER}


def test_without_a_row_that_fits_a_record_is_held(mapping: Compile, ledger: Any) -> None:
    outward = mapping(PAYMENT).outward(Kind.PAYMENT)
    assert outward.render({"from_trust": True, "method": "wire"}, ledger) == {"DepositTo": "Trust transfers"}
    assert problem_of(outward, {"method": "credit card"}, ledger) == Problem(
        "DepositTo",
        "DepositTo",
        "no-row",
        'DepositTo has no row for from_trust false, method "credit card".',
        "Add a row for it to [payment.chosen] DepositTo in the workspace's mapping.",
        'from_trust false, method "credit card"',
    )


def test_a_line_without_a_row_is_named(mapping: Compile, ledger: Any) -> None:
    outward = mapping(CHARGES.replace('  { is = "Reimbursed Expenses" },\n', "")).outward(Kind.INVOICE)
    stored = {"lines": [{"type": "fee"}, {"type": "expense", "transaction_code": "x" * 41}]}
    problem = problem_of(outward, stored, ledger)
    assert (problem.field, problem.vendor_field, problem.code) == ("lines[2].Item", "Line[2].Item", "no-row")
    assert problem.message == (
        'Line[2].Item has no row for type "expense", timekeeper.number (empty), '
        "transaction_code (a longer text), advance false."
    )
    assert problem.remedy == (
        "Add a row for it to [invoice.lines.charges.chosen] Item in the workspace's mapping."
    )


def test_a_privileged_value_may_be_a_condition_and_is_never_told(mapping: Compile, ledger: Any) -> None:
    text = '[time_entry.chosen]\nClass = [{ narrative = "Draft", is = "D" }]'
    outward = mapping(text).outward(Kind.TIME_ENTRY)
    assert outward.render({"narrative": "Draft"}, ledger) == {"Class": "D"}
    with pytest.raises(Untranslatable) as caught:
        outward.render({"narrative": "secret"}, ledger)
    assert caught.value.problems[0].message == "Class has no row for narrative (privileged)."
    assert "secret" not in f"{caught.value} {caught.value.problems} {caught.value.__context__!r}"


def test_it_says_all_that_it_may_write(mapping: Compile) -> None:
    system = mapping(CHARGES, '[invoice.chosen]\nClass = [{ status = "void", is = false }, { is = "A" }]')
    outward = system.outward(Kind.INVOICE)
    assert outward.chosen["Class"] == ("A",)
    assert outward.chosen["charges.Item"][:2] == ("Fees - Vance", "Litigation Fees")
    assert len(outward.chosen) == 2


def test_it_only_goes_out(mapping: Compile) -> None:
    text = """
    [invoice.fields]
    number = { field = "No", way = "in" }
    [invoice.chosen]
    Class = [{ is = "A" }]
    [invoice.lines.charges]
    each = "Line"
    fields = { amount = { field = "Amount", way = "in" } }
    chosen = { Item = [{ is = "Fees" }] }
    """
    system = mapping(text)
    inward = system.inward(Kind.INVOICE, "")
    assert inward.columns == {"No": True, "Line": True}
    assert inward.covers == {"number", "lines"}
    assert inward.two_way == frozenset()
    outward = system.outward(Kind.INVOICE)
    assert outward.fields == ()
    alone = mapping('[client.chosen]\nType = [{ is = "Customer" }]')
    assert alone.inward(Kind.CLIENT, "") is None
    assert alone.outward(Kind.CLIENT).chosen == {"Type": ("Customer",)}


def test_a_later_layer_replaces_a_list_whole_and_false_takes_it_out(mapping: Compile, ledger: Any) -> None:
    later = """
    [invoice.lines.charges.chosen]
    Item = [{ type = "fee", is = "Fees" }, { is = "Costs" }]
    Class = [{ is = "A" }]
    """
    outward = mapping(CHARGES, later).outward(Kind.INVOICE)
    line = {"type": "fee", "timekeeper": 3}
    assert outward.render({"lines": [line]}, ledger)["Line"] == [
        {"Amount": None, "Item": "Fees", "Class": "A"}
    ]
    out = "[invoice.lines.charges]\nchosen.Item = false\nchosen.Class = false"
    assert mapping(CHARGES, later, out).outward(Kind.INVOICE).chosen == {}


def test_a_source_has_tables_of_its_own(mapping: Compile, ledger: Any) -> None:
    text = '[payment.RECEIPT.chosen]\nDepositTo = [{ is = "Bank" }]'
    outward = mapping(PAYMENT, text).outward(Kind.PAYMENT)
    assert outward.source == "RECEIPT"
    assert outward.render({}, ledger) == {"DepositTo": "Bank"}


def test_the_digest_changes_with_the_rows_and_their_order(mapping: Compile) -> None:
    before = mapping(PAYMENT).digest
    swapped = """
    [payment.chosen]
    DepositTo = [
      { method = "check", is = "Undeposited Funds" },
      { from_trust = true, is = "Trust transfers" },
    ]
    """
    same = "".join(line.strip() for line in PAYMENT.split("\n")[2:])
    assert mapping(PAYMENT, f"[payment.chosen]\n{same}").digest == before
    assert mapping(PAYMENT, swapped).digest != before
    assert mapping(CHARGES).digest != mapping(CHARGES.replace('"12"', '"13"')).digest


TABLE = "[invoice.lines.a]\neach = 'L'\n[invoice.lines.a.chosen]\n"
WRONG = [
    (
        '[client.chosen]\nType = "x"',
        r"layer1\.toml, line 2: \[client\.chosen\] Type: is no list of rows\. Write",
    ),
    ("[client.chosen]\nType = []", r"line 2: .*Type: has no row\. Add one"),
    ("[client.chosen]\nType = [1]", r"Type, row 1: is not a table"),
    (
        "[client.chosen]\nType = [{ is = 'a' }, { active = true }]",
        r"Type, row 2: does not say what is written\. Add is",
    ),
    (
        "[client.chosen]\nType = [{ is = 0.5 }]",
        r"Type\.is, row 1: is nothing that a field can hold\. .*quotes",
    ),
    ("[client.chosen]\nType = [{ is = 2026-01-01 }]", r"Type\.is, row 1: .*Write text"),
    ("[client.chosen]\nType = [{ is = ['a'] }]", r"Type\.is, row 1: .*Write text"),
    (
        TABLE + 'Item = [\n  { is = "a" },\n  { typ = "fee", is = "b" },\n]',
        r'line 4: \[invoice\.lines\.a\.chosen\] Item\.typ, row 2: invoice line has no .*"type"\?',
    ),
    (
        TABLE + 'Item = [{ "timekeeper.nubmer" = "7", is = "b" }]',
        r'Item\.timekeeper\.nubmer, row 1: timekeeper has no field "nubmer"\. Did you mean "number"\?',
    ),
    (
        TABLE + 'Item = [{ timekeeper = "7", is = "b" }]',
        r'timekeeper is a reference\. .*"timekeeper\.number"',
    ),
    (
        TABLE + 'Item = [{ type = "fees", is = "b" }]',
        r'"fees" is not what type holds: .*Did you mean "fee"\?',
    ),
    (TABLE + 'Item = [{ type = ["fee", "fees"], is = "b" }]', r'"fees" is not what type holds'),
    (TABLE + 'Item = [{ type = [], is = "b" }]', r"Item\.type, row 1: names no value\. Name at least one"),
    (TABLE + 'Item = [{ advance = "maybe", is = "b" }]', r'"maybe" is not what advance holds: true or false'),
    (
        TABLE + 'Item = [{ transaction_code = 10, is = "b" }]',
        r"10 is not what transaction_code holds: text\. Write it in quotes",
    ),
    (
        '[matter.chosen]\nT = [{ code_sets = "x", is = "b" }]',
        r"code_sets holds several values\. Name a field",
    ),
    ('[matter.chosen]\nT = [{ "a..b" = "x", is = "b" }]', r"is no name of a field"),
    ('[matter.chosen]\n"T." = [{ is = "b" }]', r"\[matter\.chosen\] .*is no name of a field\. .*in quotes"),
    ("[matter.chosen.T]", r"\[matter\.chosen\] T: is no list of rows"),
    (
        '[client.fields]\nname = { field = "n" }\n[client.chosen]\nn = [{ is = "b" }]',
        r'line 4: \[client\.chosen\] n: "n" is written from here and from "name"\. .*"name" = false, or say',
    ),
    (
        '[client.fields]\nname = { field = "n.x" }\n[client.chosen]\nn = [{ is = "b" }]',
        r"written as a value and as a document\. Take one of them out",
    ),
    (
        TABLE + '[invoice.chosen]\nL = [{ is = "b" }]\n[invoice.lines.a.fields]\namount = { field = "a" }',
        r'"L" is written from here and from "\[invoice\.lines\.a\]"',
    ),
    (
        '[[client.chosen.Type]]\nactve = true\nis = "b"',
        r'line 2: \[client\.chosen\] Type\.actve, row 1: client has no field .*"active"\?',
    ),
]


@pytest.mark.parametrize(("text", "message"), WRONG)
def test_what_is_wrong_is_named_with_its_place_and_remedy(mapping: Compile, text: str, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message) as caught:
        mapping(text)
    assert caught.value.remedy


def test_a_field_that_is_only_read_may_share_the_vendors_field(mapping: Compile, ledger: Any) -> None:
    text = '[payment.fields]\nmethod = { field = "DepositTo", way = "in" }'
    system = mapping(text, PAYMENT)
    assert system.outward(Kind.PAYMENT).render({"method": "check"}, ledger) == {
        "DepositTo": "Undeposited Funds"
    }
    assert system.inward(Kind.PAYMENT, "").fields == ("method",)


CODES = ["", "10", "12"]
NUMBERS = {3: "7", 8: "8"}
VALUES: Mapping[str, list[Any]] = {
    "type": ["fee", "expense"],
    "advance": [True, False],
    "transaction_code": CODES,
    "units": ["1", "1.50"],
    "timekeeper.number": ["", *NUMBERS.values()],
}


def conditions() -> st.SearchStrategy[dict[str, Any]]:
    one = {
        name: st.sampled_from(values) | st.lists(st.sampled_from(values), min_size=1)
        for name, values in VALUES.items()
    }
    return st.fixed_dictionaries({}, optional=one)


lines = st.builds(
    InvoiceLine,
    type=st.sampled_from(["fee", "expense"]),
    charged_on=st.just("2026-01-01"),
    amount=st.just("1"),
    advance=st.booleans(),
    transaction_code=st.sampled_from(CODES),
    units=st.sampled_from(["1", "1.5", "2"]).map(Decimal),
    timekeeper=st.sampled_from([None, *NUMBERS]),
)


class Timekeepers:
    """Knows timekeepers alone."""

    def external_id(self, kinds: tuple[Kind, ...], record_id: int, source: str) -> str:
        raise AssertionError(record_id)

    def values(self, record_id: int) -> tuple[Kind, Mapping[str, Any]]:
        return Kind.TIMEKEEPER, {"number": NUMBERS[record_id], "name": "V"}


@given(rows=st.lists(conditions(), min_size=1, max_size=6), line=lines)
def test_it_is_always_the_first_fitting_row(rows: list[dict[str, Any]], line: InvoiceLine) -> None:
    chosen = {"Item": [{**row, "is": number} for number, row in enumerate(rows)]}
    table = {"lines": {"all": {"each": "Line", "chosen": chosen}}}
    system = compile_mapping([Layer("x", {"invoice": table})], codes=lambda _: {}, converters={}, shapes={})
    outward = system.outward(Kind.INVOICE)
    assert outward is not None
    fitting = [number for number, row in enumerate(rows) if _fits(row, line)]
    stored = json.loads(line.model_dump_json(exclude_defaults=True))
    try:
        payload = outward.render({"lines": [stored]}, Timekeepers())
    except Untranslatable:
        assert fitting == []
    else:
        assert payload["Line"][0]["Item"] == fitting[0]


def _fits(row: Mapping[str, Any], line: InvoiceLine) -> bool:
    has = {
        "type": line.type.value,
        "advance": line.advance,
        "transaction_code": line.transaction_code,
        "units": line.units,
        "timekeeper.number": NUMBERS.get(line.timekeeper or 0, ""),
    }
    return all(has[name] in _wanted(name, value) for name, value in row.items())


def _wanted(name: str, value: Any) -> list[Any]:
    wanted = value if isinstance(value, list) else [value]
    return [Decimal(one) for one in wanted] if name == "units" else wanted
