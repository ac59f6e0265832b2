"""Batches: up to 30 items, each for itself (facts 1.5)."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from hub_quickbooks.sandbox import refusals
from hub_quickbooks.sandbox.counts import check_allowance, count
from hub_quickbooks.sandbox.document import Json, dumps
from hub_quickbooks.sandbox.replies import key_of, recall, remember
from hub_quickbooks.sandbox.schema import ENTITIES
from hub_quickbooks.sandbox.search import query
from hub_quickbooks.sandbox.writes import Operation, carry_out

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from hub_quickbooks.sandbox.books import Books
    from hub_quickbooks.sandbox.document import Body

MOST_ITEMS = 30
"""Items of one batch."""
_OPERATIONS = ("create", "update", "delete")
_AROUND = {"bId", "operation", "optionsData"}


class Batch:
    """One batch.

    Args:
        books: the company's books.
        request_id: the requestid of the request; empty without one.
        forgets: whether items that were done already fail, in place of giving the first answer; asked
            only if there is such an item, and once.

    """

    def __init__(self, books: Books, request_id: str, forgets: Callable[[], bool]) -> None:
        self._books = books
        self._request_id = request_id
        self._forgets = cache(forgets)

    def answer(self, document: Body) -> Body:
        """Do all items, and answer them the last one first: their order is not promised.

        Raises:
            Refused: it is no batch, or has too many items.

        """
        items = document.get("BatchItemRequest")
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            raise refusals.missing("BatchItemRequest")
        if len(items) > MOST_ITEMS:
            raise refusals.batch_too_big(MOST_ITEMS)
        return {"BatchItemResponse": [self._item(item) for item in items][::-1]}

    def _item(self, item: Body) -> Json:
        name = str(item.get("bId", ""))
        try:
            with self._books.store.part():
                response = self._response(item, name)
        except refusals.Refused as refused:
            response = Json(dumps({"Fault": refused.fault()}))
        return Json(f'{{"bId":{dumps(name)},{response[1:]}')

    def _response(self, item: Body, name: str) -> Json:
        if not name:
            raise refusals.missing("bId")
        key = key_of(self._request_id, name)
        if "Query" in item:
            return self._query(str(item["Query"]))
        known = recall(self._books, key)
        if known is not None and self._forgets():
            raise refusals.unexpected()
        if known is not None:
            return known
        response = self._write(item)
        remember(self._books, key, response)
        return response

    def _query(self, text: str) -> Json:
        check_allowance(self._books)
        response = query(self._books, text)
        count(self._books, "batch query")
        return Json(dumps({"QueryResponse": response}))

    def _write(self, item: Body) -> Json:
        entities = [key for key in item if key not in _AROUND]
        if len(entities) != 1 or entities[0] not in ENTITIES or not isinstance(item[entities[0]], dict):
            raise refusals.unknown_property(_listed(entities))
        operation = str(item.get("operation", ""))
        if operation not in _OPERATIONS:
            raise refusals.bad_choice("operation", operation)
        asked = Operation(operation, str(item.get("optionsData", "")))
        return carry_out(self._books, ENTITIES[entities[0]], item[entities[0]], asked)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or "no entity"
