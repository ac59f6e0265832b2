"""Which model belongs to which kind, and what the fields of a kind refer to."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from hub.model.client import Client
from hub.model.credit_note import CreditNote
from hub.model.expense import Expense
from hub.model.invoice import Invoice
from hub.model.kinds import Kind
from hub.model.matter import Matter
from hub.model.payment import Payment
from hub.model.record import Privileged, Record, Refers
from hub.model.submission import Submission
from hub.model.time_entry import TimeEntry
from hub.model.timekeeper import Timekeeper
from hub.model.trust_transaction import TrustTransaction
from hub.model.write_off import WriteOff

MODELS: Mapping[Kind, type[Record]] = MappingProxyType(
    {
        model.kind: model
        for model in (
            Client,
            Matter,
            Timekeeper,
            TimeEntry,
            Expense,
            Invoice,
            Payment,
            WriteOff,
            CreditNote,
            Submission,
            TrustTransaction,
        )
    },
)


@dataclass(frozen=True, slots=True)
class LineReference:
    """A reference that stands in the lines (or applications) of a record."""

    lines: str
    field: str
    kinds: tuple[Kind, ...]


def model_of(kind: Kind) -> type[Record]:
    """The model of a kind."""
    return MODELS[kind]


@cache
def references(kind: Kind) -> Mapping[str, tuple[Kind, ...]]:
    """The fields of a kind that hold record ids, with the kinds that they may refer to."""
    return MappingProxyType(_referring(MODELS[kind]))


@cache
def line_references(kind: Kind) -> tuple[LineReference, ...]:
    """The references inside the lines and applications of a kind."""
    return tuple(
        LineReference(name, field, kinds)
        for name, part in _parts(kind).items()
        for field, kinds in _referring(part).items()
    )


@cache
def privileged_fields(kind: Kind) -> frozenset[str]:
    """The fields of a kind, and of its lines, that never appear in a log, error or plan."""
    models = (MODELS[kind], *_parts(kind).values())
    return frozenset(
        name
        for model in models
        for name, info in model.model_fields.items()
        if any(isinstance(mark, Privileged) for mark in info.metadata)
    )


def label_of(kind: Kind, values: Mapping[str, Any]) -> str:
    """The label of a record from its stored values, which are known to be valid."""
    return MODELS[kind].model_validate(values).label()


def _parts(kind: Kind) -> dict[str, type[BaseModel]]:
    found: dict[str, type[BaseModel]] = {}
    for name, info in MODELS[kind].model_fields.items():
        for argument in get_args(info.annotation):
            if isinstance(argument, type) and issubclass(argument, BaseModel):
                found[name] = argument
    return found


def _referring(model: type[BaseModel]) -> dict[str, tuple[Kind, ...]]:
    return {name: refers.kinds for name, info in model.model_fields.items() if (refers := _refers(info))}


def _refers(info: FieldInfo) -> Refers | None:
    return next((mark for mark in info.metadata if isinstance(mark, Refers)), None)
