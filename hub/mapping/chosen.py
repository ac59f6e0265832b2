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

    from hub.mapping.crosswalks import Crosswalk
    from hub.mapping.fields import Tools, Words
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
        of: the canonical field whose own value is written, where it has one; empty for none.
        walk: the crosswalk that says how the system spells that value; without it, it goes as it is.

    """

    accepts: Mapping[str, frozenset[Any]]
    gives: Scalar = False
    of: str = ""
    walk: Crosswalk | None = None

    def pick(self, dimensions: Mapping[str, Any]) -> Scalar | None:
        """What it gives; ``None`` where it does not fit."""
        if not all(dimensions[name] in values for name, values in self.accepts.items()):
            return None
        if not self.of:
            return self.gives
        value: Scalar | None = dimensions[self.of]
        return self.walk.outward.get(str(value)) if value and self.walk else value or None


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
        """All that its rows say may be written."""
        given = (row.gives for row in self.rows if not row.of and row.gives is not False)
        return tuple(dict.fromkeys(given))

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
            if (given := row.pick(dimensions)) is not None:
                return given
        raise Unfit("no-row", "nothing that a row fits")


def parse_chosen(column: Words, raw: object, place: Place, model: type[BaseModel], tools: Tools) -> Chosen:
    """Understand the table of a vendor's field.

    Raises:
        ConfigurationError: it is wrong; says where, and what would be right.

    """
    if not isinstance(raw, list):
        raise place.wrong("is no list of rows.", remedy=_ROWS)
    if not raw:
        raise place.wrong("has no row.", remedy="Add one, or say false to take it out.")
    routes: dict[str, Route] = {}
    parser = _Parser(model, tools, routes)
    rows = tuple(parser.row(row, replace(place, row=number)) for number, row in enumerate(raw, 1))
    return Chosen(place, column, routes, rows)


class _Parser:
    """Understands rows; the ways to what they look at are noted in ``routes``."""

    def __init__(self, model: type[BaseModel], tools: Tools, routes: dict[str, Route]) -> None:
        self._model = model
        self._tools = tools
        self._routes = routes

    def row(self, raw: object, place: Place) -> Row:
        """A row."""
        said = dict(_flat((), table_at(place, raw)))
        if ("is" in said) == ("of" in said):
            remedy = 'Add is = "…", is = false for nothing, or of = "…" for the value of a field.'
            raise place.wrong("does not say what is written.", remedy=remedy)
        gives = _gives(said.pop("is"), place.at("is")) if "is" in said else False
        of, walk = self._of(said, place)
        accepts = {}
        for name, value in said.items():
            here = place.at(*name.split("."))
            accepts[name] = _accepted(self._slot(name, here), value, here)
        return Row(accepts, gives, of, walk)

    def _slot(self, name: str, place: Place) -> Slot:
        self._routes[name] = as_route(meaning(name, self._model, place))
        return self._routes[name].slot

    def _of(self, said: dict[str, Any], place: Place) -> tuple[str, Crosswalk | None]:
        """The field whose value is written, and the crosswalk that spells it."""
        of, walk = said.pop("of", ""), said.pop("crosswalk", "")
        if walk and not of:
            raise place.at("crosswalk").wrong("means nothing without `of`.", remedy="Leave it out.")
        if of and self._slot(str(of), place.at("of")).sort is not Sort.TEXT:
            raise place.at("of").wrong(f"{of} holds no text.", remedy="Name a field that does.")
        return str(of), self._tools.crosswalk(str(walk), place.at("crosswalk")) if walk else None


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
