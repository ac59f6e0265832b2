"""The connector for tables in a folder: finds them, lists them, writes to them."""

import contextlib
import secrets
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import groupby
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Final

from pydantic import Field

from hub.sdk import (
    Access,
    Connector,
    Cursor,
    Found,
    Health,
    Intent,
    Kind,
    Outcome,
    Page,
    Reference,
    Settings,
    SourceFailed,
    SourceMissing,
    Surroundings,
)
from hub_folder.journal import Journal
from hub_folder.listing import Listing
from hub_folder.shelf import Format, Shelf
from hub_folder.spool import Index
from hub_folder.writing import Writing, not_sent, own_identifier, spellings

MARK: Final = ".hub-folder"
"""The file by which a folder is known again; made by the first write."""

_BATCH: Final = 2000
_BOTH_WAYS: Final = Access(
    read=True,
    create=True,
    update=True,
    find=True,
    visible_after=timedelta(0),  # what died no longer writes, and what is written is there at once
    batch=_BATCH,
)
_READ_ONLY: Final = Access(read=True)


class FolderSettings(Settings):
    """Where the tables are and how they are written.

    Args:
        folder: the folder, starting at the workspace's own.
        format: what a table is written as that is not there yet; one that is there stays as it is.
        id: the column with the id of each row.

    """

    folder: Annotated[str, Field(min_length=1)]
    format: Format = "csv"
    id: Annotated[str, Field(min_length=1)] = "id"


class FolderConnector(Connector[FolderSettings]):
    """Tables in a folder, one for each kind and named after it, such as ``time_entry.csv``."""

    name: ClassVar[str] = "folder"
    title: ClassVar[str] = "Tables in a folder"
    settings: ClassVar[type[Settings]] = FolderSettings
    access: ClassVar[Mapping[Kind, Access]] = MappingProxyType(
        {kind: _READ_ONLY if kind is Kind.TRUST_TRANSACTION else _BOTH_WAYS for kind in Kind},
    )

    def __init__(self, config: FolderSettings, surroundings: Surroundings) -> None:
        super().__init__(config, surroundings)
        self._folder = surroundings.folder / config.folder
        self._shelf = Shelf(self._folder, config.format, config.id)
        self._index: tuple[Kind, Any, Index] | None = None

    def check(self) -> Health:
        """Look at the folder and its tables; the mark that the first write left is its identity."""
        if not self._folder.exists():
            note = f"There is no folder {self._folder}. Correct `folder`, or let the first write make it."
            return Health(ok=True, title=self._folder.name, notes=(note,))
        if not self._folder.is_dir():
            note = f"{self._folder} is a file. Correct `folder`."
            return Health(ok=False, notes=(note,))
        with _failing(self._folder.name):
            return Health(ok=True, identity=self._mark(), title=self._folder.name, notes=tuple(self._notes()))

    def read(self, kind: Kind, cursor: Cursor | None) -> Iterator[Page]:  # noqa: ARG002 -- a listing is always whole
        """List a kind's table, whole, a page at a time; the last page is empty and says how it went."""
        with _failing(kind.value):
            listing = self._listing(kind)
            for items in listing.pages():
                yield Page(items)
            yield Page((), complete=listing.is_whole(), notices=listing.notices)

    def write(self, intents: Sequence[Intent]) -> Iterator[Outcome]:
        """Write a batch: all rows of a kind, or none where the folder does not let us."""
        try:
            self._make()
        except OSError as error:
            yield from (Outcome(intent.key, not_sent(error)) for intent in intents)
            return
        for kind, batch in groupby(intents, lambda intent: intent.kind):
            yield from Writing(kind, self._shelf, self._journal(kind), self.config.id).run(list(batch))

    def find(self, kind: Kind, reference: Reference) -> Sequence[Found]:
        """Look a create up by the id that its row got."""
        payload = reference.payload
        wanted = own_identifier(payload, spellings(self.config.id, (payload,))) or reference.key
        with _failing(kind.value):
            if not self._folder.is_dir():
                raise SourceFailed(
                    f"There is no folder {self._folder}.", remedy="Connect the drive it is on."
                )
            try:
                digests = self._indexed(kind).digests(wanted)
            except SourceMissing:
                return ()
        return [Found(wanted, digest.hex(), source=kind.value, digest=digest) for digest in digests]

    def _journal(self, kind: Kind) -> Journal:
        return Journal(self._folder, kind.value, self.surroundings.clock)

    def _listing(self, kind: Kind) -> Listing:
        journal = self._journal(kind)
        table = self._shelf.table(kind, journal)
        return Listing(table, self._shelf.parts(kind, table, journal))

    def _indexed(self, kind: Kind) -> Index:
        """The index of a kind, made once for as long as its files stand."""
        listing = self._listing(kind)
        if self._index is None or self._index[:2] != (kind, listing.state):
            if self._index is not None:
                self._index[2].close()
            self._index = (kind, listing.state, Index(listing.pages()))
        return self._index[2]

    def _mark(self) -> str:
        path = self._folder / MARK
        return path.read_text(encoding="ascii").strip() if path.exists() else ""

    def _make(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError), (self._folder / MARK).open("x", encoding="ascii") as file:
            file.write(f"{secrets.token_hex(16)}\n")

    def _notes(self) -> Iterator[str]:
        """What will be in the way."""
        tables = 0
        for kind in Kind:
            try:
                table = self._shelf.table(kind, self._journal(kind))
                tables += 1
                yield from table.notices
                if not table.identified:
                    yield (
                        f"{table.path.name} has no column {self.config.id}: its rows are told apart by what "
                        "is in them, so an edited row reads as another one. Add that column."
                    )
            except SourceMissing:
                continue
            except SourceFailed as error:
                yield str(error)
        if not tables:
            yield f"The folder {self._folder.name} holds no table yet."
        for name in self._shelf.strangers():
            yield f"{name} is not read: it is named after no kind, such as time_entry or matter."


@contextlib.contextmanager
def _failing(what: str) -> Iterator[None]:
    """Say of a file that cannot be read what it is and what to do."""
    try:
        yield
    except OSError as error:
        name = Path(str(error.filename or what)).name
        raise SourceFailed(
            f"{name} cannot be read: {error.strerror or type(error).__name__}.",
            remedy="Close it in other programs, and see that you may read it.",
        ) from error
    except UnicodeDecodeError as error:
        raise SourceFailed(f"The table {what} was changed while it was read.", remedy="Run again.") from error
