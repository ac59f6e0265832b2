"""A database as large as a firm's after many years, made quickly, and changed a little."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from hub_tabs3.sandbox import Tabs3Firm
from hub_tabs3.sandbox.books import Statement
from hub_tabs3.sandbox.columns import COLUMNS
from hub_tabs3.sandbox.database import cells, create_table, insert, readers_of
from hub_tabs3.sandbox.rows import billed_row, statement_row
from hub_tabs3.sandbox.state import FIRST_DAY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hub_tabs3.sandbox.books import Values

LINES = 50
"""The lines of each statement."""
_PATTERNS = 40
"""Statements that are made up line by line; all others repeat them under other ids and on other days."""
_BEFORE = timedelta(days=4_000)
_FIRST_NUMBER = 1_000_001
_FIRST_LINE = 10_000_001
_REPEATED = """
WITH RECURSIVE turn (k) AS (SELECT 0 UNION ALL SELECT k + 1 FROM turn WHERE k < {turns})
INSERT INTO "{name}" SELECT {columns} FROM turn CROSS JOIN pattern ORDER BY k, pattern.rowid LIMIT {rows}
"""


def big_database(path: Path, archive_rows: int, seed: int = 2026) -> int:
    """Make a database with about so many rows in ARCHIVE, fifty to a statement, and no unbilled work.

    Clients, timekeepers and codes are those of the sample firm; every statement's lines foot to it, and
    nothing is paid. Gives the number of statements.
    """
    firm = Tabs3Firm(seed, records=0)
    firm.write_database(path)
    patterns = list(_statements(firm))
    statements = max(1, archive_rows // LINES)
    lines = [billed_row(charge, one) for one in patterns for charge in one.charges]
    bills = [statement_row(one, one.asked()) for one in patterns]
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA synchronous = OFF")
        database.execute("PRAGMA journal_mode = MEMORY")
        _repeat(database, "ARCHIVE", lines, statements * LINES)
        _repeat(database, "LEDGER", bills, statements)
        with database:
            database.execute("CREATE INDEX ARCHIVE_STATEMENT ON ARCHIVE (STATEMENT_ID)")
    return statements


def touch(path: Path, statements: int, text: str = " (revised)") -> list[int]:
    """Add to the description of the first line in each of so many statements, the newest.

    Gives the statements' numbers.
    """
    with closing(sqlite3.connect(path)) as database, database:
        newest = database.execute(
            "SELECT STATEMENT_ID, STATEMENT_NUMBER FROM LEDGER WHERE RECORD_TYPE = 'S' "
            "ORDER BY _SEQUENCE_NO DESC LIMIT ?",
            (statements,),
        ).fetchall()
        database.executemany(
            "UPDATE ARCHIVE SET DESCRIPTION = DESCRIPTION || ? WHERE rowid = "
            "(SELECT min(rowid) FROM ARCHIVE WHERE STATEMENT_ID = ?)",
            [(text, statement_id) for statement_id, _ in newest],
        )
    return [number for _, number in newest]


def revise(path: Path, statements: int) -> list[int]:
    """Change the first line in each of so many statements, the newest, and mark the statement itself.

    LEDGER tells of it, as when a statement was undone and updated again. Gives the statements' numbers.
    """
    numbers = touch(path, statements)
    with closing(sqlite3.connect(path)) as database, database:
        database.executemany(
            "UPDATE LEDGER SET STATEMENT_TYPE = CASE STATEMENT_TYPE WHEN 'R' THEN 'F' ELSE 'R' END "
            "WHERE STATEMENT_NUMBER = ?",
            [(number,) for number in numbers],
        )
    return numbers


def _statements(firm: Tabs3Firm) -> Iterator[Statement]:
    rates = {row["EMPL"]: Decimal(row["RATE1"]) for row in firm.people}
    for place in range(_PATTERNS):
        matter = firm.matters[place % len(firm.matters)]
        day = FIRST_DAY - _BEFORE
        fees = [
            firm.some_fee(matter, (who := firm.random.choice(matter.team)), rates[who], day)
            for _ in range(LINES - LINES // 10)
        ]
        charges = [*fees, *(firm.some_cost(matter, day) for _ in range(LINES // 10))]
        for line, charge in enumerate(charges):
            charge.sequence = _FIRST_LINE + place * LINES + line
        number = _FIRST_NUMBER + place
        yield Statement(number, number, matter.client_id, day, charges)


def _repeat(database: sqlite3.Connection, name: str, rows: list[Values], wanted: int) -> None:
    """Fill a table with the rows of the patterns, again and again, each time with new ids and days."""
    columns = COLUMNS[name]
    readers = readers_of(columns)
    statement = _REPEATED.format(
        turns=wanted // len(rows),
        name=name,
        columns=", ".join(_next_turn(column, name, len(rows)) for column in columns),
        rows=wanted,
    )
    with database:
        create_table(database, name, columns)
        create_table(database, "pattern", columns)
        insert(database, "pattern", (cells(row, readers) for row in rows), len(columns))
        database.execute(statement)
        database.execute("DROP TABLE pattern")


def _next_turn(column: str, table: str, rows: int) -> str:
    if column in {"STATEMENT_NUMBER", "STATEMENT_ID"} or (table == "LEDGER" and column == "REFERENCE_NUMBER"):
        return f'"{column}" + k * {_PATTERNS}'
    if column == "_SEQUENCE_NO":
        return f'"{column}" + k * {rows}'
    if column in {"DATE", "STATEMENT_DATE", "CREATE_DATE"}:
        # From one day to the next, and over again after eleven years.
        return f"date(\"{column}\", '+' || (k % {_BEFORE.days}) || ' days')"
    return f'"{column}"'
