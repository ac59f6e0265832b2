"""The faults that are planted in the sample firm, each by a function of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub_tabs3.sandbox import Tabs3Firm
    from hub_tabs3.sandbox.books import Charge, Statement

LEVELS = {"1": "PARTNR", "2": "OFCOUN", "3": "ASSOC", "4": "PARALG"}
"""What the sample firm confirmed; level 5 is left out."""
FEWEST_UNBILLED = 8
"""So many of the fees that are not billed are spoiled, or stand beside one that is."""
_FEWEST_STATEMENTS = 8


def plant(firm: Tabs3Firm) -> None:
    """Plant a dozen faults; they are named in ``firm.faults``.

    A firm too small to have a row for each is left alone.
    """
    fees = [charge for charge in firm.unbilled.values() if charge.fee]
    costs = [charge for charge in firm.unbilled.values() if not charge.fee]
    if min(len(fees), len(costs)) < FEWEST_UNBILLED or len(firm.statements) < _FEWEST_STATEMENTS:
        return
    for name, text in (*_unbilled(fees, costs), *_billed(firm), *_people(firm)):
        firm.faults[name] = text


def _spoil(charge: Charge, column: str, text: str) -> str:
    """Overwrite a column; gives the row's name."""
    charge.spoiled[column] = text
    return f"{charge.table} {charge.sequence}"


def _unbilled(fees: list[Charge], costs: list[Charge]) -> Iterator[tuple[str, str]]:
    yield "bill code", f"{_spoil(fees[0], 'BILL_CODE', '7')} has BILL_CODE 7, which nobody has explained."
    yield "timekeeper", f"{_spoil(fees[1], 'TIMEKEEPER', '99')} is by timekeeper 99, whom EMPLOYEE lacks."
    yield "scientific id", f"{_spoil(fees[2], 'CLIENT_ID', '1E2')} has CLIENT_ID 1E2, a spreadsheet’s 100."
    yield "date", f"{_spoil(fees[3], 'DATE', '02/30/2026')} is of 02/30/2026, a day that never was."
    yield "hours", f"{_spoil(fees[4], 'HOURS', '1000000000.00')} bills 1,000,000,000 hours."
    yield "hold code", f"{_spoil(fees[5], 'HOLD', 'X')} has HOLD X, which Tabs3 does not document."
    twice = _spoil(fees[6], "_SEQUENCE_NO", str(fees[7].sequence))
    yield "key twice", f"{twice} has the _SEQUENCE_NO of its neighbour, {fees[7].sequence}."
    yield (
        "lost zeros",
        f"{_spoil(costs[0], 'CLIENT_ID', '110')} has CLIENT_ID 110 where others look like 110.00.",
    )
    yield "house code", f"{_spoil(costs[1], 'BILL_CODE', '2')} has BILL_CODE 2, to be explained by the firm."
    costs[2].cut = True
    yield "cut row", f"COST {costs[2].sequence} is cut short."


def _billed(firm: Tabs3Firm) -> Iterator[tuple[str, str]]:
    statements = list(firm.statements.values())
    fee, statement = _line(statements[0::3], fee=True)
    fee.task = fee.activity = ""
    yield "task code", f"A fee on statement {statement.number} has no task or activity code."
    cost, statement = _line(statements[1::3], fee=False)
    cost.activity = ""
    yield "expense code", f"A cost on statement {statement.number} has no expense code."
    statement = statements[-1]
    statement.spoiled["TOTAL_AMOUNT"] = f"{statement.total + 1:.2f}"
    yield "total", f"Statement {statement.number} says in TOTAL_AMOUNT 1.00 more than its parts."
    row = next(row for row in reversed(firm.clients) if row["CLIENT_ID"] == statements[-3].client_id)
    row["MISC_1"] = ""
    yield "client matter id", f"Matter {row['CLIENT_ID']} has no client's matter id in MISC_1."


def _line(statements: list[Statement], *, fee: bool) -> tuple[Charge, Statement]:
    return next(
        (charge, statement) for statement in statements for charge in statement.charges if charge.fee is fee
    )


def _people(firm: Tabs3Firm) -> Iterator[tuple[str, str]]:
    row = next(row for row in firm.people if row["LEVEL"] not in LEVELS)
    yield (
        "classification",
        f"LEVEL {row['LEVEL']} ({row['NAME']}) has no classification in mappings/tabs3.toml.",
    )
