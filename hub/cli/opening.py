"""How a flow to the firm's books stands at its start, on a person's screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from hub.cli.options import Globals
    from hub.cli.output import Screen
    from hub.sync.openings import Opening

_MOST = 10


def show_opening(screen: Screen, opening: Opening, currency: str) -> None:
    """Show both totals, the clients that are apart, what the books alone have, and what is to be done."""
    screen.say(f"\n{opening.flow}: what clients owed on {opening.start}")
    screen.table(("", currency), [(what, _money(amount)) for what, amount in _totals(opening)])
    if opening.clients:
        screen.table(
            ("client", opening.source, opening.connection, "brought", "apart"),
            [
                (one.client, *map(_money, (one.source, one.books, one.brought, one.difference)))
                for one in opening.clients[:_MOST]
            ],
        )
    _say_the_rest(screen, len(opening.clients))
    if opening.alone:
        screen.table(
            (f"at {opening.connection} alone", "day", "client", "open"),
            [(one.number, one.day, one.client, _money(one.open)) for one in opening.alone[:_MOST]],
        )
    _say_the_rest(screen, len(opening.alone))
    screen.say(_state(opening))


def _totals(opening: Opening) -> Iterator[tuple[str, Decimal]]:
    yield f"at {opening.source}", opening.source_total
    yield f"at {opening.connection}", opening.books_total
    yield "brought", opening.brought
    yield "apart", opening.difference
    if opening.left:
        yield "of it left as a person said", opening.left


def _say_the_rest(screen: Screen, count: int) -> None:
    if count > _MOST:
        screen.say(f"  … and {count - _MOST} more: --json lists them all")


def _state(opening: Opening) -> str:
    if opening.closed:
        signed = f"signed by {opening.signed_by} on {opening.signed_at[:10]}"
        return f"It writes to {opening.connection}: {signed if opening.signed_by else 'both sides agreed'}."
    waits = f"Nothing is written to {opening.connection} yet"
    if opening.undecided:
        what = (
            "1 earlier invoice is" if opening.undecided == 1 else f"{opening.undecided} earlier invoices are"
        )
        return f"{waits}: {what} to be decided: hub review"
    if opening.agrees:
        return f"{waits}: both sides agree, and the next hub sync goes on."
    return f"{waits}: mend the difference and run again, or sign it: hub review"


def _money(amount: Decimal) -> str:
    return f"{amount:,.2f}"


def tie_out_at(said: Globals, connection: str) -> list[Opening]:
    """Read both sides of the flows to a connection that have a start, and show how they stand there."""
    from hub.app.workspace import OpenWorkspace  # noqa: PLC0415 -- brings the ledger's libraries
    from hub.sync import make_plan  # noqa: PLC0415 -- as above
    from hub.sync.opening import tie_out  # noqa: PLC0415 -- as above

    with OpenWorkspace(said.folder) as workspace:
        config = workspace.config
        flows = [flow.name for flow in config.flows.values() if flow.to == connection and flow.start]
        if not flows:
            return []
        session = workspace.session(flows)
        make_plan(session)
        for error in session.tally.errors:
            said.screen.say(f"Failed: {error['connection']}: {error['message']} {error['remedy']}".rstrip())
        openings = tie_out(session)
        for opening in openings:
            show_opening(said.screen, opening, config.hub.currency)
    return openings
