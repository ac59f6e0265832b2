"""Posting lists as files: for their owner alone, whole or not at all, and as text whatever they hold."""

from __future__ import annotations

import os
import stat
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook

from hub.app.posting_lists import write_lists
from hub.model import Kind
from hub.sdk import HubError
from hub.sync.postings import Line, Posting

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

DAY = date(2026, 7, 6)
FIRM = "Doyle & Vance LLP"


def posting(
    *cells: dict[str, str], connection: str = "billing", work: str = "enter", there: str = ""
) -> Posting:
    """A list of payments."""
    lines = tuple(
        Line(number, there, one, Decimal(one.get("amount", "0"))) for number, one in enumerate(cells, 7)
    )
    return Posting(
        connection, work, Kind.PAYMENT, tuple(dict.fromkeys(n for one in cells for n in one)), lines
    )


def written(folder: Path, *lists: Posting) -> list[Path]:
    return write_lists(folder, FIRM, "USD", DAY, lists)


def sheets(path: Path) -> dict[str, Worksheet]:
    return {sheet.title: sheet for sheet in load_workbook(path).worksheets}


def text_of(path: Path) -> str:
    return path.read_bytes().decode("utf-8")


def test_each_connection_has_a_workbook_and_a_page(tmp_path: Path) -> None:
    files = written(
        tmp_path / "new" / "lists",
        posting({"amount": "10.00"}),
        posting({"amount": "20.00"}, work="correct", there="40001"),
        posting({"amount": "30.00"}, connection="books"),
    )
    assert [path.name for path in files] == [
        "posting-billing-2026-07-06.xlsx",
        "posting-billing-2026-07-06.html",
        "posting-books-2026-07-06.xlsx",
        "posting-books-2026-07-06.html",
    ]
    assert sorted(files) == sorted((tmp_path / "new" / "lists").iterdir())
    assert list(sheets(files[0])) == ["Payments to enter", "Payments to correct"]
    assert "30.00" not in text_of(files[1])


def test_nothing_is_written_where_there_is_nothing_to_do(tmp_path: Path) -> None:
    assert written(tmp_path / "lists") == []
    assert not (tmp_path / "lists").exists()


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps rights in access lists")
def test_their_owner_alone_may_read_them(tmp_path: Path) -> None:
    for _ in range(2):
        for path in written(tmp_path, posting({"amount": "10.00"})):
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
            path.chmod(0o644)


def test_amounts_are_numbers_and_all_else_is_text(tmp_path: Path) -> None:
    cells = {"client": "0100", "received on": "2026-07-01", "amount": "1234.50", "memo": '=HYPERLINK("x")'}
    book, page = written(tmp_path, posting(cells, cells))
    (sheet,) = sheets(book).values()
    line = sheet[2]
    assert [cell.value for cell in line[1:]] == ["7", "0100", "2026-07-01", 1234.5, '=HYPERLINK("x")']
    assert [cell.data_type for cell in line[1:]] == ["s", "s", "s", "n", "s"]
    assert sheet["A5"].value == "payments to enter: 2 lines, 2,469.00 USD"
    assert "<td>=HYPERLINK(&quot;x&quot;)</td>" in text_of(page)


def test_what_a_program_may_choke_on_is_taken_out(tmp_path: Path) -> None:
    long = "w" * 40_000
    book, page = written(tmp_path, posting({"memo": f"a\x0bb\x00c {long}", "client": "Müller & Söhne ☃"}))
    (sheet,) = sheets(book).values()
    memo, client = sheet["C2"].value, sheet["D2"].value
    assert (memo[:8], len(memo), client) == ("a b c ww", 32_767, "Müller & Söhne ☃")
    assert sheet.column_dimensions["C"].width < 100
    assert "Müller &amp; Söhne ☃" in text_of(page)
    assert long in text_of(page)


def test_ids_there_are_shown_where_there_are_any(tmp_path: Path) -> None:
    fresh, known = posting({"amount": "1.00"}), posting({"amount": "2.00"}, work="withdraw", there="40001")
    book, page = written(tmp_path, fresh, known)
    first, second = sheets(book).values()
    assert [cell.value for cell in first[1]] == ["done", "hub no.", "amount"]
    assert [cell.value for cell in second[2]] == [None, "7", "40001", 2]
    assert "reversed or gone there" in text_of(page)


def test_a_file_that_another_program_holds_is_left_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (book, *_) = written(tmp_path, posting({"amount": "1.00"}))
    before = book.read_bytes()

    def held(_self: Path, _target: Path) -> Path:
        raise PermissionError

    monkeypatch.setattr(Path, "replace", held)
    monkeypatch.setattr("time.sleep", lambda _: None)
    with pytest.raises(HubError, match="held by another program"):
        written(tmp_path, posting({"amount": "2.00"}))
    assert book.read_bytes() == before
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".html", ".xlsx"]
