"""The statements of LEDGER by the number that their lines in ARCHIVE carry, and which of them changed.

ARCHIVE holds a firm's whole history. What LEDGER says of a statement changes whenever it is updated,
paid, written off or undone [inference from the ODBC field lists], so that only the lines of such
statements are fetched again.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TYPE_CHECKING

from hub_tabs3.bills import number_in
from hub_tabs3.records import trim_ids

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from hub_tabs3.notices import Notices
    from hub_tabs3.rows import Row
    from hub_tabs3.tables import Table

OTHER_TYPES = frozenset({"P", "W"})
"""The rows of LEDGER that are payments and write-offs; all others are statements, or should be."""
_BY_ID, _BY_NUMBER = "i", "n"
_DIGEST_BYTES = 6
_LONGEST_ID = 18
_NO_ID = -1


@dataclass(slots=True)
class Group:
    """The statements that share a number; nearly always one.

    A firm has tens of thousands: what is known of their rows in LEDGER is kept as numbers.
    """

    digest: str = ""
    _lines: array[int] = field(default_factory=lambda: array("q"))

    def add(self, row: Row) -> None:
        """Add a row of LEDGER; the order of the rows does not count."""
        sequence = row.values.get("_SEQUENCE_NO", "")
        number = int(sequence) if sequence.isdecimal() and len(sequence) <= _LONGEST_ID else _NO_ID
        self._lines.extend((row.line, row.offset, len(row.data), number))
        own = int.from_bytes(blake2b(row.data, digest_size=_DIGEST_BYTES).digest(), "big")
        self.digest = f"{int(self.digest or '0', 16) + own:x}"

    def places(self) -> Iterable[tuple[int, int, int]]:
        """Where its rows stand: line, offset and length in bytes."""
        return zip(self._lines[0::4], self._lines[1::4], self._lines[2::4], strict=True)

    def ids(self) -> set[int]:
        """The ids of its rows."""
        return set(self._lines[3::4]) - {_NO_ID}


def groups_of(ledger: Table, notices: Notices) -> dict[str, Group]:
    """Read all statements of LEDGER by their group."""
    found: dict[str, Group] = {}
    for row in ledger.rows(notices):
        trim_ids(row.values)
        if row.values.get("RECORD_TYPE", "").strip() not in OTHER_TYPES:
            found.setdefault(group_of(row.values), Group()).add(row)
    return found


def ids_of(archive: Table, notices: Notices) -> dict[str, set[int]]:
    """Read the ids of all rows of ARCHIVE by their group."""
    found: dict[str, set[int]] = {}
    for row in archive.rows(notices):
        trim_ids(row.values)
        sequence = row.values.get("_SEQUENCE_NO", "")
        if sequence.isdecimal():
            found.setdefault(group_of(row.values), set()).add(int(sequence))
    return found


def group_of(values: Mapping[str, str]) -> str:
    """Name the group that a row of LEDGER or ARCHIVE belongs to."""
    identifier = number_in(values, "STATEMENT_ID")
    return f"{_BY_ID}{identifier}" if identifier else f"{_BY_NUMBER}{number_in(values, 'STATEMENT_NUMBER')}"


def numbers_of(groups: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give the values of STATEMENT_ID, and of STATEMENT_NUMBER, by which the lines of groups are found."""
    keys = sorted(set(groups))
    return tuple(key[1:] for key in keys if key[0] == _BY_ID), tuple(
        key[1:] for key in keys if key[0] == _BY_NUMBER
    )
