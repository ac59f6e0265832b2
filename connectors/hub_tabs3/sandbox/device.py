"""The device interface: fees and costs that come in as a text file, and the lists to check them against.

Fields, limits, defaults, the deletion of the file and the log of rejected records are those of Tabs3's
help on TBDevice, "ASCII Variable"; how the log is laid out, and that quotation marks may be used, is not
documented.
"""

from __future__ import annotations

import csv
import re
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple, TypedDict, Unpack

from hub.model import round_cents
from hub_tabs3.sandbox.books import ZERO, Charge
from hub_tabs3.sandbox.entries import LONGEST_TEXT, MOST_HOURS, MOST_MONEY

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from hub_tabs3.sandbox.books import Values
    from hub_tabs3.sandbox.entries import Entries
    from hub_tabs3.sandbox.state import Books

LOG = "TBDEVICE.LOG"
_END = "\r\n"
_FIELDS = 10
_LONGEST_CLIENT = 12
_LONGEST_TIMEKEEPER = 3
_TCODE = re.compile(r"(\$?)(?=\d{1,3}$)0*([1-9]\d*)")
_PHASE = re.compile(r"[A-Z]{1,2}\d{3}")
_NO_PHASE = ("A", "E")
"""The letters of activities and expenses; with one letter alone, no phase begins with them."""
_ACTIVITY = {True: re.compile(r"[AX]\d{3}"), False: re.compile(r"[EX]\d{3}")}
_DATE = re.compile(r"\d{1,2}/\d{1,2}/(\d{2}|\d{4})")
_NUMBER = re.compile(r"-?\d*\.?\d{0,2}")


class Merging(TypedDict, total=False):
    """How a file is taken in."""

    which: Collection[int] | Literal["all"]
    """The places of the records that are merged, counted from 0; all unless said."""
    keep_file: bool
    """Trial systems keep the file; full ones delete it."""
    delimiter: str
    quote: str | None
    """The quotation mark around fields; ``None`` where a mark is a character like others."""
    encoding: str


class Rejected(NamedTuple):
    """A record that was not taken in."""

    line: str
    reason: str


class Merged(NamedTuple):
    """What became of the records of a file."""

    charges: list[Charge]
    rejected: list[Rejected]


class _Refused(Exception):
    """Why a record is not taken in."""


