"""Money of the sample practice: payments, reversals, write-offs, client funds, trust."""

from __future__ import annotations

import copy
import csv
import sqlite3
from contextlib import closing
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from hub_tabs3.sandbox import Tabs3Firm
from hub_tabs3.sandbox.audit import audit
from hub_tabs3.sandbox.columns import TRUST_TABLE
from hub_tabs3.sandbox.money import CARD, ON_ACCOUNT

if TYPE_CHECKING:
    from pathlib import Path

MATTER = "110.00"


@pytest.fixture
def firm() -> Tabs3Firm:
    """A firm with two statements of one matter: of 525.00 and 1,050.00 dollars."""
    firm = Tabs3Firm(7, records=0)
    for hours in ("1", "2"):
        firm.entries.fee(MATTER, "1", hours)
        firm.billing.update()
        firm.next_day()
    return firm


def rows(firm: Tabs3Firm, table: str, kind: str = "") -> list[dict[str, str]]:
    column = {"ARCHIVE": "REC_TYPE", "LEDGER": "RECORD_TYPE"}.get(table, "")
    return [values for values, _ in firm.tables()[table] if not kind or values[column] == kind]


def test_a_payment_waits_until_it_is_processed(firm: Tabs3Firm) -> None:
    first, _ = firm.statements
    payment = firm.money.enter(MATTER, "100.00", apply_to=first, check="1017", receipt_type=CARD)
    (waiting,) = rows(firm, "PAYMENT")
    assert (waiting["AMOUNT"], waiting["GL_CHECK_NUM"], waiting["GL_RECEIPT_TYPE"]) == ("100.00", "1017", "2")
    assert (waiting["APPLYTO_STMT_NUM"], waiting["PAYMENT_LEFT"]) == (str(first), "100.00")
    assert firm.totals.waiting() == {MATTER: Decimal(100)}
    assert rows(firm, "LEDGER", "P") == []
    assert firm.money.process() == [payment]
    assert rows(firm, "PAYMENT") == []
    (archived,), (applied,) = rows(firm, "ARCHIVE", "P"), rows(firm, "LEDGER", "P")
    assert archived["_SEQUENCE_NO"] != waiting["_SEQUENCE_NO"]
    assert archived["REF_NUM"] == applied["REFERENCE_NUMBER"] == waiting["REF_NUM"]
    assert (applied["APPLYTO_STMT_NUM"], applied["TOTAL_AMOUNT"], applied["FEE_AMOUNT"]) == (
        str(first),
        "100.00",
        "100.00",
    )
    assert firm.receivable(MATTER) == Decimal(1475)
    assert audit(firm) == []


def test_the_oldest_statement_is_paid_first(firm: Tabs3Firm) -> None:
    firm.money.receive(MATTER, "600.00")
    assert [(one["TOTAL_AMOUNT"], one["PAYMENT_AMOUNT"]) for one in rows(firm, "LEDGER", "P")] == [
        ("525.00", "600.00"),
        ("75.00", "600.00"),
    ]
    assert [one["PAID_SW"] for one in rows(firm, "LEDGER", "S")] == ["1", "0"]
    assert audit(firm) == []


def test_a_check_over_several_statements_has_one_number(firm: Tabs3Firm) -> None:
    first, second = firm.statements
    firm.money.enter_check({first: "525.00", second: "50.00"}, check="2204")
    firm.money.process()
    assert [one["GL_CHECK_NUM"] for one in rows(firm, "ARCHIVE", "P")] == ["2204", "2204"]
    assert len({one["REF_NUM"] for one in rows(firm, "ARCHIVE", "P")}) == 2
    assert firm.totals.applied() == {first: Decimal(525), second: Decimal(50)}


