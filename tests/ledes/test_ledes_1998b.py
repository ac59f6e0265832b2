"""LEDES 1998B: what is written is read back the same, by us and by a parser of its own."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.ledes import CannotCarry, LedesInvoice, LedesLine, LedesLineType, read_1998b, write_1998b

HEADER = (
    "INVOICE_DATE|INVOICE_NUMBER|CLIENT_ID|LAW_FIRM_MATTER_ID|INVOICE_TOTAL|BILLING_START_DATE|BILLING_END_DATE|"
    "INVOICE_DESCRIPTION|LINE_ITEM_NUMBER|EXP/FEE/INV_ADJ_TYPE|LINE_ITEM_NUMBER_OF_UNITS|"
    "LINE_ITEM_ADJUSTMENT_AMOUNT|LINE_ITEM_TOTAL|LINE_ITEM_DATE|LINE_ITEM_TASK_CODE|LINE_ITEM_EXPENSE_CODE|"
    "LINE_ITEM_ACTIVITY_CODE|TIMEKEEPER_ID|LINE_ITEM_DESCRIPTION|LAW_FIRM_ID|LINE_ITEM_UNIT_COST|TIMEKEEPER_NAME|"
    "TIMEKEEPER_CLASSIFICATION|CLIENT_MATTER_ID[]"
)


def a_line(number: str = "1", **changes: object) -> LedesLine:
    line = LedesLine(
        number=number,
        type=LedesLineType.FEE,
        units=Decimal("1.5"),
        total=Decimal("375.00"),
        charged_on=date(2026, 1, 5),
        task_code="L110",
        activity_code="A103",
        timekeeper_id="7",
        description="Draft answer",
        unit_cost=Decimal(250),
        timekeeper_name="Vance, Ada",
        timekeeper_classification="PARTNR",
    )
    return replace(line, **changes)


def an_invoice(*lines: LedesLine, **changes: object) -> LedesInvoice:
    invoice = LedesInvoice(
        issued_on=date(2026, 2, 1),
        number="INV-1001",
        client_id="100",
        law_firm_matter_id="100.00",
        total=Decimal("375.00"),
        period_from=date(2026, 1, 1),
        period_to=date(2026, 1, 31),
        description="January",
        law_firm_id="47-0000000",
        client_matter_id="ACME-9",
        lines=lines or (a_line(),),
    )
    return replace(invoice, **changes)


def rows(document: bytes) -> list[list[str]]:
    """Parse a file in the plainest way there is."""
    head, header, *body, rest = document.decode("ascii").split("\r\n")
    assert (head, header, rest) == ("LEDES1998B[]", HEADER, "")
    assert all(re.fullmatch(r"[ -~]*\[\]", row) for row in body)
    return [row[:-2].split("|") for row in body]


def test_a_file_looks_as_the_format_wants_it() -> None:
    row = (
        "20260201|INV-1001|100|100.00|375.00|20260101|20260131|January|1|F|1.50|0.00|375.00|20260105|L110||A103|7|"
        "Draft answer|47-0000000|250.00|Vance, Ada|PARTNR|ACME-9[]"
    )
    assert write_1998b([an_invoice()]).decode().split("\r\n") == ["LEDES1998B[]", HEADER, row, ""]


@pytest.mark.parametrize(
    ("number", "spelt"),
    [
        ("0", "0.00"),
        ("-0", "0.00"),
        ("1E+3", "1000.00"),
        ("0.0005", "0.0005"),
        ("83.332500", "83.3325"),
        ("-12.5", "-12.50"),
        ("9999999999.9999", "9999999999.9999"),
    ],
)
def test_numbers_are_plain(number: str, spelt: str) -> None:
    [row] = rows(write_1998b([an_invoice(a_line(adjustment=Decimal(number)))]))

    assert row[11] == spelt


@pytest.mark.parametrize(
    ("invoice", "field"),
    [
        (an_invoice(a_line(unit_cost=Decimal("0.00005"))), "LINE_ITEM_UNIT_COST"),
        (an_invoice(a_line(total=Decimal("NaN"))), "LINE_ITEM_TOTAL"),
        (an_invoice(a_line(units=Decimal("Infinity"))), "LINE_ITEM_NUMBER_OF_UNITS"),
        (an_invoice(a_line(units=Decimal(10000000000))), "LINE_ITEM_NUMBER_OF_UNITS"),
        (an_invoice(total=Decimal("1e12")), "INVOICE_TOTAL"),
        (an_invoice(number=""), "INVOICE_NUMBER"),
        (an_invoice(law_firm_id=" "), "LAW_FIRM_ID"),
        (an_invoice(a_line("1"), a_line("1")), "LINE_ITEM_NUMBER"),
        (an_invoice(a_line("a|1"), a_line("a/1")), "LINE_ITEM_NUMBER"),
        (replace(an_invoice(), lines=()), "LINE_ITEM_NUMBER"),
    ],
)
def test_what_the_format_cannot_carry_is_refused_by_field(invoice: LedesInvoice, field: str) -> None:
    with pytest.raises(CannotCarry) as refused:
        write_1998b([invoice])

    assert refused.value.field == field
    assert field in str(refused.value)


def test_an_error_and_a_repr_are_silent_about_descriptions() -> None:
    invoice = an_invoice(a_line(description="privileged", total=Decimal("1e11")), description="privileged")

    with pytest.raises(CannotCarry) as refused:
        write_1998b([invoice])

    assert "privileged" not in f"{refused.value} {invoice!r}"


ids = st.from_regex(r"[A-Za-z0-9](?:[A-Za-z0-9 .,/()-]{0,18}[A-Za-z0-9])?", fullmatch=True).map(
    lambda text: " ".join(text.split())
)
descriptions = st.text(st.characters(min_codepoint=32, max_codepoint=126, exclude_characters="|[]")).map(
    lambda text: " ".join(text.split())
)
numbers = st.decimals(-(10**9), 10**9, places=4)
some_lines = st.builds(
    LedesLine,
    number=ids,
    type=st.sampled_from(LedesLineType),
    units=st.none() | numbers,
    adjustment=numbers,
    total=numbers,
    charged_on=st.dates(),
    task_code=st.just("") | ids,
    expense_code=st.just("") | ids,
    activity_code=st.just("") | ids,
    timekeeper_id=st.just("") | ids,
    description=descriptions,
    unit_cost=st.none() | numbers,
    timekeeper_name=st.just("") | ids,
    timekeeper_classification=st.just("") | ids,
)
some_invoices = st.builds(
    LedesInvoice,
    issued_on=st.dates(),
    number=ids,
    client_id=ids,
    law_firm_matter_id=ids,
    total=numbers,
    period_from=st.dates(),
    period_to=st.dates(),
    description=descriptions,
    law_firm_id=ids,
    client_matter_id=st.just("") | ids,
    lines=st.lists(some_lines, min_size=1, max_size=4, unique_by=lambda line: line.number).map(tuple),
)


@given(
    st.lists(
        some_invoices, max_size=3, unique_by=lambda invoice: (invoice.number, invoice.law_firm_matter_id)
    )
)
def test_what_is_written_is_read_back_the_same(invoices: list[LedesInvoice]) -> None:
    reading = read_1998b(write_1998b(invoices))

    assert reading.problems == ()
    assert list(reading.invoices) == invoices


@given(st.text(st.characters()), st.text(st.characters()), st.text(st.characters()))
def test_no_text_can_break_the_rows(description: str, name: str, client_matter_id: str) -> None:
    line = a_line(description=description, timekeeper_name=name)
    document = write_1998b(
        [an_invoice(line, a_line("2"), client_matter_id=client_matter_id, description=name)]
    )

    assert [len(row) for row in rows(document)] == [24, 24]
