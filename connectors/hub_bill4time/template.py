"""The vendor's import templates: their columns, and a record as a row of one.

Their columns: support.bill4time.com 204250110, 35082442842523, 35086183383963 and 35088612057627. Of
projects only those are known that time entries name as well.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from hub.sdk import Kind, Rejected

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_LONGEST = 32_767
"""Letters in a cell; a spreadsheet takes no more."""


@dataclass(frozen=True, slots=True)
class Template:
    """One import template.

    Args:
        title: what is imported, for a person and in file names.
        columns: its columns, in their order.
        needed: those that may not be empty.
        fewest: the vendor takes no fewer rows at a time.
        numbers: the columns that hold numbers.

    """

    title: str
    columns: tuple[str, ...]
    needed: frozenset[str]
    fewest: int
    numbers: frozenset[str] = frozenset()

    def row(self, payload: Mapping[str, Any]) -> tuple[str, ...] | Rejected:
        """A record as a row, in the order of the columns, or why it cannot be one."""
        cells = tuple(_text(payload.get(column)) for column in self.columns)
        for column, cell in zip(self.columns, cells, strict=True):
            if column in self.needed and not cell:
                return Rejected("empty", f"It has no {column}.", column, "Fill it in at its source.")
            if len(cell) > _LONGEST:
                message = f"{column} has {len(cell)} characters; a cell takes {_LONGEST}."
                return Rejected("too-long", message, column, "Shorten it at its source.")
        return cells

    def file(self, rows: Sequence[Sequence[str]], form: str) -> bytes:
        """A whole import file."""
        return self._workbook(rows) if form == "xlsx" else self._csv(rows)

    def _csv(self, rows: Sequence[Sequence[str]]) -> bytes:
        text = io.StringIO(newline="")
        csv.writer(text).writerows([self.columns, *rows])
        return text.getvalue().encode("utf-8-sig")

    def _workbook(self, rows: Sequence[Sequence[str]]) -> bytes:
        book = Workbook(write_only=True)
        sheet = book.create_sheet(self.title.capitalize())
        sheet.append(self.columns)
        for row in rows:
            sheet.append([self._cell(sheet, *pair) for pair in zip(self.columns, row, strict=True)])
        file = io.BytesIO()
        book.save(file)
        return file.getvalue()

    def _cell(self, sheet: Any, column: str, text: str) -> WriteOnlyCell:  # noqa: ANN401 -- openpyxl's own
        if column in self.numbers and text:
            return WriteOnlyCell(sheet, Decimal(text))
        cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub(" ", text))
        # A text that begins like a formula is none.
        cell.data_type = "s"
        return cell


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "True" if value else "False"
    return value.isoformat() if isinstance(value, date) else "" if value is None else str(value).strip()


TEMPLATES = {
    Kind.CLIENT: Template(
        "clients",
        ("Client Name", "Account Manager", "Account Manager ID", "Status", "Client ID"),
        frozenset({"Client Name", "Client ID"}),
        50,
    ),
    Kind.MATTER: Template(
        "projects",
        ("Project ID", "Project Name", "Client ID", "Client Name", "Status"),
        frozenset({"Project ID", "Project Name", "Client ID"}),
        50,
    ),
    Kind.TIME_ENTRY: Template(
        "time entries",
        (
            "Client ID",
            "Client Name",
            "Project ID",
            "Project Name",
            "User",
            "User ID",
            "Billable Hours",
            "Date of Work",
            "Private Description",
            "Status",
            "Billable",
            "Public Description",
            "Override Rate",
            "Hourly",
            "Flat Fee",
        ),
        frozenset(
            {"Client ID", "Project ID", "User", "Billable Hours", "Date of Work", "Private Description"}
        ),
        100,
        frozenset({"Billable Hours", "Override Rate", "Flat Fee"}),
    ),
}
