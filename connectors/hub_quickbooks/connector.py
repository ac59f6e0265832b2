"""The connector: QuickBooks Online, through Intuit's Accounting API."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from hub.sdk import (
    Access,
    ConfigurationError,
    Connector,
    Health,
    Kind,
    Listing,
    Role,
    Settings,
)
from hub_quickbooks.books import Books
from hub_quickbooks.clashes import Clashes
from hub_quickbooks.finding import find
from hub_quickbooks.listing import Listing as CompanyListing
from hub_quickbooks.oauth import Tokens, sign_in
from hub_quickbooks.queries import PAGE
from hub_quickbooks.settings import QuickBooksSettings
from hub_quickbooks.stand_in import STAND_IN, keeper_for, settings_for
from hub_quickbooks.wire import Wire
from hub_quickbooks.writing import Writer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from hub.sdk import Authorized, Cursor, Found, Intent, Outcome, Page, Reference, SignInUI, Surroundings

_BATCH = 30
"""The most that a batch may hold (Intuit)."""
_FEWEST = 5

_READ = Access(
    read=True,
    listing=Listing.INCREMENTAL,
    find=True,
    # Intuit ends a request after 120 seconds itself; that a query then shows what was done is not documented.
    visible_after=timedelta(seconds=125),
    # For how long a request id is remembered is not documented: long enough for a repeat in the same run.
    idempotency=timedelta(minutes=15),
    batch=_BATCH,
    changes=PAGE - 100,
)
_WRITE = replace(_READ, create=True, update=True)
_MONEY = replace(_WRITE, void=True)
_CREDIT = replace(_READ, create=True)


class QuickBooksConnector(Connector[QuickBooksSettings]):
    """Reads and writes one company."""

    name: ClassVar[str] = "quickbooks"
    title: ClassVar[str] = "QuickBooks Online"
    settings: ClassVar[type[Settings]] = QuickBooksSettings
    role: ClassVar[Role] = Role.BOOKS
    # Of an app of the free Builder tier (App Partner Program, 2026-01-08). Writes are free.
    allowance: ClassVar[int | None] = 500_000
    access: ClassVar[Mapping[Kind, Access]] = {
        Kind.CLIENT: _WRITE,
        Kind.MATTER: _WRITE,
        Kind.TIMEKEEPER: _READ,
        Kind.TIME_ENTRY: _READ,
        Kind.INVOICE: _MONEY,
        Kind.PAYMENT: _MONEY,
        Kind.WRITE_OFF: _CREDIT,
        Kind.CREDIT_NOTE: _CREDIT,
    }

    def __init__(self, config: QuickBooksSettings, surroundings: Surroundings) -> None:
        super().__init__(settings_for(config, surroundings), surroundings)
        self._batch = _BATCH

    @cached_property
    def _tokens(self) -> Tokens:
        return Tokens(self.config, self.surroundings, keeper_for(self.config, self.surroundings))

    @cached_property
    def _wire(self) -> Wire:
        return Wire(self.config, self.surroundings, self._tokens, self._count_read)

    def _count_read(self) -> None:
        self.metered += 1

    @cached_property
    def _books(self) -> Books:
        return Books(self._wire)

    @cached_property
    def _listing(self) -> CompanyListing:
        return CompanyListing(self._wire, self.surroundings.clock)

    @cached_property
    def _writer(self) -> Writer:
        listing = self._listing
        clashes = Clashes(self._wire)
        return Writer(
            self._wire, self._books, clashes, wrote=listing.note_written, too_long=self._take_smaller_batches
        )

    def access_to(self, kind: Kind) -> Access:
        """What the connection says, in batches of what has been answered in time."""
        access = super().access_to(kind)
        switches = {Kind.TIMEKEEPER: self.config.timekeepers, Kind.TIME_ENTRY: self.config.time_entries}
        if switches.get(kind) == "write":
            access = _WRITE
        return replace(access, batch=self._batch)

    def _take_smaller_batches(self) -> None:
        """A batch took too long: the next ones are half of it; what is in doubt stays as it was."""
        self._batch = max(_FEWEST, self._batch // 2)

    def check(self) -> Health:
        """Say whether we are signed in; the company's name is asked for once.

        Raises:
            AuthenticationFailed: the sign-in is not accepted any more.
            ConfigurationError: it is not known which company it is.
            SourceFailed: Intuit does not answer.

        """
        if not self.config.realm:
            remedy = f"Sign in: hub connect {self.surroundings.connection}; or set realm."
            raise ConfigurationError("It is not known which company it is.", remedy=remedy)
        self._tokens.access()
        return Health(ok=True, identity=self.config.realm, title=self._company_name())

    def _company_name(self) -> str:
        if self.config.environment == STAND_IN:
            return "a stand-in on this machine"
        keeper = keeper_for(self.config, self.surroundings)
        known = keeper.get("company") or ""
        realm, _, name = known.partition(" ")
        if realm == self.config.realm:
            return name
        name = self._books.company
        keeper.keep("company", f"{self.config.realm} {name}")
        return name

    def authorize(self, ui: SignInUI) -> Authorized | None:
        """Let a person sign in, and choose the company, in a browser."""
        return sign_in(ui, self.config, self.surroundings)

    def survey(self) -> Sequence[str]:
        """Say what in the company's preferences will get in the way, what it has, and how we are signed in.

        Raises:
            SourceFailed: the company could not be read.

        """
        items = {item.id: item for item in self._books.items.values()}.values()
        listed = ", ".join(sorted(f"{item.name} (→ {item.account})" for item in items))
        return [
            *self._books.preferences.notes(),
            f"Items that lines may go to: {listed or 'none'}.",
            *self._tokens.notes(),
        ]

    def read(self, kind: Kind, cursor: Cursor | None) -> Iterator[Page]:
        """List a kind, or what changed of it.

        Raises:
            CursorTooOld: what changed since the cursor cannot be told any more.
            SourceFailed: the company could not be read.

        """
        return self._listing.pages(kind, cursor)

    def write(self, intents: Sequence[Intent]) -> Iterator[Outcome]:
        """Write a batch."""
        return self._writer.write(intents)

    def find(self, kind: Kind, reference: Reference) -> Sequence[Found]:
        """Look for what a doubtful create has left.

        Raises:
            SourceFailed: the company could not be read.

        """
        return find(self._wire, kind, reference)
