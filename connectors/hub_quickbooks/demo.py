"""The books' part of the sample firm that ``hub demo`` writes: a company of its own, and its bookkeeper."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from hub.sdk import HubError
from hub_quickbooks.stand_in import STAND_IN, stand_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from random import Random

    from hub.sdk import SampleFirm
    from hub_quickbooks.sandbox import Company

_REALM = "9130357"
_ADVANCES = "Advanced Client Costs"
_INCOME = ("Income", "Other Income")
_SHARE_PAID = 0.4


def build_sample_firm(firm: SampleFirm) -> None:
    """Give the sample firm its books, and a bookkeeper who enters what clients pay."""
    firm.connect(
        "books",
        {"connector": "quickbooks", "environment": STAND_IN, "realm": _REALM},
        gives=["payment"],
        takes=["client", "matter", "invoice"],
    )
    folder, random = firm.folder, firm.random
    firm.afterwards(lambda: _enter_payments(stand_in(folder).company, random))


def _enter_payments(company: Company, random: Random) -> str:
    """Enter payments for some of the invoices, the checks of one client together."""
    _check_advances(company)
    open_invoices = [one for one in company.all("Invoice") if Decimal(str(one["Balance"])) > 0]
    chosen = [one for one in open_invoices if random.random() < _SHARE_PAID]
    paid = list(_by_parent(company, chosen))
    for number, (customer, invoices) in enumerate(paid, 4711):
        company.add("Payment", **_check(customer, invoices, number))
    total = sum((Decimal(str(one["TotalAmt"])) for one in chosen), Decimal(0))
    checks = f"{len(paid)} checks over {total:,.2f}"
    return f"The bookkeeper enters {checks} for {len(chosen)} invoices in QuickBooks."


def _by_parent(
    company: Company, invoices: Iterable[Mapping[str, Any]]
) -> Iterator[tuple[str, list[Mapping[str, Any]]]]:
    parents = {one["Id"]: (one.get("ParentRef") or {}).get("value") for one in company.all("Customer")}
    grouped: dict[str, list[Mapping[str, Any]]] = {}
    for one in invoices:
        customer = one["CustomerRef"]["value"]
        grouped.setdefault(str(parents[customer] or customer), []).append(one)
    yield from grouped.items()


def _check(customer: str, invoices: Iterable[Mapping[str, Any]], number: int) -> dict[str, Any]:
    bills = list(invoices)
    received = max(date.fromisoformat(one["TxnDate"]) for one in bills) + timedelta(days=21)
    lines = [
        {"Amount": one["Balance"], "LinkedTxn": [{"TxnId": one["Id"], "TxnType": "Invoice"}]} for one in bills
    ]
    total = sum((Decimal(str(one["Balance"])) for one in bills), Decimal(0))
    return {
        "CustomerRef": {"value": customer},
        "TxnDate": received.isoformat(),
        "TotalAmt": total,
        "PaymentRefNum": str(number),
        "Line": lines,
    }


def _check_advances(company: Company) -> None:
    """Raise where an advance stands as income: what was paid out for a client is owed back, not earned.

    Raises:
        HubError: it does.

    """
    accounts = {one["Id"]: one for one in company.all("Account")}
    items = {one["Id"]: one for one in company.all("Item")}
    for invoice in company.all("Invoice"):
        for line in invoice["Line"]:
            item = items.get((line.get("SalesItemLineDetail") or {}).get("ItemRef", {}).get("value"))
            account = accounts[item["IncomeAccountRef"]["value"]] if item else {}
            is_advance = "dvance" in str(line.get("Description", ""))
            if is_advance and account.get("AccountType") in _INCOME:
                message = f"An advance of invoice {invoice['DocNumber']} went to income ({account['Name']})."
                remedy = f"See that advances go to {_ADVANCES} in mappings/quickbooks.toml."
                raise HubError(message, remedy=remedy)
