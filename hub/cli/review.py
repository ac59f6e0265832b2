"""``hub review``: what is held, and what a person says about it."""

from __future__ import annotations

import click

from hub.cli.options import Globals, pass_globals

_ACTIONS = ("accept", "waive", "link", "new", "retry")
_ALL = 10_000


@click.command("review")
@click.argument("number", type=int, required=False, metavar="[ID]")
@click.argument("action", type=click.Choice(_ACTIONS), required=False)
@click.option("--reason", default="", help="Why; needed to waive, and kept.")
@click.option("--record", type=int, metavar="ID", help="The ledger id of the record to link to.")
@click.option("--one", is_flag=True, help="Decide for this one alone, not for all with its cause.")
@click.option("--warnings", is_flag=True, help="Show what only warns, too.")
@pass_globals
def command(  # noqa: PLR0913 -- the options of one command
    said: Globals,
    number: int | None,
    action: str | None,
    *,
    reason: str,
    record: int | None,
    one: bool,
    warnings: bool,
) -> None:
    """List what is held by cause; show one cause; or decide about it.

    accept: it is right as it is.  waive: let it go, for a reason.  link: it is that record.
    new: it is another one.  retry: try once more.
    """
    from hub.app.workspace import OpenWorkspace  # noqa: PLC0415 -- brings the ledger's libraries
    from hub.cli.showing import line_of, show_group, show_groups  # noqa: PLC0415 -- as above
    from hub.sync.review import choices, decide, group_of  # noqa: PLC0415 -- as above
    from hub.sync.telling import holds  # noqa: PLC0415 -- as above

    with OpenWorkspace(said.folder) as workspace:
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
            screen.document({"holds": mine, "choices": list(choices(group.first))})
            show_group(screen, ledger, group, currency)
        else:
            decided = decide(ledger, number, action, reason, record=record, one=one)
            screen.document({"decided": [held.id for held in decided], "action": action})
            screen.say(f"Noted for {len(decided)}. It takes effect with the next run: hub sync")
