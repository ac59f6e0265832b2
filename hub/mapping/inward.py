"""From a system's record to canonical values, compiled once for each kind and source."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from hub.mapping.codecs import Memory, text_of
from hub.mapping.complaints import Spot, unread
from hub.mapping.layers import dotted_of
from hub.mapping.problems import Problem, Unfit, Untranslatable
from hub.mapping.slots import anatomy, called

if TYPE_CHECKING:
    from pydantic import BaseModel

    from hub.mapping.fields import Field, Words
    from hub.mapping.tables import Lines, Table

Raw = Mapping[str, Any]
Convert = Callable[[Any], Any]
"""From a vendor's value to the canonical one; ``None`` where there is none. Raises ``Unfit``."""


class Inward:
    """Reads the records of one kind and source.

    Args:
        fields: the canonical fields that it gives, dotted inside a part; not those of lines.
        reference_fields: those of them that hold a ``ForeignId``.
        line_reference_fields: list and field of those in lines.
        reference_kinds: the kinds that these refer to.
        forgiving: those of both that have no value where they refer to what is not known; of lines as
            ``lines.entry``.
        columns: vendor field → whether its absence from a whole listing is schema drift.
        covers: the top-level canonical fields and lists of which it speaks.
        two_way: those of them that are written as well.

    """

    __slots__ = (
        "_reader",
        "columns",
        "covers",
        "fields",
        "forgiving",
        "line_reference_fields",
        "reference_fields",
        "reference_kinds",
        "two_way",
    )

    def __init__(self, table: Table) -> None:
        reading = [field for field in table.fields if field.reads]
        lists = [lines for lines in table.lines if lines.reads]
        self._reader = _RecordReader(table.model, reading, lists)
        self.fields = tuple(field.name for field in reading)
        self.reference_fields = tuple(field.name for field in reading if field.kinds)
        pairs = [(lines.into, field) for lines in lists for field in lines.fields if field.reads]
        referring = [one for field in (*reading, *(field for _, field in pairs)) for one in field.chain]
        self.reference_kinds = frozenset(kind for field in referring for kind in field.kinds)
        self.line_reference_fields = tuple(
            dict.fromkeys((into, field.name) for into, field in pairs if field.kinds)
        )
        self.forgiving = frozenset(
            [field.name for field in reading if field.forgiving]
            + [f"{into}.{field.name}" for into, field in pairs if field.forgiving],
        )
        self.columns = _columns(reading, lists)
        tops = [(field.slot.words[0], field.writes) for field in reading]
        tops += [(lines.into, any(field.writes for field in lines.fields)) for lines in lists]
        self.covers = frozenset(name for name, _ in tops)
        self.two_way = frozenset(name for name, writes in tops if writes)

    def translate(self, raw: Raw) -> dict[str, Any]:
        """The canonical values of a record; what is empty is left out.

        Raises:
            Untranslatable: it has values that do not fit; names all of them.

        """
        try:
            return self._reader.read(raw)
        except (Unfit, TypeError):  # a TypeError: a list or document where one value should be
            values, problems = self._reader.examine(raw, Spot())
        if problems:
            raise Untranslatable(problems, values)
        return values


def _columns(fields: Sequence[Field], lines: Sequence[Lines]) -> dict[str, bool]:
    found: dict[str, bool] = {}
    pairs = [
        (column, one.optional)
        for field in fields
        for one in field.chain
        if one.constant is None
        for column in one.columns
    ]
    for words, optional in [*pairs, *((table.each, table.optional) for table in lines)]:
        found[words[0]] = found.get(words[0], False) or not optional
    return found


