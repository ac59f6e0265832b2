"""The rules, by entity."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub_quickbooks.sandbox.lists import AccountRules, ItemRules, ListRules
from hub_quickbooks.sandbox.names import CustomerRules, EmployeeRules, NameRules
from hub_quickbooks.sandbox.payments import PaymentRules
from hub_quickbooks.sandbox.rule import Rules
from hub_quickbooks.sandbox.sales import SaleRules
from hub_quickbooks.sandbox.time_activities import TimeRules

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["RULES", "Rules"]

RULES: Mapping[str, Rules] = {
    "Customer": CustomerRules(),
    "Vendor": NameRules(),
    "Employee": EmployeeRules(),
    "Item": ItemRules(),
    "Account": AccountRules(),
    "PaymentMethod": ListRules(),
    "Term": ListRules(),
    "Class": ListRules(),
    "Invoice": SaleRules("Balance"),
    "CreditMemo": SaleRules("RemainingCredit"),
    "Payment": PaymentRules(),
    "TimeActivity": TimeRules(),
}
