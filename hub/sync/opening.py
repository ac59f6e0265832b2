"""Opening: nothing goes to the firm's books before both sides agree on what clients owed at the start.

Until a flow's opening is closed, receivables at its start are read on both sides in every run. Earlier
invoices that are open and not at the books are adopted, brought or left, as a person says; then the two
sides agree, or a person signs the difference.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from hub.ledger import BindingState
from hub.model import Kind
from hub.sdk import Role
from hub.sync import causes, opening_holds
from hub.sync.joining import Joiner
from hub.sync.openings import ClientLine, LoneBill, Opening, restored
from hub.sync.period import opening_scope, said_of_earlier
from hub.sync.receivables import CREDITS, KINDS, Receivables, unread

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from hub.ledger.holds import Decision
    from hub.sync.period import Decisions
    from hub.sync.plan import Part
    from hub.sync.receivables import Bill
    from hub.sync.session import Flow, Peer, Session

_NOTHING = Decimal(0)
_QUESTIONS = ("match", "renewed")
"""What asks whether a row is a record: until it is answered, what it is worth may count twice."""


def tie_out(session: Session) -> list[Opening]:
    """How each flow to the books stands at its start, as both sides were last read; changes nothing."""
    with session.ledger.reading():
        decisions = session.ledger.decisions.taken()
        return [
            _Tie(session, flow, books).opening if closing is None else restored(closing.facts)
            for flow, books in _to_books(session)
            for closing in (_closing(decisions, flow),)
        ]


def prepare(session: Session) -> None:
    """Before a run reads: have it read what its openings need, and forget what nobody is asked any more."""
    waiting = _waiting(session)
    with session.ledger.transaction():
        for flow in session.flows:
            if flow.name in waiting:
                session.also_read[flow.name] = frozenset(CREDITS)
            elif flow.target:
                session.ledger.holds.drop(opening_scope(flow.target, flow.name))


def consider(session: Session) -> None:
    """After a run has read: ask what is to be decided about its openings, and close those that are done.

    Flows that may write are planned first, so that they do not wait for what another one has in hand.
    """
    for flow, books in _awaited(session):
        with session.ledger.transaction():
            _consider(session, flow, books)
    waiting = _waiting(session)
    session.flows = sorted(session.flows, key=lambda flow: flow.name in waiting)


def may_go(session: Session, parts: Sequence[Part]) -> list[Part]:
    """The parts of a plan that may be written: those of flows without an opening, or with a closed one."""
    waiting = _waiting(session)
    return [part for part in parts if part.flow not in waiting]


def _waiting(session: Session) -> frozenset[str]:
    return frozenset(flow.name for flow, _ in _awaited(session))


def _to_books(session: Session) -> Iterator[tuple[Flow, Peer]]:
    """The flows that move invoices to the firm's books from a day on, where both sides can be read."""
    for flow in session.flows:
        source, books = session.peers.get(flow.source), session.peers.get(flow.target or "")
        if flow.start is None or Kind.INVOICE not in flow.kinds or source is None or books is None:
            continue
        reads = source.access(Kind.INVOICE).read and books.access(Kind.INVOICE).read
        if reads and books.role is Role.BOOKS:
            yield flow, books


def _awaited(session: Session) -> list[tuple[Flow, Peer]]:
    """Those of them whose opening is not closed."""
    with session.ledger.reading():
        decisions = session.ledger.decisions.taken()
    return [(flow, books) for flow, books in _to_books(session) if _closing(decisions, flow) is None]


def _closing(decisions: Decisions, flow: Flow) -> Decision | None:
    held = opening_holds.opened(flow)
    return decisions.get((held.cause, held.subject))


def _consider(session: Session, flow: Flow, books: Peer) -> None:
    why = _unknown(session, flow, books)
    if why:
        session.hold(opening_holds.not_known(flow, books, *why))
        return
    Joiner(session, flow, books).settle()
    tie = _Tie(session, flow, books)
    tie.ask()
    if questions := _questions(session, flow, books):
        rows = "1 row" if questions == 1 else f"{questions} rows"
        told = f"{rows} may be what is here already."
        session.hold(opening_holds.not_known(flow, books, told, "Decide about them first: hub review"))
    elif not tie.opening.undecided:
        tie.conclude()
    session.ledger.holds.sweep(opening_scope(books.name, flow.name), session.run)


