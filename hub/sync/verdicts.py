"""What a row without a binding may be found to be."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class New:
    """It is no record that is here; it may be one that was let go of, and that it equals."""

    let_go: int | None = None


@dataclass(frozen=True, slots=True)
class Adopt:
    """It is this record."""

    record: int


@dataclass(frozen=True, slots=True)
class Doubt:
    """It may be one of these records, the likeliest first; a person says.

    Args:
        records: which.
        why: how it is like them, after "It".
        scores: how like their names are, of 100, where that was compared.

    """

    records: tuple[int, ...]
    why: str
    scores: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Rivals:
    """It is one of several rows of a target that equal this record, and none of them is known to be it."""

    record: int
    count: int


@dataclass(frozen=True, slots=True)
class Double:
    """It equals this record, which stands at the target under another id."""

    record: int


@dataclass(frozen=True, slots=True)
class Renewed:
    """It seems to be this record (one of these) under a new id: its own row has left; a person says."""

    records: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Twin:
    """This listing shows the same in another source: it is two records, or one on its way."""

    record: int


@dataclass(frozen=True, slots=True)
class Wait:
    """It may be a record whose own row has not been seen in this listing yet."""


Verdict = New | Adopt | Doubt | Rivals | Double | Renewed | Twin | Wait
