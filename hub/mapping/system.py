"""The mapping of one system: all its kinds and sources, compiled, both directions."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from hub.mapping.crosswalks import Crosswalk
from hub.mapping.fields import Tools
from hub.mapping.grammar import BUILT_IN
from hub.mapping.inward import Inward
from hub.mapping.layers import Layer
from hub.mapping.outward import Outward
from hub.mapping.sheets import merged, sheets_of
from hub.mapping.tables import understood
from hub.model import KIND_ORDER
from hub.sdk import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from hub.mapping.sheets import Merged, Sheet
    from hub.mapping.tables import Match, Table
    from hub.model import Kind
    from hub.sdk import Converter, Shape

_LANGUAGE = 1
"""Raised when the language comes to mean something else, so that everything is translated anew."""


class SystemMapping:
    """How the records of one system become canonical, and back.

    Args:
        digest: changes with every edit that changes what the mapping means.
        kinds: the kinds that it maps, in the order in which they depend on each other.

    """

    def __init__(
        self,
        tables: Mapping[tuple[Kind, str], Table],
        outwards: Mapping[Kind, Outward],
        digest: str,
        crosswalks: Mapping[str, Crosswalk],
    ) -> None:
        self.digest = digest
        self.crosswalks = crosswalks
        """Those that its fields name."""
        self.kinds: tuple[Kind, ...] = tuple(kind for kind in KIND_ORDER if (kind, "") in tables)
        self._tables = tables
        self._outwards = outwards
        self._inwards: dict[tuple[Kind, str], Inward] = {}
        """Made when they are first asked for: a run reads few of the kinds that a mapping knows."""

    def inward(self, kind: Kind, source: str) -> Inward | None:
        """How records of a source are read; a source without a table of its own is read by the kind's."""
        return self._read_by((kind, source)) or self._read_by((kind, ""))

    def _read_by(self, key: tuple[Kind, str]) -> Inward | None:
        table = self._tables.get(key)
        if table is None or not table.reads:
            return None
        if key not in self._inwards:
            self._inwards[key] = Inward(table)
        return self._inwards[key]

    def outward(self, kind: Kind) -> Outward | None:
        """How records of a kind are written; ``None`` where the mapping does not say how."""
        return self._outwards.get(kind)

    def sources(self, kind: Kind) -> tuple[str, ...]:
        """The sources of a kind that have a table of their own, and the kind's general one."""
        return tuple(source for named, source in self._tables if named is kind)

    def match(self, kind: Kind, source: str) -> Match:
        """The lists of canonical fields by which two records are known to be the same."""
        table = self._table(kind, source)
        return table.match if table else ()

    def moved(self, kind: Kind, source: str) -> Match:
        """The lists by which a row that left one table of the system is known again in another."""
        table = self._table(kind, source)
        return table.moved if table else ()

    def near(self, kind: Kind, source: str) -> Match:
        """The lists of fields by which two records may be the same, so that a person is asked."""
        table = self._table(kind, source)
        return table.near if table else ()

    def renewed(self, kind: Kind, source: str) -> Match:
        """The lists by which a new row may be one that has just left, under another id."""
        table = self._table(kind, source)
        return table.renewed if table else ()

    def _table(self, kind: Kind, source: str) -> Table | None:
        return self._tables.get((kind, source)) or self._tables.get((kind, ""))


def compile_mapping(
    layers: Sequence[Layer | tuple[str, Mapping[str, Any]]],
    *,
    codes: Callable[[str], Mapping[str, str]],
    converters: Mapping[str, Converter],
    shapes: Mapping[str, Shape],
    crosswalks: Callable[[str], Crosswalk] = Crosswalk,
) -> SystemMapping:
    """Put the layers together, check them, and compile them.

    Args:
        layers: the mapping files, the later ones overriding the earlier.
        codes: gives a code list by its name: code or name → code; LookupError for an unknown one.
        converters: what plugins registered for ``as``.
        shapes: what plugins registered for ``shapes``.
        crosswalks: gives a crosswalk by its name; one without rows where there is none.

    Raises:
        ConfigurationError: something is wrong; names file, line, table, key, and what would be right.

    """
    _no_clash(converters)
    sheets = sheets_of(Layer(*layer) for layer in layers)
    tools = Tools(codes, converters, crosswalks)
    whole = {key: merged(sheets, *key) for key in _keys(sheets)}
    tables = {(kind, source): understood(it, kind, source, tools) for (kind, source), it in whole.items()}
    outwards = {
        kind: Outward(tables[kind, source], _shapes(whole[kind, source], tables[kind, source], shapes))
        for kind, source in _written(whole)
        if tables[kind, source].writes
    }
    for key, table in tables.items():
        _shapes(whole[key], table, shapes)
    return SystemMapping(tables, outwards, _digest(whole, tools), tools.walked)


def _no_clash(converters: Iterable[str]) -> None:
    for name in converters:
        if name in BUILT_IN:
            remedy = "Uninstall the plugin that registers it, or tell its author."
            raise ConfigurationError(
                f'A plugin registers a converter "{name}", which is the hub\'s own.', remedy=remedy
            )


def _keys(sheets: Iterable[Sheet]) -> list[tuple[Kind, str]]:
    """Every kind and source that is named; the general table of a kind has an empty source."""
    return list(dict.fromkeys((sheet.kind, sheet.source) for sheet in sheets))


def _written(whole: Mapping[tuple[Kind, str], Merged]) -> list[tuple[Kind, str]]:
    """For each kind the source that is written, where that is clear."""
    found = []
    for kind in dict.fromkeys(kind for kind, _ in whole):
        sources = [source for named, source in whole if named is kind and source]
        cell = whole[kind, ""].settings.get("write")
        if cell is not None and cell.raw not in sources:
            says = f'there is no source "{cell.raw}" to write to.'
            raise cell.place.wrong(says, name=str(cell.raw), among=sources)
        if cell is not None:
            found.append((kind, cell.raw))
        elif len(sources) <= 1:
            found.append((kind, sources[0] if sources else ""))
    return found


def _shapes(whole: Merged, table: Table, shapes: Mapping[str, Shape]) -> list[Shape]:
    for name in table.shapes:
        if name not in shapes:
            place = whole.settings["shapes"].place
            raise place.wrong(f'there is no shape "{name}".', name=name, among=shapes)
    return [shapes[name] for name in table.shapes]


def _digest(whole: Mapping[tuple[Kind, str], Merged], tools: Tools) -> str:
    said = {f"{kind} {source}": it.plain() for (kind, source), it in whole.items()}
    walked = {name: [walk.inward, walk.outward, walk.open] for name, walk in tools.walked.items()}
    text = json.dumps([_LANGUAGE, said, tools.used, walked], default=repr)
    return hashlib.sha256(text.encode()).hexdigest()
