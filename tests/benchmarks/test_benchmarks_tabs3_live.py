"""A night takes out of ARCHIVE what changed, however much there is: rows are counted, not seconds."""

from __future__ import annotations

import importlib
import os

import pytest
from tabs3_live import FIRST, LINES, Benchmark, Line, format_line

ROWS = 2_000
STATEMENTS = ROWS // LINES
CHANGED = 8


def drivers() -> list[str]:
    try:
        return list(importlib.import_module("pyodbc").drivers())
    except ImportError:
        return []


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Line]:
    if "SQLite3" not in drivers() and not os.environ.get("HUB_REQUIRE_ODBC"):
        pytest.skip("there is no ODBC driver SQLite3 here (apt-get install unixodbc libsqliteodbc)")
    benchmark = Benchmark(tmp_path_factory.mktemp("live"), ROWS, changes=(CHANGED,))
    return {line.name: line for line in benchmark.lines()}


def test_a_night_reads_the_lines_of_what_changed(lines: dict[str, Line]) -> None:
    assert lines[FIRST].archive == ROWS
    assert lines["night: unchanged"].archive == 0
    assert lines[f"night: {CHANGED} statements changed"].archive == CHANGED * LINES


def test_a_night_of_a_sweep_reads_a_part(lines: dict[str, Line]) -> None:
    (swept,) = [line for name, line in lines.items() if name.endswith("swept")]
    assert swept.archive % LINES == 0
    assert swept.archive <= ROWS / 4


def test_a_line_stands_beside_the_first_load(lines: dict[str, Line]) -> None:
    first = lines[FIRST]
    assert format_line(first, first.measured.seconds).endswith("1.000")
    assert format_line(lines["reader alone: every table"], 0).endswith("floor")
