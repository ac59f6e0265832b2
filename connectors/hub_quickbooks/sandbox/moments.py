"""Instants as QuickBooks spells them: with the offset of Pacific time, which changes with the season."""

from __future__ import annotations

from datetime import date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

PACIFIC = ZoneInfo("America/Los_Angeles")


class Now(Protocol):
    """Whatever tells the time."""

    def now(self) -> datetime:
        """The present instant, in UTC."""
        ...


def spell(seconds: int) -> str:
    """Spell an instant, given in seconds since 1970, as in ``MetaData``."""
    return datetime.fromtimestamp(seconds, PACIFIC).isoformat()


def spell_precisely(moment: datetime) -> str:
    """Spell an instant as in the ``time`` of an answer, with milliseconds."""
    return moment.astimezone(PACIFIC).isoformat(timespec="milliseconds")


def read_instant(text: str) -> float:
    """Read an instant; gives seconds since 1970.

    One without an offset is Pacific time, as at QuickBooks: a client that drops the zone of a UTC time
    asks for another window than it means (facts 5.2).

    Raises:
        ValueError: it is no instant.

    """
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=PACIFIC)).timestamp()


def read_day(text: str) -> date:
    """Read a date; QuickBooks takes one with a time and drops the time.

    Raises:
        ValueError: it is no date.

    """
    return datetime.fromisoformat(text).date()


def local_day(moment: datetime) -> date:
    """The date on which something happens that has no other date."""
    return moment.astimezone(PACIFIC).date()


def month_of(moment: datetime) -> str:
    """The month in which a read is metered, such as 2026-11."""
    return moment.astimezone(PACIFIC).strftime("%Y-%m")
