"""Changing TOML files that a person wrote, with their comments and order kept."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, MutableMapping
from typing import TYPE_CHECKING, Any, Literal

import tomlkit

from hub.app.private_file import write_whole
from hub.sdk import HubError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from hub.model import Kind

FieldTable = Mapping[str, Any] | Literal[False]
"""How a field is mapped, or ``False`` where it is taken out."""

_NEW_MAPPING = """\
# What this firm has confirmed or changed of the shipped mapping; `hub connect` writes here.
"""


def save_connection(path: Path, name: str, settings: Mapping[str, Any]) -> None:
    """Put a connection into hub.toml, or change the given settings of one that is there.

    Raises:
        HubError: the file is written in a way that cannot be changed by a program.

    """

    def change(document: MutableMapping[str, Any]) -> None:
        if "connections" not in document:
            document["connections"] = _holder(document)
        table = document["connections"].setdefault(name, _new_table(document))
        for key, value in settings.items():
            table[key] = value

    _change(path, change, _text_of(path))


def save_fields(path: Path, fields: Mapping[tuple[Kind, str], FieldTable]) -> None:
    """Put fields of a mapping into a workspace's mapping file, for every source of their kind.

    A field that the file maps for some of its sources only is changed there.

    Raises:
        HubError: the file is written in a way that cannot be changed by a program.

    """

    def change(document: MutableMapping[str, Any]) -> None:
        for (kind, field), table in fields.items():
            _put_field(document, kind.value, field, table)

    _change(path, change, _text_of(path) if path.exists() else _NEW_MAPPING)


def _put_field(document: MutableMapping[str, Any], kind: str, field: str, table: FieldTable) -> None:
    if kind not in document:
        document[kind] = _holder(document)
    tables = document[kind]
    holders = [
        source["fields"]
        for source in tables.values()
        if isinstance(source, MutableMapping) and field in source.get("fields", {})
    ]
    for fields in holders or [tables.setdefault("fields", _new_table(document))]:
        fields[field] = _inline(table, document)


def _change(path: Path, change: Callable[[MutableMapping[str, Any]], None], text: str) -> None:
    """Change text and data alike, and write the text only if it says what the data says."""
    line_end = "\r\n" if "\r\n" in text else "\n"
    document = tomlkit.parse(text.replace("\r\n", "\n"))
    expected = tomllib.loads(text)
    change(document)
    change(expected)
    changed = tomlkit.dumps(document)
    if _parsed(changed) != expected:
        message = f"{path} is written in a way that cannot be changed without risk."
        raise HubError(message, remedy="Gather its tables of one name in one place, and try again.")
    write_whole(path, changed.replace("\n", line_end))


def _text_of(path: Path) -> str:
    return path.read_bytes().decode("utf-8-sig")


def _parsed(text: str) -> dict[str, Any] | None:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None


def _holder(document: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A table that has no header of its own: only tables stand in it."""
    return tomlkit.table(is_super_table=True) if isinstance(document, tomlkit.TOMLDocument) else {}


def _new_table(document: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return tomlkit.table() if isinstance(document, tomlkit.TOMLDocument) else {}


def _inline(table: FieldTable, document: MutableMapping[str, Any]) -> object:
    if table is False or not isinstance(document, tomlkit.TOMLDocument):
        return table
    inline = tomlkit.inline_table()
    for key, value in table.items():
        inline[key] = _inline(value, document) if isinstance(value, Mapping) else value
    return inline
