"""Invoices to a LEDES 1998B file; whatever the format cannot carry is refused, never bent."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from hub.ledes.fields import FIELDS_1998B, FIRST_LINE_1998B, HEADER_1998B, RECORD_END, SEPARATOR
from hub.ledes.text import safe_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hub.ledes.fields import Field
    from hub.ledes.invoice import LedesInvoice, LedesLine

LINE_END = "\r\n"


class CannotCarry(ValueError):
    """The format has no room for a value.

    Args:
        message: what is wrong; never quotes the value.
        field: the LEDES field.
        line: the number of the invoice's line, where it is one line's value.

    """

    def __init__(self, message: str, field: str, line: str = "") -> None:
        where = f" of line {line}" if line else ""
        super().__init__(f"{field}{where} {message}")
        self.field = field
        self.line = line


def write_1998b(invoices: Iterable[LedesInvoice]) -> bytes:
    """Spell invoices as a LEDES 1998B file: ASCII, CRLF, one row of 24 fields for each line.

    Lengths are not checked here: they are the portals' business.

    Raises:
        CannotCarry: a required field is blank, a number is too wide or too fine, two lines of
            an invoice have the same number, or an invoice has no line that could carry it.

    """
    rows = [FIRST_LINE_1998B, HEADER_1998B]
    for invoice in invoices:
        rows.extend(_rows(invoice))
    return "".join(row + LINE_END for row in rows).encode("ascii")


def _rows(invoice: LedesInvoice) -> Iterator[str]:
    if not invoice.lines:
        raise CannotCarry("is missing: the invoice has no lines", "LINE_ITEM_NUMBER")
    seen: set[str] = set()
    for line in invoice.lines:
        number = safe_text(line.number)
        if number in seen:
            raise CannotCarry("occurs twice in the invoice", "LINE_ITEM_NUMBER", number)
        seen.add(number)
        yield SEPARATOR.join(_cell(field, invoice, line) for field in FIELDS_1998B) + RECORD_END


def _cell(field: Field, invoice: LedesInvoice, line: LedesLine) -> str:
    value = getattr(line if field.of_line else invoice, field.attribute)
    text = _spelt(field, value, line)
    if field.required and not text:
        raise CannotCarry("is blank", field.name, line.number if field.of_line else "")
    return text


def _spelt(field: Field, value: object, line: LedesLine) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return f"{value.year:04}{value.month:02}{value.day:02}"
    if isinstance(value, Decimal):
        return _number(field, value, line)
    return safe_text(str(value))


def _number(field: Field, value: Decimal, line: LedesLine) -> str:
    """Two decimals at least, as every sample has them; more only where the value needs them."""
    where = line.number if field.of_line else ""
    if not value.is_finite():
        raise CannotCarry("is not a number", field.name, where)
    if value and value.adjusted() >= field.length:
        raise CannotCarry(f"has more than {field.length} digits before the point", field.name, where)
    places = _places(value)
    if places > field.places:
        raise CannotCarry(f"has more than {field.places} decimals", field.name, where)
    return f"{value or Decimal(0):.{max(places, 2)}f}"


def _places(value: Decimal) -> int:
    """How many decimals a finite number needs; trailing zeros are none."""
    _, digits, exponent = value.as_tuple()
    assert isinstance(exponent, int)
    zeros = len(digits) - len("".join(map(str, digits)).rstrip("0"))
    return max(0, -(exponent + zeros)) if value else 0
