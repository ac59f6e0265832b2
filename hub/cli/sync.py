"""``hub sync``: move what is to be moved."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hub.cli.options import Globals, pass_globals
from hub.cli.running import Progress, code_of, collect_seldom, confirmer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.app.workspace import OpenWorkspace
    from hub.cli.exits import ExitCode
    from hub.sync import Plan


@click.command("sync")
@click.argument("flows", nargs=-1, metavar="[FLOW]...")
@click.option("--yes", is_flag=True, help="Agree to a first write to a connection without being asked.")
@click.option("--plan", "plan_file", type=click.Path(path_type=Path), help="Do just what this plan says.")
@click.option("--client", "clients", multiple=True, metavar="NUMBER", help="Only this client; repeatable.")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="At most so many new records.")
@click.option("--held-ok", is_flag=True, help="Exit with 0 although something is held.")
@click.option("--wait", type=click.FloatRange(min=0), default=0, metavar="SECONDS", help="Wait for a run.")
@pass_globals
def command(  # noqa: PLR0913 -- the options of one command
    said: Globals,
    flows: Sequence[str],
    *,
    yes: bool,
    plan_file: Path | None,
    clients: Sequence[str],
    limit: int | None,
    held_ok: bool,
    wait: float,
) -> ExitCode:
    """Settle what was cut off, read, check, plan and write; all flows, or those named.

    The first write ever to a connection shows control totals and asks. Exit codes: 0 all moved,
    1 failed, 3 finished but something is held.
    """
    from hub.app.workspace import OpenWorkspace  # noqa: PLC0415 -- brings the ledger's libraries
    from hub.cli.showing import show_run  # noqa: PLC0415 -- as above
    from hub.sync import Options, sync  # noqa: PLC0415 -- as above
    from hub.sync.telling import sync_document  # noqa: PLC0415 -- as above

    options = Options(clients=frozenset(clients), limit=limit, wait=wait, who="hub sync")
    collect_seldom()
    with OpenWorkspace(said.folder) as workspace, Progress(said) as progress:
        ask = confirmer(said, workspace.config.hub.currency, yes=yes)
        session = workspace.session(flows, options, confirm=ask, progress=progress)
        result = sync(session, _saved(plan_file, workspace))
        said.screen.document(sync_document(session, result))
        if said.verbosity >= 0 or result.outcome != "ok":
            show_run(said.screen, session, result.outcome)
    return code_of(result.outcome, held_ok=held_ok)


def _saved(plan_file: Path | None, workspace: OpenWorkspace) -> Plan | None:
    from hub.sdk import HubError  # noqa: PLC0415 -- costs time that --help does not have
    from hub.sync.telling import load_saved_plan  # noqa: PLC0415 -- as above

    if plan_file is None:
        return None
    try:
        document = json.loads(plan_file.read_text(encoding="utf-8"))
    except ValueError:
        raise HubError(f"{plan_file.name} is no plan.", remedy="Make one: hub plan -o FILE.") from None
    return load_saved_plan(document, workspace.ledger.identity)