class _RecordReader:
    """Reads a record, or a line of one: fast, and where that fails with all that is wrong."""

    __slots__ = ("_fields", "_firm", "_gaps", "_given", "_lists", "_loose", "_steps", "_texts", "_unmapped")

    def __init__(
        self,
        model: type[BaseModel],
        fields: Sequence[Field],
        lines: Sequence[Lines] = (),
        given: Mapping[str, Any] | None = None,
    ) -> None:
        self._given = {**(given or {})}
        self._fields = [(field, _taker(field)) for field in fields]
        flat = [field for field in fields if _is_flat(field)]
        # In an unusual table most columns are absent; what absence means is settled here, once.
        loose = [field for field in flat if not _insists(field)]
        self._texts = [(field.name, field.columns[0][0]) for field in loose if _is_plain(field)]
        self._loose = [_flatly(field) for field in loose if not _is_plain(field)]
        self._firm = [_flatly(field) for field in flat if _insists(field)]
        self._steps = [(field.slot.words, take) for field, take in self._fields if not _is_flat(field)]
        self._lists = [(table.into, _ListReader(table)) for table in lines]
        self._gaps = _gaps(model, {*self._given, *(field.name for field in fields)})
        self._unmapped = called(model)

    def read(self, raw: Raw) -> dict[str, Any]:
        """The canonical values.

        Raises:
            Unfit: something is wrong; ``examine`` knows all of it.

        """
        if self._gaps:
            raise Unfit("not-mapped", "")
        found = self._given.copy()
        self._read_columns(raw.get, found)
        for words, take in self._steps:
            value = take(raw)
            if value is not None:
                _put(found, words, value)
        for into, lines in self._lists:
            found.setdefault(into, []).extend(lines.read(raw))
        return found

    def _read_columns(self, get: Convert, found: dict[str, Any]) -> None:
        """Read what goes from one column to one field: nearly everything, a million times."""
        for name, column, convert in self._firm:
            value = convert(get(column))
            if value is not None:
                found[name] = value
        for name, column, convert in self._loose:
            value = get(column)
            if value is not None and (value := convert(value)) is not None:
                found[name] = value
        for name, column in self._texts:
            value = get(column)
            if value is None:
                continue
            value = value.strip() if value.__class__ is str else text_of(value)
            if value:
                found[name] = value

    def examine(self, raw: Raw, spot: Spot) -> tuple[dict[str, Any], list[Problem]]:
        """The canonical values, and everything that is wrong."""
        found = self._given.copy()
        problems = [_unmapped(self._unmapped, name, spot) for name in self._gaps]
        for field, take in self._fields:
            try:
                value = take(raw)
            except Unfit as unfit:
                said = _at_fault(raw, field)
                problems.append(unread(said, unfit, _value_at_fault(raw, said), spot))
                continue
            if value is not None:
                _put(found, field.slot.words, value)
        for into, lines in self._lists:
            values, more = lines.examine(raw, spot)
            found.setdefault(into, []).extend(values)
            problems += more
        return found, problems


def _is_flat(field: Field) -> bool:
    """Whether it goes from one column of the record to one field of the record."""
    lone = len(field.columns) == 1 and len(field.columns[0]) == 1
    own = field.constant is None and field.otherwise is None
    return lone and own and len(field.slot.words) == 1 and not field.several


def _gaps(model: type[BaseModel], given: set[str]) -> tuple[str, ...]:
    """What the model needs and the mapping does not give."""
    return tuple(name for name, slot in anatomy(model).slots.items() if slot.needed and name not in given)


def _unmapped(called_so: str, name: str, spot: Spot) -> Problem:
    return Problem(
        spot.canonical + name,
        "",
        "not-mapped",
        f"the mapping does not say where the {name} of this {called_so} stands.",
        f"Add {name} to the `fields` of its table in the workspace's mapping.",
    )


def _put(found: dict[str, Any], words: Words, value: object) -> None:
    if len(words) == 1:
        found[words[0]] = value
    else:
        found.setdefault(words[0], {})[words[1]] = value


def _taker(field: Field) -> Callable[[Raw], Any]:
    """From a whole record to the canonical value of a field."""
    if field.constant is not None:
        constant = field.constant
        return lambda _raw: constant
    if field.otherwise is not None:
        return _either(field, field.otherwise)
    whole = _whole(field)
    if field.several:
        return _several(field, whole)
    dig = partial(_dig, words=field.columns[0])
    return lambda raw: whole(dig(raw))


def _dig(raw: Raw, words: Words) -> Any:  # noqa: ANN401 -- any vendor value
    value: Any = raw
    for word in words:
        if value is None or value == "":
            return None
        if not isinstance(value, Mapping):
            raise Unfit("no-document", f"no document with a {word}")
        value = value.get(word)
    return value


def _value_at_fault(raw: Raw, field: Field) -> object:
    """The one value that a problem may quote, if it can be named."""
    if field.several or not field.columns:
        return None
    try:
        return _dig(raw, field.columns[0])
    except Unfit:
        return None


def _at_fault(raw: Raw, field: Field) -> Field:
    """Of a field that is read from one of several places, the one that has a value."""
    return next((one for one in field.chain if _value_at_fault(raw, one) not in (None, "")), field)


def _several(field: Field, whole: Convert) -> Callable[[Raw], Any]:
    digs = [partial(_dig, words=column) for column in field.columns]
    if field.join is None:
        return lambda raw: whole([dig(raw) for dig in digs])
    join = field.join
    return lambda raw: whole(join.join(text for dig in digs if (text := _text(dig(raw)))))


