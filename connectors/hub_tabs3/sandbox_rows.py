"""The sample firm's rows as an ODBC export spells them: all columns, all text."""

from __future__ import annotations

import csv
import os
import time
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date
    from pathlib import Path

Values = dict[str, str]
_ZERO = Decimal(0)

_ENTRY = (
    "_SEQUENCE_NO,CLIENT_ID,REF_NUM,DATE,TCODE,TCODE_TYPE,AMOUNT,HOLD,SOURCE,USER_ID,CREATE_DATE,"
    "CREATE_TIME,TIMEKEEPER,BILL_CODE,RATE_CODE,SALES_TAX,PHASE_TASK,ACTIVITY,"
)
COLUMNS: dict[str, list[str]] = {
    name: columns.split(",")
    for name, columns in {
        "CLIENT": (
            "_SEQUENCE_NO,CLIENT_ID,NAME,CONTACT,ALPHA_SEARCH,ADDR1,ADDR2,ADDR3,CITY,STATE,ZIP,Phone,Fax_Phone,"
            "DESC,MISC_1,MISC_2,MISC_3,DATE_OPEN,CLOSE_DATE,BILLING_RATE_CODE,PRIM_TKPR,CATEGORY,"
            "TASK_BASED_BILLING,INACTIVE,NONBILLABLE,SECURE_CLIENT,FEE_SALES_TAX_CODE,EMAIL_ADDRESS"
        ),
        "EMPLOYEE": (
            "_SEQUENCE_NO,EMPL,USER,NAME,INITIALS,Inactive,RATE1,RATE2,RATE3,RATE4,RATE5,RATE6,LEVEL"
        ),
        "FEE": (
            f"{_ENTRY}RATE,HOURS,CATEGORY,WORKED_HOURS,MIRROR_SEQ_NO,QBEditSeq,QBTxnID,ORIG_TRANS_SEQ_NO,"
            "LOCATION,DESCRIPTION"
        ),
        "COST": (
            f"{_ENTRY}EXPENSE_ADVANCE,ORIGINAL_AMT,COST_TYPE,UNITS,RATE,MIRROR_SEQ_NO,QBEditSeq,QBTxnID,"
            "QBVendor,QBAcct,ORIG_TRANS_SEQ_NO,DESCRIPTION"
        ),
        "ARCHIVE": (
            "_SEQUENCE_NO,CLIENT_ID,REC_TYPE,REF_NUM,TIMEKEEPER,DATE,BILL_CODE,RATE_CODE,TCODE,TCODE_TYPE,"
            "AMOUNT,HOLD,SALES_TAX,SOURCE,PHASE_TASK,ACTIVITY,EXPENSE_ADVANCE,APPLYTO_STMT_NUM,"
            "APPLYTO_STMT_ID,UNITS,RATE,ORIGINAL_AMT,HOURS,CATEGORY_COST_TYPE,STATEMENT_NUMBER,STATEMENT_ID,"
            "STATEMENT_DATE,COURTESY_DISCOUNT,WORKED_HOURS,USER_ID,CREATE_DATE,CREATE_TIME,LOCATION,"
            "DESCRIPTION"
        ),
        "LEDGER": (
            "_SEQUENCE_NO,CLIENT_ID,REFERENCE_NUMBER,RECORD_TYPE,DATE,STATEMENT_NUMBER,STATEMENT_ID,"
            "APPLYTO_STMT_ID,STATEMENT_TYPE,PAID_SW,FEE_AMOUNT_DUE,FEE_BALANCE,FEE_TAX_AMOUNT_DUE,"
            "FEE_TAX_BALANCE,FEE_COURTESY_DISCNT,BILLABLE_HOURS,EXPENSE_AMOUNT_DUE,EXPENSE_BALANCE,"
            "EXP_TAX_AMOUNT_DUE,EXP_TAX_BALANCE,ADVANCE_AMOUNT_DUE,ADVANCE_BALANCE,ADV_TAX_AMOUNT_DUE,"
            "ADV_TAX_BALANCE,FINCHG_AMOUNT_DUE,FINCHG_BALANCE,TOTAL_BALANCE,PAYMENT_TYPE,PAYMENT_AMOUNT,"
            "PAYMENT_LEFT,FEE_AMOUNT,EXPENSE_AMOUNT,ADVANCE_AMOUNT,FEE_TAX_AMOUNT,EXP_TAX_AMOUNT,"
            "ADV_TAX_AMOUNT,FINCHG_AMOUNT,TOTAL_AMOUNT,APPLYTO_STMT_NUM,REVERSED_SW,PREVIOUS_BALANCE,"
            "UPDATE_MONTH,UPDATE_YEAR"
        ),
    }.items()
}
_MARKED = "CLIENT"
"""The table that is written with a byte order mark, as Windows programs do."""
_ATTEMPTS = 20


@dataclass(slots=True)
class Charge:
    """A fee or cost of the sample firm, billed or not."""

    fee: bool
    sequence: int
    client_id: str
    day: date
    tcode: str
    timekeeper: str
    quantity: Decimal
    """Hours of a fee, units of a cost; zero where the amount alone is known."""
    rate: Decimal
    amount: Decimal
    task: str
    activity: str
    text: str
    advance: bool = False
    spoiled: Values = field(default_factory=dict)
    """Columns that a planted fault overwrites."""
    cut: bool = False
    """Whether its row is cut short."""

    @property
    def table(self) -> str:
        """Where it is while it is not billed."""
        return "FEE" if self.fee else "COST"


