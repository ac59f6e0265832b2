"""A client that stood at a target under another name, and of which a person has said who it is.

Its row was taken for a record of the target's own, and so was all that refers to it. They are let
go of here, and read anew with that answer in hand: every row is matched as if it were seen for the
first time. What is let go of stays in the ledger with its history, and says that it is gone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.ledger import Change
from hub.model import KIND_ORDER, Kind, line_references, references
from hub.sync.receiving import gives

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.ledger import StoredBinding, StoredRecord
    from hub.sync.session import Peer, Session

_CHUNK = 500


def rejoin(session: Session) -> None:
    """Let go of every client of a target that is one of ours by a person's word."""
    with session.ledger.reading():
        linked = {
            (cause.split(":")[1], decision.facts["own"]): decision.facts["record"]
            for (cause, _), decision in session.ledger.decisions.taken().items()
            if decision.action == "link" and "own" in decision.facts
        }
    for (name, own), record in linked.items():
        peer = next((one for one in session.readers(Kind.CLIENT) if one.name == name), None)
        if peer is not None:
            with session.ledger.transaction():
                if not session.ledger.records.bindings(record, peer.number):
                    _let_go(session, peer, own, record)


def _let_go(session: Session, peer: Peer, own: int, record: int) -> None:
    """Let go of a client and of all that refers to it here; inside a transaction."""
    touched = {own}
    for kind in KIND_ORDER:
        found = list(_referring(session, peer, kind, touched))
        for bound, stored in found:
            if gives(session, peer, kind):
                _read_anew(session, bound)
            elif _stands_only_at(session, peer, stored):
                _release(session, peer, stored, own, record)
                touched.add(stored.id)
        if found:
            session.ledger.streams.advance(peer.number, kind, None)


def _referring(
    session: Session, peer: Peer, kind: Kind, touched: set[int]
) -> Iterator[tuple[StoredBinding, StoredRecord]]:
    """What stands here and is one of these records, or refers to one of them."""
    ledger = session.ledger
    streams = [stream.id for stream in ledger.streams.all(peer.number, kind)]
    records = sorted({record for _, _, _, record in ledger.bulk.live_bindings(streams)})
    for start in range(0, len(records), _CHUNK):
        stored = ledger.records.many(records[start : start + _CHUNK])
        meant = {one.id for one in stored.values() if one.id in touched or touched & _referred(one)}
        for record, bindings in ledger.records.all_bound_at(meant, peer.number).items():
            for bound in bindings:
                yield bound, stored[record]


def _referred(stored: StoredRecord) -> set[int]:
    """The records that a record refers to, in its lines too."""
    found = {stored.values.get(name) for name in references(stored.kind)}
    for one in line_references(stored.kind):
        found |= {line.get(one.field) for line in stored.values.get(one.lines, ())}
    return {record for record in found if record is not None}


def _stands_only_at(session: Session, peer: Peer, stored: StoredRecord) -> bool:
    return all(one.connection == peer.number for one in session.ledger.records.bindings(stored.id))


def _release(session: Session, peer: Peer, stored: StoredRecord, own: int, record: int) -> None:
    """Forget where a record stands; what referred to the client refers to the one that it is."""
    ledger = session.ledger
    for one in ledger.records.bindings(stored.id):
        ledger.bulk.remove(one.stream, one.external_id)
    values = {
        name: record if name in references(stored.kind) and value == own else value
        for name, value in stored.values.items()
    }
    ledger.records.change(stored, values, run=session.run, connection=peer.number, change=Change.GONE)


def _read_anew(session: Session, bound: StoredBinding) -> None:
    """Have a row read as if it had changed: what it refers to is another record now."""
    raw = session.ledger.bulk.raws(bound.stream, [bound.external_id]).get(bound.external_id)
    row = (int(bound.state), bound.agreed, b"", bound.version, raw, bound.stream, bound.external_id)
    session.ledger.bulk.update_bindings([row])
