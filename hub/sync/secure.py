"""Secure matters: walled off inside the firm, they leave only where a flow says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.model import Kind

if TYPE_CHECKING:
    from hub.ledger import Ledger, StoredRecord


class Secure:
    """Knows what belongs to secure matters; a client all of whose matters are secure is one of it."""

    def __init__(self, ledger: Ledger) -> None:
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
        """Whether a record belongs to a secure matter, or is one."""
        if not self.matters:
            return False
        matter = stored.id if stored.kind is Kind.MATTER else stored.values.get("matter")
        client = stored.id if stored.kind is Kind.CLIENT else stored.values.get("client")
        return matter in self.matters or client in self._clients
