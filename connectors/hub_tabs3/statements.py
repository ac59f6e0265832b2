"""Statements: the rows of LEDGER that are statements, each with the rows of ARCHIVE that it bills."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, NamedTuple

from hub.sdk import SourceFailed, Upsert
from hub_tabs3.ids import client_number
from hub_tabs3.records import COSTS, FEES, entry, sequence_id, trim_ids, upsert
from hub_tabs3.totals import Charged, UnreadableAmountError, parts_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub_tabs3.ids import ClientIds
    from hub_tabs3.notices import Notices
    from hub_tabs3.rows import Row
    from hub_tabs3.tables import RowAt, Table

_STATEMENT = "S"
_OTHER_TYPES = frozenset({"P", "W"})

_SCHEMA = """
CREATE TABLE line (id TEXT, number TEXT, client TEXT, type TEXT, sequence TEXT,
                   offset INTEGER, length INTEGER, problem TEXT);
CREATE TABLE statement (id TEXT, client TEXT);
"""
_INDEXES = """
CREATE INDEX line_by_id ON line (id);
CREATE INDEX line_by_number ON line (number, client);
CREATE INDEX statement_by_id ON statement (id);
"""
# Statements of several matters may share an id: then each has the lines of its own matter.
_BY_ID = """
SELECT type, offset, length, problem FROM line
WHERE id = :id
  AND (client = :client OR client NOT IN (SELECT client FROM statement WHERE id = :id))
