"""The LEDES invoice formats, read and written; usable without the rest of the hub."""

from hub.ledes.fields import FIELDS_1998B, FIRST_LINE_1998B, HEADER_1998B, Field, FieldType
from hub.ledes.invoice import LedesInvoice, LedesLine, LedesLineType
from hub.ledes.reading import Problem, Reading, read_1998b
from hub.ledes.text import safe_text, timekeeper_name
from hub.ledes.writing import CannotCarry, write_1998b

__all__ = [
    "FIELDS_1998B",
    "FIRST_LINE_1998B",
    "HEADER_1998B",
    "CannotCarry",
    "Field",
    "FieldType",
    "LedesInvoice",
    "LedesLine",
    "LedesLineType",
    "Problem",
    "Reading",
    "read_1998b",
    "safe_text",
    "timekeeper_name",
    "write_1998b",
]