def test_what_is_on_account_pays_nothing_until_it_is_applied(firm: Tabs3Firm) -> None:
    first, second = firm.statements
    payment = firm.money.receive(MATTER, "1000.00", apply_to=ON_ACCOUNT)
    (row,) = rows(firm, "LEDGER", "P")
    assert (row["TOTAL_AMOUNT"], row["PAYMENT_LEFT"], row["APPLYTO_STMT_NUM"]) == ("0.00", "1000.00", "0")
    assert firm.receivable(MATTER) == Decimal(1575)
    firm.money.apply_rest(payment, first)
    assert firm.totals.on_account() == {MATTER: Decimal(475)}
    firm.money.apply_rest(payment, second)
    assert firm.totals.on_account() == {}
    assert firm.receivable(MATTER) == Decimal(575)
    with pytest.raises(ValueError, match="Nothing is left"):
        firm.money.apply_rest(payment, second)
    assert audit(firm) == []


def test_a_reversed_payment_counts_no_more_and_can_be_applied_elsewhere(firm: Tabs3Firm) -> None:
    first, second = firm.statements
    payment = firm.money.receive(MATTER, "525.00", apply_to=first)
    firm.money.reverse(payment)
    assert [one["REVERSED_SW"] for one in rows(firm, "LEDGER", "P")] == ["1"]
    assert firm.receivable(MATTER) == Decimal(1575)
    assert firm.totals.payments() == {}
    with pytest.raises(ValueError, match="reversed already"):
        firm.money.reverse(payment)
    firm.money.reapply(payment, second)
    old, new = rows(firm, "LEDGER", "P")
    assert old["REFERENCE_NUMBER"] == new["REFERENCE_NUMBER"]
    assert (new["APPLYTO_STMT_NUM"], new["TOTAL_AMOUNT"], new["REVERSED_SW"]) == (str(second), "525.00", "0")
    assert audit(firm) == []
    firm.money.reapply(payment, second, "25.00")
    assert firm.totals.applied() == {second: Decimal(25)}
    assert firm.totals.on_account() == {MATTER: Decimal(500)}
    assert audit(firm) == []


def test_payments_that_tabs3_refuses(firm: Tabs3Firm) -> None:
    first, _ = firm.statements
    firm.entries.fee("120.00", "1", "1")
    (other,) = firm.billing.update(["120.00"])
    payment = firm.money.receive(MATTER, "10.00")
    for refused in (
        lambda: firm.money.enter(MATTER, "0"),
        lambda: firm.money.enter(MATTER, "1.001"),
        lambda: firm.money.enter("9.99", "1"),
        lambda: firm.money.enter(MATTER, "1", apply_to=other),
        lambda: firm.money.enter(MATTER, "1", apply_to=99),
        lambda: firm.money.enter(MATTER, "1", receipt_type=9),
        lambda: firm.money.enter_check({first: 1, 99: 1}, check="1"),
        lambda: firm.money.process([payment]),
        lambda: firm.money.delete(payment),
        lambda: firm.money.reapply(payment, other),
        lambda: firm.money.reapply(payment, first, "600"),
        lambda: firm.money.write_off(first, "1000"),
        lambda: firm.money.write_off(first, FEE="1000"),
        lambda: firm.funds.pay(MATTER, "1"),
        lambda: firm.trust.pay(MATTER, "1"),
    ):
        with pytest.raises(ValueError, match=r"\."):
            refused()
    assert firm.entered == []
    assert audit(firm) == []


def test_a_deleted_payment_was_never_there(firm: Tabs3Firm) -> None:
    firm.money.delete(firm.money.enter(MATTER, "10.00"))
    assert rows(firm, "PAYMENT") == []


def test_a_write_off_takes_the_whole_a_part_or_a_category_and_can_be_taken_back(firm: Tabs3Firm) -> None:
    first, second = firm.statements
    whole = firm.money.write_off(first)
    firm.money.write_off(second, "50.00")
    firm.money.write_off(second, FEE="25.00")
    assert [one["TOTAL_AMOUNT"] for one in rows(firm, "LEDGER", "W")] == ["525.00", "50.00", "25.00"]
    assert firm.totals.written_off() == {MATTER: Decimal(600)}
    firm.money.reverse_write_off(whole)
    assert [one["REVERSED_SW"] for one in rows(firm, "LEDGER", "W")] == ["1", "0", "0"]
    assert firm.receivable(MATTER) == Decimal(1500)
    with pytest.raises(ValueError, match="reversed already"):
        firm.money.reverse_write_off(whole)
    assert audit(firm) == []


