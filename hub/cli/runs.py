"""``hub runs``: what each run did."""

from __future__ import annotations

from dataclasses import asdict

import click

from hub.cli.options import Globals, pass_globals


@click.command("runs")
@click.argument("number", type=int, required=False, metavar="[ID]")
@pass_globals
def command(said: Globals, number: int | None) -> None:
    """List the latest runs, or show one."""
    from hub.app.workspace import OpenWorkspace  # noqa: PLC0415 -- brings the ledger's libraries
    from hub.sdk import HubError  # noqa: PLC0415 -- as above
    from hub.sync import Tally  # noqa: PLC0415 -- as above
    from hub.sync.telling import outcome_lines  # noqa: PLC0415 -- as above

    with OpenWorkspace(said.folder) as workspace, workspace.ledger.reading():
        if number is None:
            runs = workspace.ledger.runs.all()
            said.screen.document({"runs": [asdict(run) for run in runs]})
            said.screen.table(
                ("run", "began (UTC)", "by", "outcome"),
                [
                    (run.id, run.began[:19].replace("T", " "), run.who, run.outcome or "going on")
                    for run in runs
                ],
            )
            return
        run = workspace.ledger.runs.get(number)
        if run is None:
            raise HubError(f"There is no run {number}.", remedy="See hub runs.")
        said.screen.document(asdict(run))
        said.screen.say(f"Run {run.id}, {run.began[:19].replace('T', ' ')} UTC, {run.outcome or 'going on'}.")
        tally = Tally(**{name: run.summary.get(name, {}) for name in ("pulled", "pushed")})
        said.screen.table(("", "connection", "kind", ""), list(outcome_lines(tally)))
        for name, count in run.summary.get("metered", {}).items():
            said.screen.say(f"{name}: {count} metered reads.")
        for error in run.summary.get("errors", ()):
            said.screen.say(f"Failed: {error['connection']}: {error['message']} {error['remedy']}".rstrip())
