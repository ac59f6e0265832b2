"""Posting lists as files: a workbook to tick off in, and a page to print."""

from __future__ import annotations

import html
from decimal import Decimal
from typing import TYPE_CHECKING

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font

from hub.app.private_file import new_beside, write_whole

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date
    from pathlib import Path

    from openpyxl.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

    from hub.sync.postings import Line, Posting

_WIDEST = 60
_LONGEST = 32_767
"""Letters in a cell; Excel takes no more."""
_TITLE_LENGTH = 31
"""A worksheet's name is no longer."""
_NUMBERS = {"amount": "#,##0.00", "total": "#,##0.00", "hours": "0.00##"}
"""What stands on the right and can be summed, and how it is shown."""
_STYLE = """
@page { size: landscape; margin: 1.5cm; }
body { font: 10.5pt/1.4 Georgia, serif; margin: 1.5em; }
h1 { font-size: 15pt; } h2 { font-size: 12pt; margin-top: 1.6em; page-break-after: avoid; }
table { border-collapse: collapse; width: 100%; }
th, td { border: 1px solid #999; padding: .25em .5em; text-align: left; vertical-align: top; }
td { white-space: pre-line; overflow-wrap: anywhere; }
.amount { text-align: right; white-space: nowrap; overflow-wrap: normal; }
thead { display: table-header-group; } tfoot { display: table-row-group; font-weight: bold; }
tr { page-break-inside: avoid; }
"""
_ENDS = {
    "withdraw": "Tick each line as it is done. A line leaves the list with the next run in which it is "
    "reversed or gone there.",
}
_END = "Tick each line as it is done. A line leaves the list with the next run that sees it there."


def write_lists(folder: Path, firm: str, currency: str, day: date, lists: Sequence[Posting]) -> list[Path]:
    """Write a workbook and a page for each connection; their owner alone may read them.

    Those of the same day are replaced.

    Raises:
        HubError: another program holds a file.
        OSError: the folder cannot be written to.

    """
    written = []
    for connection in dict.fromkeys(one.connection for one in lists):
        mine = [one for one in lists if one.connection == connection]
        name = f"posting-{connection}-{day.isoformat()}"
        book, page = folder / f"{name}.xlsx", folder / f"{name}.html"
        with new_beside(book) as path:
            _workbook(currency, mine).save(path)
        write_whole(page, _page(firm, connection, currency, day, mine), private=True)
        written += [book, page]
    return written


def _heads(one: Posting) -> list[str]:
    """The columns, ``id there`` only where anything is there."""
    there = ["id there"] if any(line.external_id for line in one.lines) else []
    return ["hub no.", *there, *one.columns]


def _texts(line: Line, heads: Sequence[str]) -> Iterator[tuple[str, str]]:
    own = {"hub no.": str(line.record), "id there": line.external_id}
    yield from ((head, own.get(head, line.cells.get(head, ""))) for head in heads)


# ------------------------------------------------------------ the workbook


def _workbook(currency: str, lists: Sequence[Posting]) -> Workbook:
    book = Workbook()
    book.remove(book.worksheets[0])
    for one in lists:
        _fill(book.create_sheet(one.title.capitalize()[:_TITLE_LENGTH]), currency, one)
    return book


def _fill(sheet: Worksheet, currency: str, one: Posting) -> None:
    heads = _heads(one)
    for column, head in enumerate(["done", *heads], 1):
        cell = _put(sheet, 1, column, head, head)
        cell.font = Font(bold=True)
        sheet.column_dimensions[cell.column_letter].width = _width(one, head)
    for row, line in enumerate(one.lines, 2):
        for column, (head, text) in enumerate(_texts(line, heads), 2):
            _put(sheet, row, column, head, text)
    _put(sheet, len(one.lines) + 3, 1, "done", one.told(currency)).font = Font(bold=True)
    sheet.cell(len(one.lines) + 3, 1).alignment = Alignment(wrap_text=False)
    sheet.freeze_panes = "A2"
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def _put(sheet: Worksheet, row: int, column: int, head: str, text: str) -> Cell:
    """Fill a cell: an amount as a number, all else as text, so that nothing is taken for a formula."""
    cell: Cell = sheet.cell(row, column)
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    if head in _NUMBERS and text not in ("", head):
        cell.value, cell.number_format = Decimal(text), _NUMBERS[head]
    else:
        cell.value = ILLEGAL_CHARACTERS_RE.sub(" ", text)[:_LONGEST]
        cell.data_type = "s"
    return cell


def _width(one: Posting, head: str) -> int:
    texts = [head, *(text for line in one.lines for _, text in _texts(line, [head]))]
    return min(max(len(part) for text in texts for part in text.split("\n")), _WIDEST) + 2


# ------------------------------------------------------------ the page


def _page(firm: str, connection: str, currency: str, day: date, lists: Sequence[Posting]) -> str:
    title = html.escape(f"{firm}: to be posted in {connection}, {day.isoformat()}")
    parts = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8">',
        f"<title>{title}</title><style>{_STYLE}</style></head><body>",
        f"<h1>{title}</h1>",
        *(part for one in lists for part in _section(currency, one)),
        "</body></html>\n",
    ]
    return "\n".join(parts)


def _section(currency: str, one: Posting) -> Iterator[str]:
    heads = _heads(one)
    yield f"<h2>{html.escape(one.title.capitalize())}</h2><p>{_ENDS.get(one.work, _END)}</p>"
    yield (
        "<table><thead><tr><th>✓</th>" + "".join(_cell("th", head, head) for head in heads) + "</tr></thead>"
    )
    yield "<tbody>"
    for line in one.lines:
        yield "<tr><td>☐</td>" + "".join(_cell("td", *pair) for pair in _texts(line, heads)) + "</tr>"
    told = html.escape(one.told(currency))
    yield f'</tbody><tfoot><tr><td colspan="{len(heads) + 1}">{told}</td></tr></tfoot></table>'


def _cell(tag: str, head: str, text: str) -> str:
    kind = ' class="amount"' if head in _NUMBERS else ""
    return f"<{tag}{kind}>{html.escape(text)}</{tag}>"
