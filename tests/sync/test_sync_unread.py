"""Rows at a target that cannot be read hold back what they may be, and nothing else."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from hub.cli.program import program

if TYPE_CHECKING:
    from pathlib import Path

HUB = """\
[hub]
firm = "Doyle & Vance LLP"
timezone = "America/Chicago"
currency = "USD"

[connections.sheets]
connector = "folder"
folder = "sheets"

[connections.billing]
connector = "folder"
folder = "billing"

[flows.time]
from = "sheets"
to = "billing"
kinds = ["client", "matter", "timekeeper", "time_entry"]
"""
COLUMNS = ("id", "matter", "timekeeper", "worked_on", "hours", "narrative", "status")


@pytest.fixture
def firm(tmp_path: Path) -> Path:
    for folder in ("sheets", "billing"):
        (tmp_path / folder).mkdir()
        write(tmp_path, f"{folder}/client", [{"id": "C", "number": "100", "name": "Acme"}])
        write(tmp_path, f"{folder}/matter", [{"id": "M", "client": "C", "number": "100.00"}])
        write(tmp_path, f"{folder}/timekeeper", [{"id": "T", "number": "1", "name": "Doyle"}])
    (tmp_path / "hub.toml").write_text(HUB, encoding="utf-8")
    write(tmp_path, "sheets/time_entry", [entry("1"), entry("2", worked_on="2026-07-02")])
    return tmp_path


def write(folder: Path, name: str, rows: list[dict[str, str]]) -> None:
    with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
        columns = dict.fromkeys(name for row in rows for name in row)
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)


def entry(number: str, **said: str) -> dict[str, str]:
    usual = ("M", "T", "2026-07-01", "1.5", "Confer", "unbilled")
    return dict(zip(COLUMNS, (number, *usual), strict=True)) | said


def sync(folder: Path) -> Any:
    done = CliRunner().invoke(program, ["-C", str(folder), "--json", "sync", "--yes"])
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("said", "created"),
    [
        ({"status": "?", "worked_on": "2026-07-05"}, 2),  # of another day
        ({"status": "?"}, 1),  # may be the first one
        ({"status": "?", "hours": "many"}, 1),  # of its day, with hours that nobody can read
        ({"status": "?", "hours": "9.5"}, 2),
        ({"worked_on": "some day"}, 0),  # may be either
        ({"matter": "other"}, 2),  # refers to what is not there: it waits for that
    ],
)
def test_only_what_an_unreadable_row_may_be_is_held_back(
    firm: Path, said: dict[str, str], created: int
) -> None:
    write(firm, "billing/time_entry", [entry("9", **said)])
    document = sync(firm)
    assert document["pushed"]["billing"]["time_entry"]["created"] == created
    held = [one for one in document["holds"] if one["code"] == "incomplete"]
    assert bool(held) is (created < 2)
    if held:
        assert "may be what would be sent" in held[0]["message"]
    # Mended, all goes on, and what stood there is known again.
    mended = {} if created < 2 else {"worked_on": "2026-07-09"}
    write(
        firm, "billing/time_entry", [entry("9", **mended), *(row for row in table(firm) if row["id"] != "9")]
    )
    document = sync(firm)
    assert document["outcome"] == "ok"
    assert len(table(firm)) == 2 + (created == 2)


def table(folder: Path) -> list[dict[str, str]]:
    with (folder / "billing" / "time_entry.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
