"""One page of a listing: which rows, and what goes wrong with them on purpose."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import simplejson

from hub.sdk.loopback import Answer, Fault
from hub_bill4time.sandbox.resources import RESOURCES
from hub_bill4time.sandbox.values import show

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from hub.sdk.loopback import Script
    from hub_bill4time.sandbox.query import Query
    from hub_bill4time.sandbox.schema import Resource
    from hub_bill4time.sandbox.store import Store
    from hub_bill4time.sandbox.switches import Switches

OWN_FAULTS = ("shift", "repeat_page", "short_last_page", "expire")
"""What goes wrong here beside what goes wrong anywhere:

``shift``: before a page is read, the first ``rows`` rows of the resource are removed for good; or, if
``added``, its newest row is entered ``rows`` times more. ``repeat_page``: the page before is given once
more, so at the first page there is nothing to see. ``short_last_page``: the last ``rows`` rows of the last
page are left out. ``expire``: the key ends, and stays so until it is renewed. ``after`` says how many pages
go well first.
"""
ON = ("any", "read", *RESOURCES)
"""To which requests: any, or those for one resource, by the name that the firm's people use."""


@dataclass(frozen=True, slots=True)
class PageFault(Fault):
    """Something that goes wrong.

    Args:
        rows: for ``shift`` and ``short_last_page``: how many.
        added: for ``shift``: whether rows come in, in place of going away.

    """

    rows: int = 1
    added: bool = False


class Pages:
    """Reads pages."""

    def __init__(self, store: Store, switches: Switches, faults: Script[PageFault]) -> None:
        self._store = store
        self._switches = switches
        self._faults = faults
        self._last: dict[str, Answer] = {}

    def answer(self, resource: Resource, query: Query) -> Answer:
        """Answer with a page."""
        sorts = ("read", resource.name)
        if fault := self._faults.take("shift", sorts):
            self._shift(resource, fault)
        if self._faults.take("repeat_page", sorts) and resource.name in self._last:
            return self._last[resource.name]
        numbers = self._numbers(resource, query, sorts)
        document = self._wrap(self._show(resource, query, numbers), resource, query)
        answer = Answer(200, simplejson.dumps(document, use_decimal=True))
        self._last[resource.name] = answer
        return answer

    # ------------------------------------------------------------ which rows

    def _numbers(self, resource: Resource, query: Query, sorts: Collection[str]) -> list[int]:
        top = self._switches.page_cap if query.top is None else min(query.top, self._switches.page_cap)
        query = self._asked(query)
        order = f"{query.order}, t.id" if query.order else "t.id"
        if self._switches.ignores_orderby:
            order = "t.id DESC"
        statement = (
            f"SELECT t.id FROM {resource.name} t WHERE {query.condition} "  # noqa: S608 -- our own words
            f"ORDER BY {order} LIMIT ? OFFSET ?"
        )
        found = self._store.database.execute(statement, (*query.values, top, query.skip)).fetchall()
        numbers = [number for (number,) in found]
        if numbers and self._faults.pending and self._is_last(resource, query, len(numbers)):
            fault = self._faults.take("short_last_page", sorts)
            return numbers[: -fault.rows] if fault else numbers
        return numbers

    def _asked(self, query: Query) -> Query:
        return replace(query, condition="1", values=[]) if self._switches.ignores_filter else query

    def _is_last(self, resource: Resource, query: Query, given: int) -> bool:
        return query.skip + given >= self._store.number(resource, query.condition, query.values)

    # ------------------------------------------------------------ how they are shown

    def _show(self, resource: Resource, query: Query, numbers: Sequence[int]) -> list[dict[str, Any]]:
        fields = [one.field for one in query.shown]
        places = ", ".join(map(str, numbers))
        rows = self._store.rows(resource, [resource.fields[0], *fields], f"t.id IN ({places})", ())
        found = {row[0]: row[1:] for row in rows}
        bare = self._switches.bare_days
        columns = [(one.name, one.field.sort) for one in query.shown]
        return [
            {
                name: show(sort, kept, bare_days=bare)
                for (name, sort), kept in zip(columns, found[number], strict=True)
            }
            for number in numbers
        ]

    def _wrap(self, rows: list[dict[str, Any]], resource: Resource, query: Query) -> object:
        if self._switches.envelope == "list":
            return rows
        document: dict[str, object] = {self._switches.envelope: rows}
        if query.count and self._switches.count:
            query = self._asked(query)
            document["count"] = self._store.number(resource, query.condition, query.values)
        return document

    # ------------------------------------------------------------ what goes wrong

    def _shift(self, resource: Resource, fault: PageFault) -> None:
        name = resource.name
        if fault.added:
            columns = ", ".join(f'"{field.name}"' for field in resource.kept)
            newest = f"SELECT {columns} FROM {name} ORDER BY id DESC LIMIT 1"  # noqa: S608 -- our own words
            for _ in range(fault.rows):
                self._store.database.execute(f"INSERT INTO {name} ({columns}) {newest}")
        else:
            first = f"SELECT id FROM {name} ORDER BY id LIMIT ?"  # noqa: S608 -- our own words
            self._store.database.execute(f"DELETE FROM {name} WHERE id IN ({first})", (fault.rows,))  # noqa: S608 -- our own words
