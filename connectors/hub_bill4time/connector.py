"""The connector: Bill4Time, read through its API; what it cannot take from a program goes to a person."""

from __future__ import annotations

import weakref
from dataclasses import replace
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from hub.sdk import Access, AuthenticationFailed, Connector, Health, Kind, Settings, SourceMissing
from hub_bill4time.listing import Listing
from hub_bill4time.outbox import Outbox
from hub_bill4time.settings import Bill4TimeSettings
from hub_bill4time.stand_in import settings_for
from hub_bill4time.survey import choices
from hub_bill4time.template import TEMPLATES
from hub_bill4time.wire import Wire

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from hub.sdk import Cursor, FieldChoice, Followed, Found, Intent, Outcome, Page, Reference, Surroundings

_READ = Access(read=True)
_MOST_ROWS = 10_000


class Bill4TimeConnector(Connector[Bill4TimeSettings]):
    """Reads one account; writes files for the vendor's import."""

    name: ClassVar[str] = "bill4time"
    title: ClassVar[str] = "Bill4Time"
    settings: ClassVar[type[Settings]] = Bill4TimeSettings
    access: ClassVar[Mapping[Kind, Access]] = {
        kind: replace(_READ, create=True, find=True, visible_after=timedelta(0), batch=_MOST_ROWS)
        if kind in TEMPLATES
        else _READ
        for kind in (
            Kind.CLIENT,
            Kind.TIMEKEEPER,
            Kind.MATTER,
            Kind.TIME_ENTRY,
            Kind.EXPENSE,
            Kind.INVOICE,
            Kind.PAYMENT,
            Kind.WRITE_OFF,
            Kind.TRUST_TRANSACTION,
        )
    }

    def __init__(self, config: Bill4TimeSettings, surroundings: Surroundings) -> None:
        super().__init__(settings_for(config, surroundings), surroundings)

    @cached_property
    def _wire(self) -> Wire:
        return Wire(self.config, self.surroundings)

    @cached_property
    def _listing(self) -> Listing:
        listing = Listing(self._wire, self.config, self.surroundings.clock)
        weakref.finalize(self, listing.close)
        return listing

    @cached_property
    def _outbox(self) -> Outbox | None:
        return Outbox(self.config.imports, self.surroundings) if self.config.imports else None

    def access_to(self, kind: Kind) -> Access:
        """What can be done with a kind; without a folder for import files it is only read."""
        access = super().access_to(kind)
        if kind not in TEMPLATES:
            return access
        if self.config.imports is None:
            return _READ
        return replace(access, seen_within=timedelta(days=self.config.imports.seen_within_days))

    def check(self) -> Health:
        """Ask for one user, which every account has.

        Raises:
            AuthenticationFailed: the key is not accepted.
            SourceFailed: there is no answer.

        """
        try:
            self._wire.ask("users", top="1")
        except SourceMissing as error:
            # The key stands in the address: one that is not known there may be answered so, too.
            raise AuthenticationFailed(error.message, remedy=error.remedy) from None
        obstacle = self._outbox.obstacle if self._outbox else ""
        return Health(ok=True, notes=(obstacle,) if obstacle else ())

    def survey(self) -> Sequence[str]:
        """Say what will be in the way."""
        days, sweep = self.config.window_days, self.config.sweep_days
        often = f"once in {sweep} days" if sweep else "in every run"
        seen = (
            f"Bill4Time does not say what changed: what was created within {days} days is read in every run, "
            f"everything {often}. An older entry that is edited or deleted is seen only then."
        )
        into = "It is only read: set imports to have files made for Bill4Time's import."
        if self._outbox:
            into = "Bill4Time takes nothing from a program: a person hands in the files that are made for it."
        return seen, into

    def choices(self) -> Sequence[FieldChoice]:
        """Name the mapping choices that only the firm can make.

        Raises:
            SourceFailed: the account could not be read.

        """
        return choices(self._wire)

    def read(self, kind: Kind, cursor: Cursor | None) -> Iterator[Page]:
        """List a kind: what was created lately, or all of it.

        Raises:
            AuthenticationFailed: the key is not accepted any more.
            SourceFailed: the listing broke off.
            SourceMissing: the account has no such resource.

        """
        return self._listing.pages(kind, cursor)

    def write(self, intents: Sequence[Intent]) -> Iterator[Outcome]:
        """Write one import file, for a person to hand in."""
        assert self._outbox is not None
        return self._outbox.write(intents)

    def find(self, kind: Kind, reference: Reference) -> Sequence[Found]:  # noqa: ARG002 -- one journal for all
        """Look up whether an import file with this record was written.

        Raises:
            SourceFailed: the folder could not be read.

        """
        assert self._outbox is not None
        return self._outbox.find(reference)

    def follow(self, kind: Kind, receipts: Sequence[str]) -> Iterator[Followed]:  # noqa: ARG002 -- one journal for all
        """Say where import files stand.

        Raises:
            SourceFailed: the folder could not be read.

        """
        assert self._outbox is not None
        return self._outbox.follow(receipts)
