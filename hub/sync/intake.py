"""From a system's rows to records: the new, the changed, and those that are tried again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from hub.sdk import Upsert
from hub.sync.arrivals import Arrivals
from hub.sync.changes import Changes
from hub.sync.rows import Row, row_of
from hub.sync.translation import Translation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.ledger import Stream
    from hub.mapping import Inward
    from hub.model import Kind
    from hub.sync.seen import Shown
    from hub.sync.session import Peer, Session


class Intake:
    """Takes the rows of one listing into the ledger."""

    def __init__(self, session: Session, peer: Peer, kind: Kind, shown: Shown) -> None:
        self._ledger = session.ledger
        self.rows = Translation(session, peer, kind, shown)
        self.changes = Changes(self.rows)
        self.arrivals = Arrivals(self.rows, self.changes)

    @property
    def awaits_renewal(self) -> bool:
        """Whether what has left cannot be told before a person has said what has a new id."""
        return self.rows.awaits_renewal or bool(self.arrivals.proposed)

    def retry(self, stream: Stream, inward: Inward, *, before: int | None = None) -> None:
        """Try again what a listing of changes will not show again; inside a transaction."""
        waiting = self._ledger.inbox.waiting([stream.id], before=before)
        known = self._ledger.bulk.lookup(stream.id, [one.external_id for one in waiting])
        self.take(stream, inward, [row_of(stream, one, known.get(one.external_id)) for one in waiting])

    def translate_anew(self, stream: Stream, inward: Inward) -> None:
        """Put what an incremental listing will not show again into an edited mapping's words."""
        after = ""
        while page := self._ledger.bulk.kept_raws(stream.id, after):
            after = page[-1][0]
            known = self._ledger.bulk.lookup(stream.id, [key for key, *_ in page])
            rows = [
                Row(Upsert(stream.source, key, json.loads(raw), version), digest, known.get(key))
                for key, raw, version, digest in page
            ]
            self.take(stream, inward, rows)

    def take(self, stream: Stream, inward: Inward, rows: Sequence[Row]) -> None:
        """Take rows in, inside a transaction; each becomes a record, changes one, or is held."""
        valid = self.rows.valid(stream, inward, rows)
        strange = self.arrivals.strangers(valid)
        self.changes.change(
            stream, inward, [row for row in valid if row.bound and row.item.external_id not in strange]
        )
        fresh = [row for row in valid if not row.bound or row.item.external_id in strange]
        if fresh:
            self.arrivals.place(stream, inward, fresh)
