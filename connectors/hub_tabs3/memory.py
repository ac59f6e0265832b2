"""What a listing of changes has to remember: of each statement its digest, and the ids of its rows.

It is the cursor of a kind: it is kept with what it covers, or not at all. A firm with a million
lines has a cursor of some hundred kilobytes, since ids are given in order and kept as steps. Of what
has not changed they are not even spelt out.
"""

from __future__ import annotations

import base64
import json
import zlib
from array import array
from dataclasses import dataclass, field
from datetime import date
from itertools import accumulate, chain, groupby, pairwise, repeat
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_FORMAT = 2
_EPOCH = date(2000, 1, 1)
_DAYS_TOLD = 7
"""For how long it is said again that a row has left: the hub believes it only the second time."""


@dataclass(slots=True)
class Memory:
    """What is known of the statements, by the group that their lines name."""

    digests: dict[str, str] = field(default_factory=dict)
    """Of each group the digest of its rows in LEDGER; empty where it is to be read again."""
    left: dict[int, int] = field(default_factory=dict)
    """The ids of what has left, and the day on which it was first missed."""
    day: int = 0
    """The day of the listing; whose turn came by then was read again."""
    steps: dict[str, str] = field(default_factory=dict)
    """The ids of what is listed of each group, as steps from one to the next."""
    _noted: dict[str, array[int]] = field(default_factory=dict)

    @classmethod
    def read(cls, cursor: str | None) -> Memory | None:
        """Read a cursor; ``None`` where there is none, or it is another hub's."""
        try:
            told = json.loads(zlib.decompress(base64.b85decode(cursor or "")))
            if told["format"] != _FORMAT:
                return None
            left = {int(number): day for number, day in told["left"].items()}
            return cls(told["digests"], left, told["day"], told["steps"])
        except (ValueError, KeyError, TypeError, AttributeError, zlib.error):
            return None

    def written(self) -> str:
        """Spell it as a cursor."""
        noted = {key: _as_steps(numbers) for key, numbers in self._noted.items() if key in self.digests}
        told = {"format": _FORMAT, "day": self.day, "left": self.left, "digests": self.digests}
        text = json.dumps({**told, "steps": self.steps | noted}, separators=(",", ":"))
        return base64.b85encode(zlib.compress(text.encode(), 6)).decode()

    def note(self, group: str, number: int) -> None:
        """Remember the id of what is listed of a group."""
        self._noted.setdefault(group, array("q")).append(number)

    def keep(self, group: str, before: Memory) -> None:
        """Remember the ids that a group had before beside those that it has now."""
        if group in self._noted:
            self._noted[group].extend(before.of(group))
        elif group in before.groups():
            self.steps[group] = before.steps[group]

    def groups(self) -> Iterable[str]:
        """The groups of which ids were remembered."""
        return self.steps.keys()

    def of(self, group: str) -> Iterable[int]:
        """The ids of a group that were remembered."""
        return _from_steps(self.steps.get(group, ""))

    def still_told(self, today: int) -> dict[int, int]:
        """What has left so lately that it is said again."""
        return {number: day for number, day in self.left.items() if today - day < _DAYS_TOLD}


def day_number(day: date) -> int:
    """Count days."""
    return (day - _EPOCH).days


def swept(groups: Iterable[str], since: int, today: int, nights: int) -> set[str]:
    """The groups whose turn came after a day and by another, though nothing in LEDGER changed.

    After so many nights each had its turn, those included in which nothing was read: someone may edit
    a line without touching its statement.
    """
    turns = {day % nights for day in range(max(since, today - nights) + 1, today + 1)}
    return {key for key in groups if zlib.crc32(key.encode()) % nights in turns}


def _as_steps(numbers: Iterable[int]) -> str:
    """Spell numbers as steps: 11, 12, 13, 20 is ``11 1*2 7``."""
    steps = (after - before for before, after in pairwise(chain([0], sorted(set(numbers)))))
    counted = ((step, len(list(same))) for step, same in groupby(steps))
    return " ".join(f"{step}*{count}" if count > 1 else str(step) for step, count in counted)


def _from_steps(text: str) -> Iterator[int]:
    parts = (one.partition("*") for one in text.split())
    return accumulate(chain.from_iterable(repeat(int(step), int(count or 1)) for step, _, count in parts))
