"""One reading of a kind: its table, and the tables of the lines that its records nest."""

from collections.abc import Iterator, Mapping

from hub.sdk import Upsert
from hub_folder.files import Signature, signature
from hub_folder.spool import Joined
from hub_folder.table import Table


class Listing:
    """A listing of one kind, and whether it changed under the reader."""

    def __init__(self, table: Table, parts: Mapping[str, Table]) -> None:
        there = {name: part for name, part in parts.items() if not part.is_new()}
        self._tables = [table, *there.values()]
        self._joined = Joined(table, there) if there else None
        self.state = self._state()

    @property
    def notices(self) -> tuple[str, ...]:
        """What a person should know about it; all of it is known once it has been read."""
        own = [notice for table in self._tables for notice in table.notices]
        joined = self._joined.notices if self._joined else []
        return (*own, *joined, *self._gaps())

    def pages(self) -> Iterator[list[Upsert]]:
        """The records, nested where they have lines, a page at a time."""
        return self._joined.pages() if self._joined else self._tables[0].pages()

    def is_whole(self) -> bool:
        """Whether it held everything, now that it has been read."""
        return not self._gaps()

    def is_still(self) -> bool:
        """Whether the files are what they were when the reading began."""
        return self._state() == self.state

    def _state(self) -> tuple[Signature | None, ...]:
        return tuple(signature(table.content) for table in self._tables)

    def _gaps(self) -> list[str]:
        """Why the listing cannot say what is missing."""
        gaps = [
            f"{table.path.name} has {table.nameless} rows without an id: nothing counts as deleted."
            for table in self._tables
            if table.nameless
        ]
        if not self.is_still():
            gaps.append(
                f"{self._tables[0].path.name} was changed while it was read; the next run reads it again."
            )
        return gaps
