"""Statements of the sample practice: their terms, their undoing, and how they look halfway."""

from __future__ import annotations

import copy
from datetime import timedelta
from decimal import Decimal

import pytest

from hub_tabs3.sandbox import Tabs3Firm
from hub_tabs3.sandbox.audit import audit
from hub_tabs3.sandbox.moments import UNDOING, UPDATING

MATTER = "110.00"


@pytest.fixture
def firm() -> Tabs3Firm:
    """A firm with nothing unbilled but what a test enters."""
    firm = Tabs3Firm(7, records=60)
    firm.billing.update()
    return firm


def ids(firm: Tabs3Firm, table: str) -> set[str]:
    return {values["_SEQUENCE_NO"] for values, _ in firm.tables()[table]}


def ledger(firm: Tabs3Firm, number: int) -> dict[str, str]:
    (found,) = [
        values
        for values, _ in firm.tables()["LEDGER"]
        if values["RECORD_TYPE"] == "S" and values["STATEMENT_NUMBER"] == str(number)
    ]
    return found


def test_a_draft_is_told_by_statement_tracking_alone(firm: Tabs3Firm) -> None:
    firm.entries.fee(MATTER, "1", "1")
    before = {name: [values for values, _ in rows] for name, rows in firm.tables().items()}
    firm.billing.draft([MATTER])
    after = {name: [values for values, _ in rows] for name, rows in firm.tables().items()}
    assert [name for name in after if after[name] != before[name]] == ["STMTTRAK"]
    (number,) = firm.billing.update([MATTER])
    (track,) = [one for one in firm.tracks if one.number == number]
    assert (track.drafted, track.updated) == (firm.day, firm.day)


def test_terms_are_carried_out_to_the_cent(firm: Tabs3Firm) -> None:
    firm.office.tax(MATTER, fees="5.125", expenses="7", advances="1")
    firm.entries.fee(MATTER, "PR", "1.3")
    firm.entries.cost(MATTER, "251", "10.10")
    firm.entries.advance(MATTER, "402.00")
    (number,) = firm.billing.update([MATTER], discount="2.5")
    row = ledger(firm, number)
    parts = ("FEE", "EXPENSE", "ADVANCE", "FEE_TAX", "EXP_TAX", "ADV_TAX")
    assert [row[f"{part}_AMOUNT"] for part in parts] == ["503.75", "10.10", "402.00", "25.82", "0.71", "4.02"]
    assert (row["FEE_COURTESY_DISCNT"], row["TOTAL_AMOUNT"]) == ("12.59", "933.81")
    assert row["TOTAL_BALANCE"] == "933.81"
    assert firm.totals.invoices()[number] == Decimal("933.81")
    assert audit(firm) == []


def test_a_finance_charge_is_on_what_is_overdue(firm: Tabs3Firm) -> None:
    firm.entries.fee(MATTER, "1", "1")
    firm.billing.update([MATTER])
    owed = firm.receivable(MATTER)
    firm.day += timedelta(40)
    firm.entries.fee(MATTER, "1", "1")
    (number,) = firm.billing.update([MATTER], finance="1.5")
    charge = (owed * Decimal("0.015")).quantize(Decimal("0.01"), "ROUND_HALF_UP")
    row = ledger(firm, number)
    assert Decimal(row["FINCHG_AMOUNT"]) == charge > 0
    assert Decimal(row["TOTAL_AMOUNT"]) == Decimal(525) + charge
    assert Decimal(row["PREVIOUS_BALANCE"]) == owed
    assert firm.totals.invoices()[number] == Decimal(525) + charge
    assert audit(firm) == []


def test_a_reminder_bills_nothing(firm: Tabs3Firm) -> None:
    firm.entries.fee(MATTER, "1", "1")
    firm.billing.update([MATTER])
    number = firm.billing.remind(MATTER)
    row = ledger(firm, number)
    assert not any(Decimal(text) for column, text in row.items() if column.endswith("_AMOUNT"))
    assert Decimal(row["PREVIOUS_BALANCE"]) == firm.receivable(MATTER)
    assert number in firm.totals.reminders()
    with pytest.raises(ValueError, match="neither a balance"):
        firm.billing.remind(firm.office.new_client("Nobody yet", "A question").client_id)


def test_a_matter_on_progress_billing_saves_its_entries(firm: Tabs3Firm) -> None:
    firm.office.progress(MATTER)
    firm.entries.fee(MATTER, "1", "4")
    assert firm.billing.update([MATTER]) == []
    on_account = firm.billing.progress(MATTER, "1500.00")
    assert firm.totals.invoices()[on_account] == Decimal(1500)
    assert [one.hold for one in firm.unbilled.values()] == ["S"]
    final = firm.billing.finish(MATTER)
    assert firm.totals.invoices()[final] == Decimal(4 * 525 - 1500)
    assert firm.unbilled == {}
    assert audit(firm) == []
    firm.undo(final)
    assert [one.hold for one in firm.unbilled.values()] == ["S"]
    with pytest.raises(ValueError, match="not on progress"):
        firm.billing.progress("120.00", 100)


