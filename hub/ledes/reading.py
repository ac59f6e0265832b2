"""A LEDES 1998B file to invoices; what is wrong with it is told as values, never raised."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from hub.ledes.fields import FIELDS_1998B, FIRST_LINE_1998B, HEADER_1998B, RECORD_END, SEPARATOR, FieldType
from hub.ledes.invoice import LedesInvoice, LedesLine, LedesLineType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.ledes.fields import Field

_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)")
_DATE = re.compile(r"[0-9]{8}")
_LINE_BREAK = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong in a file.

    Args:
        line: the line of the file, counted from 1.
        field: the LEDES field, or nothing where it is the whole line.
        message: what is wrong; never quotes a description.

    """

    line: int
    field: str
    message: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file says, as far as it can be read: a row with an unreadable value is left out."""

    invoices: tuple[LedesInvoice, ...]
    problems: tuple[Problem, ...]


def read_1998b(data: bytes) -> Reading:
    """Read an invoice file as it is met in practice.

    Takes UTF-8 and cp1252, any line ends, numbers such as ``1250.`` and ``+5``, and descriptions
    broken over several lines. Rows with the same invoice number and matter are one invoice; what
    the first of them says of the invoice holds, and another that differs is a problem.
    """
    return _Reader().read(_decoded(data))


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


class _Reader:
    """Collects the rows of a file into invoices, and what is wrong with them."""

    def __init__(self) -> None:
        self._problems: list[Problem] = []
        self._invoices: dict[tuple[str, str], dict[str, Any]] = {}
        self._lines: dict[tuple[str, str], list[LedesLine]] = {}

    def read(self, text: str) -> Reading:
        records = list(self._records(text))
        self._judge_heads(records)
        for number, record in records[2:]:
            self._row(number, record.split(SEPARATOR))
        invoices = tuple(
            LedesInvoice(**values, lines=tuple(self._lines[key])) for key, values in self._invoices.items()
        )
        return Reading(invoices, tuple(self._problems))

    def _records(self, text: str) -> Iterator[tuple[int, str]]:
        """Join lines up to the mark that ends a record, unless the next line is clearly a new one."""
        start, pending = 0, ""
        for number, line in enumerate(_LINE_BREAK.split(text), 1):
            if pending and line.count(SEPARATOR) >= len(FIELDS_1998B) - 1:
                yield self._cut_short(start, pending)
                pending = ""
            start = start if pending else number
            pending = f"{pending} {line}".strip()
            if pending.endswith(RECORD_END):
                yield start, pending.removesuffix(RECORD_END)
                pending = ""
        if pending:
            yield self._cut_short(start, pending)

    def _cut_short(self, number: int, record: str) -> tuple[int, str]:
        self._problem(number, "", f"the record does not end with {RECORD_END}")
        return number, record

    def _judge_heads(self, records: list[tuple[int, str]]) -> None:
        for position, wanted in enumerate((FIRST_LINE_1998B, HEADER_1998B)):
            number, found = records[position] if position < len(records) else (position + 1, "")
            if found + RECORD_END != wanted:
                self._problem(number, "", f"is not {wanted}")

    def _row(self, number: int, cells: list[str]) -> None:
        if len(cells) != len(FIELDS_1998B):
            self._problem(number, "", f"has {len(cells)} fields, not {len(FIELDS_1998B)}")
            return
        values = [
            (field, _value(field, cell.strip())) for field, cell in zip(FIELDS_1998B, cells, strict=True)
        ]
        wrong = [(field, value) for field, value in values if isinstance(value, _Wrong)]
        for field, value in wrong:
            self._problem(number, field.name, value.message)
        if not wrong:
            self._place(number, values)

    def _place(self, number: int, values: list[tuple[Field, Any]]) -> None:
        """Put a readable row with the other rows of its invoice; blanks keep their defaults."""
        given = [(field, value) for field, value in values if value is not None]
        common = {field.attribute: value for field, value in given if not field.of_line}
        key = (common["number"], common["law_firm_matter_id"])
        first = self._invoices.setdefault(key, common)
        line = LedesLine(**{field.attribute: value for field, value in given if field.of_line})
        self._lines.setdefault(key, []).append(line)
        for field, value in values:
            if not field.of_line and first.get(field.attribute) != value:
                self._problem(number, field.name, "differs from the first row of the invoice")

    def _problem(self, line: int, field: str, message: str) -> None:
        self._problems.append(Problem(line, field, message))


@dataclass(frozen=True, slots=True)
class _Wrong:
    """A cell that cannot be read, and why."""

    message: str


def _value(field: Field, text: str) -> object:
    """Read a cell: its value, ``None`` where it is blank, or what is wrong with it."""
    if not text:
        return _Wrong("is blank") if field.required else None
    if field.type is FieldType.DATE:
        return _date(text)
    if field.type is FieldType.NUMBER:
        return Decimal(text) if _NUMBER.fullmatch(text) else _Wrong("is not a plain number")
    return _line_type(text) if field.attribute == "type" else text


def _date(text: str) -> date | _Wrong:
    if not _DATE.fullmatch(text):
        return _Wrong("is not a date as YYYYMMDD")
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return _Wrong("is no day of the calendar")


def _line_type(text: str) -> LedesLineType | _Wrong:
    try:
        return LedesLineType(text.upper())
    except ValueError:
        return _Wrong("is none of " + ", ".join(LedesLineType))
