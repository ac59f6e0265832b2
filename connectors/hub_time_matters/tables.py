"""Where rows come from: a database or exported tables, which look alike from here on."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from hub.sdk import SourceFailed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from contextlib import AbstractContextManager

PAGE = 1000
"""How many rows are handed over, and held, at a time."""


class Row(NamedTuple):
    """One row: columns in lower case, values as text, without trailing blanks.

    Args:
        number: which one of its table it is, as a spreadsheet numbers it.
        values: column → value; nothing is an empty text.
        problem: why it could not be read whole.

    """

    number: int
    values: dict[str, str]
    problem: str = ""


class Tables(Protocol):
    """The tables at one moment. Names of tables and columns are spelt in any case."""

    @property
    def complete(self) -> bool:
        """Whether what was read so far held everything, and did not change meanwhile."""
        ...

    @property
    def notices(self) -> Collection[str]:
        """What a person should know about how they were read."""
        ...

    def remarks(self) -> Sequence[str]:
        """What the firm's IT may do better about where they are, each a sentence with its remedy."""
        ...

    def names(self) -> Sequence[str]:
        """The names of all tables, as they are spelt there."""
        ...

    def columns(self, table: str) -> Sequence[str]:
        """The columns of a table, in lower case.

        Raises:
            SourceMissing: there is no such table.
            SourceFailed: it cannot be read.

        """
        ...

    def rows(self, table: str, columns: Collection[str] | None = None) -> Iterator[Row]:
        """The rows of a table, with these of its columns; one table at a time.

        Raises:
            SourceMissing: there is no such table.
            SourceFailed: it cannot be read.

        """
        ...


class Origin(Protocol):
    """A database or folder, not opened yet."""

    def opened(self) -> AbstractContextManager[Tables]:
        """Open the tables for one listing: a database shows them as they are at this moment.

        Raises:
            SourceFailed: they cannot be reached.

        """
        ...


def has(tables: Tables, table: str) -> bool:
    """Whether there is a table of this name."""
    return table.lower() in {name.lower() for name in tables.names()}


def need(tables: Tables, table: str, *columns: str) -> None:
    """See that a table has these columns.

    Raises:
        SourceMissing: there is no such table.
        SourceFailed: it lacks one of the columns.

    """
    absent = [one for one in columns if one.lower() not in tables.columns(table)]
    if absent:
        raise SourceFailed(
            f"The table {table} has no column {absent[0]}.",
            remedy="Export it with all its columns; or name the right column in hub.toml.",
        )
