"""Who only receives records of a kind: what stands there beside them is its own, or was keyed in."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hub.model import Kind
    from hub.sync.session import Peer, Session


def gives(session: Session, peer: Peer, kind: Kind) -> bool:
    """Whether a flow moves records of a kind from a connection; read along, they may be its own."""
    return any(flow.source == peer.name and kind in flow.kinds for flow in session.all_flows)


def only_receives(session: Session, peer: Peer, kind: Kind) -> bool:
    """Whether records of a kind are only written to a connection, or looked up for what is."""
    written = any(flow.target == peer.name and kind in flow.kinds_read for flow in session.all_flows)
    return written and not gives(session, peer, kind)
