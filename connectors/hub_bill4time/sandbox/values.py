"""Values: how they are kept, handed to people, and shown to a client of the API."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from enum import Enum
from typing import Any

from hub_bill4time.sandbox.refusals import Refused

CENT = Decimal("0.01")
_PLACES = 4
_MIDNIGHT = "T00:00:00"


class Sort(Enum):
    """What sort of value a field holds. Numbers are kept as whole ten-thousandths, so that they compare."""

    TEXT = "text"
    WHOLE = "a whole number"
    MONEY = "an amount to the cent"
    NUMBER = "a number of four decimals at most"
    MONEY_TEXT = "an amount to the cent, shown as text"
    NUMBER_TEXT = "a number of four decimals at most, shown as text"
    DAY = "a date"
    MOMENT = "an instant"
    FLAG = "true or false"


_MONEY = {Sort.MONEY, Sort.MONEY_TEXT}
_AS_TEXT = {Sort.MONEY_TEXT, Sort.NUMBER_TEXT}
_TIMES = {Sort.DAY, Sort.MOMENT}
_FLAGS = {"true": 1, "false": 0}

Kept = int | str | None
"""A value in the database."""


def to_cent(amount: Decimal) -> Decimal:
    """Round half up to the cent: our choice, Bill4Time does not say."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def keep(sort: Sort, value: Any) -> Kept:  # noqa: ANN401 -- people and queries give values of any sort
    """Bring a value into the shape in which it is kept; text is read, a ``float`` never taken.

    Raises:
        Refused: it is not of that sort.

    """
    if value is None:
        return None
    try:
        return _keep(sort, value)
    except (ValueError, TypeError, InvalidOperation, KeyError):
        raise Refused(f"{value!r} is not {sort.value}") from None


def _keep(sort: Sort, value: Any) -> Kept:  # noqa: ANN401 -- as above
    if isinstance(value, float):
        raise TypeError
    if sort is Sort.TEXT:
        return str(value)
    if sort is Sort.WHOLE:
        return int(value)
    if sort is Sort.FLAG:
        return int(value) if isinstance(value, bool) else _FLAGS[str(value).lower()]
    return _time(sort, value) if sort in _TIMES else _scaled(sort, Decimal(value))


def _scaled(sort: Sort, value: Decimal) -> int:
    places = 2 if sort in _MONEY else _PLACES
    if not value.is_finite() or value != round(value, places):
        raise ValueError
    return int(value.scaleb(_PLACES))


def _time(sort: Sort, value: Any) -> str:  # noqa: ANN401 -- as above
    if isinstance(value, datetime):
        moment = value.astimezone(UTC) if value.tzinfo and sort is Sort.MOMENT else value
    elif isinstance(value, date):
        return value.isoformat() + _MIDNIGHT
    else:
        moment = datetime.fromisoformat(value)
    text = moment.replace(tzinfo=None).isoformat(timespec="seconds")
    return text[:10] + _MIDNIGHT if sort is Sort.DAY else text


def give(sort: Sort, kept: Kept) -> Any:  # noqa: ANN401 -- a value of the sort
    """Hand a value to people: as Decimal, date, instant in UTC, bool, int or text."""
    if kept is None or sort in {Sort.TEXT, Sort.WHOLE}:
        return kept
    if sort is Sort.FLAG:
        return bool(kept)
    if sort in _TIMES:
        moment = datetime.fromisoformat(str(kept)).replace(tzinfo=UTC)
        return moment.date() if sort is Sort.DAY else moment
    return _decimal(int(kept))


def show(sort: Sort, kept: Kept, *, bare_days: bool) -> Any:  # noqa: ANN401 -- as it goes into JSON
    """Show a value in JSON; a date has a midnight, unless ``bare_days``."""
    if kept is None or sort in {Sort.TEXT, Sort.WHOLE, Sort.MOMENT}:
        return kept
    if sort is Sort.FLAG:
        return bool(kept)
    if sort is Sort.DAY:
        return str(kept)[:10] if bare_days else kept
    number = _decimal(int(kept))
    return str(number) if sort in _AS_TEXT else number


def _decimal(scaled: int) -> Decimal:
    """With two decimals, or with as many as it needs."""
    return Decimal(scaled // 100).scaleb(-2) if scaled % 100 == 0 else Decimal(scaled).scaleb(-_PLACES)
