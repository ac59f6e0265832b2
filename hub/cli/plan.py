"""``hub plan``: what would happen, and why."""

from __future__ import annotations

import json
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hub.cli.options import Globals, pass_globals
from hub.cli.running import Progress, code_of, collect_seldom

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.cli.exits import ExitCode
    from hub.cli.output import Screen
    from hub.sync import Result, Session

_MOST = 40


@click.command("plan")
@click.argument("flows", nargs=-1, metavar="[FLOW]...")
@click.option("-o", "output", type=click.Path(path_type=Path), help="Keep the plan for sync --plan.")
@click.option("--client", "clients", multiple=True, metavar="NUMBER", help="Only this client; repeatable.")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="At most so many new records.")
@pass_globals
def command(
    said: Globals,
    flows: Sequence[str],
    *,
    output: Path | None,
    clients: Sequence[str],
    limit: int | None,
) -> ExitCode:
    """Read, check and plan; nothing outside is written, not even to settle what was cut off."""
    from hub.app.workspace import OpenWorkspace  # noqa: PLC0415 -- brings the ledger's libraries
    from hub.sync import Options, make_plan  # noqa: PLC0415 -- as above
    from hub.sync.telling import plan_document, saved_plan  # noqa: PLC0415 -- as above

    options = Options(clients=frozenset(clients), limit=limit, who="hub plan")
    collect_seldom()
    with OpenWorkspace(said.folder) as workspace, Progress(said) as progress:
        session = workspace.session(flows, options, progress=progress)
        result = make_plan(session)
        if output is not None and result.planner is not None:
            kept = saved_plan(result.planner, session.ledger.identity)
            output.write_text(json.dumps(kept), encoding="utf-8")
        if said.json:
            said.screen.document(plan_document(session, result))
        else:
            _show(said.screen, session, result)
    return code_of(result.outcome)


def _show(screen: Screen, session: Session, result: Result) -> None:
    from hub.cli.showing import show_groups  # noqa: PLC0415 -- brings the ledger's libraries
    from hub.sync.telling import actions, counts  # noqa: PLC0415 -- as above

    for error in session.tally.errors:
        screen.say(f"Failed: {error['connection']}: {error['message']} {error['remedy']}".rstrip())
    if result.planner is None:
        return
    shown = list(islice(actions(session.ledger, result.planner), _MOST))
    screen.table(
        ("action", "to", "what", "reason"),
        [
            (
                one["action"],
                one["connection"],
                f"{one['kind'].replace('_', ' ')} {one['label']}",
                one["reason"] + (f" ({', '.join(one['diff'])})" if one["diff"] else ""),
            )
            for one in shown
        ],
    )
    told = {do: count for do, count in counts(result.planner).items() if count}
    screen.say("Would do: " + (", ".join(f"{count} {do}" for do, count in told.items()) or "nothing") + ".")
    show_groups(screen, session.ledger, session.currency)
