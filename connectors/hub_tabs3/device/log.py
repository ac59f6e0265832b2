"""TBDEVICE.LOG: the records that Tabs3 refused, found among our own lines.

Its layout is not documented. A record is known by its own line, whatever stands around it, or else by
its first fields; what is left of the log line and the lines that follow are taken for the reason.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_APART = re.compile(r'[\s,;|"]+')
_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})")
_NUMBER = re.compile(r"\$?(\d+(?:\.\d+)?)")
_FIRST_FIELDS = 7
_LEAST_TOKENS = 4
_MOST_REASON_LINES = 3
_LONGEST_REASON = 120
_TELLING_WORDS = 3
_KEPT_LINES = 2000
_DIGEST_LENGTH = 16

Token = str


@dataclass(frozen=True, slots=True)
class OwnLine:
    """A line that was handed over.

    Args:
        receipt: its receipt.
        text: the line without its end.
        first: the tokens of its first seven fields: client to hours.
        rest: the tokens behind them.

    """

    receipt: str
    text: str = field(repr=False)
    first: tuple[Token, ...]
    rest: tuple[Token, ...] = field(repr=False)

    @classmethod
    def of(cls, receipt: str, text: str, delimiter: str) -> OwnLine:
        """Understand a line."""
        fields = text.split(delimiter)
        first, rest = delimiter.join(fields[:_FIRST_FIELDS]), delimiter.join(fields[_FIRST_FIELDS:])
        return cls(receipt, text, _tokens(first), _tokens(rest))


@dataclass(slots=True)
class Verdicts:
    """What a stretch of the log says.

    Args:
        refused: receipt → Tabs3's reason; empty where it gives none.
        doubtful: receipts of which the log names one and does not say which.
        named_last: whether the last line of the stretch names a record.

    """

    refused: dict[str, str] = field(default_factory=dict)
    doubtful: set[str] = field(default_factory=set)
    named_last: bool = False


def verdicts(lines: Sequence[str], own: Iterable[OwnLine], settled: Iterable[str]) -> Verdicts:
    """Find our own records in lines of the log.

    Args:
        lines: the lines that are new in it.
        own: all lines that may be meant, the oldest first.
        settled: the receipts of those of them that the log has named before.

    """
    search = _Search(own, settled)
    found = Verdicts()
    hits = [(number, hit) for number, line in enumerate(lines) if (hit := search.hit(line))]
    for number, (start, candidates) in hits:
        chosen = search.choose(lines[number], start, candidates)
        if len(chosen) == 1:
            found.refused[chosen[0].receipt] = _reason(lines, number, chosen[0])
            search.settled.add(chosen[0].receipt)
        else:
            found.doubtful |= {one.receipt for one in chosen}
    found.named_last = bool(hits) and hits[-1][0] == len(lines) - 1
    return found


class _Search:
    def __init__(self, own: Iterable[OwnLine], settled: Iterable[str]) -> None:
        self.settled = set(settled)
        self._by_first: dict[tuple[Token, ...], list[OwnLine]] = {}
        for line in own:
            self._by_first.setdefault(line.first, []).append(line)
        self._lengths = sorted({len(first) for first in self._by_first}, reverse=True)

    def hit(self, line: str) -> tuple[int, list[OwnLine]] | None:
        """Where in a line of the log the first fields of some of our lines end, and which these are."""
        tokens = _tokens(line)
        if len(tokens) < _LEAST_TOKENS:
            return None
        for start in range(len(tokens)):
            for length in self._lengths:
                candidates = self._by_first.get(tokens[start : start + length])
                if candidates:
                    return start + length, candidates
        return None

    def choose(self, line: str, start: int, candidates: Sequence[OwnLine]) -> Sequence[OwnLine]:
        """Which of them is meant: the oldest of equal ones; several where nobody can say; none if known."""
        exact = [one for one in candidates if one.text in line]
        longest = max((len(one.text) for one in exact), default=0)
        exact = [one for one in exact if len(one.text) == longest]
        if exact:
            return self._oldest(exact)
        rest = _tokens(line)[start:]
        shared = {one.receipt: _shared(one.rest, rest) for one in candidates}
        most = max(shared.values())
        return self._oldest([one for one in candidates if shared[one.receipt] == most])

    def _oldest(self, alike: Sequence[OwnLine]) -> Sequence[OwnLine]:
        free = [one for one in alike if one.receipt not in self.settled]
        return free[:1] if len({one.text for one in alike}) == 1 else free


def _shared(one: Sequence[Token], other: Sequence[Token]) -> int:
    """With how many tokens two texts begin alike."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((number for number, (a, b) in pairs if a != b), min(len(one), len(other)))


def _tokens(text: str) -> tuple[Token, ...]:
    return tuple(_token(word) for word in _APART.split(text) if word)


