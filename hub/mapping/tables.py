"""The mapping of one kind and source, understood: its fields, lines, matches and shapes."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from hub.mapping.chosen import Chosen, parse_chosen
from hub.mapping.fields import Field
from hub.mapping.grammar import parse_field
from hub.mapping.layers import dotted_of, table_at, words_of
from hub.mapping.slots import NoSuchField, Sort, anatomy, slot_of
from hub.mapping.terms import held
from hub.model import MODELS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pydantic import BaseModel

    from hub.mapping.fields import Tools, Words
    from hub.mapping.layers import Place
    from hub.mapping.sheets import Cell, LinesSheet, Merged
    from hub.mapping.slots import Slot
    from hub.model import Kind
    from hub.sdk import ConfigurationError

Match = tuple[tuple[str, ...], ...]
"""Lists of canonical fields.

``received_on~5`` means within five days, ``amount~0.05`` within five cents, ``name~85`` that two names are
like each other by at least 85 of 100; ``reference?`` that both agree or one of them does not say.
"""

_WHOLE = frozenset({"applications"})
"""Lists that may be compared as a whole: what a payment is applied to tells it from another one."""
_WIDTH = re.compile(r"\d+(?:\.\d+)?")
_WIDE = (Sort.DATE, Sort.DECIMAL)
_ALIKE = re.compile(r"[1-9]\d?|100")
"""How like two texts have to be, of 100."""


@dataclass(frozen=True, slots=True)
class Lines:
    """A vendor's list that becomes canonical lines.

    Args:
        place: where it is said.
        model: the model of a line.
        each: the path of the vendor's list.
        into: the canonical list.
        where: canonical slot and stored value, by which lines are chosen when writing.
        given: canonical values that every line read from here has.
        optional: whether the list may be absent.
        reads: whether the list is read; else it is only written.
        fields: the fields of a line.
        chosen: the vendor's fields of a line that tables fill.

    """

    place: Place
    model: type[BaseModel]
    each: Words
    into: str
    where: tuple[tuple[Slot, Any], ...]
    given: Mapping[str, Any]
    optional: bool
    reads: bool
    fields: tuple[Field, ...]
    chosen: tuple[Chosen, ...]

    @property
    def name(self) -> str:
        """What the mapping calls it."""
        return self.place.table[-1]

    @property
    def writes(self) -> bool:
        """Whether anything of its lines goes out."""
        return bool(self.chosen) or any(field.writes for field in self.fields)


_Owner = Field | Lines | Chosen
"""What writes a vendor's field."""


@dataclass(frozen=True, slots=True)
class Table:
    """The mapping of one kind and source."""

    kind: Kind
    source: str
    fields: tuple[Field, ...]
    chosen: tuple[Chosen, ...]
    lines: tuple[Lines, ...]
    match: Match
    moved: Match
    near: Match
    renewed: Match
    shapes: tuple[str, ...]

    @property
    def model(self) -> type[BaseModel]:
        """The model of the kind."""
        return MODELS[self.kind]

    @property
    def reads(self) -> bool:
        """Whether it says how anything is read."""
        return bool(self.fields) or any(lines.reads for lines in self.lines)

    @property
    def writes(self) -> bool:
        """Whether anything goes out."""
        written = any(field.writes for field in self.fields) or any(lines.writes for lines in self.lines)
        return written or bool(self.chosen)


def understood(merged: Merged, kind: Kind, source: str, tools: Tools) -> Table:
    """The mapping of a kind and source, checked against the model.

    Raises:
        ConfigurationError: something in it is wrong.

    """
    model = MODELS[kind]
    lines = tuple(_lines(sheet, model, tools) for sheet in merged.lines.values())
    chosen = _chosen(merged.chosen, model, tools)
    fields = _owned(_fields(merged.fields, model, tools), lines, chosen)
    _no_list_twice(lines)
    return Table(
        kind,
        source,
        fields,
        chosen,
        lines,
        match=_match(merged.settings.get("match"), model),
        moved=_match(merged.settings.get("moved"), model),
        near=_match(merged.settings.get("near"), model, loosely=True),
        renewed=_match(merged.settings.get("renewed"), model),
        shapes=_names(merged.settings.get("shapes")),
    )


