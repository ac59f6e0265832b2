"""How one value is read and written: text, numbers, flags, value tables, codes, references.

A reader takes what a system holds (never empty, text without outer space) and gives the canonical
value; a writer takes the canonical value as it is stored and gives what the system shall hold.
Both raise ``Unfit``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Context, Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from hub.mapping.problems import Unfit
from hub.mapping.slots import Sort

if TYPE_CHECKING:
    from hub.mapping.slots import Slot
    from hub.model import Kind

MEMORY = 8192
"""How many different values a field remembers: a firm's matters, its hours, the days of years."""

Reader = Callable[[Any], Any]
Writer = Callable[[Any], Any]

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_DRESSED = re.compile(r"[^0-9]*[0-9]+([,.' ][0-9]+)*[^0-9]*")
_WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
_LONGEST_NUMBER = 40
_MOST_DIGITS = 30
_WIDE = Context(prec=100)
_YES = ("true", "yes", "y", "t", "1")
_NO = ("false", "no", "n", "f", "0")


class ForeignId(NamedTuple):
    """A reference as a system spells it; the hub puts the record's id in its place.

    Args:
        kinds: what it may refer to.
        source: the record type that the mapping narrows it to; empty where it does not.
        external_id: the system's id.
        holds: the kinds that the field can hold, where ``kinds`` has others, too: instead of a record of
            another kind the one is meant that that one refers to.

    """

    kinds: tuple[Kind, ...]
    source: str
    external_id: str
    holds: tuple[Kind, ...] = ()


class Codec(NamedTuple):
    """How the values of one field are read and written.

    Args:
        read: vendor → canonical.
        write: stored → vendor; ``None`` where they are the same.
        blank: what is written for no value.
        pure: whether readings may be remembered: the same text always reads the same, and comes again.
        one_way: why the field cannot be written; empty where it can.
        unwritable: whether a stored value has no vendor value.

    """

    read: Reader
    write: Writer | None = None
    blank: str | None = None
    pure: bool = True
    one_way: str = ""
    unwritable: Callable[[Any], bool] | None = None


class Memory(dict[Any, Any]):
    """What a field has read before, so that a value that comes again is only looked up.

    Only text is remembered: the numbers 100.0 and 100.00 are one key, and may be two ids.
    """

    def __init__(self, read: Reader) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, value: object) -> Any:  # noqa: ANN401 -- of the field's own type
        """Read a value for the first time."""
        found = self._read(value)
        if value is None or isinstance(value, str):
            if len(self) >= MEMORY:
                self.clear()
            self[value] = found
        return found


def text_of(value: object) -> str:
    """A single vendor value as text.

    Raises:
        Unfit: it is a list, a document, or a binary fraction, which has no exact text.

    """
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    raise Unfit("not-text", "no single text", _INEXACT if isinstance(value, float) else _FLAT)


_INEXACT = "The connector has to hand it over as exact text, not as a binary fraction."
_FLAT = "Name a field inside it in the mapping."


def text() -> Codec:
    """Text as it is, without outer space."""
    return Codec(text_of, blank="", pure=False)


def choice(slot: Slot) -> Codec:
    """One of a few canonical words, spelt as the hub spells them."""
    table = {word: word for word in slot.choices}
    return values(table, {word: word for word in slot.choices})


def decimal(places: int | None) -> Codec:
    """A number; written with that many decimals, or as it is."""
    return Codec(read_decimal, _plain if places is None else _fixed(places))


def read_decimal(value: object) -> Decimal:
    """An exact, finite number of reasonable size."""
    if isinstance(value, float):
        raise Unfit("not-a-number", "a binary fraction", _INEXACT)
    if isinstance(value, bool):
        raise Unfit("not-a-number", "no number")
    spelt = text_of(value)
    if len(spelt) > _LONGEST_NUMBER or not _NUMBER.fullmatch(spelt):
        raise Unfit("not-a-number", "no number", _number_remedy(spelt))
    number = Decimal(spelt)
    if number and abs(number.adjusted()) > _MOST_DIGITS:
        raise Unfit("not-a-number", "a number beyond all measure")
    return _one_spelling(number)


def _one_spelling(number: Decimal) -> Decimal:
    """1.5 for 1.50, and 100 for 1E2: equal numbers are stored as equal text."""
    return _WIDE.add(number.normalize(_WIDE), Decimal(0))


def _number_remedy(spelt: str) -> str:
    if _DRESSED.fullmatch(spelt):
        return "Have it exported plainly: a point before the decimals, no thousands separators, no currency."
    return ""


def _plain(stored: str) -> str:
    return f"{Decimal(stored):f}" if "E" in stored else stored


def _fixed(places: int) -> Writer:
    step = Decimal(1).scaleb(-places)

    @lru_cache(MEMORY)
    def write(stored: str) -> str:
        number = Decimal(stored)
        rounded = number.quantize(step, context=_WIDE)
        if rounded != number:
            raise Unfit(
                "does-not-fit", f"more exact than {places} decimals", "Correct it in the hub's source."
            )
        return f"{rounded:f}"

    return write


