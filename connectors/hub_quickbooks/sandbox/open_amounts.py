"""What is open of an invoice or a credit memo, once payments have been applied to it."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hub_quickbooks.sandbox.books import Books
    from hub_quickbooks.sandbox.document import Body
    from hub_quickbooks.sandbox.store import Link

OPEN = {"Invoice": "Balance", "CreditMemo": "RemainingCredit"}
"""The field that says how much is open."""
_CENTS = 100


def total(links: Iterable[Link]) -> Decimal:
    """What some links come to."""
    return Decimal(sum(link.cents for link in links)) / _CENTS


def applied(books: Books, entity: str, number: int, *, without: int | None = None) -> Decimal:
    """What payments have applied to a transaction, without one of them."""
    return total(link for link in books.store.links_to(entity, number) if link.source != without)


def show_open(books: Books, entity: str, number: int, body: Body) -> None:
    """Write down what is open of a transaction, and which payments are linked to it."""
    links = books.store.links_to(entity, number)
    body[OPEN[entity]] = body["Balance"] = body["TotalAmt"] - total(links)
    others = [one for one in body.get("LinkedTxn", ()) if one["TxnType"] != "Payment"]
    payments = [{"TxnId": str(link.source), "TxnType": link.source_entity} for link in links]
    body["LinkedTxn"] = payments + others


def refresh(books: Books, entity: str, number: int) -> None:
    """Let a transaction show what payments have made of it; it counts as changed.

    That the SyncToken moves too is ours: a client has to stand it.
    """
    books.amend(entity, number, lambda body: show_open(books, entity, number, body))
