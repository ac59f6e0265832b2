"""``hub doctor``: whether this workspace is healthy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from hub.cli.exits import ExitCode
from hub.cli.options import Globals, pass_globals

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hub.app.workspace import OpenWorkspace


@click.command("doctor")
@pass_globals
def command(said: Globals) -> ExitCode:
    """Look at the settings, the plugins, the ledger and every connection; change nothing."""
    from hub.app.workspace import OpenWorkspace  # noqa: PLC0415 -- brings the ledger's libraries

    with OpenWorkspace(said.folder) as workspace:
        findings = list(_examine(workspace))
    well = all(ok for _, ok, _ in findings)
    said.screen.document(
        {
            "healthy": well,
            "findings": [{"what": what, "ok": ok, "told": told} for what, ok, told in findings],
        },
    )
    said.screen.table(
        ("", "what", "found"),
        [("ok" if ok else "!!", what, told) for what, ok, told in findings],
    )
    said.screen.say("All is well." if well else "See the lines with !!.")
    return ExitCode.OK if well else ExitCode.FAILED


def _examine(workspace: OpenWorkspace) -> Iterator[tuple[str, bool, str]]:
    from hub.app.config import FILE_NAME  # noqa: PLC0415 -- as above

    names = ", ".join(workspace.config.connections)
    yield FILE_NAME, True, f"connections: {names}; flows: {', '.join(workspace.config.flows)}"
    for report in workspace.plugins.reports:
        if report.problem:
            yield f"plugin {report.name}", False, f"{report.problem} ({report.file})"
    yield from _ledger(workspace)
    yield from _crosswalks(workspace)
    for name in workspace.config.connections:
        yield from _connection(workspace, name)


def _ledger(workspace: OpenWorkspace) -> Iterator[tuple[str, bool, str]]:
    from hub.sdk import HubError  # noqa: PLC0415 -- as above

    if not workspace.has_ledger:
        yield "ledger", True, "not made yet: the first hub sync makes it"
        return
    try:
        ledger = workspace.ledger
        damage = ledger.damage()
        yield "ledger", not damage, damage or f"sound; {ledger.place}"
        moved = ledger.workspaces.displacement()
        if moved is not None:
            yield "ledger", False, f"{moved.message} The next run asks before it goes on."
        with ledger.reading():
            open_writes = ledger.intents.count()
        if open_writes:
            yield "writes", True, f"{open_writes} are not settled; the next hub sync settles them first"
    except HubError as error:
        yield "ledger", False, str(error)


def _crosswalks(workspace: OpenWorkspace) -> Iterator[tuple[str, bool, str]]:
    """Name what the last runs met and no row of a crosswalk names."""
    from hub.mapping import UNPAIRED  # noqa: PLC0415 -- as above

    if not workspace.has_ledger:
        return
    with workspace.ledger.reading():
        groups = workspace.ledger.holds.groups()
    for group in groups:
        if group.first.code == UNPAIRED:
            facts = group.first.facts
            spelt = dict.fromkeys(_spelt(hold.facts) for hold in group.holds)
            told = f"column {facts['system']} has no row for {', '.join(spelt)}; hub review {group.first.id}"
            yield f"crosswalk {facts['crosswalk']}", True, told


def _spelt(facts: Mapping[str, Any]) -> str:
    name = facts["known"].get("name", "")
    return f"{facts['spelling']} ({name})" if name else str(facts["spelling"])


def _connection(workspace: OpenWorkspace, name: str) -> Iterator[tuple[str, bool, str]]:
    from hub.sdk import HubError  # noqa: PLC0415 -- as above

    try:
        connector = workspace.connector(name)
        health = connector.check()
        notes = (*health.notes, *(connector.survey() if health.ok else ()))
    except HubError as error:
        yield f"connection {name}", False, str(error)
        return
    except Exception as error:  # noqa: BLE001 -- a connector's bug is one connection's failure
        yield f"connection {name}", False, f"Its connector fails: {type(error).__name__}."
        return
    yield f"connection {name}", health.ok, health.title or "answers"
    for note in notes:
        yield "", health.ok, note
