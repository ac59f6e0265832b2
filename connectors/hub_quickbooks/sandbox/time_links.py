"""Time on an invoice: linked from its header and from a line, which makes the time billed (facts 2.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub_quickbooks.sandbox import refusals
from hub_quickbooks.sandbox.time_activities import BILLED

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hub_quickbooks.sandbox.books import Books, Change
    from hub_quickbooks.sandbox.document import Body

_TIME = "TimeActivity"
_READ_ONLY = {"Payment", "ReimburseCharge", "StatementCharge", "ChargeCredit"}
"""What QuickBooks links itself: ignored if sent."""


def linked_times(body: Body) -> list[int]:
    """The time that an invoice bills."""
    return [int(link["TxnId"]) for link in body.get("LinkedTxn", ()) if link["TxnType"] == _TIME]


def check_times(books: Books, change: Change) -> None:
    """See to it that time is linked from header and line alike, and free to be billed.

    Raises:
        Refused: it is not.

    """
    body = change.body
    body["LinkedTxn"] = _writable(body.get("LinkedTxn", ()))
    header = linked_times(body)
    lines: list[int] = []
    for line in body["Line"]:
        if "LinkedTxn" in line:
            line["LinkedTxn"] = _writable(line["LinkedTxn"])
            lines += linked_times(line)
    if sorted(header) != sorted(lines) or len(set(header)) != len(header):
        raise refusals.not_linkable("time has to be linked from the header and from one line")
    if header and change.entity.name != "Invoice":
        raise refusals.not_linkable("time goes on invoices")
    for number in header:
        _check_time(books, change, number)


def _writable(links: Iterable[Body]) -> list[Body]:
    kept = [link for link in links if link.get("TxnType") not in _READ_ONLY]
    for link in kept:
        if link.get("TxnType") != _TIME or not link.get("TxnId", "").isdigit():
            raise refusals.not_linkable(str(link.get("TxnType")))
    return kept


def _check_time(books: Books, change: Change, number: int) -> None:
    row = books.store.get(_TIME, number)
    if row is None:
        raise refusals.not_linkable(f"TimeActivity {number} is not there")
    time = row.body
    mine = [link.source for link in books.store.links_to(_TIME, number)] == [change.number]
    if time["BillableStatus"] != "Billable" and not mine:
        raise refusals.not_linkable(f"TimeActivity {number} is {time['BillableStatus']}")
    if time.get("CustomerRef", {}).get("value") != change.body["CustomerRef"]["value"]:
        raise refusals.not_linkable(f"TimeActivity {number} is another customer's")


def mark_times(books: Books, *, billed: set[int], free: set[int]) -> None:
    """Let time know that it is billed, or billable again."""
    for number in sorted(billed):
        books.amend(_TIME, number, lambda body: body.update(BillableStatus=BILLED))
    for number in sorted(free):
        books.amend(_TIME, number, lambda body: body.update(BillableStatus="Billable"))
