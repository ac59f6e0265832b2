"""The canonical side of a mapping: what the model says about the fields that it names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from types import UnionType
from typing import TYPE_CHECKING, Any, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, create_model

from hub.model import Kind, Privileged, Refers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic.fields import FieldInfo


class Sort(StrEnum):
    """What sort of value a canonical field holds; the value is how a person calls it."""

    TEXT = "text"
    DECIMAL = "a number"
    INTEGER = "a whole number"
    DATE = "a date"
    DATETIME = "a date with time"
    FLAG = "true or false"
    CHOICE = "one of a few words"
    REFERENCE = "a reference"


class NoSuchField(Exception):
    """The model has no field of this name; ``among`` are those it has."""

    def __init__(self, message: str, name: str, among: tuple[str, ...]) -> None:
        super().__init__(message)
        self.name = name
        self.among = among


@dataclass(frozen=True, slots=True)
class Slot:
    """One canonical field.

    Args:
        words: its name, of two words inside a part such as ``address``.
        sort: what it holds, or what its items are where it is ``many``.
        many: whether it is a list.
        needed: whether the model has no default for it.
        privileged: whether its values stay out of messages.
        choices: all values of a CHOICE.
        kinds: what a REFERENCE may refer to.
        default: the model's default as it is stored.
        model: the model that has it.

    """

    words: tuple[str, ...]
    sort: Sort
    many: bool
    needed: bool
    privileged: bool
    choices: tuple[str, ...]
    kinds: tuple[Kind, ...]
    default: Any
    model: type[BaseModel]

    @property
    def name(self) -> str:
        """Its dotted name."""
        return ".".join(self.words)

    def canonical(self, value: object, *, item: bool = False) -> Any:  # noqa: ANN401 -- of the field's own type
        """A value of a mapping file as this field, or an item of it, holds it.

        Raises:
            ValueError: it cannot hold that.

        """
        if isinstance(value, float):
            message = "a number with decimals stands in quotes"
            raise ValueError(message)  # noqa: TRY004 -- to the author of a mapping it is a wrong value
        held = _holder(self.model, self.words[-1], item=item).model_validate({"held": value}).held
        return held.value if isinstance(held, StrEnum) else held

    def stored(self, value: object, *, item: bool = False) -> Any:  # noqa: ANN401 -- any JSON value
        """A canonical value as the ledger stores it."""
        return _stored(_holder(self.model, self.words[-1], item=item), value)


@dataclass(frozen=True, slots=True)
class Anatomy:
    """What a model is made of: its slots, its parts (an address) and its lists of lines."""

    slots: Mapping[str, Slot]
    parts: Mapping[str, type[BaseModel]]
    lists: Mapping[str, type[BaseModel]]

    @property
    def names(self) -> tuple[str, ...]:
        """All that can stand on the left side of a mapping, without paths into other records."""
        inside = (f"{part}.{name}" for part, model in self.parts.items() for name in anatomy(model).slots)
        return (*self.slots, *inside)


@cache
def anatomy(model: type[BaseModel]) -> Anatomy:
    """What a model is made of."""
    slots: dict[str, Slot] = {}
    parts: dict[str, type[BaseModel]] = {}
    lists: dict[str, type[BaseModel]] = {}
    for name, info in model.model_fields.items():
        core, many = _core(info.annotation)
        if issubclass(core, BaseModel):
            (lists if many else parts)[name] = core
        else:
            slots[name] = _slot(model, name, info)
    return Anatomy(slots, parts, lists)


def slot_of(model: type[BaseModel], words: tuple[str, ...]) -> Slot:
    """The slot that a name without references means.

    Raises:
        NoSuchField: there is none.

    """
    parts = anatomy(model)
    first, rest = words[0], words[1:]
    if rest and first in parts.parts:
        inner = slot_of(parts.parts[first], rest)
        return _inside(first, inner)
    if rest or first not in parts.slots:
        raise NoSuchField(_why_not(model, words), ".".join(words), parts.names)
    return parts.slots[first]


def _inside(part: str, inner: Slot) -> Slot:
    return Slot(
        (part, *inner.words),
        inner.sort,
        inner.many,
        needed=False,
        privileged=inner.privileged,
        choices=inner.choices,
        kinds=inner.kinds,
        default=inner.default,
        model=inner.model,
    )


def _why_not(model: type[BaseModel], words: tuple[str, ...]) -> str:
    parts = anatomy(model)
    first, name = words[0], ".".join(words)
    if first in parts.lists:
        return f'"{first}" are lines: they have a [… .lines.<name>] table of their own.'
    if name in parts.parts:
        inner = next(iter(anatomy(parts.parts[name]).slots))
        return f'"{name}" is a part: name its fields, such as "{name}.{inner}".'
    return f'{called(model)} has no field "{name}".'


def called(model: type[BaseModel]) -> str:
    """How a person calls a model: ``time entry``, ``invoice line``."""
    kind = getattr(model, "kind", None)
    if isinstance(kind, Kind):
        return kind.words
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in model.__name__).strip()


def _core(annotation: Any) -> tuple[type, bool]:  # noqa: ANN401 -- a type expression
    """The type inside an annotation, and whether it stands in a tuple."""
    if get_origin(annotation) in (Union, UnionType):
        annotation = next(choice for choice in get_args(annotation) if choice is not type(None))
    if hasattr(annotation, "__metadata__"):
        annotation = get_args(annotation)[0]
    if get_origin(annotation) is tuple:
        return _core(get_args(annotation)[0])[0], True
    return annotation, False


_SORTS: Mapping[type, Sort] = {
    str: Sort.TEXT,
    Decimal: Sort.DECIMAL,
    bool: Sort.FLAG,
    int: Sort.INTEGER,
    date: Sort.DATE,
    datetime: Sort.DATETIME,
}


def _slot(model: type[BaseModel], name: str, info: FieldInfo) -> Slot:
    core, many = _core(info.annotation)
    refers = next((mark for mark in info.metadata if isinstance(mark, Refers)), None)
    choices = tuple(core) if issubclass(core, StrEnum) else ()
    sort = Sort.REFERENCE if refers else Sort.CHOICE if choices else _SORTS[core]
    return Slot(
        words=(name,),
        sort=sort,
        many=many,
        needed=info.is_required(),
        privileged=any(isinstance(mark, Privileged) for mark in info.metadata),
        choices=tuple(str(choice) for choice in choices),
        kinds=refers.kinds if refers else (),
        default=None if info.is_required() else _stored_default(model, name, info),
        model=model,
    )


def _stored_default(model: type[BaseModel], name: str, info: FieldInfo) -> Any:  # noqa: ANN401 -- any JSON value
    """The default as the ledger would store it (a total of 0 as ``0.00``)."""
    default = info.get_default(call_default_factory=True, validated_data={})
    if isinstance(default, Decimal):
        return _stored(_holder(model, name, item=False), default)
    if isinstance(default, tuple):
        return list(default)
    return default.value if isinstance(default, StrEnum) else default


class _Holder(BaseModel):
    """Holds one value as a field of a model holds it."""

    held: Any


@cache
def _holder(model: type[BaseModel], name: str, *, item: bool) -> type[_Holder]:
    """What validates one field of a model, or one item of it where it is a list."""
    hint = get_type_hints(model, include_extras=True)[name]
    if item and get_origin(hint) is tuple:
        hint = get_args(hint)[0]
    return create_model("Held", __base__=_Holder, held=(hint, ...))


def _stored(holder: type[_Holder], value: object) -> Any:  # noqa: ANN401 -- any JSON value
    return holder.model_validate({"held": value}).model_dump(mode="json")["held"]
