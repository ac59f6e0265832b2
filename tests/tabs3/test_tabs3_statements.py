"""A statement is a row of LEDGER with the rows of ARCHIVE that it bills."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hub.sdk import Kind, Upsert

if TYPE_CHECKING:
    from tests.tabs3.conftest import Exported


def ledger(**values: str) -> dict[str, str]:
    usual = {
        "_SEQUENCE_NO": "900",
        "CLIENT_ID": "100.00",
        "RECORD_TYPE": "S",
        "STATEMENT_NUMBER": "41",
        "STATEMENT_ID": "5",
    }
    return usual | {"FEE_AMOUNT": "100.00"} | values


def line(sequence: str, **values: str) -> dict[str, str]:
    usual = {"CLIENT_ID": "100.00", "REC_TYPE": "F", "STATEMENT_NUMBER": "41", "STATEMENT_ID": "5"}
    return {"_SEQUENCE_NO": sequence} | usual | {"AMOUNT": "100.00", "EXPENSE_ADVANCE": ""} | values


def lines_of(statement: Upsert) -> list[str]:
    return [row["_SEQUENCE_NO"] for name in ("FEES", "COSTS") for row in statement.raw[name]]


def test_a_statement_has_its_fees_and_costs(exported: Exported) -> None:
    exported.rows("LEDGER", ledger(EXPENSE_AMOUNT="7.00", TOTAL_AMOUNT="107.00"))
    exported.rows(
        "ARCHIVE",
        line("2", REC_TYPE="C", AMOUNT="7.00", EXPENSE_ADVANCE="E"),
        line("1"),
        line("3", REC_TYPE="P"),
    )
    statement = exported.one(Kind.INVOICE)
    assert (statement.source, statement.external_id, statement.problem) == ("LEDGER", "900", "")
    assert statement.raw["CLIENT_NUMBER"] == "100"
    assert [row["_SEQUENCE_NO"] for row in statement.raw["FEES"]] == ["1"]
    assert [row["_SEQUENCE_NO"] for row in statement.raw["COSTS"]] == ["2"]
    assert {name: statement.raw[name] for name in statement.raw if name.startswith("BILLED_")} == {
        "BILLED_FEES": "100.00",
        "BILLED_EXPENSES": "7.00",
        "BILLED_ADVANCES": "0",
        "BILLED_FEE_TAX": "0",
        "BILLED_EXPENSE_TAX": "0",
        "BILLED_DISCOUNT": "0",
        "BILLED_FINANCE_CHARGE": "0",
        "BILLED_TOTAL": "107.00",
    }


def test_payments_and_write_offs_are_no_statements(exported: Exported) -> None:
    exported.rows("LEDGER", ledger(RECORD_TYPE="P"), ledger(RECORD_TYPE="W"))
    exported.rows("ARCHIVE", line("1"))
    assert exported.read(Kind.INVOICE) == []


def test_a_ledger_row_of_no_known_type_is_held(exported: Exported) -> None:
    exported.rows("LEDGER", ledger(RECORD_TYPE="X"))
    exported.rows("ARCHIVE", line("1"))
    assert "RECORD_TYPE is none of S, P and W" in exported.one(Kind.INVOICE).problem


@pytest.mark.parametrize("number", ["1E2", ""])
def test_a_ledger_row_with_an_odd_id_is_held(exported: Exported, number: str) -> None:
    exported.rows("LEDGER", ledger(_SEQUENCE_NO=number))
    exported.rows("ARCHIVE", line("1"))
    assert "_SEQUENCE_NO" in exported.one(Kind.INVOICE).problem


def test_lines_come_in_the_order_of_their_numbers_whatever_the_file_says(exported: Exported) -> None:
    exported.rows("LEDGER", ledger())
    exported.rows("ARCHIVE", line("10"), line("9"), line("2"))
    first = exported.one(Kind.INVOICE)
    exported.rows("ARCHIVE", line("2"), line("9"), line("10"))
    second = exported.one(Kind.INVOICE)
    assert lines_of(first) == lines_of(second) == ["2", "9", "10"]
    assert first.digest == second.digest


def test_the_digest_changes_with_the_row_and_with_any_line(exported: Exported) -> None:
    digests = set()
    for statement, charge in (
        (ledger(), line("1")),
        (ledger(DATE="2026-05-04"), line("1")),
        (ledger(), line("1", TIMEKEEPER="7")),
    ):
        exported.rows("LEDGER", statement)
        exported.rows("ARCHIVE", charge)
        digests.add(exported.one(Kind.INVOICE).digest)
    assert len(digests) == 3


@pytest.mark.parametrize("no_id", ["", "0"])
def test_without_ids_number_and_client_join(exported: Exported, no_id: str) -> None:
    exported.rows("LEDGER", ledger(STATEMENT_ID=no_id))
    exported.rows(
        "ARCHIVE",
        line("1", STATEMENT_ID=no_id),
        line("2", STATEMENT_ID=no_id, CLIENT_ID="110.00"),
        line("3", STATEMENT_ID=no_id, STATEMENT_NUMBER="42"),
    )
    assert lines_of(exported.one(Kind.INVOICE)) == ["1"]


def test_an_id_on_one_side_alone_is_no_obstacle(exported: Exported) -> None:
    exported.rows("LEDGER", ledger())
    exported.rows("ARCHIVE", line("1", STATEMENT_ID=""))
    assert lines_of(exported.one(Kind.INVOICE)) == ["1"]


def test_the_id_wins_over_a_number_that_was_used_again(exported: Exported) -> None:
    exported.rows("LEDGER", ledger(), ledger(_SEQUENCE_NO="901", STATEMENT_ID="6"))
    exported.rows("ARCHIVE", line("1"), line("2", STATEMENT_ID="6"))
    assert [lines_of(item) for item in exported.read(Kind.INVOICE)] == [["1"], ["2"]]


def test_statements_that_share_an_id_have_the_lines_of_their_own_matter(exported: Exported) -> None:
    exported.rows("LEDGER", ledger(), ledger(_SEQUENCE_NO="901", CLIENT_ID="100.01"))
    exported.rows("ARCHIVE", line("1"), line("2", CLIENT_ID="100.01"))
    assert [lines_of(item) for item in exported.read(Kind.INVOICE)] == [["1"], ["2"]]


def test_a_consolidated_statement_has_the_lines_of_all_its_matters(exported: Exported) -> None:
    exported.rows("LEDGER", ledger())
    exported.rows("ARCHIVE", line("1"), line("2", CLIENT_ID="100.01"))
    assert lines_of(exported.one(Kind.INVOICE)) == ["1", "2"]


@pytest.mark.parametrize(
    "charges",
    [
        [line("1", STATEMENT_ID="6", STATEMENT_NUMBER="42")],
        [line("1", AMOUNT="60.00")],
        [line("1"), line("2", AMOUNT="7.00", REC_TYPE="C")],
    ],
)
def test_a_statement_whose_lines_are_not_those_of_its_ledger_row_is_unsettled(
    exported: Exported, charges: list[dict[str, str]]
) -> None:
    exported.rows("LEDGER", ledger())
    exported.rows("ARCHIVE", *charges)
    statement = exported.read(Kind.INVOICE)[0]
    assert (statement.raw["BILLED_TOTAL"], statement.problem) == ("100.00", "")
    assert statement.unsettled.startswith("statement 41 is still being updated: its lines come to ")
    assert "LEDGER says 100.00" in statement.unsettled


def test_a_statement_whose_lines_are_all_there_is_settled(exported: Exported) -> None:
    exported.rows("LEDGER", ledger(TOTAL_AMOUNT="100.00"))
    exported.rows("ARCHIVE", line("1", AMOUNT="60.00"), line("2", AMOUNT="40.00"))
    assert (exported.one(Kind.INVOICE).unsettled, exported.one(Kind.INVOICE).problem) == ("", "")


def test_lines_with_a_bill_code_of_their_own_need_not_be_billed(exported: Exported) -> None:
    exported.rows("LEDGER", ledger())
    exported.rows("ARCHIVE", line("1", BILL_CODE="0"), line("2", AMOUNT="70.00", BILL_CODE="1"))
    statement = exported.one(Kind.INVOICE)
    assert (lines_of(statement), statement.unsettled) == (["1", "2"], "")


def test_lines_without_a_ledger_row_are_entries_and_told(exported: Exported) -> None:
    exported.rows("LEDGER", ledger())
    later = [line(str(n), STATEMENT_ID=str(n), STATEMENT_NUMBER=str(40 + n)) for n in range(6, 13)]
    exported.rows("ARCHIVE", line("1"), line("2", STATEMENT_ID="", STATEMENT_NUMBER="0"), *later)
    (page,) = exported.pages(Kind.INVOICE)
    assert (len(page.items), page.complete) == (1, True)
    (notice,) = page.notices
    assert notice == (
        "Statements 46, 47, 48, 49, 50 and 2 more are being updated: ARCHIVE.csv has lines without a row "
        "in LEDGER.csv."
    )
    assert len(exported.read(Kind.TIME_ENTRY)) == 9


def test_statements_that_bill_nothing_are_no_invoices(exported: Exported) -> None:
    nothing = {"FEE_AMOUNT": "0.00", "TOTAL_BALANCE": "500.00", "PREVIOUS_BALANCE": "500.00"}
    exported.rows(
        "LEDGER",
        ledger(),
        ledger(_SEQUENCE_NO="901", STATEMENT_ID="6", STATEMENT_NUMBER="42", **nothing),
        ledger(_SEQUENCE_NO="902", STATEMENT_ID="7", STATEMENT_NUMBER="43", **nothing),
    )
    exported.rows("ARCHIVE", line("1"), line("2", REC_TYPE="P", STATEMENT_ID="6", STATEMENT_NUMBER="42"))
    (page,) = exported.pages(Kind.INVOICE)
    assert [item.external_id for item in page.items] == ["900"]
    assert page.notices == ("2 statements bill nothing (reminders, or payments alone) and are no invoices.",)


def test_a_statement_of_work_that_costs_nothing_is_an_invoice(exported: Exported) -> None:
    exported.rows("LEDGER", ledger(FEE_AMOUNT="0.00"))
    exported.rows("ARCHIVE", line("1", AMOUNT="0.00"))
    assert lines_of(exported.one(Kind.INVOICE)) == ["1"]


def test_a_broken_line_holds_its_statement_with_the_line_named(exported: Exported) -> None:
    exported.rows("LEDGER", ledger())
    exported.rows("ARCHIVE", line("1"), line("1E2"))
    assert exported.one(Kind.INVOICE).problem.startswith("ARCHIVE.csv, line 3: _SEQUENCE_NO 1E2")


def test_parts_that_do_not_make_the_stated_total_hold_the_statement(exported: Exported) -> None:
    exported.rows("LEDGER", ledger(TOTAL_AMOUNT="100.10"))
    exported.rows("ARCHIVE", line("1"))
    problem = exported.one(Kind.INVOICE).problem
    assert (
        "LEDGER.csv, line 2: statement 41: its parts sum to 100.00, but TOTAL_AMOUNT says 100.10" in problem
    )


def test_an_unreadable_amount_holds_the_statement_with_its_column(exported: Exported) -> None:
    exported.rows("LEDGER", ledger(ADVANCE_AMOUNT="n/a"))
    exported.rows("ARCHIVE", line("1"))
    assert "statement 41: ADVANCE_AMOUNT is not an amount" in exported.one(Kind.INVOICE).problem


def test_an_unreadable_line_is_left_to_the_mapping(exported: Exported) -> None:
    exported.rows("LEDGER", ledger())
    exported.rows("ARCHIVE", line("1", AMOUNT="n/a"))
    assert exported.one(Kind.INVOICE).problem == ""


@pytest.mark.parametrize("stated", ["109.00", "100.00"])
def test_a_finance_charge_is_part_of_the_total(exported: Exported, stated: str) -> None:
    exported.rows("LEDGER", ledger(FINCHG_AMOUNT="9.00", TOTAL_AMOUNT=stated))
    exported.rows("ARCHIVE", line("1"))
    (page,) = exported.pages(Kind.INVOICE)
    (item,) = page.items
    assert isinstance(item, Upsert)
    assert (item.raw["BILLED_FINANCE_CHARGE"], item.raw["BILLED_TOTAL"]) == ("9.00", "109.00")
    assert (item.problem, item.unsettled, page.notices) == ("", "", ())


def test_a_finance_charge_alone_is_an_invoice(exported: Exported) -> None:
    exported.rows("LEDGER", ledger(FEE_AMOUNT="0", FINCHG_AMOUNT="9.00"))
    exported.rows("ARCHIVE", line("1", STATEMENT_ID="", STATEMENT_NUMBER=""))
    assert exported.one(Kind.INVOICE).raw["BILLED_TOTAL"] == "9.00"


def test_lines_refer_to_entries_as_entries_are_listed(exported: Exported) -> None:
    """Also where reference numbers stand in for the numbers that an export left out."""
    exported.rows("LEDGER", ledger())
    numbered = {name: text for name, text in line("", REF_NUM="17").items() if name != "_SEQUENCE_NO"}
    exported.rows("ARCHIVE", numbered)
    (entry,) = exported.read(Kind.TIME_ENTRY)
    assert lines_of(exported.one(Kind.INVOICE)) == [entry.external_id] == ["100.00/17"]


def test_ndjson_statements_have_their_lines(exported: Exported) -> None:
    exported.put(
        "LEDGER.ndjson",
        '{"_SEQUENCE_NO": 900, "CLIENT_ID": "100.00", "RECORD_TYPE": "S", '
        '"STATEMENT_ID": 5, "FEE_AMOUNT": 2.5}\n',
    )
    exported.put(
        "ARCHIVE.ndjson",
        '{"_SEQUENCE_NO": 1, "CLIENT_ID": "100.00", "REC_TYPE": "F", "STATEMENT_ID": 5, "AMOUNT": 2.50}\n',
    )
    statement = exported.one(Kind.INVOICE)
    assert (lines_of(statement), statement.raw["BILLED_TOTAL"]) == (["1"], "2.50")


def test_pages_hold_about_a_thousand_rows_with_their_lines(exported: Exported) -> None:
    statements = [ledger(_SEQUENCE_NO=str(number), STATEMENT_ID=str(number)) for number in range(1, 9)]
    charges = [line(str(n), STATEMENT_ID=str(1 + n % 8), AMOUNT="0.25") for n in range(3_200)]
    exported.rows("LEDGER", *statements)
    exported.rows("ARCHIVE", *charges)
    assert [len(page.items) for page in exported.pages(Kind.INVOICE)] == [3, 3, 2]
