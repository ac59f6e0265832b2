"""One write, as a request of its own or as an item of a batch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hub_quickbooks.sandbox import refusals
from hub_quickbooks.sandbox.books import Options
from hub_quickbooks.sandbox.document import Json, dumps
from hub_quickbooks.sandbox.search import show

if TYPE_CHECKING:
    from hub_quickbooks.sandbox.books import Books
    from hub_quickbooks.sandbox.document import Body
    from hub_quickbooks.sandbox.entity import Entity
    from hub_quickbooks.sandbox.store import Row


@dataclass(frozen=True, slots=True)
class Operation:
    """What is to be done.

    Args:
        name: create, update, delete or void; empty for create or update, whichever the object says.
        option: ``include`` of an address, ``optionsData`` of a batch's item.

    """

    name: str
    option: str

    @property
    def voids(self) -> bool:
        """Whether it voids."""
        return self.name == "void" or (self.name == "update" and self.option == "void")


def carry_out(books: Books, entity: Entity, sent: Body, operation: Operation) -> Json:
    """Write, and give the answer: the object under the name of its entity.

    Raises:
        Refused: it cannot be done.

    """
    if operation.name == "delete":
        row = books.delete(entity, sent)
        gone = {"domain": "QBO", "status": "Deleted", "Id": str(row.id)}
        return Json(dumps({entity.name: gone}))
    if operation.name == "void" and entity.name != "Invoice":
        raise refusals.unsupported(f"void {entity.name}")
    row = _write(books, entity, sent, operation)
    return Json(dumps({entity.name: show(books.store, row)}))


def _write(books: Books, entity: Entity, sent: Body, operation: Operation) -> Row:
    if operation.voids:
        return books.void(entity, sent)
    options = Options(duplicate_number=operation.option == "allowduplicatedocnum")
    new = operation.name == "create" or (not operation.name and not names_object(sent))
    return (books.create if new else books.update)(entity, sent, options)


def names_object(sent: Body) -> bool:
    """Whether a body says by an id which object it means; a new one has none, or 0."""
    return str(sent.get("Id") or "0") != "0"
