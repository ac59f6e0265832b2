"""Crosswalks: tables that say what one thing is called in each of the firm's systems."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hub.mapping.codecs import Codec, text_of
from hub.mapping.problems import Unfit

if TYPE_CHECKING:
    from collections.abc import Mapping

UNPAIRED = "unpaired"
"""The code of a problem with a value of which a crosswalk says nothing."""


@dataclass(frozen=True, slots=True)
class Crosswalk:
    """A crosswalk as one system sees it.

    Args:
        name: what mappings call it; it stands in ``crosswalks/<name>.csv``.
        system: the connection or connector whose spellings these are.
        inward: the system's spelling, in lower case → what the hub calls it.
        outward: what the hub calls it → the system's spelling.
        open: whether what stands in no row means itself.
        names: the names in the code list that goes with it → codes.
        unpaired: what was read and is in no row, as far as it was read as no value.

    """

    name: str
    system: str = ""
    inward: Mapping[str, str] = field(default_factory=dict)
    outward: Mapping[str, str] = field(default_factory=dict)
    open: bool = False
    names: dict[str, str] = field(default_factory=dict)
    unpaired: dict[str, None] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """How it is called to a person: its file."""
        return f"crosswalks/{self.name}.csv"

    def canonical(self, spelling: str) -> str | None:
        """What the hub calls what the system spells so; ``None`` where no row says."""
        return self.inward.get(spelling.casefold(), spelling if self.open else None)

    def spelling(self, canonical: str) -> str | None:
        """How the system spells what the hub calls so; ``None`` where no row says."""
        return self.outward.get(canonical, canonical if self.open else None)


def crosswalk_codec(walk: Crosswalk, unknown: str, codes: Codec | None) -> Codec:
    """How values are read and written by a crosswalk.

    Args:
        walk: the crosswalk.
        unknown: what a value in no row does: ``hold``, ``empty``, or ``same``: it means itself.
        codes: reads what is a code of a list by itself.

    """

    def read(value: object) -> str | None:
        spelling = text_of(value)
        found = walk.canonical(spelling) or (codes and _coded(codes, spelling))
        if found or unknown == "same":
            return found or spelling
        if unknown == "empty":
            walk.unpaired[spelling] = None
            return None
        raise Unfit(UNPAIRED, f"in no row of {walk.title}", _remedy(walk))

    def spelt(stored: Any) -> str | None:  # noqa: ANN401 -- any stored value
        return walk.spelling(stored) or (stored if unknown == "same" or codes else None)

    def write(stored: str) -> str:
        found = spelt(stored)
        if found is None:
            raise Unfit(UNPAIRED, f"in no row of {walk.title}", _remedy(walk))
        return found

    return Codec(read, write, blank="", unwritable=lambda stored: spelt(stored) is None)


def _coded(codes: Codec, spelling: str) -> str | None:
    try:
        found: str = codes.read(spelling)
    except Unfit:
        return None
    return found


def _remedy(walk: Crosswalk) -> str:
    return f"Give it a row in mappings/{walk.title}, in the column {walk.system}."
