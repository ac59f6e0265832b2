"""How much of a bill the books see: sums that are equal to the cent, and not a word of what was done."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.model import Invoice, InvoiceLine, LineType
from hub.testing import MARK
from hub_quickbooks.shapes import SHAPES

if TYPE_CHECKING:
    from collections.abc import Iterable

FEES = (LineType.FEE, LineType.FEE_ADJUSTMENT)
BY = {
    "books-by-timekeeper": "timekeeper",
    "books-by-task": "task_code",
    "books-by-category": "transaction_code",
}
money = st.decimals(-5000, 5000, places=2)


def line(type_: LineType = LineType.FEE, amount: str = "100.00", **more: Any) -> InvoiceLine:
    common = {"charged_on": date(2026, 1, 12), "narrative": f"Draft answer {MARK}", **more}
    return InvoiceLine(type=type_, amount=Decimal(amount), **common)


def bill(*lines: InvoiceLine, **parts: str) -> Invoice:
    """An invoice of these lines, or of these parts."""
    charges = [one.amount for one in lines] + [Decimal(part) for part in parts.values()]
    header = {"number": "4101", "client": 1, "issued_on": date(2026, 2, 2), "description": "as agreed"}
    return Invoice(**header, **parts, lines=lines, total=sum(charges, Decimal(0)))


lines = st.builds(
    InvoiceLine,
    type=st.sampled_from(LineType),
    charged_on=st.dates(date(2026, 1, 1), date(2026, 1, 31)),
    timekeeper=st.sampled_from([None, 1, 2, 3]),
    units=st.sampled_from([Decimal(0), Decimal("1.5"), Decimal(50)]),
    rate=st.sampled_from([None, Decimal(450)]),
    amount=money,
    tax=money,
    narrative=st.sampled_from([f"Draft answer {MARK}", ""]),
    task_code=st.sampled_from(["L110", "L210", ""]),
    activity_code=st.sampled_from(["A103", ""]),
    transaction_code=st.sampled_from(["10", "12", ""]),
    advance=st.booleans(),
)


def sums(charges: Iterable[InvoiceLine]) -> dict[tuple[object, ...], tuple[Decimal, Decimal]]:
    """Amount and tax of fees, of expenses and of advances."""
    found: dict[tuple[object, ...], tuple[Decimal, Decimal]] = {}
    for one in charges:
        key = ("fees",) if one.type in FEES else ("expenses", one.advance)
        amount, tax = found.get(key, (Decimal(0), Decimal(0)))
        found[key] = amount + one.amount, tax + one.tax
    return found


bills = st.lists(lines, max_size=8).map(lambda charges: bill(*charges))


@settings(max_examples=50)
@given(bills)
def test_sums_are_equal_to_the_cent_and_no_text_is_left(before: Invoice) -> None:
    for shape in SHAPES.values():
        after = shape(before)
        assert sums(after.lines) == sums(before.lines)
        assert MARK not in json.dumps(after.model_dump(mode="json"))
        assert not any(one.narrative or one.activity_code or one.entry for one in after.lines)
        assert after.model_copy(update={"lines": before.lines}) == before


@settings(max_examples=50)
@given(bills)
def test_fees_have_one_line_for_each_and_costs_one_for_each_sort(before: Invoice) -> None:
    for name, field in BY.items():
        after = SHAPES[name](before).lines
        kept = [getattr(one, field) for one in after if one.type in FEES]
        assert Counter(kept) == Counter({getattr(one, field) for one in before.lines if one.type in FEES})
        sorts = [one.advance for one in after if one.type not in FEES]
        assert Counter(sorts) == Counter({one.advance for one in before.lines if one.type not in FEES})
    assert len(SHAPES["books-one-line"](before).lines) == len(sums(before.lines)) <= 3


def test_hours_are_added_and_the_last_day_counts() -> None:
    charges = [
        line(units=Decimal("1.5"), rate=Decimal(450), timekeeper=1),
        line(units=Decimal("0.25"), timekeeper=1, charged_on=date(2026, 1, 20)),
    ]
    (one,) = SHAPES["books-by-timekeeper"](bill(*charges)).lines
    assert (one.units, one.charged_on, one.timekeeper) == (Decimal("1.75"), date(2026, 1, 20), 1)
    assert (one.amount, one.rate) == (Decimal("200.00"), None)


def test_with_an_adjustment_among_the_fees_hours_would_mislead() -> None:
    charges = [line(units=Decimal("1.5")), line(LineType.FEE_ADJUSTMENT, "-20.00", units=Decimal(1))]
    (one,) = SHAPES["books-one-line"](bill(*charges)).lines
    assert (one.type, one.amount, one.units) == (LineType.FEE, Decimal("80.00"), 1)


def test_what_all_lines_of_a_sum_share_is_kept_and_nothing_else() -> None:
    charges = [
        line(timekeeper=1, task_code="L110", transaction_code="10"),
        line(timekeeper=1, task_code="L210", transaction_code="10"),
    ]
    (one,) = SHAPES["books-by-timekeeper"](bill(*charges)).lines
    assert (one.timekeeper, one.task_code, one.transaction_code) == (1, "", "10")


def test_an_advance_stays_apart_from_other_expenses() -> None:
    """One is an asset, the other income."""
    charges = [
        line(LineType.EXPENSE, "10.00"),
        line(LineType.EXPENSE, "7.00", advance=True),
        line(LineType.EXPENSE_ADJUSTMENT, "-1.00"),
    ]
    after = SHAPES["books-one-line"](bill(*charges)).lines
    assert [(one.type, one.advance, one.amount) for one in after] == [
        (LineType.EXPENSE, False, Decimal("9.00")),
        (LineType.EXPENSE, True, Decimal("7.00")),
    ]


def test_a_bill_without_lines_has_one_for_each_of_its_parts() -> None:
    after = SHAPES["books-by-task"](bill(fees="300.00", advances="7.00"))
    assert [(one.type, one.advance, one.amount) for one in after.lines] == [
        (LineType.FEE, False, Decimal("300.00")),
        (LineType.EXPENSE, True, Decimal("7.00")),
    ]
    assert SHAPES["books-by-task"](bill()).lines == ()