def test_only_what_is_due_is_billed(firm: Tabs3Firm) -> None:
    late = firm.entries.fee(MATTER, "1", "1", day=firm.day + timedelta(3))
    firm.entries.fee("120.00", "1", "1")
    early = firm.entries.fee(MATTER, "1", "2")
    (number,) = firm.billing.update([MATTER])
    assert [charge.text for charge in firm.statements[number].charges] == [early.text]
    assert late in firm.unbilled.values()
    assert len(firm.billing.update(up_to=firm.day + timedelta(3))) == 2


def test_a_statement_can_have_a_number_that_is_free(firm: Tabs3Firm) -> None:
    firm.entries.fee(MATTER, "1", "1")
    used = next(iter(firm.statements))
    with pytest.raises(ValueError, match="already"):
        firm.billing.update([MATTER], number=used)
    assert len(firm.unbilled) == 1
    assert firm.billing.update([MATTER], number=9_000) == [9_000]
    firm.entries.fee(MATTER, "1", "1")
    firm.entries.fee("120.00", "1", "1")
    with pytest.raises(ValueError, match="several"):
        firm.billing.update(number=9_001)


@pytest.mark.parametrize("number", [None, 9_100])
def test_a_statement_is_billed_again_under_its_number_or_another(firm: Tabs3Firm, number: int | None) -> None:
    firm.entries.fee(MATTER, "1", "1")
    (undone,) = firm.billing.update([MATTER])
    before = firm.statements[undone]
    other = firm.entries.fee(MATTER, "1", "2")
    made = firm.billing.rebill(undone, number=number) if number else firm.billing.rebill(undone)
    after = firm.statements[made]
    assert made == (number or undone)
    assert (after.total, after.day) == (before.total, before.day)
    assert after.sequence != before.sequence
    assert [one.hold for one in firm.unbilled.values()] == ["P"]
    assert other in firm.unbilled.values()
    assert audit(firm) == []


def test_entries_are_edited_before_a_statement_is_issued_again(firm: Tabs3Firm) -> None:
    fee = firm.entries.fee(MATTER, "1", "2")
    (number,) = firm.billing.update([MATTER])
    billed = fee.sequence
    firm.undo(number)
    assert fee.sequence not in {billed, 0}
    firm.entries.edit(fee, hours="1.5")
    assert firm.billing.update([MATTER], number=number) == [number]
    assert firm.totals.invoices()[number] == Decimal("787.50")
    assert [track.undone for track in firm.tracks if track.number == number] == [True, False]


def test_an_update_is_seen_at_each_moment(firm: Tabs3Firm) -> None:
    for hours in ("1", "2", "3", "4"):
        firm.entries.fee(MATTER, "1", hours)
    unbilled = ids(firm, "FEE")
    seen = {}
    steps = firm.updating([MATTER])
    for step in steps:
        (number,) = steps.numbers
        lines = {
            values["_SEQUENCE_NO"]
            for values, _ in firm.tables()["ARCHIVE"]
            if values.get("STATEMENT_NUMBER") == str(number)
        }
        stated = any(values.get("STATEMENT_NUMBER") == str(number) for values, _ in firm.tables()["LEDGER"])
        seen[step.moment] = (len(ids(firm, "FEE")), len(lines), stated)
        assert ids(firm, "FEE") <= unbilled
    assert list(seen) == [moment.name for moment in UPDATING]
    assert seen == {
        moment.name: (4 * moment.unbilled, 4 * moment.lines, moment.stated) for moment in UPDATING
    }
    assert list(seen.values())[-1] == (0, 4, True)
    assert audit(firm) == []


def test_an_undoing_is_seen_at_each_moment(firm: Tabs3Firm) -> None:
    firm.entries.fee(MATTER, "1", "1")
    firm.entries.fee(MATTER, "2", "1")
    (number,) = firm.billing.update([MATTER])
    lines = {str(charge.sequence) for charge in firm.statements[number].charges}
    states = []
    for _ in firm.undoing(number):
        stated = any(values.get("STATEMENT_NUMBER") == str(number) for values, _ in firm.tables()["LEDGER"])
        states.append((len(ids(firm, "FEE")), len(lines & ids(firm, "ARCHIVE")), stated))
    assert states == [(2 * moment.unbilled, 2 * moment.lines, moment.stated) for moment in UNDOING]
    assert states[-1] == (2, 0, False)
    assert audit(firm) == []


def test_a_copy_stays_at_its_moment(firm: Tabs3Firm) -> None:
    firm.entries.fee(MATTER, "1", "1")
    copies = [copy.deepcopy(firm) for _ in firm.updating([MATTER])]
    assert [len(ids(one, "FEE")) for one in copies] == [int(moment.unbilled) for moment in UPDATING]
    assert audit(copies[-1]) == []


def test_an_update_that_nobody_looks_at_any_more_is_done(firm: Tabs3Firm) -> None:
    firm.entries.fee(MATTER, "1", "1")
    steps = iter(firm.updating([MATTER]))
    next(steps)
    del steps
    assert ids(firm, "FEE") == set()
    assert audit(firm) == []
