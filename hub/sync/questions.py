"""What a person is asked about a row that may be a record that is already here, worded so as to be known."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from hub.model import label_of, model_of, privileged_fields
from hub.sync import causes
from hub.sync.verdicts import Double, Doubt, Rivals

if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence

    from pydantic.fields import FieldInfo

    from hub.ledger import Hold, StoredBinding, StoredRecord, Stream
    from hub.model import Kind
    from hub.sync.session import Peer
    from hub.sync.translation import Translation

DOUBLE = "double"
"""What is told of because it stands at a target beside an equal row, and is inactive there."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A row of which something is asked: where it stands, and what it says."""

    rows: Translation
    stream: Stream
    external_id: str
    values: Mapping[str, Any]

    def hold(self, cause: str, message: str, remedy: str, facts: dict[str, object]) -> Hold:
        """A question about the row, which is told with it, so that it can be laid beside the records."""
        rows, stream = self.rows, self.stream
        label = label_of(rows.kind, self.values).strip()
        if (client := self.values.get("client")) is not None:
            label += f" of {rows.ledger.records.get(client).label.strip()}"
        where = causes.subject_of(stream.source, self.external_id)
        asked = causes.row_hold(
            rows.peer,
            stream,
            self.external_id,
            cause=cause,
            code="match",
            message=message,
            remedy=remedy,
            facts={**facts, "row": told(rows.peer, stream, self.values)},
        )
        return replace(asked, label=f"{stream.kind.words} {label} ({where})")

    def known_as(self, record: int) -> str:
        """A record that it may be, as a person tells it."""
        return known_as(self.rows.ledger.records.get(record))


def question(
    rows: Translation,
    stream: Stream,
    external_id: str,
    values: Mapping[str, Any],
    verdict: Doubt | Rivals | Double,
) -> Hold:
    """What is asked, or told, of a row that may be a record that is here."""
    row = _Asked(rows, stream, external_id, values)
    match verdict:
        case Doubt():
            return _doubtful(row, verdict)
        case Rivals(record, count):
            return _rivals(row, record, count)
        case Double(record):
            return _double(row, record) if values.get("active", True) else _inactive_double(row, record)


def _doubtful(row: _Asked, doubt: Doubt) -> Hold:
    """Ask which of some records a row is, if any."""
    records = doubt.records
    stored = row.rows.ledger.records.many(records)
    scores = dict(zip(map(str, records), doubt.scores, strict=False))
    known = [known_as(stored[record], scores.get(str(record))) for record in records]
    number = "" if len(records) == 1 else " --record NUMBER"
    return row.hold(
        row_cause(row.rows.peer, row.stream, row.external_id),
        f"It {doubt.why} {' or '.join(known)}.",
        f"`hub review ID link{number}` if it is that one, `hub review ID accept` if it is another.",
        {"records": list(records), **({"scores": scores} if scores else {})},
    )


def _rivals(row: _Asked, record: int, count: int) -> Hold:
    """Ask which of several rows of a target a record is; none of them is known to be it."""
    peer = row.rows.peer
    return row.hold(
        double_cause(peer, row.stream, record),
        f"{count} rows of {peer.name} equal {row.known_as(record)}; this is one of them.",
        "`hub review ID link --one` with the number of the one that it is, then `hub review ID accept` for "
        "each that is another. Until then the record is not written there.",
        {"records": [record]},
    )


def _double(row: _Asked, record: int) -> Hold:
    """Ask about a row of a target that equals a record that stands there already."""
    peer = row.rows.peer
    return row.hold(
        double_cause(peer, row.stream, record),
        f"It equals {row.known_as(record)}, which is there as {_stands_as(row.rows, record)}.",
        f"Take out one of the two at {peer.name}, or `hub review ID accept` if these are two.",
        {"beside": record},
    )


