"""A stand-in for a portal's intake: takes the files of a folder and judges them as a portal would.

It reads files in its own way and shares no code with the writer, so that what it accepts is not
merely what we believe. Its refusals are named after Legal Tracker's numbered errors where those
are public: 003 date, 004 number, 005 blank, 006 line arithmetic, 007 invoice totals.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_COLUMNS = (
    "INVOICE_DATE|INVOICE_NUMBER|CLIENT_ID|LAW_FIRM_MATTER_ID|INVOICE_TOTAL|BILLING_START_DATE|"
    "BILLING_END_DATE|INVOICE_DESCRIPTION|LINE_ITEM_NUMBER|EXP/FEE/INV_ADJ_TYPE|"
    "LINE_ITEM_NUMBER_OF_UNITS|LINE_ITEM_ADJUSTMENT_AMOUNT|LINE_ITEM_TOTAL|LINE_ITEM_DATE|"
    "LINE_ITEM_TASK_CODE|LINE_ITEM_EXPENSE_CODE|LINE_ITEM_ACTIVITY_CODE|TIMEKEEPER_ID|"
    "LINE_ITEM_DESCRIPTION|LAW_FIRM_ID|LINE_ITEM_UNIT_COST|TIMEKEEPER_NAME|"
    "TIMEKEEPER_CLASSIFICATION|CLIENT_MATTER_ID"
)
_ALWAYS = (
    "INVOICE_NUMBER",
    "CLIENT_ID",
    "LAW_FIRM_MATTER_ID",
    "LINE_ITEM_NUMBER",
    "LAW_FIRM_ID",
    "CLIENT_MATTER_ID",
)
_ON_FEES = ("LINE_ITEM_TASK_CODE", "LINE_ITEM_ACTIVITY_CODE", "TIMEKEEPER_ID", "TIMEKEEPER_CLASSIFICATION")
_DAY = re.compile(r"(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])")
_FIGURE = re.compile(r"-?\d{1,12}\.\d{2,4}")

Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the portal answers to one file.

    Args:
        file: the file's name.
        number: the invoice's number.
        total: what the invoice asks for, in its own currency.
        lines: how many line items it has.
        refusals: why it is refused; empty where it is accepted.

    """

    file: str
    number: str
    total: Decimal
    lines: int
    refusals: tuple[str, ...]


class PortalIntake:
    """A portal that a person would upload the files of a folder to. It remembers what it accepted."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._accepted: dict[str, str] = {}

    def take(self) -> list[Receipt]:
        """Judge every ``.txt`` file of the folder; one that was accepted before is passed over."""
        names = sorted(file.name for file in self._folder.glob("*.txt"))
        return [self._judge(name) for name in names if name not in self._accepted.values()]

    def _judge(self, name: str) -> Receipt:
        rows, refusals = _parse((self._folder / name).read_bytes())
        invoices: dict[str, list[Row]] = defaultdict(list)
        for row in rows:
            invoices[row["INVOICE_NUMBER"]].append(row)
        refusals += [refusal for lines in invoices.values() for refusal in _refusals(lines)]
        refusals += [
            f"invoice {number} was accepted before" for number in invoices if number in self._accepted
        ]
        if not refusals:
            self._accepted.update(dict.fromkeys(invoices, name))
        total = sum((_figure(lines[0]["INVOICE_TOTAL"]) for lines in invoices.values()), Decimal(0))
        return Receipt(name, ", ".join(invoices), total, len(rows), tuple(refusals))


def _parse(data: bytes) -> tuple[list[Row], list[str]]:
    if not data.isascii() or b"\t" in data or re.search(rb"(?<!\r)\n", data):
        return [], ["not plain ASCII with CRLF"]
    head, columns, *body = data.decode("ascii").split("\r\n")
    if (head, columns, body[-1:]) != ("LEDES1998B[]", _COLUMNS + "[]", [""]):
        return [], ["not a LEDES 1998B file"]
    names = _COLUMNS.split("|")
    cells = [line[:-2].split("|") for line in body[:-1]]
    if any(len(row) != len(names) or line[-2:] != "[]" for row, line in zip(cells, body, strict=False)):
        return [], [f"a row has not exactly {len(names)} fields"]
    return [dict(zip(names, row, strict=True)) for row in cells], [] if cells else ["no line items"]


def _refusals(lines: list[Row]) -> Iterator[str]:
    totals = {line["INVOICE_TOTAL"] for line in lines}
    if len(totals) > 1 or _figure(totals.pop()) != sum(_figure(line["LINE_ITEM_TOTAL"]) for line in lines):
        yield "007 the invoice total is not the sum of its lines"
    if len({line["LINE_ITEM_NUMBER"] for line in lines}) < len(lines):
        yield "a line item number occurs twice"
    if len({line["LAW_FIRM_MATTER_ID"] for line in lines}) > 1:
        yield "more than one matter"
    for line in lines:
        yield from (f"{refusal} (line {line['LINE_ITEM_NUMBER']})" for refusal in _line_refusals(line))


def _line_refusals(line: Row) -> Iterator[str]:
    kind = line["EXP/FEE/INV_ADJ_TYPE"]
    needed = _ALWAYS + {"F": _ON_FEES, "E": ("LINE_ITEM_EXPENSE_CODE",)}.get(kind, ())
    yield from (f"005 {name} is blank" for name in needed if not line[name])
    if kind not in {"F", "E", "IF", "IE"}:
        yield "the line type is unknown"
    for name in ("INVOICE_DATE", "BILLING_START_DATE", "BILLING_END_DATE", "LINE_ITEM_DATE"):
        if not _DAY.fullmatch(line[name]):
            yield f"003 {name} is no date"
    if not line["BILLING_START_DATE"] <= line["LINE_ITEM_DATE"] <= line["BILLING_END_DATE"]:
        yield "the line's date is outside the billing period"
    units, cost, adjustment, total = (
        line["LINE_ITEM_" + name] for name in ("NUMBER_OF_UNITS", "UNIT_COST", "ADJUSTMENT_AMOUNT", "TOTAL")
    )
    if not all(_FIGURE.fullmatch(figure) for figure in (units, cost, adjustment, total)):
        yield "004 a number is not plain"
    elif _figure(units) * _figure(cost) + _figure(adjustment) != _figure(total):
        yield "006 units × unit cost + adjustment is not the line's total"


def _figure(text: str) -> Decimal:
    return Decimal(text) if _FIGURE.fullmatch(text) else Decimal(0)
