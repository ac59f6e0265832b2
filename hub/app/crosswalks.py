"""Crosswalks as files: ``crosswalks/<name>.csv``, a row for each thing and a column for each system.

The first column is what the hub calls it, whatever its heading; the others are named for a connection or
a connector. A cell may hold several spellings, parted by ``|``; the first of them is written. A row
with ``*`` in both says that what stands in no other row means itself.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hub.app.private_file import write_whole
from hub.mapping import UNPAIRED, Crosswalk
from hub.sdk import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from hub.ledger import Hold

_ANYTHING = "*"
_PART = "|"
_NAME = "name"
"""The heading of a column that is for people alone."""


@dataclass(frozen=True, slots=True)
class Pair:
    """What a system's spelling stands for: a row of a crosswalk, as far as one system goes."""

    crosswalk: str
    system: str
    spelling: str
    canonical: str
    name: str = ""
    """What a person calls it, for a column ``name``."""


def read_crosswalk(name: str, texts: Iterable[tuple[str, str]], systems: Sequence[str]) -> Crosswalk:
    """A crosswalk as one system sees it.

    Args:
        name: the crosswalk's name.
        texts: its files as (origin, text); a later one's row for a spelling counts.
        systems: the columns that may hold this system's spellings; the first one that is there counts.

    Raises:
        ConfigurationError: a file has no heading, or a spelling stands for two things.

    """
    inward: dict[str, str] = {}
    outward: dict[str, str] = {}
    system = systems[0]
    for origin, text in texts:
        rows = _rows(origin, text)
        known = [one for one in systems if one in rows[0][1:]]
        if known:
            system = known[0]
            own_in, own_out = _read(origin, rows[1:], rows[0].index(system, 1))
            inward |= own_in
            outward |= own_out
    is_open = inward.pop(_ANYTHING, None) == _ANYTHING
    named = {canonical: spelling for canonical, spelling in outward.items() if spelling != _ANYTHING}
    return Crosswalk(name, system, inward, named, is_open)


def _rows(origin: str, text: str) -> list[list[str]]:
    rows = [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text, newline=""))]
    rows = [row for row in rows if any(row)]
    if not rows or not rows[0][0]:
        remedy = "The first line names the columns: what the hub calls it, then a column for each system."
        raise ConfigurationError(f"{origin} has no heading.", remedy=remedy)
    return rows


def _read(origin: str, rows: Iterable[Sequence[str]], column: int) -> tuple[dict[str, str], dict[str, str]]:
    inward: dict[str, str] = {}
    outward: dict[str, str] = {}
    for canonical, spelling in _pairs(rows, column):
        known = inward.setdefault(spelling.casefold(), canonical)
        if known != canonical:
            message = f'{origin}: "{spelling}" stands for both {known} and {canonical}.'
            raise ConfigurationError(message, remedy="Leave it in the one row where it belongs.")
        outward.setdefault(canonical, spelling)
    return inward, outward


def _pairs(rows: Iterable[Sequence[str]], column: int) -> Iterator[tuple[str, str]]:
    for row in rows:
        cell = row[column] if column < len(row) else ""
        for spelling in cell.split(_PART):
            if row[0] and spelling.strip():
                yield row[0], spelling.strip()


def pairs_of(holds: Iterable[Hold]) -> list[Pair]:
    """The pairs that a person has accepted."""
    accepted = [hold.facts for hold in holds if hold.code == UNPAIRED]
    names = ("crosswalk", "system", "spelling", "proposed", "name")
    found = [Pair(*(str(said.get(name, "")) for name in names)) for said in accepted]
    return list(dict.fromkeys(found))


def add_pairs(folder: Path, pairs: Iterable[Pair]) -> None:
    """Write pairs into a workspace's crosswalks, each file whole.

    Raises:
        ConfigurationError: a file cannot be read.
        HubError: another program holds a file.

    """
    by_name: dict[str, list[Pair]] = {}
    for pair in pairs:
        by_name.setdefault(pair.crosswalk, []).append(pair)
    for name, found in by_name.items():
        _add(folder / "mappings" / "crosswalks" / f"{name}.csv", found)


def _add(path: Path, pairs: Sequence[Pair]) -> None:
    rows = _rows(path.name, _text_of(path) if path.exists() else f"{path.stem}\n")
    for pair in pairs:
        if pair.system not in rows[0][1:]:
            rows[0].append(pair.system)
        _put(rows, rows[0].index(pair.system, 1), pair)
    written = io.StringIO(newline="")
    csv.writer(written, lineterminator="\n").writerows(rows)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, written.getvalue())


def _text_of(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ConfigurationError(f"{path.name} is not UTF-8 text.", remedy="Save it as UTF-8.") from None


def _put(rows: list[list[str]], column: int, pair: Pair) -> None:
    """Add a spelling to the row of what it stands for."""
    row = next((row for row in rows[1:] if row[0] == pair.canonical), None)
    if row is None:
        row = [pair.canonical]
        rows.append(row)
    row += [""] * (len(rows[0]) - len(row))
    if _NAME in rows[0][1:]:
        place = rows[0].index(_NAME, 1)
        row[place] = row[place] or pair.name
    row[column] = f"{row[column]} {_PART} {pair.spelling}" if row[column] else pair.spelling
