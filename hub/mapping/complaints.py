"""From a value that does not fit to a problem that a billing specialist understands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from hub.mapping.codecs import text_of
from hub.mapping.layers import dotted_of
from hub.mapping.problems import Problem, Unfit
from hub.mapping.terms import spelt

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.mapping.chosen import Chosen
    from hub.mapping.fields import Field
    from hub.mapping.slots import Slot

_QUOTABLE = re.compile(r"\S{1,24}|[0-9.,:/+ -]{1,24}")
"""A code, a number or a date may be quoted; what reads like words may be a narrative in a wrong column."""
_NAMES = re.compile(r"[^\x00-\x1f]{1,60}")
"""What a crosswalk lists are names of activities, timekeepers and the like, and no narratives."""

_LONGEST = 40
"""What a firm tells its records apart by, such as a code or a category, is no longer."""


class Spot(NamedTuple):
    """Where in a record something stands: before the field's canonical and vendor's name."""

    canonical: str = ""
    vendor: str = ""

    def line(self, canonical: str, number: int, vendor: str) -> Spot:
        """The spot of a line, counted from 1."""
        return Spot(f"{self.canonical}{canonical}[{number}].", f"{self.vendor}{vendor}[{number}].")


def unread(field: Field, unfit: Unfit, raw: object, spot: Spot) -> Problem:
    """A vendor's value that cannot be read."""
    vendor = spot.vendor + " + ".join(dotted_of(column) for column in field.columns)
    return _problem(field, unfit, raw, (f"{vendor} is", spot.canonical + field.name, vendor))


def unwritten(field: Field, unfit: Unfit, stored: object, spot: Spot) -> Problem:
    """A canonical value that cannot be written."""
    vendor = spot.vendor + " + ".join(dotted_of(column) for column in field.columns)
    name = spot.canonical + field.name
    return _problem(field, unfit, stored, (f"{name}, which goes to {vendor}, is", name, vendor))


def no_row(chosen: Chosen, dimensions: Mapping[str, object], spot: Spot) -> Problem:
    """A record, or line, for which a table of the mapping has no row."""
    told = ", ".join(f"{name} {_told(route.slot, dimensions[name])}" for name, route in chosen.routes.items())
    column = dotted_of(chosen.column)
    vendor = spot.vendor + column
    message = f"{vendor} has no row for {told}."
    remedy = f"Add a row for it to {chosen.place.title} in the workspace's mapping."
    return Problem(spot.canonical + column, vendor, "no-row", message, remedy, told)


def _told(slot: Slot, value: object) -> str:
    """A canonical value by which a row is chosen, in a few words."""
    if slot.privileged:
        return "(privileged)"
    if value is None or value == "":
        return "(empty)"
    text = spelt(value)
    if len(text) > _LONGEST or not text.isprintable():
        return "(a longer text)"
    return f'"{text}"' if isinstance(value, str) else text


def _problem(field: Field, unfit: Unfit, value: object, names: tuple[str, str, str]) -> Problem:
    subject, name, vendor = names
    quote = "" if field.slot.privileged else _quoted(value, _NAMES if field.crosswalk else _QUOTABLE)
    if unfit.code == "missing":
        message = f"{subject} empty."
    elif quote:
        message = f'{subject} "{quote}", which is {unfit.says}.'
    else:
        message = f"{subject} {unfit.says}."
    return Problem(name, vendor, unfit.code, message, _remedy(field, unfit), quote, field.crosswalk)


def _quoted(value: object, quotable: re.Pattern[str]) -> str:
    try:
        text = "" if value is None else text_of(value)
    except Unfit:
        return ""
    return text if quotable.fullmatch(text) else ""


def _remedy(field: Field, unfit: Unfit) -> str:
    if unfit.remedy:
        return unfit.remedy
    if unfit.code == "unknown-value":
        return (
            f"Correct it at the source, or say what it means: `values` of {field.place.title} in the mapping."
        )
    if unfit.code == "unknown-code":
        return "Correct it at the source, or add the code to the list in the workspace."
    if unfit.code == "missing":
        return "Fill it in at the source."
    return "Correct it at the source."