def _unknown(session: Session, flow: Flow, books: Peer) -> tuple[str, str] | None:
    """Why it cannot be told yet what was owed, and what helps."""
    if flow.start is not None and flow.start > session.today:
        return f"{flow.start} is still to come.", "Run again from that day on."
    for peer in (session.peers[flow.source], books):
        for kind in (Kind.CLIENT, *KINDS):
            if (peer.name, kind) in session.incomplete:
                return (
                    f"The listing of {kind.words}s at {peer.name} did not come to its end.",
                    "Mend what is said of it, and run again.",
                )
    return None


def _questions(session: Session, flow: Flow, books: Peer) -> int:
    """How many questions are open whose answers may change what was owed."""
    scopes = [
        causes.pull_scope(peer, kind)
        for peer in (session.peers[flow.source], books)
        for kind in (Kind.CLIENT, Kind.MATTER, *KINDS)
    ]
    held = (hold for scope in scopes for hold in session.ledger.holds.in_scope(scope))
    # Who a client of the books alone is may stay open: it is joined, or compared as it stands there.
    return sum(hold.code in _QUESTIONS and "own" not in hold.facts for hold in held)


class _Tie:
    """What one flow's two sides have, what is to be decided about it, and what follows."""

    def __init__(self, session: Session, flow: Flow, books: Peer) -> None:
        self._session = session
        self._ledger = session.ledger
        self._flow = flow
        self._books = books
        self._decisions = session.ledger.decisions.taken()
        self._said = said_of_earlier(self._decisions, flow)
        self._sides = Receivables(session, flow, books)
        self._absent = [
            bill
            for bill in self._sides.source.bills.values()
            if bill.early and bill.record not in self._sides.at_books
        ]
        self._undecided = [] if self._paid_unknown else self._open_and_undecided()
        self.opening = self._made()

    @property
    def _paid_unknown(self) -> bool:
        """Whether the source lists earlier invoices, and not what was paid."""
        return bool(self._absent) and not self._peer.access(Kind.PAYMENT).read

    @property
    def _peer(self) -> Peer:
        return self._session.peers[self._flow.source]

    def _open_and_undecided(self) -> list[Bill]:
        scope = causes.pull_scope(self._books, Kind.INVOICE)
        asked = (hold for hold in self._ledger.holds.in_scope(scope) if hold.code in _QUESTIONS)
        elsewhere = {record for hold in asked for record in hold.facts.get("records", ())}
        return [
            bill
            for bill in self._absent
            if self._sides.source.open(bill) > 0
            and bill.record not in elsewhere
            and self._action(bill) not in ("bring", "leave")
        ]

    def _action(self, bill: Bill) -> str:
        said = self._said.get(bill.record)
        return "" if said is None else said.action

    def ask(self) -> None:
        """Hold what a person has to decide about, by client."""
        for bill in self._undecided:
            held = opening_holds.earlier(
                self._flow,
                self._books,
                bill,
                amount=self._sides.source.open(bill),
                client=self._client(bill.client),
                there=[(one, self._client(one.client)) for one in self._alike(bill)],
                currency=self._session.currency,
            )
            self._session.hold(held)

    def _alike(self, bill: Bill) -> list[Bill]:
        """The invoices at the books alone that an earlier one may be; the same number comes first."""
        amount, books = self._sides.source.open(bill), self._sides.books
        is_customer = self._stands_there(bill.client)
        found = [
            one
            for one in (books.bills[record] for record in self._sides.alone & books.bills.keys())
            if (one.client == bill.client or not is_customer)
            and (one.number == bill.number or one.total == bill.total or books.open(one) == amount)
        ]
        return sorted(
            found, key=lambda one: (one.number != bill.number, one.client != bill.client, one.record)
        )

    def _stands_there(self, client: int) -> bool:
        known = self._ledger.records.bindings(client, self._books.number)
        return any(one.state is BindingState.LIVE for one in known)

    def _client(self, record: int) -> str:
        return self._ledger.records.get(record).label.strip()

    def _made(self) -> Opening:
        brought = self._brought()
        source, books = self._sides.source, self._sides.books
        left = (bill for bill in self._absent if self._action(bill) == "leave")
        return Opening(
            flow=self._flow.name,
            connection=self._books.name,
            source=self._flow.source,
            start=str(self._flow.start),
            source_total=source.total,
            books_total=books.total,
            brought=sum(brought.values(), _NOTHING),
            left=sum(map(source.open, left), _NOTHING),
            clients=self._clients(brought),
            alone=self._alone(),
            undecided=len(self._undecided),
            unread=sum(unread(self._session, self._flow, peer) for peer in (self._peer, self._books)),
            paid_unknown=self._paid_unknown,
        )

    def _brought(self) -> dict[int, Decimal]:
        """What is brought for each client: whole invoices, less the money that goes along with them."""
        found: dict[int, Decimal] = defaultdict(Decimal)
        for bill in self._absent:
            if bill.record in self._sides.period.brought - self._sides.gone:
                found[bill.client] += bill.total
        for client, amount in self._sides.going_along.items():
            found[client] -= amount
        return found

    def _clients(self, brought: Mapping[int, Decimal]) -> tuple[ClientLine, ...]:
        source, books = self._sides.source.owed, self._sides.books.owed
        lines = [
            ClientLine(
                self._client(client), *(side.get(client, _NOTHING) for side in (source, books, brought))
            )
            for client in source.keys() | books.keys() | brought.keys()
            if source.get(client, 0) - books.get(client, 0) - brought.get(client, 0)
        ]
        return tuple(sorted(lines, key=lambda one: (-abs(one.difference), one.client)))

    def _alone(self) -> tuple[LoneBill, ...]:
        side = self._sides.books
        bills = [
            LoneBill(one.number, one.day, self._client(one.client), side.open(one))
            for one in side.bills.values()
            if one.early and one.record not in self._sides.source.bills and side.open(one)
        ]
        return tuple(sorted(bills, key=lambda one: (one.client, one.day, one.number)))

    def conclude(self) -> None:
        """Close the opening if both sides agree, or a person has signed just this difference; else ask."""
        held = opening_holds.difference(self._flow, self._books, self.opening, self._session.currency)
        said = self._decisions.get((held.cause, held.subject))
        is_signed = said is not None and all(
            said.facts.get(key) == value for key, value in held.facts.items()
        )
        if self.opening.agrees:
            self._close(self.opening)
        elif said is not None and is_signed:
            self._close(replace(self.opening, signed_by=said.who, signed_at=said.at, signed_for=said.reason))
        else:
            self._session.hold(held)

    def _close(self, opening: Opening) -> None:
        closed = replace(opening, closed=True)
        self._ledger.decisions.record(
            opening_holds.opened(self._flow), "open", closed.signed_for, closed.document()
        )
        how = (
            f"{closed.difference:,.2f} apart, signed by {closed.signed_by}"
            if closed.signed_by
            else "agreed on"
        )
        self._session.tally.notice(
            self._books.name,
            f"{self._flow.name} writes from {closed.start} on: what clients owed then is {how}.",
        )
        self._stop_reading()

    def _stop_reading(self) -> None:
        """Lift what is held of what was read for the opening alone."""
        extra = self._session.also_read.pop(self._flow.name, frozenset())
        for peer in (self._peer, self._books):
            flows = [one for one in self._session.all_flows if peer.name in (one.source, one.target)]
            read = {kind for one in flows for kind in one.kinds_read}
            read |= {kind for one in flows for kind in self._session.also_read.get(one.name, ())}
            for kind in extra - read:
                self._ledger.holds.drop(causes.pull_scope(peer, kind))
