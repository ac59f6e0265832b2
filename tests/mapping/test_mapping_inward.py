"""Reading: every way to convert a value, what emptiness means, and what is said of bad values."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.mapping import ForeignId, Inward, Layer, Problem, SystemMapping, Untranslatable, compile_mapping
from hub.model import Kind

Compile = Callable[..., SystemMapping]

ENTRY = """
[time_entry.FEE.fields]
matter     = { field = "CLIENT_ID", ref = "matter" }
timekeeper = { field = "TIMEKEEPER", ref = "timekeeper", source = "EMPLOYEE" }
worked_on  = { field = "DATE" }
hours      = { field = "HOURS", as = "decimal" }
rate       = { field = "RATE", empty = ["0"] }
narrative  = { field = "DESCRIPTION", optional = true }
task_code  = { field = "PHASE_TASK" }
on_hold    = { field = "HOLD", values = { H = true, P = false } }
billable   = { field = "NONBILLABLE", as = "flag:not" }
status     = { const = "unbilled" }
"""
ROW = {
    "CLIENT_ID": "100.00",
    "TIMEKEEPER": " 7 ",
    "DATE": "2026-01-15",
    "HOURS": "1.50",
    "RATE": "0.00",
    "DESCRIPTION": " Draft motion\nto compel ",
    "PHASE_TASK": "",
    "HOLD": "H",
    "NONBILLABLE": "N",
}


@pytest.fixture
def entries(mapping: Compile) -> Inward:
    return mapping(ENTRY).inward(Kind.TIME_ENTRY, "FEE")


def problems_of(inward: Inward, raw: dict[str, Any]) -> dict[str, Problem]:
    with pytest.raises(Untranslatable) as caught:
        inward.translate(raw)
    return {problem.field: problem for problem in caught.value.problems}


def test_a_row_becomes_canonical_values(entries: Inward) -> None:
    assert entries.translate(ROW) == {
        "matter": ForeignId((Kind.MATTER,), "", "100.00"),
        "timekeeper": ForeignId((Kind.TIMEKEEPER,), "EMPLOYEE", "7"),
        "worked_on": date(2026, 1, 15),
        "hours": Decimal("1.50"),
        "narrative": "Draft motion\nto compel",
        "on_hold": True,
        "billable": True,
        "status": "unbilled",
    }


def test_it_names_what_it_gives_and_needs(entries: Inward) -> None:
    assert entries.reference_fields == ("matter", "timekeeper")
    assert entries.line_reference_fields == ()
    assert entries.columns["DESCRIPTION"] is False
    assert entries.columns["HOLD"] is True
    assert set(entries.columns) == set(ROW)
    assert "status" in entries.fields


def test_all_problems_of_a_record_come_at_once(entries: Inward) -> None:
    bad = {
        **ROW,
        "CLIENT_ID": "  ",
        "DATE": "2026-13-45",
        "HOURS": "NaN",
        "RATE": "1,234.50",
        "HOLD": "X",
        "NONBILLABLE": "maybe",
    }
    found = problems_of(entries, bad)
    assert {name: problem.code for name, problem in found.items()} == {
        "matter": "missing",
        "worked_on": "not-a-date",
        "hours": "not-a-number",
        "rate": "not-a-number",
        "on_hold": "unknown-value",
        "billable": "not-a-flag",
    }
    assert found["worked_on"].message == 'DATE is "2026-13-45", which is no date (year-month-day).'
    assert found["worked_on"].vendor_field == "DATE"
    assert "thousands separators" in found["rate"].remedy
    assert "[time_entry.FEE.fields] on_hold" in found["on_hold"].remedy
    assert found["on_hold"].value == "X"


def test_an_unknown_text_is_no_value_unless_it_is_said_to_hold(mapping: Compile) -> None:
    table = """
    [timekeeper.fields]
    number = {{ field = "n" }}
    name = {{ field = "n" }}
    classification = {{ field = "LEVEL", values = {{ "1" = "PARTNR" }}{unknown} }}
    """
    lenient = mapping(table.format(unknown="")).inward(Kind.TIMEKEEPER, "")
    assert lenient.translate({"n": "7", "LEVEL": "1"})["classification"] == "PARTNR"
    assert "classification" not in lenient.translate({"n": "7", "LEVEL": "5"})
    strict = mapping(table.format(unknown=', unknown = "hold"')).inward(Kind.TIMEKEEPER, "")
    with pytest.raises(Untranslatable):
        strict.translate({"n": "7", "LEVEL": "5"})


def test_a_privileged_value_is_never_quoted(mapping: Compile) -> None:
    text = ENTRY.replace(
        '"DESCRIPTION", optional = true', '"DESCRIPTION", values = { a = "b" }, unknown = "hold"'
    )
    inward = mapping(text).inward(Kind.TIME_ENTRY, "FEE")
    with pytest.raises(Untranslatable) as caught:
        inward.translate({**ROW, "DESCRIPTION": "Discussed the secret"})
    (problem,) = caught.value.problems
    assert problem.field == "narrative"
    assert problem.value == ""
    assert "secret" not in f"{caught.value} {problem} {caught.value.__context__!r}"


@pytest.mark.parametrize(
    "bad",
    [
        *(
            "NaN",
            "Infinity",
            "-inf",
            "1e9x",
            "1,234.50",
            "$12",
            "1_000",
            "(5)",
            "٣",
            "1e999",
            "9" * 41,
            "1 2",
        ),
        *(1.5, True, [1], {"a": 1}, float("nan")),
    ],
)
def test_what_is_no_number_is_refused(entries: Inward, bad: Any) -> None:
    assert set(problems_of(entries, {**ROW, "HOURS": bad})) == {"hours"}


@pytest.mark.parametrize(
    ("given", "read"),
    [("1E2", "100"), ("+.5", "0.5"), ("5.", "5"), ("-0.25", "-0.25"), (7, "7"), (Decimal("1.10"), "1.10")],
)
def test_plain_numbers_are_read_exactly(entries: Inward, given: Any, read: Any) -> None:
    assert entries.translate({**ROW, "HOURS": given})["hours"] == Decimal(read)


def test_the_number_one_and_true_are_not_confused_by_what_was_read_before(entries: Inward) -> None:
    assert entries.translate({**ROW, "HOURS": 1})["hours"] == 1
    assert set(problems_of(entries, {**ROW, "HOURS": True})) == {"hours"}
    assert entries.translate({**ROW, "CLIENT_ID": Decimal("100.0")})["matter"].external_id == "100.0"
    assert entries.translate({**ROW, "CLIENT_ID": Decimal("100.00")})["matter"].external_id == "100.00"


@pytest.mark.parametrize(
    "given",
    [
        *("2026-01-15", "2026-01-15 00:00:00", "2026-01-15T09:30:00.5", "2026-01-15T00:00:00Z"),
        *(date(2026, 1, 15), datetime(2026, 1, 15, 9, tzinfo=UTC)),
    ],
)
def test_a_day_is_read_from_iso_text(entries: Inward, given: Any) -> None:
    assert entries.translate({**ROW, "DATE": given})["worked_on"] == date(2026, 1, 15)


@pytest.mark.parametrize("bad", ["01/15/2026", "2026-1-5", "2026-01-15T23:30:00Z", "20260115", "0", 5, 1.5])
def test_what_is_no_day_is_refused(entries: Inward, bad: Any) -> None:
    assert problems_of(entries, {**ROW, "DATE": bad})["worked_on"].code in {"not-a-date", "not-text"}


@given(st.text() | st.integers() | st.floats() | st.none() | st.lists(st.text(), max_size=2))
def test_no_vendor_value_raises_anything_but_untranslatable(value: Any) -> None:
    parsed = {
        "time_entry": {
            "fields": {
                "matter": {"field": "v", "ref": "matter"},
                "timekeeper": {"field": "v", "ref": "timekeeper"},
                "worked_on": {"field": "v", "as": "date:%d.%m.%y"},
                "created_on": {"field": "v"},
                "hours": {"field": "v"},
                "billable": {"field": "v"},
                "status": {"field": "v"},
                "narrative": {"field": "v"},
                "task_code": {"field": "v", "empty": ["0"]},
                "category": {"field": "a.b"},
            },
        },
    }
    compiled = compile_mapping([Layer("x", parsed)], codes=lambda _: {}, converters={}, shapes={})
    inward = compiled.inward(Kind.TIME_ENTRY, "")
    with pytest.raises(Untranslatable):
        inward.translate({"v": value, "a": value})


def test_default_empty_and_required(mapping: Compile) -> None:
    inward = mapping(
        """
        [timekeeper.fields]
        number = { field = "EMPL" }
        name = { field = "NAME", required = true }
        level = { field = "LEVEL", default = "9", empty = ["0", "-"] }
        active = { field = "INACTIVE", as = "flag:N/Y", default = true }
        currency = { const = "USD" }
        """,
    ).inward(Kind.TIMEKEEPER, "any")
    read = inward.translate({"EMPL": 7, "NAME": "V", "LEVEL": "-", "INACTIVE": None})
    assert read == {"number": "7", "name": "V", "level": "9", "active": True, "currency": "USD"}
    assert inward.translate({"EMPL": 7, "NAME": "V", "INACTIVE": "y"})["active"] is False
    assert problems_of(inward, {"EMPL": 7, "NAME": "", "LEVEL": "3"})["name"].code == "missing"


def test_codes_are_found_by_code_or_name_whatever_the_case(mapping: Compile) -> None:
    inward = mapping(
        ENTRY + 'activity_code = { field = "ACTIVITY", codes = "utbms/activity", optional = true }',
    ).inward(Kind.TIME_ENTRY, "FEE")
    assert inward.translate({**ROW, "ACTIVITY": "a103"})["activity_code"] == "A103"
    assert inward.translate({**ROW, "ACTIVITY": " draft/REVISE "})["activity_code"] == "A103"
    assert "activity_code" not in inward.translate({**ROW, "ACTIVITY": ""})
    assert problems_of(inward, {**ROW, "ACTIVITY": "A999"})["activity_code"].code == "unknown-code"


def test_parts_lists_and_joined_text(mapping: Compile) -> None:
    inward = mapping(
        """
        [client.fields]
        number = { field = "id" }
        name = { fields = ["first", "last"], join = " " }
        address.city = { field = "bill.city" }
        "address.lines" = { fields = ["a1", "a2", "a3"] }
        address.country = { const = "USA" }
        [matter.fields]
        number = { field = "Matter No" }
        client = { field = '"Client No."', ref = "client" }
        code_sets = { field = "sets", join = "; " }
        [timekeeper.fields]
        number = { field = "n" }
        name = { field = "n" }
        rates = { fields = ["r1", "r2"], empty = ["0"] }
        """,
    )
    clients = inward.inward(Kind.CLIENT, "")
    raw = {
        "id": 1,
        "first": "Ann",
        "last": " Lee ",
        "bill": {"city": "Lincoln"},
        "a1": "1 Main",
        "a3": "PO 5",
    }
    assert clients.translate(raw) == {
        "number": "1",
        "name": "Ann Lee",
        "address": {"city": "Lincoln", "lines": ("1 Main", "PO 5"), "country": "USA"},
    }
    assert clients.translate({"id": 1, "last": "Lee", "bill": None})["name"] == "Lee"
    assert problems_of(clients, {"id": 1, "last": "Lee", "bill": "x"})["address.city"].code == "no-document"
    assert set(clients.columns) == {"id", "first", "last", "bill", "a1", "a2", "a3"}
    matters = inward.inward(Kind.MATTER, "")
    read = matters.translate({"Matter No": "1", "Client No.": "9", "sets": "litigation;; bankruptcy "})
    assert read["code_sets"] == ("litigation", "bankruptcy")
    assert read["client"].external_id == "9"
    assert matters.translate({"Matter No": "1", "Client No.": "9", "sets": ["a"]})["code_sets"] == ("a",)
    timekeepers = inward.inward(Kind.TIMEKEEPER, "")
    assert timekeepers.translate({"n": "7", "r1": "0.00", "r2": "350"})["rates"] == (Decimal(350),)


INVOICE = """
[invoice.fields]
number = { field = "no" }
client = { field = "client", ref = "client" }
issued_on = { field = "on" }
total = { field = "total" }
[invoice.lines.fees]
each = "body.fees"
where = { type = "fee" }
[invoice.lines.fees.fields]
charged_on = { field = "on" }
amount = { field = "amount" }
entry = { field = "id", ref = "time_entry", source = "FEE" }
[invoice.lines.costs]
each = "costs"
optional = true
fields.type = { const = "expense" }
fields.charged_on = { field = "on" }
fields.amount = { field = "amount" }
fields.entry = { field = "id", ref = ["time_entry", "expense"] }
"""


def test_lines_of_several_lists_become_one(mapping: Compile) -> None:
    inward = mapping(INVOICE).inward(Kind.INVOICE, "")
    line = {"on": "2026-01-15", "amount": "5", "id": 8}
    read = inward.translate(
        {"no": 1, "client": 2, "on": "2026-02-01", "total": "10", "body": {"fees": [line]}, "costs": [line]},
    )
    assert [(each["type"], each["amount"]) for each in read["lines"]] == [("fee", 5), ("expense", 5)]
    assert read["lines"][0]["entry"] == ForeignId((Kind.TIME_ENTRY,), "FEE", "8")
    assert read["lines"][1]["entry"].kinds == (Kind.TIME_ENTRY, Kind.EXPENSE)
    assert inward.reference_fields == ("client",)
    assert inward.line_reference_fields == (("lines", "entry"),)
    assert inward.columns["body"] is True
    assert inward.columns["costs"] is False


def test_problems_in_lines_say_which_line(mapping: Compile) -> None:
    inward = mapping(INVOICE).inward(Kind.INVOICE, "")
    good = {"on": "2026-01-15", "amount": "5", "id": 8}
    head = {"no": 1, "client": 2, "on": "2026-02-01", "total": "10"}
    found = problems_of(inward, {**head, "body": {"fees": [good, {"on": "x", "id": 8}]}, "costs": "none"})
    assert {name: problem.code for name, problem in found.items()} == {
        "lines[2].charged_on": "not-a-date",
        "lines[2].amount": "missing",
        "lines": "no-list",
    }
    assert found["lines[2].amount"].vendor_field == "body.fees[2].amount"
    assert inward.translate({**head, "body": {}})["lines"] == []


def test_payments_read_their_applications(mapping: Compile) -> None:
    inward = mapping(
        """
        [payment.fields]
        client = { field = "c", ref = "client" }
        received_on = { field = "d" }
        amount = { field = "a" }
        [payment.lines.applied]
        each = "applied"
        into = "applications"
        fields = { invoice = { field = "i", ref = "invoice" }, amount = { field = "a" } }
        """,
    ).inward(Kind.PAYMENT, "")
    read = inward.translate({"c": 1, "d": "2026-01-01", "a": 5, "applied": [{"i": 3, "a": "5.00"}]})
    assert read["applications"] == [{"invoice": ForeignId((Kind.INVOICE,), "", "3"), "amount": Decimal(5)}]


def test_a_mapping_that_leaves_out_what_the_model_needs_says_so(mapping: Compile) -> None:
    inward = mapping('[client.fields]\nname = { field = "n" }').inward(Kind.CLIENT, "")
    found = problems_of(inward, {"n": "Acme"})
    assert found["number"].code == "not-mapped"
    assert "number" in found["number"].remedy


def test_a_plugins_converter_reads_and_its_failure_is_a_problem(mapping: Compile) -> None:
    def minutes(value: str) -> Decimal:
        return Decimal(int(value)) / 60

    converters = {"minutes": (minutes, lambda hours: str(int(hours * 60)))}
    text = ENTRY.replace('"HOURS", as = "decimal"', '"MIN", as = "minutes"')
    inward = mapping(text, converters=converters).inward(Kind.TIME_ENTRY, "FEE")
    assert inward.translate({**ROW, "MIN": "90"})["hours"] == Decimal("1.5")
    assert problems_of(inward, {**ROW, "MIN": "1h"})["hours"].code == "not-converted"


def test_dates_and_times_by_pattern(mapping: Compile) -> None:
    inward = mapping(
        """
        [submission.fields]
        invoice = { field = "i", ref = "invoice" }
        portal = { field = "p" }
        ordinal = { field = "n" }
        submitted_at = { field = "at" }
        accepted_at = { field = "ok", as = "datetime:%m/%d/%Y %H:%M" }
        """,
    ).inward(Kind.SUBMISSION, "")
    raw = {"i": 1, "p": "acme", "n": "2", "at": "2026-01-15T10:00:00Z", "ok": "1/5/2026 08:30"}
    read = inward.translate(raw)
    assert read["submitted_at"] == datetime(2026, 1, 15, 10, tzinfo=UTC)
    assert read["accepted_at"].isoformat() == "2026-01-05T08:30:00"
    assert read["ordinal"] == 2
    found = problems_of(inward, {**raw, "n": "2.5", "at": "noon", "ok": "2026-01-05"})
    assert {problem.code for problem in found.values()} == {"not-a-number", "not-a-date"}
    assert "%m/%d/%Y %H:%M" in found["accepted_at"].message


def test_more_different_values_than_are_remembered_are_all_read(entries: Inward) -> None:
    matters = [f"{number}.00" for number in range(9000)]
    read = [entries.translate({**ROW, "CLIENT_ID": matter})["matter"].external_id for matter in matters]
    assert read == matters
    assert entries.translate({**ROW, "CLIENT_ID": "1.00"})["matter"].external_id == "1.00"


def test_a_mapping_says_which_references_may_be_unknown(mapping: Compile) -> None:
    text = """
    [invoice.fields]
    number = { field = "no" }
    client = { field = "client", ref = "client" }
    matter = { field = "matter", ref = "matter", unknown = "empty" }
    issued_on = { field = "on" }
    total = { field = "total" }
    [invoice.lines.fees]
    each = "fees"
    fields.entry = { field = "id", ref = "time_entry", unknown = "empty" }
    fields.timekeeper = { field = "who", ref = "timekeeper", unknown = "hold" }
    """
    inward = mapping(text).inward(Kind.INVOICE, "")
    assert inward is not None
    assert inward.forgiving == {"matter", "lines.entry"}
