"""A reading as a stream of frames, each an object with one name that says what it is.

    {"start": {"format": 1, "version": …, "bits": 32, "product": …}}
    {"table": "FEE"}
    {"row": {"_SEQUENCE_NO": "4711", "AMOUNT": "120.00", "DATE": "2026-01-31", …}}
    {"end": "FEE", "rows": 1}
    {"done": {"tables": {"FEE": {"rows": 1, "changed": false, "grown": false}}, "absent": ["FUND"]}}

Nothing is complete without its end, and no reading without ``done``. A reading that cannot go on
ends with ``{"error": {"code": …, "message": …, "remedy": …}}`` instead.

``changed`` says that a table was not the same before and after, or has not given the rows that it
counted; ``grown``, that it changed only by rows that were added, so that none that was there has
left. Before is before the first table is read, and after is after the last, for all of them: what
is read of one table is only true beside the others if nothing moved between them meanwhile. What
is counted is the rows and the highest ``_SEQUENCE_NO``: an entry that moves changes the count of
the table that it leaves, and a new number tells of it where as many came as have left.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from hub_tabs3_reader import __version__
from hub_tabs3_reader.problems import BITS, ReaderError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from decimal import Decimal

    from hub_tabs3_reader.database import Database
    from hub_tabs3_reader.request import Wanted

    Parameter = str | int | Decimal
    Frame = dict[str, Any]

FORMAT = 1


class State(NamedTuple):
    """By what a table is known to have changed: its rows, and its highest ``_SEQUENCE_NO``."""

    rows: int
    highest: Parameter | None


class Reading:
    """Reads tables one after another and watches whether they change meanwhile."""

    def __init__(self, database: Database, wanted: Sequence[Wanted]) -> None:
        self._database = database
        self._absent = [
            table.name for table in wanted if table.optional and table.name not in database.names()
        ]
        self._wanted = [table for table in wanted if table.name not in self._absent]
        self._before: dict[str, State] = {}
        self._rows: dict[str, int] = {}

    def frames(self) -> Iterator[Frame]:
        """Give the frames from the first to the last.

        Raises:
            ReaderError: the reading cannot go on.

        """
        product = self._database.product()
        yield {"start": {"format": FORMAT, "version": __version__, "bits": BITS, "product": product}}
        if not self._wanted:
            raise _none_of_them()
        self._before = {table.name: self._database.state(table.name) for table in self._wanted}
        for wanted in self._wanted:
            yield from self._table(wanted)
        yield {
            "done": {
                "tables": {table.name: self._told(table) for table in self._wanted},
                "absent": self._absent,
            }
        }

    def _table(self, wanted: Wanted) -> Iterator[Frame]:
        yield {"table": wanted.name}
        count = 0
        for row in self._database.rows(wanted.name, wanted.column, wanted.values):
            count += 1
            yield {"row": row}
        self._rows[wanted.name] = count
        yield {"end": wanted.name, "rows": count}

    def _told(self, wanted: Wanted) -> dict[str, int | bool]:
        """Compare a table with what it was before any was read."""
        name, rows = wanted.name, self._rows[wanted.name]
        before, now = self._before[name], self._database.state(name)
        lacking = not wanted.column and rows < before.rows
        unlike = before != now or (not wanted.column and rows != before.rows)
        grown = unlike and not lacking and self._only_grown(name, before, now)
        return {"rows": rows, "changed": unlike, "grown": grown}

    def _only_grown(self, name: str, before: State, now: State) -> bool:
        """Whether as many rows are there as before, up to the number that was then the highest."""
        if not before.rows:
            return True
        if before.highest is None or now.rows < before.rows:
            return False
        with suppress(ReaderError):  # a driver that cannot tell: then nobody knows
            return self._database.count_up_to(name, before.highest) == before.rows
        return False


def _none_of_them() -> ReaderError:
    return ReaderError(
        "table_missing",
        "The data source has none of the tables that are asked for.",
        "See that it is the one of Tabs3 Billing, and that ODBC was initialized in Tabs3.",
    )
