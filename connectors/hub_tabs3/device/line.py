"""One time entry or expense as a line of a TBDevice file "ASCII Variable", or why it cannot be one.

The order of the fields and their limits are those of Tabs3's help (support.tabs3.com, TB_AV.htm). A
value that does not fit is refused with its record: nothing is cut, rounded or guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from hub.sdk import Kind, Rejected
from hub_tabs3.dates import read_date
from hub_tabs3.device.text import one_line, quoted, unquoted

if TYPE_CHECKING:
    from datetime import date

    from hub_tabs3.device.settings import DeviceSettings

Payload = Mapping[str, Any]

_LONGEST_CLIENT = 12
_LONGEST_TIMEKEEPER = 3
_LONGEST_DESCRIPTION = 5000
_MOST_HOURS = Decimal("9999.99")
_MOST_RATE = Decimal("9999.99")
_MOST_AMOUNT = Decimal("9999999.99")
_CENTS = Decimal("0.01")
_LAST_TCODE = 999
# A year of two digits is read alike by every program only within these.
_TWO_DIGIT_YEARS = range(2000, 2050)
_ID = re.compile(r"[!-~]+")
_TCODE = re.compile(r"\$?([0-9]{1,3})")
# Two letters are the newer spelling: AA001 to ZZ999 in Tabs3's ODBC help.
_PHASE = re.compile(r"[B-DF-Z][0-9]{3}|[A-Z]{2}[0-9]{3}")
_ACTIVITY = {Kind.TIME_ENTRY: re.compile(r"[AX][0-9]{3}"), Kind.EXPENSE: re.compile(r"[EX][0-9]{3}")}
_ACTIVITIES = {Kind.TIME_ENTRY: "A or X and three digits", Kind.EXPENSE: "E or X and three digits"}
_BY_HAND = "Enter it in Tabs3 by hand."
_MAP_CODES = "Correct the code at its source, or say in mappings/tabs3.toml what it is in Tabs3."
_SAY_INITIALS = (
    'Give the timekeeper initials, or send numbers instead (timekeeper = "number" under the connection\'s '
    "device settings)."
)


class Refused(Exception):
    """A record that cannot be a line; says why, and quotes no narrative."""

    def __init__(self, code: str, message: str, field: str = "", remedy: str = "") -> None:
        super().__init__(message)
        self.rejected = Rejected(code, message, field, remedy)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the file.

    Args:
        client_id: its first field.
        timekeeper: its second, by number or initials; empty where a cost has none.
        tcode: its transaction code without the mark of a cost.
        text: the whole line without its end.
        data: its bytes, with carriage return and line feed.

    """

    client_id: str
    timekeeper: str
    tcode: int
    text: str
    data: bytes

    def __repr__(self) -> str:
        """Name the record without its description."""
        return f"Line({self.client_id!r}, {self.timekeeper!r}, {self.tcode})"