def _fields(cells: Mapping[str, Cell], model: type[BaseModel], tools: Tools) -> tuple[Field, ...]:
    return tuple(parse_field(name, cell.raw, cell.place, model, tools) for name, cell in cells.items())


def _chosen(cells: Mapping[Words, Cell], model: type[BaseModel], tools: Tools) -> tuple[Chosen, ...]:
    return tuple(parse_chosen(column, cell.raw, cell.place, model, tools) for column, cell in cells.items())


def _owned(fields: Iterable[Field], lines: Iterable[Lines], chosen: Iterable[Chosen]) -> tuple[Field, ...]:
    """The fields, each vendor field written by one of them: the one that insists, else the first."""
    fields = tuple(fields)
    owners: dict[Words, _Owner] = {table.each: table for table in lines if table.writes}
    mute: set[str] = set()
    for field in sorted((field for field in fields if field.writes), key=lambda field: not field.insists):
        taken = next((column for column in field.columns if column in owners), None)
        if taken is None:
            owners |= dict.fromkeys(field.columns, field)
        elif field.insists or not field.reads:
            raise _written_twice(field.place, taken, owners[taken])
        else:
            mute.add(field.name)
    for one in chosen:
        if one.column in owners:
            raise _written_twice(one.place, one.column, owners[one.column])
        owners[one.column] = one
    _no_value_and_document(owners)
    return tuple(replace(field, writes=False) if field.name in mute else field for field in fields)


def _written_twice(place: Place, column: Words, owner: _Owner) -> ConfigurationError:
    other = ".".join(owner.place.key) or owner.place.title
    says = f'"{dotted_of(column)}" is written from here and from "{other}".'
    return place.wrong(says, remedy=f'Take one of them out: "{other}" = false, or say way = "in".')


def _no_value_and_document(owners: Mapping[Words, _Owner]) -> None:
    for column, owner in owners.items():
        for length in range(1, len(column)):
            if column[:length] in owners:
                says = f'"{dotted_of(column[:length])}" would be written as a value and as a document.'
                raise owner.place.wrong(says, remedy='Take one of them out, or say way = "in" for it.')


def _no_list_twice(lines: Iterable[Lines]) -> None:
    seen: set[Words] = set()
    for table in lines:
        if table.each in seen:
            says = f'"{dotted_of(table.each)}" is the list of two tables: every line would count twice.'
            raise table.place.at("each").wrong(
                says, remedy="Use one table whose fields tell the lines apart."
            )
        seen.add(table.each)


def _lines(sheet: LinesSheet, owner: type[BaseModel], tools: Tools) -> Lines:
    into, model = _into(sheet, owner)
    chosen = _chosen(sheet.chosen, model, tools)
    fields = _owned(_fields(sheet.fields, model, tools), (), chosen)
    where = _where(sheet.settings.get("where"), model)
    mapped = {field.name for field in fields if field.reads}
    given = {slot.name: canonical for slot, canonical in where if slot.name not in mapped}
    marks = [(slot, slot.stored(canonical)) for slot, canonical in where]
    marks += [(field.slot, field.slot.stored(field.constant)) for field in fields if _marks(field)]
    optional = sheet.settings.get("optional")
    if optional is not None and not isinstance(optional.raw, bool):
        raise optional.place.wrong("is not true or false.", remedy="Write true or false.")
    return Lines(
        place=sheet.place,
        model=model,
        each=_each(sheet),
        into=into,
        where=tuple(marks),
        given=given,
        optional=optional is not None and optional.raw,
        reads=_reads(sheet),
        fields=fields,
        chosen=chosen,
    )


def _reads(sheet: LinesSheet) -> bool:
    """Whether a list is read, as all are that do not say that they only go out."""
    way = sheet.settings.get("way")
    if way is not None and way.raw != "out":
        raise way.place.wrong('is not "out".', remedy='Write way = "out", or leave it out: then it is read.')
    return way is None


