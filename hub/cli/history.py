"""``hub history``: every revision of a record, who made it, and where the record went."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from hub.cli.options import Globals, pass_globals

if TYPE_CHECKING:
    from hub.cli.output import Screen
    from hub.ledger import Ledger, Revision, StoredRecord


@click.command("history")
@click.argument("kind")
@click.argument("name", metavar="ID")
@pass_globals
def command(said: Globals, kind: str, name: str) -> None:
    """Show a record by its number, its id at a connection, or its ledger id."""
    from hub.app.workspace import OpenWorkspace  # noqa: PLC0415 -- brings the ledger's libraries
    from hub.model import Kind  # noqa: PLC0415 -- as above
    from hub.sdk import HubError  # noqa: PLC0415 -- as above

    if kind not in list(Kind):
        raise HubError(f"There is no kind '{kind}'.", remedy=f"The kinds are: {', '.join(Kind)}.")
    with OpenWorkspace(said.folder) as workspace:
        found = workspace.find(Kind(kind), name)
        with workspace.ledger.reading():
            told = [_told(workspace.ledger, stored) for stored in found]
        said.screen.document({"records": told})
        for one in told:
            _show(said.screen, one)


def _told(ledger: Ledger, stored: StoredRecord) -> dict[str, Any]:
    from hub.model import privileged_fields  # noqa: PLC0415 -- brings the models

    names = ledger.streams.connection_names()
    hidden = privileged_fields(stored.kind)
    submissions = [
        {**one.values, "record": one.id}
        for one in (ledger.records.of_kind(_submission()) if stored.kind.value == "invoice" else ())
        if one.values["invoice"] == stored.id
    ]
    return {
        "record": stored.id,
        "kind": stored.kind.value,
        "label": stored.label,
        "state": stored.state.name.lower(),
        "revisions": [_step(step, names, hidden) for step in ledger.records.history(stored.id)],
        "bindings": [
            {
                "connection": names.get(one.connection),
                "source": one.source,
                "external_id": one.external_id,
                "state": one.state.name.lower(),
            }
            for one in ledger.records.bindings(stored.id)
        ],
        "submissions": submissions,
        "decisions": [
            {"at": one.at, "who": one.who, "action": one.action, "reason": one.reason, "cause": one.cause}
            for one in ledger.decisions.about([str(stored.id)])
        ],
    }


def _submission() -> Any:  # noqa: ANN401 -- the kind; imported late
    from hub.model import Kind  # noqa: PLC0415 -- brings the models

    return Kind.SUBMISSION


def _step(step: Revision, names: dict[int, str], hidden: frozenset[str]) -> dict[str, Any]:
    return {
        "revision": step.id,
        "run": step.run,
        "at": step.at,
        "from": names.get(step.connection or 0),
        "change": step.change.name.lower(),
        "replaced": {
            name: "(privileged)" if name in hidden or name == "lines" else value
            for name, value in step.replaced.items()
        },
    }


def _show(screen: Screen, told: dict[str, Any]) -> None:
    screen.say(f"{told['kind'].replace('_', ' ')} {told['label']} (record {told['record']}, {told['state']})")
    for step in told["revisions"]:
        was = ", ".join(f"{name} was {value}" for name, value in step["replaced"].items())
        screen.say(
            f"  {step['at'][:19].replace('T', ' ')}  run {step['run']}  {step['change']}"
            f" from {step['from'] or 'the hub'}{': ' + was if was else ''}",
        )
    for one in told["bindings"]:
        screen.say(f"  at {one['connection']}: {one['source']} {one['external_id']} ({one['state']})")
    for one in told["submissions"]:
        screen.say(f"  presented at {one['portal']}: {one.get('status', 'draft')}, {one.get('receipt', '')}")
    for one in told["decisions"]:
        screen.say(
            f"  {one['at'][:19].replace('T', ' ')}  {one['who']} said {one['action']}: {one['reason']}"
        )
