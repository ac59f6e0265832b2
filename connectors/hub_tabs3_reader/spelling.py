"""How values are spelt, so that nothing is lost between the driver and the hub.

Text stays as it is. Numbers are spelt exactly, in decimals and never with an exponent. A DECIMAL
comes as a Decimal and touches no float on its way. A column that the driver itself gives as a
binary number is spelt with the 15 significant digits that a double keeps of every decimal: what
was stored as 10.10 is 10.1, and what a sum of doubles has left behind in the 17th digit is not
taken for money.
"""

from __future__ import annotations

import codecs
import struct
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from _typeshed import ReadableBuffer

    Spell = Callable[[Any], str | None]

CODEC = "tabs3-text"
_SINGLE_PRECISIONS = (7, 24)
"""What ODBC calls the precision of a REAL, in digits or in bits."""
_DIGITS_OF_A_SINGLE = range(6, 10)


def speller(kind: type, precision: int | None) -> Spell:
    """Give the function that spells the values of a column; ``None`` stays ``None``."""
    if kind is float and precision in _SINGLE_PRECISIONS:
        return _single
    return spell


def spell(value: Any) -> str | None:  # noqa: ANN401 -- whatever a driver hands over
    """Spell a value."""
    return _SPELLINGS.get(type(value), str)(value)


def text(data: bytes) -> str:
    """Read bytes as UTF-8, else as Windows does with cp1252, which knows every byte."""
    try:
        found = data.decode()
    except UnicodeDecodeError:
        found = data.decode("cp1252", errors="tabs3-control")
    return found.replace("\0", "")


def _control(error: UnicodeError) -> tuple[str, int]:
    """Give the five bytes that cp1252 leaves open as Windows does, as control characters."""
    assert isinstance(error, UnicodeDecodeError)
    return error.object[error.start : error.end].decode("latin-1"), error.end


def _decode(data: ReadableBuffer, _errors: str = "strict") -> tuple[str, int]:
    """As ``text``, for every value of every row: NULs are left to ``spell``."""
    try:
        found = str(data, "utf-8")
    except UnicodeDecodeError:
        found = text(bytes(data))
    return found, memoryview(data).nbytes


def _codec(name: str) -> codecs.CodecInfo | None:
    if name.replace("_", "-") != CODEC:
        return None
    return codecs.CodecInfo(codecs.utf_8_encode, _decode, name=CODEC)


codecs.register(_codec)
codecs.register_error("tabs3-control", _control)


def _decimal(value: Decimal) -> str:
    return format(value, "f")


def _double(value: float) -> str:
    return _decimal(Decimal(format(value, ".15g")))


def _single(value: float | None) -> str | None:
    """Spell a number of four bytes by the shortest decimal that is the same number."""
    if value is None:
        return None
    for digits in _DIGITS_OF_A_SINGLE:
        found = format(value, f".{digits}g")
        if _as_single(float(found)) == value:
            return _decimal(Decimal(found))
    return _double(value)  # the driver calls it a single and it is none


def _as_single(value: float) -> float | None:
    try:
        (found,) = struct.unpack("f", struct.pack("f", value))
    except OverflowError:
        return None
    return float(found)


def _moment(value: datetime) -> str:
    """A timestamp at midnight is how some drivers give a date."""
    return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")


def _nothing(_value: None) -> None:
    return None


def _text(value: str) -> str:
    return value.replace("\0", "") if "\0" in value else value


_SPELLINGS: dict[type, Spell] = {
    str: _text,
    type(None): _nothing,
    int: str,
    Decimal: _decimal,
    float: _double,
    bool: lambda value: "1" if value else "0",
    date: date.isoformat,
    datetime: _moment,
    time: time.isoformat,
    bytes: text,
    bytearray: lambda value: text(bytes(value)),
}
