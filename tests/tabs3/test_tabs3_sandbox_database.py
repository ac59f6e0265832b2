"""The sample practice as a database: exact through ODBC, small changes small, and large if need be."""

from __future__ import annotations

import datetime as dt
import os
import re
import sqlite3
from collections import Counter
from contextlib import closing
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from hub_tabs3.sandbox import Tabs3Firm
from hub_tabs3.sandbox.big import LINES, big_database, touch
from hub_tabs3.sandbox.columns import COLUMNS, Sort, sort_of
from hub_tabs3.sandbox.faults import plant

if TYPE_CHECKING:
    from pathlib import Path

TABLES = tuple(COLUMNS)


@pytest.fixture
def firm() -> Tabs3Firm:
    firm = Tabs3Firm(7, records=120)
    firm.money.enter("110.00", "12.10")
    firm.funds.deposit("110.00", "0.10")
    return firm


def dump(path: Path) -> dict[str, Counter[tuple[object, ...]]]:
    with closing(sqlite3.connect(path)) as database:
        return {name: Counter(database.execute(f'SELECT * FROM "{name}"')) for name in TABLES}


def day(text: str) -> str:
    """A date as a database spells it, whichever of two ways an export does."""
    match = re.fullmatch(r"(\d\d)/(\d\d)/(\d{4})", text)
    return f"{match[3]}-{match[1]}-{match[2]}" if match else text


def test_a_database_holds_what_an_export_holds(firm: Tabs3Firm, tmp_path: Path) -> None:
    firm.write_database(tmp_path / "tabs3.db")
    found = dump(tmp_path / "tabs3.db")
    for name, rows in firm.tables().items():
        exported = Counter(
            tuple(map(day, (values.get(one, "") for one in COLUMNS[name]))) for values, _ in rows
        )
        held = Counter(
            tuple("" if cell is None else str(cell) for cell in row) for row in found[name].elements()
        )
        assert held == exported


def test_a_database_follows_the_firm(firm: Tabs3Firm, tmp_path: Path) -> None:
    path, fresh = tmp_path / "tabs3.db", tmp_path / "fresh.db"
    firm.write_database(path)
    firm.undo(next(iter(firm.statements)))
    firm.edit_narrative("Revised")
    firm.office.renumber_client("110", "815")
    firm.write_database(path)
    firm.write_database(fresh)
    assert dump(path) == dump(fresh)


def test_an_open_connection_is_used_and_left_open(firm: Tabs3Firm) -> None:
    with closing(sqlite3.connect(":memory:")) as database:
        firm.write_database(database)
        changes = database.total_changes
        firm.write_database(database)
        assert database.total_changes == changes
        firm.edit_narrative("Revised")
        firm.write_database(database)
        assert database.total_changes == changes + 2
        assert not database.in_transaction


def test_planted_faults_are_in_the_database_too(tmp_path: Path) -> None:
    firm = Tabs3Firm()
    plant(firm)
    firm.write_database(tmp_path / "tabs3.db")
    with closing(sqlite3.connect(tmp_path / "tabs3.db")) as database:
        (dates,) = database.execute("SELECT count(*) FROM FEE WHERE DATE = '02/30/2026'").fetchone()
        twice = database.execute("SELECT _SEQUENCE_NO FROM FEE GROUP BY 1 HAVING count(*) > 1").fetchall()
    assert dates == len(twice) == 1


def test_odbc_gives_amounts_to_the_cent_and_dates_as_dates(firm: Tabs3Firm, tmp_path: Path) -> None:
    pyodbc = pytest.importorskip("pyodbc")
    if "SQLite3" not in pyodbc.drivers() and not os.environ.get("HUB_REQUIRE_ODBC"):
        pytest.skip("There is no SQLite ODBC driver here.")
    text = "§ “é” – ½, Grünwald & Söhne"
    firm.entries.fee("110.00", "1", "1.10", text=text)
    firm.write_database(tmp_path / "tabs3.db")
    with closing(pyodbc.connect(f"DRIVER=SQLite3;Database={tmp_path / 'tabs3.db'}")) as connection:
        cursor = connection.cursor()
        for name, rows in firm.tables().items():
            expected = [values for values, _ in rows]
            cursor.execute(f'SELECT * FROM "{name}"')
            columns = [column[0] for column in cursor.description]
            assert columns == COLUMNS[name]
            for values, row in zip(expected, cursor.fetchall(), strict=True):
                for column, cell in zip(columns, row, strict=True):
                    told = values.get(column, "")
                    sort = sort_of(column)
                    if sort is Sort.AMOUNT and told:
                        assert (type(cell), Decimal(cell)) == (str, Decimal(told))
                    elif sort is Sort.NUMBER and told:
                        assert cell == int(told)
                    elif sort is Sort.DATE and told:
                        assert isinstance(cell, dt.date)
                    else:
                        assert (cell or "") == told


def test_a_large_database_foots(tmp_path: Path) -> None:
    path = tmp_path / "big.db"
    assert big_database(path, 10_000) == 200
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("SELECT count(*), count(DISTINCT _SEQUENCE_NO) FROM ARCHIVE").fetchone() == (
            10_000,
            10_000,
        )
        assert database.execute("SELECT count(*), count(DISTINCT STATEMENT_ID) FROM LEDGER").fetchone() == (
            200,
            200,
        )
        sums: dict[int, Decimal] = {}
        for statement_id, amount in database.execute("SELECT STATEMENT_ID, AMOUNT FROM ARCHIVE"):
            sums[statement_id] = sums.get(statement_id, Decimal(0)) + Decimal(amount)
        stated = dict(database.execute("SELECT STATEMENT_ID, TOTAL_AMOUNT FROM LEDGER"))
        assert sums == {statement_id: Decimal(total) for statement_id, total in stated.items()}
        assert database.execute(
            "SELECT count(*) FROM ARCHIVE JOIN LEDGER USING (STATEMENT_ID, STATEMENT_NUMBER, CLIENT_ID) "
            "WHERE STATEMENT_DATE = LEDGER.DATE"
        ).fetchone() == (10_000,)
        assert database.execute(
            "SELECT min(n), max(n) FROM (SELECT count(*) n FROM ARCHIVE GROUP BY STATEMENT_ID)"
        ).fetchone() == (LINES, LINES)


def test_a_touch_changes_a_line_of_each_of_the_newest_statements(tmp_path: Path) -> None:
    path = tmp_path / "big.db"
    big_database(path, 1_000)
    before = dump(path)
    numbers = touch(path, 3)
    after = dump(path)
    assert len(set(numbers)) == 3
    changed = after["ARCHIVE"] - before["ARCHIVE"]
    place = COLUMNS["ARCHIVE"].index("STATEMENT_NUMBER")
    assert sorted(row[place] for row in changed) == sorted(numbers)
    assert [name for name in TABLES if before[name] != after[name]] == ["ARCHIVE"]
