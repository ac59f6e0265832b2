"""A TOML file that knows on which line each of its keys stands, so that an error can say so."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from functools import cached_property
from typing import TYPE_CHECKING, Any

from hub.sdk import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

Key = tuple[str, ...]
"""The way to a value: ``("flows", "books", "kinds")``."""

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_MOST_LISTED = 25
_LINE = re.compile(r"\(at line (\d+), column \d+\)$")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one value.

    Args:
        key: where it stands, or where it should.
        text: what is wrong, as a sentence.
        remedy: what to do about it.
        value: the wrong word, by which its line is found within a list.

    """

    key: Key
    text: str
    remedy: str = ""
    value: str = ""


@dataclass(frozen=True)
class TomlFile:
    """A parsed TOML file and the text it was parsed from."""

    path: Path
    text: str
    data: Mapping[str, Any]

    @cached_property
    def _spans(self) -> Mapping[Key, tuple[int, int]]:
        return dict(_locate(self.text))

    def line_of(self, key: Key, value: str = "") -> int | None:
        """The line of a key, or of the nearest table around it; with a value, the value's own line."""
        for length in range(len(key), 0, -1):
            if span := self._spans.get(key[:length]):
                return self._line_within(span, value)
        return None

    def _line_within(self, span: tuple[int, int], value: str) -> int:
        first, last = span
        lines = self.text.split("\n")
        quoted = (f'"{value}"', f"'{value}'") if value else ()
        numbers = (n for n in range(first, last + 1) if any(word in lines[n - 1] for word in quoted))
        return next(numbers, first)

    def describe(self, problem: Problem) -> str:
        """The problem with file, line and key."""
        line = self.line_of(problem.key, problem.value)
        place = self.path.name if line is None else f"{self.path.name}, line {line}"
        return f"{place}: {dotted(problem.key)}: {problem.text}"

    def error(self, problems: Sequence[Problem]) -> ConfigurationError:
        """One error that names all the problems."""
        if len(problems) == 1:
            return ConfigurationError(self.describe(problems[0]), remedy=problems[0].remedy)
        lines = [f"{self.describe(problem)} {problem.remedy}".rstrip() for problem in problems]
        return ConfigurationError("\n".join(lines), remedy="Mend these lines and try again.")


def read_toml(path: Path) -> TomlFile:
    """Read a TOML file.

    Raises:
        ConfigurationError: it is missing, not UTF-8, or not TOML; names the line.

    """
    try:
        # Notepad begins UTF-8 files with a mark that TOML does not know.
        text = path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except FileNotFoundError:
        raise ConfigurationError(f"There is no {path.name} in {path.parent}.") from None
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        remedy = "Save the file as UTF-8."
        raise ConfigurationError(f"{path.name}, line {line}: not UTF-8 text.", remedy=remedy) from None
    return TomlFile(path, text, parse_toml(text, path.name))


def parse_toml(text: str, name: str) -> dict[str, Any]:
    """Parse TOML text; an error names the file and the line.

    Raises:
        ConfigurationError: the text is not TOML.

    """
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        place = _LINE.search(str(error))
        line = int(place[1]) if place else text.rstrip().count("\n") + 1
        reason = str(error).partition(" (at ")[0]
        written = text.split("\n")[line - 1]
        remedy = (
            "Write a Windows path in single quotes: 'C:\\folder'."
            if "\\" in written
            else "See https://toml.io for how TOML is written."
        )
        raise ConfigurationError(f"{name}, line {line}: {reason}.", remedy=remedy) from None


def dotted(key: Key) -> str:
    """A key as TOML spells it."""
    return ".".join(part if _BARE.fullmatch(part) else f'"{part}"' for part in key)


def nearest(word: str, valid: Iterable[str]) -> str:
    """A remedy that names the valid word nearest to this one, or else all of them where they are few."""
    words = {valid_word.casefold(): valid_word for valid_word in sorted(valid)}
    close = get_close_matches(word.casefold(), words, n=1)
    if close:
        return f"Did you mean '{words[close[0]]}'?"
    return f"Known: {', '.join(words.values())}." if 0 < len(words) <= _MOST_LISTED else ""


def _locate(text: str) -> Iterator[tuple[Key, tuple[int, int]]]:
    """Give every key of a valid document with its first and last line.

    A statement is the shortest run of lines that is TOML by itself, which spares a second parser.
    """
    table: Key = ()
    statement: list[str] = []
    seen: set[Key] = set()
    for number, line in enumerate(text.split("\n"), 1):
        statement.append(line)
        try:
            parsed = tomllib.loads("\n".join(statement))
        except tomllib.TOMLDecodeError:
            continue
        is_header = statement[0].lstrip().startswith("[")
        table = () if is_header else table
        keys = [table + key for key in _keys(parsed)]
        for key in keys:
            if key not in seen:
                seen.add(key)
                yield key, (number - len(statement) + 1, number)
        table = keys[-1] if is_header else table
        statement = []


def _keys(table: Mapping[str, Any]) -> Iterator[Key]:
    for name, value in table.items():
        yield (name,)
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, dict):
                yield from ((name, *rest) for rest in _keys(part))
