"""Folders of tables as large as wanted."""

import csv
from pathlib import Path
from typing import Any

from hub.sdk import Kind
from hub_folder.sandbox import write_firm


def test_equal_arguments_give_equal_bytes(tmp_path: Path) -> None:
    for name, seed in (("one", 7), ("again", 7), ("other", 8)):
        write_firm(tmp_path / name, entries=300, seed=seed)
    content = {name: (tmp_path / name / "time_entry.csv").read_bytes() for name in ("one", "again", "other")}
    assert content["one"] == content["again"] != content["other"]


def test_a_firm_holds_together(sheets: Any) -> None:
    firm = write_firm(sheets.folder, entries=3000)
    rows = {kind: sheets.raws(kind) for kind in (Kind.CLIENT, Kind.MATTER, Kind.TIMEKEEPER, Kind.TIME_ENTRY)}
    assert [len(found) for found in rows.values()] == [
        firm.clients,
        firm.matters,
        firm.timekeepers,
        firm.entries,
    ]
    assert {raw["client"] for raw in rows[Kind.MATTER].values()} <= rows[Kind.CLIENT].keys()
    entries = rows[Kind.TIME_ENTRY].values()
    assert {raw["matter"] for raw in entries} <= rows[Kind.MATTER].keys()
    assert {raw["timekeeper"] for raw in entries} <= rows[Kind.TIMEKEEPER].keys()
    assert sheets.connector().check().notes == ()


def test_amounts_are_hours_times_rates_to_the_cent(tmp_path: Path) -> None:
    write_firm(tmp_path, entries=200)
    with (tmp_path / "time_entry.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            tenths = int(row["hours"].replace(".", ""))
            assert int(row["amount"].replace(".", "")) == tenths * int(row["rate"]) * 10
            assert 0 < tenths <= 60
