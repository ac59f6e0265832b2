"""How one field is written into a payload: compiled once, run for every record."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from hub.mapping.codecs import ForeignId
from hub.mapping.problems import Gone, Unfit
from hub.mapping.routes import Lookup, getter

if TYPE_CHECKING:
    from hub.mapping.chosen import Chosen
    from hub.mapping.fields import Field, Words
    from hub.mapping.routes import Fetch

Values = Mapping[str, Any]
Payload = dict[str, Any]
Step = Callable[[Payload, Values, Lookup], None]
"""Writes one field of a record into the payload. Raises ``Unfit`` and ``Unbound``."""


class _Omit:
    """Stands for a field that is left out of the payload."""


_OMIT = _Omit()


def fetch_of(field: Field) -> Fetch:
    """From a record's stored values, the stored value of a field."""
    if field.fetch is not None:
        return field.fetch
    get = getter(field.slot)
    return lambda values, _look: get(values)


def step_of(field: Field) -> Step:
    """How a field is written."""
    if field.constant is not None:
        return _constant(field)
    if field.several:
        return _several(field)
    if _goes_as_it_is(field):
        return _copy(field.columns[0][0], field.slot.words[0], field.slot.default)
    put, fetch, write = putter(field.columns[0]), fetch_of(field), _writer(field)

    def step(payload: Payload, values: Values, look: Lookup) -> None:
        vendor = write(fetch(values, look), look)
        if vendor is not _OMIT:
            put(payload, vendor)

    return step


def pick_of(chosen: Chosen) -> Step:
    """How a vendor's field that a table fills is written."""
    put, pick = putter(chosen.column), chosen.pick

    def step(payload: Payload, values: Values, look: Lookup) -> None:
        vendor = pick(values, look)
        if vendor is not False:
            put(payload, vendor)

    return step


def _goes_as_it_is(field: Field) -> bool:
    """Whether the stored value is the vendor's, its absence included."""
    slot = field.slot
    alike = field.codec.write is None and not (slot.many or field.kinds or field.optional or field.required)
    flat = len(field.columns[0]) == 1 and len(slot.words) == 1 and field.fetch is None
    return alike and flat and (slot.default == field.codec.blank or slot.default not in (None, ""))


def _copy(column: str, name: str, default: object) -> Step:
    def step(payload: Payload, values: Values, _look: Lookup) -> None:
        payload[column] = values.get(name, default)

    return step


def putter(column: Words) -> Callable[[Payload, Any], None]:
    """How a vendor's field is put into a payload."""
    last, before = column[-1], column[:-1]

    def put(payload: Payload, value: object) -> None:
        for word in before:
            payload = payload.setdefault(word, {})
        payload[last] = value

    return put


Write = Callable[[Any, Lookup], Any]
"""From a stored value to the vendor's, or ``_OMIT``. Raises ``Unfit`` and ``Unbound``."""


def _writer(field: Field) -> Write:
    write = _item(field)
    if not field.slot.many:
        return write
    separator = (field.join or "").strip() or field.join
    blank: Any = "" if separator else []
    absent = _absent(field, blank)

    def items(value: Any, look: Lookup) -> Any:  # noqa: ANN401 -- any stored value
        if not value:
            return absent()
        vendor = [write(item, look) for item in value]
        return _joined(vendor, field.join or "", separator) if separator else vendor

    return items


def _joined(items: Sequence[object], join: str, separator: str) -> str:
    texts = [str(item) for item in items]
    if any(separator in text for text in texts):
        raise Unfit("does-not-fit", f'a list with "{separator}" inside an item', "Choose another `join`.")
    return join.join(texts)


def _absent(field: Field, blank: object) -> Callable[[], Any]:
    """What is written for no value."""

    def absent() -> Any:  # noqa: ANN401 -- any vendor value
        if field.required:
            raise Unfit("missing", "empty")
        return _OMIT if field.optional else blank

    return absent


def _item(field: Field) -> Write:
    if field.kinds:
        return _reference(field)
    absent, write, unwritable = _absent(field, field.codec.blank), field.codec.write, field.codec.unwritable
    implied = _implied(field)

    def item(value: Any, _look: Lookup) -> Any:  # noqa: ANN401 -- any stored value
        empty = value is None or value == ""
        if unwritable is None:
            if empty:
                return absent()
        elif (empty or value == implied) and unwritable(value):
            return absent()
        return value if write is None else write(value)

    return item


def _implied(field: Field) -> Any:  # noqa: ANN401 -- any stored value
    """The stored value that reading an empty vendor value gives."""
    if field.default is not None and not field.slot.many:
        return field.slot.stored(field.default)
    return field.slot.default


def _reference(field: Field) -> Write:
    kinds, source, absent = field.held_kinds, field.source, _absent(field, None)

    def write(value: Any, look: Lookup) -> Any:  # noqa: ANN401 -- an id or OMIT
        return absent() if value is None else look.external_id(kinds, value, source)

    def write_unless_gone(value: Any, look: Lookup) -> Any:  # noqa: ANN401 -- as above
        try:
            return write(value, look)
        except Gone:
            return absent()

    return write_unless_gone if is_dispensable(field) else write


def is_dispensable(field: Field) -> bool:
    """Whether a record can do without this reference where what it refers to is gone."""
    return not (field.required or field.slot.needed)


def _constant(field: Field) -> Step:
    put, constant = putter(field.columns[0]), field.constant
    if isinstance(constant, ForeignId):
        vendor: Any = constant.external_id
    else:
        vendor = _converted_constant(field)
    return lambda payload, _values, _look: put(payload, vendor)


def _converted_constant(field: Field) -> Any:  # noqa: ANN401 -- any vendor value
    stored = field.slot.stored(field.constant)
    nobody: Any = None  # only a reference asks for another record
    try:
        return _writer(field)(stored, nobody)
    except Unfit as unfit:
        says = f'"{field.constant}" cannot be written: it is {unfit.says}.'
        raise field.place.at("const").wrong(says, remedy='Say way = "in", or choose another value.') from None


def _several(field: Field) -> Step:
    """A list, item by item, into several vendor fields."""
    puts, write, fetch = [putter(column) for column in field.columns], _item(field), fetch_of(field)
    blank = _OMIT if field.optional else field.codec.blank

    def step(payload: Payload, values: Values, look: Lookup) -> None:
        items = fetch(values, look) or ()
        if len(items) > len(puts):
            raise Unfit("does-not-fit", f"longer than the {len(puts)} fields that it goes to")
        if field.required and not items:
            raise Unfit("missing", "empty")
        for number, put in enumerate(puts):
            vendor = write(items[number], look) if number < len(items) else blank
            if vendor is not _OMIT:
                put(payload, vendor)

    return step
