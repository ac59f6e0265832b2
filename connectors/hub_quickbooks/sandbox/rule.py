"""What the rules of every entity have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub_quickbooks.sandbox import refusals

if TYPE_CHECKING:
    from hub_quickbooks.sandbox.books import Books, Change
    from hub_quickbooks.sandbox.document import Body
    from hub_quickbooks.sandbox.store import Row


class Rules:
    """What holds for one entity."""

    def settle(self, books: Books, change: Change) -> None:
        """Check a new or changed object, and fill in what QuickBooks fills in.

        Raises:
            Refused: it is not fit.

        """

    def follow(self, books: Books, change: Change) -> None:
        """Do to others what follows from a write."""

    def release(self, books: Books, row: Row) -> None:
        """Undo to others what followed from an object that is about to be deleted or voided.

        Raises:
            Refused: something holds it.

        """

    def void(self, books: Books, body: Body) -> None:
        """Turn an object into a void one.

        Raises:
            Refused: such an object cannot be voided.

        """
        del books, body
        raise refusals.unsupported("void")


def require(body: Body, *names: str) -> None:
    """See to it that fields have a value.

    Raises:
        Refused: one has none.

    """
    for name in names:
        if body.get(name) in (None, []):
            raise refusals.missing(name)


def note_void(body: Body) -> None:
    """Mark a transaction as void where alone it can be seen later: in its private note."""
    note = body.get("PrivateNote", "")
    if not note.startswith("Voided"):
        body["PrivateNote"] = f"Voided - {note}"[:4000] if note else "Voided"
