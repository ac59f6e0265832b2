"""Receivables at the start of a flow: what each client owed on that day, at the source and at the books."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from hub.ledger import BindingState
from hub.mapping import Untranslatable
from hub.model import Kind
from hub.sync.period import DAYS, Period, joined_cause
from hub.sync.planning import amount_of
from hub.sync.secure import Secure
from hub.sync.seen import Seen, Shown
from hub.sync.stock import chunks, status_of
from hub.sync.translation import Translation

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from hub.ledger import StoredBinding, StoredRecord
    from hub.mapping import Inward
    from hub.sync.session import Flow, Peer, Session

CREDITS = (Kind.PAYMENT, Kind.WRITE_OFF, Kind.CREDIT_NOTE)
"""What lowers what a client owes."""
KINDS = (Kind.INVOICE, *CREDITS)
_NOTHING = Decimal(0)
_LIVE = BindingState.LIVE


@dataclass(frozen=True, slots=True)
class Bill:
    """An invoice that stands, as one side has it."""

    record: int
    client: int
    number: str
    day: str
    total: Decimal
    early: bool
    """Whether it is older than the start."""


class Side:
    """What one side has."""

    def __init__(self) -> None:
        self.bills: dict[int, Bill] = {}
        self.owed: dict[int, Decimal] = defaultdict(Decimal)
        """What each client owed at the start: a credit that is applied to nothing counts, too."""
        self._applied: dict[int, Decimal] = defaultdict(Decimal)

    def take(self, stored: StoredRecord, *, early: bool) -> None:
        """Count a record that stands."""
        client, amount = stored.values["client"], amount_of(stored)
        if stored.kind is Kind.INVOICE:
            number, day = stored.values["number"], stored.values["issued_on"]
            self.bills[stored.id] = Bill(stored.id, client, number, day, amount, early)
        if not early:
            return
        self.owed[client] += amount if stored.kind is Kind.INVOICE else -amount
        for part in stored.values.get("applications", ()) if stored.kind in CREDITS else ():
            self._applied[part["invoice"]] += Decimal(part["amount"])

    def open(self, bill: Bill) -> Decimal:
        """What was open of an invoice at the start."""
        return bill.total - self._applied.get(bill.record, _NOTHING)

    @property
    def total(self) -> Decimal:
        """What all clients owed at the start."""
        return sum(self.owed.values(), _NOTHING)


class Receivables:
    """What both sides have of what a flow may move, as they were last read; reads the whole of it."""

    def __init__(self, session: Session, flow: Flow, books: Peer) -> None:
        self._session = session
        self._ledger = session.ledger
        self._flow = flow
        self._peer = books
        self._number = session.peers[flow.source].number
        decisions = session.ledger.decisions.taken()
        self.period = Period(session.ledger, flow, books, decisions)
        self._secure = Secure(session.ledger)
        self._others = _other_sources(session, flow)
        self._ours: dict[int, bool] = {}
        self.source, self.books = Side(), Side()
        self.at_books: set[int] = set()
        """The invoices that stand at the books, or were handed over to them, whoever else has them."""
        self.gone: set[int] = set()
        """The records that were at the books and are gone there: they are not written again."""
        self.alone: set[int] = set()
        """The invoices that the books alone have."""
        self.going_along: dict[int, Decimal] = defaultdict(Decimal)
        """For each client, the money of before the start that goes along with what is brought."""
        for kind in KINDS:
            spelling = Spelling(session, books, kind)
            for chunk in chunks(self._ledger.records.of_kind(kind)):
                self._take(chunk, spelling)

    def _take(self, chunk: Sequence[StoredRecord], spelling: Spelling) -> None:
        identifiers = [stored.id for stored in chunk]
        here = {one for one, state in self._states(identifiers, self._number).items() if state == _LIVE}
        bound = self._ledger.records.bound_at(identifiers, self._peer.number)
        there = {record: one for record, one in bound.items() if one.state is not BindingState.GONE}
        self.gone |= bound.keys() - there.keys()
        others = {one for number in self._others for one in self._states(identifiers, number)} - here
        alone = self._ledger.records.alone_at(there, self._peer.number)
        spelling.look_up([one for record, one in there.items() if record not in alone])
        for stored in chunk:
            if stored.id in others or not self._is_ours(stored):
                continue
            if stored.id in here:
                self._take_at_source(stored, is_there=stored.id in there)
            if stored.id in there:
                said = stored if stored.id in alone else spelling.said(stored, there[stored.id])
                self._take_at_books(said, alone)

    def _states(self, identifiers: Sequence[int], connection: int) -> Mapping[int, int]:
        return self._ledger.records.sources_of(identifiers, connection)

    def _take_at_source(self, stored: StoredRecord, *, is_there: bool) -> None:
        if not _stands(stored) or not stored.values.get("processed", True):
            return
        early = self.period.is_early(stored)
        self.source.take(stored, early=early)
        if (
            early
            and not is_there
            and stored.id not in self.gone
            and self._moves(stored.kind)
            and self.period.covers(stored)
        ):
            self.going_along[stored.values["client"]] += amount_of(stored)

    def _moves(self, kind: Kind) -> bool:
        access = self._peer.access(kind)
        return kind in CREDITS and kind in self._flow.kinds and (access.create or access.by_hand)

    def _take_at_books(self, stored: StoredRecord, alone: Collection[int]) -> None:
        if stored.kind is Kind.INVOICE:
            self.at_books.add(stored.id)
            if stored.id in alone:
                self.alone.add(stored.id)
        if _stands(stored):
            self.books.take(stored, early=self.period.is_early(stored))

    def _is_ours(self, stored: StoredRecord) -> bool:
        """Whether a record belongs to what the flow may move, as far as is known."""
        client = stored.values["client"]
        if client not in self._ours:
            self._ours[client] = self._is_our_client(client)
        return self._ours[client] and (self._flow.secure or not self._secure.covers(stored))

    def _is_our_client(self, client: int) -> bool:
        known = self._states([client], self._number)
        if self._flow.clients:
            return bool(known) and self._ledger.records.get(client).values.get("number") in self._flow.clients
        return bool(known) or not any(self._states([client], number) for number in self._others)


class Spelling:
    """What the books themselves say of a record, where that may be another thing than the record says."""

    def __init__(self, session: Session, books: Peer, kind: Kind) -> None:
        self._bulk = session.ledger.bulk
        self._records = session.ledger.records
        self._decisions = session.ledger.decisions.taken()
        self._books = books
        self._kind = kind
        self._joined = joined_cause(books.name)
        self._rows = Translation(session, books, kind, Shown(Seen(0)))
        self._raws: dict[tuple[int, str], str] = {}

    def look_up(self, bound: Sequence[StoredBinding]) -> None:
        """Have at hand what was kept of these."""
        self._raws.clear()
        for stream in {one.stream for one in bound}:
            mine = [one.external_id for one in bound if one.stream == stream]
            self._raws |= {(stream, key): raw for key, raw in self._bulk.raws(stream, mine).items()}

    def said(self, stored: StoredRecord, bound: StoredBinding) -> StoredRecord:
        """A record as the books have it: as they spelt it, or as both were when they last agreed."""
        raw = self._raws.get((bound.stream, bound.external_id))
        inward = self._books.mapping.inward(self._kind, bound.source)
        values = self._rows.translated(inward, json.loads(raw)) if raw and inward else None
        if values is None and bound.agreed:
            values = self._agreed(stored, bound.agreed)
        elif values is None and (joined := self._decisions.get((self._joined, str(stored.id)))) is not None:
            values = dict(self._records.get(joined.facts["record"]).values)
        return stored if values is None else replace(stored, values=values)

    def _agreed(self, stored: StoredRecord, revision: int) -> dict[str, Any] | None:
        return None if revision == stored.revision else self._records.at_revision(stored, revision)


def unread(session: Session, flow: Flow, peer: Peer) -> int:
    """How many rows of before the start wait at a connection, and are counted nowhere."""
    found = 0
    for kind in KINDS:
        for stream in session.ledger.streams.all(peer.number, kind):
            inward = peer.mapping.inward(kind, stream.source)
            waiting = session.ledger.inbox.waiting([stream.id])
            found += sum(not _is_later(inward, kind, one.raw, str(flow.start)) for one in waiting)
    return found


def _is_later(inward: Inward | None, kind: Kind, raw: Mapping[str, object], start: str) -> bool:
    """Whether a row that is no record yet is known to be of after the start."""
    try:
        day = None if inward is None else inward.translate(raw).get(DAYS[kind])
    except Untranslatable:
        return False
    return day is not None and str(day) >= start


def _stands(stored: StoredRecord) -> bool:
    return status_of(stored) in ("", "final") and not stored.values.get("reversed")


def _other_sources(session: Session, flow: Flow) -> list[int]:
    """The other connections from which something moves to the same books."""
    names = {one.source for one in session.all_flows if one.target == flow.target} - {flow.source}
    known = session.ledger.streams.connection_names()
    return [number for number, name in known.items() if name in names]
