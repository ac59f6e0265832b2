"""From stored canonical values to a system's record, compiled once for each kind."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hub.mapping.complaints import Spot, no_row, unwritten
from hub.mapping.layers import dotted_of
from hub.mapping.problems import Problem, Unfit, Untranslatable
from hub.mapping.routes import getter
from hub.mapping.steps import fetch_of, is_dispensable, pick_of, putter, step_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from hub.mapping.chosen import Chosen, Scalar
    from hub.mapping.fields import Field
    from hub.mapping.routes import Lookup
    from hub.mapping.steps import Payload, Values
    from hub.mapping.tables import Lines, Table
    from hub.sdk import Shape


class Outward:
    """Writes the records of one kind.

    Args:
        source: the record type that is written; empty where the system has only one.
        fields: the canonical fields that are written, paths included; not those of lines.
        two_way: those of them for which reading gives back what was written.
        path_kinds: the kinds whose values it looks up.
        reference_kinds: the kinds whose ids at the target it looks up.
        dispensable: the references that are left out where what they refer to is gone.
        chosen: vendor field → what the rows of its table may write there; of lines, the vendor field stands
            behind the name of their table.

    """

    __slots__ = (
        "_shapes",
        "_table",
        "_whole_writer",
        "_writer",
        "chosen",
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
        self.path_kinds = frozenset().union(
            *(field.through for field in all_writing), *(one.through for _, one in _all_chosen(table))
        )
        self.reference_kinds = frozenset(kind for field in all_writing for kind in field.held_kinds)
        self.dispensable = frozenset(field.name for field in writing if field.kinds and is_dispensable(field))
        self.chosen: Mapping[str, tuple[Scalar, ...]] = {
            name: one.outcomes for name, one in _all_chosen(table)
        }
        self._writer = _RecordWriter(writing, table.chosen, table.lines)
        self._whole_writer: _RecordWriter | None = None
        """Made for the first update; it writes of every optional field that it is empty."""
        self._table = table
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
        writer = self._whole() if whole else self._writer
        try:
            return writer.write(values, look)
        except Unfit:
            problems = self._writer.examine(values, look, Spot())
        raise Untranslatable(problems)

    def _whole(self) -> _RecordWriter:
        if self._whole_writer is None:
            table = self._table
            every = [replace(field, optional=False) for field in table.fields if field.writes]
            all_lines = [replace(lines, optional=False) for lines in table.lines]
            self._whole_writer = _RecordWriter(every, table.chosen, all_lines)
        return self._whole_writer

    def _shaped(self, values: Values) -> Values:
        record: Any = self._table.model.model_validate(values)
        for shape in self._shapes:
            record = shape(record)
        shaped: Values = record.model_dump(mode="json", exclude_defaults=True)
        return shaped


def _all_chosen(table: Table) -> Iterator[tuple[str, Chosen]]:
    """All that tables fill, by the name of the vendor's field."""
    for one in table.chosen:
        yield dotted_of(one.column), one
    for lines in table.lines:
        for one in lines.chosen:
            yield dotted_of((lines.name, *one.column)), one


class _RecordWriter:
    """Writes a record, or a line of one: fast, and where that fails says all that is wrong."""

    __slots__ = ("_chosen", "_fields", "_groups", "_steps")

    def __init__(
        self, fields: Sequence[Field], chosen: Sequence[Chosen], lines: Sequence[Lines] = ()
    ) -> None:
        self._fields = [(field, step_of(field)) for field in fields]
        self._chosen = chosen
        writing = [table for table in lines if table.writes]
        names = dict.fromkeys(table.into for table in writing)
        self._groups = [_Group(into, [table for table in writing if table.into == into]) for into in names]
        picks = [pick_of(one) for one in chosen]
        self._steps = [*(step for _, step in self._fields), *picks, *(group.write for group in self._groups)]

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
                problems.append(unwritten(field, unfit, fetch_of(field)(values, look), spot))
        for one in self._chosen:
            try:
                one.pick(values, look)
            except Unfit:
                problems.append(no_row(one, one.dimensions(values, look), spot))
        for group in self._groups:
            problems += group.examine(values, look, spot)
        return problems


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
            number = self._number(line)
            lists[number].append(self._tables[number].writer.write(line, look))
        for table, lines in zip(self._tables, lists, strict=True):
            table.put(payload, lines)

    def _number(self, line: Values) -> int:
        for number, table in enumerate(self._tables):
            if table.fits(line):
                return number
        raise Unfit("no-table", "a line that none of the vendor's lists takes")

    def examine(self, values: Values, look: Lookup, spot: Spot) -> list[Problem]:
        """Everything that is wrong."""
        problems: list[Problem] = []
        for number, line in enumerate(values.get(self._into) or (), 1):
            try:
                table = self._tables[self._number(line)]
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
        self.writer = _RecordWriter([field for field in table.fields if field.writes], table.chosen)
        self._put = putter(table.each)
        self._where = [(getter(slot), stored) for slot, stored in table.where]
        self._optional = table.optional

    def fits(self, line: Values) -> bool:
        """Whether a line belongs here."""
        return all(get(line) == stored for get, stored in self._where)

    def put(self, payload: Payload, lines: list[Payload]) -> None:
        """Put the finished list into the payload."""
        if lines or not self._optional:
            self._put(payload, lines)
