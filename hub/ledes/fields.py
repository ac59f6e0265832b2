"""LEDES 1998B as data: its fields in order, their types, lengths, and where their values live.

Names, order and lengths follow the LEDES Oversight Committee's specification of 23 August 2007 as
e-billing vendors reprint it. "15 KB" of text is taken as 15,000 characters, the lesser reading.
"""

from dataclasses import dataclass
from enum import StrEnum


class FieldType(StrEnum):
    """How a value is spelt."""

    DATE = "date"
    """``YYYYMMDD``."""
    TEXT = "text"
    NUMBER = "number"
    """Plain digits with ``.``: no thousands, no exponent, no currency sign."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a format.

    Args:
        name: as the header row spells it.
        attribute: where its value lives in a LedesLine or LedesInvoice.
        of_line: whether it says something of the line; otherwise of the invoice, on every row.
        length: the most characters of a text, the most digits before the point of a number.
        places: the most digits after the point.
        required: whether no row may leave it blank.

    """

    name: str
    attribute: str
    type: FieldType = FieldType.TEXT
    of_line: bool = False
    length: int = 20
    places: int = 0
    required: bool = False


_LONG_TEXT = 15_000


def _text(
    name: str, attribute: str, length: int = 20, *, line: bool = False, required: bool = False
) -> Field:
    return Field(name, attribute, of_line=line, length=length, required=required)


def _date(name: str, attribute: str, *, line: bool = False) -> Field:
    return Field(name, attribute, FieldType.DATE, of_line=line, length=8, required=True)


def _number(name: str, attribute: str, *, required: bool = False) -> Field:
    return Field(name, attribute, FieldType.NUMBER, of_line=True, length=10, places=4, required=required)


FIELDS_1998B: tuple[Field, ...] = (
    _date("INVOICE_DATE", "issued_on"),
    _text("INVOICE_NUMBER", "number", required=True),
    _text("CLIENT_ID", "client_id", required=True),
    _text("LAW_FIRM_MATTER_ID", "law_firm_matter_id", required=True),
    Field("INVOICE_TOTAL", "total", FieldType.NUMBER, length=12, places=4, required=True),
    _date("BILLING_START_DATE", "period_from"),
    _date("BILLING_END_DATE", "period_to"),
    _text("INVOICE_DESCRIPTION", "description", _LONG_TEXT),
    _text("LINE_ITEM_NUMBER", "number", line=True, required=True),
    _text("EXP/FEE/INV_ADJ_TYPE", "type", 2, line=True, required=True),
    _number("LINE_ITEM_NUMBER_OF_UNITS", "units"),
    _number("LINE_ITEM_ADJUSTMENT_AMOUNT", "adjustment"),
    _number("LINE_ITEM_TOTAL", "total", required=True),
    _date("LINE_ITEM_DATE", "charged_on", line=True),
    _text("LINE_ITEM_TASK_CODE", "task_code", line=True),
    _text("LINE_ITEM_EXPENSE_CODE", "expense_code", line=True),
    _text("LINE_ITEM_ACTIVITY_CODE", "activity_code", line=True),
    _text("TIMEKEEPER_ID", "timekeeper_id", line=True),
    _text("LINE_ITEM_DESCRIPTION", "description", _LONG_TEXT, line=True),
    _text("LAW_FIRM_ID", "law_firm_id", required=True),
    _number("LINE_ITEM_UNIT_COST", "unit_cost"),
    _text("TIMEKEEPER_NAME", "timekeeper_name", 30, line=True),
    _text("TIMEKEEPER_CLASSIFICATION", "timekeeper_classification", 10, line=True),
    _text("CLIENT_MATTER_ID", "client_matter_id"),
)

SEPARATOR = "|"
RECORD_END = "[]"
FIRST_LINE_1998B = "LEDES1998B" + RECORD_END
HEADER_1998B = SEPARATOR.join(field.name for field in FIELDS_1998B) + RECORD_END
