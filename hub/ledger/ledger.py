"""The ledger of one workspace: one connection, short transactions, and the tables by their use."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Self

from hub.ledger.bulk import Bulk
from hub.ledger.deliveries import Deliveries
from hub.ledger.engine import (
    LedgerError,
    TransactionKind,
    answered,
    bring_up_to_date,
    open_engine,
    set_durability,
    sqlite_path,
)
from hub.ledger.holds import Decisions, Holds
from hub.ledger.inbox import Inbox
from hub.ledger.intents import Attempts, Intents
from hub.ledger.marks import Marks
from hub.ledger.matches import Matches
from hub.ledger.records import Records
from hub.ledger.runs import Lease, Runs
from hub.ledger.streams import Streams
from hub.ledger.workspaces import Workspaces

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.engine import Connection

    from hub.sdk import Clock


class Ledger:
    """The memory of one workspace.

    Args:
        url: an SQLAlchemy URL.
        firm: the firm whose workspace it is; a database may hold several firms.
        clock: where the time comes from.

    Raises:
        LedgerError: it cannot be opened, is locked, damaged, or made by a newer hub.

    """

    def __init__(self, url: str, firm: str, clock: Clock) -> None:
        self.url = url
        path = sqlite_path(url)
        self.place = path.name if path else url.rpartition("@")[2]
        self.clock = clock
        self._engine = open_engine(url)
        self._lease: Lease | None = None
        try:
            with answered(self.place):
                self.connection: Connection = self._engine.connect()
                with self._begun(TransactionKind.WRITING):
                    bring_up_to_date(self.connection)
                    self.workspaces = Workspaces(self)
                    self.workspace, self.identity = self.workspaces.enter(firm)
        except BaseException:
            self._engine.dispose()
            raise
        self.bulk = Bulk(self)
        self.streams = Streams(self)
        self.records = Records(self)
        self.inbox = Inbox(self)
        self.intents = Intents(self)
        self.attempts = Attempts(self)
        self.deliveries = Deliveries(self)
        self.holds = Holds(self)
        self.decisions = Decisions(self)
        self.matches = Matches(self)
        self.marks = Marks(self)
        self.runs = Runs(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the database."""
        self.connection.close()
        self._engine.dispose()

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit what is done inside together, or nothing of it.

        Raises:
            LedgerError: the database refuses, or another run has taken the lease.

        """
        with answered(self.place), self._begun(TransactionKind.WRITING):
            if self._lease is not None:
                self._lease.confirm()
            yield

    @contextlib.contextmanager
    def reading(self) -> Iterator[None]:
        """Read one state of the ledger, without the writer's lock; inside a transaction, that one."""
        if self.connection.in_transaction():
            yield
            return
        with answered(self.place), self._begun(TransactionKind.READING):
            yield

    @contextlib.contextmanager
    def _begun(self, kind: TransactionKind) -> Iterator[None]:
        self.connection.execution_options(transaction=kind)
        try:
            with self.connection.begin():
                yield
        finally:
            self.connection.execution_options(transaction=TransactionKind.NONE)

    @contextlib.contextmanager
    def leased(self, holder: str, *, wait: float) -> Iterator[None]:
        """Hold the only right to run in this workspace."""
        lease = Lease(self, holder)
        with lease.held(wait):
            self._lease = lease
            try:
                yield
            finally:
                self._lease = None

    def damage(self) -> str:
        """What the database itself finds wrong; empty where it is sound."""
        if self.connection.dialect.name != "sqlite":
            return ""
        with self.reading():
            found = [str(row[0]) for row in self.connection.exec_driver_sql("PRAGMA integrity_check")]
        return "" if found == ["ok"] else found[0]

    def sync_every_commit(self, *, every_commit: bool) -> None:
        """Make each commit durable at once (before writes outside), or let several share a sync."""
        set_durability(self.connection, every_commit=every_commit)


__all__ = ["Ledger", "LedgerError"]
