"""The query language of the API (facts 2.1): $filter, $orderby, $select, $top, $skip and $count."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hub_bill4time.sandbox.refusals import BadRequest, Refused
from hub_bill4time.sandbox.values import keep

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hub_bill4time.sandbox.schema import Field, Shown

_OPERATORS = {"eq": "IS", "ne": "IS NOT", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}
_CONDITION = re.compile(
    r"\s*(?P<name>\w+)\s+(?P<operator>eq|ne|gt|ge|lt|le)\s+(?:'(?P<text>(?:[^']|'')*)'|(?P<bare>[^\s']+))\s*",
    re.IGNORECASE,
)
_AND = re.compile(r"and\s", re.IGNORECASE)
_ORDER = re.compile(r"\s*(\w+)(?:\s+(asc|desc))?\s*", re.IGNORECASE)
_NAMES = ("filter", "orderby", "select", "top", "skip", "count")


@dataclass(slots=True)
class Query:
    """What is asked of one resource.

    Args:
        shown: the fields that are wanted.
        condition: which rows, in SQL; ``t`` is the row.
        values: of the condition.
        order: in SQL; empty if none is asked for.
        top: how many rows are wanted; ``None`` if it is not said.
        skip: how many rows are passed over.
        count: whether their number is wanted.

    """

    shown: Sequence[Shown]
    condition: str = "1"
    values: list[object] = field(default_factory=list)
    order: str = ""
    top: int | None = None
    skip: int = 0
    count: bool = False


def parse(parameters: Mapping[str, str], shown: Sequence[Shown]) -> Query:
    """Read the parameters of a request; names in any case, with or without the ``$``.

    Others are passed over.

    Args:
        parameters: as sent.
        shown: the fields that the version of the API shows.

    Raises:
        BadRequest: one cannot be read, or names a field that is not there.

    """
    given = {name.lower().removeprefix("$"): value.strip() for name, value in parameters.items()}
    given = {name: given[name] for name in _NAMES if given.get(name)}
    fields = {one.name.lower(): one.field for one in shown} | {"id": shown[0].field}
    query = Query(_selected(given.get("select", ""), shown))
    query.condition, query.values = _condition(given.get("filter", ""), fields)
    query.order = _order(given.get("orderby", ""), fields)
    query.top = _number("$top", given["top"]) if "top" in given else None
    query.skip = _number("$skip", given.get("skip", "0"))
    query.count = given.get("count", "").lower() == "true"
    return query


def _condition(text: str, fields: Mapping[str, Field]) -> tuple[str, list[object]]:
    parts, values = ["1"], []
    place = 0
    while place < len(text):
        found = _CONDITION.match(text, place)
        if found is None:
            raise BadRequest(400, f"$filter cannot be read at character {place + 1}.")
        one = _field(found["name"], fields)
        parts.append(f"{one.expression} {_OPERATORS[found['operator'].lower()]} ?")
        values.append(_value(one, found))
        place = found.end()
        joined = _AND.match(text, place)
        if place < len(text) and joined is None:
            raise BadRequest(400, f"$filter has no AND at character {place + 1}.")
        place = joined.end() if joined else place
        if joined and place >= len(text):
            raise BadRequest(400, "$filter ends with AND.")
    return " AND ".join(parts), values


def _value(one: Field, found: re.Match[str]) -> object:
    if found["text"] is None and found["bare"].lower() == "null":
        return None
    text = found["bare"] if found["text"] is None else found["text"].replace("''", "'")
    try:
        return keep(one.sort, text)
    except Refused as refused:
        raise BadRequest(400, f"$filter on {found['name']}: {refused}.") from None


def _order(text: str, fields: Mapping[str, Field]) -> str:
    terms = []
    for part in text.split(",") if text else ():
        found = _ORDER.fullmatch(part)
        if found is None:
            raise BadRequest(400, f"$orderby cannot be read: {part!r}.")
        terms.append(f"{_field(found[1], fields).expression} {found[2] or 'asc'}")
    return ", ".join(terms)


def _selected(text: str, shown: Sequence[Shown]) -> Sequence[Shown]:
    if not text:
        return shown
    wanted = [name.strip().lower() for name in text.split(",")]
    known = {one.name.lower(): one for one in shown} | {"id": shown[0]}
    for name in wanted:
        _field(name, {one: known[one].field for one in known})
    return [known[name] for name in wanted]


def _field(name: str, fields: Mapping[str, Field]) -> Field:
    if name.lower() not in fields:
        raise BadRequest(400, f"There is no field {name!r}.")
    return fields[name.lower()]


def _number(name: str, text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise BadRequest(400, f"{name} is not a whole number: {text!r}.")
    return int(text)
