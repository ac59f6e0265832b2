"""A listing of one kind: the tables it is read from, its pages, and whether it held everything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.sdk import Page, Upsert
from hub_tabs3.notices import Notices
from hub_tabs3.tables import missing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hub_tabs3.tables import Export, Table

_ROWS_PER_PAGE = 1_000


class Listing:
    """The tables of one reading of one kind.

    A listing that lacks one of its tables, or whose tables changed while they were read, is not
    complete: it says nothing about what is missing.
    """

    def __init__(self, export: Export) -> None:
        self.notices = Notices()
        self._export = export
        self._stamps: list[tuple[Table, tuple[int, int]]] = []

    def needed(self, name: str) -> Table:
        """A table without which the kind cannot be read.

        Raises:
            SourceMissing: it is not there.

        """
        return self._watched(self._export.needed(name))

    def some_of(self, *names: str) -> list[Table]:
        """Those of the tables that are there.

        Raises:
            SourceMissing: none is.

        """
        found = [table for name in names if (table := self.optional(name))]
        if not found:
            raise missing(self._export.folder, *names)
        return found

    def optional(self, name: str) -> Table | None:
        """A table that holds part of the kind, or ``None`` and a listing that is not complete."""
        table = self._export.table(name)
        if table is None:
            self.notices.incomplete(
                f"{name} is not in the export: nothing is read of it, and none of its rows is taken "
                "to be deleted. Export it too.",
            )
            return None
        return self._watched(table)

    def glance(self, name: str) -> Table | None:
        """A table that is looked at and is no part of the kind, or ``None``."""
        return self._export.table(name)

    def pages(self, items: Iterable[Upsert]) -> Iterator[Page]:
        """Put items into pages of about 1,000 rows; the last one says whether the listing was complete."""
        page: list[Upsert] = []
        rows = 0
        for item in items:
            page.append(item)
            rows += 1 + sum(len(item.raw.get(lines, ())) for lines in ("FEES", "COSTS"))
            if rows >= _ROWS_PER_PAGE:
                yield Page(page)
                page, rows = [], 0
        self._check_stamps()
        yield Page(page, complete=self.notices.complete, notices=self.notices.texts)

    def _watched(self, table: Table) -> Table:
        self._stamps.append((table, table.stamp()))
        return table

    def _check_stamps(self) -> None:
        for table, stamp in self._stamps:
            if table.stamp() != stamp:
                self.notices.incomplete(
                    f"{table.file_name} changed while it was read; it is read again with the next run.",
                )
