"""``hub plugins``: what is loaded, and from where."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from hub.cli.options import Globals, pass_globals

if TYPE_CHECKING:
    from hub.app.plugins import PluginReport
    from hub.cli.output import Screen


@click.command("plugins")
@pass_globals
def command(said: Globals) -> None:
    """Show what is loaded, from where, in which version, and what it gives; and what is not, and why."""
    from hub.cli.context import load_plugins, workspace_opener  # noqa: PLC0415 -- loads every plugin

    host = load_plugins(said)
    host.commands(workspace_opener(said))
    host.sandboxes()
    said.screen.document({"plugins": [asdict(report) for report in host.reports]})
    _show(said.screen, host.reports)


def _show(screen: Screen, reports: tuple[PluginReport, ...]) -> None:
    rows = [(one.name, one.version, _state(one), _gifts(one), one.file) for one in reports]
    screen.table(("plugin", "version", "loaded", "gives", "from"), rows)
    for report in reports:
        if report.problem:
            screen.say(f"{report.name}: {report.problem}")


def _state(report: PluginReport) -> str:
    if not report.enabled:
        return "switched off"
    return "yes" if report.loaded else "no"


def _gifts(report: PluginReport) -> str:
    return "; ".join(
        f"{len(names)} {what}" if what == "rules" else f"{what}: {', '.join(names)}"
        for what, names in report.gives.items()
    )
