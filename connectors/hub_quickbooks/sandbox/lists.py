"""Items, accounts and the small lists: each name once within its list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub_quickbooks.sandbox import refusals
from hub_quickbooks.sandbox.names import rename_by_activity
from hub_quickbooks.sandbox.rule import Rules, require
from hub_quickbooks.sandbox.store import referred

if TYPE_CHECKING:
    from hub_quickbooks.sandbox.books import Books, Change

_SOLD = ("Service", "NonInventory")
_NOT_FOR_ITEMS = {"Accounts Receivable", "Accounts Payable", "Bank", "Credit Card", "Equity", "Non-Posting"}
_CLASSIFICATIONS = {
    "Bank": "Asset",
    "Accounts Receivable": "Asset",
    "Other Current Asset": "Asset",
    "Fixed Asset": "Asset",
    "Other Asset": "Asset",
    "Equity": "Equity",
    "Income": "Revenue",
    "Other Income": "Revenue",
    "Cost of Goods Sold": "Expense",
    "Expense": "Expense",
    "Other Expense": "Expense",
}


class ListRules(Rules):
    """What holds for all of them."""

    def settle(self, books: Books, change: Change) -> None:
        """See to it that the name is free, and make it a full one."""
        body = change.body
        body["Active"] = body.get("Active", True)
        rename_by_activity(books, change, "Name", (change.entity.name,))
        parent = referred(body, "ParentRef")
        if "FullyQualifiedName" in change.entity.fields:
            above = books.found(change.entity, parent).body["FullyQualifiedName"] + ":" if parent else ""
            body["FullyQualifiedName"] = above + body["Name"]

    def follow(self, books: Books, change: Change) -> None:
        """Show the new name wherever the object is referred to."""
        if change.old and change.old["Name"] != change.body["Name"]:
            books.rename(change.entity, change.number)


class ItemRules(ListRules):
    """What can be sold."""

    def settle(self, books: Books, change: Change) -> None:
        """See to it that it has an account on which its sales may go."""
        body = change.body
        kind = body.setdefault("Type", "Service")
        if kind not in _SOLD:
            raise refusals.unsupported(f"create an item of type {kind}")
        require(body, "Name", "IncomeAccountRef")
        check_account(books, change, "IncomeAccountRef", forbidden=_NOT_FOR_ITEMS)
        super().settle(books, change)


class AccountRules(ListRules):
    """The chart of accounts."""

    def settle(self, books: Books, change: Change) -> None:
        """See to it that it has a type."""
        body = change.body
        require(body, "Name", "AccountType")
        body["Classification"] = _CLASSIFICATIONS.get(body["AccountType"], "Liability")
        super().settle(books, change)


def check_account(books: Books, change: Change, name: str, *, forbidden: set[str]) -> None:
    """See to it that an account is not of the wrong type.

    Raises:
        Refused: it is.

    """
    account = books.found(books.entity("Account"), change.body[name]["value"])
    if account.body["AccountType"] in forbidden:
        raise refusals.wrong_account(name)
