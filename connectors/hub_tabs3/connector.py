"""The connector: a folder of tables exported from Tabs3, read and never written.

Tabs3's own way out is ODBC, which is read-only; what writes its tables into this folder is the
firm's choice. Its way in (a file for the Device Interface) is another connection.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from hub.sdk import Access, Connector, FieldChoice, Health, Kind, Role, Settings
from hub_tabs3 import records
from hub_tabs3.listing import Listing
from hub_tabs3.statements import Statements
from hub_tabs3.survey import choices, examine
from hub_tabs3.tables import Export

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from hub.sdk import Cursor, Page, Upsert


class Tabs3Settings(Settings):
    """Where the tables are."""

    folder: str = Field(min_length=1)
    """The folder of exported tables; a relative path starts at the workspace."""


class Tabs3(Connector[Tabs3Settings]):
    """Reads clients, matters, timekeepers, time, expenses and statements.

    What a row says of other rows is added under names of its own: ``CLIENT_NUMBER``, the client's
    part of CLIENT_ID; ``COST_RATE``, the RATE of a cost that has UNITS; on a statement FEES and
    COSTS, its rows of ARCHIVE, and ``BILLED_*``, the parts and the total of what it bills; and
    ``_SEQUENCE_NO`` where the export has only reference numbers.
    """

    name: ClassVar[str] = "tabs3"
    title: ClassVar[str] = "Tabs3 Billing (exported tables)"
    settings: ClassVar[type[Settings]] = Tabs3Settings
    access: ClassVar[Mapping[Kind, Access]] = {
        Kind.CLIENT: Access(read=True),
        Kind.MATTER: Access(read=True),
        Kind.TIMEKEEPER: Access(read=True),
        Kind.TIME_ENTRY: Access(read=True),
        Kind.EXPENSE: Access(read=True),
        Kind.INVOICE: Access(read=True),
    }
    role: ClassVar[Role] = Role.PRACTICE

    @property
    def _export(self) -> Export:
        return Export(self.surroundings.folder / self.config.folder)

    def check(self) -> Health:
        """Read every table once and say what will be in the way.

        Raises:
            SourceFailed: a table is there and cannot be read.

        """
        return examine(self._export)

    def choices(self) -> Sequence[FieldChoice]:
        """Ask for the client's matter id and the classification of each level."""
        return choices(self._export)

    def read(self, kind: Kind, cursor: Cursor | None) -> Iterator[Page]:  # noqa: ARG002 -- always a full listing
        """List all records of a kind.

        Raises:
            SourceMissing: the folder, or every table of the kind, is not there.
            SourceFailed: a table cannot be read.

        """
        listing = Listing(self._export)
        return listing.pages(_READERS[kind](listing))


def _clients(listing: Listing) -> Iterator[Upsert]:
    return records.clients(listing.needed("CLIENT"), listing.notices)


def _matters(listing: Listing) -> Iterator[Upsert]:
    return records.matters(listing.needed("CLIENT"), listing.notices)


def _timekeepers(listing: Listing) -> Iterator[Upsert]:
    return records.timekeepers(listing.needed("EMPLOYEE"), listing.notices)


def _time_entries(listing: Listing) -> Iterator[Upsert]:
    return _entries(listing, "FEE", records.FEES)


def _expenses(listing: Listing) -> Iterator[Upsert]:
    return _entries(listing, "COST", records.COSTS)


def _entries(listing: Listing, source: str, rec_type: str) -> Iterator[Upsert]:
    """Read unbilled ones first: the hub then meets an entry in the order of its life."""
    tables = listing.some_of(source, "ARCHIVE")
    ids = records.client_ids(listing.glance("CLIENT"), listing.notices)
    for table in tables:
        if table.name == "ARCHIVE":
            yield from records.billed(table, frozenset(rec_type), ids, listing.notices)
        else:
            yield from records.unbilled(table, ids, listing.notices)


def _statements(listing: Listing) -> Iterator[Upsert]:
    ledger, archive = listing.needed("LEDGER"), listing.needed("ARCHIVE")
    ids = records.client_ids(listing.glance("CLIENT"), listing.notices)
    return Statements(ledger, archive, ids, listing.notices).read()


_READERS = {
    Kind.CLIENT: _clients,
    Kind.MATTER: _matters,
    Kind.TIMEKEEPER: _timekeepers,
    Kind.TIME_ENTRY: _time_entries,
    Kind.EXPENSE: _expenses,
    Kind.INVOICE: _statements,
}