class LineWriter:
    """Writes lines the way one firm's Device Interface is set up to read them."""

    def __init__(self, settings: DeviceSettings) -> None:
        self._settings = settings

    def line(self, kind: Kind, payload: Payload) -> Line:
        """Write one record.

        Raises:
            Refused: it cannot be written as it is.

        """
        _check_sayable(kind, payload, sends_rate=self._settings.send_rate)
        client_id = self._id(payload, "CLIENT_ID", _LONGEST_CLIENT, required=True)
        timekeeper = self._timekeeper(kind, payload)
        tcode = self._tcode(kind, payload)
        fields = (
            client_id,
            timekeeper,
            f"${tcode}" if kind is Kind.EXPENSE else str(tcode),
            _code(payload, "PHASE_TASK", _PHASE, "one letter, not A or E, or two letters, and three digits"),
            _code(payload, "ACTIVITY", _ACTIVITY[kind], _ACTIVITIES[kind]),
            self._date(payload),
            *self._figures(kind, payload),
            self._description(payload),
        )
        text = self._settings.delimiter.join(self._field(field) for field in fields)
        return Line(client_id, timekeeper, tcode, text, f"{text}\r\n".encode(self._settings.encoding))

    def _field(self, text: str) -> str:
        delimiter = self._settings.delimiter
        return quoted(text, delimiter) if self._settings.quoting == "double" else text

    def _id(self, payload: Payload, name: str, longest: int, *, required: bool = False) -> str:
        text = _text(payload, name)
        if not text and required:
            raise Refused("empty", f"It has no {name}.", name, "See that its record is known in Tabs3.")
        if len(text) > longest:
            message = f"{name} {text} has {len(text)} characters; the file takes {longest}."
            raise Refused("too-long", message, name, _BY_HAND)
        if text and (not _ID.fullmatch(text) or self._settings.delimiter in text or '"' in text):
            raise Refused("not-an-id", f"{name} {text} cannot stand in the file.", name, _BY_HAND)
        return text

    def _timekeeper(self, kind: Kind, payload: Payload) -> str:
        if self._settings.timekeeper == "number":
            return self._id(payload, "TIMEKEEPER", _LONGEST_TIMEKEEPER, required=kind is Kind.TIME_ENTRY)
        initials = self._id(payload, "INITIALS", _LONGEST_TIMEKEEPER)
        if not initials and (kind is Kind.TIME_ENTRY or _text(payload, "TIMEKEEPER")):
            raise Refused("empty", "Its timekeeper has no initials.", "INITIALS", _SAY_INITIALS)
        return initials

    def _tcode(self, kind: Kind, payload: Payload) -> int:
        text = _text(payload, "TCODE")
        if not text:
            return self._usual_tcode(kind, payload)
        match = _TCODE.fullmatch(text)
        tcode = int(match[1]) if match else 0
        if not 1 <= tcode <= _LAST_TCODE:
            raise Refused("tcode", f"TCODE {text} is no number from 1 to 999.", "TCODE", _MAP_CODES)
        return tcode

    def _usual_tcode(self, kind: Kind, payload: Payload) -> int:
        name = "fee_tcode"
        if kind is Kind.EXPENSE:
            name = "advance_tcode" if _flag(payload, "ADVANCE", usual=False) else "expense_tcode"
        tcode: int | None = getattr(self._settings, name)
        if tcode is None:
            remedy = f"Give it one at its source, or set {name} in the connection's device settings."
            raise Refused("empty", "It has no transaction code.", "TCODE", remedy)
        return tcode

    def _date(self, payload: Payload) -> str:
        try:
            day = read_date(_text(payload, "DATE"))
        except ValueError as error:
            raise Refused("date", "DATE is no date.", "DATE", "Correct it at its source.") from error
        if self._settings.date_format == "mm/dd/yyyy":
            return f"{day.month:02}/{day.day:02}/{day.year:04}"
        return _short_date(day)

    def _figures(self, kind: Kind, payload: Payload) -> tuple[str, str, str]:
        """Hours or units, rate and amount, each empty where Tabs3 is to fill it in."""
        name = "UNITS" if kind is Kind.EXPENSE else "HOURS"
        many = _number(payload, name, _MOST_HOURS)
        if many is None and kind is Kind.TIME_ENTRY:
            raise Refused("empty", f"It has no {name}.", name, "Correct it at its source.")
        rate = _number(payload, "RATE", _MOST_RATE) if self._settings.send_rate else None
        priced = self._settings.send_rate or kind is Kind.EXPENSE
        amount = _number(payload, "AMOUNT", _MOST_AMOUNT) if priced else None
        if amount is None and kind is Kind.EXPENSE:
            raise Refused("empty", "It has no AMOUNT.", "AMOUNT", "Correct it at its source.")
        figures = {name: many, "RATE": rate, "AMOUNT": amount}
        _check_unfilled(figures)
        if many and kind is Kind.TIME_ENTRY:
            _check_charged(payload)
        many_text, rate_text, amount_text = (_spelt(figure) for figure in figures.values())
        return many_text, rate_text, amount_text

    def _description(self, payload: Payload) -> str:
        text = one_line(str(payload.get("DESCRIPTION") or ""), self._settings.encoding)
        if self._settings.quoting == "none":
            text = unquoted(text, self._settings.delimiter).strip()
        if len(text) > _LONGEST_DESCRIPTION:
            message = f"Its description has {len(text)} characters; Tabs3 takes {_LONGEST_DESCRIPTION}."
            raise Refused("too-long", message, "DESCRIPTION", "Shorten it, or split the entry in two.")
        return text