def _token(word: str) -> Token:
    """One spelling for a date, and for a number without the mark of a cost."""
    if date := _DATE.fullmatch(word):
        month, day, year = date.groups()
        return f"{int(month)}/{int(day)}/{int(year) % 100}"
    if number := _NUMBER.fullmatch(word):
        return f"{Decimal(number[1]).normalize():f}"
    return word.casefold()


# The reason.


def _reason(lines: Sequence[str], number: int, own: OwnLine) -> str:
    """What the log says about a record, without the record itself."""
    line = lines[number]
    if own.text in line:
        before, _, behind = line.partition(own.text)
        parts = [before, behind]
    else:
        parts = [line[: _where(line, own)]]  # what stands behind may be its description
    for following in lines[number + 1 : number + 1 + _MOST_REASON_LINES]:
        if not following.strip() or _DATE.search(following):
            break
        parts.append(following)
    said = [" ".join(part.split()).strip(" -:;,.\"'|*") for part in parts if not _quotes(part, own)]
    reason = "; ".join(part for part in said if re.search(r"[A-Za-z]{3}", part))
    return "".join(letter for letter in reason if letter.isprintable())[:_LONGEST_REASON].strip()


def _where(line: str, own: OwnLine) -> int:
    """Where the record begins in a line of the log."""
    client = own.text[: next((i for i, letter in enumerate(own.text) if not _is_of_id(letter)), None)]
    return max(line.find(client), 0)


def _is_of_id(letter: str) -> bool:
    return letter not in ',;|\t"'


def _quotes(part: str, own: OwnLine) -> bool:
    """Whether a text repeats the description, or is nothing else."""
    words, known = _tokens(part), own.rest
    runs = {known[i : i + _TELLING_WORDS] for i in range(len(known) - _TELLING_WORDS + 1)}
    repeats = any(words[i : i + _TELLING_WORDS] in runs for i in range(len(words) - _TELLING_WORDS + 1))
    return repeats or (bool(words) and set(words) <= set(known))


# What of the log is known already.


@dataclass(frozen=True, slots=True)
class Mark:
    """How far the log was read.

    Args:
        size: so many of its bytes.
        digest: of those bytes.
        tail: digests of the last lines in them, by which they are known in a log that was cut.

    """

    size: int = 0
    digest: str = ""
    tail: tuple[str, ...] = ()


def news(data: bytes, mark: Mark) -> bytes:
    """What of a log was not read yet.

    Where it goes on from what was read, that is all behind it. Where Tabs3 has begun it anew, it is the
    whole log; where its beginning was cut off, what stands behind the lines that are known.
    """
    if len(data) >= mark.size and _digest(data[: mark.size]) == mark.digest:
        return data[mark.size :]
    lines = data.splitlines(keepends=True)
    known = _known([_digest(line) for line in lines], mark.tail)
    return b"".join(lines[known:])


def _known(lines: Sequence[str], tail: Sequence[str]) -> int:
    """How many lines at the beginning of a log were in the old one, of which we know the last ones."""
    if not tail:
        return 0
    ends = [number for number, line in enumerate(lines, 1) if line == tail[-1]]
    for end in reversed(ends):
        if end >= len(tail):
            whole = tuple(lines[end - len(tail) : end]) == tuple(tail)
        else:
            whole = tuple(lines[:end]) == tuple(tail[-end:])
        if whole:
            return end
    return 0


def mark_of(data: bytes) -> Mark:
    """The mark of a log that was read up to here."""
    tail = [_digest(line) for line in data.splitlines(keepends=True)[-_KEPT_LINES:]]
    return Mark(len(data), _digest(data), tuple(tail))


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:_DIGEST_LENGTH]


FIELDS: Mapping[str, str] = {
    "client": "CLIENT_ID",
    "timekeeper": "TIMEKEEPER",
    "tcode": "TCODE",
    "transaction": "TCODE",
    "phase": "PHASE_TASK",
    "task": "PHASE_TASK",
    "activity": "ACTIVITY",
    "date": "DATE",
    "hours": "HOURS",
    "units": "UNITS",
    "rate": "RATE",
    "amount": "AMOUNT",
    "description": "DESCRIPTION",
}
"""Words of a reason → the field that they speak of."""


def field_of(reason: str) -> str:
    """The one field of which a reason speaks; none where that is not plain."""
    words = Counter(FIELDS[word] for word in re.findall(r"[a-z]+", reason.casefold()) if word in FIELDS)
    return next(iter(words)) if len(words) == 1 else ""


def decoded(data: bytes, encoding: str) -> str:
    """The text of a stretch of the log, in the character set of what was handed over."""
    return data.removeprefix(b"\xef\xbb\xbf").decode(encoding, "replace")
