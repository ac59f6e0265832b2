"""From a system's rows to records: the new, the changed, and those that are tried again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hub.sdk import Upsert
from hub.sync.arrivals import Arrivals
from hub.sync.changes import Changes
from hub.sync.rows import Row
from hub.sync.translation import Translation

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hub.ledger import Stream
    from hub.mapping import Inward
    from hub.model import Kind
    from hub.sync.seen import Seen
    from hub.sync.session import Peer, Session


class Intake:
    """Takes the rows of one listing into the ledger."""

    def __init__(self, session: Session, peer: Peer, kind: Kind, seen: Seen) -> None:
        self._ledger = session.ledger
        self.rows = Translation(session, peer, kind, seen)
        self.changes = Changes(self.rows)
        self.arrivals = Arrivals(self.rows, self.changes)

    def retry(self, stream: Stream, inward: Inward) -> None:
        """Try again what an incremental listing will not show again; inside a transaction."""
        waiting = self._ledger.inbox.waiting([stream.id])
        self._again(stream, inward, [(one.external_id, one.raw, one.version, one.digest) for one in waiting])

    def translate_anew(self, stream: Stream, inward: Inward) -> None:
        """Put what an incremental listing will not show again into an edited mapping's words."""
        after = ""
        while page := self._ledger.bulk.kept_raws(stream.id, after):
            after = page[-1][0]
            self._again(stream, inward, [(key, json.loads(raw), version, d) for key, raw, version, d in page])

    def _again(
        self,
        stream: Stream,
        inward: Inward,
        kept: Sequence[tuple[str, Mapping[str, Any], str | None, bytes]],
    ) -> None:
        known = self._ledger.bulk.lookup(stream.id, [external_id for external_id, *_ in kept])
        rows = [
            Row(Upsert(stream.source, external_id, raw, version), digest, known.get(external_id))
            for external_id, raw, version, digest in kept
        ]
        self.take(stream, inward, rows)

    def take(self, stream: Stream, inward: Inward, rows: Sequence[Row]) -> None:
        """Take rows in, inside a transaction; each becomes a record, changes one, or is held."""
        valid = self.rows.valid(stream, inward, rows)
        self.changes.change(stream, inward, [row for row in valid if row.bound is not None])
        fresh = [row for row in valid if row.bound is None]
        if fresh:
            self.arrivals.place(stream, inward, fresh)