def test_what_was_paid_on_an_undone_statement_is_on_account(firm: Tabs3Firm) -> None:
    first, _ = firm.statements
    payment = firm.money.receive(MATTER, "525.00", apply_to=first)
    firm.undo(first)
    assert firm.totals.on_account() == {MATTER: Decimal(525)}
    assert audit(firm) == []
    (again,) = firm.billing.update([MATTER], number=first)
    firm.money.apply_rest(payment, again)
    assert firm.owed(firm.statements[again])["FEE"] == 0
    assert audit(firm) == []


def test_a_statement_shows_the_payments_since_the_last_one(firm: Tabs3Firm) -> None:
    firm.money.receive(MATTER, "10.00")
    firm.funds.deposit(MATTER, "100.00")
    number = firm.billing.remind(MATTER)
    assert {one["STATEMENT_NUMBER"] for kind in "PU" for one in rows(firm, "ARCHIVE", kind)} == {str(number)}
    firm.undo(number)
    assert [one["STATEMENT_NUMBER"] for one in rows(firm, "ARCHIVE", "P")] == ["0"]
    assert rows(firm, "ARCHIVE", "U") == []


def test_client_funds_pay_the_firm(firm: Tabs3Firm) -> None:
    firm.funds.deposit(MATTER, "500.00")
    firm.funds.withdraw(MATTER, "100.00")
    payment = firm.funds.pay(MATTER, "300.00")
    assert [(one["RECORD_TYPE"], one["AMOUNT"]) for one in rows(firm, "FUND")] == [
        ("D", "500.00"),
        ("W", "100.00"),
        ("P", "300.00"),
    ]
    firm.money.process()
    (archived,) = rows(firm, "ARCHIVE", "P")
    assert archived["GL_RECEIPT_TYPE"] == "4"
    assert rows(firm, "FUND")[-1]["PYMT_SEQNO"] == archived["_SEQUENCE_NO"] == str(payment.sequence)
    assert firm.totals.funds() == {MATTER: Decimal(100)}
    (client,) = [one for one in rows(firm, "CLIENT") if one["CLIENT_ID"] == MATTER]
    assert client["FUND_BALANCE"] == "100.00"
    with pytest.raises(ValueError, match=r"100\.00 in funds"):
        firm.funds.withdraw(MATTER, "100.01")
    assert audit(firm) == []


def test_trust_has_tables_of_its_own(firm: Tabs3Firm, tmp_path: Path) -> None:
    firm.trust.deposit(MATTER, "900.00")
    firm.trust.disburse(MATTER, "100.00", check="88")
    payment = firm.trust.pay(MATTER, "525.00")
    firm.money.process()
    firm.trust.write(tmp_path)
    with (tmp_path / f"{TRUST_TABLE}.csv").open(newline="", encoding="utf-8") as file:
        moved = list(csv.DictReader(file))
    assert [(one["RECORD_TYPE"], one["AMOUNT"]) for one in moved] == [
        ("D", "900.00"),
        ("W", "100.00"),
        ("P", "525.00"),
    ]
    (archived,) = rows(firm, "ARCHIVE", "P")
    assert (archived["SOURCE"], archived["TR_SEQNO"]) == ("T", moved[-1]["_SEQUENCE_NO"])
    assert archived["GL_CHECK_NUM"] == moved[-1]["CHECK_NUM"] == payment.check
    assert (tmp_path / "CLIENT.csv").is_file()
    assert firm.trust.balance(MATTER) == Decimal(275)
    firm.trust.write_database(tmp_path / "trust.db")
    with closing(sqlite3.connect(tmp_path / "trust.db")) as database:
        amounts = database.execute(f"SELECT AMOUNT FROM {TRUST_TABLE}").fetchall()
    assert amounts == [("900.00",), ("100.00",), ("525.00",)]


def test_a_copied_firm_has_money_of_its_own(firm: Tabs3Firm) -> None:
    payment = firm.money.receive(MATTER, "100.00")
    other = copy.deepcopy(firm)
    other.money.reverse(payment)
    assert (firm.receivable(MATTER), other.receivable(MATTER)) == (Decimal(1475), Decimal(1575))
