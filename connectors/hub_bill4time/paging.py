"""Whole listings, page by page, although rows come and go while they are read.

The next page is asked for by the last id that was seen, not by how many rows were: a row that leaves
meanwhile then shifts no other one out of sight. How many rows a page holds at most is not documented,
so a page is the last one only if the count says so, or if nothing comes after it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hub.sdk import SourceFailed
from hub_bill4time.spelling import respelt
from hub_bill4time.wire import Unanswerable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hub_bill4time.wire import Answer, Wire

Row = dict[str, Any]
_REPEATS = 2


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows of a listing, respelt.

    Args:
        rows: they, each with an ``id``.
        sound: whether all rows up to these were seen; only then is what was not seen not there.

    """

    rows: list[Row] = field(repr=False)
    sound: bool = True


class Astray(Exception):
    """A page is not the one that was asked for."""


class Pager:
    """Lists resources of one account."""

    def __init__(self, wire: Wire, size: int) -> None:
        self._wire = wire
        self._size = size

    def batches(self, resource: str, own: str, conditions: Sequence[str] = ()) -> Iterator[Batch]:
        """All rows of a resource that fulfil all conditions, in the order of their ids.

        Raises:
            SourceFailed: the listing broke off, or cannot be followed.
            SourceMissing: there is no such resource.

        """
        try:
            yield from self._by_id(resource, own, conditions)
        except (Astray, Unanswerable):
            yield from self._by_place(resource, own, conditions)

    def _by_id(self, resource: str, own: str, conditions: Sequence[str]) -> Iterator[Batch]:
        last, seen, count = 0, 0, None
        while True:
            answer, rows = self._page(resource, own, conditions, last)
            if last == 0 and answer.count is not None and answer.count > len(rows):
                # One that is no more than the page holds may be a count of the page.
                count = answer.count
            seen += len(rows)
            if rows:
                last = int(rows[-1]["id"])
                yield Batch(rows)
            if not rows or seen == count:
                return

    def _page(
        self, resource: str, own: str, conditions: Sequence[str], last: int
    ) -> tuple[Answer, list[Row]]:
        """The page behind an id; one that was given before is asked for again."""
        after = [f"id gt {last}"] if last else []
        for _ in range(_REPEATS):
            answer = self._ask(resource, [*conditions, *after], count=not last)
            rows = [respelt(row, own) for row in answer.rows]
            if _goes_on(rows, last):
                return answer, rows
        raise Astray

    def _by_place(self, resource: str, own: str, conditions: Sequence[str]) -> Iterator[Batch]:
        """By how many rows were seen, where no other way is understood.

        Each page begins with the last row of the one before: else rows have come or gone meanwhile, and
        nobody knows which.
        """
        seen: dict[str, None] = {}
        moved, last = False, ""
        while True:
            answer = self._ask(resource, conditions, skip=max(0, len(seen) - 1))
            rows = {_id_of(row, resource): row for row in (respelt(row, own) for row in answer.rows)}
            moved |= len(rows) < len(answer.rows) or (bool(last) and next(iter(rows), "") != last)
            fresh = [row for name, row in rows.items() if name not in seen]
            if not fresh:
                break
            seen |= dict.fromkeys(rows)
            last = next(reversed(rows))
            yield Batch(fresh)
        if len(rows) > 1:
            raise SourceFailed(f"Bill4Time gives one page of {resource} again and again.")
        yield Batch([], sound=not moved)

    def _ask(self, resource: str, conditions: Sequence[str], *, skip: int = 0, count: bool = False) -> Answer:
        query = {"orderby": "id", "top": str(self._size)}
        if conditions:
            query["filter"] = " AND ".join(conditions)
        if skip:
            query["skip"] = str(skip)
        if count:
            query["count"] = "true"
        return self._wire.ask(resource, **query)


def _goes_on(rows: Sequence[Row], last: int) -> bool:
    """Whether a page begins behind an id and goes on in the order of ids."""
    for row in rows:
        text = str(row.get("id", ""))
        if not text.isdecimal() or int(text) <= last:
            return False
        last = int(text)
    return True


def _id_of(row: Row, resource: str) -> str:
    text = str(row.get("id") or "")
    if not text:
        raise SourceFailed(f"Bill4Time lists {resource} without an id.")
    return text