def _marks(field: Field) -> bool:
    """Whether a constant tells the lines of this table from others."""
    return field.constant is not None and field.reads and field.slot.sort is not Sort.REFERENCE


def _into(sheet: LinesSheet, owner: type[BaseModel]) -> tuple[str, type[BaseModel]]:
    lists = anatomy(owner).lists
    cell = sheet.settings.get("into")
    into = str(cell.raw) if cell else "lines"
    if into not in lists:
        place = cell.place if cell else sheet.place
        raise place.wrong(f'there is no list "{into}" to read lines into.', name=into, among=lists)
    return into, lists[into]


def _each(sheet: LinesSheet) -> Words:
    cell = sheet.settings.get("each")
    if cell is None:
        raise sheet.place.wrong("does not say which list it reads.", remedy='Add each = "…".')
    try:
        return words_of(cell.raw if isinstance(cell.raw, str) else "")
    except ValueError:
        raise cell.place.wrong("is no path of a list.", remedy="Write the vendor's field.") from None


def _where(cell: Cell | None, model: type[BaseModel]) -> list[tuple[Slot, Any]]:
    if cell is None:
        return []
    found = []
    for name, value in table_at(cell.place, cell.raw).items():
        place = cell.place.at(name)
        slot = _slot(name, model, place)
        found.append((slot, held(slot, value, place)))
    return found


def _match(cell: Cell | None, model: type[BaseModel], *, loosely: bool = False) -> Match:
    """Lists of fields; only what a person is asked about may compare texts loosely."""
    if cell is None:
        return ()
    if not isinstance(cell.raw, list) or not all(isinstance(names, list) and names for names in cell.raw):
        raise cell.place.wrong("is not a list of lists of fields.", remedy='Write [["number"], ["name"]].')
    lists = tuple(
        tuple(_compared(name, model, cell.place, loosely=loosely) for name in names) for names in cell.raw
    )
    if not all(any(_tells(name, model) for name in names) for names in lists):
        says = "has a list without a field in which two records have to be equal."
        raise cell.place.wrong(says, remedy='Add one, such as "client".')
    return lists


def _tells(name: str, model: type[BaseModel]) -> bool:
    """Whether a field leads from one record to another: it is equal, or a text that is much alike."""
    plain, wide, _ = name.partition("~")
    return anatomy(model).slots[plain].sort is Sort.TEXT if wide else name[-1] != "?"


def _compared(said: object, model: type[BaseModel], place: Place, *, loosely: bool) -> str:
    """A field of a match, with how far two values may lie apart, or whether one may say nothing."""
    name, wide, width = str(said).partition("~")
    optional = name.endswith("?")
    if name.removesuffix("?") in _WHOLE & model.model_fields.keys() and not wide:
        return name
    slot = _slot(name.removesuffix("?"), model, place)
    if not wide:
        return f"{slot.name}?" if optional else slot.name
    widths = _ALIKE if loosely and _is_text(slot) else _WIDTH
    if optional or not (slot.sort in _WIDE or widths is _ALIKE) or not widths.fullmatch(width):
        says = f'"{said}" does not say how far apart two values may lie.'
        remedy = 'Write "received_on~5" for five days, "amount~0.05", or under near "name~85" of 100.'
        raise place.wrong(says, remedy=remedy)
    return f"{slot.name}~{width}"


def _is_text(slot: Slot) -> bool:
    """Whether a field holds one text that may be compared loosely."""
    return slot.sort is Sort.TEXT and not slot.many and len(slot.words) == 1


def _slot(name: object, model: type[BaseModel], place: Place) -> Slot:
    try:
        return slot_of(model, tuple(str(name).split(".")))
    except NoSuchField as error:
        raise place.wrong(str(error), name=error.name, among=error.among) from None


def _names(cell: Cell | None) -> tuple[str, ...]:
    if cell is None:
        return ()
    if not isinstance(cell.raw, list) or not all(isinstance(name, str) for name in cell.raw):
        raise cell.place.wrong("is not a list of names.", remedy='Write ["name"].')
    return tuple(cell.raw)
