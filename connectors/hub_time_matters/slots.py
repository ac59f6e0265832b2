"""Custom fields: positional slots whose meaning depends on the record's classification code (CCODE)."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

CLASSIFICATION = "ccode"
_SLOT = re.compile(r"[a-z]{2,8}[0-9]{1,2}_[0-9]{1,2}_[0-9]{1,2}")
"""Such as mat1_01_07: tab, group and place in it (help.universalmigrator.com)."""
_NOTHING = ("", "0")
"""What a slot holds that nobody filled; 0 where it is a number or a date."""


def is_slot(column: str) -> bool:
    """Whether a column is the place of a custom field."""
    return _SLOT.fullmatch(column) is not None


class Slots:
    """The custom fields of a table, each as ``<CCODE>/<slot>``; the records without a code have plain slots.

    Every record has all of them, so that the listing is a table: when a field of a classification moves to
    another slot, its column is gone for the hub, and all that the mapping reads from it is held.
    """

    def __init__(self) -> None:
        self._filled: dict[str, set[str]] = {}

    def see(self, row: Mapping[str, str]) -> None:
        """Note which slots a record fills."""
        filled = {column for column, value in row.items() if value not in _NOTHING and is_slot(column)}
        if filled:
            self._filled.setdefault(row.get(CLASSIFICATION, ""), set()).update(filled)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """All custom fields that any record fills, once all records were seen."""
        return tuple(sorted(_named(code, slot) for code, slots in self._filled.items() for slot in slots))

    def spread(self, row: Mapping[str, str], leave_out: Collection[str] = ()) -> dict[str, str]:
        """A record with its custom fields by their names."""
        code = row.get(CLASSIFICATION, "")
        spread = {
            column: value for column, value in row.items() if not is_slot(column) and column not in leave_out
        }
        spread.update(dict.fromkeys(self.names, ""))
        for slot in self._filled.get(code, ()):
            spread[_named(code, slot)] = row.get(slot, "")
        return spread


def _named(code: str, slot: str) -> str:
    return f"{code}/{slot}" if code else slot
