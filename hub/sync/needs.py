"""What has to be read of a connection, so that what moves can be understood there: no more than that."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hub.mapping import SystemMapping
    from hub.model import Kind


def read_from(mapping: SystemMapping, kinds: Iterable[Kind]) -> frozenset[Kind]:
    """The kinds that are read from a source: those that move, and all that their rows refer to there."""
    return _closed(mapping, kinds)


def read_at(mapping: SystemMapping, kinds: Iterable[Kind]) -> frozenset[Kind]:
    """The kinds that are read at a target, where it can be read.

    Those that move there, since some may be there already; those that they refer to when they are
    written; and all that the rows of these refer to.
    """
    wanted = set(kinds)
    for kind in kinds:
        outward = mapping.outward(kind)
        wanted |= outward.reference_kinds if outward is not None else frozenset()
    return _closed(mapping, wanted)


def _closed(mapping: SystemMapping, kinds: Iterable[Kind]) -> frozenset[Kind]:
    needed: set[Kind] = set()
    todo = list(kinds)
    while todo:
        kind = todo.pop()
        if kind not in needed:
            needed.add(kind)
            todo += _referred(mapping, kind)
    return frozenset(needed)


def _referred(mapping: SystemMapping, kind: Kind) -> Iterator[Kind]:
    for source in mapping.sources(kind):
        inward = mapping.inward(kind, source)
        if inward is not None:
            yield from inward.reference_kinds
