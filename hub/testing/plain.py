"""The plain mapping: a system that spells everything as the hub's own model does."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from hub.mapping.slots import anatomy
from hub.model import KIND_ORDER, MODELS, Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pydantic import BaseModel

    from hub.mapping.slots import Slot

_MATCH = {
    Kind.TIME_ENTRY: ("timekeeper", "matter", "worked_on", "hours", "narrative"),
    Kind.EXPENSE: ("matter", "incurred_on", "amount", "narrative"),
    Kind.PAYMENT: ("client", "received_on", "amount", "reference"),
    Kind.WRITE_OFF: ("client", "written_off_on", "amount", "number"),
    Kind.SUBMISSION: ("invoice", "portal", "ordinal"),
    Kind.TRUST_TRANSACTION: ("client", "moved_on", "direction", "amount", "reference"),
}
"""By what records of a kind are matched; the others by their number."""


def plain_mapping(kinds: Iterable[Kind] = KIND_ORDER) -> str:
    """A mapping file for some kinds, with each field called as in the model, and with its lists nested."""
    return "\n".join(line for kind in kinds for line in _kind(kind))


def _kind(kind: Kind) -> Iterator[str]:
    parts = anatomy(MODELS[kind])
    yield f"[{kind.value}]"
    yield f"match = {json.dumps([_MATCH.get(kind, ('number',))])}"
    yield f"[{kind.value}.fields]"
    yield from _fields(MODELS[kind])
    for part, model in parts.parts.items():
        yield from (_field(slot, f"{part}.{slot.name}") for slot in anatomy(model).slots.values())
    for name, model in parts.lists.items():
        yield f"[{kind.value}.lines.{name}]"
        yield f'each = "{name}"\ninto = "{name}"\noptional = true'
        yield f"[{kind.value}.lines.{name}.fields]"
        yield from _fields(model)


def _fields(model: type[BaseModel]) -> Iterator[str]:
    return (_field(slot, slot.name) for slot in anatomy(model).slots.values())


def _field(slot: Slot, name: str) -> str:
    refers = f", ref = {json.dumps(slot.kinds)}" if slot.kinds else ""
    return f'"{name}" = {{ field = "{name}", optional = true{refers} }}'
