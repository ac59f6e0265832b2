"""The floors do the work that they are floors of, on data that is what it says."""

import csv
import sqlite3
import sys
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest
from entries import CLIENTS, MATTERS, TIMEKEEPERS, change, write_firm
from floors import FLOORS
from measure import measure

ENTRIES = 2_500
"""More than two pages of the upsert."""


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("benchmark") / "firm"
    write_firm(folder, ENTRIES)
    return folder


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_firm_is_whole_and_the_same_every_time(firm: Path, tmp_path: Path) -> None:
    write_firm(tmp_path / "again", ENTRIES)
    entries = rows(firm / "time_entry.csv")
    assert entries == rows(tmp_path / "again" / "time_entry.csv")
    assert len({entry["id"] for entry in entries}) == ENTRIES
    for kind, count in (("client", CLIENTS), ("matter", MATTERS), ("timekeeper", TIMEKEEPERS)):
        ids = {row["id"] for row in rows(firm / f"{kind}.csv")}
        assert len(ids) == count
        assert kind == "client" or {entry[kind] for entry in entries} <= ids


def test_the_amounts_are_hours_times_rate(firm: Path) -> None:
    for entry in rows(firm / "time_entry.csv"):
        assert Decimal(entry["amount"]) == Decimal(entry["hours"]) * Decimal(entry["rate"])


def test_a_change_changes_so_many(tmp_path: Path) -> None:
    write_firm(tmp_path / "firm", ENTRIES)
    path = tmp_path / "firm" / "time_entry.csv"
    before = rows(path)
    change(tmp_path / "firm", 100)
    after = rows(path)
    assert sum(old != new for old, new in zip(before, after, strict=True)) == 100


@pytest.mark.parametrize("floor", ["csv-to-sqlite", "pydantic-upsert"])
def test_a_loading_floor_loads_every_row(firm: Path, tmp_path: Path, floor: str) -> None:
    database = str(tmp_path / "floor.db")
    FLOORS[floor](str(firm / "time_entry.csv"), database)
    with closing(sqlite3.connect(database)) as connection:
        count, types = connection.execute(
            "SELECT count(*), group_concat(DISTINCT typeof(hours)) FROM time_entry"
        ).fetchone()
    assert count == ENTRIES
    assert set(types.split(",")) <= {"real", "integer"}


def test_the_writing_floor_writes_what_was_loaded(firm: Path, tmp_path: Path) -> None:
    source, written, database = firm / "time_entry.csv", tmp_path / "written.csv", str(tmp_path / "floor.db")
    FLOORS["csv-to-sqlite"](str(source), database)
    FLOORS["sqlite-to-csv"](str(written), database)
    assert [row["narrative"] for row in rows(written)] == [row["narrative"] for row in rows(source)]


def test_a_measurement_says_what_the_process_printed_took_and_ended_with() -> None:
    code = "import time; filler = b'x' * 200_000_000; time.sleep(0.1); print('done'); raise SystemExit(3)"
    measured = measure([sys.executable, "-c", code])
    assert (measured.output.strip(), measured.status) == ("done", 3)
    assert 0.1 < measured.seconds < 10
    assert measured.peak_mb is None or 200 < measured.peak_mb < 600
