"""Billing: prebills, invoices, and what clients pay."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from hub_bill4time.sandbox.bill import Bill, Terms, reckon
from hub_bill4time.sandbox.refusals import Refused
from hub_bill4time.sandbox.resources import COMPLETE, FINALIZED, NO_PROJECT, PREBILL, READY, RESOURCES
from hub_bill4time.sandbox.values import Sort, keep

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from hub_bill4time.sandbox.records import Records
    from hub_bill4time.sandbox.store import Body

_NUMBER, _FIRST_NUMBER = "last invoice number", 1000
_ENTRIES = {"timeEntries": "entryDate", "expenses": "expenseDate"}
_TAKEN_IF = {"timeEntries": ('t."isBillable"', 'NOT t."excludeFromInvoice"')}
_TERMS = {
    "discount_type": "invoiceDiscountType",
    "discount_on": "applyDiscountTo",
    "discount": "invoiceDiscountAmount",
    "labor_tax": "laborTaxRatePCT",
    "second_labor_tax": "secondaryTaxLabor",
    "expense_tax": "expenseTaxRatePCT",
    "second_expense_tax": "secondaryTaxExpenses",
    "labor_write": "laborWriteUpDownAmount",
    "expense_write": "expenseWriteUpDownAmount",
    "late_fee": "lateFeeAmount",
    "flat_fee": "flatFeeBilled",
}
RECKONED = set(_TERMS.values())
"""The fields of an invoice of which its total is made."""


class Billing:
    """What happens between an entry and its payment."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._store = records.store

    def prebill(
        self, client: int | None, project: int | None, through: date, fields: Mapping[str, Any]
    ) -> Body:
        """Make a prebill of what is unbilled; see ``Firm.prebill``."""
        if project is not None:
            client = self._records.found("projects", project)["clientId"]
        place = {"clientId": client, "projectId": NO_PROJECT if project is None else project}
        terms = {"invoiceDate": through, "flatFeeBilled": self._flat_fee(project), **fields, **place}
        invoice = self._records.add("invoices", {"customId": self._next_number(), **terms})
        if not self._take(invoice, through) and not invoice["flatFeeBilled"]:
            raise Refused("There is nothing to bill.")
        return self.settle(invoice["id"])

    def finalize(self, invoice: int) -> Body:
        """Make an invoice of a prebill."""
        if self._records.found("invoices", invoice)["status"] != PREBILL:
            raise Refused(f"Invoice {invoice} is finalized already.")
        for name in _ENTRIES:
            self._mark(name, invoice, {"billingStatus": COMPLETE})
        return self._records.change("invoices", invoice, {"status": FINALIZED}, raw=True)

    def unbill(self, invoice: int) -> None:
        """Take an invoice or prebill away; its entries are unbilled again."""
        applied = RESOURCES["paymentsApplied"]
        if self._store.number(applied, 't."invoiceId" = ?', (invoice,)):
            raise Refused(f"Payments are applied to invoice {invoice}.")
        self._records.found("invoices", invoice)
        self._mark("expenses", invoice, {"billingStatus": READY, "invoiceId": None})
        ready = {
            "billingStatus": READY,
            "invoiceId": None,
            "invoiceAdjustedAmount": None,
            "invoiceBatchId": None,
        }
        self._mark("timeEntries", invoice, ready)
        self._store.delete(RESOURCES["invoices"], invoice)

    def settle(self, invoice: int) -> Body:
        """Reckon an invoice anew."""
        bill = self.bill(invoice)
        amounts = {"laborAmount": bill.labor, "expenseAmount": bill.expenses, "invoiceAmount": bill.total}
        return self._records.change("invoices", invoice, amounts, raw=True)

    def bill(self, invoice: int) -> Bill:
        """Give the parts of an invoice."""
        body = self._records.found("invoices", invoice)
        time, expenses = (
            self._store.all(RESOURCES[name], 't."invoiceId" = ?', (invoice,)) for name in _ENTRIES
        )
        return reckon(
            Terms(**{term: body[name] for term, name in _TERMS.items()}),
            [one["invoiceAdjustedAmount"] for one in time],
            [(one["sellPrice"], one["taxable"]) for one in expenses],
        )

    def owed(self, invoice: int) -> Decimal:
        """Give what is open of an invoice."""
        total: Decimal = self._records.found("invoices", invoice)["invoiceAmount"]
        applied = self._store.all(RESOURCES["paymentsApplied"], 't."invoiceId" = ?', (invoice,))
        return total - sum((one["amountApplied"] for one in applied), Decimal(0))

    def pay(self, invoice: int, amount: Decimal | None, fields: Mapping[str, Any]) -> Body:
        """Enter a payment of an invoice; what is more than it owes stays unapplied."""
        body, owed = self._records.found("invoices", invoice), self.owed(invoice)
        if body["status"] != FINALIZED:
            raise Refused(f"Invoice {invoice} is a prebill.")
        given = owed if amount is None else amount
        place = {"clientId": body["clientId"], "projectId": body["projectId"]}
        today = self._records.clock.now().date()
        payment = self._records.add(
            "payments",
            {"paymentDate": today, "paymentMethod": "Check", **place, "paymentAmount": given, **fields},
        )
        applied = {"paymentId": payment["id"], "invoiceId": invoice, "amountApplied": min(given, owed)}
        self._records.add("paymentsApplied", {**applied, "dateApplied": payment["paymentDate"]})
        return payment

    def pay_from_trust(self, invoice: int, amount: Decimal | None, fields: Mapping[str, Any]) -> Body:
        """Pay an invoice with the client's money; it leaves the trust account as an amount below 0."""
        body = self._records.found("invoices", invoice)
        given = self.owed(invoice) if amount is None else amount
        day = fields.get("paymentDate") or self._records.clock.now().date()
        place = {"clientId": body["clientId"], "projectId": body["projectId"]}
        out = {"amount": -given, "dateTransaction": day, "isPayment": True, **place}
        trust = self._records.add("trustAccounting", {**out, "description1": f"Invoice {body['customId']}"})
        how = {"paymentMethod": "Trust", "trustAccountingId": trust["id"], "paymentDate": day}
        return self.pay(invoice, given, {**how, **fields})

    # ------------------------------------------------------------ within

    def _next_number(self) -> str:
        number = int(self._store.setting(_NUMBER) or _FIRST_NUMBER) + 1
        self._store.set(_NUMBER, str(number))
        return str(number)

    def _flat_fee(self, project: int | None) -> Decimal:
        """The fee of a flat-fee project, until an invoice has it."""
        body = self._records.found("projects", project) if project is not None else {}
        billed = 't."projectId" = ? AND t."flatFeeBilled" > 0'
        if not body.get("flatFeeAmount") or self._store.number(RESOURCES["invoices"], billed, (project,)):
            return Decimal(0)
        fee: Decimal = body["flatFeeAmount"]
        return fee

    def _take(self, invoice: Body, through: date) -> int:
        """Put what is unbilled on a prebill; gives how many entries that is."""
        where = {"clientId": invoice["clientId"], "billingStatus": READY}
        if invoice["projectId"] != NO_PROJECT:
            where["projectId"] = invoice["projectId"]
        taken = 0
        for name, day in _ENTRIES.items():
            condition = [f't."{field}" = ?' for field in where]
            condition += ['t."invoiceId" IS NULL', f't."{day}" <= ?', *_TAKEN_IF.get(name, ())]
            values = [*where.values(), keep(Sort.DAY, through)]
            for entry in self._store.all(RESOURCES[name], " AND ".join(condition), values):
                self._put(name, entry, invoice)
                taken += 1
        return taken

    def _put(self, name: str, entry: Body, invoice: Body) -> None:
        changes = {"invoiceId": invoice["id"]}
        if name == "timeEntries":
            amount, batch = entry["billableAmount"], invoice["invoiceBatchId"]
            changes |= {"invoiceAdjustedAmount": amount, "invoiceBatchId": batch}
        self._records.change(name, entry["id"], changes, raw=True)

    def _mark(self, name: str, invoice: int, changes: Mapping[str, Any]) -> None:
        for entry in self._store.all(RESOURCES[name], 't."invoiceId" = ?', (invoice,)):
            self._records.change(name, entry["id"], changes, raw=True)
