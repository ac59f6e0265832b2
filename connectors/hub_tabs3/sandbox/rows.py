"""The sample firm's rows as an ODBC export spells them: all text."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from hub_tabs3.sandbox.books import ZERO, less
from hub_tabs3.sandbox.columns import PARTS
from hub_tabs3.sandbox.moments import seen_lines, seen_statements, seen_unbilled

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from decimal import Decimal

    from hub_tabs3.sandbox.books import (
        Charge,
        Movement,
        Parts,
        Payment,
        Receipt,
        Statement,
        Track,
        Values,
        WriteOff,
    )
    from hub_tabs3.sandbox.state import Books

Rows = dict[str, "Iterator[tuple[Values, bool]]"]
_USER = "SYS"


def tables(books: Books) -> Rows:
    """All tables: their rows, each with whether it is cut short."""
    charges = seen_unbilled(books)
    return {
        "CLIENT": _whole(_clients(books)),
        "EMPLOYEE": _whole(iter(books.people)),
        "TCODE": _whole(iter(books.tcodes)),
        "FEE": ((unbilled_row(charge), charge.cut) for charge in charges if charge.fee),
        "COST": ((unbilled_row(charge), charge.cut) for charge in charges if not charge.fee),
        "PAYMENT": _whole(map(entered_row, books.entered)),
        "FUND": _whole(map(fund_row, books.movements)),
        "STMTTRAK": _whole(map(track_row, books.tracks)),
        "ARCHIVE": _archive(books),
        "LEDGER": _whole(_ledger(books)),
    }


def _whole(rows: Iterator[Values]) -> Iterator[tuple[Values, bool]]:
    return ((row, False) for row in rows)


def _clients(books: Books) -> Iterator[Values]:
    funds: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for movement in books.movements:
        funds[movement.client_id] += movement.signed
    last = {one.client_id: str(one.number) for one in sorted(books.statements.values(), key=_by_number)}
    for row in books.clients:
        client_id = row["CLIENT_ID"]
        yield row | {"FUND_BALANCE": f"{funds[client_id]:.2f}", "STATEMENT_NUM": last.get(client_id, "0")}


def _by_number(statement: Statement) -> int:
    return statement.number


def _archive(books: Books) -> Iterator[tuple[Values, bool]]:
    for charge, statement in seen_lines(books):
        yield billed_row(charge, statement), charge.cut
    for payment in books.payments:
        yield archived_payment_row(payment), False
    for movement in books.movements:
        if movement.archived:
            yield archived_fund_row(movement), False


def _ledger(books: Books) -> Iterator[Values]:
    taken = books.taken()
    for statement in seen_statements(books):
        yield statement_row(statement, less(statement.asked(), taken[statement.sequence]))
    for payment in books.payments:
        for receipt in payment.receipts:
            yield receipt_row(payment, receipt)
    yield from map(write_off_row, books.write_offs)


# ---------------------------------------------------------------- charges


def unbilled_row(charge: Charge) -> Values:
    """Spell a charge for FEE or COST."""
    shared = {
        "_SEQUENCE_NO": str(charge.sequence),
        "CLIENT_ID": charge.client_id,
        "REF_NUM": str(charge.reference or charge.sequence % 100_000),
        "DATE": charge.day.isoformat(),
        "TCODE": charge.tcode,
        "TCODE_TYPE": "0",
        "AMOUNT": f"{charge.amount:.2f}",
        "HOLD": charge.hold,
        "SOURCE": charge.source,
        "USER_ID": _USER,
        "CREATE_DATE": (charge.created or charge.day).isoformat(),
        "TIMEKEEPER": charge.timekeeper,
        "BILL_CODE": "0",
        "RATE_CODE": "1",
        "SALES_TAX": "0",
        "PHASE_TASK": charge.task,
        "ACTIVITY": charge.activity,
        "DESCRIPTION": charge.text,
        "RATE": f"{charge.rate:.2f}",
    }
    if charge.origin:
        shared["ORIG_TRANS_SEQ_NO"] = str(charge.origin)
    return {**shared, **(_hours(charge) if charge.fee else _units(charge)), **charge.spoiled}


def _hours(charge: Charge) -> Values:
    hours = f"{charge.quantity:.2f}"
    return {"HOURS": hours, "WORKED_HOURS": hours, "CATEGORY": "10"}


def _units(charge: Charge) -> Values:
    return {
        "EXPENSE_ADVANCE": "A" if charge.advance else "E",
        "UNITS": f"{charge.quantity:.2f}",
        "COST_TYPE": "0",
        "ORIGINAL_AMT": f"{charge.amount:.2f}",
    }


def billed_row(charge: Charge, statement: Statement) -> Values:
    """Spell a charge for ARCHIVE."""
    row = unbilled_row(charge)
    row["CATEGORY_COST_TYPE"] = row.get("CATEGORY", row.get("COST_TYPE", ""))
    return row | {
        "REC_TYPE": "F" if charge.fee else "C",
        "HOLD": "U",
        "STATEMENT_NUMBER": str(statement.number),
        "STATEMENT_ID": str(statement.sequence),
        "STATEMENT_DATE": statement.day.isoformat(),
        "COURTESY_DISCOUNT": "0.00",
    }


# ---------------------------------------------------------------- statements and write-offs


def statement_row(statement: Statement, owed: Parts) -> Values:
    """Spell a statement for LEDGER, with what is still owed on it."""
    left = sum(owed.values(), ZERO)
    return {
        "_SEQUENCE_NO": str(statement.sequence),
        "CLIENT_ID": statement.client_id,
        "REFERENCE_NUMBER": str(statement.number),
        "RECORD_TYPE": "S",
        "DATE": statement.day.isoformat(),
        "STATEMENT_NUMBER": str(statement.number),
        "STATEMENT_ID": str(statement.sequence),
        "FEE_COURTESY_DISCNT": f"{statement.discount:.2f}",
        "BILLABLE_HOURS": f"{statement.hours:.2f}",
        "PAID_SW": "0" if left else "1",
        "TOTAL_AMOUNT": f"{statement.total:.2f}",
        "TOTAL_BALANCE": f"{left:.2f}",
        "PREVIOUS_BALANCE": f"{statement.previous_balance:.2f}",
        "REVERSED_SW": "0",
        "UPDATE_MONTH": str(statement.day.month),
        "UPDATE_YEAR": str(statement.day.year),
        **_amounts(statement.billed(), "AMOUNT"),
        **_amounts(statement.billed(), "AMOUNT_DUE"),
        **_amounts(owed, "BALANCE"),
        **statement.spoiled,
    }


def write_off_row(write_off: WriteOff) -> Values:
    """Spell a write-off for LEDGER."""
    return {
        "_SEQUENCE_NO": str(write_off.sequence),
        "CLIENT_ID": write_off.client_id,
        "REFERENCE_NUMBER": str(write_off.reference),
        "RECORD_TYPE": "W",
        "DATE": write_off.day.isoformat(),
        "APPLYTO_STMT_NUM": str(write_off.number),
        "APPLYTO_STMT_ID": str(write_off.statement_id),
        "APPLYTO_TKPR_NUM": write_off.timekeeper or "0",
        "TOTAL_AMOUNT": f"{write_off.amount:.2f}",
        "REVERSED_SW": _flag(write_off.reversed),
        **_amounts(write_off.parts, "AMOUNT"),
        # The ODBC help: "Fees Billed (statement and write off records)".
        **_amounts(write_off.parts, "AMOUNT_DUE"),
    }


def _amounts(parts: Parts, kind: str) -> Values:
    return {f"{part}_{kind}": f"{parts.get(part, ZERO):.2f}" for part in PARTS}


def track_row(track: Track) -> Values:
    """Spell a line of statement tracking."""
    return {
        "_SEQUENCE_NO": str(track.sequence),
        "CLIENT_ID": track.client_id,
        "BATCH_NUMBER": str(track.batch),
        "DRAFT_RUN_DATE": _date(track.drafted),
        "FINAL_RUN_DATE": _date(track.updated),
        "UPDATE_RUN_DATE": _date(track.updated),
        "REVIEWED_BILL_SW": "0",
        "HOLD_BILL_SW": "0",
        "PRINT_STMT_SW": "1",
        "EMAIL_SW": "0",
        "STATEMENT_NUMBER": str(track.number),
        "STATEMENT_ID": str(track.statement_id),
        "UNUPDATED_SW": _flag(track.undone),
    }


# ---------------------------------------------------------------- payments and client funds


def entered_row(payment: Payment) -> Values:
    """Spell for PAYMENT a payment that is not processed yet."""
    return _payment(payment) | {
        "HOLD": "P",
        "APPLYTO_STMT_NUM": str(payment.apply_to or 0),
        "APPLYTO_STMT_ID": str(payment.apply_id),
        "PAYMENT_LEFT": f"{payment.amount:.2f}",
        "CF_SEQNO": str(payment.fund),
    }


def archived_payment_row(payment: Payment) -> Values:
    """Spell for ARCHIVE a payment that is processed."""
    return _payment(payment) | {
        "REC_TYPE": "P",
        "HOLD": "U",
        "APPLYTO_STMT_NUM": str(payment.apply_to or 0),
        "APPLYTO_STMT_ID": str(payment.apply_id),
        "STATEMENT_NUMBER": str(payment.shown_number),
        "STATEMENT_ID": str(payment.shown_id),
    }


def _payment(payment: Payment) -> Values:
    return {
        "_SEQUENCE_NO": str(payment.sequence),
        "CLIENT_ID": payment.client_id,
        "REF_NUM": str(payment.reference),
        "DATE": payment.day.isoformat(),
        "TCODE": "900",
        "TCODE_TYPE": "0",
        "AMOUNT": f"{payment.amount:.2f}",
        "SOURCE": payment.source,
        "USER_ID": _USER,
        "CREATE_DATE": payment.day.isoformat(),
        "GL_CHECK_NUM": payment.check,
        "GL_REF": payment.client_id,
        "GL_RECEIPT_TYPE": str(payment.receipt_type),
        "TR_SEQNO": str(payment.trust),
        "LP_TRANSACTION_ID": payment.online,
        "DESCRIPTION": payment.text,
    }


def receipt_row(payment: Payment, receipt: Receipt) -> Values:
    """Spell for LEDGER what a payment pays on a statement."""
    return {
        "_SEQUENCE_NO": str(receipt.sequence),
        "CLIENT_ID": payment.client_id,
        "REFERENCE_NUMBER": str(payment.reference),
        "RECORD_TYPE": "P",
        "DATE": payment.day.isoformat(),
        "STATEMENT_NUMBER": str(payment.shown_number),
        "STATEMENT_ID": str(payment.shown_id),
        "PAYMENT_TYPE": "R",
        "PAYMENT_AMOUNT": f"{payment.amount:.2f}",
        "PAYMENT_LEFT": "0.00" if receipt.reversed else f"{payment.left:.2f}",
        "APPLYTO_STMT_NUM": str(receipt.number),
        "APPLYTO_STMT_ID": str(receipt.statement_id),
        "TOTAL_AMOUNT": f"{receipt.applied:.2f}",
        "REVERSED_SW": _flag(receipt.reversed),
        **_amounts(receipt.parts, "AMOUNT"),
    }


def fund_row(movement: Movement) -> Values:
    """Spell a movement of client funds."""
    return {
        "_SEQUENCE_NO": str(movement.sequence),
        "CLIENT_ID": movement.client_id,
        "REFERENCE_NUMBER": str(movement.reference),
        "RECORD_TYPE": movement.kind,
        "FUND_APPLICATION": "L",
        "DATE": movement.day.isoformat(),
        "TCODE": "0",
        "AMOUNT": f"{movement.amount:.2f}",
        "STATUS": "U" if movement.archived else "P",
        "USER_ID": _USER,
        "CREATE_DATE": movement.day.isoformat(),
        "GL_REF": movement.client_id,
        "PYMT_SEQNO": str(movement.payment),
        "DESCRIPTION": movement.text,
    }


def archived_fund_row(movement: Movement) -> Values:
    """Spell for ARCHIVE a movement of client funds that a statement shows."""
    return {
        "_SEQUENCE_NO": str(movement.archived),
        "CLIENT_ID": movement.client_id,
        "REC_TYPE": "U",
        "REF_NUM": str(movement.reference),
        "DATE": movement.day.isoformat(),
        "TCODE": "0",
        "AMOUNT": f"{movement.amount:.2f}",
        "HOLD": "U",
        "SOURCE": "B",
        "STATEMENT_NUMBER": str(movement.shown_number),
        "STATEMENT_ID": str(movement.shown_id),
        "USER_ID": _USER,
        "CREATE_DATE": movement.day.isoformat(),
        "GL_REF": movement.client_id,
        "DESCRIPTION": movement.text,
    }


def trust_row(movement: Movement) -> Values:
    """Spell a transaction of the Trust product."""
    return {
        "_SEQUENCE_NO": str(movement.sequence),
        "CLIENT_ID": movement.client_id,
        "REFERENCE_NUMBER": str(movement.reference),
        "RECORD_TYPE": movement.kind,
        "BANK": "1",
        "DATE": movement.day.isoformat(),
        "AMOUNT": f"{movement.amount:.2f}",
        "CHECK_NUM": movement.check,
        "PAYEE": "Doyle & Vance LLP" if movement.kind == "P" else "",
        "STATUS": "P",
        "USER_ID": _USER,
        "CREATE_DATE": movement.day.isoformat(),
        "DESCRIPTION": movement.text,
    }


def _flag(value: bool) -> str:  # noqa: FBT001 -- what is spelled is the value itself
    return "1" if value else "0"


def _date(day: date | None) -> str:
    return "" if day is None else day.isoformat()
