"""Invoices and credit memos: their numbers, what they come to, and the time that they bill (facts 2.4)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from hub_quickbooks.sandbox import refusals
from hub_quickbooks.sandbox.currencies import home_total, settle_currency
from hub_quickbooks.sandbox.document import dumps
from hub_quickbooks.sandbox.open_amounts import OPEN, applied, show_open
from hub_quickbooks.sandbox.payments import unlink
from hub_quickbooks.sandbox.rule import Rules, note_void, require
from hub_quickbooks.sandbox.sale_lines import settle_lines
from hub_quickbooks.sandbox.schema import NUMBERED
from hub_quickbooks.sandbox.store import Link
from hub_quickbooks.sandbox.tax import settle_tax
from hub_quickbooks.sandbox.time_links import check_times, linked_times, mark_times

if TYPE_CHECKING:
    from hub_quickbooks.sandbox.books import Books, Change
    from hub_quickbooks.sandbox.document import Body
    from hub_quickbooks.sandbox.store import Row

_AUTOMATIC = "AUTO_GENERATE"
_FIRST_NUMBER = 1000
_NOTHING = Decimal(0)


class SaleRules(Rules):
    """What holds for both.

    Args:
        open_field: the field that says how much of it is open.

    """

    def __init__(self, open_field: str) -> None:
        self._open = open_field

    def settle(self, books: Books, change: Change) -> None:
        """Give it its number and its sums."""
        body = change.body
        require(body, "CustomerRef", "Line")
        body.setdefault("TxnDate", books.today().isoformat())
        settle_currency(books, body)
        _settle_number(books, change)
        subtotal, discount = settle_lines(books, change)
        settle_tax(books, change, body["Line"])
        body["TotalAmt"] = subtotal - discount + body["TxnTaxDetail"]["TotalTax"]
        if body["TotalAmt"] < 0:
            raise refusals.business("The total of a transaction can't be negative.", "Line.Amount")
        body["HomeTotalAmt"] = home_total(body)
        self._settle_defaults(books, change)
        self._check_paid(books, change)
        check_times(books, change)
        show_open(books, change.entity.name, change.number, body)

    def _settle_defaults(self, books: Books, change: Change) -> None:
        body = change.body
        body.setdefault("CustomField", [])
        for name in ("PrintStatus", "EmailStatus"):
            body.setdefault(name, "NotSet")
        body["ApplyTaxAfterDiscount"] = body.get("ApplyTaxAfterDiscount", False)
        if self._open == OPEN["Invoice"]:
            body.setdefault("DueDate", _due(books, body))

    def _check_paid(self, books: Books, change: Change) -> None:
        """Refuse a change that what has been paid does not allow."""
        paid = applied(books, change.entity.name, change.number)
        if paid > change.body["TotalAmt"]:
            raise refusals.business("The total can't be less than what has been paid.", "Line.Amount")
        if paid and change.old and change.old["CustomerRef"]["value"] != change.body["CustomerRef"]["value"]:
            raise refusals.business("What has been paid can't go to another customer.", "CustomerRef")

    def follow(self, books: Books, change: Change) -> None:
        """Mark the time that it bills, and free the time that it no longer does."""
        name, number = change.entity.name, change.number
        before = {link.id for link in books.store.links_from(name, number)}
        times = linked_times(change.body)
        if times or before:
            books.store.link(name, number, [Link(name, number, "TimeActivity", time, 0) for time in times])
            mark_times(books, billed=set(times) - before, free=before - set(times))

    def release(self, books: Books, row: Row) -> None:
        """Free the time that it billed, and take it off the payments that paid it.

        QuickBooks's own answer to a void with payments is not known (facts 8); this one is ours.
        """
        for link in books.store.links_to(row.entity, row.id):
            unlink(books, link.source, (row.entity, row.id))
        mark_times(books, billed=set(), free={one.id for one in books.store.links_from(row.entity, row.id)})

    def void(self, books: Books, body: Body) -> None:
        """Leave its lines with nothing but zeros. The API voids invoices only.

        Raises:
            Refused: it is a credit memo.

        """
        if self._open != OPEN["Invoice"]:
            super().void(books, body)
        note_void(body)
        for line in body["Line"]:
            _zero(line)
        body["TxnTaxDetail"] = {"TotalTax": _NOTHING}
        body.update(TotalAmt=_NOTHING, HomeTotalAmt=_NOTHING, Balance=_NOTHING, LinkedTxn=[])


def _zero(line: Body) -> None:
    line.pop("LinkedTxn", None)
    if "Amount" in line:
        line["Amount"] = _NOTHING
    detail = line.get("SalesItemLineDetail", {})
    for name in detail.keys() & {"Qty", "UnitPrice"}:
        detail[name] = _NOTHING


def _due(books: Books, body: Body) -> str:
    """The date on which the terms make it due; without terms, at once."""
    term = body.get("SalesTermRef")
    days = books.found(books.entity("Term"), term["value"]).body.get("DueDays", 0) if term else 0
    return (date.fromisoformat(body["TxnDate"]) + timedelta(days=days)).isoformat()


def _settle_number(books: Books, change: Change) -> None:
    """Give it a number of QuickBooks's own, or see to it that the sender's is free.

    Raises:
        Refused: another invoice or credit memo has it.

    """
    body = change.body
    before = change.old.get("DocNumber") if change.old else None
    if not books.preference("SalesFormsPrefs", "CustomTxnNumbers"):
        body["DocNumber"] = before or _next_number(books)
    if body.get("DocNumber") == _AUTOMATIC:
        body["DocNumber"] = _next_number(books)
    number = body.get("DocNumber")
    if number and number != before and not change.options.duplicate_number:
        _check_free(books, number)


def _check_free(books: Books, number: str) -> None:
    found = books.store.rows(
        "label = ? AND entity IN (SELECT value FROM json_each(?))", (number, dumps(NUMBERED)), "LIMIT 1"
    )
    if found:
        raise refusals.number_taken(number, found[0].entity, found[0].id)


def _next_number(books: Books) -> str:
    while True:
        number = str(_FIRST_NUMBER + books.store.next_id("document numbers"))
        if not books.store.number("SELECT count(*) FROM object WHERE label = ?", (number,)):
            return number
