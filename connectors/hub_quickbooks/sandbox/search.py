"""Finding objects: what a query, a read or change data capture gives."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from hub_quickbooks.sandbox import refusals
from hub_quickbooks.sandbox.document import Json, dumps
from hub_quickbooks.sandbox.moments import read_day, read_instant, spell
from hub_quickbooks.sandbox.query import parse
from hub_quickbooks.sandbox.schema import ENTITIES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from hub_quickbooks.sandbox.books import Books
    from hub_quickbooks.sandbox.document import Body
    from hub_quickbooks.sandbox.entity import Entity
    from hub_quickbooks.sandbox.query import Condition, Statement
    from hub_quickbooks.sandbox.store import Row, Store

LOOK_BACK = timedelta(days=30)
"""How far change data capture looks back."""
MOST_CHANGES = 1000
"""How many objects it gives, of all entities together."""
_COLUMNS = {
    "Id": ("id", "number"),
    "Active": ("active", "flag"),
    "MetaData.LastUpdatedTime": ("updated", "instant"),
    "MetaData.CreateTime": ("created", "instant"),
}
_CENTS = 100
_COUNTED = {"Invoice"}
"""Whose answers hold ``totalCount``: of those that the sandbox has (facts 1.3)."""
_BALANCES = """
WITH RECURSIVE
    wanted (id) AS (SELECT value FROM json_each(?)),
    below (top, id) AS (
        SELECT id, id FROM wanted
        UNION ALL
        SELECT below.top, object.id FROM object JOIN below ON object.parent = below.id
        WHERE object.entity = 'Customer'
    )
SELECT
    below.top,
    coalesce(sum(CASE WHEN below.id = below.top THEN object.open END), 0),
    coalesce(sum(object.open), 0)
FROM below LEFT JOIN object ON object.party = below.id
GROUP BY below.top
"""


def query(books: Books, text: str) -> Body:
    """Answer a query.

    Raises:
        Refused: 4001, it is none.

    """
    statement = parse(text)
    condition, values = _condition(statement)
    store = books.store
    if statement.count:
        return {"totalCount": _count(store, condition, values)}
    rest = f"ORDER BY {_order(statement)} LIMIT {statement.most} OFFSET {statement.start - 1}"
    rows = store.rows(condition, values, rest)
    if not rows:
        return {}
    name = statement.entity.name
    response = {name: show_all(store, rows), "startPosition": statement.start, "maxResults": len(rows)}
    if name in _COUNTED:
        response["totalCount"] = _count(store, condition, values)
    return response


def _count(store: Store, condition: str, values: Sequence[object]) -> int:
    return store.number(f"SELECT count(*) FROM object WHERE {condition}", values)  # noqa: S608 -- our own words


def _condition(statement: Statement) -> tuple[str, list[object]]:
    """The statement's conditions in SQL; inactive objects only if they are asked for."""
    parts: list[str] = ["entity = ?"]
    wanted: list[object] = [statement.entity.name]
    for condition in statement.conditions:
        text, more = _comparison(statement.entity, condition)
        parts.append(text)
        wanted += more
    if statement.entity.listed and "Active" not in {one.path for one in statement.conditions}:
        parts.append("active = 1")
    return " AND ".join(parts), wanted


def _comparison(entity: Entity, condition: Condition) -> tuple[str, list[object]]:
    column, sort = _column(entity, condition.path)
    values = [_value(condition, sort, value) for value in condition.values]
    mark = "CAST(? AS NUMERIC)" if sort == "number" else "?"
    if condition.operator == "LIKE":
        return f"{column} LIKE ? ESCAPE '\\'", [_pattern(str(values[0]))]
    if condition.operator == "IN":
        return f"{column} IN ({', '.join([mark] * len(values))})", values
    return f"{column} {condition.operator} {mark}", values


