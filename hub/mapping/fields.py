"""One field of a mapping, understood."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hub.sdk import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hub.mapping.codecs import Codec
    from hub.mapping.crosswalks import Crosswalk
    from hub.mapping.layers import Place
    from hub.mapping.routes import Fetch
    from hub.mapping.slots import Slot
    from hub.model import Kind
    from hub.sdk import Converter

Words = tuple[str, ...]


@dataclass(slots=True)
class Tools:
    """What mapping files may name: code lists, crosswalks, converters. Remembers what was asked for."""

    codes: Callable[[str], Mapping[str, str]]
    converters: Mapping[str, Converter]
    crosswalks: Callable[[str], Crosswalk]
    used: dict[str, dict[str, str]] = field(default_factory=dict)
    walked: dict[str, Crosswalk] = field(default_factory=dict)

    def code_list(self, name: str, place: Place) -> Mapping[str, str]:
        """A code list by its name.

        Raises:
            ConfigurationError: there is none of that name.

        """
        if name not in self.used:
            try:
                self.used[name] = dict(self.codes(name))
            except (LookupError, OSError) as error:
                raise place.wrong(
                    f'there is no code list "{name}".', remedy="Name one that exists."
                ) from error
            except ConfigurationError as error:
                raise place.wrong(error.message, remedy=error.remedy) from error
        return self.used[name]

    def crosswalk(self, name: str, place: Place) -> Crosswalk:
        """A crosswalk by its name; without a file it has no rows.

        Raises:
            ConfigurationError: its file is wrong, or this is no name of a file.

        """
        if name not in self.walked:
            try:
                self.walked[name] = self.crosswalks(name)
            except ConfigurationError as error:
                raise place.wrong(error.message, remedy=error.remedy) from error
        return self.walked[name]


@dataclass(frozen=True, slots=True)
class Field:
    """A canonical field, where it comes from, where it goes to, and how.

    Args:
        slot: the canonical end.
        fetch: the way there through other records; ``None`` for a field of the record itself.
        through: the kinds on that way.
        columns: the vendor's fields; none for a constant that is only read.
        several: whether ``columns`` together make one value.
        join: what stands between the parts of one text.
        otherwise: where it is read from where ``columns`` have no value.
        crosswalk: the name of the crosswalk by which it is read and written, if it is.
        constant: the canonical value that it always has; ``None`` if it has none.
        kinds: what a ``ref`` may refer to, be it through another record.
        source: the record type that a ``ref`` is narrowed to.
        forgiving: whether a ``ref`` to what is not known is no value; else the record waits for it.
        default: the canonical value where the vendor's is empty.
        empty: vendor values that mean "no value".

    """

    name: str
    place: Place
    slot: Slot
    codec: Codec
    columns: tuple[Words, ...]
    fetch: Fetch | None = None
    through: frozenset[Kind] = frozenset()
    several: bool = False
    join: str | None = None
    otherwise: Field | None = None
    crosswalk: str = ""
    constant: Any = None
    kinds: tuple[Kind, ...] = ()
    source: str = ""
    forgiving: bool = False
    default: Any = None
    empty: frozenset[str] = frozenset()
    required: bool = False
    optional: bool = False
    reads: bool = True
    writes: bool = True
    insists: bool = False
    """Whether the mapping itself says that it goes out."""

    @property
    def chain(self) -> tuple[Field, ...]:
        """Itself, and where it is read from else, in the order in which they are tried."""
        return (self,) if self.otherwise is None else (self, *self.otherwise.chain)

    @property
    def held_kinds(self) -> tuple[Kind, ...]:
        """Those of ``kinds`` that it holds itself, and refers to where it is written."""
        return tuple(kind for kind in self.kinds if kind in self.slot.kinds)

    @property
    def two_way(self) -> bool:
        """Whether the law holds for it: reading what was written gives the same value."""
        return self.reads and self.writes and self.constant is None