class Device:
    """Takes in device-interface files."""

    def __init__(self, books: Books, entries: Entries) -> None:
        self._books = books
        self._entries = entries

    def merge(self, source: Path | str, **how: Unpack[Merging]) -> Merged:
        """Take in a file, or a text that stands for one; what is merged twice is there twice.

        Rejected records go to TBDEVICE.LOG beside the file, each with its reason, and the file is
        deleted unless it is to be kept.
        """
        encoding = how.get("encoding", "cp1252")
        text = source.read_bytes().decode(encoding, "replace") if isinstance(source, Path) else source
        merged = self._merge(text, how)
        if isinstance(source, Path):
            if merged.rejected:
                _log(source.parent / LOG, merged.rejected, encoding)
            if not how.get("keep_file", False):
                source.unlink()
        return merged

    def write_lists(self, folder: Path, encoding: str = "cp1252") -> None:
        """Write CLIENT.TXT, EMPL.TXT and TCODE.TXT, against which a file can be checked before."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, rows in self._lists().items():
            text = "".join(",".join(f'"{cell}"' for cell in row) + _END for row in rows)
            (folder / f"{name}.TXT").write_bytes(text.encode(encoding, "replace"))

    def _lists(self) -> dict[str, Iterable[tuple[str, ...]]]:
        clients, people = self._books.clients, self._books.people
        return {
            "CLIENT": [(row["CLIENT_ID"], row["NAME"]) for row in clients if row["INACTIVE"] == "0"],
            "EMPL": [(row["EMPL"], row["INITIALS"], row["NAME"]) for row in people if row["Inactive"] == "0"],
            "TCODE": [(row["TCODE"], row["EXP_ADV_FEE_TYPE"], row["DESC"]) for row in self._books.tcodes],
        }

    def _merge(self, text: str, how: Merging) -> Merged:
        merged = Merged([], [])
        which = how.get("which", "all")
        for place, line in enumerate(_records(text)):
            if which == "all" or place in which:
                try:
                    charge = self._charge(line, how)
                    merged.charges.append(self._entries.enter(charge))
                except (_Refused, ValueError) as error:
                    merged.rejected.append(Rejected(line.removesuffix(_END), str(error)))
        return merged

    def _charge(self, line: str, how: Merging) -> Charge:
        client_id, timekeeper, tcode, phase, activity, day, *rest = _fields(line, how)
        code = _TCODE.fullmatch(tcode)
        if code is None:
            raise _Refused("The tcode is not 1 to 999, with $ before a cost's.")
        fee = not code[1]
        row = self._books.tcode(code[2], "F" if fee else "EA")
        charge = Charge(
            fee=fee,
            sequence=0,
            client_id=self._client(client_id),
            day=_day(day),
            tcode=row["TCODE"],
            timekeeper=self._timekeeper(timekeeper, client_id, fee=fee),
            quantity=_number(rest[0], "hours or units", MOST_HOURS),
            rate=_number(rest[1], "rate", MOST_HOURS),
            amount=_number(rest[2], "amount", MOST_MONEY),
            task=_phase(phase),
            activity=_activity(activity, fee=fee),
            text=_description(rest[3]),
            advance=row["EXP_ADV_FEE_TYPE"] == "A",
            source="D",
            created=self._books.day,
        )
        self._price(charge, row)
        return charge

    def _client(self, client_id: str) -> str:
        if not client_id or len(client_id) > _LONGEST_CLIENT:
            raise _Refused(f"The client id is empty, or longer than {_LONGEST_CLIENT} characters.")
        self._books.active(client_id)
        return client_id

    def _timekeeper(self, timekeeper: str, client_id: str, *, fee: bool) -> str:
        if not timekeeper and not fee:
            # Copiers leave it empty.
            return self._books.client_row(client_id).get("PRIM_TKPR", "")
        if not timekeeper or len(timekeeper) > _LONGEST_TIMEKEEPER:
            raise _Refused(f"The timekeeper is empty, or longer than {_LONGEST_TIMEKEEPER} characters.")
        return self._books.person(timekeeper)["EMPL"]

    def _price(self, charge: Charge, tcode: Values) -> None:
        """Fill in what the record left out: rate, then hours or units, then amount."""
        default = self._books.person(charge.timekeeper)["RATE1"] if charge.fee else tcode["RATE"]
        charge.rate = charge.rate or Decimal(default)
        if not charge.quantity and charge.rate:
            charge.quantity = round_cents(charge.amount / charge.rate)
        if not charge.amount:
            charge.amount = round_cents(charge.quantity * charge.rate)


def _records(text: str) -> Iterator[str]:
    """Cut a text into records, each with the CR LF that ends it, if it is there."""
    lines = text.split(_END)
    yield from (line + _END for line in lines[:-1])
    if lines[-1]:
        yield lines[-1]


def _fields(line: str, how: Merging) -> list[str]:
    record = line.removesuffix(_END)
    if record == line or "\r" in record or "\n" in record:
        raise _Refused("The record does not end with CR LF.")
    fields = _cells(record, how.get("delimiter", ","), how.get("quote", '"'))
    if len(fields) != _FIELDS:
        raise _Refused(f"The record has {len(fields)} fields, not {_FIELDS}.")
    return [field.strip() for field in fields]


def _cells(record: str, delimiter: str, quote: str | None) -> list[str]:
    if quote is None:
        return record.split(delimiter)
    try:
        return next(csv.reader([record], delimiter=delimiter, quotechar=quote, strict=True))
    except csv.Error:
        raise _Refused("The quotation marks of the record do not pair.") from None
    except StopIteration:
        return []


def _phase(text: str) -> str:
    one_letter = len(text) == 4  # noqa: PLR2004 -- L120, unlike AA001
    if text and (not _PHASE.fullmatch(text) or (one_letter and text.startswith(_NO_PHASE))):
        raise _Refused("The phase is not a letter other than A and E, or two, and three digits.")
    return text


def _activity(text: str, *, fee: bool) -> str:
    if text and not _ACTIVITY[fee].fullmatch(text):
        raise _Refused(f"The activity is not {'A' if fee else 'E'} and three digits.")
    return text


def _day(text: str) -> date:
    match = _DATE.fullmatch(text)
    try:
        if match is None:
            raise _Refused("The date is not mm/dd/yy or mm/dd/yyyy.")
        return datetime.strptime(text, "%m/%d/%y" if len(match[1]) == 2 else "%m/%d/%Y").date()  # noqa: DTZ007, PLR2004 -- a day without a time
    except ValueError:
        raise _Refused("There is no such day.") from None


def _number(text: str, name: str, most: Decimal) -> Decimal:
    if not text:
        return ZERO
    try:
        number = Decimal(text) if _NUMBER.fullmatch(text) else None
    except InvalidOperation:
        number = None
    if number is None or abs(number) > most:
        raise _Refused(f"The {name} is no number with two decimals up to {most}.")
    return number


def _description(text: str) -> str:
    if len(text) > LONGEST_TEXT:
        raise _Refused(f"The description is longer than {LONGEST_TEXT} characters.")
    return text


def _log(path: Path, rejected: list[Rejected], encoding: str) -> None:
    lines = (f"{one.line}{_END}    {one.reason}{_END}" for one in rejected)
    with path.open("a", encoding=encoding, errors="replace", newline="") as file:
        file.writelines(lines)