def _column(entity: Entity, path: str) -> tuple[str, str]:
    """Where a field is kept, and its sort.

    Raises:
        Refused: no query may ask for it.

    """
    if path in _COLUMNS and (path != "Active" or entity.listed):
        return _COLUMNS[path]
    if path == entity.label:
        return "label", "text"
    if path not in entity.filters:
        raise refusals.bad_query(f"Property {path} not found for Entity {entity.name}, or not queryable")
    return f"json_extract(keys, '$.{path}')", entity.filters[path]


def _value(condition: Condition, sort: str, text: str) -> object:
    try:
        if sort == "instant":
            return read_instant(text)
        if sort == "day":
            return read_day(text).isoformat()
        if sort == "number":
            return str(Decimal(text))
        return {"true": 1, "false": 0}[text.lower()] if sort == "flag" else text
    except (ValueError, KeyError, InvalidOperation):
        raise refusals.bad_query(f"{text} is no {sort} for {condition.path}") from None


def _pattern(text: str) -> str:
    """Only % stands for something."""
    return text.replace("\\", "\\\\").replace("_", "\\_")


def _order(statement: Statement) -> str:
    parts = [
        f"{_column(statement.entity, path)[0]} {'DESC' if down else 'ASC'}" for path, down in statement.order
    ]
    return ", ".join([*parts, "id"])


# ---------------------------------------------------------------- change data capture


def changes(books: Books, names: Iterable[str], since: str) -> list[Body]:
    """What has changed since an instant, by entity; silently cut off where it is too much (facts 1.3).

    Raises:
        Refused: an entity has no change data capture, or the instant is too long ago.

    """
    start = _since(books, since)
    left = MOST_CHANGES
    found: list[Body] = []
    for name in names:
        entity = ENTITIES.get(name)
        if entity is None or not entity.cdc:
            raise refusals.bad_query(f"Entity {name} is not supported by change data capture")
        objects = _changed(books.store, name, start, left)
        left -= len(objects)
        found.append({name: objects, "startPosition": 1, "maxResults": len(objects)} if objects else {})
    return found


def _since(books: Books, text: str) -> float:
    """The instant; that QuickBooks refuses one that is too long ago is ours, as the wording."""
    try:
        start = read_instant(text)
    except ValueError:
        raise refusals.bad_date("changedSince") from None
    if start < (books.clock.now() - LOOK_BACK).timestamp():
        raise refusals.bad_query(f"changedSince may be no more than {LOOK_BACK.days} days ago")
    return start


def _changed(store: Store, name: str, start: float, most: int) -> list[Json]:
    rows = store.rows("entity = ? AND updated >= ?", (name, start), f"ORDER BY updated, id LIMIT {most}")
    gone = [_gone(number, at) for number, at in store.deleted_since(name, start)]
    return [*show_all(store, rows), *gone][:most]


def _gone(number: int, at: int) -> Json:
    body = {
        "domain": "QBO",
        "status": "Deleted",
        "Id": str(number),
        "MetaData": {"LastUpdatedTime": spell(at)},
    }
    return Json(dumps(body))


# ---------------------------------------------------------------- how objects are shown


def show(store: Store, row: Row) -> Json:
    """An object as it is answered."""
    return show_all(store, [row])[0]


def show_all(store: Store, rows: Sequence[Row]) -> list[Json]:
    """Objects as they are answered; customers with what they owe just now."""
    numbers = [row.id for row in rows if row.entity == "Customer"]
    balances = _balances(store, numbers) if numbers else {}
    return [Json(_with(row.text, balances[row.id]) if row.id in balances else row.text) for row in rows]


def _with(text: str, more: Body) -> str:
    return f"{text[:-1]},{dumps(more)[1:]}"


def _balances(store: Store, customers: Sequence[int]) -> dict[int, Body]:
    found = store.database.execute(_BALANCES, (dumps(customers),))
    return {
        number: {"Balance": Decimal(own) / _CENTS, "BalanceWithJobs": Decimal(whole) / _CENTS}
        for number, own, whole in found
    }
