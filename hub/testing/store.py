"""A billing system in memory, which can be told to misbehave as real ones do."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any, ClassVar
from weakref import WeakValueDictionary

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from hub.model import Kind
    from hub.testing.faults import ReadingFault, WritingFault

_ENDLESS = 1_000_000


class Unreachable(Exception):
    """The system did not take the call: nothing happened."""


class AnswerLost(Exception):
    """The system may have done what it was asked to, and its answer did not arrive."""


class NoSuchRow(Exception):
    """The system has no row of this id."""


class ReadingBroke(Exception):
    """The system stopped answering in the middle of a listing."""


@dataclass(slots=True)
class Row:
    """One row of the system.

    Args:
        values: what it holds.
        change: the number of its last change, counted over the whole system.
        reference: what the row was created with, to be found by.
        since: when it was created.
        void: whether it was voided; it is then listed no more.

    """

    values: dict[str, Any] = field(repr=False)
    change: int
    reference: str
    since: datetime
    void: bool = False


class MemoryStore:
    """A system that keeps rows by kind, gives out its own ids and keeps every create.

    What real systems do at times it does when told: ``break_source``, ``refuse``, ``lose_answers``,
    ``lag``, ``forget_keys``. ``misbehave`` makes the *connectors* to it wrong in one of the ways
    of ``hub.testing.faults``.

    Args:
        rows: what it holds at first, by kind.

    """

    _stores: ClassVar[WeakValueDictionary[str, MemoryStore]] = WeakValueDictionary()
    _numbers: ClassVar = count(1)

    def __init__(self, rows: Mapping[Kind, Iterable[Mapping[str, Any]]] | None = None) -> None:
        self.name = f"store-{next(self._numbers)}"
        self._stores[self.name] = self
        self.page_size = 2
        self.lag = timedelta()
        """How long what was created cannot be found yet."""
        self.reading_faults: list[ReadingFault] = []
        self.writing_faults: list[WritingFault] = []
        self._rows: dict[Kind, dict[str, Row]] = {}
        self._answers: dict[str, str] = {}
        self._changes = count(1)
        self._break_after: int | None = None
        self._refusals = 0
        self._losses = 0
        for kind, given in (rows or {}).items():
            for values in given:
                self._add(kind, values, "", datetime.min.replace(tzinfo=UTC))

    @classmethod
    def named(cls, name: str) -> MemoryStore:
        """The store of this name, for as long as somebody holds it.

        Raises:
            KeyError: nobody does.

        """
        return cls._stores[name]

    @property
    def settings(self) -> dict[str, str]:
        """The settings of a connection to it."""
        return {"store": self.name}

    # What it is told.

    def misbehave(self, *faults: ReadingFault | WritingFault) -> None:
        """Make the connectors to this system wrong in these ways."""
        for fault in faults:
            fault.plant(self.reading_faults, self.writing_faults)

    def break_source(self, after: int = 0) -> None:
        """Break every listing off after so many rows, and every look-up at once."""
        self._break_after = after

    def refuse(self, calls: int = _ENDLESS) -> None:
        """Take nothing for so many calls."""
        self._refusals = calls

    def lose_answers(self, calls: int = _ENDLESS) -> None:
        """Do what so many calls ask, and let the answer get lost."""
        self._losses = calls

    def forget_keys(self) -> None:
        """Forget which keys were answered, as a system does in time."""
        self._answers.clear()

    # What it does.

    def rows(self, kind: Kind) -> Mapping[str, Row]:
        """The rows of a kind that are not void, by id."""
        return {name: row for name, row in self._rows.get(kind, {}).items() if not row.void}

    def count(self, kind: Kind) -> int:
        """How many rows of a kind are not void."""
        return len(self.rows(kind))

    def list(self, kind: Kind, since: int = 0) -> Iterator[list[tuple[str, Row]]]:
        """The rows of a kind that changed since a change, in pages, void ones included.

        Raises:
            ReadingBroke: it was told to.

        """
        found = sorted(self._rows.get(kind, {}).items(), key=lambda item: item[1].change)
        changed = [item for item in found if item[1].change > since]
        for start in range(0, len(changed), self.page_size):
            self._may_break(start)
            yield changed[start : start + self.page_size]
        self._may_break(len(changed))

    def _may_break(self, rows: int) -> None:
        if self._break_after is not None and rows >= self._break_after:
            raise ReadingBroke

    def create(self, kind: Kind, values: Mapping[str, Any], reference: str, now: datetime) -> str:
        """Add a row; gives its id.

        Raises:
            Unreachable: nothing was added.
            AnswerLost: it was added.

        """
        self._reach()
        identifier = self._add(kind, values, reference, now)
        self._answer()
        return identifier

    def create_once(self, kind: Kind, values: Mapping[str, Any], key: str, now: datetime) -> str:
        """Add a row, or answer a key that was answered before with the same id.

        Raises:
            Unreachable: nothing was added.
            AnswerLost: it was added.

        """
        self._reach()
        if key not in self._answers:
            self._answers[key] = self._add(kind, values, "", now)
        self._answer()
        return self._answers[key]

    def update(self, kind: Kind, identifier: str, values: Mapping[str, Any]) -> None:
        """Change what a row holds.

        Raises:
            Unreachable: nothing was changed.
            AnswerLost: it was changed.
            NoSuchRow: there is no such row.

        """
        self._reach()
        row = self._row(kind, identifier)
        row.values.update(values)
        row.change = next(self._changes)
        self._answer()

    def void(self, kind: Kind, identifier: str) -> None:
        """Void a row.

        Raises:
            Unreachable: nothing was changed.
            AnswerLost: it was changed.
            NoSuchRow: there is no such row.

        """
        self._reach()
        row = self._row(kind, identifier)
        row.void = True
        row.change = next(self._changes)
        self._answer()

    def find(self, kind: Kind, reference: str, now: datetime) -> Sequence[tuple[str, Row]]:
        """The rows that were created with a reference and can be seen by now.

        Raises:
            ReadingBroke: it was told to.

        """
        if self._break_after is not None:
            raise ReadingBroke
        return [
            (name, row)
            for name, row in self.rows(kind).items()
            if row.reference == reference and row.since + self.lag <= now
        ]

    def row(self, kind: Kind, identifier: str) -> Row:
        """One row.

        Raises:
            NoSuchRow: there is no such row.

        """
        return self._row(kind, identifier)

    def _row(self, kind: Kind, identifier: str) -> Row:
        row = self._rows.get(kind, {}).get(identifier)
        if row is None or row.void:
            raise NoSuchRow(identifier)
        return row

    def _add(self, kind: Kind, values: Mapping[str, Any], reference: str, now: datetime) -> str:
        change = next(self._changes)
        identifier = f"{kind.value[:2].upper()}{change}"
        self._rows.setdefault(kind, {})[identifier] = Row(dict(values), change, reference, now)
        return identifier

    def _reach(self) -> None:
        if self._refusals:
            self._refusals -= 1
            raise Unreachable

    def _answer(self) -> None:
        if self._losses:
            self._losses -= 1
            raise AnswerLost
