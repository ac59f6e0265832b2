"""Files as they are met: anything readable is read, and what is wrong is told by line and field."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.ledes import FIRST_LINE_1998B, HEADER_1998B, LedesLineType, Problem, read_1998b

VALUES = {
    "INVOICE_DATE": "20260201",
    "INVOICE_NUMBER": "1001",
    "CLIENT_ID": "100",
    "LAW_FIRM_MATTER_ID": "100.00",
    "INVOICE_TOTAL": "1250.",
    "BILLING_START_DATE": "20260101",
    "BILLING_END_DATE": "20260131",
    "LINE_ITEM_NUMBER": "1",
    "EXP/FEE/INV_ADJ_TYPE": "F",
    "LINE_ITEM_NUMBER_OF_UNITS": "5",
    "LINE_ITEM_TOTAL": "1250.",
    "LINE_ITEM_DATE": "20260105",
    "LINE_ITEM_DESCRIPTION": "Draft answer",
    "LAW_FIRM_ID": "47-0000000",
    "LINE_ITEM_UNIT_COST": "+250",
}
NAMES = HEADER_1998B.removesuffix("[]").split("|")


def row(**changes: str) -> str:
    values = VALUES | {name.replace("TYPE", "EXP/FEE/INV_ADJ_TYPE"): value for name, value in changes.items()}
    return "|".join(values.get(name, "") for name in NAMES) + "[]"


def a_file(*rows: str, end: str = "\r\n") -> bytes:
    return end.join([FIRST_LINE_1998B, HEADER_1998B, *rows, ""]).encode()


def test_loose_numbers_and_blanks_are_read() -> None:
    reading = read_1998b(
        a_file(row(LINE_ITEM_ADJUSTMENT_AMOUNT="-.5"), row(LINE_ITEM_NUMBER="2", LINE_ITEM_UNIT_COST=""))
    )

    [invoice] = reading.invoices
    assert reading.problems == ()
    assert invoice.total == Decimal(1250)
    assert [line.adjustment for line in invoice.lines] == [Decimal("-0.5"), 0]
    assert [line.unit_cost for line in invoice.lines] == [Decimal(250), None]
    assert invoice.lines[0].charged_on == date(2026, 1, 5)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_line_end_will_do(end: str) -> None:
    reading = read_1998b(a_file(row(), row(LINE_ITEM_NUMBER="2"), end=end))

    assert len(reading.invoices[0].lines) == 2
    assert reading.problems == ()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_curly_quotes_of_either_encoding_are_read(encoding: str) -> None:
    text = a_file(row(LINE_ITEM_DESCRIPTION="the client’s “answer”")).decode()

    reading = read_1998b(text.encode(encoding))

    assert reading.problems == ()
    assert reading.invoices[0].lines[0].description == "the client’s “answer”"


def test_a_description_broken_over_lines_is_one_record() -> None:
    reading = read_1998b(a_file(row(LINE_ITEM_DESCRIPTION="one\n\ntwo"), row(LINE_ITEM_NUMBER="2")))

    assert reading.problems == ()
    assert [line.description.split() for line in reading.invoices[0].lines] == [
        ["one", "two"],
        ["Draft", "answer"],
    ]


def test_rows_are_grouped_by_invoice_and_matter() -> None:
    reading = read_1998b(
        a_file(row(), row(INVOICE_NUMBER="1002"), row(LINE_ITEM_NUMBER="2"), row(LAW_FIRM_MATTER_ID="100.01"))
    )

    assert [(one.number, one.law_firm_matter_id, len(one.lines)) for one in reading.invoices] == [
        ("1001", "100.00", 2),
        ("1002", "100.00", 1),
        ("1001", "100.01", 1),
    ]


def test_a_later_row_that_says_otherwise_of_the_invoice_is_a_problem() -> None:
    reading = read_1998b(a_file(row(), row(LINE_ITEM_NUMBER="2", INVOICE_TOTAL="9", CLIENT_MATTER_ID="X")))

    assert reading.invoices[0].total == Decimal(1250)
    assert [(problem.line, problem.field) for problem in reading.problems] == [
        (4, "INVOICE_TOTAL"),
        (4, "CLIENT_MATTER_ID"),
    ]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"INVOICE_DATE": "2026-02-01"}, "INVOICE_DATE"),
        ({"LINE_ITEM_DATE": "20260231"}, "LINE_ITEM_DATE"),
        ({"LINE_ITEM_DATE": "\uff12\uff10\uff12\uff16\uff10\uff11\uff10\uff11"}, "LINE_ITEM_DATE"),
        ({"LINE_ITEM_TOTAL": "1,250.00"}, "LINE_ITEM_TOTAL"),
        ({"LINE_ITEM_TOTAL": "$5"}, "LINE_ITEM_TOTAL"),
        ({"LINE_ITEM_UNIT_COST": "1e3"}, "LINE_ITEM_UNIT_COST"),
        ({"LINE_ITEM_NUMBER_OF_UNITS": "NaN"}, "LINE_ITEM_NUMBER_OF_UNITS"),
        ({"INVOICE_TOTAL": ""}, "INVOICE_TOTAL"),
        ({"INVOICE_NUMBER": " "}, "INVOICE_NUMBER"),
        ({"TYPE": "X"}, "EXP/FEE/INV_ADJ_TYPE"),
    ],
)
def test_an_unreadable_value_is_a_problem_and_leaves_only_its_row_out(
    changes: dict[str, str], field: str
) -> None:
    reading = read_1998b(a_file(row(), row(LINE_ITEM_NUMBER="2", **changes)))

    assert [(problem.line, problem.field) for problem in reading.problems] == [(4, field)]
    assert [line.number for line in reading.invoices[0].lines] == ["1"]


def test_a_small_letter_type_is_understood() -> None:
    assert read_1998b(a_file(row(TYPE="if"))).invoices[0].lines[0].type is LedesLineType.FEE_ADJUSTMENT


def test_a_row_cut_short_costs_only_itself() -> None:
    reading = read_1998b(a_file(row()[:60], row(LINE_ITEM_NUMBER="2"), row(LINE_ITEM_NUMBER="3")[:-2]))

    assert [line.number for line in reading.invoices[0].lines] == ["2", "3"]
    assert [problem.line for problem in reading.problems] == [3, 5, 3]


def test_a_row_with_a_field_too_many_is_left_out() -> None:
    reading = read_1998b(a_file(row(LINE_ITEM_DESCRIPTION="a|b")))

    assert reading.invoices == ()
    assert reading.problems == (Problem(3, "", "has 25 fields, not 24"),)


def test_a_file_of_another_format_says_so() -> None:
    reading = read_1998b(b"LEDES98BI V2[]\r\nINVOICE_DATE|PO_NUMBER[]\r\n")

    assert [problem.line for problem in reading.problems] == [1, 2]
    assert "LEDES1998B[]" in reading.problems[0].message


@given(st.binary(max_size=400) | st.text(max_size=300).map(str.encode))
def test_no_bytes_make_it_raise(data: bytes) -> None:
    assert read_1998b(data).problems
    assert read_1998b(a_file(row()) + data).invoices


@given(
    st.lists(st.sampled_from(["|", "[]", "\n", "F", "20260101", "1.", "é", " "]), max_size=80).map("".join)
)
def test_no_mixture_of_marks_makes_it_raise(noise: str) -> None:
    assert isinstance(read_1998b(a_file(noise, row())).problems, tuple)
