"""The connector: Tabs3's tables, exported or read live, and its Device Interface as the way back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from hub.sdk import Access, Connector, FieldChoice, Health, Kind, Role, Settings
from hub_tabs3 import readers, trust
from hub_tabs3.device import DeviceInterface
from hub_tabs3.listing import Listing
from hub_tabs3.live import Live
from hub_tabs3.odbc import CONNECT, Blackout, Reader, RunFolder, reader_command
from hub_tabs3.settings import Tabs3Settings
from hub_tabs3.survey import choices, present, surveyed
from hub_tabs3.tables import Export

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from hub.sdk import Cursor, Followed, Found, Intent, Outcome, Page, Reference

_BETWEEN_TABLES = timedelta(hours=2)
"""For how long a row may be in no table: entries and payments move while statements are updated."""
_MOST_LINES = 9_999
"""How many records one file takes: the limit of Tabs3's older converters (CONVASCV)."""
_READ = Access(read=True)
_MOVES = Access(read=True, missing_for=_BETWEEN_TABLES)
_BY_HAND = replace(_MOVES, by_hand=True)
_WRITTEN = Access(
    read=True,
    create=True,
    by_hand=True,
    find=True,
    visible_after=timedelta(0),
    batch=_MOST_LINES,
    together="device",
    missing_for=_BETWEEN_TABLES,
)


class Tabs3(Connector[Tabs3Settings]):
    """Reads clients, matters, timekeepers, time, expenses, statements, and what was paid on them.

    What a row says of other rows is added under names of its own: ``CLIENT_NUMBER``, the client's
    part of CLIENT_ID; ``COST_RATE``, the RATE of a cost that has UNITS; ``SPLIT_OF``, the entry
    that a share was split off; on a statement FEES and COSTS, its rows of ARCHIVE, and
    ``BILLED_*``, the parts and the total of what it bills; and ``_SEQUENCE_NO`` where the export
    has only reference numbers. A payment or write-off is made of several rows: APPLICATIONS names
    the statements (``STATEMENT_SEQ``) and how much of it goes to each (``APPLIED``).

    Time and expenses are delivered as a file, where the firm has set up its Device Interface.
    Whatever else Tabs3 should have, a person enters.
    """

    name: ClassVar[str] = "tabs3"
    title: ClassVar[str] = "Tabs3 Billing"
    settings: ClassVar[type[Settings]] = Tabs3Settings
    access: ClassVar[Mapping[Kind, Access]] = {
        Kind.CLIENT: _READ,
        Kind.MATTER: _READ,
        Kind.TIMEKEEPER: _READ,
        Kind.TIME_ENTRY: _WRITTEN,
        Kind.EXPENSE: _WRITTEN,
        Kind.INVOICE: _READ,
        Kind.PAYMENT: _BY_HAND,
        Kind.WRITE_OFF: replace(_READ, by_hand=True),
        Kind.TRUST_TRANSACTION: _READ,
    }
    role: ClassVar[Role] = Role.PRACTICE

    def access_to(self, kind: Kind) -> Access:
        """What can be done here; without a Device Interface a person enters time and expenses."""
        usual = super().access_to(kind)
        if not usual.create:
            return usual
        return replace(usual, seen_within=self._device.seen_within) if self._device else _BY_HAND

    def check(self) -> Health:
        """See that the tables are there, or that the data source answers.

        Raises:
            SourceFailed: the folder is there and cannot be read.

        """
        if self._live is None:
            return present(self._folder_export)
        now = self.surroundings.clock.now()
        if reason := self._blackout.reason(now):
            return Health(ok=False, title=self.config.dsn, notes=(reason,))
        return self._reader(self.config.dsn).health()

    def survey(self) -> Sequence[str]:
        """Read every table and say what will be in the way.

        Raises:
            SourceFailed: a table cannot be read.

        """
        notes = self._device.check(self.surroundings.clock.now()) if self._device else ()
        return (*notes, *surveyed(self._tables(), self._trust, self.config.trust_table))

    def choices(self) -> Sequence[FieldChoice]:
        """Ask for the client's matter id and the classification of each level."""
        return choices(self._tables())

    def read(self, kind: Kind, cursor: Cursor | None) -> Iterator[Page]:
        """List all records of a kind; of what is billed, where it is read live, what changed.

        Raises:
            SourceMissing: the folder, or every table of the kind, is not there.
            SourceFailed: a table cannot be read.

        """
        if self._live is not None and kind in readers.WITH_LINES:
            return readers.live_pages(self._live, kind, cursor)
        listing = Listing(self._tables(payments=kind is Kind.PAYMENT))
        if self._live is not None:
            listing.taken(self._live.taken, self._live.torn)
        if kind is Kind.CLIENT:
            folder = self.surroundings.folder
            return listing.pages(readers.clients(listing, self.config, folder))
        if kind is Kind.TRUST_TRANSACTION:
            return listing.pages(readers.trust_transactions(listing, self._trust, self.config.trust_table))
        return listing.pages(readers.READERS[kind](listing))

    def write(self, intents: Sequence[Intent]) -> Iterator[Outcome]:
        """Put time and expenses into one file for the Device Interface; see there for their ends."""
        assert self._device is not None, "without a Device Interface nothing is written"
        return self._device.write(intents)

    def find(self, kind: Kind, reference: Reference) -> Sequence[Found]:
        """Say whether a record was handed over.

        Raises:
            SourceFailed: nobody can say.

        """
        return self._device.find(kind, reference) if self._device else ()

    def follow(self, kind: Kind, receipts: Sequence[str]) -> Iterator[Followed]:
        """Say where lines stand that were not seen in Tabs3 yet.

        Raises:
            SourceFailed: the notes, the drop folder or the log cannot be read.

        """
        return self._device.follow(kind, receipts) if self._device else iter(())

    # ------------------------------------------------------------ where everything is

    @property
    def _folder_export(self) -> Export:
        return Export(self.surroundings.folder / self.config.folder)

    def _tables(self, *, payments: bool = False) -> Export:
        return self._folder_export if self._live is None else self._live.export(payments=payments)

    @property
    def _blackout(self) -> Blackout:
        return Blackout.parse(self.config.blackout)

    @cached_property
    def _run(self) -> RunFolder:
        return RunFolder(self.surroundings.folder / f".tabs3-{self.surroundings.connection}")

    def _reader(self, dsn: str) -> Reader:
        secret = self.config.connect
        return Reader(
            reader_command(self.config.reader, self.surroundings.folder),
            dsn,
            {CONNECT: secret.get_secret_value()} if secret else {},
            self.config.silence_seconds,
        )

    @cached_property
    def _live(self) -> Live | None:
        if not self.config.dsn:
            return None
        reader, clock = self._reader(self.config.dsn), self.surroundings.clock
        return Live(reader, self._run, self._blackout, clock, self.config.sweep_nights)

    @cached_property
    def _trust(self) -> Export | None:
        """The tables of the Trust product, where the firm has it."""
        if self.config.trust_dsn:
            self._blackout.heed(self.surroundings.clock.now())
            reader, folder = self._reader(self.config.trust_dsn), self._run.path / "trust"
            return trust.fetched(reader, folder, self.config.trust_table)
        named = self.config.trust_folder
        return Export(self.surroundings.folder / named, trust.PRODUCT, "trust_folder") if named else None

    @cached_property
    def _device(self) -> DeviceInterface | None:
        if self.config.device is None:
            return None
        return DeviceInterface(self.config.device, self.surroundings.folder, self.surroundings.clock)
