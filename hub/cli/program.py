"""The ``hub`` program: finds the command, loads it alone, and answers every error in words."""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any, NoReturn

import click

from hub.cli.commands import COMMANDS
from hub.cli.exits import ExitCode
from hub.cli.options import Globals, add_global_options, pass_globals
from hub.cli.output import use_utf8

if TYPE_CHECKING:
    from collections.abc import Mapping


class Program(click.Group):
    """A group that knows its commands by name and help, and loads one when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The built-in commands; those of plugins are not looked for just to list them."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """A built-in command, else one of a plugin's."""
        if listed := COMMANDS.get(cmd_name):
            command: click.Command = importlib.import_module(f"hub.cli.{listed.module}").command
            return command
        return _plugin_commands(ctx).get(cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, with the global options added; a typo is answered with the nearest."""
        name = args[0]
        command = self.get_command(ctx, name)
        if command is None:
            raise click.UsageError(_no_such_command(name, [*COMMANDS, *_plugin_commands(ctx)]), ctx)
        return name, add_global_options(command), args[1:]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the built-in commands from their static lines."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, listed.help) for name, listed in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> None:
        """Run the command; an exit code that it returns is the program's."""
        result = super().invoke(ctx)
        if isinstance(result, ExitCode):
            ctx.exit(result)

    def main(self, *args: Any, **extra: Any) -> NoReturn:  # noqa: ANN401 -- handed on to click
        """Run the program and leave it with an exit code, never with a traceback."""
        use_utf8()
        said = Globals()
        extra |= {"standalone_mode": False, "obj": said}
        try:
            code = super().main(*args, **extra)
        except Exception as error:  # noqa: BLE001 -- the last place where an error can be put in words
            from hub.cli.errors import answer  # noqa: PLC0415 -- `hub --help` starts fast without it

            words = args[0] if args else extra.get("args")
            said.json = said.json or "--json" in (sys.argv[1:] if words is None else words)
            code = answer(error, said)
        sys.exit(code or ExitCode.OK)


def _plugin_commands(ctx: click.Context) -> Mapping[str, click.Command]:
    """The commands of all plugins; a plugin that is broken or switched off gives none."""
    known: Mapping[str, click.Command] | None = ctx.meta.get(__name__)
    if known is None:
        from hub.cli.context import load_plugins, workspace_opener  # noqa: PLC0415 -- loads every plugin

        said = ctx.ensure_object(Globals)
        known = ctx.meta[__name__] = load_plugins(said).commands(workspace_opener(said))
    return known


def _no_such_command(name: str, known: list[str]) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 -- as errors: for those who need it

    close = get_close_matches(name, known, n=1)
    hint = f"Did you mean '{close[0]}'?" if close else "See hub --help; hub plugins shows what is not loaded."
    return f"There is no command '{name}'. {hint}"


@click.group(
    cls=Program,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Options may stand before or after the command. Plugins add commands: see hub plugins.",
)
@click.version_option(None, "--version", package_name="legal-billing-hub", message="hub %(version)s")
@pass_globals
@click.pass_context
def program(ctx: click.Context, said: Globals) -> None:
    """Move a law firm's clients, matters, time, invoices and payments between its billing programs.

    Nothing is lost, nothing is billed twice, and nothing is sent that the client will reject.
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())
        return
    from hub.cli.log import set_verbosity  # noqa: PLC0415 -- as errors: for those who need it

    set_verbosity(said.verbosity)


add_global_options(program, hidden=False)
