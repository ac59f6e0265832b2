"""``hub connect``: set up a connection, try it, and show what will be in the way."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from hub.cli.ask import Asker, parse_answers
from hub.cli.exits import ExitCode
from hub.cli.options import Globals, pass_globals

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from hub.cli.choices import Chosen
    from hub.cli.output import Screen
    from hub.cli.setup import Setup
    from hub.sdk import Health
    from hub.sync.openings import Opening


@click.command("connect")
@click.argument("name")
@click.option("--set", "pairs", multiple=True, metavar="KEY=VALUE", help="Answer a question beforehand.")
@click.option("--yes", is_flag=True, help="Take every suggestion and ask nothing.")
@click.option("--paste", is_flag=True, help="Sign in with a browser elsewhere, and paste where it ends up.")
@pass_globals
def command(said: Globals, name: str, pairs: Sequence[str], *, yes: bool, paste: bool) -> ExitCode:
    """Ask for what the connection NAME needs, try it, and show what will be in the way.

    Settings go to hub.toml, secrets to the keyring, and what the firm says about its own fields to
    mappings/<connector>.toml. Any question can be answered beforehand, as in --set connector=folder,
    --set folder=exports, --set matter.client_matter_id=MISC_1, --set timekeeper.classification.1=PARTNR.
    Secrets cannot: give them when asked, or in the environment. Where the system wants a person to sign
    in, a browser is opened for that. Where flows lead to the firm's books from a day on, what clients owed
    on that day is compared on both sides.
    """
    from hub.cli.context import load_plugins, read_config  # noqa: PLC0415 -- loads every plugin
    from hub.cli.opening import tie_out_at  # noqa: PLC0415 -- as above
    from hub.cli.setup import Setup  # noqa: PLC0415 -- as above
    from hub.cli.sign_in import BrowserSignIn  # noqa: PLC0415 -- as above

    asker = Asker(parse_answers(pairs), silent=yes)
    sign_in = BrowserSignIn(asker, name, paste=paste)
    setup = Setup(read_config(said), load_plugins(said), asker, name, sign_in)
    connector, health = setup.try_out()
    if health.ok:
        health = replace(health, notes=(*health.notes, *connector.survey()))
    _show_health(said.screen, name, health)
    if not health.ok:
        said.screen.document(_document(setup, health))
        return ExitCode.FAILED
    if not setup.confirm(health):
        raise click.ClickException(f"Nothing was saved. Sign in at the right one: hub connect {name}")
    files = setup.save()
    chosen = setup.choose(connector)
    if any(one.table is not None for one in chosen):
        files.append(setup.mapping_file)
    _show_end(said.screen, setup, chosen, files)
    openings = tie_out_at(said, name)
    said.screen.document(_document(setup, health, chosen, files, openings))
    return ExitCode.OK


def _show_health(screen: Screen, name: str, health: Health) -> None:
    company = f": {health.title or health.identity}" if health.title or health.identity else ""
    screen.say(f"{name} works{company}." if health.ok else f"{name} cannot be used yet{company}.")
    for note in health.notes:
        screen.say(f"  {note}")


def _show_end(screen: Screen, setup: Setup, chosen: Sequence[Chosen], files: Sequence[Path]) -> None:
    for one in chosen:
        for note in one.notes():
            screen.say(f"  {note}")
    for file in files:
        screen.say(f"Written: {file}")
    if setup.secrets_place:
        screen.say(f"Secrets are in {setup.secrets_place}.")


def _document(
    setup: Setup,
    health: Health,
    chosen: Sequence[Chosen] = (),
    files: Sequence[Path] = (),
    openings: Sequence[Opening] = (),
) -> dict[str, object]:
    return {
        "connection": setup.name,
        "connector": setup.connector.name,
        "ok": health.ok,
        "identity": health.identity,
        "title": health.title,
        "notes": list(health.notes),
        "choices": [one.document() for one in chosen],
        "written": [str(file) for file in files],
        "openings": [one.document() for one in openings],
    }
