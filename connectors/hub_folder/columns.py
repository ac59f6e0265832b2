"""The columns of a table: their names as they stand there, and how they are found again."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hub.sdk import SourceFailed


@dataclass(frozen=True, slots=True)
class Columns:
    """The header of a table.

    Args:
        names: the names as they are spelt there, without blanks around them.
        aliases: small letters → the name as spelt, where that differs; a row is handed over
            under both, so that a mapping may use either.
        id: the position of the id column; ``None`` where the table has none.

    """

    names: tuple[str, ...]
    aliases: tuple[tuple[str, str], ...]
    id: int | None

    @classmethod
    def of(cls, header: Iterable[object], id_column: str, table: str) -> "Columns":
        """Read a header.

        Raises:
            SourceFailed: there is none, or a name stands in it twice.

        """
        names = tuple("" if cell is None else str(cell).strip() for cell in header)
        small = [name.lower() for name in names]
        if not any(names):
            raise SourceFailed(
                f"{table} has no header.", remedy="Put the names of the columns in its first row."
            )
        twice = next((name for at, name in enumerate(small) if name and name in small[:at]), None)
        if twice is not None:
            raise SourceFailed(f"{table} has two columns {twice!r}.", remedy="Rename one of them.")
        aliases = tuple((low, name) for low, name in zip(small, names, strict=True) if low != name)
        wanted = id_column.lower()
        return cls(names, aliases, small.index(wanted) if wanted in small else None)

    def missing(self, rows: Iterable[Mapping[str, Any]]) -> list[str]:
        """The names that rows use and this header lacks, in the order in which they come up."""
        known = {name.lower() for name in self.names}
        lacking: dict[str, str] = {}
        for row in rows:
            for name, value in row.items():
                # What says that a field is empty needs no column to say it in.
                if value not in (None, "") and name not in known and name.lower() not in known:
                    lacking.setdefault(name.lower(), name)
        return list(lacking.values())

    def widened(self, rows: Iterable[Mapping[str, Any]], id_column: str) -> list[str]:
        """The names when every row has found its columns, and the ids theirs."""
        lacking = self.missing(rows)
        if self.id is None:
            lacking = [id_column, *(name for name in lacking if name.lower() != id_column.lower())]
        return [*self.names, *lacking]

    def document(self, cells: Sequence[str]) -> dict[str, Any]:
        """A row as a document, under the names as spelt and under small letters."""
        raw = dict(zip(self.names, cells, strict=True))
        if self.aliases:
            raw.update([(low, raw[name]) for low, name in self.aliases])
        return raw


def header_for(rows: Sequence[Mapping[str, Any]], id_column: str) -> list[str]:
    """The header of a new table: the id, then what the rows bring along."""
    names = dict.fromkeys([id_column])
    known = {id_column.lower()}
    for row in rows:
        for name in row:
            if name.lower() not in known:
                known.add(name.lower())
                names[name] = None
    return list(names)