_UNSAID: tuple[tuple[str, bool, str], ...] = (
    ("BILLABLE", True, "is not billable"),
    ("PRINTED", True, "is not to be printed"),
    ("ON_HOLD", False, "is on hold"),
)


def _check_sayable(kind: Kind, payload: Payload, *, sends_rate: bool) -> None:
    """Refuse what the file has no field for and Tabs3 would bill otherwise than it is meant."""
    if kind not in _ACTIVITY:
        raise Refused("unsupported", f"The Device Interface takes no {kind.words}.", remedy=_BY_HAND)
    status = _text(payload, "STATUS")
    if status not in {"", "unbilled"}:
        message = f"It is {status.replace('_', ' ')} already, and Tabs3 would bill it."
        raise Refused("not-unbilled", message, "STATUS", "Leave it where it was billed.")
    for name, usual, what in _UNSAID:
        if _flag(payload, name, usual=usual) is not usual:
            message = f"It {what}, and the file cannot say so: Tabs3 would bill it like any other."
            raise Refused("unsayable", message, name, _BY_HAND)
    if _flag(payload, "FLAT_FEE", usual=False) and not sends_rate:
        message = "It is a flat fee, and Tabs3 would price it by its hours."
        raise Refused("unsayable", message, "FLAT_FEE", f"{_BY_HAND} Or have rates sent (send_rate).")


def _check_unfilled(figures: Mapping[str, Decimal | None]) -> None:
    """Refuse a zero where Tabs3 would work out something else.

    Tabs3 takes zero for "not given": a rate is then the client's or the code's, units are amount ÷ rate,
    an amount is units × rate (support.tabs3.com, R10955).
    """
    given = {name: figure for name, figure in figures.items() if figure is not None}
    if not any(given.values()):
        return
    for name, figure in given.items():
        if not figure:
            message = f"Its {name} is zero, and Tabs3 would work out another from the other figures."
            raise Refused("unsayable", message, name, _BY_HAND)


def _check_charged(payload: Payload) -> None:
    """Refuse hours for which nothing is to be charged: Tabs3 would price them."""
    for name in ("RATE", "AMOUNT"):
        if _text(payload, name) and not Decimal(_text(payload, name)):
            message = f"Its {name} is zero, and Tabs3 would price its hours."
            raise Refused("unsayable", message, name, _BY_HAND)


def _text(payload: Payload, name: str) -> str:
    value = payload.get(name)
    return "" if value is None else str(value).strip()


def _flag(payload: Payload, name: str, *, usual: bool) -> bool:
    value = payload.get(name)
    return usual if value is None or value == "" else bool(value)


def _code(payload: Payload, name: str, pattern: re.Pattern[str], spelling: str) -> str:
    text = _text(payload, name).upper()
    if text and not pattern.fullmatch(text):
        raise Refused("code", f"{name} {text[:20]} is not {spelling}.", name, _MAP_CODES)
    return text


def _number(payload: Payload, name: str, most: Decimal) -> Decimal | None:
    text = _text(payload, name)
    if not text:
        return None
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise Refused("not-a-number", f"{name} is no number.", name, "Correct it at its source.") from error
    for is_wrong, says in _LIMITS:
        if is_wrong(number, most):
            raise Refused("number", f"{name} {text} {says.format(most=most)}.", name, _BY_HAND)
    return number


# That the Device Interface takes negative figures is not documented.
_LIMITS: tuple[tuple[Callable[[Decimal, Decimal], bool], str], ...] = (
    (lambda number, _: not number.is_finite(), "is no number"),
    (lambda number, _: number < 0, "is negative, which the file may not be able to say"),
    (lambda number, most: number > most, "is more than {most:,}"),
    (lambda number, _: number % _CENTS != 0, "has more than two decimals, and would be rounded"),
)


def _spelt(number: Decimal | None) -> str:
    return "" if number is None else f"{number:.2f}"


def _short_date(day: date) -> str:
    if day.year not in _TWO_DIGIT_YEARS:
        message = f"The year {day.year} cannot be told from its last two digits."
        raise Refused("date", message, "DATE", 'Set date_format = "mm/dd/yyyy" in the device settings.')
    return f"{day.month:02}/{day.day:02}/{day.year % 100:02}"
