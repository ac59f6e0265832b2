"""What a person is asked about a row that may be a record that is already here, worded so as to be known."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hub.model import label_of
from hub.sync import causes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.ledger import Hold, StoredRecord, Stream
    from hub.sync.translation import Translation


def doubtful(
    rows: Translation,
    stream: Stream,
    external_id: str,
    values: Mapping[str, Any],
    records: tuple[int, ...],
    why: str,
) -> Hold:
    """Ask which of these records a row is, if any."""
    stored = rows.ledger.records.many(records)
    label = label_of(rows.kind, values)
    if (client := values.get("client")) is not None:
        label += f" of {rows.ledger.records.get(client).label}"
    where = causes.subject_of(stream.source, external_id)
    number = "" if len(records) == 1 else " --record NUMBER"
    told = causes.row_hold(
        rows.peer,
        stream,
        external_id,
        cause=f"match:{rows.peer.name}:{stream.kind.value}:{where}",
        code="match",
        message=f"It {why} {' or '.join(_known_as(stored[record]) for record in records)}.",
        remedy=f"`hub review ID link{number}` if it is that one, `hub review ID accept` if it is another.",
        facts={"records": list(records)},
    )
    return replace(told, label=f"{stream.kind.words} {label} ({where})")


def _known_as(stored: StoredRecord) -> str:
    """A record as a person tells it from another one like it."""
    reference = stored.values.get("reference")
    told = f"reference {reference}, record {stored.id}" if reference else f"record {stored.id}"
    return f"{stored.label} ({told})"


def renewal(
    rows: Translation, stream: Stream, external_id: str, values: Mapping[str, Any], records: tuple[int, ...]
) -> Hold:
    """Ask whether a row is a record that has left, under a new id; or which one of several."""
    if len(records) > 1:
        return doubtful(rows, stream, external_id, values, records, "may stand under a new id, and is like")
    stored = rows.ledger.records.get(records[0])
    return causes.row_hold(
        rows.peer,
        stream,
        external_id,
        cause=f"renewed:{rows.peer.name}:{stream.kind.value}:{stored.id}:{external_id}",
        code="renewed",
        message=f"It seems to be {stored.kind.words} {stored.label} under a new id.",
        remedy="Accept if it is; all that belongs to it follows, and where it was sent it stays the same. "
        "`hub review ID new` if it is another.",
        facts={"record": stored.id},
    )
