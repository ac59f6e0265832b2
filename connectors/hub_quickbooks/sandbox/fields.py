"""What a field of a request may hold. Cleaning a value gives what is stored, or ``Refused``.

An empty text is no value, as for QuickBooks: clients send all fields of an object, most of them empty.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Protocol

from hub_quickbooks.sandbox import refusals
from hub_quickbooks.sandbox.moments import read_day

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub_quickbooks.sandbox.document import Body

_UNFIT = frozenset(":\t\n\r")
_NUMBER_LIMIT = Decimal(100_000_000_000)


class Lookup(Protocol):
    """Finds what a reference refers to."""

    def reference(self, entities: tuple[str, ...], value: str, place: str) -> Body:
        """Give the reference as it is answered, with the name.

        Raises:
            Refused: there is no such object, or it is inactive.

        """
        ...


class Field(Protocol):
    """One field, or a group or list of them."""

    def clean(self, value: Any, place: str, lookup: Lookup) -> Any:  # noqa: ANN401 -- any JSON value
        """Give the value to store; ``None`` where there is none.

        Raises:
            Refused: the value is not fit.

        """
        ...


@dataclass(frozen=True, slots=True)
class Text:
    """A text of at most ``longest`` characters; a ``name`` holds no colon, tab or line break."""

    longest: int = 4000
    name: bool = False

    def clean(self, value: Any, place: str, lookup: Lookup) -> str | None:  # noqa: ANN401, ARG002 -- as Field
        """Give the text; a number is taken for one."""
        if value is None or value == "":
            return None
        if isinstance(value, bool | dict | list):
            raise refusals.unknown_property(place)
        text = str(value)
        if len(text) > self.longest:
            raise refusals.bad_length(place, 0, self.longest, len(text))
        if self.name and not _UNFIT.isdisjoint(text):
            raise refusals.bad_text(place)
        return text


@dataclass(frozen=True, slots=True)
class Number:
    """A number, also one that is spelt as a text; with at most ``places`` decimals."""

    places: int = 7

    def clean(self, value: Any, place: str, lookup: Lookup) -> Decimal | None:  # noqa: ANN401, ARG002 -- as Field
        """Give the number."""
        if value is None or value == "":
            return None
        try:
            number = Decimal(str(value))
            fits = not isinstance(value, bool) and abs(number) < _NUMBER_LIMIT
            if fits and number == round(number, self.places):
                return number
        except InvalidOperation:
            pass
        raise refusals.bad_number(place)


MONEY = Number(places=2)
"""An amount: a fraction of a cent is refused (ours: it is not known whether QuickBooks rounds it)."""


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number up to ``most``; a fraction is cut off (facts 2.2)."""

    most: int

    def clean(self, value: Any, place: str, lookup: Lookup) -> int | None:  # noqa: ANN401 -- as Field
        """Give the number."""
        number = Number().clean(value, place, lookup)
        if number is None:
            return None
        if not 0 <= number <= self.most:
            raise refusals.bad_number(place)
        return int(number)


@dataclass(frozen=True, slots=True)
class Flag:
    """True or false."""

    def clean(self, value: Any, place: str, lookup: Lookup) -> bool | None:  # noqa: ANN401, ARG002 -- as Field
        """Give the flag."""
        if value is None or value == "":
            return None
        if str(value).lower() not in {"true", "false"}:
            raise refusals.bad_choice(place, str(value))
        return str(value).lower() == "true"


@dataclass(frozen=True, slots=True)
class Day:
    """A date."""

    def clean(self, value: Any, place: str, lookup: Lookup) -> str | None:  # noqa: ANN401, ARG002 -- as Field
        """Give the date in ISO spelling."""
        if value is None or value == "":
            return None
        try:
            return read_day(str(value)).isoformat()
        except ValueError:
            raise refusals.bad_date(place) from None


@dataclass(frozen=True, slots=True)
class Choice:
    """One of some words."""

    words: frozenset[str]

    def clean(self, value: Any, place: str, lookup: Lookup) -> str | None:  # noqa: ANN401, ARG002 -- as Field
        """Give the word."""
        if value is None or value == "":
            return None
        if value not in self.words:
            raise refusals.bad_choice(place, str(value))
        return str(value)


@dataclass(frozen=True, slots=True)
class Ref:
    """A reference to an object of one of some entities; its name is ignored."""

    entities: tuple[str, ...]

    def clean(self, value: Any, place: str, lookup: Lookup) -> Body | None:  # noqa: ANN401 -- as Field
        """Give the reference, with the name that the object has."""
        given = _REFERENCE.clean(value, place, lookup)
        if given is None:
            return None
        if "value" not in given:
            raise refusals.missing(f"{place}.value")
        return lookup.reference(self.entities, given["value"], place)


@dataclass(frozen=True, slots=True)
class Group:
    """Fields by name; one that is not among them is refused."""

    fields: Mapping[str, Field]

    def clean(self, value: Any, place: str, lookup: Lookup) -> Body | None:  # noqa: ANN401 -- as Field
        """Give those fields that have a value; ``None`` if none has."""
        if value is None or value == "":
            return None
        if not isinstance(value, dict):
            raise refusals.unknown_property(place)
        return clean_all(self.fields, value, lookup, place) or None


@dataclass(frozen=True, slots=True)
class Many:
    """A list."""

    field: Field

    def clean(self, value: Any, place: str, lookup: Lookup) -> list[Any] | None:  # noqa: ANN401 -- as Field
        """Give the list without its empty members; an empty list is a value."""
        if value is None or value == "":
            return None
        if not isinstance(value, list):
            raise refusals.unknown_property(place)
        cleaned = [self.field.clean(one, place, lookup) for one in value]
        return [one for one in cleaned if one is not None]


@dataclass(frozen=True, slots=True)
class ReadOnly:
    """What QuickBooks fills in itself: taken, and ignored."""

    def clean(self, value: Any, place: str, lookup: Lookup) -> None:  # noqa: ANN401 -- as Field
        """Give nothing."""


def group(**fields: Field) -> Group:
    """A group of these fields."""
    return Group(fields)


def choice(*words: str) -> Choice:
    """One of these words."""
    return Choice(frozenset(words))


def ref(*entities: str) -> Ref:
    """A reference to one of these entities."""
    return Ref(entities)


def clean_all(fields: Mapping[str, Field], values: Body, lookup: Lookup, place: str = "") -> Body:
    """Give the fields that have a value.

    Raises:
        Refused: a field is unknown, or its value is not fit.

    """
    cleaned = {}
    for name, value in values.items():
        full = f"{place}.{name}" if place else name
        field = fields.get(name)
        if field is None:
            raise refusals.unknown_property(full)
        found = field.clean(value, full, lookup)
        if found is not None:
            cleaned[name] = found
    return cleaned


_REFERENCE = group(value=Text(100), name=ReadOnly(), type=ReadOnly())
