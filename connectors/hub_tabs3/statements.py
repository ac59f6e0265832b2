"""Statements: the rows of LEDGER that are statements, each with the rows of ARCHIVE that it bills."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Any, NamedTuple

from hub.sdk import Upsert
from hub_tabs3.bills import number_in
from hub_tabs3.groups import OTHER_TYPES, group_of
from hub_tabs3.ids import client_number
from hub_tabs3.records import COSTS, FEES, entry, sequence_id, trim_ids, upsert
from hub_tabs3.sorting import sorted_on_disk
from hub_tabs3.totals import Charged, Judged, UnreadableAmountError, parts_of

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Mapping

    from hub_tabs3.groups import Group
    from hub_tabs3.ids import ClientIds
    from hub_tabs3.notices import Notices
    from hub_tabs3.rows import Row
    from hub_tabs3.tables import RowAt, Table

_STATEMENT = "S"

_SCHEMA = """
CREATE TABLE line (id TEXT, number TEXT, client TEXT, type TEXT, sequence TEXT,
                   offset INTEGER, length INTEGER, problem TEXT);
CREATE TABLE statement (id TEXT, number TEXT, client TEXT);
"""
_INDEXES = """
CREATE INDEX line_by_id ON line (id);
CREATE INDEX line_by_number ON line (number, client);
CREATE INDEX statement_by_id ON statement (id);
CREATE INDEX statement_by_number ON statement (number, client);
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
_WITHOUT_STATEMENT = """
SELECT DISTINCT line.number FROM (SELECT DISTINCT id, number, client FROM line) AS line
WHERE line.number <> ''
  AND NOT EXISTS (SELECT 1 FROM statement WHERE statement.id = line.id AND line.id <> '')
  AND NOT EXISTS (SELECT 1 FROM statement
                  WHERE statement.number = line.number AND statement.client = line.client
                    AND (line.id = '' OR statement.id = ''))
ORDER BY length(line.number), line.number
"""
_NAMED = 5
"""How many statements a notice names."""
_BILLED = ("fees", "expenses", "advances", "fee_tax", "expense_tax", "discount", "finance_charge", "total")


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
            "id": number_in(statement, "STATEMENT_ID"),
            "number": statement.get("STATEMENT_NUMBER", ""),
            "client": statement.get("CLIENT_ID", ""),
        }
        places = self._found(_BY_ID, key) if key["id"] else []
        places = places or self._found(_BY_NUMBER, key)
        return [(place, self._row_at(place.offset, place.length)) for place in places]

    def _found(self, query: str, key: dict[str, str]) -> list[_Place]:
        return [_Place(*found) for found in self._database.execute(query, key)]


