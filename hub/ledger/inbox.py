"""What was read but is no record yet, kept with its raw text and tried again in every run."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from hub.ledger.digests import body_text
from hub.ledger.schema import inbox

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hub.ledger.ledger import Ledger


_REPLACED = ("run", "raw", "version", "digest", "problem", "unsettled")


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing in the inbox."""

    stream: int
    external_id: str
    raw: Mapping[str, Any]
    version: str | None
    digest: bytes
    problem: str = ""
    unsettled: str = ""


class Inbox:
    """Keeps what cannot become a record yet."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.any_waiting = True
        """Whether anything may wait; a first load into an empty inbox need not look."""

    def keep(self, what: Waiting, run: int) -> None:
        """Keep a raw record, in place of what was kept of it before."""
        self.keep_all([what], run)

    def keep_all(self, what: Sequence[Waiting], run: int) -> None:
        """Keep raw records, each in place of what was kept of it before."""
        if not what:
            return
        self.any_waiting = True
        sqlite = self._ledger.connection.dialect.name == "sqlite"
        added = sqlite_insert(inbox) if sqlite else postgresql_insert(inbox)
        kept = {name: added.excluded[name] for name in _REPLACED}
        upsert = added.on_conflict_do_update(index_elements=["stream", "external_id"], set_=kept)
        self._ledger.connection.execute(upsert, [self._row(one, run) for one in what])

    def _row(self, what: Waiting, run: int) -> dict[str, Any]:
        return {
            "workspace": self._ledger.workspace,
            "stream": what.stream,
            "external_id": what.external_id,
            "run": run,
            "raw": body_text(what.raw),
            "version": what.version,
            "digest": what.digest,
            "problem": what.problem,
            "unsettled": what.unsettled,
        }

    def release(self, stream: int, external_ids: Sequence[str]) -> list[str]:
        """Let go of what has become a record; returns which of these ids were waiting."""
        mine = (inbox.c.stream == stream) & inbox.c.external_id.in_(list(external_ids))
        found = [
            row.external_id
            for row in self._ledger.connection.execute(select(inbox.c.external_id).where(mine))
        ]
        if found:
            self._ledger.connection.execute(delete(inbox).where(mine))
        return found

    def drop_unseen(self, streams: Sequence[int], run: int) -> None:
        """Let go of what a complete listing of this run no longer holds."""
        self._ledger.connection.execute(
            delete(inbox).where(inbox.c.stream.in_(list(streams)), inbox.c.run < run),
        )

    def waiting(self, streams: Sequence[int], *, before: int | None = None) -> list[Waiting]:
        """All that waits in these streams; with a run, only what that run has not seen."""
        query = select(inbox).where(inbox.c.stream.in_(list(streams))).order_by(inbox.c.id)
        if before is not None:
            query = query.where(inbox.c.run < before)
        return [
            Waiting(
                row.stream,
                row.external_id,
                json.loads(row.raw),
                row.version,
                row.digest,
                row.problem,
                row.unsettled,
            )
            for row in self._ledger.connection.execute(query)
        ]

    def look(self) -> None:
        """See whether anything waits at all."""
        mine = inbox.c.workspace == self._ledger.workspace
        self.any_waiting = (
            self._ledger.connection.execute(select(inbox.c.id).where(mine).limit(1)).first() is not None
        )

    def count(self, streams: Sequence[int]) -> int:
        """How much waits in these streams."""
        query = select(func.count()).where(inbox.c.stream.in_(list(streams)))
        return int(self._ledger.connection.execute(query).scalar() or 0)
