"""What commands print: results on stdout, notes on stderr, one JSON document where it was asked for."""

from __future__ import annotations

import io
import re
import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

_GAP = "  "


class Screen:
    """The place for a command's output. With ``--json`` only ``document`` reaches stdout."""

    def __init__(self, *, json_wanted: bool = False, quiet: bool = False) -> None:
        self.json_wanted = json_wanted
        self.quiet = quiet

    def say(self, text: str = "") -> None:
        """Print a line of the result for a person."""
        if not self.json_wanted:
            click.echo(printable(text))

    def table(self, head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Print a table for a person; aligned plain lines where stdout is no terminal."""
        if self.json_wanted:
            return
        cells = [[printable(str(cell)) for cell in row] for row in rows]
        if sys.stdout.isatty():
            _rich_table(head, cells)
        else:
            _plain_table(head, cells)

    def tell(self, text: str) -> None:
        """Print a note about what is going on, unless told to be quiet; never part of the result."""
        if not self.quiet:
            click.echo(printable(text), err=True)

    def document(self, content: Mapping[str, object]) -> None:
        """Print the result as JSON, where it was asked for; once for each command."""
        if self.json_wanted:
            print_json(content)


def print_json(content: Mapping[str, object]) -> None:
    """Print a document; what JSON has no word for (amounts, dates, paths) goes as text."""
    import json  # noqa: PLC0415 -- `hub --help` starts fast without it

    click.echo(json.dumps(content, indent=2, ensure_ascii=False, default=_plain))


def printable(text: str) -> str:
    """The text without characters that would steer a terminal: it may come from any system."""
    return "".join(
        char if char.isprintable() or char in "\n\t" else "\N{REPLACEMENT CHARACTER}" for char in text
    )


def as_word(path: Path) -> str:
    """A path as it is typed in a shell, on Windows too."""
    text = str(path)
    return text if re.fullmatch(r"[\w./\\:~+-]+", text) else f'"{text}"'


def use_utf8() -> None:
    """Print UTF-8 whatever the code page, so that a name never stops a run."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _plain(value: object) -> object:
    return sorted(value) if isinstance(value, frozenset | set) else str(value)


def _plain_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    lines = [list(head), *(list(row) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        padded = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        click.echo(_GAP.join(padded).rstrip())


def _rich_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    from rich import box  # noqa: PLC0415 -- slow to import, and wanted on a terminal only
    from rich.console import Console  # noqa: PLC0415 -- as above
    from rich.table import Table  # noqa: PLC0415 -- as above
    from rich.text import Text  # noqa: PLC0415 -- as above

    table = Table(*head, box=box.SIMPLE_HEAD)
    for row in rows:
        table.add_row(*map(Text, row))
    Console().print(table)
