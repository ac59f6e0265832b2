"""What stands between this Python and Tabs3, for a person who sets it up."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pyodbc

from hub_tabs3_reader import sources
from hub_tabs3_reader.database import Database
from hub_tabs3_reader.problems import ReaderError


def examine(dsn: str, further: str) -> dict[str, Any]:
    """Look at ODBC on this machine, try the connection, and tell what was found."""
    found: dict[str, Any] = {"connected": False, "error": None}
    try:
        found |= _of_machine(dsn)
        with Database.connect(dsn, further) as database:
            found |= _of_database(database)
    except ReaderError as error:
        found["error"] = error.told()
    return found


def _of_machine(dsn: str) -> dict[str, Any]:
    seen = sources.visible()
    places = {source.name.casefold(): source.place for source in seen}
    return {
        "pyodbc": pyodbc.version,
        "dsns": [source._asdict() for source in seen],
        "place": places.get(dsn.casefold(), ""),
    }


def _of_database(database: Database) -> dict[str, Any]:
    tables = sorted(database.names())
    secure = None
    with suppress(ReaderError):
        secure = database.secure_clients() if "CLIENT" in tables else None
    return {
        "connected": True,
        "product": database.product(),
        "driver": " ".join(
            filter(None, (database.about("SQL_DRIVER_NAME"), database.about("SQL_DRIVER_VER")))
        ),
        "tables": tables,
        "secure_clients": secure,
    }
