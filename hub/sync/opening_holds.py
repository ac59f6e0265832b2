"""What a person is asked before a flow may write to the firm's books."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.ledger import Hold
from hub.model import Kind
from hub.sync.period import opening_scope

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from hub.sync.openings import Opening
    from hub.sync.receivables import Bill
    from hub.sync.session import Flow, Peer

EARLIER = "opening"
DIFFERENCE = "opening-difference"
NOT_KNOWN = "opening-not-known"
OPENED = "opened"
"""The cause under which it is kept that a flow may write to the books."""

_MOST_CLIENTS = 10
_MOST_BILLS = 5


def earlier(  # noqa: PLR0913 -- what is told of one invoice
    flow: Flow,
    books: Peer,
    bill: Bill,
    *,
    amount: Decimal,
    client: str,
    there: Sequence[tuple[Bill, str]],
    currency: str,
) -> Hold:
    """An invoice that was open at the start and is not at the books: adopt, bring or leave it.

    Args:
        flow: the flow.
        books: the books.
        bill: the invoice.
        amount: what was open of it at the start.
        client: its client, as a person knows it.
        there: the invoices at the books that it may be, each with its client.
        currency: the currency of the amounts.

    """
    found = f" At {books.name}: {_listed(there, currency)}." if there else ""
    which = " --record NUMBER` if it is one of these" if len(there) > 1 else "` if it is that one"
    link = f"`hub review ID link --one{which}; " if there else ""
    return Hold(
        scope=opening_scope(books.name, flow.name),
        cause=opening_cause(flow, bill.client),
        code=EARLIER,
        subject=str(bill.record),
        label=f"invoice {bill.number} of {bill.day} of {client}",
        message=f"{client} owed {amount:,.2f} {currency} of {bill.number} on {flow.start}, and it is not at "
        f"{books.name}.{found}",
        remedy=f"{link}`bring` to have it written there, with what {flow.name} moves of the money applied to "
        "it; `leave` if it stays out.",
        connection=books.number,
        kind=Kind.INVOICE,
        record=bill.record,
        facts={"open": str(amount), "client": client, "records": [one.record for one, _ in there]},
    )


def opening_cause(flow: Flow, client: int) -> str:
    """The cause under which a client's earlier invoices are asked about."""
    return f"{opening_scope(flow.target or '', flow.name)}:{client}"


def _listed(there: Sequence[tuple[Bill, str]], currency: str) -> str:
    told = [
        f"{bill.number} of {bill.day} over {bill.total:,.2f} {currency} of {client} (record {bill.record})"
        for bill, client in there[:_MOST_BILLS]
    ]
    return ", ".join(told) + _and_more(len(there) - _MOST_BILLS)


def difference(flow: Flow, books: Peer, opening: Opening, currency: str) -> Hold:
    """What is still apart when all earlier invoices are decided; a person signs it, or mends it."""
    return Hold(
        scope=opening_scope(books.name, flow.name),
        cause=f"{DIFFERENCE}:{books.name}:{flow.name}",
        code=DIFFERENCE,
        subject=opening.start,
        label=f"receivables of {books.name} on {opening.start}",
        message=" ".join(_apart(opening, currency)),
        remedy=f'Mend what is wrong, on its own side, and run again; or accept with --reason "…" to sign the '
        f"difference. Until then {flow.name} writes nothing to {books.name}.",
        connection=books.number,
        kind=Kind.INVOICE,
        facts=opening.figures(),
    )


def _apart(opening: Opening, currency: str) -> list[str]:
    there = opening.books_total + opening.brought
    brought = f", {opening.brought:,.2f} of it brought" if opening.brought else ""
    told = [f"{opening.source} does not tell what was paid before {opening.start}: nothing is compared."]
    if not opening.paid_unknown:
        first = f"On {opening.start} clients owed {opening.source_total:,.2f} {currency} by {opening.source}"
        told = [
            f"{first} and {there:,.2f} by {opening.connection}{brought}: {opening.difference:,.2f} apart."
        ]
    if opening.clients:
        lines = [f"{one.client} {one.difference:,.2f}" for one in opening.clients[:_MOST_CLIENTS]]
        told.append(f"Apart: {', '.join(lines)}{_and_more(len(opening.clients) - _MOST_CLIENTS)}.")
    if opening.alone:
        bills = [f"{one.number} of {one.client} {one.open:,.2f}" for one in opening.alone[:_MOST_CLIENTS]]
        more = _and_more(len(opening.alone) - _MOST_CLIENTS)
        told.append(f"At {opening.connection} alone: {', '.join(bills)}{more}.")
    if opening.unread:
        rows = "1 row is held and is" if opening.unread == 1 else f"{opening.unread} rows are held and are"
        told.append(f"{rows} not counted: see `hub review`.")
    return told


def _and_more(count: int) -> str:
    return f" and {count} more" if count > 0 else ""


def not_known(flow: Flow, books: Peer, why: str, remedy: str) -> Hold:
    """What keeps the two sides from being compared."""
    return Hold(
        scope=opening_scope(books.name, flow.name),
        cause=f"{NOT_KNOWN}:{books.name}:{flow.name}",
        code=NOT_KNOWN,
        subject=flow.name,
        label=f"receivables of {books.name} on {flow.start}",
        message=f"{why} Until both sides agree on what was owed on {flow.start}, {flow.name} writes nothing "
        f"to {books.name}.",
        remedy=remedy,
        connection=books.number,
        kind=Kind.INVOICE,
    )


def opened(flow: Flow) -> Hold:
    """What it is kept under that a flow may write to the books from its start on."""
    return Hold(
        scope=OPENED,
        cause=f"{OPENED}:{flow.target}:{flow.name}",
        code=OPENED,
        subject=str(flow.start),
        label=flow.name,
        message="",
    )
