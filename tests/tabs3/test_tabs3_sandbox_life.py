"""The life of the sample practice: everything happens, the books stay right, and it can be lived again."""

from __future__ import annotations

import csv
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from hub_tabs3.sandbox import Tabs3Firm
from hub_tabs3.sandbox.audit import audit
from hub_tabs3.sandbox.life import EVENTS, Life, Night

if TYPE_CHECKING:
    from pathlib import Path


def lived(seed: int, days: int) -> tuple[Tabs3Firm, Life, list[Night]]:
    firm = Tabs3Firm(seed, records=90)
    life = Life(firm, seed)
    return firm, life, list(life.nights(days))


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_everything_happens_in_forty_days_and_the_books_are_right_each_night(seed: int) -> None:
    firm = Tabs3Firm(seed, records=90)
    life = Life(firm, seed)
    for night in life.nights(40):
        assert audit(firm) == [], night
    assert {event.__name__ for event in EVENTS} == set(life.done)


def test_a_long_life_keeps_its_books_in_order() -> None:
    firm = Tabs3Firm(5, records=90)
    life = Life(firm, 5, entries=6, events=1)
    billed = set(firm.statements)
    for night in life.nights(250):
        if night.number % 25 == 0:
            assert audit(firm) == [], night
    assert len(firm.statements) > len(billed) + 100
    assert sum(firm.totals.payments().values()) > 0
    assert sum(firm.totals.receivables().values()) > 0


def test_the_same_seed_lives_the_same_life(tmp_path: Path) -> None:
    nights = []
    for name in ("one", "two"):
        firm, _, told = lived(9, 30)
        firm.write(tmp_path / name)
        nights.append(told)
    assert nights[0] == nights[1]
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()
    assert lived(10, 30)[2] != nights[0]


def test_a_night_tells_the_day_and_no_narrative() -> None:
    firm, _, nights = lived(3, 20)
    assert [night.number for night in nights] == list(range(1, 21))
    assert nights[-1].day == firm.day
    assert all(night.events == [] for night in nights if night.day.weekday() > 4)
    told = " ".join(text for night in nights for text in night.events)
    charges = [*firm.unbilled.values(), *(one for bill in firm.statements.values() for one in bill.charges)]
    assert not any(charge.text in told for charge in charges if len(charge.text) > 20)


def test_totals_are_those_of_the_exported_tables(tmp_path: Path) -> None:
    firm, _, _ = lived(6, 60)
    firm.write(tmp_path)
    with (tmp_path / "LEDGER.csv").open(newline="", encoding="utf-8") as file:
        ledger = [row for row in csv.DictReader(file) if row["REVERSED_SW"] == "0"]
    stated = {
        int(row["STATEMENT_NUMBER"]): Decimal(row["TOTAL_AMOUNT"])
        for row in ledger
        if row["RECORD_TYPE"] == "S"
    }
    bills = firm.totals.invoices()
    assert {number: stated[number] for number in bills} == bills
    assert set(stated) - set(bills) == set(firm.totals.reminders())
    written_off = sum(Decimal(row["TOTAL_AMOUNT"]) for row in ledger if row["RECORD_TYPE"] == "W")
    assert written_off == sum(firm.totals.written_off().values())
    applied = sum(Decimal(row["TOTAL_AMOUNT"]) for row in ledger if row["RECORD_TYPE"] == "P")
    assert applied == sum(firm.totals.applied().values())


def test_the_audit_finds_what_is_wrong() -> None:
    firm, _, _ = lived(2, 10)
    statement = next(one for one in firm.statements.values() if one.charges)
    statement.spoiled["FEE_AMOUNT"] = "0.01"
    statement.charges[0].client_id = "999.00"
    payment = firm.payments[0]
    payment.receipts[0].parts["FEE"] = payment.receipts[0].parts.get("FEE", Decimal(0)) + 1
    firm.people[1]["_SEQUENCE_NO"] = firm.people[0]["_SEQUENCE_NO"]
    found = " ".join(audit(firm))
    for sign in (
        "FEE_AMOUNT",
        "TOTAL_AMOUNT",
        "999.00",
        "another client",
        "is paid more",
        "EMPLOYEE has 2",
    ):
        assert sign in found, sign
