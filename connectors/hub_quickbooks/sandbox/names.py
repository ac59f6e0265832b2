"""Customers, vendors and employees share one space of names, in which inactive ones stay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub_quickbooks.sandbox import refusals
from hub_quickbooks.sandbox.document import dumps
from hub_quickbooks.sandbox.rule import Rules, require
from hub_quickbooks.sandbox.schema import NAMES
from hub_quickbooks.sandbox.store import referred

if TYPE_CHECKING:
    from hub_quickbooks.sandbox.books import Books, Change
    from hub_quickbooks.sandbox.document import Body

DELETED = " (deleted"
"""What QuickBooks appends to the name of what is made inactive: `` (deleted)``."""
_NAME_PARTS = ("Title", "GivenName", "MiddleName", "FamilyName", "Suffix")
_DEEPEST = 4
"""A client and four levels below it (facts 2.1)."""


class NameRules(Rules):
    """What holds for all three."""

    def settle(self, books: Books, change: Change) -> None:
        """Find the name, and see to it that it is free."""
        body = change.body
        body.setdefault("DisplayName", " ".join(body[part] for part in _NAME_PARTS if body.get(part)))
        body["Active"] = body.get("Active", True)
        if not body["DisplayName"]:
            raise refusals.no_name()
        rename_by_activity(books, change, "DisplayName", NAMES)
        body.setdefault("PrintOnCheckName", body["DisplayName"])

    def follow(self, books: Books, change: Change) -> None:
        """Show the new name wherever the object is referred to."""
        if change.old and change.old["DisplayName"] != change.body["DisplayName"]:
            books.rename(change.entity, change.number)


class EmployeeRules(NameRules):
    """An employee is a timekeeper."""

    def settle(self, books: Books, change: Change) -> None:
        """See to it that both names are there (facts 2.1)."""
        require(change.body, "GivenName", "FamilyName")
        super().settle(books, change)


class CustomerRules(NameRules):
    """A customer is a client, or below another customer: a matter."""

    def settle(self, books: Books, change: Change) -> None:
        """Find its name, and its place below another customer."""
        super().settle(books, change)
        body = change.body
        home = books.currency(books.home_currency(), "CurrencyRef")
        usual: Body = change.old["CurrencyRef"] if change.old else home
        if body.setdefault("CurrencyRef", usual)["value"] != usual["value"] and change.old:
            raise refusals.business("The currency of a customer can't be changed.", "CurrencyRef")
        body["Taxable"] = body.get("Taxable", False)
        body["Job"] = body.get("Job", False)
        body["BillWithParent"] = body.get("BillWithParent", False)
        body["FullyQualifiedName"], body["Level"] = self._place(books, change)
        if not body["Level"]:
            body.pop("Level")

    @staticmethod
    def _place(books: Books, change: Change) -> tuple[str, int]:
        """The full name and the level.

        Raises:
            Refused: the parent is not fit.

        """
        body = change.body
        if body["Job"] != ("ParentRef" in body):
            # Ours: it is not known what QuickBooks makes of one without the other.
            raise refusals.missing("ParentRef" if body["Job"] else "Job")
        parent = referred(body, "ParentRef")
        if parent is None:
            return body["DisplayName"], 0
        if books.owned(parent, by=change.number):
            raise refusals.business("A customer can't be below itself.", "ParentRef")
        above = books.found(change.entity, parent).body
        level = above.get("Level", 0) + 1
        if level > _DEEPEST:
            raise refusals.business("Sub-customers can be no more than four levels deep.", "ParentRef")
        return f"{above['FullyQualifiedName']}:{body['DisplayName']}", level

    def follow(self, books: Books, change: Change) -> None:
        """Show the new full name wherever it is part of another, or referred to."""
        if change.old and change.old["FullyQualifiedName"] != change.body["FullyQualifiedName"]:
            _rename_below(books, change.number, change.body)
            books.rename(change.entity, change.number)


def _rename_below(books: Books, number: int, above: Body) -> None:
    """Carry a full name down to the sub-customers; they do not count as changed (ours)."""
    for row in books.store.rows("entity = 'Customer' AND parent = ?", (number,)):
        body = row.body
        body["FullyQualifiedName"] = f"{above['FullyQualifiedName']}:{body['DisplayName']}"
        body["ParentRef"]["name"] = above["FullyQualifiedName"]
        books.store.rewrite(row, body)
        _rename_below(books, row.id, body)
        books.rename(books.entity("Customer"), row.id)


def rename_by_activity(books: Books, change: Change, label: str, space: tuple[str, ...]) -> None:
    """Append `` (deleted)`` to the name of what becomes inactive, and take it from what becomes active.

    Raises:
        Refused: the name is taken.

    """
    body, old = change.body, change.old
    require(body, label)
    if not body["Active"] and DELETED not in body[label]:
        body[label] = _free_deleted_name(books, space, body[label], change.number)
    if body["Active"] and old and not old["Active"]:
        body[label] = body[label].partition(DELETED)[0]
    if taken := _holder(books, space, body[label], change.number):
        raise refusals.name_taken(taken)


def _free_deleted_name(books: Books, space: tuple[str, ...], name: str, number: int) -> str:
    """Count on where an inactive one of this name is there already (the spelling is ours)."""
    candidate, count = f"{name}{DELETED})", 0
    while _holder(books, space, candidate, number):
        count += 1
        candidate = f"{name}{DELETED}-{count})"
    return candidate


def _holder(books: Books, space: tuple[str, ...], name: str, number: int) -> int:
    """The id of another one with this name, in whatever case; 0 if there is none."""
    statement = (
        "SELECT max(id) FROM object WHERE label = ? COLLATE NOCASE AND id <> ? "
        "AND entity IN (SELECT value FROM json_each(?))"
    )
    return books.store.number(statement, (name, number, dumps(space)))
