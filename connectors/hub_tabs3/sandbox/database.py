"""The tables as a database, for readers that come through ODBC: a SQLite file with typed columns.

The SQLite ODBC driver gives numbers of declared types such as NUMERIC as floating point, or without
their last zeros. Amounts are declared DECIMALTEXT, which has the affinity of text to SQLite and is no
type that the driver would convert: they arrive as they were written, to the cent.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from contextlib import closing
from datetime import datetime
from typing import TYPE_CHECKING

from hub_tabs3.sandbox.columns import Sort, sort_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from hub_tabs3.sandbox.books import Values

    Cell = str | int | None
    Cells = tuple[Cell, ...]
    Readers = list[tuple[str, Callable[[str], Cell]]]

_TYPES = {
    Sort.NUMBER: "INTEGER",
    Sort.AMOUNT: "DECIMALTEXT(12,2)",
    Sort.DATE: "DATE",
    Sort.TEXT: "VARCHAR(60)",
    Sort.LONG: "TEXT",
}


def write_tables(
    database: Path | sqlite3.Connection,
    tables: Mapping[str, Iterable[tuple[Values, bool]]],
    columns: Mapping[str, list[str]],
) -> None:
    """Put tables into a database, in one transaction; rows that are there already are left alone."""
    if isinstance(database, sqlite3.Connection):
        _write(database, tables, columns)
        return
    with closing(sqlite3.connect(database)) as connection:
        _write(connection, tables, columns)


def create_table(database: sqlite3.Connection, name: str, columns: list[str]) -> None:
    """Create a table if it is not there yet."""
    declared = ", ".join(f'"{column}" {_TYPES[sort_of(column)]}' for column in columns)
    database.execute(f'CREATE TABLE IF NOT EXISTS "{name}" ({declared})')


def insert(database: sqlite3.Connection, name: str, rows: Iterable[Cells], width: int) -> None:
    """Add rows to a table."""
    marks = ",".join("?" * width)
    database.executemany(f'INSERT INTO "{name}" VALUES ({marks})', rows)  # noqa: S608 -- a table of our own


def readers_of(columns: list[str]) -> Readers:
    """The columns of a table, each with what makes a database's value of its text."""
    return [(column, _READERS[sort_of(column)]) for column in columns]


def cells(values: Values, readers: Readers) -> Cells:
    """The values of a row as a database holds them."""
    return tuple([read(values.get(column, "")) for column, read in readers])


def _write(
    database: sqlite3.Connection,
    tables: Mapping[str, Iterable[tuple[Values, bool]]],
    columns: Mapping[str, list[str]],
) -> None:
    with database:
        if not database.in_transaction:
            database.execute("BEGIN IMMEDIATE")
        for name, rows in tables.items():
            create_table(database, name, columns[name])
            _replace(database, name, rows, columns[name])


def _replace(
    database: sqlite3.Connection, name: str, rows: Iterable[tuple[Values, bool]], columns: list[str]
) -> None:
    """Bring a table to these rows by adding what is new and deleting what is gone."""
    there: dict[Cells, list[int]] = defaultdict(list)
    for rowid, *found in database.execute(f'SELECT rowid, * FROM "{name}"'):  # noqa: S608 -- a table of our own
        there[tuple(found)].append(rowid)
    new = list(_new(there, rows, readers_of(columns)))
    gone = [(rowid,) for rowids in there.values() for rowid in rowids]
    database.executemany(f'DELETE FROM "{name}" WHERE rowid = ?', gone)  # noqa: S608 -- a table of our own
    insert(database, name, new, len(columns))


def _new(
    there: dict[Cells, list[int]], rows: Iterable[tuple[Values, bool]], readers: Readers
) -> Iterator[Cells]:
    """Give the rows that are not there; those that are go out of ``there``."""
    for values, _ in rows:
        row = cells(values, readers)
        found = there.get(row)
        if found:
            found.pop()
        else:
            yield row


def _text(text: str) -> str:
    return text


def _number(text: str) -> Cell:
    return int(text) if text.isdecimal() else text or None


def _amount(text: str) -> str | None:
    return text or None


def _day(text: str) -> str | None:
    """Spell a date as databases do; what is no day stays as it is."""
    if "/" not in text:
        return text or None
    try:
        return datetime.strptime(text, "%m/%d/%Y").date().isoformat()  # noqa: DTZ007 -- a day without a time
    except ValueError:
        return text


_READERS: dict[Sort, Callable[[str], Cell]] = {
    Sort.NUMBER: _number,
    Sort.AMOUNT: _amount,
    Sort.DATE: _day,
    Sort.TEXT: _text,
    Sort.LONG: _text,
}
