"""Bad rows: each is answered with record, field and remedy, and the rest goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from scenario_practice import codes, only

if TYPE_CHECKING:
    from collections.abc import Callable

    from scenario_practice import Document, Practice

SECRET = "Zanzibar settlement strategy for Mr. Quill"


def deleted(document: Document) -> int:
    """How many records a run took for gone."""
    return sum(counts["deleted"] for counts in document["pulled"].get("billing", {}).values())


def put(column: str, text: str) -> Callable[[list[Document]], None]:
    def change(rows: list[Document]) -> None:
        rows[0][column] = text
        rows[0]["DESCRIPTION"] = SECRET

    return change


def spoilt(practice: Practice, *signs: str) -> Document:
    """Sync what was spoilt, and see that one entry is held and all else has moved."""
    document = practice.sync()
    assert document["exit"] == 3
    (hold,) = [one for one in document["holds"] if one["severity"] == "block"]
    told = f"{hold['label']} {hold['field']} {hold['message']}"
    assert all(sign in told for sign in signs), told
    assert hold["remedy"]
    entries = document["pulled"]["billing"]["time_entry"]
    assert (entries["held"], entries["changed"]) == (1, entries["read"] - 1)
    assert len(practice.files()) == len(practice.firm.statements)
    assert SECRET not in str(document)
    assert SECRET not in practice.run("review", str(hold["id"])).output
    return hold


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("DATE", "02/30/2026"),
        ("DATE", "yesterday"),
        ("DATE", ""),
        ("HOURS", "1000000000"),
        ("HOURS", "NaN"),
        ("HOURS", "Infinity"),
        ("HOURS", "1,5"),
        ("HOURS", ""),
        ("AMOUNT", "1e400"),
        ("AMOUNT", "12.345"),
        ("BILL_CODE", "9"),
        ("CLIENT_ID", "1E2"),
        ("CLIENT_ID", "100"),
    ],
)
def test_a_wrong_value_holds_its_row(practice: Practice, column: str, text: str) -> None:
    number = {}

    def change(rows: list[Document]) -> None:
        put(column, text)(rows)
        number["id"] = rows[0]["_SEQUENCE_NO"]

    practice.edit("FEE", change)
    field = {"DATE": "worked_on", "HOURS": "hours", "AMOUNT": "amount"}.get(column, column)
    hold = spoilt(practice, f"FEE/{number['id']}")
    told = f"{hold['field']} {hold['message']}"
    assert field in told or column in told


def test_an_unknown_timekeeper_is_named(practice: Practice) -> None:
    practice.edit("FEE", put("TIMEKEEPER", "99"))
    hold = spoilt(practice, "timekeeper 99", "timekeeper")
    assert hold["code"] == "reference"


def test_an_unknown_timekeeper_that_arrives_releases_what_waited(practice: Practice) -> None:
    practice.edit("FEE", put("TIMEKEEPER", "99"))
    practice.sync()

    def hire(rows: list[Document]) -> list[Document]:
        return [*rows, rows[0] | {"EMPL": "99", "_SEQUENCE_NO": "99", "NAME": "New Hire"}]

    practice.edit("EMPLOYEE", hire)
    assert practice.sync()["exit"] == 0


def test_a_key_that_stands_twice_is_said(practice: Practice) -> None:
    def twice(rows: list[Document]) -> list[Document]:
        return [*rows, rows[0] | {"HOURS": "7.77", "DESCRIPTION": SECRET}]

    practice.edit("FEE", twice)
    spoilt(practice, "stands twice")
    assert codes(practice.sync()) == ["twice"]


def test_a_row_cut_short_is_held(practice: Practice) -> None:
    lines = practice.table("FEE").read_bytes().splitlines(keepends=True)
    lines[2] = b",".join(lines[2].split(b",")[:7]) + b"\r\n"
    practice.table("FEE").write_bytes(b"".join(lines))
    spoilt(practice, "cut short")


def test_a_known_row_that_is_cut_short_is_not_gone(running: Practice) -> None:
    path = running.table("FEE")
    lines = path.read_bytes().splitlines(keepends=True)
    whole = lines[2]
    for part in (b"", whole[:3], b",".join(whole.split(b",")[:7])):
        lines[2] = part + b"\r\n"
        path.write_bytes(b"".join(lines))
        document = running.sync()
        if part:
            assert document["exit"] == 3
        if len(part) > 10:
            assert document["pulled"]["billing"]["time_entry"]["deleted"] == 0
    lines[2] = whole
    path.write_bytes(b"".join(lines))
    assert running.sync()["exit"] == 0


def test_cp1252_bytes_are_read_and_said(practice: Practice) -> None:
    def plain(rows: list[Document]) -> None:
        rows[0]["DESCRIPTION"] = (
            "Draft r\N{LATIN SMALL LETTER E WITH ACUTE}sum\N{LATIN SMALL LETTER E WITH ACUTE}"
        )

    practice.edit("FEE", plain)
    path = practice.table("FEE")
    path.write_bytes(path.read_text(encoding="utf-8").encode("cp1252", "replace"))
    document = practice.sync()
    assert document["exit"] == 0
    assert any("cp1252" in notice["message"] for notice in document["notices"])


def test_bytes_that_are_no_text_hold_their_row(practice: Practice) -> None:
    lines = practice.table("FEE").read_bytes().splitlines(keepends=True)
    place = next(number for number, line in enumerate(lines) if number and b'"' not in line)
    lines[place] = lines[place].rstrip(b"\r\n") + b"\x81\x8d\r\n"
    practice.table("FEE").write_bytes(b"".join(lines))
    spoilt(practice, "neither UTF-8 nor cp1252")


def test_an_empty_folder_is_not_taken_for_all_deleted(running: Practice) -> None:
    kept = {path: path.read_bytes() for path in (running.folder / "tabs3").iterdir()}
    for path in kept:
        path.unlink()
    document = running.sync()
    assert document["exit"] == 1
    assert document["errors"][0]["remedy"]
    assert deleted(document) == 0
    for path, data in kept.items():
        path.write_bytes(data)
    document = running.sync()
    assert (document["exit"], codes(document)) == (0, [])


def test_no_folder_is_not_taken_for_all_deleted(running: Practice) -> None:
    (running.folder / "tabs3").rename(running.folder / "elsewhere")
    document = running.sync()
    assert document["exit"] == 1
    (running.folder / "elsewhere").rename(running.folder / "tabs3")
    assert running.sync()["exit"] == 0


@pytest.mark.parametrize(
    "table",
    [
        "CLIENT",
        "EMPLOYEE",
        "FEE",
        "COST",
        "ARCHIVE",
        "LEDGER",
    ],
)
def test_a_missing_table_is_said_and_nothing_of_it_is_gone(running: Practice, table: str) -> None:
    whole = running.table(table).read_bytes()
    running.table(table).unlink()
    document = running.sync()
    told = [one["message"] for one in (*document["holds"], *document["errors"])]
    assert any(table in one for one in told), (document["notices"], document["exit"])
    assert document["exit"] in {1, 3}
    assert deleted(document) == 0
    running.table(table).write_bytes(whole)
    document = running.sync()
    assert (document["exit"], codes(document)) == (0, [])


def test_a_table_without_a_byte_is_said(running: Practice) -> None:
    running.table("FEE").write_bytes(b"")
    document = running.sync()
    assert document["exit"] in {1, 3}
    assert document["pulled"]["billing"]["time_entry"]["deleted"] == 0


def test_a_column_gone_is_one_hold(running: Practice) -> None:
    def without(rows: list[Document]) -> list[Document]:
        return [{name: value for name, value in row.items() if name != "HOURS"} for row in rows]

    path = running.table("FEE")
    whole = path.read_bytes()
    rows = [line.split(b",") for line in whole.splitlines()]
    place = rows[0].index(b"HOURS")
    lines = [b",".join(row[:place] + row[place + 1 :]) for row in rows]
    path.write_bytes(b"\r\n".join(lines) + b"\r\n")
    document = running.sync()
    assert document["exit"] == 3
    assert "HOURS" in only(document, "columns")["message"]
    path.write_bytes(whole)
    assert running.sync()["exit"] == 0


def test_columns_that_changed_places_do_not_show_narratives(practice: Practice) -> None:
    path = practice.table("FEE")
    lines = path.read_bytes().decode().split("\r\n")
    head = lines[0].split(",")
    one, other = head.index("DESCRIPTION"), head.index("BILL_CODE")
    head[one], head[other] = head[other], head[one]
    path.write_text("\r\n".join([",".join(head), *lines[1:]]), encoding="utf-8", newline="")
    result = practice.run("sync", "--yes")
    told = result.output + practice.run("review").output + practice.run("sync", "--json").output
    assert not [text for text in practice.narratives() if text in told]