def _either(field: Field, otherwise: Field) -> Callable[[Raw], Any]:
    """From a field that may be empty, else from another one."""
    dig, convert = partial(_dig, words=field.columns[0]), _item(field)
    other, whole = _taker(otherwise), _whole(field)

    def either(raw: Raw) -> Any:  # noqa: ANN401 -- of the field's own type
        found = convert(dig(raw))
        if found is None:
            found = other(raw)
        return whole(None) if found is None else found

    return either


def _text(value: object) -> str:
    return "" if value is None else text_of(value)


def _insists(field: Field) -> bool:
    """Whether an absent value is not simply no value."""
    return field.required or field.slot.needed or field.default is not None


def _is_plain(field: Field) -> bool:
    return field.codec.read is text_of and not field.empty and not field.slot.many


def _flatly(field: Field) -> tuple[str, str, Convert]:
    return field.name, field.columns[0][0], _converter(field)


def _converter(field: Field) -> Convert:
    """As ``_whole``, but quick: remembers what it has read before."""
    convert = _whole(field)
    return Memory(convert).__getitem__ if field.codec.pure and not field.slot.many else convert


def _whole(field: Field) -> Convert:
    """From a vendor's value, or list of values, to the canonical value, with what emptiness means."""
    convert = _item(field)
    if field.slot.many:
        convert = _items(field, convert)
    must, default = field.required or field.slot.needed, field.default

    def whole(value: object) -> Any:  # noqa: ANN401 -- of the field's own type
        found = convert(value)
        if found is not None:
            return found
        if default is None and must:
            raise Unfit("missing", "empty")
        return default

    return whole


def _items(field: Field, convert: Convert) -> Convert:
    separator = (field.join or "").strip() or field.join

    def items(value: object) -> tuple[Any, ...] | None:
        if isinstance(value, str) and separator:
            value = value.split(separator)
        listed = value if isinstance(value, list | tuple) else [value]
        return tuple(item for each in listed if (item := convert(each)) is not None) or None

    return items


def _item(field: Field) -> Convert:
    """From one vendor value to one canonical value; ``None`` for an empty one."""
    read, empty, nothing = field.codec.read, field.empty, _nothing(field)

    def item(value: object) -> Any:  # noqa: ANN401 -- of the field's own type
        if isinstance(value, str):
            value = value.strip()
        if value is None or value == "" or (empty and text_of(value) in empty):
            return None
        found = read(value)
        return None if found is None or (nothing and found in nothing) or found == "" else found

    return item


def _nothing(field: Field) -> list[Any]:
    """The canonical values that the `empty` values would be: 0.00 is as empty as 0."""
    found = []
    for spelt in field.empty:
        try:
            found.append(field.codec.read(spelt))
        except Unfit:
            continue
    return found


class _ListReader:
    """Reads the lines that stand in one list of a record."""

    __slots__ = ("_dig", "_into", "_name", "_reader")

    def __init__(self, table: Lines) -> None:
        reading = [field for field in table.fields if field.reads]
        self._reader = _RecordReader(table.model, reading, given=table.given)
        self._dig = partial(_dig, words=table.each)
        self._name = dotted_of(table.each)
        self._into = table.into

    def read(self, raw: Raw) -> list[dict[str, Any]]:
        """The lines.

        Raises:
            Unfit: something is wrong; ``examine`` knows all of it.

        """
        read = self._reader.read
        return [read(line) for line in self._listed(raw)]

    def _listed(self, raw: Raw) -> Sequence[Raw]:
        found = self._dig(raw)
        if found is None or found == "":
            return ()
        if not isinstance(found, list | tuple) or not all(isinstance(line, Mapping) for line in found):
            raise Unfit("no-list", "no list of lines")
        return found

    def examine(self, raw: Raw, spot: Spot) -> tuple[list[dict[str, Any]], list[Problem]]:
        """The lines, and everything that is wrong with them."""
        try:
            listed = self._listed(raw)
        except Unfit as unfit:
            message = f"{spot.vendor}{self._name} is {unfit.says}."
            remedy = "Have the connector hand over a list."
            vendor = spot.vendor + self._name
            return [], [Problem(spot.canonical + self._into, vendor, unfit.code, message, remedy)]
        found, problems = [], []
        for number, line in enumerate(listed, 1):
            values, more = self._reader.examine(line, spot.line(self._into, number, self._name))
            found.append(values)
            problems += more
        return found, problems
