"""Shared mappings as data: found in plugins and the workspace, layered, and compiled."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from hub.app.toml_file import nearest, parse_toml
from hub.mapping import compile_mapping, load_layers
from hub.sdk import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.resources.abc import Traversable
    from pathlib import Path

    from hub.app.config_schema import Connection
    from hub.app.plugins import PluginHost
    from hub.mapping import Layer, SystemMapping

_NAME = re.compile(r"[\w-]+(/[\w-]+)*")
_COLUMNS = ("code", "parent", "name")


class Code(NamedTuple):
    """One code of a code list, such as a UTBMS task code."""

    code: str
    parent: str
    name: str


class MappingFiles:
    """The mapping files of all plugins and of one workspace, whose own come last and win."""

    def __init__(self, roots: Sequence[Traversable], folder: Path | None = None) -> None:
        self._roots = roots
        self._own = [folder / "mappings"] if folder else []
        self._code_lists: dict[str, tuple[Code, ...]] = {}

    @property
    def shipped(self) -> tuple[str, ...]:
        """The folders that plugins bring, in the order in which they count."""
        return tuple(map(str, self._roots))

    @property
    def has_own_lists(self) -> bool:
        """Whether the workspace has code lists of its own."""
        return any(True for folder in self._own for _ in folder.rglob("*.csv"))

    def layers(self, connector: str, connection: str) -> list[Layer]:
        """The layers of a connection's mapping: shipped, the workspace's, the connection's own.

        Raises:
            ConfigurationError: a file is not TOML; names file and line.

        """
        found = [*self._texts(f"{connector}.toml", [*self._roots, *self._own])]
        if connection != connector:
            found += self._texts(f"{connection}.toml", self._own)
        return load_layers(found)

    def codes(self, name: str) -> tuple[Code, ...]:
        """A code list such as ``utbms/activity``; the workspace's file replaces the shipped one.

        Raises:
            ConfigurationError: there is no such list, or it has not the columns code, parent, name.

        """
        if name not in self._code_lists:
            found = self._found(name, ".csv")
            if not found:
                raise self._absent("code list", name, ".csv")
            self._code_lists[name] = tuple(_codes(*found[-1]))
        return self._code_lists[name]

    def spellings(self, name: str) -> dict[str, str]:
        """A code list as a mapping reads it: each code, and each name that has but one, → the code.

        Raises:
            ConfigurationError: as for ``codes``.

        """
        listed = self.codes(name)
        uses = Counter(one.name for one in listed)
        named = {one.name: one.code for one in listed if one.name and uses[one.name] == 1}
        return named | {one.code: one.code for one in listed}

    def profile(self, name: str) -> Mapping[str, Any]:
        """A portal's profile: ``portals/<name>.toml`` over ``portals/default.toml``, the workspace's last.

        Raises:
            ConfigurationError: there is no such profile, or it is not TOML.

        """
        named = self.data(f"portals/{name}")
        return (
            _merged(self.data("portals/default"), named) if self._found("portals/default", ".toml") else named
        )

    def data(self, name: str) -> Mapping[str, Any]:
        """A data file by its name without suffix; a code list comes as code → parent and name.

        Raises:
            ConfigurationError: there is no such file, or it cannot be read.

        """
        if texts := self._found(name, ".toml"):
            merged: Mapping[str, Any] = {}
            for origin, text in texts:
                merged = _merged(merged, parse_toml(text, origin))
            return merged
        if self._found(name, ".csv"):
            return {one.code: {"parent": one.parent, "name": one.name} for one in self.codes(name)}
        raise self._absent("mapping data", name, ".toml")

    def _found(self, name: str, suffix: str) -> list[tuple[str, str]]:
        # A name may come from a portal profile or a mapping: it never leads out of the folder.
        if not _NAME.fullmatch(name):
            return []
        return list(self._texts(f"{name}{suffix}", [*self._roots, *self._own]))

    def _texts(self, name: str, roots: Sequence[Traversable]) -> Iterator[tuple[str, str]]:
        for root in roots:
            file = root.joinpath(*name.split("/"))
            if file.is_file():
                yield f"{root.name}/{name}", _text(file, f"{root.name}/{name}")

    def _absent(self, what: str, name: str, suffix: str) -> ConfigurationError:
        folder, slash, last = name.rpartition("/")
        known = {
            file.name.removesuffix(suffix)
            for root in (*self._roots, *self._own)
            if (place := root.joinpath(*folder.split("/"))).is_dir()
            for file in place.iterdir()
            if file.name.endswith(suffix)
        }
        remedy = nearest(last, known) or f"Put it at mappings/{folder}{slash}{last}{suffix}."
        return ConfigurationError(f"There is no {what} '{name}'.", remedy=remedy)


def system_mapping(files: MappingFiles, connection: Connection, host: PluginHost) -> SystemMapping:
    """The compiled mapping of a connection.

    Raises:
        ConfigurationError: there is no mapping for its connector, or it is wrong.

    """
    layers = files.layers(connection.connector, connection.name)
    if not layers:
        remedy = f"Write mappings/{connection.connector}.toml; the mapping language is in the docs."
        raise ConfigurationError(f"Nobody has a mapping for '{connection.connector}'.", remedy=remedy)
    said = _Said(
        tuple((layer.origin, layer.text) for layer in layers),
        files.shipped,
        tuple((name, *map(id, pair)) for name, pair in host.converters.items()),
        tuple((name, id(shape)) for name, shape in host.shapes.items()),
        files,
        host,
    )
    return _compile(said) if files.has_own_lists else _compile_once(said)


@dataclass(frozen=True, slots=True)
class _Said:
    """All that a compiled mapping depends on, but for code lists of the workspace's own."""

    texts: tuple[tuple[str, str], ...]
    lists: tuple[str, ...]
    converters: tuple[tuple[str | int, ...], ...]
    shapes: tuple[tuple[str, int], ...]
    files: MappingFiles = field(compare=False)
    host: PluginHost = field(compare=False)
    """Keeps what the numbers of converters and shapes stand for."""


