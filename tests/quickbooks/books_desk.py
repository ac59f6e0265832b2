"""The connector at a company without the hub: the payloads that a mapping would render are made here."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hub.sdk import Action, Deleted, Intent, Kind, Reference, Upsert, Written
from hub.sdk.http import Session
from hub_quickbooks import QuickBooksConnector
from hub_quickbooks.oauth import MemoryKeeper
from hub_quickbooks.settings import QuickBooksSettings

if TYPE_CHECKING:
    from hub.sdk import Cursor, End, Found, Page, Secrets
    from hub.testing import FakeClock
    from hub_quickbooks.sandbox import Company, QuickBooksSandbox

Payload = dict[str, Any]


@dataclass
class Surroundings:
    """What a connector is handed of the world around it."""

    clock: FakeClock
    folder: Path = Path()
    secrets: Secrets = field(default_factory=MemoryKeeper)
    connection: str = "books"

    def __post_init__(self) -> None:
        self._session = Session(self.clock)

    def http(self) -> Session:
        """The only session."""
        return self._session


class Desk:
    """A connection to a company; each ``connector()`` is as of a new process."""

    def __init__(self, sandbox: QuickBooksSandbox, clock: FakeClock, **settings: Any) -> None:
        self.sandbox = sandbox
        self.clock = clock
        self.surroundings = Surroundings(clock)
        self._settings = {**sandbox.settings, **settings}
        self._keys = count(1)
        self.now = self.connector()

    @property
    def company(self) -> Company:
        """The company, as its own people see it."""
        return self.sandbox.company

    def connector(self) -> QuickBooksConnector:
        """The connector of a new process."""
        return QuickBooksConnector(QuickBooksSettings.model_validate(self._settings), self.surroundings)

    def anew(self) -> QuickBooksConnector:
        """From now on a new process is at work."""
        self.now = self.connector()
        return self.now

    # Reading.

    def pages(self, kind: Kind, cursor: Cursor | None = None) -> list[Page]:
        """The pages of a listing."""
        return list(self.now.read(kind, cursor))

    def listed(self, kind: Kind, cursor: Cursor | None = None) -> tuple[list[Upsert], list[str], Cursor]:
        """The rows of a listing, the ids of what it says was deleted, and its cursor."""
        pages = self.pages(kind, cursor)
        items = [item for page in pages for item in page.items]
        rows = [item for item in items if isinstance(item, Upsert)]
        deleted = [item.external_id for item in items if isinstance(item, Deleted)]
        reached = pages[-1].cursor
        assert reached is not None
        return rows, deleted, reached

    # Writing.

    def intent(self, kind: Kind, payload: Payload, *, key: str = "", call: str = "") -> Intent:
        """A create."""
        return Intent(key or f"w-1-{next(self._keys)}-0", kind, Action.CREATE, payload, call=call)

    def change(self, kind: Kind, at: Written, payload: Payload, *, action: Action = Action.UPDATE) -> Intent:
        """An update, or a void, of what was written."""
        key = f"w-1-{next(self._keys)}-0"
        return Intent(key, kind, action, payload, at.source, at.external_id, at.version)

    def ends(self, *intents: Intent) -> list[End]:
        """Write intents in one call; how each ended, in their order."""
        ends = {outcome.key: outcome.end for outcome in self.now.write(intents)}
        return [ends[one.key] for one in intents]

    def end(self, kind: Kind, payload: Payload) -> End:
        """Create one; how it ended."""
        (end,) = self.ends(self.intent(kind, payload))
        return end

    def make(self, kind: Kind, payload: Payload) -> Written:
        """Create one that is taken."""
        end = self.end(kind, payload)
        assert isinstance(end, Written), end
        return end

    def find(self, one: Intent) -> list[Found]:
        """Look a create up."""
        return list(self.now.find(one.kind, Reference(one.key, one.payload)))

    def stored(self, entity: str, number: str) -> Payload:
        """An object of the company."""
        (found,) = [one for one in self.company.all(entity) if one["Id"] == number]
        return found


# What mappings render.


def client(number: str = "100", name: str = "Acme", **more: Any) -> Payload:
    """A client."""
    return {"_Number": number, "_Name": name, **more}


def matter(parent: str, number: str = "100.01", name: str = "Lease", **more: Any) -> Payload:
    """A matter of a client."""
    return {"ParentRef": {"value": parent}, "_Number": number, "_Name": name, **more}


def fee(amount: str = "675.00", **more: Any) -> Payload:
    """A charge for work."""
    charge = {"Type": "fee", "Amount": amount, "Item": "Legal Fees", "ServiceDate": "2026-01-12"}
    return {**charge, "Timekeeper": "Margaret Doyle", **more}


def cost(amount: str = "12.50", **more: Any) -> Payload:
    """A charge for expenses."""
    charge = {"Type": "expense", "Amount": amount, "Item": "Reimbursed Expenses"}
    return {**charge, "ServiceDate": "2026-01-12", **more}


def advance(amount: str = "435.00", **more: Any) -> Payload:
    """A charge for what was paid out for a client."""
    return cost(amount, **{"Item": "Advanced Client Costs", "Advance": True, **more})


def invoice(customer: str, total: str, *charges: Payload, number: str = "4101", **more: Any) -> Payload:
    """An invoice."""
    items = {"_DiscountItem": "Discounts Given", "_FinanceChargeItem": "Finance Charges"}
    common = {"_Client": customer, "DocNumber": number, "TxnDate": "2026-02-02", "_Total": total}
    return {**common, **items, "_TaxItem": "Sales Tax", "_Charges": list(charges), **more}


def payment(customer: str, amount: str, *invoices: tuple[str, str], **more: Any) -> Payload:
    """A payment, applied to invoices."""
    common = {"_Client": customer, "TxnDate": "2026-02-20", "TotalAmt": amount}
    return {**common, "_DepositTo": "Undeposited Funds", "_Applications": applied(*invoices), **more}


def write_off(customer: str, amount: str, *invoices: tuple[str, str], **more: Any) -> Payload:
    """A write-off, applied to invoices."""
    common = {"_Client": customer, "TxnDate": "2026-03-02", "_Total": amount, "_Item": "Write-offs"}
    return {**common, "_Applications": applied(*invoices), **more}


def credit_note(customer: str, total: str, *charges: Payload, **more: Any) -> Payload:
    """A credit note."""
    common = {"_Client": customer, "DocNumber": "CN-1", "TxnDate": "2026-03-09", "_Total": total}
    return {**common, "_Item": "Legal Fees", "_Charges": list(charges), **more}


def applied(*invoices: tuple[str, str]) -> list[Payload]:
    """What is applied to which invoice."""
    return [{"InvoiceRef": number, "Amount": amount} for number, amount in invoices]
