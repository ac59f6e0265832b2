"""Open writes, committed before the call; and how often a create was refused."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, insert, select, update

from hub.ledger.digests import body_text
from hub.ledger.schema import attempt, intent
from hub.model import Kind
from hub.sdk import Action, Intent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.ledger.ledger import Ledger


@dataclass(frozen=True, slots=True)
class OpenIntent:
    """A write that has been begun and not settled.

    ``began`` is when it was first sent, ``sent`` when it was last sent. ``reason`` is set once a call
    ended without anybody knowing how.
    """

    record: int
    revision: int
    connection: int
    batch: int
    intent: Intent
    began: datetime
    sent: datetime
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """What became of earlier tries to write a record."""

    number: int
    refused: bytes | None
    fault: dict[str, str]


class Intents:
    """The open writes of a workspace; at most one for each record and connection."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def begin(self, opened: Sequence[OpenIntent], run: int) -> None:
        """Commit a batch of intents; nothing is sent before this is on the disk."""
        with self._ledger.transaction():
            self._ledger.connection.execute(
                insert(intent),
                [
                    {
                        "workspace": self._ledger.workspace,
                        "run": run,
                        "connection": one.connection,
                        "batch": one.batch,
                        "call": one.intent.call,
                        "record": one.record,
                        "revision": one.revision,
                        "kind": one.intent.kind.number,
                        "action": one.intent.action.value,
                        "key": one.intent.key,
                        "source": one.intent.source,
                        "external_id": one.intent.external_id,
                        "version": one.intent.version,
                        "payload": body_text(one.intent.payload),
                        "began": one.began.isoformat(),
                        "sent": one.sent.isoformat(),
                    }
                    for one in opened
                ],
            )

    def send_again(self, opened: Sequence[OpenIntent], now: datetime) -> None:
        """Commit that intents are about to be sent once more: their effect may come as late as after that."""
        with self._ledger.transaction():
            for one in opened:
                again = update(intent).where(_mine(one)).values(sent=now.isoformat())
                self._ledger.connection.execute(again)

    def next_batch(self) -> int:
        """A number for a new batch; batches are settled before ids are used again."""
        highest = self._ledger.connection.execute(select(func.max(intent.c.batch))).scalar()
        return int(highest or 0) + 1

    def open_batches(self, connection: int) -> list[list[OpenIntent]]:
        """The open intents of a connection, as they were sent together."""
        rows = self._ledger.connection.execute(
            select(intent).where(intent.c.connection == connection).order_by(intent.c.batch, intent.c.id),
        )
        batches: dict[int, list[OpenIntent]] = {}
        for row in rows:
            batches.setdefault(row.batch, []).append(_open(row))
        return list(batches.values())

    def records_open(self, connection: int) -> frozenset[int]:
        """The records with an open write at a connection."""
        rows = self._ledger.connection.execute(
            select(intent.c.record).where(intent.c.connection == connection),
        )
        return frozenset(row.record for row in rows)

    def doubt(self, opened: OpenIntent, reason: str) -> None:
        """Note that nobody knows how a call ended."""
        self._ledger.connection.execute(update(intent).where(_mine(opened)).values(reason=reason))

    def settle(self, opened: Sequence[OpenIntent]) -> None:
        """Forget intents whose end is known."""
        for connection in {one.connection for one in opened}:
            records = [one.record for one in opened if one.connection == connection]
            for start in range(0, len(records), _CHUNK):
                self._ledger.connection.execute(
                    delete(intent).where(
                        intent.c.connection == connection,
                        intent.c.record.in_(records[start : start + _CHUNK]),
                    ),
                )

    def count(self) -> int:
        """How many writes are open."""
        query = select(func.count()).where(intent.c.workspace == self._ledger.workspace)
        return int(self._ledger.connection.execute(query).scalar() or 0)


_CHUNK = 1000


def _mine(opened: OpenIntent) -> Any:  # noqa: ANN401 -- an SQL condition
    return (intent.c.connection == opened.connection) & (intent.c.record == opened.record)


def _open(row: Any) -> OpenIntent:  # noqa: ANN401 -- a row of the intent table
    sent = Intent(
        key=row.key,
        kind=Kind.of_number(row.kind),
        action=Action(row.action),
        payload=json.loads(row.payload),
        source=row.source,
        external_id=row.external_id,
        version=row.version,
        call=row.call,
    )
    began, last = datetime.fromisoformat(row.began), datetime.fromisoformat(row.sent)
    return OpenIntent(row.record, row.revision, row.connection, row.batch, sent, began, last, row.reason)


class Attempts:
    """How often a record was refused at a connection, or did not arrive."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def of(self, connection: int, records: Sequence[int]) -> dict[int, Attempt]:
        """The tries so far; a record without any is left out."""
        rows = self._ledger.connection.execute(
            select(attempt).where(attempt.c.connection == connection, attempt.c.record.in_(list(records))),
        )
        return {row.record: Attempt(row.number, row.refused, json.loads(row.fault or "{}")) for row in rows}

    def count(self, connection: int, record: int, refused: bytes | None, fault: dict[str, str]) -> None:
        """Count a try that is known to have left nothing behind; the next one has a new key."""
        mine = (attempt.c.connection == connection) & (attempt.c.record == record)
        changed = self._ledger.connection.execute(
            update(attempt)
            .where(mine)
            .values(number=attempt.c.number + 1, refused=refused, fault=body_text(fault)),
        )
        if not changed.rowcount:
            self._ledger.connection.execute(
                insert(attempt).values(
                    connection=connection,
                    record=record,
                    number=1,
                    refused=refused,
                    fault=body_text(fault),
                ),
            )

    def pardon(self, connection: int, record: int) -> None:
        """Allow a refused payload to be sent again."""
        mine = (attempt.c.connection == connection) & (attempt.c.record == record)
        self._ledger.connection.execute(update(attempt).where(mine).values(refused=None))
