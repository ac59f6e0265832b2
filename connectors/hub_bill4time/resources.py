"""Which resource holds which kind, and by which of its dates rows are windowed."""

from __future__ import annotations

from dataclasses import dataclass

from hub.sdk import Kind


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource of the API.

    Args:
        name: as it stands in addresses and as the source of its rows, whatever the version.
        own: what one of its rows is; its own ids go by that name in version 2.
        created: the field with the day on which a row was made; empty where all are read every time.
        other_names: what version 2 calls it, the likeliest first.

    """

    name: str
    own: str
    created: str = ""
    other_names: tuple[str, ...] = ()


CLIENTS = Resource("clients", "client")
USERS = Resource("users", "user")
PROJECTS = Resource("projects", "project")
TIME = Resource("timeEntries", "timeentry", "createdDate")
EXPENSES = Resource("expenses", "expense", "createdDate")
INVOICES = Resource("invoices", "invoice", "createdDate")
# The vendor's own pages misspell the name once; the right one is tried first.
PAYMENTS = Resource(
    "payments",
    "payment",
    "createdDate",
    ("paymentsandbalanceadjustments", "paymentsandbalanceadustments", "payments"),
)
APPLIED = Resource("paymentsApplied", "paymentsapplied")
TRUST = Resource("trustAccounting", "trustaccounting", "dateCreated")

OF_KIND = {
    Kind.CLIENT: CLIENTS,
    Kind.TIMEKEEPER: USERS,
    Kind.MATTER: PROJECTS,
    Kind.TIME_ENTRY: TIME,
    Kind.EXPENSE: EXPENSES,
    Kind.INVOICE: INVOICES,
    Kind.PAYMENT: PAYMENTS,
    Kind.WRITE_OFF: PAYMENTS,
    Kind.TRUST_TRANSACTION: TRUST,
}
