"""The lists that the Device Interface makes of clients, timekeepers and transaction codes.

CLIENT.TXT (active clients alone), EMPL.TXT and TCODE.TXT are as old as the last time that somebody had
them made. Their layout is not documented: the first word of each line is taken for the id, and a list
whose lines do not look like that is not used.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from hub.sdk import Rejected

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from hub_tabs3.device.line import Line
    from hub_tabs3.device.settings import DeviceSettings

_APART = re.compile(r'[\s,;|"]+')
_A_DAY = 86_400


@dataclass(frozen=True, slots=True)
class _Sort:
    """What a list is of, and what its ids look like."""

    name: str
    word: str
    field: str
    looks: re.Pattern[str]
    of: Callable[[Line], str]


_CLIENTS = _Sort(
    "CLIENT.TXT", "client", "CLIENT_ID", re.compile(r"(?=.*\d)[\w.-]{1,12}"), lambda line: line.client_id
)
_NUMBERS = _Sort("EMPL.TXT", "timekeeper", "TIMEKEEPER", re.compile(r"\d{1,3}"), lambda line: line.timekeeper)
_INITIALS = _Sort(
    "EMPL.TXT", "timekeeper", "INITIALS", re.compile(r"[^\W\d_]{1,3}"), lambda line: line.timekeeper
)
_TCODES = _Sort(
    "TCODE.TXT", "transaction code", "TCODE", re.compile(r"\$?\d{1,3}"), lambda line: str(line.tcode)
)


@dataclass(frozen=True, slots=True)
class _List:
    """One list as it was read: no ids where it is not there, or is laid out otherwise."""

    sort: _Sort
    ids: frozenset[str] = frozenset()
    made: datetime | None = None

    def refusal(self, line: Line) -> Rejected | None:
        wanted = self.sort.of(line)
        known = not self.ids or not self.sort.looks.fullmatch(wanted) or _alike(wanted) in self.ids
        if known:
            return None
        made = f" of {spoken(self.made)}" if self.made else ""
        message = f"The {self.sort.word} {wanted} is not in {self.sort.name}{made}."
        remedy = (
            f"See that it is there in Tabs3, and active; if it is new, have {self.sort.name} made again in "
            "the Device Interface. Then retry."
        )
        return Rejected("not-in-list", message, self.sort.field, remedy)


class Lists:
    """The lists in a folder, as they are now."""

    def __init__(self, folder: Path, settings: DeviceSettings) -> None:
        by_initials = settings.timekeeper == "initials"
        self._sorts = (_CLIENTS, _INITIALS if by_initials else _NUMBERS, _TCODES)
        self._folder = folder
        self._lists = [_read(folder / sort.name, sort) for sort in self._sorts]

    def refusal(self, line: Line) -> Rejected | None:
        """Why Tabs3 would refuse a line, as far as the lists tell."""
        found = (one.refusal(line) for one in self._lists)
        return next((refusal for refusal in found if refusal is not None), None)

    def notes(self, now: datetime) -> Iterator[str]:
        """What a person should know of the lists."""
        missing = [one.sort.name for one in self._lists if one.made is None]
        if missing:
            yield (
                f"{_listed(missing)} cannot be read in {self._folder}: what Tabs3 would refuse is known "
                "only after the file is loaded. Have the lists made in the Device Interface."
            )
        for one in self._lists:
            if one.made is not None and not one.ids:
                yield f"{one.sort.name} is not laid out as expected, and is not used."
            elif one.made is not None and (days := int((now - one.made).total_seconds() // _A_DAY)) > 0:
                age = "1 day" if days == 1 else f"{days} days"
                yield f"{one.sort.name} is {age} old: have it made again when there is a new {one.sort.word}."


def _listed(names: list[str]) -> str:
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)


def spoken(moment: datetime) -> str:
    """A moment as the clock on the wall shows it."""
    return f"{moment.astimezone():%Y-%m-%d %H:%M}"


def _read(path: Path, sort: _Sort) -> _List:
    try:
        made = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        lines = path.read_bytes().removeprefix(b"\xef\xbb\xbf").decode("cp1252", "replace").splitlines()
    except OSError:
        return _List(sort)
    rows = [words for line in lines if (words := [word for word in _APART.split(line) if word])]
    if sort is _INITIALS:
        return _List(sort, frozenset(_alike(word) for words in rows for word in words), made)
    ids = [_alike(words[0]) for words in rows if sort.looks.fullmatch(words[0])]
    return _List(sort, frozenset(ids if len(ids) * 2 >= len(rows) else ()), made)


def _alike(text: str) -> str:
    """One spelling for an id: without the mark of a cost, leading zeros and case."""
    return text.removeprefix("$").lstrip("0").casefold()
