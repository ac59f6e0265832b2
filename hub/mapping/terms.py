"""Names and values, as mapping files use them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from hub.mapping.layers import words_of
from hub.mapping.routes import resolve
from hub.mapping.slots import NoSuchField, Sort

if TYPE_CHECKING:
    from pydantic import BaseModel

    from hub.mapping.fields import Words
    from hub.mapping.layers import Place
    from hub.mapping.routes import Route
    from hub.mapping.slots import Slot


def meaning(name: str, model: type[BaseModel], place: Place) -> Slot | Route:
    """What a canonical name in a mapping file means: a field, or a path to one of another record.

    Raises:
        ConfigurationError: nothing.

    """
    try:
        return resolve(model, words_of(name))
    except NoSuchField as error:
        raise place.wrong(str(error), name=error.name, among=error.among) from None
    except ValueError:
        raise place.wrong("is no name of a field.", remedy="Write it as in `address.city`.") from None


def vendor_words(name: object, place: Place) -> Words:
    """The words of a vendor field's dotted name in a mapping file.

    Raises:
        ConfigurationError: it is no name.

    """
    try:
        return words_of(name if isinstance(name, str) else "")
    except ValueError:
        remedy = """A name with a dot or outer space of its own stands in quotes: '"Inv. No."'."""
        raise place.wrong(f'"{name}" is no name of a field.', remedy=remedy) from None


def held(slot: Slot, value: object, place: Place, *, item: bool = False) -> Any:  # noqa: ANN401 -- of the field's own type
    """A value in a mapping file as a field, or an item of it, holds it.

    Raises:
        ConfigurationError: it cannot hold that.

    """
    try:
        return slot.canonical(value, item=item)
    except ValueError as error:
        quoted = f'"{value}"' if isinstance(value, str) else spelt(value)
        says = f"{quoted} is not what {slot.name} holds: {slot.sort.value}."
        remedy = "" if slot.choices else _remedy(slot, value, error)
        raise place.wrong(says, remedy=remedy, name=str(value), among=slot.choices) from None


def _remedy(slot: Slot, value: object, error: ValueError) -> str:
    if slot.sort is Sort.TEXT and not isinstance(value, str):
        return "Write it in quotes."
    said = error.errors()[0]["msg"] if isinstance(error, ValidationError) else str(error)
    return f"{said[:1].upper()}{said[1:]}."


def spelt(value: object) -> str:
    """A value as a mapping file spells it: ``true``, and not ``True``."""
    return str(value).lower() if isinstance(value, bool) else str(value)
