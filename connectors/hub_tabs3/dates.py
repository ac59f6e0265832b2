"""The converter ``tabs3-date``: the spellings of a date that an ODBC export produces."""

import re
from datetime import date
from functools import lru_cache

_TIME = r"(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?[AaPp][Mm])?Z?)?"
_ISO = re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})" + _TIME)
_AMERICAN = re.compile(r"(?P<month>\d{1,2})/(?P<day>\d{1,2})/(?P<year>\d{4})" + _TIME)


@lru_cache(maxsize=10_000)
def read_date(text: str) -> date:
    """Read ``2026-01-31`` or ``01/31/2026``, with or without a time of day behind it.

    Raises:
        ValueError: the text is spelt otherwise, or there is no such day.

    """
    trimmed = text.strip()
    match = _ISO.fullmatch(trimmed) or _AMERICAN.fullmatch(trimmed)
    if match is None:
        raise ValueError("a date is spelt 2026-01-31 or 01/31/2026")
    return date(int(match["year"]), int(match["month"]), int(match["day"]))


def write_date(day: date) -> str:
    """Spell a date as ODBC does."""
    return day.isoformat()
