"""Which tables each kind is read from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.sdk import Kind
from hub_tabs3 import records, trust
from hub_tabs3.clients import Clients, Crosswalk, Speaker, bill_to, lowest
from hub_tabs3.listing import Listing
from hub_tabs3.payments import Payments, PaymentTables
from hub_tabs3.statements import Statements
from hub_tabs3.tracker import Tracker
from hub_tabs3.write_offs import WriteOffs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from hub.sdk import Cursor, Page, Upsert
    from hub_tabs3.groups import Group
    from hub_tabs3.ids import ClientIds
    from hub_tabs3.live import Changes, Live
    from hub_tabs3.settings import Tabs3Settings
    from hub_tabs3.tables import Export

_UNBILLED = {Kind.TIME_ENTRY: ("FEE", records.FEES), Kind.EXPENSE: ("COST", records.COSTS)}
WITH_LINES = frozenset({*_UNBILLED, Kind.INVOICE})
"""The kinds that are read from ARCHIVE, of which a live reading shows what changed."""


def clients(listing: Listing, settings: Tabs3Settings, workspace: Path) -> Iterator[Upsert]:
    """Read the clients as the matters that speak for them have them."""
    table = listing.needed("CLIENT")
    if settings.client_from is Speaker.CROSSWALK:
        crosswalk = Crosswalk(workspace / settings.client_crosswalk)
        yield from Clients(table, crosswalk, listing.notices).read()
        crosswalk.tell_missed(listing.notices)
    elif settings.client_from is Speaker.BILL_TO:
        rank = bill_to(listing.glance("BILLTO"), listing.notices)
        yield from Clients(table, rank, listing.notices).read()
    else:
        yield from Clients(table, lowest, listing.notices).read()


def _matters(listing: Listing) -> Iterator[Upsert]:
    return records.matters(listing.needed("CLIENT"), listing.notices)


def _timekeepers(listing: Listing) -> Iterator[Upsert]:
    return records.timekeepers(listing.needed("EMPLOYEE"), listing.notices)


def _time_entries(listing: Listing) -> Iterator[Upsert]:
    return _entries(listing, *_UNBILLED[Kind.TIME_ENTRY])


def _expenses(listing: Listing) -> Iterator[Upsert]:
    return _entries(listing, *_UNBILLED[Kind.EXPENSE])


def _entries(listing: Listing, source: str, rec_type: str) -> Iterator[Upsert]:
    """Read unbilled ones first: the hub then meets an entry in the order of its life."""
    tables = listing.some_of(source, "ARCHIVE")
    ids = _ids(listing)
    for table in tables:
        if table.name == "ARCHIVE":
            yield from records.billed(table, frozenset(rec_type), ids, listing.notices)
        else:
            yield from records.unbilled(table, ids, listing.notices)


def _statements(listing: Listing, only: Mapping[str, Group] | None = None) -> Iterator[Upsert]:
    ledger, archive = listing.needed("LEDGER"), listing.needed("ARCHIVE")
    return Statements(ledger, archive, _ids(listing), listing.notices, only).read()


def _payments(listing: Listing) -> Iterator[Upsert]:
    found = {table.name: table for table in listing.some_of("PAYMENT", "LEDGER")}
    tables = PaymentTables(found.get("PAYMENT"), found.get("LEDGER"), listing.optional("ARCHIVE"))
    return Payments(tables, _ids(listing), listing.notices).read()


def _write_offs(listing: Listing) -> Iterator[Upsert]:
    return WriteOffs(listing.needed("LEDGER"), _ids(listing), listing.notices).read()


def trust_transactions(listing: Listing, product: Export | None, name: str) -> Iterator[Upsert]:
    """Read Billing's client funds, and the transactions of the Trust product where the firm has it."""
    ids = _ids(listing)
    funds = listing.optional("FUND") if product else listing.needed("FUND")
    if funds:
        yield from trust.movements(funds, ids, listing.notices)
    transactions = listing.optional(name.upper(), product) if product else None
    if transactions:
        yield from trust.movements(transactions, ids, listing.notices)


def _ids(listing: Listing) -> ClientIds:
    return records.client_ids(listing.glance("CLIENT"), listing.notices)


READERS = {
    Kind.MATTER: _matters,
    Kind.TIMEKEEPER: _timekeepers,
    Kind.TIME_ENTRY: _time_entries,
    Kind.EXPENSE: _expenses,
    Kind.INVOICE: _statements,
    Kind.PAYMENT: _payments,
    Kind.WRITE_OFF: _write_offs,
}


def live_pages(live: Live, kind: Kind, cursor: Cursor | None) -> Iterator[Page]:
    """Read a kind of which ARCHIVE holds a part: whole, or what changed since a cursor.

    Raises:
        SourceFailed: the tables cannot be read now.

    """
    export, changes = live.with_lines(cursor)
    listing = Listing(export)
    listing.taken(live.taken, live.torn)
    tracker = _tracker(live, kind, changes)
    if kind is Kind.INVOICE:
        items = _statements(listing, live.groups(changes.wanted) if changes else None)
    else:
        items = READERS[kind](listing)
    return listing.pages(items, tracker)


def _tracker(live: Live, kind: Kind, changes: Changes | None) -> Tracker:
    source = "LEDGER" if kind is Kind.INVOICE else "ARCHIVE"

    def now() -> Mapping[str, set[int]]:
        if kind is Kind.INVOICE:
            return {key: group.ids() for key, group in live.groups().items()}
        return live.present()

    return Tracker(source, live.today, live.groups(), live.unsettled, changes, now)