class Statements:
    """Reads the statements of LEDGER, with their fees and costs from ARCHIVE in FEES and COSTS.

    A statement that bills nothing at all (a reminder, or one that only shows payments) is no
    invoice and is left out.

    Args:
        ledger: the table of statements.
        archive: the table of their lines.
        ids: how the firm spells its ids.
        notices: what is to be said of it all.
        only: the groups of statements that are read, where not all are.

    """

    def __init__(
        self,
        ledger: Table,
        archive: Table,
        ids: ClientIds,
        notices: Notices,
        only: Mapping[str, Group] | None = None,
    ) -> None:
        self._only = only
        self._ledger = ledger
        self._archive = archive
        self._ids = ids
        self._notices = notices
        self._left_out = 0

    def read(self) -> Iterator[Upsert]:
        """Read every statement.

        Raises:
            SourceFailed: a table cannot be read.

        """
        what = f"{self._archive.file_name} cannot be sorted by statement"
        with sorted_on_disk(_SCHEMA, what) as database, self._archive.opened(self._notices) as row_at:
            self._fill(database)
            self._tell_unfinished(database)
            yield from self._read(_Lines(database, row_at))
        if self._left_out:
            one = self._left_out == 1
            self._notices.once(
                f"{self._left_out} {'statement bills' if one else 'statements bill'} nothing "
                f"(reminders, or payments alone) and {'is no invoice' if one else 'are no invoices'}.",
            )

    def _read(self, lines: _Lines) -> Iterator[Upsert]:
        for row in self._rows():
            if row.values.get("RECORD_TYPE", "").strip() not in OTHER_TYPES:
                statement = self._statement(row, lines)
                if statement is not None:
                    yield statement

    def _rows(self) -> Iterator[Row]:
        """The rows of LEDGER, or those of the groups that are read, in their order."""
        if self._only is None:
            yield from self._ledger.rows(self._notices)
            return
        places = sorted(place for group in self._only.values() for place in group.places())
        with self._ledger.opened(self._notices) as row_at:
            for line, offset, length in places:
                row = row_at(offset, length)
                row.line = line
                yield row

    def unsettled_groups(self) -> frozenset[str]:
        """The groups of which a statement cannot be read, or is still being updated."""
        return frozenset(group_of(one.raw) for one in self.read() if one.unsettled or one.problem)

    def _fill(self, database: sqlite3.Connection) -> None:
        database.executemany("INSERT INTO line VALUES (?,?,?,?,?,?,?,?)", self._places())
        database.executemany("INSERT INTO statement VALUES (?,?,?)", self._statement_ids())
        database.executescript(_INDEXES)

    def _places(self) -> Iterator[tuple[str, str, str, str, str, int, int, str]]:
        for row in self._archive.rows(self._notices):
            rec_type = row.values.get("REC_TYPE", "").strip()
            if rec_type in {FEES, COSTS}:
                line = self._line(row)
                yield (
                    number_in(row.values, "STATEMENT_ID"),
                    row.values.get("STATEMENT_NUMBER", ""),
                    row.values.get("CLIENT_ID", ""),
                    rec_type,
                    line.external_id,
                    row.offset,
                    len(row.data),
                    line.problem,
                )

    def _statement_ids(self) -> Iterator[tuple[str, str, str]]:
        for row in self._rows():
            if row.values.get("RECORD_TYPE", "").strip() == _STATEMENT:
                trim_ids(row.values)
                yield (
                    number_in(row.values, "STATEMENT_ID"),
                    row.values.get("STATEMENT_NUMBER", ""),
                    row.values.get("CLIENT_ID", ""),
                )

    def _tell_unfinished(self, database: sqlite3.Connection) -> None:
        """Say which statements have lines in ARCHIVE and no row in LEDGER, where it comes last."""
        numbers = [str(number) for (number,) in database.execute(_WITHOUT_STATEMENT) if number.strip("0")]
        if numbers:
            named = ", ".join(numbers[:_NAMED])
            more = f" and {len(numbers) - _NAMED} more" if len(numbers) > _NAMED else ""
            subject = f"Statement {named} is" if len(numbers) == 1 else f"Statements {named}{more} are"
            self._notices.once(
                f"{subject} being updated: {self._archive.file_name} has lines without a row in "
                f"{self._ledger.file_name}.",
            )

    def _line(self, row: Row) -> Upsert:
        """Read a line as the listing of entries does, so that both speak of the same id."""
        return entry(row, self._archive, self._ids, self._notices)

    def _statement(self, row: Row, lines: _Lines) -> Upsert | None:
        trim_ids(row.values)
        external_id, trouble = sequence_id(row, self._ledger, "REFERENCE_NUMBER", self._notices)
        trouble = trouble or self._ids.problem(row.values.get("CLIENT_ID", ""))
        if row.values.get("RECORD_TYPE", "").strip() != _STATEMENT:
            trouble = trouble or "RECORD_TYPE is none of S, P and W. Export the table again."
        found = upsert(row, self._ledger, external_id, trouble)
        return found if found.problem else self._with_lines(found, row, lines)

    def _with_lines(self, statement: Upsert, row: Row, lines: _Lines) -> Upsert | None:
        digest = blake2b(row.data, digest_size=16)
        charged: dict[str, list[dict[str, str]]] = {FEES: [], COSTS: []}
        problem = ""
        for place, line in lines.of(row.values):
            digest.update(line.data)
            problem = problem or place.problem
            self._line(line)
            charged[place.type].append(line.values)
        judged, trouble = _judged(row, charged)
        if judged and not (any(judged.parts) or charged[FEES] or charged[COSTS]):
            self._left_out += 1
            return None
        number = row.values.get("STATEMENT_NUMBER", "")
        trouble = trouble or (judged.problem if judged else "")
        if trouble and not problem:
            problem = f"{self._ledger.file_name}, line {row.line}: statement {number}: {trouble}"
        unsettled = judged.unsettled if judged else ""
        return Upsert(
            statement.source,
            statement.external_id,
            _raw(row, charged, judged),
            digest=digest.digest(),
            problem=problem,
            unsettled=f"statement {number} is {unsettled}" if unsettled else "",
        )


def _judged(row: Row, charged: dict[str, list[dict[str, str]]]) -> tuple[Judged | None, str]:
    """Judge a statement; or say why it cannot be."""
    plain = {kind: [line for line in lines if _is_plain(line)] for kind, lines in charged.items()}
    try:
        return parts_of(row.values, _sums(charged), _sums(plain)), ""
    except UnreadableAmountError as error:
        return None, str(error)


def _is_plain(line: dict[str, str]) -> bool:
    """Whether a line is billable beyond doubt: what the other codes mean is the firm's to say."""
    return not line.get("BILL_CODE", "").strip().strip("0")


def _raw(row: Row, charged: dict[str, list[dict[str, str]]], judged: Judged | None) -> dict[str, Any]:
    client = client_number(row.values["CLIENT_ID"])
    raw = {**row.values, "CLIENT_NUMBER": client, "FEES": charged[FEES], "COSTS": charged[COSTS]}
    if judged:
        raw |= {f"BILLED_{name.upper()}": str(getattr(judged.parts, name)) for name in _BILLED}
    return raw


def _sums(charged: dict[str, list[dict[str, str]]]) -> Charged | None:
    try:
        return Charged.by(charged[FEES], charged[COSTS])
    except UnreadableAmountError:
        # The line itself is held, with the field that is wrong.
        return None
