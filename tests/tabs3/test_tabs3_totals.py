"""The total of a statement: its own parts, whichever family of columns holds them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub_tabs3.totals import Charged, Parts, UnreadableAmountError, amount, parts_of

PARTS = ("FEE", "EXPENSE", "ADVANCE", "FEE_TAX", "EXP_TAX", "ADV_TAX", "FINCHG")
money = st.decimals(min_value=0, max_value=99_999, places=2)


def statement(amounts: dict[str, Decimal], suffix: str = "_AMOUNT", **more: str) -> dict[str, str]:
    return {f"{part}{suffix}": f"{amount:.2f}" for part, amount in amounts.items()} | more


def charged(amounts: dict[str, Decimal]) -> Charged:
    return Charged(amounts["FEE"], amounts["EXPENSE"], amounts["ADVANCE"])


amounts_of = st.fixed_dictionaries(dict.fromkeys(PARTS, money))


@given(amounts_of, money, money, st.sampled_from(["_AMOUNT", "_AMOUNT_DUE"]), st.booleans())
def test_either_family_gives_the_parts_and_balances_never_enter(
    amounts: dict[str, Decimal],
    discount: Decimal,
    balance: Decimal,
    suffix: str,
    with_lines: bool,  # noqa: FBT001 -- drawn by hypothesis
) -> None:
    row = statement(
        amounts,
        suffix,
        FEE_COURTESY_DISCNT=str(discount),
        PREVIOUS_BALANCE=str(balance),
        TOTAL_BALANCE="1.00",
        FEE_BALANCE="2.00",
        PAYMENT_AMOUNT="3.00",
    )
    parts, trouble, unsettled = parts_of(row, charged(amounts) if with_lines else None)
    assert (trouble, unsettled) == ("", "")
    assert parts.discount == discount
    assert (parts.fees, parts.expenses, parts.advances) == charged(amounts)
    assert parts.expense_tax == amounts["EXP_TAX"] + amounts["ADV_TAX"]
    taxes = amounts["FEE_TAX"] + amounts["EXP_TAX"] + amounts["ADV_TAX"]
    assert parts.total == sum(charged(amounts)) + amounts["FINCHG"] + taxes - discount


@given(amounts_of)
def test_an_empty_or_zero_family_gives_way_to_the_other(amounts: dict[str, Decimal]) -> None:
    due = statement(amounts, "_AMOUNT_DUE")
    empty = {f"{part}_AMOUNT": "" for part in PARTS}
    zero = {f"{part}_AMOUNT": "0.00" for part in PARTS}
    assert parts_of(due | empty, None) == parts_of(due | zero, None) == parts_of(due, None)


def test_the_billed_amount_is_not_what_is_still_due() -> None:
    row = {"FEE_AMOUNT": "1000.00", "FEE_AMOUNT_DUE": "400.00", "TOTAL_AMOUNT": "1000.00"}
    parts, trouble, _ = parts_of(row, Charged(Decimal(1000), Decimal(0), Decimal(0)))
    assert (parts.total, trouble) == (1000, "")


def test_where_only_the_siblings_agree_with_the_lines_they_are_read() -> None:
    """A ledger whose FEE_AMOUNT says what was paid so far, and TOTAL_AMOUNT likewise."""
    row = {"FEE_AMOUNT": "250.00", "FEE_AMOUNT_DUE": "1000.00", "TOTAL_AMOUNT": "250.00"}
    parts, trouble, _ = parts_of(row, Charged(Decimal(1000), Decimal(0), Decimal(0)))
    assert (parts.total, trouble) == (1000, "")


def test_fees_may_be_stated_with_the_discount_taken_off() -> None:
    row = {"FEE_AMOUNT": "950.00", "FEE_COURTESY_DISCNT": "50.00"}
    parts, *_ = parts_of(row, Charged(Decimal(1000), Decimal(0), Decimal(0)))
    assert (parts.fees, parts.discount, parts.total) == (1000, 50, 950)


def test_the_discount_may_be_in_the_lines_already() -> None:
    row = {"FEE_AMOUNT": "1000.00", "FEE_COURTESY_DISCNT": "50.00", "TOTAL_AMOUNT": "950.00"}
    parts, trouble, _ = parts_of(row, Charged(Decimal(950), Decimal(0), Decimal(0)))
    assert (parts.fees, parts.discount, parts.total, trouble) == (950, 0, 950, "")


def test_a_stated_total_may_stand_before_the_discount() -> None:
    row = {"FEE_AMOUNT": "1000.00", "FEE_COURTESY_DISCNT": "50.00", "TOTAL_AMOUNT": "1000.00"}
    parts, trouble, _ = parts_of(row, None)
    assert (parts.total, trouble) == (950, "")


@pytest.mark.parametrize("stated", ["100.00", "110.00", "350.00", "360.00", "0.00", ""])
def test_a_stated_total_may_leave_out_the_finance_charge_and_hold_the_previous_balance(stated: str) -> None:
    row = {
        "FEE_AMOUNT": "100.00",
        "FINCHG_AMOUNT": "10.00",
        "PREVIOUS_BALANCE": "250.00",
        "TOTAL_AMOUNT": stated,
    }
    parts, trouble, _ = parts_of(row, None)
    assert (parts.total, parts.finance_charge, trouble) == (110, 10, "")


def test_another_stated_total_is_told() -> None:
    _, trouble, _ = parts_of({"FEE_AMOUNT": "100.00", "TOTAL_AMOUNT": "100.01"}, None)
    assert "its parts sum to 100.00, but TOTAL_AMOUNT says 100.01." in trouble


@pytest.mark.parametrize("text", ["abc", "NaN", "Infinity", "1,000.00", "$5"])
def test_what_is_no_amount_is_told_by_its_column(text: str) -> None:
    with pytest.raises(UnreadableAmountError, match="FEE_AMOUNT is not an amount"):
        parts_of({"FEE_AMOUNT": text}, None)


def test_lines_are_summed_by_what_they_charge() -> None:
    costs = [
        {"AMOUNT": "10.00", "EXPENSE_ADVANCE": "E"},
        {"AMOUNT": "5.00", "EXPENSE_ADVANCE": "A"},
        {"AMOUNT": "1.00"},
    ]
    assert Charged.by([{"AMOUNT": "2.50"}, {"AMOUNT": ""}], costs) == (Decimal("2.50"), 11, 5)


def test_an_absent_column_is_nothing() -> None:
    assert amount({}, "FEE_AMOUNT") == 0
    assert parts_of({}, None) == (Parts(*[Decimal(0)] * 7), "", "")


def lines(fees: str, expenses: str = "0", advances: str = "0") -> Charged:
    return Charged(Decimal(fees), Decimal(expenses), Decimal(advances))


BILLED = {"FEE_AMOUNT": "1000.00", "EXPENSE_AMOUNT": "20.00", "TOTAL_AMOUNT": "1020.00"}


@pytest.mark.parametrize(
    ("charged_so_far", "says"),
    [
        (lines("400", "20"), "its lines come to 420, LEDGER says 1020.00 (fees 400 and 1000.00)."),
        (
            lines("0"),
            "its lines come to 0, LEDGER says 1020.00 (fees 0 and 1000.00, expenses 0 and 20.00).",
        ),
        (
            lines("1000", "0", "20"),
            "its lines come to 1020, LEDGER says 1020.00 (expenses 0 and 20.00, advances 20 and 0).",
        ),
    ],
)
def test_lines_that_are_not_the_statements_are_told(charged_so_far: Charged, says: str) -> None:
    parts, trouble, unsettled = parts_of(BILLED, charged_so_far)
    assert (parts.total, trouble) == (1020, "")
    assert unsettled == f"still being updated: {says}"


@pytest.mark.parametrize(
    ("column", "charged_fees"),
    [("FEE_WRITEUP", "940"), ("FEE_WRITEDOWN", "1060"), ("NONBILL_FEES", "1060")],
)
def test_what_a_column_of_its_own_explains_is_no_trouble(column: str, charged_fees: str) -> None:
    row = BILLED | {column: "60.00"}
    parts, trouble, unsettled = parts_of(row, lines(charged_fees, "20"))
    assert (parts.fees, parts.total, trouble, unsettled) == (1000, 1020, "", "")
    assert parts_of(BILLED | {column: "60.01"}, lines(charged_fees, "20")).unsettled
    assert parts_of(BILLED, lines(charged_fees, "20")).unsettled


def test_a_write_down_may_come_with_a_discount() -> None:
    row = {"FEE_AMOUNT": "890.00", "FEE_WRITEDOWN": "60.00", "FEE_COURTESY_DISCNT": "50.00"}
    assert parts_of(row, lines("1000")).unsettled == ""


def test_lines_that_are_not_billed_may_stand_among_the_others() -> None:
    assert parts_of(BILLED, lines("1060", "25"), lines("1000", "20")).unsettled == ""
    assert parts_of(BILLED, lines("1060", "25"), lines("900", "20")).unsettled


@pytest.mark.parametrize(("column", "stated"), [("FEE_WRITEUP", "1080.00"), ("FEE_WRITEDOWN", "960.00")])
def test_a_stated_total_may_count_what_was_written_up_or_down(column: str, stated: str) -> None:
    row = BILLED | {column: "60.00", "TOTAL_AMOUNT": stated}
    assert parts_of(row, lines("1000", "20")).problem == ""
