"""Time: whole hours and minutes, of an employee or a vendor, perhaps for a customer (facts 2.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub_quickbooks.sandbox import refusals
from hub_quickbooks.sandbox.rule import Rules, require

if TYPE_CHECKING:
    from hub_quickbooks.sandbox.books import Books, Change
    from hub_quickbooks.sandbox.store import Row

BILLED = "HasBeenBilled"
"""The status that only an invoice gives."""


class TimeRules(Rules):
    """What holds for time."""

    def settle(self, books: Books, change: Change) -> None:
        """See to it that it says who worked, how long and, if billable, for whom and at which rate."""
        body = change.body
        require(body, "NameOf")
        require(body, f"{body['NameOf']}Ref")
        if not ("Hours" in body or "Minutes" in body or {"StartTime", "EndTime"} <= body.keys()):
            raise refusals.missing("Hours")
        body.setdefault("TxnDate", books.today().isoformat())
        body["BillableStatus"] = body.get("BillableStatus", "NotBillable")
        body["Taxable"] = body.get("Taxable", False)
        if books.store.links_to(change.entity.name, change.number):
            body["BillableStatus"] = BILLED
        if body["BillableStatus"] != "NotBillable":
            _check_billable(change)

    def release(self, books: Books, row: Row) -> None:
        """Refuse what an invoice bills: it has to be taken off that first (facts: from memory)."""
        if books.store.links_to(row.entity, row.id):
            raise refusals.business("Time that is on an invoice can't be deleted.")


def _check_billable(change: Change) -> None:
    if "CustomerRef" not in change.body:
        raise refusals.no_customer()
    require(change.body, "HourlyRate")
