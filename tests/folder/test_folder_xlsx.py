"""Workbooks, read and written."""

from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from hub.sdk import Kind, Rejected, SourceFailed, Written


def book(path: Path, *rows: tuple[Any, ...], title: str = "Sheet") -> None:
    made = Workbook()
    made.active.title = title
    for row in rows:
        made.active.append(row)
    made.save(path)


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (0.1 + 0.2, "0.3"),
        (1.5, "1.5"),
        (100.0, "100"),
        (7, "7"),
        (1e21, "1000000000000000000000"),
        (0.00001, "0.00001"),
        (datetime(2026, 1, 5), "2026-01-05"),  # noqa: DTZ001 -- a workbook has no zones
        (date(2026, 1, 5), "2026-01-05"),
        (datetime(2026, 1, 5, 13, 30), "2026-01-05T13:30:00"),  # noqa: DTZ001
        (time(1, 30), "01:30:00"),
        (True, "true"),
        (None, ""),
        ("0100", "0100"),
    ],
)
def test_a_cell_is_read_as_its_text(sheets: Any, cell: Any, text: str) -> None:
    book(sheets.folder / "client.xlsx", ("id", "value", "last"), ("C1", cell, "x"))
    assert sheets.raws()["C1"]["value"] == text


def test_rows_are_read_and_empty_ones_passed_over(sheets: Any) -> None:
    rows = [("ID", "name", None), (), ("C1", None), (2, "Bär"), (None, None)]
    book(sheets.folder / "Client.xlsx", *rows)
    assert sheets.raws() == {
        "C1": {"ID": "C1", "name": "", "id": "C1"},
        "2": {"ID": "2", "name": "Bär", "id": "2"},
    }
    assert sheets.pages()[-1].complete


def test_rows_that_cannot_be_read_are_held(sheets: Any) -> None:
    rows = [("id", "hours"), ("E1", "1.5", "stray"), ("E2", "#REF!"), (None, "2"), ("E4", "3")]
    book(sheets.folder / "time_entry.xlsx", *rows)
    items = sheets.items(Kind.TIME_ENTRY)
    assert [item.problem for item in items] == [
        "Row 2 of time_entry.xlsx has 3 cells, the header has 2. Clear what stands beyond the header.",
        "Row 3 of time_entry.xlsx shows #REF! in hours. Mend the formula.",
        "Row 4 of time_entry.xlsx has no id. Fill in that column.",
        "",
    ]
    assert [item.external_id for item in items] == ["E1", "E2", "row 4", "E4"]


def test_without_an_id_column_a_row_is_its_content_and_its_turn(sheets: Any, update: Any) -> None:
    book(sheets.folder / "client.xlsx", ("name",), ("Acme",), ("Acme",))
    one, other = (item.external_id for item in sheets.items())
    assert other == f"{one}-2"
    sheets.write(update(other, name="Bär"))
    assert {key: raw["name"] for key, raw in sheets.raws().items()} == {one: "Acme", other: "Bär"}
    assert sheets.raws()[one]["id"] == one


def test_the_sheet_with_the_name_of_the_table_is_read(sheets: Any) -> None:
    path = sheets.folder / "client.xlsx"
    book(path, ("id",), ("wrong",), title="Notes")
    made = load_workbook(path)
    made.create_sheet("Client").append(("id",))
    made["Client"].append(("right",))
    made.save(path)
    assert list(sheets.raws()) == ["right"]


@pytest.mark.parametrize("content", [b"no workbook", b"", b"PK\x03\x04 broken"])
def test_a_broken_workbook_fails_with_a_remedy(sheets: Any, content: bytes) -> None:
    sheets.put("client.xlsx", content)
    with pytest.raises(SourceFailed, match=r"client\.xlsx is no workbook.*save it again"):
        sheets.pages()


def test_a_new_workbook_holds_text(sheets: Any, create: Any, agree: Any) -> None:
    ends = sheets.write(create("k1", name="=1+1", number="0100"), create("k2", name="a\r\nb"), format="xlsx")
    sheet = load_workbook(sheets.folder / "client.xlsx").active
    assert [[cell.value for cell in row] for row in sheet.rows] == [
        ["id", "name", "number"],
        ["k1", "=1+1", "0100"],
        ["k2", "a\nb", None],
    ]
    assert sheet["B2"].data_type == "s"
    agree(sheets, ends.values())


def test_a_change_keeps_rows_formulas_and_columns_of_others(
    sheets: Any, create: Any, update: Any, agree: Any
) -> None:
    book(sheets.folder / "client.xlsx", ("id", "Name", "own"), ("C1", "Acme", "=1+1"), ("C2", "Bär", 5))
    ends = sheets.write(update("C2", name="Bear", email="b@x"), create("k1", name="Cee"))
    sheet = load_workbook(sheets.folder / "client.xlsx").active
    assert [[cell.value for cell in row] for row in sheet.rows] == [
        ["id", "Name", "own", "email"],
        ["C1", "Acme", "=1+1", None],
        ["C2", "Bear", 5, "b@x"],
        ["k1", "Cee", None, None],
    ]
    agree(sheets, ends.values())


@pytest.mark.parametrize(("name", "says"), [("x" * 32_768, "longer than"), ("a\x0bb", "control character")])
def test_what_no_cell_can_hold_is_refused_and_the_rest_is_written(
    sheets: Any, create: Any, name: str, says: str
) -> None:
    ends = sheets.write(create("k1", name=name), create("k2", name="fine"), format="xlsx")
    assert isinstance(ends["k1"], Rejected)
    assert ends["k1"].field == "name"
    assert says in ends["k1"].message
    assert isinstance(ends["k2"], Written)
    assert list(sheets.raws()) == ["k2"]


def test_lines_of_an_invoice_have_a_workbook_of_their_own(
    sheets: Any, create: Any, update: Any, agree: Any
) -> None:
    lines = [{"type": "fee", "amount": "1.00"}, {"type": "expense", "amount": "2.00"}]
    ends = sheets.write(create("k1", Kind.INVOICE, number="7", lines=lines), format="xlsx")
    assert sheets.names() == {"invoice.xlsx", "invoice_line.xlsx"}
    agree(sheets, ends.values(), Kind.INVOICE)
    ends = sheets.write(update("k1", Kind.INVOICE, total="3.00", lines=lines[1:]))
    assert [line["amount"] for line in sheets.raws(Kind.INVOICE)["k1"]["lines"]] == ["2.00"]
    agree(sheets, ends.values(), Kind.INVOICE)
