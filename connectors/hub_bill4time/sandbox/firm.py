"""A firm, as its own people see it: they look and change things in a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub_bill4time.sandbox import intake
from hub_bill4time.sandbox.billing import RECKONED, Billing
from hub_bill4time.sandbox.pricing import PRICED
from hub_bill4time.sandbox.records import Records, check_open
from hub_bill4time.sandbox.refusals import Refused
from hub_bill4time.sandbox.resources import FINALIZED, RESOURCES
from hub_bill4time.sandbox.seed import fill
from hub_bill4time.sandbox.store import Store

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal
    from pathlib import Path

    from hub.sdk.loopback import DrivenClock
    from hub_bill4time.sandbox.bill import Bill
    from hub_bill4time.sandbox.store import Body
    from hub_bill4time.sandbox.switches import Switches

_ENTRIES = {"timeEntries", "expenses"}
_AMOUNTS = PRICED["timeEntries"] | {"billableAmount"}


class Firm:
    """One firm. A record is a dict by v1's names of fields; what only v2 has, by its name in camel case.

    Values are taken as ``Decimal``, ``date``, instants, ``bool``, whole numbers or text, never ``float``,
    and given as such. Whatever changes something happens as a whole, or not at all.

    Args:
        path: the file that keeps it, which may hold it already; ``None`` for memory.
        clock: the time.
        switches: what nobody knows.

    """

    def __init__(self, path: Path | None, clock: DrivenClock, switches: Switches) -> None:
        self.store = Store(path)
        self.clock = clock
        self._switches = switches
        self._records = Records(self.store, clock)
        self._billing = Billing(self._records)

    # ------------------------------------------------------------ looking

    def all(self, resource: str) -> list[Body]:
        """All records of a resource, in the order of their ids."""
        with self.store.transaction():
            return self.store.all(RESOURCES[resource])

    def get(self, resource: str, number: int) -> Body:
        """One record.

        Raises:
            Refused: it is not there.

        """
        with self.store.transaction():
            return self._records.found(resource, number)

    def number(self, resource: str) -> int:
        """How many records of a resource there are."""
        with self.store.transaction():
            return self.store.number(RESOURCES[resource])

    def bill(self, invoice: int) -> Bill:
        """The parts of an invoice: taxes and discount too, which the API does not show."""
        with self.store.transaction():
            return self._billing.bill(invoice)

    def owed(self, invoice: int) -> Decimal:
        """What is open of an invoice."""
        with self.store.transaction():
            return self._billing.owed(invoice)

    # ------------------------------------------------------------ changing

    def add(self, resource: str, *, raw: bool = False, **fields: Any) -> Body:  # noqa: ANN401 -- fields of any sort
        """Enter a record; the amount of a time entry follows from its hours and rate unless given.

        Args:
            resource: of what.
            raw: whether it is taken as it is, fit or not.
            fields: of it.

        Raises:
            Refused: it is not fit.

        """
        with self.store.transaction():
            return self._records.add(resource, fields, raw=raw)

    def change(self, resource: str, number: int, *, raw: bool = False, **fields: Any) -> Body:  # noqa: ANN401 -- as above
        """Change some fields of a record; ``None`` empties one. A prebill that it is on is reckoned anew.

        Raises:
            Refused: the change is not fit, the record is not there, or is on a finalized invoice.

        """
        with self.store.transaction():
            before = self._records.found(resource, number)
            if raw:
                return self._records.change(resource, number, fields, raw=True)
            if resource in _ENTRIES:
                check_open(self._records, before)
            if resource == "invoices" and before["status"] == FINALIZED and RECKONED & set(fields):
                raise Refused(f"Invoice {before['customId']} is finalized.")
            body = self._records.change(resource, number, fields)
            return self._settled(resource, body, fields)

    def remove(self, resource: str, number: int, *, raw: bool = False) -> None:
        """Remove a record; a payment with its applications. ``raw`` removes it whatever refers to it.

        Raises:
            Refused: it is not there, another refers to it, or it is on a finalized invoice.

        """
        with self.store.transaction():
            before = self._records.found(resource, number)
            if resource == "invoices" and not raw:
                self._billing.unbill(number)
                return
            if resource in _ENTRIES and not raw:
                check_open(self._records, before)
            if resource == "payments":
                for one in self.store.all(RESOURCES["paymentsApplied"], 't."paymentId" = ?', (number,)):
                    self._records.remove("paymentsApplied", one["id"])
            self._records.remove(resource, number, raw=raw)
            if resource in _ENTRIES and before["invoiceId"] is not None and not raw:
                self._billing.settle(before["invoiceId"])

    # ------------------------------------------------------------ billing

    def prebill(
        self,
        *,
        client: int | None = None,
        project: int | None = None,
        through: date | None = None,
        **fields: Any,  # noqa: ANN401 -- fields of any sort
    ) -> Body:
        """Make a prebill of what is billable, unbilled and "Ready For Billing"; gives the invoice.

        Args:
            client: whose entries, of all its projects.
            project: or those of one project; of a flat-fee one, its ``flatFeeAmount`` too, once.
            through: the last day that is billed, and the date of the invoice unless that is given.
            fields: of the invoice: its discount, taxes, ``laborWriteUpDownAmount`` and so on.

        Raises:
            Refused: there is nothing to bill, or a field is not fit.

        """
        with self.store.transaction():
            return self._billing.prebill(client, project, through or self.clock.now().date(), fields)

    def finalize(self, invoice: int) -> Body:
        """Make an invoice of a prebill: its entries get "Billing Complete"; gives the invoice.

        Raises:
            Refused: it is finalized already, or not there.

        """
        with self.store.transaction():
            return self._billing.finalize(invoice)

    def unbill(self, invoice: int) -> None:
        """Take a prebill or an invoice away; its entries are unbilled again.

        Raises:
            Refused: payments are applied to it, or it is not there.

        """
        with self.store.transaction():
            self._billing.unbill(invoice)

    def pay(self, invoice: int, amount: Decimal | None = None, **fields: Any) -> Body:  # noqa: ANN401 -- as above
        """Enter a payment of an invoice, of all that is open unless an amount is given; gives the payment.

        Raises:
            Refused: it is a prebill, or not there.

        """
        with self.store.transaction():
            return self._billing.pay(invoice, amount, fields)

    def deposit(self, client: int, amount: Decimal, **fields: Any) -> Body:  # noqa: ANN401 -- as above
        """Enter a deposit of a client's money in trust; gives the trust transaction."""
        day = self.clock.now().date()
        given = {"dateTransaction": day, **fields, "clientId": client, "amount": amount}
        return self.add("trustAccounting", **given)

    def pay_from_trust(self, invoice: int, amount: Decimal | None = None, **fields: Any) -> Body:  # noqa: ANN401 -- as above
        """Pay an invoice with the client's money in trust; gives the payment, which names the transaction.

        Raises:
            Refused: it is a prebill, or not there.

        """
        with self.store.transaction():
            return self._billing.pay_from_trust(invoice, amount, fields)

    # ------------------------------------------------------------ many at once

    def take_import(self, path: Path) -> intake.Taken:
        """Hand in the vendor's import template, filled in; see ``intake``.

        Raises:
            Refused: it is no such template, or has too few rows.

        """
        with self.store.transaction():
            return intake.take(self._records, path, minimum=self._switches.minimum_rows)

    def seed_entries(self, number: int) -> None:
        """Enter many time entries quickly, with some clients, projects and users of their own."""
        with self.store.transaction():
            fill(self._records, number)

    # ------------------------------------------------------------ within

    def _settled(self, resource: str, body: Body, fields: Body) -> Body:
        """The record after a prebill that it is, or is on, was reckoned anew."""
        if resource == "invoices":
            return self._billing.settle(body["id"]) if RECKONED & set(fields) else body
        if resource not in _ENTRIES or body["invoiceId"] is None:
            return body
        if resource == "timeEntries" and "invoiceAdjustedAmount" not in fields:
            same = {"invoiceAdjustedAmount": body["billableAmount"]}
            if body["invoiceAdjustedAmount"] is None or _AMOUNTS & set(fields):
                body = self._records.change(resource, body["id"], same, raw=True)
        self._billing.settle(body["invoiceId"])
        return self._records.found(resource, body["id"])
