"""What a listing of changes has to remember: of each statement its digest, and the ids of its rows.

It is the cursor of a kind: it is kept with what it covers, or not at all. A firm with a million
lines has a cursor of some hundred kilobytes, since ids are given in order and kept as steps.
"""

from __future__ import annotations

import base64
import json
import zlib
from array import array
from dataclasses import dataclass, field
from datetime import date
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_FORMAT = 1
_EPOCH = date(2000, 1, 1)
_DAYS_TOLD = 7
"""For how long it is said again that a row has left: the hub believes it only the second time."""


@dataclass(slots=True)
class Memory:
    """What is known of the statements, by the group that their lines name."""

    digests: dict[str, str] = field(default_factory=dict)
    """Of each group the digest of its rows in LEDGER; empty where it is to be read again."""
    ids: dict[str, array[int]] = field(default_factory=dict)
    """The ids of what is listed of each group."""
    left: dict[int, int] = field(default_factory=dict)
    """The ids of what has left, and the day on which it was first missed."""

    @classmethod
    def read(cls, cursor: str | None) -> Memory | None:
        """Read a cursor; ``None`` where there is none, or it is another hub's."""
        try:
            told = json.loads(zlib.decompress(base64.b85decode(cursor or "")))
            if told["format"] != _FORMAT:
                return None
            groups = told["groups"].items()
            return cls(
                {key: digest for key, (digest, _) in groups},
                {key: array("q", accumulate(steps)) for key, (_, steps) in groups},
                {int(number): day for number, day in told["left"].items()},
            )
        except (ValueError, KeyError, TypeError, zlib.error, OverflowError):
            return None

    def written(self) -> str:
        """Spell it as a cursor."""
        groups = {
            key: [digest, list(_steps(sorted(self.ids.get(key, ()))))] for key, digest in self.digests.items()
        }
        told = {"format": _FORMAT, "groups": groups, "left": self.left}
        text = json.dumps(told, separators=(",", ":"))
        return base64.b85encode(zlib.compress(text.encode(), 6)).decode()

    def note(self, group: str, number: int) -> None:
        """Remember the id of what is listed of a group."""
        self.ids.setdefault(group, array("q")).append(number)

    def still_told(self, today: int) -> dict[int, int]:
        """What has left so lately that it is said again."""
        return {number: day for number, day in self.left.items() if today - day < _DAYS_TOLD}


def day_number(day: date) -> int:
    """Count days."""
    return (day - _EPOCH).days


def swept(groups: Iterable[str], today: int, nights: int) -> set[str]:
    """The groups whose turn it is to be read again although nothing in LEDGER changed.

    After so many nights each had its turn: someone may edit a line without touching its statement.
    """
    return {key for key in groups if zlib.crc32(key.encode()) % nights == today % nights}


def _steps(numbers: Iterable[int]) -> Iterable[int]:
    before = 0
    for number in numbers:
        yield number - before
        before = number
