"""Runs, and the lease that lets only one go on at a time."""

from __future__ import annotations

import contextlib
import json
import os
import platform
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout
from sqlalchemy import delete, insert, select, text, update

from hub.ledger.digests import body_text
from hub.ledger.engine import LedgerError, sqlite_path
from hub.ledger.schema import lease, run

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from hub.ledger.ledger import Ledger

_HEARTBEAT_SECONDS = 5.0
_ASK_AGAIN_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run."""

    id: int
    began: str
    ended: str | None
    who: str
    outcome: str | None
    summary: Mapping[str, Any]


class Runs:
    """What was run."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def begin(self, who: str) -> int:
        """Open a run; one that was killed before is closed as such."""
        now = self._ledger.clock.now().isoformat()
        with self._ledger.transaction():
            mine = run.c.workspace == self._ledger.workspace
            self._ledger.connection.execute(
                update(run).where(mine, run.c.outcome.is_(None)).values(outcome="killed", ended=now),
            )
            made = self._ledger.connection.execute(
                insert(run).values(workspace=self._ledger.workspace, began=now, who=who),
            )
        return int(made.inserted_primary_key[0]) if made.inserted_primary_key else 0

    def end(self, number: int, outcome: str, summary: Mapping[str, Any]) -> None:
        """Close a run."""
        with self._ledger.transaction():
            self._ledger.connection.execute(
                update(run)
                .where(run.c.id == number)
                .values(
                    ended=self._ledger.clock.now().isoformat(),
                    outcome=outcome,
                    summary=body_text(summary),
                ),
            )

    def all(self, limit: int = 50) -> list[RunRow]:
        """The latest runs, newest first."""
        rows = self._ledger.connection.execute(
            select(run)
            .where(run.c.workspace == self._ledger.workspace)
            .order_by(run.c.id.desc())
            .limit(limit),
        )
        return [_row(row) for row in rows]

    def since(self, began: datetime) -> list[RunRow]:
        """The runs that began at an instant or later."""
        mine = (run.c.workspace == self._ledger.workspace) & (run.c.began >= began.isoformat())
        return [_row(row) for row in self._ledger.connection.execute(select(run).where(mine))]

    def get(self, number: int) -> RunRow | None:
        """One run."""
        row = self._ledger.connection.execute(
            select(run).where(run.c.workspace == self._ledger.workspace, run.c.id == number),
        ).one_or_none()
        return None if row is None else _row(row)


def _row(row: Any) -> RunRow:  # noqa: ANN401 -- a row of the run table
    return RunRow(row.id, row.began, row.ended, row.who, row.outcome, json.loads(row.summary or "{}"))


class Lease:
    """The only right to run in a workspace.

    The operating system (or the PostgreSQL server) lets go of it when its holder dies; the token
    in the ledger keeps a holder that was only thought dead from writing on.
    """

    def __init__(self, ledger: Ledger, holder: str) -> None:
        self._ledger = ledger
        self._holder = holder
        self._token = 0
        self._beat = 0.0
        self._asks = select(lease.c.token).where(lease.c.workspace == ledger.workspace)
        """Put together once: it is asked in every transaction."""

    @contextlib.contextmanager
    def held(self, wait: float) -> Iterator[None]:
        """Hold the lease, waiting so many seconds for another run to end.

        Raises:
            LedgerError: another run goes on.

        """
        with self._exclusive(wait):
            self._take()
            yield

    @contextlib.contextmanager
    def _exclusive(self, wait: float) -> Iterator[None]:
        path = sqlite_path(self._ledger.url)
        if path is None:
            with self._advisory(wait):
                yield
            return
        lock = FileLock(str(path) + "-lock", timeout=wait)
        try:
            lock.acquire()
        except Timeout:
            raise self._busy() from None
        try:
            yield
        finally:
            lock.release()

    @contextlib.contextmanager
    def _advisory(self, wait: float) -> Iterator[None]:
        connection = self._ledger.connection
        ends = time.monotonic() + wait
        while True:
            with self._ledger.reading():
                got = connection.execute(
                    text("SELECT pg_try_advisory_lock(741, :workspace)"),
                    {"workspace": self._ledger.workspace},
                ).scalar()
            if got:
                break
            if time.monotonic() >= ends:
                raise self._busy()
            time.sleep(_ASK_AGAIN_SECONDS)
        try:
            yield
        finally:
            with self._ledger.reading():
                connection.execute(
                    text("SELECT pg_advisory_unlock(741, :workspace)"),
                    {"workspace": self._ledger.workspace},
                )

    def _busy(self) -> LedgerError:
        with self._ledger.reading():
            row = self._ledger.connection.execute(
                select(lease).where(lease.c.workspace == self._ledger.workspace),
            ).one_or_none()
        who = f" ({row.holder}, last heard of {row.heartbeat[:19]} UTC)" if row else ""
        return LedgerError(
            f"Another run of this workspace goes on{who}.",
            remedy="Let it end, then try again.",
        )

    def _take(self) -> None:
        with self._ledger.transaction():
            mine = lease.c.workspace == self._ledger.workspace
            last = self._ledger.connection.execute(self._asks).scalar()
            self._token = int(last or 0) + 1
            self._ledger.connection.execute(delete(lease).where(mine))
            self._ledger.connection.execute(
                insert(lease).values(
                    workspace=self._ledger.workspace,
                    token=self._token,
                    holder=f"{self._holder}, process {os.getpid()} on {platform.node()}",
                    heartbeat=self._ledger.clock.now().isoformat(),
                ),
            )
        self._ledger.bulk.forget_counters()
        self._ledger.streams.look_again()

    def confirm(self) -> None:
        """Check, inside a transaction, that the lease is still ours.

        Raises:
            LedgerError: another run has taken it over.

        """
        token = self._ledger.connection.execute(self._asks).scalar()
        if token != self._token:
            raise LedgerError("Another run has taken over this workspace.", remedy="See `hub runs`.")
        if time.monotonic() - self._beat > _HEARTBEAT_SECONDS:
            self._beat = time.monotonic()
            mine = lease.c.workspace == self._ledger.workspace
            self._ledger.connection.execute(
                update(lease).where(mine).values(heartbeat=self._ledger.clock.now().isoformat()),
            )
