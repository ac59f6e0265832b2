"""The shape: lines that say all of an invoice, and sum to its total whatever it is made of."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.model import Invoice, InvoiceLine, LineType
from hub_ebilling import ledes_invoice

cents = st.decimals(-100_000, 100_000, places=2)


def a_line(**changes: object) -> InvoiceLine:
    values = {
        "type": LineType.FEE,
        "charged_on": date(2026, 1, 15),
        "timekeeper": 7,
        "units": "2",
        "rate": "250",
        "amount": "500.00",
        "task_code": "L110",
        "activity_code": "A103",
    }
    return InvoiceLine.model_validate(values | changes)


def an_invoice(*lines: InvoiceLine, **changes: object) -> Invoice:
    values = {
        "number": "1001",
        "client": 1,
        "matter": 2,
        "status": "final",
        "issued_on": date(2026, 3, 5),
        "total": 0,
    }
    return Invoice.model_validate(values | {"lines": lines} | changes)


def test_the_period_is_that_of_the_lines_in_whole_months() -> None:
    shaped = ledes_invoice(
        an_invoice(
            a_line(charged_on=date(2026, 2, 10)),
            a_line(charged_on=date(2025, 12, 31)),
            period_from=date(2026, 2, 1),
            period_to=date(2026, 2, 20),
        )
    )

    assert (shaped.period_from, shaped.period_to) == (date(2025, 12, 1), date(2026, 2, 28))


def test_lines_are_numbered_from_one() -> None:
    shaped = ledes_invoice(an_invoice(a_line(number="77"), a_line(number="78"), discount="5.00"))

    assert [line.number for line in shaped.lines] == ["1", "2", "3"]


def test_tax_discount_and_finance_charge_become_lines() -> None:
    shaped = ledes_invoice(
        an_invoice(a_line(), fee_tax="30.00", expense_tax="1.50", discount="50.00", finance_charge="4.00")
    )

    assert [(line.type, line.amount, line.adjustment) for line in shaped.lines[1:]] == [
        (LineType.FEE_ADJUSTMENT, Decimal("4.00"), Decimal("4.00")),
        (LineType.FEE_ADJUSTMENT, Decimal("-50.00"), Decimal("-50.00")),
        (LineType.FEE_ADJUSTMENT, Decimal("30.00"), Decimal("30.00")),
        (LineType.EXPENSE_ADJUSTMENT, Decimal("1.50"), Decimal("1.50")),
    ]
    assert {line.charged_on for line in shaped.lines} == {date(2026, 1, 15)}
    assert all(line.narrative for line in shaped.lines[1:])


@pytest.mark.parametrize(
    ("changes", "units", "rate"),
    [
        ({}, "2", "250"),
        ({"rate": None}, "1", "500"),
        ({"units": "0"}, "1", "500"),
        ({"type": LineType.EXPENSE, "rate": None, "units": "12"}, "1", "500"),
        ({"type": LineType.FEE_ADJUSTMENT, "rate": None}, "1", "0"),
        ({"amount": "450.00"}, "2", "250"),
    ],
)
def test_only_a_line_without_price_is_priced(changes: dict[str, object], units: str, rate: str) -> None:
    [line] = ledes_invoice(an_invoice(a_line(**changes))).lines

    assert (line.units, line.rate) == (Decimal(units), Decimal(rate))


def test_a_line_says_only_what_belongs_to_its_type() -> None:
    codes = {"task_code": "L110", "activity_code": "A103", "expense_code": "E101", "timekeeper": 7}
    fee, expense = ledes_invoice(an_invoice(a_line(**codes), a_line(**codes, type=LineType.EXPENSE))).lines

    assert (fee.task_code, fee.activity_code, fee.expense_code, fee.timekeeper) == ("L110", "A103", "", 7)
    assert (expense.task_code, expense.activity_code, expense.expense_code, expense.timekeeper) == (
        "",
        "",
        "E101",
        None,
    )


def test_only_what_neither_shows_nor_costs_stays_at_home() -> None:
    shaped = ledes_invoice(
        an_invoice(
            a_line(amount="0.00", narrative="no charge"),
            a_line(amount="0.00", narrative="hidden", printed=False),
            a_line(amount="5.00", narrative="charged", printed=False),
        )
    )

    assert [line.narrative for line in shaped.lines] == ["no charge", "charged"]


@given(st.lists(cents, max_size=5), cents, cents, cents, cents)
def test_lines_sum_to_the_total_to_the_cent(
    amounts: list[Decimal], fee_tax: Decimal, expense_tax: Decimal, discount: Decimal, charge: Decimal
) -> None:
    total = sum(amounts, Decimal(0)) + fee_tax + expense_tax - discount + charge
    invoice = an_invoice(
        *(a_line(amount=amount, printed=False) for amount in amounts),
        fee_tax=fee_tax,
        expense_tax=expense_tax,
        discount=discount,
        finance_charge=charge,
        total=total,
    )

    shaped = ledes_invoice(invoice)

    assert sum((line.amount for line in shaped.lines), Decimal(0)) == shaped.total == total
    assert Invoice.model_validate(shaped.model_dump()) == shaped
