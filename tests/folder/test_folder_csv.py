"""CSV tables, read."""

import csv
import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.sdk import Kind, SourceFailed, SourceMissing
from hub_folder.csv_rows import BLOCK, blocks

CLIENTS = "id,number,name\r\nC1,0100,Acme\r\nC2,1E2,Bär\r\n"


def test_rows_come_as_they_are_spelt(sheets: Any) -> None:
    sheets.put("client.csv", CLIENTS)
    first, last = sheets.pages()
    assert [(item.source, item.external_id) for item in first.items] == [("client", "C1"), ("client", "C2")]
    assert first.items[1].raw == {"id": "C2", "number": "1E2", "name": "Bär"}
    assert not first.complete
    assert last.items == ()
    assert last.complete
    assert last.notices == ()


def test_a_raw_document_is_made_once(sheets: Any) -> None:
    sheets.put("client.csv", CLIENTS)
    item = sheets.items()[0]
    assert item.raw is item.raw
    item.raw = {"name": "other"}
    assert item.raw == {"name": "other"}


def test_names_of_files_and_columns_have_no_case(sheets: Any) -> None:
    sheets.put("CLIENT.CSV", "ID, Number ,Client Name\nC1,100,Acme\n")
    assert sheets.raws()["C1"] == {
        "ID": "C1",
        "Number": "100",
        "Client Name": "Acme",
        "id": "C1",
        "number": "100",
        "client name": "Acme",
    }


def test_pages_are_of_a_thousand(sheets: Any) -> None:
    sheets.put("client.csv", "id,number\n" + "".join(f"C{n},{n}\n" for n in range(2500)))
    pages = sheets.pages()
    assert [len(page.items) for page in pages] == [1000, 1000, 500, 0]
    assert [page.complete for page in pages] == [False, False, False, True]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_cells_are_parted_as_the_header_shows(sheets: Any, delimiter: str) -> None:
    sheets.put("client.csv", CLIENTS.replace(",", delimiter))
    assert sheets.raws()["C1"]["name"] == "Acme"


def test_a_file_that_is_no_utf8_is_read_as_cp1252_and_says_so(sheets: Any) -> None:
    sheets.put("client.csv", CLIENTS.encode("cp1252") + b"C3,3,\x93Q\x81\x94\r\n")
    assert sheets.raws()["C2"]["name"] == "Bär"
    assert sheets.raws()["C3"]["name"] == "“Q\x81”"
    assert "cp1252" in sheets.pages()[-1].notices[0]
    assert "cp1252" in sheets.connector().check().notes[0]


def test_digests_do_not_depend_on_the_encoding(sheets: Any) -> None:
    digests = []
    for encoding in ("utf-8", "utf-8-sig", "cp1252"):
        sheets.put("client.csv", CLIENTS.encode(encoding))
        digests.append([item.digest for item in sheets.items()])
    assert digests[0] == digests[1] == digests[2]
    assert digests[0][0] != digests[0][1]


