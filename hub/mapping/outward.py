"""From stored canonical values to a system's record, compiled once for each kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hub.mapping.codecs import ForeignId
from hub.mapping.complaints import Spot, unwritten
from hub.mapping.layers import dotted_of
from hub.mapping.problems import Gone, Problem, Unfit, Untranslatable
from hub.mapping.routes import Lookup, getter

if TYPE_CHECKING:
    from hub.mapping.fields import Field, Words
    from hub.mapping.tables import Lines, Table
    from hub.sdk import Shape

Values = Mapping[str, Any]
Payload = dict[str, Any]
Step = Callable[[Payload, Values, Lookup], None]
"""Writes one field of a record into the payload. Raises ``Unfit`` and ``Unbound``."""


class _Omit:
    """Stands for a field that is left out of the payload."""


_OMIT = _Omit()


class Outward:
    """Writes the records of one kind.

    Args:
        source: the record type that is written; empty where the system has only one.
        fields: the canonical fields that are written, paths included; not those of lines.
        two_way: those of them for which reading gives back what was written.
        path_kinds: the kinds whose values it looks up.
        reference_kinds: the kinds whose ids at the target it looks up.
        dispensable: the references that are left out where what they refer to is gone.

    """

    __slots__ = (
        "_model",
        "_shapes",
        "_whole_writer",
        "_writer",
        "dispensable",
        "fields",
        "path_kinds",
        "reference_kinds",
        "source",
        "two_way",
    )

    def __init__(self, table: Table, shapes: Sequence[Shape]) -> None:
        writing = [field for field in table.fields if field.writes]
        all_writing = [*writing, *(field for lines in table.lines for field in lines.fields if field.writes)]
        self.source = table.source
        self.fields = tuple(field.name for field in writing)
        self.two_way = frozenset(field.name for field in writing if field.two_way)
        self.path_kinds = frozenset().union(*(field.through for field in all_writing))
        self.reference_kinds = frozenset(kind for field in all_writing for kind in field.kinds)
        self.dispensable = frozenset(
            field.name for field in writing if field.kinds and _is_dispensable(field)
        )
        self._writer = _RecordWriter(writing, table.lines)
        every = [replace(field, optional=False) for field in writing]
        self._whole_writer = _RecordWriter(every, [replace(lines, optional=False) for lines in table.lines])
        self._model = table.model
        self._shapes = tuple(shapes)

    def render(self, values: Values, look: Lookup, *, whole: bool = False) -> Payload:
        """The record as the system spells it: JSON values, decimals as text.

        ``values`` are the stored ones, without the model's defaults. A ``whole`` payload, for an
        update, also says of every optional field that it is empty now.

        Raises:
            Untranslatable: it has values that the system cannot hold; names all of them.
            Unbound: it refers to a record that is not there yet.

        """
        if self._shapes:
            values = self._shaped(values)
        writer = self._whole_writer if whole else self._writer
        try:
            return writer.write(values, look)
        except Unfit:
            problems = self._writer.examine(values, look, Spot())
        raise Untranslatable(problems)

    def _shaped(self, values: Values) -> Values:
        record: Any = self._model.model_validate(values)
        for shape in self._shapes:
            record = shape(record)
        shaped: Values = record.model_dump(mode="json", exclude_defaults=True)
        return shaped


class _RecordWriter:
    """Writes a record, or a line of one: fast, and where that fails says all that is wrong."""

    __slots__ = ("_fields", "_groups", "_steps")

    def __init__(self, fields: Sequence[Field], lines: Sequence[Lines] = ()) -> None:
        self._fields = [(field, _step(field)) for field in fields]
        writing = [table for table in lines if table.writes]
        names = dict.fromkeys(table.into for table in writing)
        self._groups = [_Group(into, [table for table in writing if table.into == into]) for into in names]
        self._steps = [*(step for _, step in self._fields), *(group.write for group in self._groups)]

    def write(self, values: Values, look: Lookup) -> Payload:
        """The payload.

        Raises:
            Unfit: something is wrong; ``examine`` knows all of it.

        """
        payload: Payload = {}
        for step in self._steps:
            step(payload, values, look)
        return payload

    def examine(self, values: Values, look: Lookup, spot: Spot) -> list[Problem]:
        """Everything that is wrong."""
        problems: list[Problem] = []
        for field, step in self._fields:
            try:
                step({}, values, look)
            except Unfit as unfit:
                problems.append(unwritten(field, unfit, _fetch(field)(values, look), spot))
        for group in self._groups:
            problems += group.examine(values, look, spot)
        return problems


def _fetch(field: Field) -> Callable[[Values, Lookup], Any]:
    if field.fetch is not None:
        return field.fetch
    get = getter(field.slot)
    return lambda values, _look: get(values)


def _step(field: Field) -> Step:
    if field.constant is not None:
        return _constant(field)
    if field.several:
        return _several(field)
    if _goes_as_it_is(field):
        return _copy(field.columns[0][0], field.slot.words[0], field.slot.default)
    put, fetch, write = _putter(field.columns[0]), _fetch(field), _writer(field)

    def step(payload: Payload, values: Values, look: Lookup) -> None:
        vendor = write(fetch(values, look), look)
        if vendor is not _OMIT:
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


def _putter(column: Words) -> Callable[[Payload, Any], None]:
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
    kinds, source, absent = field.kinds, field.source, _absent(field, None)

    def write(value: Any, look: Lookup) -> Any:  # noqa: ANN401 -- an id or OMIT
        return absent() if value is None else look.external_id(kinds, value, source)

    def write_unless_gone(value: Any, look: Lookup) -> Any:  # noqa: ANN401 -- as above
        try:
            return write(value, look)
        except Gone:
            return absent()

    return write_unless_gone if _is_dispensable(field) else write


def _is_dispensable(field: Field) -> bool:
    """Whether a record can do without this reference where what it refers to is gone."""
    return not (field.required or field.slot.needed)


def _constant(field: Field) -> Step:
    put, constant = _putter(field.columns[0]), field.constant
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
    puts, write, fetch = [_putter(column) for column in field.columns], _item(field), _fetch(field)
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


class _Group:
    """Writes one canonical list into the vendor's lists, each line into the first that it fits."""

    __slots__ = ("_into", "_tables")

    def __init__(self, into: str, tables: Sequence[Lines]) -> None:
        self._into = into
        self._tables = [_ListWriter(table) for table in tables]

    def write(self, payload: Payload, values: Values, look: Lookup) -> None:
        """Write all lines.

        Raises:
            Unfit: something is wrong; ``examine`` knows all of it.

        """
        lists: list[list[Payload]] = [[] for _ in self._tables]
        for line in values.get(self._into) or ():
            number = self._chosen(line)
            lists[number].append(self._tables[number].writer.write(line, look))
        for table, lines in zip(self._tables, lists, strict=True):
            table.put(payload, lines)

    def _chosen(self, line: Values) -> int:
        for number, table in enumerate(self._tables):
            if table.fits(line):
                return number
        raise Unfit("no-table", "a line that none of the vendor's lists takes")

    def examine(self, values: Values, look: Lookup, spot: Spot) -> list[Problem]:
        """Everything that is wrong."""
        problems: list[Problem] = []
        for number, line in enumerate(values.get(self._into) or (), 1):
            try:
                table = self._tables[self._chosen(line)]
            except Unfit as unfit:
                problems.append(self._misfit(unfit, number, spot))
            else:
                there = spot.line(self._into, number, table.name)
                problems += table.writer.examine(line, look, there)
        return problems

    def _misfit(self, unfit: Unfit, number: int, spot: Spot) -> Problem:
        name = f"{spot.canonical}{self._into}[{number}]"
        lists = " or ".join(table.name for table in self._tables)
        remedy = f"Say in the mapping where such a line goes: give it a table of its own beside {lists}."
        return Problem(name, "", unfit.code, f"{name} is {unfit.says}.", remedy)


class _ListWriter:
    """One of the vendor's lists: which lines it takes, and how they are written."""

    __slots__ = ("_optional", "_put", "_where", "name", "writer")

    def __init__(self, table: Lines) -> None:
        self.name = dotted_of(table.each)
        self.writer = _RecordWriter([field for field in table.fields if field.writes])
        self._put = _putter(table.each)
        self._where = [(getter(slot), stored) for slot, stored in table.where]
        self._optional = table.optional

    def fits(self, line: Values) -> bool:
        """Whether a line belongs here."""
        return all(get(line) == stored for get, stored in self._where)

    def put(self, payload: Payload, lines: list[Payload]) -> None:
        """Put the finished list into the payload."""
        if lines or not self._optional:
            self._put(payload, lines)
