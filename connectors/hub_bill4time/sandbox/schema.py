"""How the firm's records are made of fields, and what each version of the API calls them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, TypedDict, Unpack

from hub_bill4time.sandbox.values import Sort

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Field:
    """One field.

    Args:
        name: what the firm's people, and the database, call it: as v1 does, where v1 has it.
        sort: of its values.
        v1: its name in v1; empty if it is not there.
        v2: its name in v2, in Pascal case; empty if it is not there.
        sql: for a field that follows from others: how it is had; ``t`` is the row.
        refers: the resource to whose id it refers.
        default: what it is unless given.
        required: whether it has to be given.

    """

    name: str
    sort: Sort
    v1: str
    v2: str
    sql: str = ""
    refers: str = ""
    default: object = None
    required: bool = False

    @property
    def expression(self) -> str:
        """What gives it in SQL, where ``t`` is the row."""
        return self.sql or f't."{self.name}"'


class _More(TypedDict, total=False):
    """What only some fields say of themselves."""

    sql: str
    refers: str
    default: object
    required: bool


class Shown(NamedTuple):
    """A field as a version of the API shows it."""

    name: str
    field: Field


@dataclass(frozen=True)
class Resource:
    """One sort of record.

    Args:
        name: what the firm's people, and the database, call it: as v1 does, where v1 has it.
        fields: of it; ``id`` is the first.
        v1: its name in addresses of v1; empty if it is not there.
        v2: its name in addresses of v2.
        first_id: where the ids begin, so that an id of one resource is none of another.

    """

    name: str
    fields: Sequence[Field]
    v1: str
    v2: str
    first_id: int

    @cached_property
    def by_name(self) -> dict[str, Field]:
        """The fields by their names."""
        return {field.name: field for field in self.fields}

    @cached_property
    def kept(self) -> list[Field]:
        """The fields that are kept, without ``id``."""
        return [field for field in self.fields[1:] if not field.sql]

    def shown(self, version: str, *, camel: bool = False) -> list[Shown]:
        """The fields that a version shows; ``camel`` spells the names of v2 in camel case."""
        if version == "v1":
            return [Shown(field.v1, field) for field in self.fields if field.v1]
        return [Shown(to_camel(field.v2) if camel else field.v2, field) for field in self.fields if field.v2]


def to_camel(name: str) -> str:
    """Spell a name in camel case, as JSON writers of .NET do: QBSyncDate becomes qbSyncDate."""
    upper = len(name) - len(name.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    first = max(1, upper - 1) if upper < len(name) else upper
    return name[:first].lower() + name[first:]


def both(name: str, sort: Sort = Sort.TEXT, v2: str = "", **more: Unpack[_More]) -> Field:
    """Give a field that both versions show."""
    return Field(name, sort, name, v2 or pascal(name), **more)


def second(name: str, sort: Sort = Sort.TEXT, v2: str = "", **more: Unpack[_More]) -> Field:
    """Give a field that only v2 shows."""
    return Field(name, sort, "", v2 or pascal(name), **more)


def inner(name: str, sort: Sort = Sort.TEXT, **more: Unpack[_More]) -> Field:
    """Give a field that neither version shows."""
    return Field(name, sort, "", "", **more)


def pascal(name: str) -> str:
    """Spell a name in Pascal case."""
    return name[0].upper() + name[1:]
