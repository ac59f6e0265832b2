"""A payload, as ``ebilling.toml`` renders it, to the document that is handed over."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from hub.ledes import (
    FIELDS_1998B,
    CannotCarry,
    FieldType,
    LedesInvoice,
    LedesLine,
    LedesLineType,
    timekeeper_name,
    write_1998b,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.ledes import Field

LINES = "LINES"
_TOTAL = "INVOICE_TOTAL"
_OUT_OF_BOUNDS = Decimal("1e12")
_COMPUTED = frozenset({"LINE_ITEM_ADJUSTMENT_AMOUNT"})
_FROM_SETTINGS = frozenset({"LAW_FIRM_ID"})


def document_of(payload: Mapping[str, Any], law_firm_id: str) -> bytes:
    """Spell a payload as a LEDES 1998B file.

    The payload is named after the format's fields, with the lines under ``LINES``. A line's
    adjustment is its total − units × unit cost; the timekeeper's name is ``Last, First`` where
    ``TIMEKEEPER_LAST_NAME`` and ``TIMEKEEPER_FIRST_NAME`` are given.

    Raises:
        CannotCarry: a value is missing, cannot be read, or has no room in the format; or the total
            holds what no line says, such as a finance charge.

    """
    lines = tuple(_line(line, position) for position, line in enumerate(payload.get(LINES) or (), 1))
    values = _values(payload, of_line=False)
    if lines and values["total"] != sum((line.total for line in lines), Decimal(0)):
        raise CannotCarry("is not the sum of the lines", _TOTAL)
    return write_1998b([LedesInvoice(**values, law_firm_id=law_firm_id, lines=lines)])


def _line(payload: Mapping[str, Any], position: int) -> LedesLine:
    values = _values(payload, of_line=True, line=str(position))
    for name in ("units", "unit_cost"):
        if name not in values:
            raise CannotCarry("is missing", _name_of(name), str(position))
    values["adjustment"] = values["total"] - values["units"] * values["unit_cost"]
    parts = (_text(payload, key) for key in ("TIMEKEEPER_FIRST_NAME", "TIMEKEEPER_LAST_NAME"))
    values["timekeeper_name"] = timekeeper_name(_text(payload, "TIMEKEEPER_NAME"), *parts)
    return LedesLine(**values)


def _values(payload: Mapping[str, Any], *, of_line: bool, line: str = "") -> dict[str, Any]:
    """Read the fields of an invoice or a line that are given; the required ones have to be."""
    found: dict[str, Any] = {}
    for field in FIELDS_1998B:
        if field.of_line is not of_line or field.name in _COMPUTED | _FROM_SETTINGS:
            continue
        text = _text(payload, field.name)
        if text:
            found[field.attribute] = _value(field, text, line)
        elif field.required:
            raise CannotCarry("is missing", field.name, line)
    return found


def _value(field: Field, text: str, line: str) -> object:
    try:
        if field.type is FieldType.DATE:
            return date.fromisoformat(text)
        if field.type is FieldType.NUMBER:
            return _number(text)
        return LedesLineType(text) if field.attribute == "type" else text
    except (ValueError, InvalidOperation):
        raise CannotCarry(f"is not a {field.type}", field.name, line) from None


def _number(text: str) -> Decimal:
    number = Decimal(text)
    if not abs(number) < _OUT_OF_BOUNDS:  # NaN and infinity cannot even be compared or summed
        raise ValueError
    return number


def _text(payload: Mapping[str, Any], key: str) -> str:
    value = payload.get(key)
    return "" if value is None else str(value).strip()


def _name_of(attribute: str) -> str:
    return next(field.name for field in FIELDS_1998B if field.of_line and field.attribute == attribute)
