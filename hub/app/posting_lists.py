"""Posting lists as files: a workbook to tick off in, and a page to print."""

from __future__ import annotations

import contextlib
import html
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font

from hub.app.private_file import write_whole

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from openpyxl.worksheet.worksheet import Worksheet

    from hub.sync.postings import Posting

_WIDEST = 60
_TITLE_LENGTH = 31
"""A worksheet's name is no longer."""
_STYLE = """
body { font: 11pt/1.4 Georgia, serif; margin: 2em; }
h1 { font-size: 15pt; } h2 { font-size: 12pt; margin-top: 1.6em; }
table { border-collapse: collapse; width: 100%; }
th, td { border: 1px solid #999; padding: .25em .5em; text-align: left; vertical-align: top; }
td.amount { text-align: right; white-space: nowrap; }
thead { display: table-header-group; } tr { page-break-inside: avoid; }
"""


def write_lists(folder: Path, firm: str, currency: str, day: date, lists: Sequence[Posting]) -> list[Path]:
    """Write a workbook and a page for each connection; their owner alone may read them.

    Raises:
        HubError: another program holds a file.
        OSError: the folder cannot be written to.

    """
    written = []
    for connection in dict.fromkeys(one.connection for one in lists):
        mine = [one for one in lists if one.connection == connection]
        stem = folder / f"posting-{connection}-{day.isoformat()}"
        written.append(_write_workbook(stem.with_suffix(".xlsx"), currency, mine))
        page = stem.with_suffix(".html")
        write_whole(page, _page(firm, connection, currency, day, mine), private=True)
        written.append(page)
    return written


def _write_workbook(path: Path, currency: str, lists: Sequence[Posting]) -> Path:
    book = Workbook()
    book.remove(book.worksheets[0])
    for one in lists:
        _fill(book.create_sheet(one.title[:_TITLE_LENGTH]), currency, one)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    os.close(handle)
    try:
        book.save(name)
        Path(name).replace(path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            Path(name).unlink()
    return path


def _fill(sheet: Worksheet, currency: str, one: Posting) -> None:
    sheet.append(["done", "hub no.", "id there", *one.columns])
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for row, line in enumerate(one.lines, 2):
        cells = ["", str(line.record), line.external_id, *(line.cells.get(name, "") for name in one.columns)]
        for column, text in enumerate(cells, 1):
            # As text, so that no narrative is ever taken for a formula.
            cell = sheet.cell(row, column)
            cell.value, cell.data_type = text, "s"
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    for column, name in enumerate(["done", "hub no.", "id there", *one.columns], 1):
        longest = max([len(name), *(len(line.cells.get(name, "")) for line in one.lines)])
        sheet.column_dimensions[sheet.cell(1, column).column_letter].width = min(longest, _WIDEST) + 2
    sheet.cell(len(one.lines) + 3, 1, f"{len(one.lines)} lines, {one.total:,.2f} {currency}")
    sheet.freeze_panes = "A2"


def _page(firm: str, connection: str, currency: str, day: date, lists: Sequence[Posting]) -> str:
    title = f"{firm}: to be posted in {connection}, {day.isoformat()}"
    parts = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8">',
        f"<title>{html.escape(title)}</title><style>{_STYLE}</style></head><body>",
        f"<h1>{html.escape(title)}</h1>",
        "<p>Tick each line as it is done. The next run sees it, and it leaves this list by itself.</p>",
        *(part for one in lists for part in _section(currency, one)),
        "</body></html>\n",
    ]
    return "\n".join(parts)


def _section(currency: str, one: Posting) -> list[str]:
    heads = ["✓", "hub no.", "id there", *one.columns]
    rows = [_row(["☐", str(line.record), line.external_id], line.cells, one.columns) for line in one.lines]
    return [
        f"<h2>{html.escape(one.title)}: {len(one.lines)}, {one.total:,.2f} {currency}</h2>",
        "<table><thead><tr>" + "".join(f"<th>{html.escape(head)}</th>" for head in heads) + "</tr></thead>",
        "<tbody>",
        *rows,
        "</tbody></table>",
    ]


def _row(first: Sequence[str], cells: Mapping[str, str], columns: Sequence[str]) -> str:
    texts = [f"<td>{html.escape(text)}</td>" for text in first]
    for name in columns:
        kind = ' class="amount"' if name in {"amount", "hours", "total"} else ""
        texts.append(f"<td{kind}>{html.escape(cells.get(name, ''))}</td>")
    return "<tr>" + "".join(texts) + "</tr>"
