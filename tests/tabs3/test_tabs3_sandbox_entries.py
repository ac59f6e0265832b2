"""Unbilled entries of the sample practice: entered, edited, held, moved, split, reordered, deleted."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from hub_tabs3.sandbox import Tabs3Firm
from hub_tabs3.sandbox.audit import audit


@pytest.fixture
def firm() -> Tabs3Firm:
    return Tabs3Firm(7, records=60)


def row(firm: Tabs3Firm, table: str, sequence: int) -> dict[str, str] | None:
    found = [values for values, _ in firm.tables()[table] if values["_SEQUENCE_NO"] == str(sequence)]
    return found[0] if found else None


def test_time_is_priced_by_the_timekeepers_rate(firm: Tabs3Firm) -> None:
    fee = firm.entries.fee("110.00", "PR", "1.5", text="Confer with counsel")
    written = row(firm, "FEE", fee.sequence)
    assert written is not None
    assert (written["TIMEKEEPER"], written["RATE"], written["AMOUNT"]) == ("3", "387.50", "581.25")
    assert (written["HOURS"], written["SOURCE"], written["HOLD"]) == ("1.50", "B", "P")
    assert written["DATE"] == written["CREATE_DATE"] == firm.day.isoformat()


def test_a_tcode_says_whether_a_cost_is_an_advance(firm: Tabs3Firm) -> None:
    expense = firm.entries.cost("110.00", "251", "12.30")
    advance = firm.entries.advance("110.00", "402.00")
    kinds = [
        (found or {})["EXPENSE_ADVANCE"]
        for found in (row(firm, "COST", one.sequence) for one in (expense, advance))
    ]
    assert kinds == ["E", "A"]
    assert (row(firm, "COST", expense.sequence) or {})["ACTIVITY"] == "E101"


def test_what_tabs3_refuses_is_refused(firm: Tabs3Firm) -> None:
    before = len(firm.unbilled)
    firm.office.close("120.00")
    for refused in (
        lambda: firm.entries.fee("999.00", "1", "1"),
        lambda: firm.entries.fee("120.00", "1", "1"),
        lambda: firm.entries.fee("110.00", "77", "1"),
        lambda: firm.entries.fee("110.00", "1", "-1"),
        lambda: firm.entries.fee("110.00", "1", "0.333"),
        lambda: firm.entries.fee("110.00", "1", "10000"),
        lambda: firm.entries.fee("110.00", "1", "1", tcode="251"),
        lambda: firm.entries.fee("110.00", "1", "1", text="x" * 5_001),
        lambda: firm.entries.cost("110.00", "999", "1"),
    ):
        with pytest.raises(ValueError, match=r"\."):
            refused()
    assert len(firm.unbilled) == before


def test_an_edit_prices_again_unless_the_amount_is_said(firm: Tabs3Firm) -> None:
    fee = firm.entries.fee("110.00", "1", "1")
    assert firm.entries.edit(fee, hours="2").amount == Decimal(1050)
    assert firm.entries.edit(fee, timekeeper="TV").amount == Decimal(990)
    assert firm.entries.edit(fee, amount="900").amount == Decimal(900)
    edited = firm.entries.edit(fee, text="Shorter", day=firm.day - timedelta(1))
    assert (edited.text, edited.amount, edited.sequence) == ("Shorter", Decimal(900), fee.sequence)


def test_a_moved_entry_keeps_its_id(firm: Tabs3Firm) -> None:
    fee = firm.entries.fee("110.00", "1", "1")
    firm.entries.move(fee, "120.00")
    assert (row(firm, "FEE", fee.sequence) or {})["CLIENT_ID"] == "120.00"
    with pytest.raises(ValueError, match=r"no client 1\.1"):
        firm.entries.move(fee, "1.1")


def test_a_held_entry_is_not_billed_until_it_is_released(firm: Tabs3Firm) -> None:
    firm.billing.update()
    fee = firm.entries.hold(firm.entries.fee("110.00", "1", "1"))
    assert (row(firm, "FEE", fee.sequence) or {})["HOLD"] == "H"
    assert firm.billing.update() == []
    firm.entries.release(fee)
    assert len(firm.billing.update()) == 1


def test_what_is_billed_can_be_neither_edited_nor_deleted(firm: Tabs3Firm) -> None:
    fee = firm.entries.fee("110.00", "1", "1")
    firm.billing.update()
    for refused in (firm.entries.edit, firm.entries.delete, firm.entries.hold):
        with pytest.raises(ValueError, match="not among the unbilled"):
            refused(fee)


def test_a_deleted_entry_is_gone(firm: Tabs3Firm) -> None:
    fee = firm.entries.fee("110.00", "1", "1")
    firm.entries.delete(fee)
    assert row(firm, "FEE", fee.sequence) is None


def test_a_split_entry_is_billed_by_shares_and_comes_back(firm: Tabs3Firm) -> None:
    fee = firm.entries.fee("110.00", "1", "1.1", text="Shared work")
    first, second, third = firm.entries.split(fee, {"110.00": "33.33", "120.00": "33.33", "130.00": "33.34"})
    assert row(firm, "FEE", fee.sequence) is None
    rows = [row(firm, "FEE", one.sequence) or {} for one in (first, second, third)]
    assert {one["ORIG_TRANS_SEQ_NO"] for one in rows} == {str(fee.sequence)}
    assert {one["SOURCE"] for one in rows} == {"b"}
    assert [one["CLIENT_ID"] for one in rows] == ["110.00", "120.00", "130.00"]
    assert sum(Decimal(one["HOURS"]) for one in rows) == Decimal("1.1")
    assert sum(Decimal(one["AMOUNT"]) for one in rows) == Decimal("577.50")
    firm.entries.unsplit(second)
    back = row(firm, "FEE", fee.sequence) or {}
    assert (back["HOURS"], back["AMOUNT"], back["SOURCE"]) == ("1.10", "577.50", "B")
    assert [row(firm, "FEE", one.sequence) for one in (first, second, third)] == [None] * 3
    assert audit(firm) == []


def test_a_split_cannot_be_undone_once_a_share_is_billed(firm: Tabs3Firm) -> None:
    fee = firm.entries.fee("110.00", "1", "1")
    mine, other = firm.entries.split(fee, {"110.00": 50, "120.00": 50})
    (number,) = firm.billing.update(["120.00"])
    with pytest.raises(ValueError, match="not among the unbilled"):
        firm.entries.unsplit(mine)
    firm.undo(number)
    firm.entries.unsplit(other)
    assert row(firm, "FEE", fee.sequence) is not None
    with pytest.raises(ValueError, match="no share"):
        firm.entries.unsplit(mine)


@pytest.mark.parametrize("shares", [{"110.00": 50, "120.00": 49}, {"110.00": 110, "120.00": -10}])
def test_shares_sum_to_a_hundred(firm: Tabs3Firm, shares: dict[str, int]) -> None:
    fee = firm.entries.fee("110.00", "1", "1")
    with pytest.raises(ValueError, match="sum to 100"):
        firm.entries.split(fee, shares)


def test_reordering_changes_reference_numbers_alone(firm: Tabs3Firm) -> None:
    def without(table: str) -> list[dict[str, str]]:
        return [
            {key: text for key, text in values.items() if key != "REF_NUM"}
            for values, _ in firm.tables()[table]
        ]

    before = {table: without(table) for table in ("FEE", "COST", "ARCHIVE", "LEDGER")}
    firm.entries.reorder()
    assert {table: without(table) for table in before} == before
    numbers = [int(values["REF_NUM"]) for values, _ in firm.tables()["FEE"]]
    assert sorted(numbers) == list(range(1, len(numbers) + 1))
