"""Mapping files as they were written: parsed, layered, and able to say where something stands."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from difflib import get_close_matches
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from hub.sdk import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_WORD = re.compile(r'(?:"([^"]+)"|([^."\s](?:[^.]*[^.\s])?))(?:\.|$)')
_HEADER = re.compile(r"\s*\[{1,2}([^\[\]]+)\]")
_SETTING = re.compile(r'\s*((?:"[^"]*"|[^"=#\[])+?)\s*=')


class Layer(NamedTuple):
    """One mapping file: its name, its tables, and its text where lines should be named."""

    origin: str
    tables: Mapping[str, Any]
    text: str = ""


def load_layers(texts: Sequence[tuple[str, str]]) -> list[Layer]:
    """Parse mapping files, given as (file name, text); a later one overrides an earlier one.

    Raises:
        ConfigurationError: a text is not TOML; names file, line and column.

    """
    return [Layer(origin, _parse(origin, text), text) for origin, text in texts]


@lru_cache(maxsize=32)  # connections of one connector share their shipped file; nobody changes what it says
def _parse(origin: str, text: str) -> Mapping[str, Any]:
    try:
        return tomllib.loads(text.removeprefix("\ufeff"), parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        remedy = 'Text stands in quotes, and so does a dotted name such as "matter.client_matter_id".'
        raise ConfigurationError(f"{origin}: {error}.", remedy=remedy) from error


def words_of(dotted: str) -> tuple[str, ...]:
    """The words of a dotted name; one with a dot of its own stands in quotes: ``"Inv. No."``.

    Raises:
        ValueError: a word is empty or has a stray quote or outer space.

    """
    words: list[str] = []
    position = 0
    while position < len(dotted) or not words:
        found = _WORD.match(dotted, position)
        if found is None:
            raise ValueError(dotted)
        words.append(found[1] or found[2])
        position = found.end()
    if dotted.endswith("."):
        raise ValueError(dotted)
    return tuple(words)


def dotted_of(words: Iterable[str]) -> str:
    """The dotted name of some words, quoted where a word has a dot of its own."""
    return ".".join(f'"{word}"' if "." in word else word for word in words)


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in a mapping file: table and key, and which row of a list, counted from 1."""

    layer: Layer
    table: tuple[str, ...]
    key: tuple[str, ...] = ()
    row: int = 0

    def within(self, *names: str) -> Place:
        """The place of a table inside this one."""
        return replace(self, table=(*self.table, *names))

    def at(self, *names: str) -> Place:
        """The place of a key here."""
        return Place(self.layer, self.table, (*self.key, *names), self.row)

    @property
    def title(self) -> str:
        """Table and key, as they are written."""
        key = f"{dotted_of(self.key)}, row {self.row}" if self.row else dotted_of(self.key)
        return f"[{dotted_of(self.table)}] {key}".rstrip()

    def wrong(
        self, message: str, *, remedy: str = "", name: str = "", among: Iterable[str] = ()
    ) -> ConfigurationError:
        """Say that what stands here is wrong, with the valid name nearest to ``name``."""
        line = self._line()
        file = f"{self.layer.origin}, line {line}" if line else self.layer.origin
        valid = sorted(among)
        remedy = remedy or _nearest(name, valid)
        return ConfigurationError(f"{file}: {self.title}: {message}", remedy=remedy)

    def _line(self) -> int:
        """The line that names the most of this place; 0 where no line does."""
        wanted = (*self.table, *self.key)
        best, depth = 0, 0
        for number, path in _paths(self.layer.text):
            shared = min(len(path), len(wanted))
            if shared > depth and path[:shared] == wanted[:shared]:
                best, depth = number, shared
        return best


def _nearest(name: str, valid: Sequence[str]) -> str:
    if not valid:
        return "Correct it there."
    near = get_close_matches(name, valid, n=1, cutoff=0.5)
    if near:
        return f'Did you mean "{near[0]}"?'
    return f"Valid are: {', '.join(valid)}."


def _paths(text: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The full name of every table header and setting of a file, with its line."""
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            table = _path(header[1])
            yield number, table
        elif setting := _SETTING.match(line):
            yield number, (*table, *_path(setting[1]))


def _path(text: str) -> tuple[str, ...]:
    try:
        return words_of(text)
    except ValueError:
        return (text,)


def table_at(place: Place, value: object) -> Mapping[str, Any]:
    """A value that has to be a table.

    Raises:
        ConfigurationError: it is none.

    """
    if not isinstance(value, Mapping):
        raise place.wrong("is not a table.", remedy="Write it as { … } or under a [header] of its own.")
    return value
