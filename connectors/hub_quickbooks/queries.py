"""Intuit's query language, as far as it is needed: one record type, conditions that all hold, pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from hub_quickbooks.wire import Wire

PAGE = 1000
"""The most that one answer holds, of a query and of a call for changes."""
WITH_INACTIVE = "Active IN (true,false)"
"""Name lists show what is active only, unless they are asked for both."""


def pages(wire: Wire, entity: str, *conditions: str) -> Iterator[Sequence[Mapping[str, Any]]]:
    """The objects of a record type, page by page; one empty page where there is none.

    They come by id, so that what changes meanwhile stays in its place.

    Raises:
        SourceFailed: the company could not be read.

    """
    start = 1
    while True:
        answer = wire.query(f"{_select(entity, conditions)} STARTPOSITION {start} MAXRESULTS {PAGE}")
        yield (found := answer.get(entity) or [])
        start += PAGE
        if len(found) < PAGE or start > answer.get("totalCount", start):
            return


def objects(wire: Wire, entity: str, *conditions: str) -> Iterator[Mapping[str, Any]]:
    """The objects of a record type, one by one.

    Raises:
        SourceFailed: the company could not be read.

    """
    for found in pages(wire, entity, *conditions):
        yield from found


def only(wire: Wire, entity: str) -> Mapping[str, Any]:
    """The one object of a record type of which a company has one; empty where it does not show it.

    Raises:
        SourceFailed: the company could not be read.

    """
    found = wire.query(f"SELECT * FROM {entity}").get(entity) or [{}]  # noqa: S608 -- as below
    only_one: Mapping[str, Any] = found[0]
    return only_one


def equals(field: str, text: str) -> str:
    """The condition that a field has this text."""
    return f"{field} = {_quoted(text)}"


def is_one_of(field: str, *texts: str) -> str:
    """The condition that a field has one of these texts."""
    return f"{field} IN ({', '.join(map(_quoted, texts))})"


def from_on(field: str, text: str) -> str:
    """The condition that a field has this value or a later one."""
    return f"{field} >= {_quoted(text)}"


def _select(entity: str, conditions: Sequence[str]) -> str:
    clause = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    return f"SELECT * FROM {entity}{clause} ORDERBY Id"  # noqa: S608 -- Intuit's language, texts quoted


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
