"""The statements of LEDGER by the number that their lines in ARCHIVE carry, and which of them changed.

ARCHIVE holds a firm's whole history. What LEDGER says of a statement changes whenever it is updated,
paid, written off or undone [inference from the ODBC field lists], so that only the lines of such
statements are fetched again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple

from hub_tabs3.bills import number_in
from hub_tabs3.records import trim_ids

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from hub_tabs3.notices import Notices
    from hub_tabs3.tables import Table

OTHER_TYPES = frozenset({"P", "W"})
"""The rows of LEDGER that are payments and write-offs; all others are statements, or should be."""
_BY_ID, _BY_NUMBER = "i", "n"
_DIGEST_BYTES = 6


class Place(NamedTuple):
    """Where in LEDGER a row stands."""

    line: int
    offset: int
    length: int


@dataclass(slots=True)
class Group:
    """The statements that share a number; nearly always one."""

    digest: str = ""
    sequences: list[str] = field(default_factory=list)
    """The ids of their rows in LEDGER."""
    places: list[Place] = field(default_factory=list)


def groups_of(ledger: Table, notices: Notices) -> dict[str, Group]:
    """Read all statements of LEDGER by their group."""
    found: dict[str, Group] = {}
    rows: dict[str, list[bytes]] = {}
    for row in ledger.rows(notices):
        trim_ids(row.values)
        if row.values.get("RECORD_TYPE", "").strip() not in OTHER_TYPES:
            key = group_of(row.values)
            group = found.setdefault(key, Group())
            group.sequences.append(row.values.get("_SEQUENCE_NO", ""))
            group.places.append(Place(row.line, row.offset, len(row.data)))
            rows.setdefault(key, []).append(blake2b(row.data, digest_size=_DIGEST_BYTES).digest())
    for key, group in found.items():
        group.digest = blake2b(b"".join(sorted(rows[key])), digest_size=_DIGEST_BYTES).hexdigest()
    return found


def ids_of(archive: Table, notices: Notices) -> dict[str, set[int]]:
    """Read the ids of all rows of ARCHIVE by their group."""
    found: dict[str, set[int]] = {}
    for row in archive.rows(notices):
        trim_ids(row.values)
        found.setdefault(group_of(row.values), set()).update(
            numbers_in([row.values.get("_SEQUENCE_NO", "")]),
        )
    return found


def numbers_in(texts: Iterable[str]) -> set[int]:
    """The ids that are numbers."""
    return {int(text) for text in texts if text.isdecimal()}


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
