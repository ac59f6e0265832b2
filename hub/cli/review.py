"""``hub review``: what is held, and what a person says about it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from hub.cli.options import Globals, pass_globals

if TYPE_CHECKING:
    from hub.app.workspace import OpenWorkspace
    from hub.cli.output import Screen
    from hub.ledger import HoldGroup

_ACTIONS = ("accept", "waive", "link", "new", "retry", "bring", "leave")
_ALL = 10_000


@click.command("review")
@click.argument("number", type=int, required=False, metavar="[ID]")
@click.argument("action", type=click.Choice(_ACTIONS), required=False)
@click.option("--reason", default="", help="Why; needed to waive, and kept.")
@click.option("--record", type=int, metavar="NUMBER", help="The record to link to, where it is like several.")
@click.option(
    "--as", "meant", default="", metavar="TEXT", help="With accept: what it is, where it is not what seems."
)
@click.option("--one", is_flag=True, help="Decide for this one alone, not for all with its cause.")
@click.option("--warnings", is_flag=True, help="Show what only warns, too.")
@click.option(
    "--lists",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Write what is to be entered, corrected or withdrawn by hand into DIR, to print and as a workbook.",
)
@pass_globals
def command(  # noqa: PLR0913 -- the options of one command
    said: Globals,
    number: int | None,
    action: str | None,
    *,
    reason: str,
    record: int | None,
    meant: str,
    one: bool,
    warnings: bool,
    lists: Path | None,
) -> None:
    """List what is held by cause; show one cause; or decide about it.

    accept: it is right as it is.  waive: let it go, for a reason.  link: it is that record.
    new: it is another one.  retry: try once more.  bring: an earlier invoice goes to the books, too.
    leave: it does not.

    What a crosswalk lacks, such as a timekeeper's number: accept takes what it seems to be, for all that have
    one cause, and writes it into mappings/crosswalks/; --as says what it is instead.
    """
    from hub.app.workspace import OpenWorkspace  # noqa: PLC0415 -- brings the ledger's libraries
    from hub.cli.showing import line_of, show_group, show_groups  # noqa: PLC0415 -- as above
    from hub.sync.review import choices, group_of  # noqa: PLC0415 -- as above
    from hub.sync.sides import sides  # noqa: PLC0415 -- as above
    from hub.sync.telling import holds  # noqa: PLC0415 -- as above

    with OpenWorkspace(said.folder) as workspace:
        if lists is not None:
            _write_lists(said.screen, workspace, lists)
            return
        ledger, currency, screen = workspace.ledger, workspace.config.hub.currency, said.screen
        if number is None:
            listed = holds(ledger)
            screen.document({"holds": listed})
            if not listed:
                screen.say("Nothing is held.")
            show_groups(screen, ledger, currency, _ALL)
            with ledger.reading():
                groups = ledger.holds.groups()
            for group in groups if warnings else ():
                if group.first.severity != "block":
                    screen.say(line_of(ledger, group, currency))
        elif action is None:
            group = group_of(ledger, number)
            mine = [held for held in holds(ledger) if held["group"] == group.first.id]
            said_of_it = {"choices": list(choices(group.first)), "sides": sides(ledger, group)}
            screen.document({"holds": mine, **said_of_it, **_figures(group)})
            show_group(screen, ledger, group, currency)
        else:
            decided = workspace.decide(number, action, reason, record=record, one=one, meant=meant)
            screen.document({"decided": [held.id for held in decided], "action": action})
            screen.say(f"Noted for {len(decided)}. It takes effect with the next run: hub sync")


def _figures(group: HoldGroup) -> dict[str, object]:
    """All that a person signs: the message names the largest differences alone."""
    is_signed = group.first.code == "opening-difference"
    return {"opening": dict(group.first.facts)} if is_signed else {}


def _write_lists(screen: Screen, workspace: OpenWorkspace, folder: Path) -> None:
    from hub.app.posting_lists import write_lists  # noqa: PLC0415 -- brings the workbook's library
    from hub.sync.postings import postings  # noqa: PLC0415 -- brings the ledger's libraries

    hub, connections = workspace.config.hub, workspace.config.connections
    found = postings(workspace.ledger, connections, workspace.peer)
    files = write_lists(folder, hub.firm, hub.currency, workspace.today, found)
    screen.document(
        {
            "lists": [
                {
                    "connection": one.connection,
                    "work": one.work,
                    "kind": one.kind.value,
                    "lines": len(one.lines),
                    "amount": str(one.total),
                    "records": [line.record for line in one.lines],
                }
                for one in found
            ],
            "files": [str(file) for file in files],
        },
    )
    if not found:
        screen.say("Nothing has to be posted by hand.")
    for one in found:
        screen.say(f"{one.connection}: {one.told(hub.currency)}")
    for file in files:
        screen.say(f"Written: {file}")
