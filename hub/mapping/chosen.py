"""A vendor's field that a table with dimensions fills: the first row that fits says with what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from hub.mapping.layers import table_at
from hub.mapping.problems import Unfit
from hub.mapping.routes import as_route
from hub.mapping.slots import Sort
from hub.mapping.terms import held, meaning

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import BaseModel

    from hub.mapping.fields import Words
    from hub.mapping.layers import Place
    from hub.mapping.routes import Lookup, Route
    from hub.mapping.slots import Slot
    from hub.model import Kind

Scalar = str | int | bool

_ROWS = 'Write [{ type = "fee", is = "…" }, { is = "…" }].'


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table.

    Args:
        accepts: canonical field → the stored values with which the row fits.
        gives: what is written; ``False`` where the vendor's field is left out.

    """

    accepts: Mapping[str, frozenset[Any]]
    gives: Scalar

    def fits(self, dimensions: Mapping[str, Any]) -> bool:
        """Whether all its conditions hold."""
        return all(dimensions[name] in values for name, values in self.accepts.items())


@dataclass(frozen=True, slots=True)
class Chosen:
    """A vendor's field and the table that fills it.

    Args:
        place: where it is said.
        column: the vendor's field.
        routes: the canonical fields that its rows look at, and the way to each.
        rows: the rows, in the order in which they are tried.

    """

    place: Place
    column: Words
    routes: Mapping[str, Route]
    rows: tuple[Row, ...]

    @property
    def through(self) -> frozenset[Kind]:
        """The kinds that its rows look through."""
        return frozenset(kind for route in self.routes.values() for kind in route.kinds)

    @property
    def outcomes(self) -> tuple[Scalar, ...]:
        """All that it may write."""
        return tuple(dict.fromkeys(row.gives for row in self.rows if row.gives is not False))

    def dimensions(self, values: Mapping[str, Any], look: Lookup) -> dict[str, Any]:
        """What a record has in the fields that the rows look at."""
        return {name: route.fetch(values, look) for name, route in self.routes.items()}

    def pick(self, values: Mapping[str, Any], look: Lookup) -> Scalar:
        """What is written for a record; ``False`` where the vendor's field is left out.

        Raises:
            Unfit: no row fits.

        """
        dimensions = self.dimensions(values, look)
        for row in self.rows:
            if row.fits(dimensions):
                return row.gives
        raise Unfit("no-row", "nothing that a row fits")


def parse_chosen(column: Words, raw: object, place: Place, model: type[BaseModel]) -> Chosen:
    """Understand the table of a vendor's field.

    Raises:
        ConfigurationError: it is wrong; says where, and what would be right.

    """
    if not isinstance(raw, list):
        raise place.wrong("is no list of rows.", remedy=_ROWS)
    if not raw:
        raise place.wrong("has no row.", remedy="Add one, or say false to take it out.")
    routes: dict[str, Route] = {}
    rows = tuple(_row(row, replace(place, row=number), model, routes) for number, row in enumerate(raw, 1))
    return Chosen(place, column, routes, rows)


def _row(raw: object, place: Place, model: type[BaseModel], routes: dict[str, Route]) -> Row:
    """A row; the ways to what it looks at are noted in ``routes``."""
    said = dict(_flat((), table_at(place, raw)))
    if "is" not in said:
        raise place.wrong("does not say what is written.", remedy='Add is = "…", or is = false for nothing.')
    gives = _gives(said.pop("is"), place.at("is"))
    accepts = {}
    for name, value in said.items():
        here = place.at(*name.split("."))
        routes[name] = as_route(meaning(name, model, here))
        accepts[name] = _accepted(routes[name].slot, value, here)
    return Row(accepts, gives)


def _flat(words: Words, raw: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The keys of a row. TOML reads an unquoted ``timekeeper.number`` as a table in a table."""
    for name, value in raw.items():
        if isinstance(value, Mapping) and value:
            yield from _flat((*words, name), value)
        else:
            yield ".".join((*words, name)), value


def _gives(value: object, place: Place) -> Scalar:
    if not isinstance(value, Scalar):
        remedy = 'Write text, true, false or a whole number; one with decimals in quotes: "0.5".'
        raise place.wrong("is nothing that a field can hold.", remedy=remedy)
    return value


def _accepted(slot: Slot, value: object, place: Place) -> frozenset[Any]:
    """The stored values that a condition names."""
    if slot.sort is Sort.REFERENCE:
        remedy = 'Name a field of what it refers to, as in "timekeeper.number".'
        raise place.wrong(f"{slot.name} is a reference.", remedy=remedy)
    if slot.many:
        raise place.wrong(f"{slot.name} holds several values.", remedy="Name a field that holds one.")
    wanted = value if isinstance(value, list) else [value]
    if not wanted:
        raise place.wrong("names no value.", remedy="Name at least one, or leave it out.")
    stored = {slot.stored(held(slot, one, place)) for one in wanted}
    # A text that is empty and one that is out of reach, since nothing is referred to, are the same.
    return frozenset(stored | {None} if "" in stored else stored)