ORDER BY length(sequence), sequence, offset
"""
_BY_NUMBER = """
SELECT type, offset, length, problem FROM line
WHERE number = :number AND client = :client AND (id = '' OR :id = '')
ORDER BY length(sequence), sequence, offset
"""


class _Place(NamedTuple):
    """Where in ARCHIVE a line stands."""

    type: str
    offset: int
    length: int
    problem: str


class _Lines:
    """The lines of all statements by statement, as places in ARCHIVE.

    They are kept in a temporary SQLite database, which spills to the disk and holds no text of the
    rows: a firm's whole history does not fit into memory, and narratives are privileged.
    """

    def __init__(self, database: sqlite3.Connection, row_at: RowAt) -> None:
        self._database = database
        self._row_at = row_at

    def of(self, statement: dict[str, str]) -> list[tuple[_Place, Row]]:
        """Give the lines of a statement in the order of their ids."""
        key = {
            "id": _statement_id(statement),
            "number": statement.get("STATEMENT_NUMBER", ""),
            "client": statement.get("CLIENT_ID", ""),
        }
        places = self._found(_BY_ID, key) if key["id"] else []
        places = places or self._found(_BY_NUMBER, key)
        return [(place, self._row_at(place.offset, place.length)) for place in places]

    def _found(self, query: str, key: dict[str, str]) -> list[_Place]:
        return [_Place(*found) for found in self._database.execute(query, key)]


class Statements:
    """Reads the statements of LEDGER, with their fees and costs from ARCHIVE in FEES and COSTS."""

    def __init__(self, ledger: Table, archive: Table, ids: ClientIds, notices: Notices) -> None:
        self._ledger = ledger
        self._archive = archive
        self._ids = ids
        self._notices = notices

    def read(self) -> Iterator[Upsert]:
        """Read every statement.

        Raises:
            SourceFailed: a table cannot be read.

        """
        try:
            with closing(sqlite3.connect("")) as database, self._archive.opened(self._notices) as row_at:
                self._fill(database)
                yield from self._read(_Lines(database, row_at))
        except sqlite3.Error as error:
            raise SourceFailed(
                f"{self._archive.file_name} cannot be sorted by statement: {error}.",
                remedy="Make room in the folder for temporary files.",
            ) from error

    def _read(self, lines: _Lines) -> Iterator[Upsert]:
        for row in self._ledger.rows(self._notices):
            if row.values.get("RECORD_TYPE", "").strip() not in _OTHER_TYPES:
                yield self._statement(row, lines)

    def _fill(self, database: sqlite3.Connection) -> None:
        database.executescript(_SCHEMA)
        database.executemany("INSERT INTO line VALUES (?,?,?,?,?,?,?,?)", self._places())
        database.executemany("INSERT INTO statement VALUES (?,?)", self._statement_ids())
        database.executescript(_INDEXES)

    def _places(self) -> Iterator[tuple[str, str, str, str, str, int, int, str]]:
        for row in self._archive.rows(self._notices):
            rec_type = row.values.get("REC_TYPE", "").strip()
            if rec_type in {FEES, COSTS}:
                line = self._line(row)
                yield (
                    _statement_id(row.values),
                    row.values.get("STATEMENT_NUMBER", ""),
                    row.values.get("CLIENT_ID", ""),
                    rec_type,
                    line.external_id,
                    row.offset,
                    len(row.data),
                    line.problem,
                )

    def _statement_ids(self) -> Iterator[tuple[str, str]]:
        for row in self._ledger.rows(self._notices):
            if row.values.get("RECORD_TYPE", "").strip() == _STATEMENT:
                yield _statement_id(row.values), row.values.get("CLIENT_ID", "").strip()

    def _line(self, row: Row) -> Upsert:
        """Read a line as the listing of entries does, so that both speak of the same id."""
        return entry(row, self._archive, self._ids, self._notices)

    def _statement(self, row: Row, lines: _Lines) -> Upsert:
        trim_ids(row.values)
        external_id, trouble = sequence_id(row, self._ledger, "REFERENCE_NUMBER", self._notices)
        trouble = trouble or self._ids.problem(row.values.get("CLIENT_ID", ""))
        if row.values.get("RECORD_TYPE", "").strip() != _STATEMENT:
            trouble = trouble or "RECORD_TYPE is none of S, P and W. Export the table again."
        found = upsert(row, self._ledger, external_id, trouble)
        return found if found.problem else self._with_lines(found, row, lines)

    def _with_lines(self, statement: Upsert, row: Row, lines: _Lines) -> Upsert:
        digest = blake2b(row.data, digest_size=16)
        charged: dict[str, list[dict[str, str]]] = {FEES: [], COSTS: []}
        problem = ""
        for place, line in lines.of(row.values):
            digest.update(line.data)
            problem = problem or place.problem
            self._line(line)
            charged[place.type].append(line.values)
        client = client_number(row.values["CLIENT_ID"])
        raw = {**row.values, "CLIENT_NUMBER": client, "FEES": charged[FEES], "COSTS": charged[COSTS]}
        trouble = self._add_totals(raw, row, charged)
        if trouble and not problem:
            number = row.values.get("STATEMENT_NUMBER", "")
            problem = f"{self._ledger.file_name}, line {row.line}: statement {number}: {trouble}"
        return Upsert(
            statement.source,
            statement.external_id,
            raw,
            digest=digest.digest(),
            problem=problem,
        )

    def _add_totals(self, raw: dict[str, Any], row: Row, charged: dict[str, list[dict[str, str]]]) -> str:
        try:
            parts, trouble = parts_of(row.values, _sums(charged))
        except UnreadableAmountError as error:
            return str(error)
        raw |= {
            "BILLED_FEES": str(parts.fees),
            "BILLED_EXPENSES": str(parts.expenses),
            "BILLED_ADVANCES": str(parts.advances),
            "BILLED_FEE_TAX": str(parts.fee_tax),
            "BILLED_EXPENSE_TAX": str(parts.expense_tax),
            "BILLED_DISCOUNT": str(parts.discount),
            "BILLED_TOTAL": str(parts.total),
        }
        if parts.finance_charge:
            self._notices.once(
                "Some statements carry a finance charge; it is left out of the invoice and its total.",
            )
        return trouble


def _sums(charged: dict[str, list[dict[str, str]]]) -> Charged | None:
    try:
        return Charged.by(charged[FEES], charged[COSTS])
    except UnreadableAmountError:
        # The line itself is held, with the field that is wrong.
        return None


def _statement_id(values: dict[str, str]) -> str:
    text = values.get("STATEMENT_ID", "").strip()
    return text if text.strip("0") else ""
