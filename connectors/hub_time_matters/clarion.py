"""The converters ``clarion-date`` and ``clarion-time``: days since 1800-12-28, and hundredths of a second."""

import re
from datetime import date, datetime, time, timedelta
from functools import lru_cache

_ZERO = date(1800, 12, 28)
"""The day before Clarion's first one; seen in public SQL against Time Matters: 75293 is 2007-02-19."""
_DAYS = re.compile(r"([0-9]{1,7})(?:\.0+)?")
"""A whole number, also as a spreadsheet or a database with decimals spells it."""
_DAY = 24 * 60 * 60 * 100
"""The hundredths of a second in a day. They are counted from 1, so that 0 is no time of day."""
_SPELT = "%H:%M:%S"
_MIDNIGHT = datetime(2000, 1, 1)  # noqa: DTZ001 -- any day will do, to add hundredths to


@lru_cache(maxsize=10_000)
def read_date(text: str | int) -> date | None:
    """Read a day; 0 is none.

    Raises:
        ValueError: this is no number of days.
        OverflowError: there is no such day.

    """
    match = _DAYS.fullmatch(str(text).strip())
    if match is None:
        raise ValueError("a date is a whole number of days since 1800-12-28")
    days = int(match[1])
    return _ZERO + timedelta(days=days) if days else None


def write_date(day: date) -> str:
    """Spell a day as Time Matters does.

    Raises:
        ValueError: it has no number for a day so long ago.

    """
    days = (day - _ZERO).days
    if days < 1:
        raise ValueError("Clarion knows no day before 1800-12-29")
    return str(days)


def read_time(text: str | int) -> str | None:
    """Read a time of day, as 11:49:00; 0 is none. The model has no time of day: it is a text.

    Raises:
        ValueError: this is no number of hundredths of a second of a day.

    """
    match = _DAYS.fullmatch(str(text).strip())
    if match is None or int(match[1]) > _DAY:
        raise ValueError("a time is a whole number of hundredths of a second, from 1 on")
    hundredths = int(match[1])
    midnight = timedelta(milliseconds=10 * (hundredths - 1))
    return f"{(_MIDNIGHT + midnight).time():{_SPELT}}" if hundredths else None


def write_time(text: str) -> str:
    """Spell a time of day as Time Matters does.

    Raises:
        ValueError: it is none.

    """
    moment = time.fromisoformat(text)
    return str(1 + 100 * (moment.hour * 3600 + moment.minute * 60 + moment.second))
