"""Secure matters: walled off inside the firm, they leave only where a flow says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub.model import Kind
from hub.sync.reissue import entries_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hub.ledger import Ledger, StoredRecord


class Secure:
    """Knows what belongs to secure matters; a client all of whose matters are secure is one of it."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._covered: dict[int, bool] = {}
        self.matters: set[int] = set()
        self._clients: set[int] = set()
        open_clients: set[int] = set()
        for matter in ledger.records.of_kind(Kind.MATTER):
            if matter.values.get("secure"):
                self.matters.add(matter.id)
                self._clients.add(matter.values["client"])
            else:
                open_clients.add(matter.values["client"])
        self._clients -= open_clients

    def covers(self, stored: StoredRecord) -> bool:
        """Whether a record belongs to a secure matter, or is one.

        An invoice of several matters, or a payment of several invoices, belongs to each of them.
        """
        if not self.matters:
            return False
        if stored.kind is Kind.MATTER:
            return stored.id in self.matters
        if stored.kind is Kind.CLIENT:
            return stored.id in self._clients
        values = stored.values
        if values.get("matter") in self.matters or values.get("client") in self._clients:
            return True
        return any(self._is_covered(record) for record in _parts(values))

    def _is_covered(self, record: int) -> bool:
        if record not in self._covered:
            self._covered[record] = self.covers(self._ledger.records.get(record))
        return self._covered[record]


def _parts(values: Mapping[str, Any]) -> Iterator[int]:
    """The invoices that money is applied to, and the entries of an invoice that names no matter."""
    if (invoice := values.get("invoice")) is not None:
        yield invoice
    for part in values.get("applications", ()):
        yield part["invoice"]
    if "matter" not in values:
        yield from entries_of(values)
