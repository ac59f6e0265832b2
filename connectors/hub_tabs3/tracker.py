"""Follows a listing of what statements hold, so that the next one can show what changed alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.sdk import Deleted
from hub_tabs3.groups import group_of
from hub_tabs3.memory import Memory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from hub.sdk import Item, Upsert
    from hub_tabs3.groups import Group
    from hub_tabs3.live import Changes


class Tracker:
    """Remembers what a listing shows of one source.

    Args:
        source: ARCHIVE or LEDGER.
        today: the day's number.
        groups: the statements of LEDGER.
        unsettled: gives those of the groups on which Tabs3 is still at work.
        changes: what is shown against the last time; ``None`` where everything is.
        present: gives the ids of the rows that the changed groups have now, by group.

    """

    def __init__(
        self,
        source: str,
        today: int,
        groups: Mapping[str, Group],
        unsettled: Callable[[], frozenset[str]],
        changes: Changes | None,
        present: Callable[[], Mapping[str, set[int]]],
    ) -> None:
        self._source = source
        self._today = today
        self._groups = groups
        self._unsettled = unsettled
        self._changes = changes
        self._present = present
        self._shown = Memory()
        self._usable = True

    @property
    def changes_only(self) -> frozenset[str]:
        """The source of which this listing shows changes alone."""
        return frozenset({self._source}) if self._changes else frozenset()

    def follow(self, items: Iterable[Upsert]) -> Iterator[Item]:
        """Pass the items on, behind those that have left."""
        if self._changes is not None:
            self._shown.left = self._left(self._changes)
            yield from (Deleted(self._source, str(number)) for number in sorted(self._shown.left))
        for item in items:
            if item.source == self._source:
                self._note(item)
            yield item

    def cursor(self) -> str | None:
        """What the next listing needs to know; ``None`` where it has to be whole again."""
        if not self._usable:
            return None
        unsettled = self._unsettled()
        shown, changes = self._shown, self._changes
        shown.day = self._today
        for key, group in self._groups.items():
            shown.digests[key] = "" if key in unsettled else group.digest
            if changes and (key not in changes.wanted or key in unsettled):
                shown.keep(key, changes.memory)
        return shown.written()

    def _note(self, item: Upsert) -> None:
        text = item.external_id
        if text.isdecimal() and str(int(text)) == text:
            self._shown.note(group_of(item.raw), int(text))
        else:
            self._usable = False

    def _left(self, changes: Changes) -> dict[int, int]:
        """What has left: of statements that are gone, and of those that changed; and what lately did."""
        before, present = changes.memory, self._present()
        there = {number for numbers in present.values() for number in numbers}
        gone = {
            number
            for key in before.groups()
            if key not in self._groups or (key in changes.wanted and key not in changes.unsettled)
            for number in before.of(key)
            if number not in there
        }
        return {
            number: before.left.get(number, self._today)
            for number in gone | before.still_told(self._today).keys()
            if number not in there
        }
