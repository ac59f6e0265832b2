"""``hub demo``: a workspace with a sample firm that runs at once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from hub.cli.exits import ExitCode
from hub.cli.options import Globals, pass_globals
from hub.cli.running import Progress, collect_seldom

if TYPE_CHECKING:
    from hub.cli.output import Screen


@click.command("demo")
@click.argument("folder", metavar="[DIR]", default="demo", type=click.Path(path_type=Path))
@click.option("--records", type=click.IntRange(min=1), metavar="N", help="So many time entries.")
@click.option("--seed", type=int, default=1, show_default=True, help="Another seed, another firm.")
@pass_globals
def command(said: Globals, folder: Path, *, records: int | None, seed: int) -> ExitCode:
    """Make a workspace in DIR with a sample firm, run it, and show what moved and what is held."""
    from hub.app.demo import make_sample_firm  # noqa: PLC0415 -- loads every plugin
    from hub.app.workspace import OpenWorkspace  # noqa: PLC0415 -- brings the ledger's libraries
    from hub.cli.showing import show_run  # noqa: PLC0415 -- as above
    from hub.sync import sync  # noqa: PLC0415 -- as above
    from hub.sync.telling import outcome_lines, sync_document  # noqa: PLC0415 -- as above

    place = said.folder / folder
    firm = make_sample_firm(place, seed=seed, records=records)
    collect_seldom()
    with OpenWorkspace(place) as workspace, Progress(said) as progress:
        session = workspace.session(confirm=lambda _connection, _totals: True, progress=progress)
        result = sync(session)
        document = sync_document(session, result)
        said.screen.say(f"{workspace.config.hub.firm}: a sample firm in {place}")
        show_run(said.screen, session, result.outcome)
        if firm.later:
            happened = [act() for act in firm.later]
            said.screen.say("\nThen, at the firm:")
            for one in happened:
                said.screen.say(f"  {one}")
            again = workspace.session(progress=progress)
            result = sync(again)
            document["afterwards"] = {"happened": happened, **sync_document(again, result)}
            said.screen.say("\nThe next run:")
            said.screen.table(("", "connection", "kind", ""), list(outcome_lines(again.tally)))
        said.screen.document(document | {"planted": firm.faults, "folder": str(place)})
    _show_end(said.screen, place, firm.faults)
    return ExitCode.FAILED if result.outcome == "failed" else ExitCode.OK


def _show_end(screen: Screen, place: Path, faults: list[str]) -> None:
    screen.say(f"\nThese {len(faults)} faults were planted in its tables:")
    for fault in faults:
        screen.say(f"  - {fault}")
    screen.say("\nTry next:")
    screen.say(f"  hub -C {place} review      what is held, by cause, and what to do about it")
    screen.say(f"  hub -C {place} sync        once more: nothing is sent twice")
