"""What was handed over and is not seen there yet: where it stands, and since when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select, update

from hub.ledger.schema import delivery
from hub.model import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.ledger.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Delivery:
    """One record on its way into a system."""

    connection: int
    record: int
    kind: Kind
    receipt: str
    since: str
    """When it was handed over, as an instant in ISO 8601."""
    told: str
    """Where the connector says that it stands, and whose turn it is."""


class Deliveries:
    """Remembers what is on its way."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def begin(self, connection: int, record: int, kind: Kind, receipt: str) -> None:
        """Note that a record was handed over now."""
        self.end(connection, [record])
        self._ledger.connection.execute(
            insert(delivery).values(
                workspace=self._ledger.workspace,
                connection=connection,
                record=record,
                kind=kind.number,
                receipt=receipt,
                since=self._ledger.clock.now().isoformat(),
            ),
        )

    def end(self, connection: int, records: Sequence[int]) -> None:
        """Forget what has arrived, or was refused."""
        self._ledger.connection.execute(
            delete(delivery).where(
                delivery.c.connection == connection,
                delivery.c.record.in_(list(records)),
            ),
        )

    def tell(self, connection: int, record: int, told: str) -> None:
        """Note where a delivery stands."""
        self._ledger.connection.execute(
            update(delivery)
            .where(delivery.c.connection == connection, delivery.c.record == record)
            .values(told=told),
        )

    def open(self, connection: int | None = None, kind: Kind | None = None) -> list[Delivery]:
        """All that is on its way, the oldest first."""
        query = select(delivery).where(delivery.c.workspace == self._ledger.workspace)
        if connection is not None:
            query = query.where(delivery.c.connection == connection)
        if kind is not None:
            query = query.where(delivery.c.kind == kind.number)
        rows = self._ledger.connection.execute(query.order_by(delivery.c.since, delivery.c.record))
        return [
            Delivery(row.connection, row.record, Kind.of_number(row.kind), row.receipt, row.since, row.told)
            for row in rows
        ]
