"""Rows are read as they were written, and a broken one never takes its neighbours with it."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.sdk import SourceFailed
from hub_tabs3.notices import Notices
from hub_tabs3.rows import Row, read_csv, read_ndjson, row_values

texts = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=12)


def read(data: bytes, notices: Notices | None = None) -> list[Row]:
    return list(read_csv(io.BytesIO(data), "FEE.csv", notices or Notices()))


def cells(row: Row) -> list[str]:
    return list(row.values.values())


@given(st.lists(st.tuples(texts, texts, texts), max_size=8))
def test_what_csv_writes_is_read_back(table: list[tuple[str, str, str]]) -> None:
    sink = io.StringIO(newline="")
    csv.writer(sink).writerows([("A", "B", "C"), *table])
    rows = read(sink.getvalue().encode())
    assert [tuple(cells(row)) for row in rows] == table
    assert not any(row.problem for row in rows)


@given(st.lists(st.tuples(texts, texts, texts), max_size=8))
def test_a_row_is_read_again_from_its_place(table: list[tuple[str, str, str]]) -> None:
    sink = io.StringIO(newline="")
    csv.writer(sink).writerows([("A", "B", "C"), *table])
    data = sink.getvalue().encode()
    values_of = row_values(".csv", io.BytesIO(data), "FEE.csv", Notices())
    for row in read(data):
        assert row.data == data[row.offset : row.offset + len(row.data)]
        assert values_of(row.data) == row.values


def test_header_names_are_upper_case_and_trimmed_and_a_mark_before_them_is_no_text() -> None:
    (row,) = read(b"\xef\xbb\xbf_sequence_no , Client_Id\r\n7,100.00\r\n")
    assert row.values == {"_SEQUENCE_NO": "7", "CLIENT_ID": "100.00"}


def test_line_breaks_in_quotes_belong_to_the_text() -> None:
    first, second = read(b'A,B\r\n1,"one\r\ntwo"\r\n2,x\r\n')
    assert first.values["B"] == "one\r\ntwo"
    assert (second.line, second.values["B"]) == (4, "x")


def test_empty_lines_are_no_rows() -> None:
    assert [cells(row) for row in read(b"A,B\r\n\r\n1,2\r\n\r\n")] == [["1", "2"]]


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"1\r\n", "cut short: it has 1 of 3 columns and ends in A"),
        (b"1,2\r\n", "ends in B"),
        (b'1,"two\r\n', "quotation marks do not pair"),
        (b'1,"two"x,3\r\n', "quotation marks do not pair"),
        (b"1,2,3,4\r\n", "4 cells for 3 columns"),
        (b"1,\x81,3\r\n", "neither UTF-8 nor cp1252"),
    ],
)
def test_a_broken_row_says_so_and_the_next_one_is_whole(data: bytes, problem: str) -> None:
    broken, whole = read(b"A,B,C\r\n" + data + b'4,"five, six",7\r\n')
    assert problem in broken.problem
    assert broken.values["A"] == "1"
    assert (cells(whole), whole.problem, whole.line) == (["4", "five, six", "7"], "", 3)


def test_a_quote_that_never_closes_ends_with_its_line() -> None:
    body = b"".join(b"%d,x,y\r\n" % number for number in range(20_000))
    broken, *others = read(b'A,B,C\r\n0,"open,y\r\n' + body)
    assert broken.problem
    assert len(others) == 20_000
    assert not any(row.problem for row in others)


def test_the_last_row_may_be_cut_inside_its_quotes() -> None:
    whole, cut = read(b'A,B\r\n1,2\r\n3,"fo')
    assert not whole.problem
    assert cut.problem
    assert cut.values == {"A": "3", "B": "fo"}
    assert cut.doubtful == "B"


def test_empty_cells_too_many_do_no_harm() -> None:
    (row,) = read(b"A,B\r\n1,2,,\r\n")
    assert (cells(row), row.problem) == (["1", "2"], "")


def test_windows_text_is_read_and_told() -> None:
    notices = Notices()
    (row,) = read("A,B\r\n1,§ “é”\r\n".encode("cp1252"), notices)
    assert (row.values["B"], row.problem) == ("§ “é”", "")
    assert notices.texts == ("FEE.csv is not all UTF-8; what is not is read as cp1252.",)


def test_nul_bytes_are_left_out_and_told() -> None:
    notices = Notices()
    (row,) = read(b"A,B\r\n1,two\0\0\r\n", notices)
    assert row.values["B"] == "two"
    assert "NUL" in notices.texts[0]


@pytest.mark.parametrize("reader", [read_csv, read_ndjson])
def test_utf_16_is_refused_with_what_to_do(reader: object) -> None:
    with pytest.raises(SourceFailed, match="Export it as UTF-8"):
        list(reader(io.BytesIO("A,B".encode("utf-16")), "FEE.csv", Notices()))  # type: ignore[operator]


def test_a_file_without_a_header_holds_nothing_and_is_not_complete() -> None:
    notices = Notices()
    assert read(b"", notices) == []
    assert not notices.complete


def ndjson(*lines: str, notices: Notices | None = None) -> list[Row]:
    data = "".join(f"{line}\n" for line in lines).encode()
    return list(read_ndjson(io.BytesIO(data), "FEE.ndjson", notices or Notices()))


def test_numbers_keep_their_spelling_in_ndjson() -> None:
    (row,) = ndjson(
        '{"client_id": 100.00, "Hours": 1.50, "amount": 1E2, "Bad": NaN, "HOLD": null, "x": true}'
    )
    assert row.values == {
        "CLIENT_ID": "100.00",
        "HOURS": "1.50",
        "AMOUNT": "1E2",
        "BAD": "NaN",
        "HOLD": "",
        "X": "True",
    }


def test_a_broken_line_of_ndjson_says_so_and_the_next_one_is_whole() -> None:
    cut, odd, nested, whole = ndjson('{"A": "1", "B": "tw', "[1]", '{"A": {}}', '{"A": "4"}')
    assert cut.problem
    assert odd.problem
    assert nested.problem
    assert cut.values["LINE"].startswith('{"A": "1"')
    assert (whole.values, whole.problem, whole.line) == ({"A": "4"}, "", 4)


def test_a_line_of_ndjson_is_read_again_from_its_place() -> None:
    data = b'\xef\xbb\xbf{"a": 1.50}\n'
    (row,) = read_ndjson(io.BytesIO(data), "FEE.ndjson", Notices())
    assert row_values(".ndjson", io.BytesIO(), "FEE.ndjson", Notices())(row.data) == {"A": "1.50"}


def test_a_row_never_shows_what_is_in_it() -> None:
    (row,) = read(b"A,B\r\n1,privileged\r\n")
    assert "privileged" not in repr(row)
