"""What the books come to: for checks from outside, reckoned from the transactions themselves."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING

from hub_quickbooks.sandbox.store import referred

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub_quickbooks.sandbox.document import Body
    from hub_quickbooks.sandbox.store import Store

_SIGNS = {"Invoice": 1, "CreditMemo": -1}
_RECEIVABLE, _TAX = "Accounts Receivable", "Sales Tax Payable"


def account_totals(store: Store) -> dict[str, Decimal]:
    """What went on each account, by its name; accounts without movement are left out.

    Sales add to the accounts of their items and to Accounts Receivable, credit memos take from both;
    discounts are less than 0 on theirs. Payments add to the account that they went to, and take from
    Accounts Receivable, applied or not.
    """
    totals: dict[str, Decimal] = defaultdict(Decimal)
    accounts = {row.id: row.body["Name"] for row in store.rows("entity = 'Account'")}
    items = {row.id: referred(row.body, "IncomeAccountRef") for row in store.rows("entity = 'Item'")}
    for entity, sign in _SIGNS.items():
        for row in store.rows("entity = ?", (entity,)):
            body = row.body
            totals[_RECEIVABLE] += sign * body["TotalAmt"]
            totals[_TAX] += sign * body["TxnTaxDetail"]["TotalTax"]
            for account, amount in _movements(body, items):
                totals[accounts[account]] += sign * amount
    for row in store.rows("entity = 'Payment'"):
        body = row.body
        totals[_RECEIVABLE] -= body["TotalAmt"]
        totals[body["DepositToAccountRef"]["name"]] += body["TotalAmt"]
    return {name: total for name, total in totals.items() if total}


def _movements(body: Body, items: dict[int, int | None]) -> Iterator[tuple[int, Decimal]]:
    for line in body["Line"]:
        if "SalesItemLineDetail" in line:
            item = referred(line["SalesItemLineDetail"], "ItemRef")
            yield items[item or 0] or 0, line["Amount"]
        if "DiscountLineDetail" in line:
            yield referred(line["DiscountLineDetail"], "DiscountAccountRef") or 0, -line["Amount"]


def receivables(store: Store) -> dict[str, Decimal]:
    """What each customer owes, by its full name; those who owe nothing are left out.

    Its open invoices, less its open credits and what is left of its payments.
    """
    names = {row.id: row.body["FullyQualifiedName"] for row in store.rows("entity = 'Customer'")}
    found = store.database.execute("SELECT party, sum(open) FROM object WHERE open <> 0 GROUP BY party")
    return {names[party]: Decimal(cents) / 100 for party, cents in found if cents}