def integer() -> Codec:
    """A whole number."""
    return Codec(_read_integer)


def _read_integer(value: object) -> int:
    spelt = "" if isinstance(value, bool) else text_of(value)
    if not _WHOLE.fullmatch(spelt):
        raise Unfit("not-a-number", "no whole number")
    return int(spelt)


def flag(words: str) -> Codec:
    """True or false; ``Y/N`` gives the system's words, ``not`` turns a flag round.

    Raises:
        ValueError: the words are neither.

    """
    if words in ("", "not"):
        yes = not words
        table = dict.fromkeys(_YES, yes) | dict.fromkeys(_NO, not yes)
        return Codec(_flag_reader(table), None if yes else lambda stored: not stored)
    true, slash, false = words.partition("/")
    if not slash or "/" in false or not true.strip() or true.strip().casefold() == false.strip().casefold():
        raise ValueError(words)
    table = {true.strip().casefold(): True, false.strip().casefold(): False}
    return Codec(_flag_reader(table), lambda stored: true.strip() if stored else false.strip(), blank="")


def _flag_reader(table: Mapping[str, bool]) -> Reader:
    def read(value: object) -> bool:
        found = table.get(text_of(value).casefold())
        if found is None:
            raise Unfit("not-a-flag", f"none of {', '.join(table)}")
        return found

    return read


def values(
    table: Mapping[str, Any], inverse: Mapping[Any, str] | None, *, unknown_is_empty: bool = False
) -> Codec:
    """A table from vendor values to canonical ones, and the way back from stored ones if there is one."""

    def read(value: object) -> Any:  # noqa: ANN401 -- whatever the table holds
        found = table.get(text_of(value))
        if found is None and not unknown_is_empty:
            raise Unfit("unknown-value", "none of the values that the mapping knows")
        return found

    if inverse is None:
        why = "several vendor values stand for one canonical value; name the way back under `inverse`"
        return Codec(read, blank="", one_way=why)
    return Codec(
        read,
        _look_up(inverse, "unknown-value", "none of the values that the mapping knows"),
        blank="",
        unwritable=lambda stored: stored not in inverse,
    )


def codes(name: str, table: Mapping[str, str]) -> Codec:
    """A code list: the vendor's code or its name becomes the code."""
    folded = _folded(table)

    def read(value: object) -> str:
        found = folded.get(text_of(value).casefold())
        if found is None:
            raise Unfit("unknown-code", f"no code of {name}")
        return found

    back = {code: code for code in folded.values()}
    return Codec(read, _look_up(back, "unknown-code", f"no code of {name}"), blank="")


def _folded(table: Mapping[str, str]) -> dict[str, str]:
    """The list without regard to case: a code always means itself, a name only if it names one code."""
    found: dict[str, str] = {}
    doubtful = set()
    for spelt, code in table.items():
        key = spelt.strip().casefold()
        if found.setdefault(key, code) != code:
            doubtful.add(key)
    names = {key: code for key, code in found.items() if key not in doubtful}
    return names | {code.casefold(): code for code in table.values()}


def _look_up(back: Mapping[Any, str], code: str, says: str) -> Writer:
    def write(stored: Any) -> str:  # noqa: ANN401 -- any stored value
        found = back.get(stored)
        if found is None:
            raise Unfit(code, says)
        return found

    return write


def reference(foreign: ForeignId) -> Codec:
    """The id of another record; writing it is the caller's, who has the bindings."""
    kinds, source, _, holds = foreign
    one_way = ""
    if holds and not set(kinds) & set(holds):
        one_way = f"`ref` has to name {holds[0].words} as well, whose id would be written"

    def read(value: object) -> ForeignId:
        return ForeignId(kinds, source, text_of(value), holds)

    return Codec(read, one_way=one_way)


_PYTHON: Mapping[Sort, Callable[[Any], Any]] = {
    Sort.DECIMAL: Decimal,
    Sort.DATE: date.fromisoformat,
    Sort.DATETIME: datetime.fromisoformat,
}


def plugin(name: str, converter: tuple[Callable[[Any], Any], Callable[[Any], Any]], sort: Sort) -> Codec:
    """A plugin's converter, of pure functions; its writer gets the canonical value, not the stored one."""
    inward, outward = converter
    python = _PYTHON.get(sort)

    def read(value: object) -> Any:  # noqa: ANN401 -- what the plugin makes of it
        found = _guarded(inward, value, name)
        return _one_spelling(found) if isinstance(found, Decimal) and found.is_finite() else found

    def write(stored: Any) -> Any:  # noqa: ANN401 -- what the plugin makes of it
        return _guarded(outward, python(stored) if python else stored, name)

    textual = sort in (Sort.TEXT, Sort.CHOICE)
    return Codec(read, write, pure=not textual, blank="" if textual else None)


def _guarded(convert: Callable[[Any], Any], value: object, name: str) -> Any:  # noqa: ANN401 -- the plugin's
    try:
        return convert(value)
    except (ValueError, TypeError, ArithmeticError, LookupError):
        raise Unfit("not-converted", f'not what the converter "{name}" takes') from None
