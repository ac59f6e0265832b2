"""A listing of one kind: the tables it is read from, its pages, and whether it held everything."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from hub.sdk import Page, Upsert
from hub_tabs3.notices import Notices
from hub_tabs3.odbc.export import export_state
from hub_tabs3.tables import missing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from hub.sdk import Item
    from hub_tabs3.odbc.export import ExportState
    from hub_tabs3.tables import Export, Table
    from hub_tabs3.tracker import Tracker

_ROWS_PER_PAGE = 1_000
_NESTED = ("FEES", "COSTS", "APPLICATIONS")


class Listing:
    """The tables of one reading of one kind.

    A listing that lacks one of its tables, or whose tables changed while they were exported or
    read, is not complete: it says nothing about what is missing.
    """

    def __init__(self, export: Export) -> None:
        self.notices = Notices()
        self._export = export
        self._stamps: list[tuple[Table, tuple[int, int]]] = []
        self._states: dict[Export, ExportState | None] = {}
        self._taken: datetime | None = None
        self._torn: Callable[[Iterable[str]], frozenset[str]] = lambda _names: frozenset()

    def needed(self, name: str) -> Table:
        """A table without which the kind cannot be read.

        Raises:
            SourceMissing: it is not there.

        """
        return self._watched(self._export.needed(name), self._export)

    def some_of(self, *names: str) -> list[Table]:
        """Those of the tables that are there.

        Raises:
            SourceMissing: none is.

        """
        found = [table for name in names if (table := self.optional(name))]
        if not found:
            raise missing(self._export.folder, *names)
        return found

    def optional(self, name: str, export: Export | None = None) -> Table | None:
        """A table that holds part of the kind, or ``None`` and a listing that is not complete."""
        export = export or self._export
        table = export.table(name)
        if table is None:
            self.notices.incomplete(
                f"{name} is not in the export: nothing is read of it, and none of its rows is taken "
                "to be deleted. Export it too.",
            )
            return None
        return self._watched(table, export)

    def glance(self, name: str) -> Table | None:
        """A table that is looked at and is no part of the kind, or ``None``."""
        return self._export.table(name)

    def taken(self, moment: datetime | None, torn: Callable[[Iterable[str]], frozenset[str]]) -> None:
        """Note that the tables are one state of a live system, and which of them did not come to rest."""
        self._taken, self._torn = moment, torn

    def pages(self, items: Iterable[Upsert], tracker: Tracker | None = None) -> Iterator[Page]:
        """Put items into pages of about 1,000 rows; the last one says what is to be said of them all."""
        page: list[Item] = []
        rows = 0
        for item in tracker.follow(items) if tracker else items:
            page.append(item)
            rows += 1 + _nested(item)
            if rows >= _ROWS_PER_PAGE:
                yield Page(page)
                page, rows = [], 0
        self._check_stamps()
        yield Page(
            page,
            cursor=tracker.cursor() if tracker else None,
            changes_only=tracker.changes_only if tracker else frozenset(),
            complete=self.notices.complete,
            notices=self.notices.texts,
            remarks=tuple(self.notices.remarks),
            as_of=self._as_of(),
        )

    def _watched(self, table: Table, export: Export) -> Table:
        if export not in self._states:
            self._states[export] = export_state(export.folder)
        state = self._states[export]
        if state is not None:
            self._check_export(table, state)
        self._stamps.append((table, table.stamp()))
        if self._torn([table.name]):
            self.notices.incomplete(
                f"{table.name} did not come to rest while it was read; none of its rows is taken to be "
                "deleted. It is read again with the next run.",
            )
        return table

    def _check_export(self, table: Table, state: ExportState) -> None:
        if not state.holds(table.name):
            self.notices.incomplete(
                f"{table.file_name} is not of a whole export: one has begun and not come to its end, or "
                "the file is another's. Export again.",
            )
        elif table.name in state.changed:
            self.notices.incomplete(
                f"{table.name} changed while it was exported; none of its rows is taken to be deleted.",
            )

    def _check_stamps(self) -> None:
        for table, stamp in self._stamps:
            if table.stamp() != stamp:
                self.notices.incomplete(
                    f"{table.file_name} changed while it was read; it is read again with the next run.",
                )
        for export, state in self._states.items():
            if export_state(export.folder) != state:
                self.notices.incomplete("A new export began while the tables were read.")

    def _as_of(self) -> datetime | None:
        """When the export began, or else when the newest of the tables was written.

        What changed later is not in it.
        """
        if self._taken is not None:
            return self._taken
        begun = [state.taken for state in self._states.values() if state and state.taken]
        if begun:
            return min(begun)
        newest = max((changed for _, (_, changed) in self._stamps), default=None)
        return None if newest is None else datetime.fromtimestamp(newest // 1_000_000_000, UTC)


def _nested(item: Item) -> int:
    """How many rows stand within one."""
    return sum(len(item.raw.get(lines, ())) for lines in _NESTED) if isinstance(item, Upsert) else 0
