"""The converter ``clarion-date``: days since 1800-12-28, as Time Matters keeps them."""

import re
from datetime import date, timedelta
from functools import lru_cache

_ZERO = date(1800, 12, 28)
"""The day before Clarion's first one; seen in public SQL against Time Matters: 75293 is 2007-02-19."""
_DAYS = re.compile(r"([0-9]{1,7})(?:\.0+)?")
"""A number of days, also as a spreadsheet or a database with decimals spells it."""


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
