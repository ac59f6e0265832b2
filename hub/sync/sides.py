"""Both sides of a question: a row of a system beside the records that it may be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub.ledger import BindingState
from hub.model import references
from hub.sync.questions import open_values
from hub.sync.waiting import candidates_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.ledger import Hold, HoldGroup, Ledger, StoredRecord
    from hub.model import Kind


def sides(ledger: Ledger, group: HoldGroup) -> list[dict[str, Any]]:
    """For each row of a group that may be a record, what it says, and how each of the records differs.

    Nothing in it is privileged. ``score`` is how like the names are, of 100, where that was compared.
    """
    with ledger.reading():
        names = ledger.streams.connection_names()
        return [_sides(ledger, hold, names) for hold in group.holds if "row" in hold.facts]


def _sides(ledger: Ledger, hold: Hold, names: Mapping[int, str]) -> dict[str, Any]:
    assert hold.kind is not None
    source, _, external_id = hold.subject.partition("/")
    row = _in_words(ledger, hold.kind, hold.facts["row"])
    stored = ledger.records.many(candidates_of(hold))
    return {
        "hold": hold.id,
        "row": {
            "connection": names.get(hold.connection or 0),
            "source": source,
            "external_id": external_id,
            "active": row.get("active"),
            "values": row,
        },
        "records": [
            _side(ledger, stored[record], row, hold.facts.get("scores", {}).get(str(record)), names)
            for record in candidates_of(hold)
            if record in stored
        ],
    }


def _side(
    ledger: Ledger,
    stored: StoredRecord,
    row: Mapping[str, Any],
    score: int | None,
    names: Mapping[int, str],
) -> dict[str, Any]:
    ours = _in_words(ledger, stored.kind, open_values(stored.kind, stored.values, row))
    return {
        "record": stored.id,
        "label": stored.label,
        "state": stored.state.name.lower(),
        "active": open_values(stored.kind, stored.values, ("active",)).get("active"),
        "score": score,
        "stands": [
            {"connection": names.get(one.connection), "source": one.source, "external_id": one.external_id}
            for one in ledger.records.bindings(stored.id)
            if one.state is BindingState.LIVE
        ],
        "agree": [name for name in row if row[name] == ours.get(name)],
        "differ": {
            name: {"row": row[name], "record": ours.get(name)} for name in row if row[name] != ours.get(name)
        },
    }


def _in_words(ledger: Ledger, kind: Kind, values: Mapping[str, Any]) -> dict[str, Any]:
    """Values with the names of the records that they refer to, in place of their numbers."""
    referred = {name: values[name] for name in references(kind) if values.get(name) is not None}
    stored = ledger.records.many(set(referred.values()))
    labels = {name: stored[record].label for name, record in referred.items() if record in stored}
    return {**values, **labels}
