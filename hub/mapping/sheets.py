"""Mapping files put together: for one kind and source, what all layers say of it in the end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from hub.mapping.grammar import KEYS
from hub.mapping.layers import Place, dotted_of, table_at
from hub.mapping.terms import vendor_words
from hub.model import KIND_ORDER, Kind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hub.mapping.fields import Words
    from hub.mapping.layers import Layer

_OF_SOURCE = ("fields", "lines", "chosen", "match", "moved", "near", "renewed", "shapes")
_OF_KIND = (*_OF_SOURCE, "write")
_OF_LINES = ("each", "into", "where", "optional", "way", "fields", "chosen")


class Cell(NamedTuple):
    """What a file says, and where it says so."""

    place: Place
    raw: Any


class Sheet(NamedTuple):
    """One table of one file: what it says of a kind, for one source or (empty) for all."""

    kind: Kind
    source: str
    place: Place
    body: Mapping[str, Any]


@dataclass(slots=True)
class LinesSheet:
    """What all layers say of one list of lines."""

    place: Place
    settings: dict[str, Cell] = field(default_factory=dict)
    fields: dict[str, Cell] = field(default_factory=dict)
    chosen: dict[Words, Cell] = field(default_factory=dict)

    def plain(self) -> dict[str, Any]:
        """All of it without places, for a digest."""
        return {"fields": _raw(self.fields), "chosen": _raw_chosen(self.chosen), **_raw(self.settings)}


@dataclass(slots=True)
class Merged:
    """What all layers say of one kind and source."""

    fields: dict[str, Cell] = field(default_factory=dict)
    lines: dict[str, LinesSheet] = field(default_factory=dict)
    chosen: dict[Words, Cell] = field(default_factory=dict)
    settings: dict[str, Cell] = field(default_factory=dict)

    def plain(self) -> dict[str, Any]:
        """All of it without places, for a digest."""
        return {
            "fields": _raw(self.fields),
            "chosen": _raw_chosen(self.chosen),
            "lines": {name: sheet.plain() for name, sheet in self.lines.items()},
            **_raw(self.settings),
        }


def _raw(cells: Mapping[str, Cell]) -> dict[str, Any]:
    return {name: cell.raw for name, cell in cells.items()}


def _raw_chosen(cells: Mapping[Words, Cell]) -> dict[str, Any]:
    return {dotted_of(column): cell.raw for column, cell in cells.items()}


def sheets_of(layers: Iterable[Layer]) -> list[Sheet]:
    """The tables of all files, in the order in which they count: later ones win.

    Raises:
        ConfigurationError: a name that stands where it means nothing.

    """
    return [sheet for layer in layers for sheet in _of_layer(layer)]


def _of_layer(layer: Layer) -> Iterator[Sheet]:
    for name, raw in layer.tables.items():
        place = Place(layer, (name,))
        if name not in KIND_ORDER:
            raise place.wrong(f'there is no kind of record "{name}".', name=name, among=KIND_ORDER)
        yield from _of_kind(Kind(name), place, table_at(place, raw))


def _of_kind(kind: Kind, place: Place, body: Mapping[str, Any]) -> Iterator[Sheet]:
    yield Sheet(kind, "", place, {name: raw for name, raw in body.items() if name in _OF_KIND})
    for name, raw in body.items():
        if name in _OF_KIND:
            continue
        if not isinstance(raw, Mapping):
            raise place.at(name).wrong(f'"{name}" means nothing here.', name=name, among=_OF_KIND)
        inside = place.within(name)
        for inner in raw:
            if inner not in _OF_SOURCE:
                says = f'"{inner}" means nothing in the table of the source "{name}".'
                raise inside.at(inner).wrong(says, name=inner, among=_OF_SOURCE)
        yield Sheet(kind, name, inside, raw)


def merged(sheets: Iterable[Sheet], kind: Kind, source: str) -> Merged:
    """What the sheets say of a kind and source in the end."""
    found = Merged()
    for sheet in sheets:
        if sheet.kind is kind and sheet.source in ("", source):
            _merge(found, sheet)
    return found


def _merge(found: Merged, sheet: Sheet) -> None:
    place, body = sheet.place, sheet.body
    _merge_fields(found.fields, place.within("fields"), body.get("fields", {}))
    _merge_chosen(found.chosen, place.within("chosen"), body.get("chosen", {}))
    _merge_lines(found.lines, place.within("lines"), body.get("lines", {}))
    for name in ("match", "moved", "near", "renewed", "shapes", "write"):
        if name in body:
            found.settings[name] = Cell(place.at(name), body[name])


def _merge_fields(found: dict[str, Cell], place: Place, raw: object) -> None:
    for name, cell in _flat((), place, table_at(place, raw)):
        if cell.raw is False:
            found.pop(name, None)
        else:
            found[name] = cell


def _flat(words: tuple[str, ...], place: Place, raw: Mapping[str, Any]) -> Iterator[tuple[str, Cell]]:
    """The fields of a table. TOML reads an unquoted ``address.city`` as a table in a table."""
    for name, value in raw.items():
        dotted, here = (*words, name), place.at(name)
        if _nests(value):
            yield from _flat(dotted, here, value)
        else:
            yield ".".join(dotted), Cell(here, value)


def _nests(value: object) -> bool:
    return (
        isinstance(value, Mapping)
        and bool(value)
        and not KEYS & value.keys()
        and all(isinstance(inner, Mapping) or inner is False for inner in value.values())
    )


def _merge_chosen(found: dict[Words, Cell], place: Place, raw: object) -> None:
    for column, cell in _vendor_fields((), place, table_at(place, raw)):
        if cell.raw is False:
            found.pop(column, None)
        else:
            found[column] = cell


def _vendor_fields(words: Words, place: Place, raw: Mapping[str, Any]) -> Iterator[tuple[Words, Cell]]:
    """The vendor fields of a table, be their dotted names in quotes or not."""
    for name, value in raw.items():
        here = place.at(name)
        column = (*words, *vendor_words(name, here))
        if isinstance(value, Mapping) and value:
            yield from _vendor_fields(column, here, value)
        else:
            yield column, Cell(here, value)


def _merge_lines(found: dict[str, LinesSheet], place: Place, raw: object) -> None:
    for name, value in table_at(place, raw).items():
        if value is False:
            found.pop(name, None)
            continue
        inside = place.within(name)
        sheet = found.setdefault(name, LinesSheet(inside))
        for key, inner in table_at(inside, value).items():
            if key not in _OF_LINES:
                raise inside.at(key).wrong(f'"{key}" means nothing here.', name=key, among=_OF_LINES)
            if key not in ("fields", "chosen"):
                sheet.settings[key] = Cell(inside.at(key), inner)
        _merge_fields(sheet.fields, inside.within("fields"), value.get("fields", {}))
        _merge_chosen(sheet.chosen, inside.within("chosen"), value.get("chosen", {}))
