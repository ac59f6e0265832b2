"""What the same work costs with nothing around it: ``python floors.py FLOOR CSV DATABASE``.

A floor remembers nothing, checks nothing and cannot be resumed: it is what a script of twenty lines does.
"""

from __future__ import annotations

import csv
import sqlite3
import sys
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_TABLE = """
CREATE TABLE time_entry (
    id TEXT PRIMARY KEY, matter TEXT, timekeeper TEXT, worked_on TEXT,
    hours NUMERIC, rate NUMERIC, amount NUMERIC, narrative TEXT
)
"""
_INSERT = "INSERT INTO time_entry VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_UPSERT = f"""{_INSERT} ON CONFLICT (id) DO UPDATE SET
    matter = excluded.matter, timekeeper = excluded.timekeeper, worked_on = excluded.worked_on,
    hours = excluded.hours, rate = excluded.rate, amount = excluded.amount, narrative = excluded.narrative
"""
_PAGE = 1_000


def csv_to_sqlite(source: str, database: str) -> None:
    """Insert the rows into a typed table in one transaction."""
    with _new_table(database) as connection, Path(source).open(newline="", encoding="utf-8") as file:
        rows = csv.reader(file)
        next(rows)
        connection.executemany(_INSERT, rows)


def pydantic_upsert(source: str, database: str) -> None:
    """Validate every row with a pydantic model, then upsert page by page."""
    # Only this floor pays for it.
    from floor_model import Entry  # noqa: PLC0415 -- see above

    with _new_table(database) as connection, Path(source).open(newline="", encoding="utf-8") as file:
        entries = map(Entry.model_validate, csv.DictReader(file))
        while page := [entry.as_row() for entry in islice(entries, _PAGE)]:
            connection.executemany(_UPSERT, page)
            connection.commit()


def sqlite_to_csv(source: str, database: str) -> None:
    """Write the table that ``csv_to_sqlite`` made as a CSV file."""
    with (
        closing(sqlite3.connect(database)) as connection,
        Path(source).open("w", newline="", encoding="utf-8") as file,
    ):
        found = connection.execute("SELECT * FROM time_entry")
        writer = csv.writer(file)
        writer.writerow(column[0] for column in found.description)
        writer.writerows(found)


@contextmanager
def _new_table(database: str) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(_TABLE)
        yield connection
        connection.commit()


FLOORS: dict[str, Callable[[str, str], None]] = {
    "csv-to-sqlite": csv_to_sqlite,
    "pydantic-upsert": pydantic_upsert,
    "sqlite-to-csv": sqlite_to_csv,
}

if __name__ == "__main__":
    FLOORS[sys.argv[1]](*sys.argv[2:])
