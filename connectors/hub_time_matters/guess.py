"""Which table seems to hold time and expenses, and which of its columns what: by what stands in them.

The vendor documents neither. Nothing is taken for granted here: what is found is proposed to a person.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from itertools import islice, permutations
from typing import TYPE_CHECKING

from hub_time_matters import people
from hub_time_matters.clarion import read_date, write_date
from hub_time_matters.settings import HOURS_UNITS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from hub_time_matters.tables import Tables

_LOOKED_AT = 300
_SAMPLES = 3
_DAYS = range(int(write_date(date(1970, 1, 1))), int(write_date(date(2100, 1, 1))))
_MOST_HOURS = 24
_FEW, _MANY = 6, 40
"""How many values a type or status has at most, and how many a billing code."""
_LONGEST_CODE = 16
_CENT = Decimal("0.01")
_NEEDED = ("id", "matter", "staff", "date", "hours")
_HINTS = {
    "id": ("sysid", "id"),
    "matter": ("mat",),
    "staff": ("staff", "init", "tkpr", "timekeeper"),
    "date": ("date",),
    "hours": ("hour", "hrs", "qty", "quant", "time"),
    "rate": ("rate", "price"),
    "amount": ("amount", "amt", "total", "value"),
    "description": ("desc", "narr", "memo", "text"),
    "code": ("code", "activity"),
    "type": ("type", "kind"),
    "status": ("stat", "bill", "post"),
}
_OF_OTHERS = ("creat", "c_date", "c_by", "mod", "edit", "chang", "entered")
"""Columns that say who made the row, and when."""


@dataclass(frozen=True)
class Known:
    """What is known by other tables: matters by id and by number, and initials in lower case."""

    matters: frozenset[str]
    numbers: frozenset[str]
    staff: frozenset[str]

    @classmethod
    def of(cls, tables: Tables) -> Known:
        """Read it."""
        numbers = people.matter_numbers(tables)
        matters = frozenset(sysid for sysids in numbers.values() for sysid in sysids)
        return cls(matters, frozenset(numbers), frozenset(people.initials(tables)))


@dataclass
class Guess:
    """What a table seems to hold.

    Args:
        table: the table.
        all_columns: its columns.
        columns: what a column is called in the settings → its own name.
        values: column → the values that were looked at, the empty ones left out.
        matter_by: whether matters are named by sysid or number.
        hours_unit: what hours seem to be counted in.

    """

    table: str
    all_columns: Sequence[str]
    values: Mapping[str, Sequence[str]]
    columns: dict[str, str] = field(default_factory=dict)
    matter_by: str = "sysid"
    hours_unit: str = "hours"

    @property
    def is_likely(self) -> bool:
        """Whether it can be the billing table."""
        return all(key in self.columns for key in _NEEDED)

    @property
    def likeness(self) -> tuple[bool, int]:
        """By what the likeliest table is chosen."""
        return self.is_likely, len(self.columns)

    def lines(self) -> Iterator[str]:
        """The settings, each with samples."""
        for key, column in self.columns.items():
            yield f'{key} = "{column}"{self._comment(key, column)}'
            if key == "matter" and self.matter_by != "sysid":
                yield f'matter_by = "{self.matter_by}"'
            if key == "hours" and self.hours_unit != "hours":
                yield f'hours_unit = "{self.hours_unit}"'
            yield from self._lists(key)
        if "status" not in self.columns:
            yield 'status = ""  # no column seems to say what is billed already: all would count as unbilled'

    def _lists(self, key: str) -> Iterator[str]:
        names = {"type": ("time_types", "expense_types"), "status": ("unbilled", "billed")}.get(key, ())
        for name in names:
            yield f"{name} = []  # which of these values?"

    def _comment(self, key: str, column: str) -> str:
        seen = list(dict.fromkeys(self.values.get(column, ())))
        if key == "description" or not seen:
            return ""
        shown = sorted(seen) if key in ("type", "status") else seen[:_SAMPLES]
        return f"  # {', '.join(f'{one} = {read_date(one)}' if key == 'date' else one for one in shown)}"


def guessed(tables: Tables, table: str, known: Known) -> Guess:
    """Look at a table's first rows and say which column seems to hold what.

    Raises:
        SourceFailed: it cannot be read.

    """
    rows = [row.values for row in islice(tables.rows(table), _LOOKED_AT) if not row.problem]
    names = tables.columns(table)
    values = {name: [row[name] for row in rows if row[name]] for name in names}
    guess = Guess(table, names, values)
    finder = _Finder(guess, rows)
    finder.find_references(known)
    finder.find_numbers()
    finder.find_texts()
    guess.columns = {key: guess.columns[key] for key in _HINTS if key in guess.columns}
    return guess


class _Finder:
    """Finds columns, each once."""

    def __init__(self, guess: Guess, rows: Sequence[Mapping[str, str]]) -> None:
        self._guess = guess
        self._rows = rows

    def find_references(self, known: Known) -> None:
        """Find what is known by what it refers to, the day, and the id."""
        self._take("matter", self._mostly(known.matters.__contains__))
        if "matter" not in self._guess.columns:
            self._take("matter", self._mostly(lambda text: text.lower() in known.numbers))
            self._guess.matter_by = "number" if "matter" in self._guess.columns else "sysid"
        self._take("staff", self._mostly(lambda text: text.lower() in known.staff))
        self._take("date", self._mostly(_is_day))
        self._take("id", [one for one in self._free() if self._is_unique(one)])

    def find_numbers(self) -> None:
        """Find hours, rate and amount: where one times another is the third, or by size and name."""
        numbers = self._mostly(lambda text: _number(text) is not None)
        for hours, rate, amount in permutations(numbers, 3):
            unit = self._unit_of(hours, rate, amount)
            if unit and self._looks_like_hours(hours, unit):
                self._guess.hours_unit = unit
                self._guess.columns |= {"hours": hours, "rate": rate, "amount": amount}
                return
        self._take("hours", [one for one in numbers if self._looks_like_hours(one, "hours")])
        for key in ("rate", "amount"):
            self._take(key, [one for one in numbers if _hinted(key, one)])

    def find_texts(self) -> None:
        """Find type and status by few values, the code by some, and the narrative by its length."""
        for key in ("type", "status"):
            few = [one for one in self._free() if 1 <= self._different(one) <= _FEW and self._is_code(one)]
            self._take(key, [one for one in few if _hinted(key, one)])
        codes = [one for one in self._free() if self._is_code(one) and self._different(one) <= _MANY]
        self._take("code", [one for one in codes if _hinted("code", one)])
        texts = [one for one in self._free() if not self._is_code(one) or _hinted("description", one)]
        self._take("description", sorted(texts, key=self._length, reverse=True))

    def _take(self, key: str, candidates: Sequence[str]) -> None:
        """Take the candidate whose name fits best."""
        free = [one for one in candidates if one in self._free()]
        if free:
            self._guess.columns[key] = min(free, key=lambda one: _rank(key, one))

    def _free(self) -> list[str]:
        taken = self._guess.columns.values()
        return [one for one in self._guess.all_columns if one not in taken and self._guess.values[one]]

    def _mostly(self, fits: Callable[[str], bool]) -> list[str]:
        """The columns of which nearly all values fit."""
        return [one for one in self._free() if _nearly_all(map(fits, self._guess.values[one]))]

    def _is_unique(self, column: str) -> bool:
        values = self._guess.values[column]
        return len(set(values)) == len(values) == len(self._rows)

    def _unit_of(self, hours: str, rate: str, amount: str) -> str:
        """In which unit hours times rate is the amount; empty where in none."""
        rows = [[_number(row[one]) for one in (hours, rate, amount)] for row in self._rows]
        whole = [[one for one in row if one] for row in rows]
        products = [(row[0] * row[1], row[2]) for row in whole if len(row) == 3]  # noqa: PLR2004 -- those three
        for unit, parts in HOURS_UNITS.items():
            if products and _nearly_all(abs(made / parts - given) <= _CENT for made, given in products):
                return unit
        return ""

    def _looks_like_hours(self, column: str, unit: str) -> bool:
        numbers = [number for text in self._guess.values[column] if (number := _number(text)) is not None]
        sizes = _nearly_all(0 <= number / HOURS_UNITS[unit] <= _MOST_HOURS for number in numbers)
        return sizes and (_hinted("hours", column) or any(number % 1 for number in numbers))

    def _different(self, column: str) -> int:
        return len({one.lower() for one in self._guess.values[column]})

    def _is_code(self, column: str) -> bool:
        return all(len(one) <= _LONGEST_CODE for one in self._guess.values[column])

    def _length(self, column: str) -> int:
        return sum(map(len, self._guess.values[column]))


def _rank(key: str, column: str) -> tuple[bool, bool, int]:
    """What comes first fits best: a telling name, not about who made the row, short."""
    return any(column.startswith(word) for word in _OF_OTHERS), not _hinted(key, column), len(column)


def _hinted(key: str, column: str) -> bool:
    return any(word in column for word in _HINTS[key])


def _nearly_all(fits: Iterable[bool]) -> bool:
    found = list(fits)
    return bool(found) and sum(found) * 10 >= len(found) * 9


def _is_day(text: str) -> bool:
    return text.isdecimal() and int(text) in _DAYS


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
