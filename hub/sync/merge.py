"""Three ways per field: what they changed, what we changed, and who is right where both did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from hub.model import Kind


@dataclass(frozen=True, slots=True)
class Merged:
    """The values after a merge, and the fields about which a person has to decide."""

    values: dict[str, Any]
    conflicts: tuple[str, ...] = ()


def merge(
    *,
    ours_before: Mapping[str, Any],
    ours: Mapping[str, Any],
    theirs_before: Mapping[str, Any],
    theirs: Mapping[str, Any],
    fields: Iterable[str],
    theirs_wins: Mapping[str, bool],
) -> Merged:
    """Merge what a system says now into the record.

    Args:
        ours_before: the record when both sides were last looked at together.
        ours: the record now.
        theirs_before: what the system said then, in today's translation.
        theirs: what the system says now.
        fields: the fields of which the system speaks; about others it says nothing.
        theirs_wins: for fields with an authority, whether it is this system.

    """
    values = dict(ours)
    conflicts = []
    for name in fields:
        mine, new = ours.get(name), theirs.get(name)
        if new in (theirs_before.get(name), mine):
            continue
        if mine != ours_before.get(name) and not theirs_wins.get(name, False):
            conflicts += [] if name in theirs_wins else [name]
            continue
        _set(values, name, new)
    return Merged(values, tuple(sorted(conflicts)))


def _set(values: dict[str, Any], name: str, value: object) -> None:
    if value is None:
        values.pop(name, None)
    else:
        values[name] = value


def authorities(
    authority: Mapping[str, str], kind: Kind, name: str, fields: Iterable[str]
) -> dict[str, bool]:
    """For each field with an authority, whether it is the connection of this name."""
    found = {}
    for one in fields:
        owner = authority.get(f"{kind.value}.{one}", authority.get(kind.value))
        if owner is not None:
            found[one] = owner == name
    return found
