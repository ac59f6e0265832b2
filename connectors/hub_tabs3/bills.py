"""Which statement a payment or write-off is applied to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub_tabs3.records import sequence_id, trim_ids

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

    from hub_tabs3.notices import Notices
    from hub_tabs3.rows import Row
    from hub_tabs3.tables import Table

SCHEMA = """
CREATE TABLE bill (id TEXT, number TEXT, client TEXT, sequence TEXT);
"""
INDEXES = """
CREATE INDEX bill_by_id ON bill (id);
CREATE INDEX bill_by_number ON bill (number, client);
"""
# Statements of several matters may share an id: then the matter's own is meant.
_BY_ID = "SELECT client, sequence FROM bill WHERE id = ? ORDER BY client = ? DESC LIMIT 2"
_BY_NUMBER = "SELECT client, sequence FROM bill WHERE number = ? AND client = ? LIMIT 2"


class Bills:
    """The statements of LEDGER by what rows that are applied to them say."""

    def __init__(self, database: sqlite3.Connection, notices: Notices) -> None:
        self._database = database
        self._notices = notices

    def add(self, row: Row, ledger: Table) -> None:
        """Remember a statement under the id by which it is listed."""
        values = row.values
        trim_ids(values)
        sequence, _ = sequence_id(row, ledger, "REFERENCE_NUMBER", self._notices)
        self._database.execute(
            "INSERT INTO bill VALUES (?,?,?,?)",
            (
                number_in(values, "STATEMENT_ID"),
                number_in(values, "STATEMENT_NUMBER"),
                values.get("CLIENT_ID", ""),
                sequence,
            ),
        )

    def applied_to(self, values: Mapping[str, str]) -> str:
        """The id of the statement that a row is applied to; empty where LEDGER has no such statement."""
        client = values.get("CLIENT_ID", "").strip()
        identifier, number = number_in(values, "APPLYTO_STMT_ID"), number_in(values, "APPLYTO_STMT_NUM")
        found = self._one(_BY_ID, identifier, client) if identifier else ""
        return found or (self._one(_BY_NUMBER, number, client) if number else "")

    def _one(self, query: str, key: str, client: str) -> str:
        """The statement of a matter, or the only one of all matters that share it."""
        rows = self._database.execute(query, (key, client)).fetchall()
        own = [sequence for owner, sequence in rows if owner == client]
        if own:
            return str(own[0]) if len(own) == 1 else ""
        return str(rows[0][1]) if len(rows) == 1 else ""


def statement_named(values: Mapping[str, str]) -> str:
    """The number by which a person knows what a row is applied to; empty for no statement at all."""
    return number_in(values, "APPLYTO_STMT_NUM") or number_in(values, "APPLYTO_STMT_ID")


def number_in(values: Mapping[str, str], column: str) -> str:
    """A number that links rows; empty where it is none or zero."""
    text = values.get(column, "").strip()
    return text if text.strip("0") else ""


def is_marked(values: Mapping[str, str], column: str) -> bool:
    """Whether a switch is on; what is not a known "no" is."""
    return values.get(column, "").strip().lower() not in _OFF


_OFF = frozenset({"", "0", "n", "no", "f", "false"})
