"""Write-offs: the rows of LEDGER that say what is no longer expected to be paid."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from hub.sdk import Upsert
from hub_tabs3 import bills
from hub_tabs3.bills import Bills, is_marked, number_in, statement_named
from hub_tabs3.ids import client_number
from hub_tabs3.records import sequence_id, trim_ids, upsert
from hub_tabs3.sorting import sorted_on_disk
from hub_tabs3.totals import UnreadableAmountError, amount

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Sequence

    from hub_tabs3.ids import ClientIds
    from hub_tabs3.notices import Notices
    from hub_tabs3.rows import Row
    from hub_tabs3.tables import RowAt, Table

_ZERO = Decimal(0)
_STATEMENT, _WRITE_OFF = "S", "W"
_SCHEMA = """
CREATE TABLE given (reference TEXT, sequence TEXT, offset INTEGER, length INTEGER, problem TEXT);
"""
_IN_ORDER = """
SELECT reference, sequence, offset, length, problem FROM given
ORDER BY reference, length(sequence), sequence, offset
"""


class _Place(NamedTuple):
    """Where a row stands, and what it has in common with its reversal."""

    reference: str
    sequence: str
    offset: int
    length: int
    problem: str


class _Given(NamedTuple):
    """A row that writes something off, or takes that back."""

    sequence: str
    values: dict[str, str]
    amount: Decimal
    reversed: bool

    @property
    def day(self) -> str:
        """When."""
        return self.values.get("DATE", "").strip()

    def undoes(self, other: _Given) -> bool:
        """Whether it takes back what another row wrote off."""
        same = statement_named(self.values) == statement_named(other.values)
        return self.amount < 0 and same and self.amount == -other.amount


class WriteOffs:
    """Reads one write-off for the rows of a matter with the same reference number and day.

    A row that takes back another of the same reference is no write-off of its own.
    """

    def __init__(self, ledger: Table, ids: ClientIds, notices: Notices) -> None:
        self._ledger = ledger
        self._ids = ids
        self._notices = notices

    def read(self) -> Iterator[Upsert]:
        """Read every write-off.

        Raises:
            SourceFailed: the table cannot be read.

        """
        what = f"The write-offs of {self._ledger.file_name} cannot be sorted"
        with sorted_on_disk(_SCHEMA + bills.SCHEMA, what) as database:
            statements = Bills(database, self._notices)
            self._fill(database, statements)
            database.executescript(bills.INDEXES)
            with self._ledger.opened(self._notices) as row_at:
                places = map(_Place._make, database.execute(_IN_ORDER))
                for _, found in groupby(places, lambda place: place.reference):
                    yield from self._write_offs(list(found), row_at, statements)

    def _fill(self, database: sqlite3.Connection, statements: Bills) -> None:
        for row in self._ledger.rows(self._notices):
            record_type = row.values.get("RECORD_TYPE", "").strip()
            if record_type == _STATEMENT:
                statements.add(row, self._ledger)
            elif record_type == _WRITE_OFF:
                item = self._item(row)
                place = _Place(_reference(row), item.external_id, row.offset, len(row.data), item.problem)
                database.execute("INSERT INTO given VALUES (?,?,?,?,?)", place)

    def _item(self, row: Row) -> Upsert:
        trim_ids(row.values)
        external_id, trouble = sequence_id(row, self._ledger, "REFERENCE_NUMBER", self._notices)
        trouble = trouble or self._ids.problem(row.values.get("CLIENT_ID", ""))
        try:
            amount(row.values, "TOTAL_AMOUNT")
        except UnreadableAmountError as error:
            trouble = trouble or str(error)
        return upsert(row, self._ledger, external_id, trouble)

    def _write_offs(self, places: Sequence[_Place], row_at: RowAt, statements: Bills) -> Iterator[Upsert]:
        rows = []
        for place in places:
            values = row_at(place.offset, place.length).values
            trim_ids(values)
            if place.problem:
                yield Upsert(self._ledger.source, place.sequence, values, problem=place.problem)
            else:
                reversed_ = is_marked(values, "REVERSED_SW")
                rows.append(_Given(place.sequence, values, amount(values, "TOTAL_AMOUNT"), reversed_))
        days: dict[str, list[_Given]] = defaultdict(list)
        for row in _without_reversals(rows):
            days[row.day].append(row)
        for found in days.values():
            yield self._write_off(found, statements)

    def _write_off(self, rows: Sequence[_Given], statements: Bills) -> Upsert:
        standing = [row for row in rows if not row.reversed]
        applied: dict[str, Decimal] = defaultdict(Decimal)
        lost = ""
        for row in standing:
            statement, named = statements.applied_to(row.values), statement_named(row.values)
            if statement:
                applied[statement] += row.amount
            elif named:
                lost = f"still being updated: it is of statement {named}, of which LEDGER has no row."
        total = sum((row.amount for row in standing or rows), _ZERO)
        client_id = rows[0].values.get("CLIENT_ID", "")
        raw: dict[str, Any] = {
            **rows[0].values,
            "CLIENT_NUMBER": client_number(client_id),
            "WRITTEN_OFF": str(total),
            "IS_REVERSED": "0" if standing else "1",
            "APPLICATIONS": [
                {"STATEMENT_SEQ": statement, "APPLIED": str(share)} for statement, share in applied.items()
            ],
        }
        return Upsert(self._ledger.source, rows[0].sequence, raw, unsettled=lost)


def _reference(row: Row) -> str:
    """What a write-off and its reversal have in common; a row without a number stands alone."""
    number = number_in(row.values, "REFERENCE_NUMBER") if not row.problem else ""
    return f"{row.values.get('CLIENT_ID', '')} {number}" if number else f"row {row.offset}"


def _without_reversals(rows: Sequence[_Given]) -> list[_Given]:
    """Mark what was taken back, and leave out the rows that took it back."""
    left: list[_Given] = []
    for row in rows:
        undone = [place for place, other in enumerate(left) if row.undoes(other)]
        standing = [place for place in undone if not left[place].reversed]
        if standing:
            left[standing[-1]] = left[standing[-1]]._replace(reversed=True)
        elif not undone:
            left.append(row)
    return left
