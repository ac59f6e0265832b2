"""Which records a flow moves by their day: what is not older than its start, and what is brought."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.ledger import BindingState
from hub.model import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.ledger import Ledger, StoredRecord
    from hub.ledger.holds import Decision
    from hub.sync.session import Flow, Peer

    Decisions = Mapping[tuple[str, str], Decision]

DAYS = {
    Kind.TIME_ENTRY: "worked_on",
    Kind.EXPENSE: "incurred_on",
    Kind.INVOICE: "issued_on",
    Kind.PAYMENT: "received_on",
    Kind.WRITE_OFF: "written_off_on",
    Kind.CREDIT_NOTE: "issued_on",
}
"""The day by which a record belongs before or after the start of a flow."""


def opening_scope(connection: str, flow: str) -> str:
    """The scope of what is held until a flow may write to the books; its causes begin with it."""
    return f"opening:{connection}:{flow}"


def said_of_earlier(decisions: Decisions, flow: Flow) -> dict[int, Decision]:
    """What people said of the invoices that are older than a flow's start, by record."""
    prefix = f"{opening_scope(flow.target or '', flow.name)}:"
    return {int(subject): one for (cause, subject), one in decisions.items() if cause.startswith(prefix)}


def joined_cause(connection: str) -> str:
    """The cause under which it is kept which record of the books alone turned out to be which."""
    return f"joined:{connection}"


class Period:
    """Knows what belongs to a flow by its day."""

    def __init__(self, ledger: Ledger, flow: Flow, peer: Peer, decisions: Decisions) -> None:
        self._records = ledger.records
        self._peer = peer
        self._start = "" if flow.start is None else flow.start.isoformat()
        said = said_of_earlier(decisions, flow) if flow.start is not None else {}
        self.brought = frozenset(record for record, one in said.items() if one.action == "bring")
        """The earlier invoices that a person said to bring."""

    def covers(self, stored: StoredRecord) -> bool:
        """Whether a record is not older than the start, was brought, or goes along with what was."""
        return not self.is_early(stored) or stored.id in self.brought or self._goes_along(stored)

    def is_early(self, stored: StoredRecord) -> bool:
        """Whether a record is older than the start."""
        day = stored.values.get(DAYS.get(stored.kind, ""))
        return day is not None and day < self._start

    def _goes_along(self, stored: StoredRecord) -> bool:
        """Whether money is applied to what was brought, and to nothing that will not be there."""
        invoices = {part["invoice"] for part in stored.values.get("applications", ())}
        return not self.brought.isdisjoint(invoices) and all(map(self._will_be_there, invoices))

    def _will_be_there(self, invoice: int) -> bool:
        if invoice in self.brought or not self.is_early(self._records.get(invoice)):
            return True
        bound = self._records.bound_at([invoice], self._peer.number).get(invoice)
        return bound is not None and bound.state is not BindingState.GONE
