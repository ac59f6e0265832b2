"""Pull: read every connection of the chosen flows, kind by kind, page by page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.ledger import Hold
from hub.ledger.engine import LedgerError
from hub.model import KIND_ORDER, Kind
from hub.sdk import AuthenticationFailed, CursorTooOld, HubError, SourceFailed, SourceMissing
from hub.sync import causes
from hub.sync.reading import Reading
from hub.sync.rejoin import rejoin
from hub.sync.session import Stopped

if TYPE_CHECKING:
    from hub.sync.session import Peer, Session


def pull(session: Session) -> None:
    """Read all that the flows need; what cannot be read is said and hurts nothing else.

    Raises:
        Stopped: a listing shrank by more than the brake allows.

    """
    session.ledger.sync_every_commit(every_commit=False)
    rejoin(session)
    absent: dict[str, list[tuple[Kind, SourceMissing]]] = {}
    for kind in KIND_ORDER:
        for peer in session.readers(kind):
            missing = _read(session, peer, kind)
            if missing is not None:
                absent.setdefault(peer.name, []).append((kind, missing))
    for name, kinds in absent.items():
        _explain_absence(session, session.peers[name], kinds)
    session.ledger.sync_every_commit(every_commit=True)


def pull_back(session: Session, peer: Peer) -> None:
    """Read back what a run wrote, where it was more than the next listing of changes could show."""
    written = session.tally.pushed.get(peer.name, {})
    kinds = [kind for kind in KIND_ORDER if peer in session.readers(kind)]
    most = min((limit for kind in kinds if (limit := peer.access(kind).changes)), default=None)
    count = sum(counts[name] for counts in written.values() for name in ("created", "updated", "voided"))
    if most is None or count <= most:
        return
    for kind in kinds:
        _read(session, peer, kind)


def _read(session: Session, peer: Peer, kind: Kind) -> SourceMissing | None:
    if peer.name in session.refused:
        session.incomplete.add((peer.name, kind))
        return None
    try:
        _list(session, peer, kind)
    except SourceMissing as error:
        if _known(session, peer, kind):
            session.incomplete.add((peer.name, kind))
        return error
    except (Stopped, LedgerError):
        raise
    except HubError as error:
        session.incomplete.add((peer.name, kind))
        session.tally.fail(peer.name, error, kind)
        if isinstance(error, AuthenticationFailed):
            # What is refused once is refused for every kind: it is said once.
            session.refused.add(peer.name)
    except Exception as error:  # noqa: BLE001 -- a connector's bug is one connection's failure
        session.incomplete.add((peer.name, kind))
        session.tally.fail(peer.name, _bug(peer, kind, error), kind)
    return None


def _list(session: Session, peer: Peer, kind: Kind) -> None:
    reading = Reading(session, peer, kind)
    try:
        for page in peer.connector.read(kind, reading.cursor):
            reading.take(page)
    except CursorTooOld:
        if reading.cursor is None:
            raise
        with session.ledger.transaction():
            session.ledger.streams.advance(peer.number, kind, None)
        _list(session, peer, kind)
    else:
        reading.finish()


def _bug(peer: Peer, kind: Kind, error: Exception) -> SourceFailed:
    return SourceFailed(
        f"The connector {peer.connector.name} failed while reading {kind.words}: {type(error).__name__}.",
        remedy="This is a bug in the connector; nothing of this table was taken for deleted.",
    )


def _explain_absence(session: Session, peer: Peer, kinds: list[tuple[Kind, SourceMissing]]) -> None:
    """A table that is not there: fatal if none is, a hold if it was there before, else nothing."""
    absent = {kind.value for kind, _ in kinds}
    nothing_there = session.tally.pulled.get(peer.name, {}).keys() <= absent
    is_written_to = any(flow.target == peer.name for flow in session.all_flows)
    if nothing_there and not is_written_to and any(session.is_source(peer, kind) for kind, _ in kinds):
        session.tally.fail(peer.name, kinds[0][1])
        return
    for kind, error in kinds:
        with session.ledger.transaction():
            known = _known(session, peer, kind)
            if known:
                session.hold(_gone_table(peer, kind, error, known))
            elif session.is_source(peer, kind):
                session.tally.notice(peer.name, error.message)


def _known(session: Session, peer: Peer, kind: Kind) -> int:
    """How many rows of a kind are known at a connection; where none is, no table is no loss."""
    with session.ledger.reading():
        streams = [stream.id for stream in session.ledger.streams.all(peer.number, kind)]
        return session.ledger.bulk.count_live(streams) if streams else 0


def _gone_table(peer: Peer, kind: Kind, error: SourceMissing, known: int) -> Hold:
    return Hold(
        scope=causes.pull_scope(peer, kind),
        cause=f"absent:{peer.name}:{kind.value}",
        code="absent",
        subject=peer.name,
        label=f"{peer.name} {kind.words}",
        message=f"{error.message} The {known} rows known from it stay as they are.",
        remedy=error.remedy or "Export the table again.",
        connection=peer.number,
        kind=kind,
    )
