"""How runs, plans and holds look on a person's screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub.sync.review import choices
from hub.sync.sides import sides
from hub.sync.telling import money_held, outcome_lines, waiting

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hub.cli.output import Screen
    from hub.ledger import HoldGroup, Ledger
    from hub.sync import Session

_MOST_GROUPS = 12


def show_run(screen: Screen, session: Session, outcome: str) -> None:
    """What a run did, what failed, and what is held."""
    rows = list(outcome_lines(session.tally))
    if rows:
        screen.table(("", "connection", "kind", ""), rows)
    for notice in session.tally.notices:
        screen.say(f"Note: {notice['connection']}: {notice['message']}")
    for error in session.tally.errors:
        screen.say(f"Failed: {error['connection']}: {error['message']} {error['remedy']}".rstrip())
    show_groups(screen, session.ledger, session.currency)
    screen.say(
        {
            "ok": "Done: everything has moved.",
            "held": "Done; what is held waits for you: hub review",
            "failed": "Not finished: see above.",
        }[outcome],
    )


def show_groups(screen: Screen, ledger: Ledger, currency: str, most: int = _MOST_GROUPS) -> None:
    """What is held, by cause."""
    with ledger.reading():
        groups = ledger.holds.groups()
    blocking = [group for group in groups if group.first.severity == "block"]
    if not groups:
        return
    held = sum(group.count for group in blocking)
    screen.say(f"\nHeld: {held} for {len(blocking)} {'cause' if len(blocking) == 1 else 'causes'}.")
    for group in blocking[:most]:
        screen.say(line_of(ledger, group, currency))
    if len(blocking) > most:
        screen.say(f"  … and {len(blocking) - most} more: hub review")
    told = len(groups) - len(blocking)
    if told:
        screen.say(f"Also {told} {'warning' if told == 1 else 'warnings'}: hub review --warnings")


def show_deliveries(screen: Screen, on_its_way: Sequence[Mapping[str, Any]]) -> None:
    """What was handed over and is not seen yet: where it stands, and whose turn it is."""
    if not on_its_way:
        return
    screen.say("\nHanded over, and not seen there yet:")
    for one in on_its_way:
        what = f"{one['count']} × {one['kind'].replace('_', ' ')}"
        screen.say(f"  {one['connection']}: {what}, since {one['since'][:16].replace('T', ' ')} UTC")
        screen.say(f"        {one['told'] or 'Nothing is known of it until it is seen there.'}")


def line_of(ledger: Ledger, group: HoldGroup, currency: str) -> str:
    """One cause: how many, what is worth how much, why, and what to do."""
    first = group.first
    what = f"{group.count} × {first.kind.words}" if group.count > 1 and first.kind else first.label
    money = money_held(ledger, group)
    others = waiting(group)
    amount = f", {money:,.2f} {currency}" if money else ""
    more = f", {others} more waiting for it" if others else ""
    return f"  [{first.id}] {what}{amount}{more}\n        {first.message}\n        → {first.remedy}"


def show_group(screen: Screen, ledger: Ledger, group: HoldGroup, currency: str) -> None:
    """One cause with all that it holds, and what can be said about it."""
    screen.say(line_of(ledger, group, currency))
    screen.say(f"  rule: {group.first.code}; since run {group.first.since}")
    screen.table(
        ("id", "what", "field", "message"),
        [(held.id, held.label, held.field, held.message) for held in group.holds],
    )
    for pair in sides(ledger, group)[:_MOST_GROUPS]:
        screen.say()
        show_sides(screen, pair)
    allowed = choices(group.first)
    if allowed:
        ways = ", ".join(f"hub review {group.first.id} {way}" for way in allowed)
        screen.say(f"You can: {ways}")
    else:
        screen.say("It goes by itself once its cause is mended.")


def show_sides(screen: Screen, pair: Mapping[str, Any]) -> None:
    """A row beside the records that it may be: a column for each, "=" where it says the same."""
    row, records = pair["row"], pair["records"]
    where = f"{row['connection']} {row['source']}/{row['external_id']}"
    head = [f"[{pair['hold']}]", where, *(f"record {one['record']}" for one in records)]
    rows = [["stands as", "", *map(_places, records)]]
    if any(one["score"] is not None for one in records):
        rows.append(["like it", "", *(_score(one["score"]) for one in records)])
    for name, value in row["values"].items():
        cells = [_cell(one["differ"][name]["record"]) if name in one["differ"] else "=" for one in records]
        if _cell(value) or set(cells) != {"="}:
            rows.append([name.replace("_", " "), _cell(value), *cells])
    screen.table(head, rows)


def _places(record: Mapping[str, Any]) -> str:
    places = [f"{one['connection']} {one['source']}/{one['external_id']}" for one in record["stands"]]
    gone = ["gone"] if record["state"] == "gone" else []
    return ", ".join(places + gone)


def _score(score: int | None) -> str:
    return "" if score is None else f"{score} of 100"


def _cell(value: object) -> str:
    """A value as a person reads it; of an address, what it says."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case dict():
            return ", ".join(filter(None, map(_cell, value.values())))
        case list():
            return ", ".join(map(str, value))
    return str(value)


def show_totals(screen: Screen, connection: str, totals: Mapping[str, Any], currency: str) -> None:
    """Control totals of a first write: count and amount by client."""
    screen.say(f"Nothing was ever written to {connection}. This would be:")
    rows = [
        (kind.replace("_", " "), client, count, f"{amount:,.2f} {currency}" if amount else "")
        for kind, by_client in totals.items()
        for client, (count, amount) in sorted(by_client.items())
    ]
    screen.table(("kind", "client", "count", "amount"), rows)