def test_a_character_that_is_cut_at_the_end_of_a_chunk_is_still_utf8(sheets: Any) -> None:
    chunk = 1 << 20
    before = "id,name\n" + "C1,xxxxxxxxxxxx\n" * (chunk // 16)
    start = before[: chunk - 4] + "\nD,"
    assert len(start) == chunk - 1
    sheets.put("client.csv", start + "é\n")
    assert sheets.raws()["D"]["name"] == "é"
    assert sheets.pages()[-1].notices == ()


def test_utf16_is_refused_with_a_remedy(sheets: Any) -> None:
    sheets.put("client.csv", CLIENTS.encode("utf-16"))
    with pytest.raises(SourceFailed, match="CSV UTF-8"):
        sheets.pages()


def test_a_row_cut_short_is_held_and_the_rest_goes_on(sheets: Any) -> None:
    sheets.put("client.csv", "id,number,name\nC1,100\nC2,101,Bär,x\nC3,102,Cee\n")
    short, long, good = sheets.items()
    assert short.problem.startswith("Row 2 of client.csv has 2 cells, the header has 3.")
    assert (short.external_id, short.raw) == ("C1", {"row": "C1,100"})
    assert long.problem.startswith("Row 3 of client.csv has 4 cells")
    assert good.raw["name"] == "Cee"
    assert not good.problem
    assert sheets.pages()[-1].complete  # every row is known by its id


def test_a_row_without_an_id_is_held_and_says_nothing_about_the_others(sheets: Any) -> None:
    sheets.put("client.csv", "name,id\nAcme,C1\nBär, \nCee,C3\n")
    item = sheets.items()[1]
    assert item.external_id == "row 3"
    assert item.problem == "Row 3 of client.csv has no id. Fill in that column."
    last = sheets.pages()[-1]
    assert not last.complete
    assert "nothing counts as deleted" in last.notices[0]


def test_empty_rows_are_passed_over_and_counted(sheets: Any) -> None:
    sheets.put("client.csv", "id,number,name\n\nC1,100,Acme\n,,\n,101,\n\n")
    good, bad = sheets.items()
    assert good.external_id == "C1"
    assert bad.problem.startswith("Row 5 ")


def test_a_last_line_without_its_ending_is_the_same_row(sheets: Any) -> None:
    sheets.put("client.csv", CLIENTS)
    before = sheets.items()
    sheets.put("client.csv", CLIENTS.rstrip())
    assert [item.digest for item in sheets.items()] == [item.digest for item in before]


@pytest.mark.parametrize("open_row", ['C1,100,"Acme', 'C1,"100,Acme', '"C1,100,Acme'])
@pytest.mark.parametrize("following", ["C2,101,Bär\nC3,102,Cee\n", 'C2,101,"Bär"\nC3,102,Cee\n', ""])
def test_a_quotation_mark_that_is_never_closed_costs_one_row(
    sheets: Any, open_row: str, following: str
) -> None:
    sheets.put("client.csv", f"id,number,name\n{open_row}\n{following}")
    bad, *good = sheets.items()
    assert bad.problem.startswith("Row 2 of client.csv has ")
    assert bad.raw == {"row": open_row}
    assert [item.external_id for item in good] == (["C2", "C3"] if following else [])
    assert not any(item.problem for item in good)


def test_a_quotation_mark_that_is_never_closed_in_a_long_table_costs_one_row(sheets: Any) -> None:
    rows = [f"C{n},{n},Name {n}\n" for n in range(3 * BLOCK)]
    rows[1500] = 'C1500,1500,"Name\n'
    sheets.put("client.csv", "id,number,name\n" + "".join(rows))
    items = sheets.items()
    assert len(items) == 3 * BLOCK
    assert [item.external_id for item in items if item.problem] == ["C1500"]


def test_a_cell_beyond_all_measure_costs_one_row(sheets: Any) -> None:
    sheets.put("client.csv", "id,name\nC1," + "x" * 200_000 + "\nC2,Bär\n")
    bad, good = sheets.items()
    assert bad.problem
    assert good.external_id == "C2"


def test_without_an_id_column_a_row_is_its_content_and_its_turn(sheets: Any) -> None:
    sheets.put("client.csv", "number,name\n100,Acme\n101,Bär\n100,Acme\n")
    one, other, again = sheets.items()
    assert again.external_id == f"{one.external_id}-2"
    assert again.digest == one.digest != other.digest
    assert "edited row" in sheets.connector().check().notes[0]
    sheets.put("client.csv", "number,name\n101,Bär\n100,Acme\n")
    assert [item.external_id for item in sheets.items()] == [other.external_id, one.external_id]


def test_a_header_alone_is_an_empty_table(sheets: Any) -> None:
    sheets.put("client.csv", "id,number,name")
    assert sheets.items() == []
    assert sheets.pages()[-1].complete


def test_a_file_without_a_header_is_no_table(sheets: Any) -> None:
    sheets.put("client.csv", "")
    with pytest.raises(SourceFailed, match="no header"):
        sheets.pages()


def test_a_column_that_stands_twice_is_refused(sheets: Any) -> None:
    sheets.put("client.csv", "id,Hours,hours\n")
    with pytest.raises(SourceFailed, match="two columns 'hours'"):
        sheets.pages()


def test_what_is_not_there_is_missing_and_never_empty(sheets: Any) -> None:
    with pytest.raises(SourceMissing, match="no table client"):
        sheets.pages()
    with pytest.raises(SourceMissing):
        sheets.pages(folder="elsewhere")


def test_two_files_for_one_table_are_refused(sheets: Any) -> None:
    sheets.put("client.csv", CLIENTS)
    sheets.put("client.ndjson", "")
    with pytest.raises(SourceFailed, match=r"client\.csv and client\.ndjson"):
        sheets.pages()


def test_a_table_that_changes_while_it_is_read_says_nothing_about_what_is_missing(sheets: Any) -> None:
    path = sheets.put("client.csv", "id,number\n" + "".join(f"C{n},{n}\n" for n in range(3000)))
    listing = sheets.connector().read(Kind.CLIENT, None)
    next(listing)
    path.write_text("id,number\nC1,1\n")
    last = list(listing)[-1]
    assert not last.complete
    assert "changed while it was read" in last.notices[0]


def test_a_file_that_may_not_be_read_fails_with_a_remedy(sheets: Any) -> None:
    (sheets.folder / "client.csv").mkdir()
    with pytest.raises(SourceFailed, match=r"client\.csv cannot be read.*Close it"):
        sheets.pages()


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8) | st.sampled_from(
    ['"', "a\r\nb", "\n", ",", " x "]
)


@given(
    st.lists(st.lists(TEXT, min_size=3, max_size=3), max_size=30),
    st.sampled_from(["\r\n", "\n"]),
    st.sampled_from([",", ";"]),
)
def test_what_a_csv_writer_writes_is_read_row_for_row(
    rows: list[list[str]], newline: str, delimiter: str
) -> None:
    whole = io.StringIO(newline="")
    csv.writer(whole, delimiter=delimiter, lineterminator=newline, quoting=csv.QUOTE_ALL).writerows(rows)
    whole.seek(0)
    found = list(blocks(iter(whole), 3, delimiter=delimiter, newline=newline))
    assert [row for block in found for row in block.rows] == rows
    assert "".join(text for block in found for text in block.texts) == whole.getvalue()


def test_rows_of_several_lines_are_read_across_blocks() -> None:
    rows = [[str(n), "first\nsecond\r\nthird"] for n in range(BLOCK)]
    whole = io.StringIO(newline="")
    csv.writer(whole).writerows(rows)
    whole.seek(0)
    found = list(blocks(iter(whole), 2, delimiter=",", newline="\r\n"))
    assert [row for block in found for row in block.rows] == rows
