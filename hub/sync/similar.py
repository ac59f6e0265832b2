"""Names that are like each other: spelt otherwise, shortened, with another legal form behind them."""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from anyascii import anyascii
from rapidfuzz import fuzz, process

from hub.ledger import BindingState, RecordState
from hub.ledger.matches import are_close, match_keys
from hub.model import MODELS

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

    from hub.ledger import Ledger
    from hub.ledger.matches import FieldLists
    from hub.model import Kind
    from hub.sync.session import Peer

_LEGAL_FORMS = {"llc", "llp", "lllp", "lp", "pllc", "plc", "pc", "inc", "incorporated", "ltd", "limited"}
EMPTY_WORDS = _LEGAL_FORMS | {"corp", "corporation", "co", "company", "gmbh", "the", "and", "of"}
"""What says nothing of who somebody is: legal forms, and words that come and go."""

_COMMON = 200
"""What more names have than this does not lead from one to another, unless they have nothing rarer."""
_LETTERS = 4
"""By so many of its first letters a word is looked up, so that its ending may differ."""
_MOST = 5
_CHUNK = 1000
_WORD = re.compile(r"[^\W_]+")


class Name(NamedTuple):
    """What tells a name: its words in the order of the alphabet, and those of them that hold a number."""

    text: str
    numbers: frozenset[str]


def name_of(text: str) -> Name:
    """What tells a name: of ``The Doyle Co., L.L.C.`` it is ``doyle``."""
    plain = (text if text.isascii() else anyascii(text)).casefold()
    found = _WORD.findall(plain.replace(".", "").replace("'", ""))
    words = sorted({word for word in found if word not in EMPTY_WORDS})
    return Name(" ".join(words), frozenset(word for word in words if any(map(str.isdigit, word))))


def likeness(one: Name, other: Name) -> int:
    """How like two names are, of 100; one whose words all stand in the other is wholly like it.

    Numbers tell two names apart: a second fund is not the first one.
    """
    if one.numbers and other.numbers and one.numbers != other.numbers:
        return 0
    return int(fuzz.token_set_ratio(one.text, other.text))


def to_the_letter(kind: Kind, lists: FieldLists) -> FieldLists:
    """The lists that do not compare a text loosely (``name~85``)."""
    return tuple(names for names in lists if not any(_is_loose(kind, name) for name in names))


def _is_loose(kind: Kind, said: str) -> bool:
    name, wide, _ = said.partition("~")
    info = MODELS[kind].model_fields.get(name)
    return bool(wide) and info is not None and info.annotation is str


class Similar:
    """Records by the lists that compare a text loosely, so that none is compared with all."""

    def __init__(self, kind: Kind, lists: FieldLists) -> None:
        self._lists = [_Loosely(kind, names) for names in lists]

    def add(self, record: int, values: Mapping[str, Any]) -> None:
        """Have a record among those that are found."""
        for one in self._lists:
            one.add(record, values)

    def like(self, values: Mapping[str, Any], taken: Container[int]) -> list[tuple[int, int]]:
        """The records that a row is like, the likest first, each with its score of 100; a few at most."""
        best: dict[int, int] = {}
        for one in self._lists:
            for record, score in one.like(values):
                if record not in taken:
                    best[record] = max(score, best.get(record, 0))
        ranked = sorted(best.items(), key=lambda pair: (-pair[1], pair[0]))
        return ranked[:_MOST]


class _Loosely:
    """One list: a block for each value of its plain fields, and within it the names by their words."""

    def __init__(self, kind: Kind, names: Sequence[str]) -> None:
        (self._first, self._width), *self._others = _widths(kind, names)
        self._rest = tuple(name for name in names if not _is_loose(kind, name))
        self._names: dict[int, Name] = {}
        self._values: dict[int, Mapping[str, Any]] = {}
        self._by_start: dict[tuple[int, str], list[int]] = defaultdict(list)

    def add(self, record: int, values: Mapping[str, Any]) -> None:
        name = name_of(str(values.get(self._first, "")))
        for start in self._starts(values, name):
            self._names[record] = name
            self._by_start[start].append(record)
        if self._rest or self._others:
            self._values[record] = values

    def like(self, values: Mapping[str, Any]) -> Iterator[tuple[int, int]]:
        name = name_of(str(values.get(self._first, "")))
        near = {record: self._names[record].text for record in self._near(self._starts(values, name))}
        found = process.extract(
            name.text, near, scorer=fuzz.token_set_ratio, score_cutoff=self._width, limit=None
        )
        for _, _, record in found:
            score = self._score(values, name, record)
            if score >= self._width:
                yield record, score

    def _score(self, values: Mapping[str, Any], name: Name, record: int) -> int:
        """How like a record is to a row in all the fields of the list; 0 where it is not in one."""
        score, theirs = likeness(name, self._names[record]), self._values.get(record, {})
        for other, width in self._others:
            pair = (name_of(str(side.get(other, ""))) for side in (values, theirs))
            score = score if likeness(*pair) >= width else 0
        return score if are_close(self._rest, values, theirs) else 0

    def _starts(self, values: Mapping[str, Any], name: Name) -> set[tuple[int, str]]:
        """Where a name is looked up: how its words begin, within the block of what has to be equal."""
        keys = match_keys((self._rest,), values)
        return {(key.exact, word[:_LETTERS]) for key in keys for word in name.text.split()}

    def _near(self, starts: Iterable[tuple[int, str]]) -> set[int]:
        found = sorted((self._by_start[start] for start in starts if start in self._by_start), key=len)
        rare = [records for records in found if len(records) <= _COMMON] or found[:1]
        return {record for records in rare for record in records}


def _widths(kind: Kind, names: Sequence[str]) -> list[tuple[str, int]]:
    """The texts that a list compares loosely, each with how like they have to be."""
    loose = [name.partition("~") for name in names if _is_loose(kind, name)]
    return [(name, int(width)) for name, _, width in loose]


class Alike:
    """The records that a system does not have, by their names; gathered once a row asks for them."""

    def __init__(self, ledger: Ledger, peer: Peer, kind: Kind) -> None:
        self._ledger = ledger
        self._peer = peer
        self._kind = kind
        self._by_source: dict[str, Similar | None] = {}

    def like(self, source: str, values: Mapping[str, Any], taken: Container[int]) -> list[tuple[int, int]]:
        """The records that a row of a source is like, each with its score, the likest first."""
        if source not in self._by_source:
            near = self._peer.mapping.near(self._kind, source)
            loose = tuple(names for names in near if names not in to_the_letter(self._kind, near))
            self._by_source[source] = self._gathered(loose) if loose else None
        similar = self._by_source[source]
        return [] if similar is None else similar.like(values, taken)

    def _gathered(self, lists: FieldLists) -> Similar:
        similar = Similar(self._kind, lists)
        records = self._ledger.records.of_kind(self._kind)
        while chunk := list(islice(records, _CHUNK)):
            bound = self._ledger.records.bound_at([stored.id for stored in chunk], self._peer.number)
            for stored in chunk:
                here = stored.id in bound and bound[stored.id].state is not BindingState.GONE
                if not here and stored.state is RecordState.LIVE:
                    similar.add(stored.id, stored.values)
        return similar