@dataclass(slots=True)
class Statement:
    """A final statement of the sample firm."""

    number: int
    sequence: int
    client_id: str
    day: date
    charges: list[Charge]
    fee_tax: Decimal = _ZERO
    expense_tax: Decimal = _ZERO
    advance_tax: Decimal = _ZERO
    discount: Decimal = _ZERO
    previous_balance: Decimal = _ZERO
    paid: Decimal = _ZERO
    spoiled: Values = field(default_factory=dict)

    @property
    def fees(self) -> Decimal:
        """What its fees sum to."""
        return sum((charge.amount for charge in self.charges if charge.fee), _ZERO)

    @property
    def expenses(self) -> Decimal:
        """What its costs sum to, without advances."""
        return self._costs(advance=False)

    @property
    def advances(self) -> Decimal:
        """What its advances sum to."""
        return self._costs(advance=True)

    @property
    def total(self) -> Decimal:
        """What it bills."""
        charges = self.fees + self.expenses + self.advances
        return charges + self.fee_tax + self.expense_tax + self.advance_tax - self.discount

    def _costs(self, *, advance: bool) -> Decimal:
        costs = (charge for charge in self.charges if not charge.fee and charge.advance is advance)
        return sum((charge.amount for charge in costs), _ZERO)


def unbilled_row(charge: Charge) -> Values:
    """Spell a charge for FEE or COST."""
    shared = {
        "_SEQUENCE_NO": str(charge.sequence),
        "CLIENT_ID": charge.client_id,
        "REF_NUM": str(charge.sequence % 100_000),
        "DATE": charge.day.isoformat(),
        "TCODE": charge.tcode,
        "TCODE_TYPE": "0",
        "AMOUNT": f"{charge.amount:.2f}",
        "HOLD": "P",
        "SOURCE": "B",
        "USER_ID": "SYS",
        "CREATE_DATE": charge.day.isoformat(),
        "TIMEKEEPER": charge.timekeeper,
        "BILL_CODE": "0",
        "RATE_CODE": "1",
        "SALES_TAX": "0",
        "PHASE_TASK": charge.task,
        "ACTIVITY": charge.activity,
        "DESCRIPTION": charge.text,
        "RATE": f"{charge.rate:.2f}",
    }
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


def statement_row(statement: Statement) -> Values:
    """Spell a statement for LEDGER."""
    billed = {
        "FEE": statement.fees,
        "EXPENSE": statement.expenses,
        "ADVANCE": statement.advances,
        "FEE_TAX": statement.fee_tax,
        "EXP_TAX": statement.expense_tax,
        "ADV_TAX": statement.advance_tax,
        "FINCHG": _ZERO,
    }
    amounts = {f"{part}_AMOUNT": f"{amount:.2f}" for part, amount in billed.items()}
    due = {f"{part}_AMOUNT_DUE": f"{amount:.2f}" for part, amount in billed.items()}
    owed = statement.previous_balance + statement.total - statement.paid
    return {
        "_SEQUENCE_NO": str(statement.sequence),
        "CLIENT_ID": statement.client_id,
        "REFERENCE_NUMBER": str(statement.number),
        "RECORD_TYPE": "S",
        "DATE": statement.day.isoformat(),
        "STATEMENT_NUMBER": str(statement.number),
        "STATEMENT_ID": str(statement.sequence),
        "FEE_COURTESY_DISCNT": f"{statement.discount:.2f}",
        "TOTAL_AMOUNT": f"{statement.total:.2f}",
        "TOTAL_BALANCE": f"{owed:.2f}",
        "PREVIOUS_BALANCE": f"{statement.previous_balance:.2f}",
        "REVERSED_SW": "0",
        "UPDATE_MONTH": str(statement.day.month),
        "UPDATE_YEAR": str(statement.day.year),
        **amounts,
        **due,
        **statement.spoiled,
    }


def payment_row(statement: Statement, sequence: int) -> Values:
    """Spell for LEDGER what a client paid on a statement."""
    return {
        "_SEQUENCE_NO": str(sequence),
        "CLIENT_ID": statement.client_id,
        "RECORD_TYPE": "P",
        "DATE": statement.day.isoformat(),
        "PAYMENT_AMOUNT": f"{statement.paid:.2f}",
        "APPLYTO_STMT_NUM": str(statement.number),
        "APPLYTO_STMT_ID": str(statement.sequence),
        "TOTAL_AMOUNT": f"{statement.paid:.2f}",
    }


def write_table(folder: Path, name: str, rows: Iterable[tuple[Values, bool]]) -> None:
    """Write a table whole or not at all; each row says whether it is to be cut short."""
    folder.mkdir(parents=True, exist_ok=True)
    new = folder / f".{name}.new"
    with new.open("w", encoding="utf-8-sig" if name == _MARKED else "utf-8", newline="") as file:
        file.writelines(_lines(COLUMNS[name], rows))
    _put(new, folder / f"{name}.csv")


def _lines(columns: list[str], rows: Iterable[tuple[Values, bool]]) -> Iterator[str]:
    written: list[str] = []
    sink = csv.writer(_Sink(written))
    sink.writerow(columns)
    for values, cut in rows:
        sink.writerow([values.get(column, "") for column in columns])
        if cut:
            written[-1] = ",".join(written[-1].split(",")[: len(columns) // 2]) + "\r\n"
        yield from written
        written.clear()
    yield from written


class _Sink:
    """A file for csv.writer that keeps the rows apart."""

    def __init__(self, written: list[str]) -> None:
        self.write = written.append


def _put(new: Path, place: Path) -> None:
    for _ in range(_ATTEMPTS):
        try:
            os.replace(new, place)  # noqa: PTH105 -- says that it replaces
        except PermissionError:
            # Windows: a scanner or a spreadsheet holds the old file for a moment.
            time.sleep(0.05)
        else:
            return
    os.replace(new, place)  # noqa: PTH105 -- the last attempt may fail
