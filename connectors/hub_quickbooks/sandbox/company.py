"""A company, as its own people see it: they look and change things in a browser."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from hub.sdk.loopback import DrivenClock, Script
from hub_quickbooks.sandbox import counts, totals
from hub_quickbooks.sandbox.books import Books, Options
from hub_quickbooks.sandbox.document import dumps, loads
from hub_quickbooks.sandbox.misbehaviour import FORGET_BATCHES, ON, BooksFault
from hub_quickbooks.sandbox.moments import month_of
from hub_quickbooks.sandbox.oauth import OAuth
from hub_quickbooks.sandbox.schema import ENTITIES
from hub_quickbooks.sandbox.search import show, show_all
from hub_quickbooks.sandbox.seed import fill
from hub_quickbooks.sandbox.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from decimal import Decimal
    from pathlib import Path

    from hub.sdk import Clock
    from hub_quickbooks.sandbox.books import Switches
    from hub_quickbooks.sandbox.document import Body
    from hub_quickbooks.sandbox.store import Row

_AHEAD = "clock ahead"


class Company:
    """One company: its books, its app, and what is to go wrong.

    Args:
        path: the file that keeps it, which may hold it already; ``None`` for memory.
        clock: the time.
        realm: its id.

    """

    def __init__(self, path: Path | None, clock: Clock, realm: str) -> None:
        self.realm = realm
        self._lock = threading.RLock()
        self._store = Store(path)
        ahead = timedelta(seconds=float(self._store.setting(_AHEAD) or 0))
        self.clock = DrivenClock(clock, ahead)
        self.books = Books(self._store, self.clock)
        self.oauth = OAuth(self.books, realm)
        self.faults = Script(BooksFault, (FORGET_BATCHES,), ON)
        with self.transaction():
            if not self.oauth.client_id:
                fill(self.books)
                self.oauth.seed()

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._store.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Be alone with the company; all that happens within happens, or nothing."""
        with self._lock, self._store.transaction():
            yield

    @property
    def switches(self) -> Switches:
        """What nobody knows about QuickBooks, or what only sometimes happens there."""
        return self.books.switches

    # ------------------------------------------------------------ looking

    def all(self, entity: str) -> list[Body]:
        """All objects of an entity, inactive ones too."""
        with self._lock:
            rows = self._store.rows("entity = ?", (ENTITIES[entity].name,))
            return [loads(text) for text in show_all(self._store, rows)]

    @property
    def counts(self) -> dict[str, int]:
        """How often the company was asked, by sort; see ``counts.SORTS``."""
        with self._lock:
            return counts.counted(self.books)

    @property
    def month_counts(self) -> dict[str, int]:
        """The same, in the present month alone."""
        with self._lock:
            return counts.counted(self.books, month_of(self.clock.now()))

    def reset_counts(self) -> None:
        """Count from 0 again."""
        with self.transaction():
            counts.reset(self.books)

    def object_counts(self) -> dict[str, int]:
        """How many objects there are of each entity."""
        statement = "SELECT entity, count(*) FROM object GROUP BY entity"
        with self._lock:
            return dict(self._store.database.execute(statement).fetchall())

    def account_totals(self) -> dict[str, Decimal]:
        """What went on each account; see ``totals.account_totals``."""
        with self._lock:
            return totals.account_totals(self._store)

    def receivables(self) -> dict[str, Decimal]:
        """What each customer owes; see ``totals.receivables``."""
        with self._lock:
            return totals.receivables(self._store)

    # ------------------------------------------------------------ changing

    def add(self, entity: str, *, raw: bool = False, **fields: Any) -> Body:  # noqa: ANN401 -- fields of any sort
        """Enter something, as a person does; ``raw`` takes it as it is, fit or not.

        Raises:
            Refused: it is not fit.

        """
        if raw:
            return self._do(lambda: self._add_raw(entity, fields))
        return self._do(lambda: self.books.create(ENTITIES[entity], _spelt(fields), Options()))

    def change(self, entity: str, number: str, **fields: Any) -> Body:  # noqa: ANN401 -- fields of any sort
        """Change some fields of something; ``None`` empties one.

        Raises:
            Refused: the change is not fit, or it is not there.

        """
        return self._do(
            lambda: self.books.update(
                ENTITIES[entity],
                {**_spelt(fields), **self._named(entity, number), "sparse": True},
                Options(),
            )
        )

    def delete(self, entity: str, number: str) -> None:
        """Delete a transaction.

        Raises:
            Refused: it cannot be, or is not there.

        """
        self._do(lambda: self.books.delete(ENTITIES[entity], self._named(entity, number)))

    def void(self, entity: str, number: str) -> Body:
        """Void a transaction.

        Raises:
            Refused: it cannot be, or is not there.

        """
        return self._do(lambda: self.books.void(ENTITIES[entity], self._named(entity, number)))

    def deposit(self, payment: str) -> None:
        """Put a payment into a deposit, after which it can't be changed."""
        with self.transaction():
            link = {"TxnId": str(self._store.next_id("transactions")), "TxnType": "Deposit"}
            self.books.amend("Payment", int(payment), lambda body: body.update(LinkedTxn=[link]))

    def prefer(self, group: str, **preferences: Any) -> None:  # noqa: ANN401 -- preferences of any sort
        """Change preferences of one group; ``None`` takes one away."""
        with self.transaction():
            for name, value in preferences.items():
                self.books.prefer(group, name, value)

    # ------------------------------------------------------------ driving

    def tell(self, fault: str, **how: Any) -> None:  # noqa: ANN401 -- as Fault
        """Let something go wrong at requests to come; see ``misbehaviour``.

        Raises:
            ValueError: there is no such fault.

        """
        self.faults.tell(fault, **how)

    def advance(self, by: timedelta) -> None:
        """Put the company's clock forward, and nobody else's; kept with the company."""
        with self.transaction():
            self.clock.ahead += by
            self._store.set(_AHEAD, str(self.clock.ahead.total_seconds()))

    # ------------------------------------------------------------ within

    def _do(self, writing: Callable[[], Row]) -> Body:
        with self.transaction():
            return self._shown(writing())

    def _shown(self, row: Row) -> Body:
        body: Body = loads(show(self._store, row))
        return body

    def _named(self, entity: str, number: str) -> Body:
        row = self.books.found(ENTITIES[entity], number)
        return {"Id": number, "SyncToken": str(row.sync)}

    def _add_raw(self, entity: str, fields: Body) -> Row:
        number = self._store.next_id(ENTITIES[entity].family)
        now = self.books.seconds()
        return self._store.put(ENTITIES[entity], number, _spelt(fields), created=now, updated=now, sync=0)


def _spelt(fields: Body) -> Body:
    """The fields as they would arrive."""
    body: Body = loads(dumps(fields))
    return body
