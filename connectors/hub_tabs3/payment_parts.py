"""Which rows of PAYMENT, ARCHIVE and LEDGER are one payment, sorted out on the disk."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from hub_tabs3.bills import is_marked, number_in, statement_named
from hub_tabs3.dates import read_date
from hub_tabs3.ids import client_number
from hub_tabs3.totals import amount

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Mapping

    from hub.sdk import Upsert
    from hub_tabs3.rows import Row

ENTERED = "PAYMENT"
ARCHIVED = "ARCHIVE"
APPLIED = "LEDGER"

SCHEMA = """
CREATE TABLE part (party TEXT, receipt TEXT, origin TEXT, sequence TEXT, client TEXT, date TEXT, amount TEXT,
                   bill TEXT, checked TEXT, numbered INTEGER, stands INTEGER,
                   offset INTEGER, length INTEGER, problem TEXT);
"""
# A row of LEDGER belongs to the row of ARCHIVE with the same client, reference number and day. Where an
# export leaves the number out on one side, the amount and the statement stand in for it.
_GATHER = """
CREATE INDEX part_by_look ON part (client, date, amount, origin);
UPDATE part SET receipt = coalesce(
    (SELECT min(other.receipt) FROM part AS other
     WHERE other.client = part.client AND other.date = part.date AND other.amount = part.amount
       AND other.origin = 'ARCHIVE' AND other.bill = part.bill),
    (SELECT min(other.receipt) FROM part AS other
     WHERE other.client = part.client AND other.date = part.date AND other.amount = part.amount
       AND other.origin = 'ARCHIVE' AND other.bill = ''),
    receipt)
WHERE origin = 'LEDGER' AND numbered = 0 AND client <> '';
UPDATE part SET receipt = coalesce(
    (SELECT min(other.receipt) FROM part AS other
     WHERE other.client = part.client AND other.date = part.date AND other.amount = part.amount
       AND other.origin = 'LEDGER' AND other.numbered = 1 AND other.bill = part.bill),
    (SELECT min(other.receipt) FROM part AS other
     WHERE other.client = part.client AND other.date = part.date AND other.amount = part.amount
       AND other.origin = 'LEDGER' AND other.numbered = 1 AND part.bill = ''),
    receipt)
WHERE origin = 'ARCHIVE' AND numbered = 0 AND client <> '';
CREATE TABLE checked AS SELECT receipt, max(checked) AS party FROM part WHERE checked <> '' GROUP BY receipt;
CREATE UNIQUE INDEX checked_by_receipt ON checked (receipt);
UPDATE part SET party = coalesce((SELECT party FROM checked WHERE checked.receipt = part.receipt), receipt);
"""
# While a payment is processed, an export may catch it in PAYMENT and in LEDGER.
_TWICE = """
SELECT DISTINCT entered.party, applied.party FROM part AS entered CROSS JOIN part AS applied
WHERE applied.client = entered.client AND applied.date = entered.date AND applied.amount = entered.amount
  AND entered.origin = 'PAYMENT' AND entered.client <> '' AND applied.origin = 'LEDGER' AND applied.stands
  AND (applied.party = entered.party OR applied.party = applied.receipt)
"""
_IN_ORDER = """
SELECT party, receipt, origin, sequence, offset, length, problem FROM part
ORDER BY party, length(sequence), sequence, offset
"""


class Part(NamedTuple):
    """A row that is part of a payment, and where it stands."""

    party: str
    """What all rows of one payment have in common."""
    receipt: str
    """What the rows of one processing have in common."""
    origin: str
    """Its table: PAYMENT, ARCHIVE or LEDGER."""
    sequence: str
    offset: int
    length: int
    problem: str


class Parts:
    """The rows of all payments, kept in a database on the disk."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def add(self, origin: str, row: Row, item: Upsert) -> None:
        """Add a row, read as ``item``; one with a problem is looked at as far as it can be."""
        values = row.values if not row.problem else {}
        client, day = values.get("CLIENT_ID", ""), _day(values)
        number = _reference(origin, values)
        self._database.execute(
            "INSERT INTO part VALUES ('',?,?,?,?,?,?,?,?,?,?,?,?,?)",
            (
                f"{client} {number} {day}" if number else f"{origin} {row.offset}",
                origin,
                item.external_id,
                client,
                day,
                "" if item.problem else _whole(origin, values),
                statement_named(values),
                _check(values, day),
                bool(number),
                not is_marked(values, "REVERSED_SW"),
                row.offset,
                len(row.data),
                item.problem,
            ),
        )

    def gather(self) -> None:
        """Find out which rows are one payment."""
        self._database.executescript(_GATHER)

    def seen_twice(self) -> frozenset[str]:
        """The payments that stand in PAYMENT and in LEDGER at once."""
        return frozenset(party for pair in self._database.execute(_TWICE) for party in pair)

    def in_order(self) -> Iterator[Part]:
        """All rows, those of one payment together and in the order of their ids."""
        return map(Part._make, self._database.execute(_IN_ORDER))


def _reference(origin: str, values: Mapping[str, str]) -> str:
    """The reference number that links ARCHIVE and LEDGER; a row of PAYMENT is linked to neither."""
    if origin == ENTERED:
        return ""
    return number_in(values, "REF_NUM" if origin == ARCHIVED else "REFERENCE_NUMBER")


def _check(values: Mapping[str, str], day: str) -> str:
    """What the rows have in common that one check pays; empty without a check."""
    check = values.get("GL_CHECK_NUM", "").strip()
    return f"check {client_number(values.get('CLIENT_ID', ''))} {check} {day}" if check.strip("0") else ""


def _whole(origin: str, values: Mapping[str, str]) -> str:
    """The whole payment as far as a single row tells, spelt so that equal amounts are equal."""
    if origin == APPLIED:
        return f"{amount(values, 'PAYMENT_AMOUNT') or amount(values, 'TOTAL_AMOUNT'):.2f}"
    return f"{abs(amount(values, 'AMOUNT')):.2f}"


def _day(values: Mapping[str, str]) -> str:
    text = values.get("DATE", "")
    try:
        return read_date(text).isoformat()
    except ValueError:
        return text.strip()