def _inactive_double(row: _Asked, record: int) -> Hold:
    """Tell of an inactive row of a target that equals a record that stands there already."""
    asked, peer, kind = _double(row, record), row.rows.peer, row.stream.kind
    return replace(
        asked,
        cause=f"{DOUBLE}:{peer.name}:{kind.value}",
        code=DOUBLE,
        severity="warn",
        message=f"It is inactive, and equals {asked.message.removeprefix('It equals ')}",
        remedy=f"It counts as another {kind.words}; join the two at {peer.name} if they are one.",
    )


def row_cause(peer: Peer, stream: Stream, external_id: str) -> str:
    """The cause under which it is asked which record a row is."""
    return f"match:{peer.name}:{stream.kind.value}:{causes.subject_of(stream.source, external_id)}"


def double_cause(peer: Peer, stream: Stream, record: int) -> str:
    """The cause under which it is asked which of several equal rows a record is."""
    return f"match:{peer.name}:{stream.kind.value}:{DOUBLE}:{record}"


def told(peer: Peer, stream: Stream, values: Mapping[str, Any]) -> dict[str, Any]:
    """What a person may see of a row, of all that its system says: nothing privileged, and no lines."""
    inward = peer.mapping.inward(stream.kind, stream.source)
    return {} if inward is None else open_values(stream.kind, values, inward.covers)


def open_values(kind: Kind, values: Mapping[str, Any], names: Container[str]) -> dict[str, Any]:
    """Fields of a record that are not privileged, those that say nothing too; without lists."""
    hidden, fields = privileged_fields(kind), model_of(kind).model_fields
    found = {
        name: values.get(name, _default(info))
        for name, info in fields.items()
        if name in names and name not in hidden
    }
    return {name: value for name, value in found.items() if not isinstance(value, list | tuple)}


def _default(info: FieldInfo) -> object:
    default = info.default
    return default if isinstance(default, str | bool | tuple) else None


def known_as(stored: StoredRecord, score: int | None = None) -> str:
    """A record as a person tells it from another one like it."""
    parts = [f"record {stored.id}"]
    if reference := stored.values.get("reference"):
        parts.insert(0, f"reference {reference}")
    if score is not None:
        parts.append(f"{score} of 100")
    return f"{stored.label.strip()} ({', '.join(parts)})"


def _stands_as(rows: Translation, record: int) -> str:
    """Under which id a record stands at the system whose listing this is."""
    known: Sequence[StoredBinding] = rows.ledger.records.bindings(record, rows.peer.number)
    return " and ".join(causes.subject_of(one.source, one.external_id) for one in known[:1]) or "another row"


def misnamed(
    peer: Peer, stream: Stream, external_id: str, own: StoredRecord, said: Sequence[tuple[StoredRecord, str]]
) -> Hold:
    """Ask whether a client of a target, which is like none, is one of those whose invoices stand under it.

    Args:
        peer: the target.
        stream: where its row stands.
        external_id: the id of its row.
        own: the record that it is so far.
        said: the clients that it may be, the likeliest first, each with what of it stands there.

    """
    (first, what), *others = said
    message = f"Its {what} is at {peer.name} under {own.label.strip()}; is it that {own.kind.words}?"
    for other, further in others:
        message += f" So is {further} of {known_as(other)}."
    number = " --record NUMBER" if others else ""
    asked = causes.row_hold(
        peer,
        stream,
        external_id,
        cause=row_cause(peer, stream, external_id),
        code="match",
        message=message,
        remedy=f"`hub review ID link{number}` if it is: what stands there is then read anew, and is not "
        f"written a second time. `hub review ID accept` if it is another {own.kind.words}.",
        facts={
            "records": [one.id for one, _ in said],
            "evidence": {str(one.id): told_by for one, told_by in said},
            "own": own.id,
            "row": told(peer, stream, own.values),
        },
    )
    return replace(asked, label=f"{first.kind.words} {first.label}", record=first.id)


def renewal(
    rows: Translation, stream: Stream, external_id: str, values: Mapping[str, Any], records: tuple[int, ...]
) -> Hold:
    """Ask whether a row is a record that has left, under a new id; or which one of several."""
    if len(records) > 1:
        why = Doubt(records, "may stand under a new id, and is like")
        return _doubtful(_Asked(rows, stream, external_id, values), why)
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
