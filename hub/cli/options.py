"""The options of every command; they may stand before or after its name."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hub.cli.output import Screen

if TYPE_CHECKING:
    from collections.abc import Callable


def _home() -> Path:
    return Path(os.environ.get("HUB_HOME") or ".")


@dataclass(slots=True)
class Globals:
    """What was said about the workspace and the output."""

    folder: Path = field(default_factory=_home)
    json: bool = False
    verbosity: int = 0
    """-1 with ``-q``, 1 with ``-v``, 2 with ``-vv``."""

    @property
    def screen(self) -> Screen:
        """Where results and notes go."""
        return Screen(json_wanted=self.json, quiet=self.verbosity < 0)


pass_globals = click.make_pass_decorator(Globals)
"""Hands a command the Globals as its first argument."""


def _folder(said: Globals, value: str) -> None:
    said.folder = Path(value)


def _louder(said: Globals, value: int) -> None:
    _set_verbosity(said, min(max(said.verbosity, 0) + value, 2))


def _quiet(said: Globals, _value: object) -> None:
    _set_verbosity(said, -1)


def _set_verbosity(said: Globals, verbosity: int) -> None:
    from hub.cli.log import set_verbosity  # noqa: PLC0415 -- `hub --help` starts fast without logging

    said.verbosity = verbosity
    set_verbosity(verbosity)


def _json(said: Globals, _value: object) -> None:
    said.json = True


def _callback(
    note: Callable[[Globals, Any], None],
) -> Callable[[click.Context, click.Parameter, object], None]:
    def callback(context: click.Context, _option: click.Parameter, value: object) -> None:
        if value:  # an option that is left out on one side of the command takes nothing back
            note(context.find_root().ensure_object(Globals), value)

    return callback


def _options(*, hidden: bool) -> list[click.Option]:
    shared: dict[str, Any] = {"expose_value": False, "hidden": hidden}
    return [
        click.Option(
            ["-C", "global_folder"],
            metavar="DIR",
            help="The workspace; else HUB_HOME, else this folder.",
            callback=_callback(_folder),
            **shared,
        ),
        click.Option(
            ["-v", "global_verbose"],
            count=True,
            help="Tell more; -vv still more.",
            callback=_callback(_louder),
            **shared,
        ),
        click.Option(
            ["-q", "global_quiet"],
            is_flag=True,
            help="Leave out notes and progress.",
            callback=_callback(_quiet),
            **shared,
        ),
        click.Option(
            ["--json", "global_json"],
            is_flag=True,
            help="One JSON document on stdout.",
            callback=_callback(_json),
            **shared,
        ),
    ]


def add_global_options(command: click.Command, *, hidden: bool = True) -> click.Command:
    """Let the global options stand after a command's name too, where it has none of the same name."""
    taken = {name for option in command.params for name in option.opts}
    command.params += [option for option in _options(hidden=hidden) if not taken.intersection(option.opts)]
    if isinstance(command, click.Group):
        for member in command.commands.values():
            add_global_options(member)
    return command
