"""``hub init``: a new workspace."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import click

from hub.cli.options import Globals, pass_globals
from hub.cli.output import as_word

if TYPE_CHECKING:
    from pathlib import Path

_FOLDERS = ("mappings", "guidelines", "clients")

_HUB_TOML = """\
# The settings of this workspace. Relative paths start at this folder. No secret stands here.

[hub]
firm = {firm}
timezone = {timezone}
currency = "USD"
ledger = "sqlite:///hub.db"

# A connection is one system. `hub connect NAME` asks for what it needs, tries it, and writes it here.
#
# [connections.billing]
# connector = "folder"
# folder = "exports"

# A flow says what moves from which connection to which.
#
# [flows.invoices-to-books]
# from = "billing"
# to = "books"                          # left out: read into the ledger only
# kinds = ["client", "matter", "invoice"]
# start = 2026-01-01                    # nothing older is pushed
# where = {{ client = ["100", "120"] }}   # the source's own client numbers
# voids = "review"                      # or "apply"

# Who is right when both sides changed the same thing: a kind, or "kind.field".
#
# [authority]
# payment = "books"
# "client.email" = "books"

# A run stops before its first write if more than this has changed: a share, or a count.
#
# [brakes]
# changed = "30%"
# voided = "30%"
# shrunk = "30%"

# Every installed plugin is used, unless it is named here.
#
# [plugins]
# disabled = []
"""

_GITIGNORE = """\
# What the firm's clients said and owe does not belong under version control.
hub.db*
hub-secrets*
hub-error.log
outbox/
"""


@click.command("init")
@click.argument("folder", metavar="DIR", default=".")
@pass_globals
def command(said: Globals, folder: str) -> None:
    """Make a new workspace in DIR: a hub.toml with comments, and folders for what the firm adds."""
    place = said.folder / folder
    _refuse_used(place)
    for name in _FOLDERS:
        (place / name).mkdir(parents=True, exist_ok=True)
    settings = _HUB_TOML.format(firm=_quoted(_firm(place)), timezone=_quoted(_timezone()))
    (place / ".gitignore").write_text(_GITIGNORE, encoding="utf-8", newline="\n")
    (place / "hub.toml").write_text(settings, encoding="utf-8", newline="\n")
    following = f"hub -C {as_word(place)} connect NAME"
    said.screen.document({"workspace": str(place), "next": following})
    said.screen.say(f"A new workspace is in {place}.")
    said.screen.say("Look over firm, timezone and currency in its hub.toml. Then connect the first system:")
    said.screen.say(f"  {following}")


def _refuse_used(place: Path) -> None:
    if (place / "hub.toml").exists():
        raise click.ClickException(f"{place} is a workspace already.")
    if place.exists() and any(place.iterdir()):
        raise click.ClickException(f"{place} is not empty. Name a new folder for the workspace.")


def _firm(place: Path) -> str:
    name = "".join(char for char in place.resolve().name if char.isprintable())
    return name or "My firm"


def _timezone() -> str:
    """The machine's time zone where it says so by name, else UTC."""
    from zoneinfo import ZoneInfo  # noqa: PLC0415 -- wanted by this command alone

    linked = os.path.realpath("/etc/localtime").partition("/zoneinfo/")[2]
    for name in (os.environ.get("TZ", ""), linked):
        try:
            return ZoneInfo(name).key
        except (KeyError, ValueError, OSError):
            continue
    return "UTC"


def _quoted(text: str) -> str:
    """A TOML string; JSON's escapes are TOML's too."""
    return json.dumps(text, ensure_ascii=False)