def _compile(said: _Said) -> SystemMapping:
    host = said.host
    return compile_mapping(
        load_layers(said.texts),
        codes=said.files.spellings,
        converters=host.converters,
        shapes=host.shapes,
    )


_compile_once = lru_cache(maxsize=16)(_compile)
"""Connections that say the same share it, and so does whoever opens a workspace again."""


def field_table(layers: Sequence[Layer], kind: str, field: str) -> Mapping[str, Any]:
    """How a canonical field is mapped now, as it stands in the files; empty where it is not."""
    for layer in reversed(layers):
        tables = layer.tables.get(kind, {})
        sources = [table for table in tables.values() if isinstance(table, Mapping) and "fields" in table]
        for fields in (*(table["fields"] for table in sources), tables.get("fields", {})):
            if field in fields:
                spec = fields[field]
                return spec if isinstance(spec, Mapping) else {}
    return {}


def _text(file: Traversable, origin: str) -> str:
    try:
        return file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ConfigurationError(f"{origin} is not UTF-8 text.", remedy="Save it as UTF-8.") from None


def _codes(origin: str, text: str) -> Iterator[Code]:
    rows = csv.DictReader(io.StringIO(text, newline=""))
    if absent := [column for column in _COLUMNS if column not in (rows.fieldnames or ())]:
        message = f"{origin}: the column {absent[0]} is missing."
        raise ConfigurationError(message, remedy="The columns are code, parent and name.")
    for row in rows:
        yield Code(*((row[column] or "").strip() for column in _COLUMNS))


def _merged(under: Mapping[str, Any], over: Mapping[str, Any]) -> Mapping[str, Any]:
    merged = dict(under)
    for key, value in over.items():
        below = merged.get(key)
        is_table = isinstance(below, Mapping) and isinstance(value, Mapping)
        merged[key] = _merged(merged[key], value) if is_table else value
    return merged
