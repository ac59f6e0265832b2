"""Exported tables, as odd as exports are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tm_reading import connector, pages, records, rows

from hub.sdk import Kind, SourceFailed, SourceMissing

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import Any

    from hub_time_matters.sandbox import TimeMattersSandbox


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "export"


@pytest.fixture
def settings(sandbox: TimeMattersSandbox, folder: Path) -> Mapping[str, Any]:
    return sandbox.exported(folder)


def write(folder: Path, table: str, text: str, encoding: str = "utf-8") -> None:
    (folder / f"{table}.csv").write_text(text, encoding=encoding, newline="")


def test_case_encoding_and_delimiter_do_not_count(
    sandbox: TimeMattersSandbox, settings: Mapping[str, Any], folder: Path
) -> None:
    before = records(settings)
    sandbox.export(folder, encoding="cp1252")
    (folder / "matter.csv").rename(folder / "MATTER.CSV")
    text = (folder / "RelateA.csv").read_text(encoding="cp1252")
    write(folder, "RelateA", text.replace(",", "\t"), "utf-8-sig")
    staff = (folder / "staff.csv").read_text(encoding="cp1252")
    write(folder, "staff", staff.replace("init,", "INIT,", 1))
    assert records(settings) == before
    assert [page.notices for page in pages(settings, Kind.CLIENT)][-1] == (
        "contact.csv is no UTF-8 and was read as Windows text (cp1252).",
    )


def test_what_is_null_is_nothing(settings: Mapping[str, Any], folder: Path) -> None:
    write(folder, "staff", "init,first,middle,last\nJAD,Jane,NULL,Doyle\n")
    assert rows(settings, Kind.TIMEKEEPER)["JAD"].raw == {
        "init": "JAD",
        "first": "Jane",
        "middle": "",
        "last": "Doyle",
        "whole_name": "Jane Doyle",
    }


def test_an_empty_table_has_no_rows(settings: Mapping[str, Any], folder: Path) -> None:
    write(folder, "staff", "init,first,middle,last\n")
    assert [(page.items, page.complete) for page in pages(settings, Kind.TIMEKEEPER)] == [((), True)]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "has not even a header"),
        ("first,last\nJane,Doyle\n", "has no column init"),
        ("init,INIT\nJAD,JAD\n", "has the column init twice"),
        ('init,last\nJAD,"Doyle\nRV,Vance\nKL,Lee\n', "cannot be read from row 2 on"),
    ],
)
def test_a_table_that_cannot_be_read_is_no_empty_one(
    settings: Mapping[str, Any], folder: Path, text: str, told: str
) -> None:
    write(folder, "staff", text)
    with pytest.raises(SourceFailed, match=told):
        pages(settings, Kind.TIMEKEEPER)


def test_utf_16_is_refused(settings: Mapping[str, Any], folder: Path) -> None:
    write(folder, "staff", "init\nJAD\n", "utf-16")
    with pytest.raises(SourceFailed, match="UTF-16"):
        pages(settings, Kind.TIMEKEEPER)


def test_a_ragged_row_is_held_and_nothing_counts_as_gone(settings: Mapping[str, Any], folder: Path) -> None:
    write(folder, "staff", "init,first,last\nJAD,Jane,Doyle\nRV,Rosa\n\nKL,Kim,Lee,Jr.\n,Al,Ray\n")
    *_, last = pages(settings, Kind.TIMEKEEPER)
    found = rows(settings, Kind.TIMEKEEPER)
    assert {name: one.problem[:22] for name, one in found.items()} == {
        "JAD": "",
        "RV": "the row has 2 cells, a",
        "KL": "the row has 4 cells, a",
        "row 6": "the row has no id, by ",
    }
    assert not last.complete
    assert "nothing is taken to be deleted" in last.notices[0]


def test_a_file_that_changes_meanwhile_is_no_whole_listing(settings: Mapping[str, Any], folder: Path) -> None:
    reading = connector(settings).read(Kind.TIMEKEEPER, None)
    next(reading)
    write(folder, "staff", "init,first,middle,last\nJAD,Jane,,Doyle\n")
    (last,) = reading
    assert not last.complete
    assert "was changed while it was read" in last.notices[0]


def test_a_table_that_stands_there_twice(settings: Mapping[str, Any], folder: Path) -> None:
    (folder / "staff.txt").write_text("init\n", encoding="utf-8")
    with pytest.raises(SourceFailed, match=r"holds staff.csv and staff.txt"):
        connector(settings).check()


def test_what_is_not_there(settings: Mapping[str, Any], folder: Path) -> None:
    (folder / "contact.csv").unlink()
    with pytest.raises(SourceMissing, match=r"no contact.csv"):
        pages(settings, Kind.CLIENT)
    with pytest.raises(SourceMissing, match="is not there"):
        pages({**settings, "folder": str(folder / "nowhere")}, Kind.CLIENT)
