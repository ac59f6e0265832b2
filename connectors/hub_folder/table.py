"""What every format of a table can do: be listed, and have a batch of changes prepared for it."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import Any, ClassVar, Final

from hub.sdk import Upsert
from hub_folder.layout import Layout, Layouts

DIGEST_BYTES: Final = 16

Row = Mapping[str, Any]
"""The cells that are written to a row, by column; columns that are not named keep what they hold."""


def digest_of(text: str) -> bytes:
    """The digest of a row's text, the same whatever encoding the file is in."""
    return digest_of_bytes(text.encode())


def digest_of_bytes(data: bytes) -> bytes:
    """The digest of some bytes."""
    return blake2b(data, digest_size=DIGEST_BYTES).digest()


@dataclass(frozen=True, slots=True)
class Change:
    """What one batch does to one table.

    Args:
        added: rows that are put at the end.
        updated: id → the cells to set in the row that has it.
        dropped: ids whose rows are taken out.

    """

    added: Sequence[Row] = ()
    updated: Mapping[str, Row] = field(default_factory=dict)
    dropped: frozenset[str] = frozenset()

    @property
    def only_adds(self) -> bool:
        """Whether what the table holds now stays as it is."""
        return not self.updated and not self.dropped

    @property
    def rows(self) -> list[Row]:
        """All rows that bring cells."""
        return [*self.added, *self.updated.values()]


@dataclass(frozen=True, slots=True)
class Edit:
    """A change of one file that is ready to be made.

    Args:
        path: the file.
        added: the digests of the added rows, as the next reading will compute them.
        updated: the same for the updated ones, by id.
        tail: what is appended to the file; ``None`` where ``staged(path)`` takes its place.

    """

    path: Path
    added: Sequence[bytes]
    updated: Mapping[str, bytes] = field(default_factory=dict)
    tail: bytes | None = None


def staged(path: Path) -> Path:
    """Where a file's successor is prepared: beside it, hidden from who lists the folder."""
    return path.with_name(f".{path.name}.new")


class Unwritable(Exception):
    """A row that a format has no way to hold; the rest of its batch waits for another call."""

    def __init__(self, row: Row, column: str, message: str) -> None:
        super().__init__(message)
        self.row = row
        self.column = column
        self.message = message


@dataclass(frozen=True, slots=True)
class Held:
    """A file, which need not exist yet, and what it holds.

    Args:
        path: the file.
        content: where its content is: elsewhere only while a write is unfinished.
        limit: how many bytes of that count; ``None`` for all. What is beyond was left behind by
            a write that broke off.

    """

    path: Path
    content: Path
    limit: int | None = None


class Table(ABC):
    """A file with one row or document for each record.

    Args:
        file: the file.
        source: the record type that its rows are handed over as.
        id_column: the column with their ids.
        layouts: how text files are laid out.

    """

    nests: ClassVar[bool] = False
    """Whether a document holds its own lines."""

    def __init__(self, file: Held, source: str, id_column: str, layouts: Layouts) -> None:
        self.path = file.path
        self.content = file.content
        self.limit = file.limit
        self.source = source
        self.id_column = id_column
        self.layouts = layouts
        self.nameless = 0
        """How many rows that cannot be read do not even show whose they are."""

    @property
    def notices(self) -> tuple[str, ...]:
        """What a person should know about the file as a whole."""
        return ()

    @property
    @abstractmethod
    def identified(self) -> bool:
        """Whether its rows have an id column."""

    @abstractmethod
    def pages(self) -> Iterator[list[Upsert]]:
        """All rows, a page at a time.

        Raises:
            SourceFailed: the file is no table.
            OSError: it cannot be opened.

        """

    @abstractmethod
    def edit(self, change: Change) -> Edit:
        """Prepare a change without touching the file.

        Raises:
            SourceFailed: the file is no table.
            OSError: no room is left, or another program holds the file.
            Unwritable: a row cannot stand in a file of this format.

        """

    def is_new(self) -> bool:
        """Whether there is nothing there yet, not even a header."""
        return not self.content.exists() or not self.content.stat().st_size

    def problem(self, number: int, identifier: str, what: str, text: str) -> Upsert:
        """A row that cannot be read, handed over with its text so that nothing is lost."""
        message = f"Row {number} of {self.path.name} {what}"
        self.nameless += not identifier
        digest = digest_of(text)
        return Upsert(
            self.source, identifier or f"row {number}", {"row": text}, digest=digest, problem=message
        )


class TextTable(Table):
    """A table in a text file, which may be in an encoding of old."""

    @cached_property
    def layout(self) -> Layout:
        """How the file is laid out."""
        return self.layouts.of(self.content)

    @property
    def notices(self) -> tuple[str, ...]:
        """That the file is in an encoding of old."""
        if self.layout.encoding != "cp1252":
            return ()
        return (f"{self.path.name} is no UTF-8 text and was read as cp1252 (Windows Latin).",)


class Identities:
    """Identities for rows without an id: the digest, and an ordinal among equal rows.

    Takes about 100 bytes of memory for each row.
    """

    def __init__(self) -> None:
        self._seen: dict[bytes, int] = {}

    def name(self, digest: bytes) -> str:
        """The identity of the next row that has this digest."""
        ordinal = self._seen.get(digest, 0) + 1
        self._seen[digest] = ordinal
        return digest.hex() if ordinal == 1 else f"{digest.hex()}-{ordinal}"
