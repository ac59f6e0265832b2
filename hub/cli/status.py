"""``hub status``: where everything stands."""

from __future__ import annotations

import click

from hub.cli.options import Globals, pass_globals


@click.command("status")
@pass_globals
def command(said: Globals) -> None:
    """Show the last run, how many records there are, what is open, and what is held."""
    from hub.app.workspace import OpenWorkspace  # noqa: PLC0415 -- brings the ledger's libraries
    from hub.cli.showing import show_deliveries, show_groups  # noqa: PLC0415 -- as above
    from hub.model import Kind  # noqa: PLC0415 -- as above
    from hub.sync.metering import in_month, told  # noqa: PLC0415 -- as above
    from hub.sync.telling import deliveries, holds  # noqa: PLC0415 -- as above

    with OpenWorkspace(said.folder) as workspace:
        ledger = workspace.ledger
        with ledger.reading():
            last = next(iter(ledger.runs.all(1)), None)
            records = {kind.value: count for kind in Kind if (count := ledger.records.count(kind))}
            open_writes = ledger.intents.count()
            on_its_way = deliveries(ledger)
            metered = in_month(ledger, workspace.clock.now())
        said.screen.document(
            {
                "firm": workspace.config.hub.firm,
                "last_run": None
                if last is None
                else {"run": last.id, "began": last.began, "ended": last.ended, "outcome": last.outcome},
                "records": records,
                "open_writes": open_writes,
                "deliveries": on_its_way,
                "metered": metered,
                "holds": holds(ledger),
            },
        )
        said.screen.say(workspace.config.hub.firm)
        if last is None:
            said.screen.say("Nothing was run yet: hub sync")
            return
        said.screen.say(f"Last run: {last.id}, {last.began[:16].replace('T', ' ')} UTC, {last.outcome}.")
        said.screen.table(
            ("kind", "records"),
            [(kind.replace("_", " "), count) for kind, count in records.items()],
        )
        if open_writes:
            said.screen.say(f"{open_writes} writes are not settled; the next hub sync settles them first.")
        for name, count in metered.items():
            said.screen.say(f"{name}: {told(count, workspace.allowance(name))}.")
        show_deliveries(said.screen, on_its_way)
        show_groups(said.screen, ledger, workspace.config.hub.currency)
