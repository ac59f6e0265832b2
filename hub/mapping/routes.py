"""Paths: from a record, through what it refers to, to a field of another record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol

from hub.mapping.slots import NoSuchField, Sort, anatomy, slot_of
from hub.model import MODELS, Kind, RecordId

if TYPE_CHECKING:
    from pydantic import BaseModel

    from hub.mapping.slots import Slot


class Lookup(Protocol):
    """What rendering asks of the ledger about other records."""

    def external_id(self, kinds: tuple[Kind, ...], record_id: RecordId, source: str) -> str:
        """The id of a record at the target, in that source, or in any where ``source`` is empty.

        Raises:
            Unbound: it has none.

        """
        ...

    def values(self, record_id: RecordId) -> tuple[Kind, Mapping[str, Any]]:
        """The kind and the stored values of another record."""
        ...


Fetch = Callable[[Mapping[str, Any], Lookup], Any]
"""From a record's stored values, the stored value at the end of a path."""


@dataclass(frozen=True, slots=True)
class Route:
    """A path through references: the slot at its end, the kinds on its way, how to walk it."""

    slot: Slot
    kinds: frozenset[Kind]
    fetch: Fetch


def resolve(model: type[BaseModel], words: tuple[str, ...]) -> Slot | Route:
    """What a canonical name means in a model: a field of its own, or a path to another record's.

    Raises:
        NoSuchField: nothing.

    """
    first = anatomy(model).slots.get(words[0])
    if len(words) > 1 and first is not None and first.sort is Sort.REFERENCE:
        return _route(first, words[1:])
    return slot_of(model, words)


def as_route(end: Slot | Route) -> Route:
    """The way to what ``resolve`` found; to a field of the record itself it has no step."""
    if isinstance(end, Route):
        return end
    get = getter(end)
    return Route(end, frozenset(), lambda values, _look: get(values))


@cache
def link_to(kind: Kind, others: tuple[Kind, ...]) -> str:
    """The one field by which every record of a kind refers to a record of other kinds; else nothing."""
    slots = anatomy(MODELS[kind]).slots.values()
    found = [slot.name for slot in slots if slot.kinds and slot.needed and set(slot.kinds) <= set(others)]
    return found[0] if len(found) == 1 else ""


def _route(reference: Slot, rest: tuple[str, ...]) -> Route:
    """The rest of a path from what a reference names; a kind that does not know it gives no value."""
    known = [kind for kind in reference.kinds if _knows(kind, rest)] or reference.kinds[:1]
    ends = {kind: as_route(resolve(MODELS[kind], rest)) for kind in known}
    slot = ends[known[0]].slot
    if any(end.slot.sort is not slot.sort or end.slot.many != slot.many for end in ends.values()):
        message = f'"{".".join(rest)}" is not the same in {" and ".join(kind.words for kind in ends)}.'
        raise NoSuchField(message, "", ())
    beyond = frozenset[Kind]().union(*(end.kinds for end in ends.values()))
    fetches = {kind: end.fetch for kind, end in ends.items()}
    return Route(slot, beyond | set(reference.kinds), _hop(reference.words[0], fetches))


def _knows(kind: Kind, rest: tuple[str, ...]) -> bool:
    try:
        resolve(MODELS[kind], rest)
    except NoSuchField:
        return False
    return True


def _hop(name: str, fetches: Mapping[Kind, Fetch]) -> Fetch:
    def fetch(values: Mapping[str, Any], look: Lookup) -> Any:  # noqa: ANN401 -- any stored value
        record_id = values.get(name)
        if record_id is None:
            return None
        kind, other = look.values(record_id)
        onward = fetches.get(kind)
        return None if onward is None else onward(other, look)

    return fetch


def getter(slot: Slot) -> Callable[[Mapping[str, Any]], Any]:
    """How to get a field from stored values, which leave the model's defaults out."""
    default = slot.default
    if len(slot.words) == 1:
        name = slot.words[0]
        return lambda values: values.get(name, default)
    part, inner = slot.words
    return lambda values: (values.get(part) or {}).get(inner, default)
