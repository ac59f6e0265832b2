"""``hub sandbox``: stand-ins of systems, to try things with; they come from plugins."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

import click

from hub.cli.options import Globals, add_global_options, pass_globals

if TYPE_CHECKING:
    from collections.abc import Mapping


class Sandboxes(click.Group):
    """A group whose members are asked for when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The systems of which there is a stand-in."""
        return sorted(_known(ctx))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command that starts the stand-in of a system."""
        command = _known(ctx).get(cmd_name)
        return add_global_options(command) if command else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; a typo is answered with the nearest."""
        name = args[0]
        command = self.get_command(ctx, name)
        if command is None:
            raise click.UsageError(_no_such_sandbox(name, self.list_commands(ctx)), ctx)
        return name, command, args[1:]


def _known(ctx: click.Context) -> Mapping[str, click.Command]:
    known: Mapping[str, click.Command] | None = ctx.meta.get(__name__)
    if known is None:
        from hub.cli.context import load_plugins  # noqa: PLC0415 -- loads every plugin

        known = ctx.meta[__name__] = load_plugins(ctx.ensure_object(Globals)).sandboxes()
    return known


def _no_such_sandbox(name: str, known: list[str]) -> str:
    close = get_close_matches(name, known, n=1)
    hint = f"Did you mean '{close[0]}'?" if close else f"There are: {', '.join(known) or 'none'}."
    return f"There is no sandbox '{name}'. {hint}"


@click.group("sandbox", cls=Sandboxes, invoke_without_command=True)
@pass_globals
@click.pass_context
def command(ctx: click.Context, said: Globals) -> None:
    """Start a stand-in of a system, to try the hub with; without a name, show which there are.

    No workspace is needed for it.
    """
    if ctx.invoked_subcommand is not None:
        return
    found = [(name, one.get_short_help_str(limit=100)) for name, one in sorted(_known(ctx).items())]
    said.screen.document({"sandboxes": [{"name": name, "help": text} for name, text in found]})
    said.screen.table(("sandbox", "what"), found)
