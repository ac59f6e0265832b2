"""How dates, and dates with time, are read and written."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from hub.mapping.codecs import MEMORY, Codec, text_of
from hub.mapping.problems import Unfit

if TYPE_CHECKING:
    from collections.abc import Callable

_TIME = r"[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?"
_MIDNIGHT = r"00:00(?::00(?:\.0+)?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})"
# A time in a zone says another day elsewhere, so it is no date; midnight is how a date is spelt.
_DAY = re.compile(rf"([0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}})(?:[T ](?:{_TIME}|{_MIDNIGHT}))?")
_SAMPLE = datetime(2026, 11, 23, 14, 5, tzinfo=UTC)


def day(pattern: str) -> Codec:
    """A date, spelt as ISO 8601 or by a pattern of ``strptime``.

    Raises:
        ValueError: the pattern does not say a whole date.

    """
    if not pattern:
        return Codec(_read_day)
    if datetime.strptime(_SAMPLE.strftime(pattern), pattern).date() != _SAMPLE.date():  # noqa: DTZ007 -- a day
        raise ValueError(pattern)

    def read(value: object) -> date:
        if isinstance(value, date):
            return _read_day(value)
        return _parsed(value, pattern, "no date").date()

    @lru_cache(MEMORY)
    def write(stored: str) -> str:
        written = date.fromisoformat(stored).strftime(pattern)
        _same_again(lambda: read(written).isoformat() == stored, pattern)
        return written

    return Codec(read, write)


def _read_day(value: object) -> date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    spelt = _DAY.fullmatch(text_of(value))
    try:
        if spelt:
            return date.fromisoformat(spelt[1])
    except ValueError:
        pass
    remedy = 'Correct it at the source, or say how the source spells dates: as = "date:%m/%d/%Y".'
    raise Unfit("not-a-date", "no date (year-month-day)", remedy)


def instant(pattern: str) -> Codec:
    """A date with time, spelt as ISO 8601 or by a pattern of ``strptime``.

    Raises:
        ValueError: the pattern does not say date, hour and minute.

    """
    if not pattern:
        return Codec(_read_instant)
    again = datetime.strptime(_SAMPLE.strftime(pattern), pattern)  # noqa: DTZ007 -- the pattern decides
    if again.replace(tzinfo=UTC) != _SAMPLE:
        raise ValueError(pattern)

    def read(value: object) -> datetime:
        return value if isinstance(value, datetime) else _parsed(value, pattern, "no date with time")

    def write(stored: str) -> str:
        when = datetime.fromisoformat(stored)
        written = when.strftime(pattern)
        _same_again(lambda: read(written) == when, pattern)
        return written

    return Codec(read, write)


def _read_instant(value: object) -> datetime:
    if isinstance(value, datetime):
        return value
    try:
        return datetime.fromisoformat(text_of(value))
    except ValueError:
        raise Unfit("not-a-date", "no date with time") from None


def _parsed(value: object, pattern: str, says: str) -> datetime:
    try:
        return datetime.strptime(text_of(value), pattern)  # noqa: DTZ007 -- the pattern decides
    except ValueError:
        raise Unfit("not-a-date", f"{says} of the form {pattern}") from None


def _same_again(check: Callable[[], bool], pattern: str) -> None:
    try:
        same = check()
    except Unfit:
        same = False
    if not same:
        raise Unfit(
            "does-not-fit", f"not to be written exactly as {pattern}", "Choose another form in the mapping."
        )
