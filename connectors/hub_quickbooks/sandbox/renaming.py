"""References show the name that an object has now, not the one it had when they were made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub_quickbooks.sandbox.store import Store

_FIELDS: Mapping[str, frozenset[str]] = {
    "Customer": frozenset({"CustomerRef", "ProjectRef"}),
    "Vendor": frozenset({"VendorRef"}),
    "Employee": frozenset({"EmployeeRef"}),
    "Item": frozenset({"ItemRef"}),
    "Account": frozenset(
        {"DepositToAccountRef", "DiscountAccountRef", "IncomeAccountRef", "ExpenseAccountRef", "ARAccountRef"}
    ),
    "PaymentMethod": frozenset({"PaymentMethodRef"}),
    "Term": frozenset({"SalesTermRef", "TermRef"}),
    "Class": frozenset({"ClassRef"}),
}
"""The fields in which an entity is referred to."""


def show_name(store: Store, entity: str, number: int, name: str) -> None:
    """Put a name into all references to an object; those who refer to it do not count as changed."""
    reference = {"value": str(number), "name": name}
    if entity == "Customer":
        rows = store.rows("party = ?", (number,))
    else:
        rows = store.rows("instr(body, ?)", (f'"value":"{number}"',))
    for row in rows:
        body = row.body
        if _replace(body, _FIELDS[entity], reference):
            store.rewrite(row, body)


def _replace(value: Any, fields: frozenset[str], reference: Mapping[str, str]) -> bool:  # noqa: ANN401 -- any part of an object
    """Put a reference into the fields that hold it already; says whether there was one."""
    if isinstance(value, list):
        found = [_replace(one, fields, reference) for one in value]
        return any(found)
    if not isinstance(value, dict):
        return False
    own = [name for name in fields & value.keys() if value[name].get("value") == reference["value"]]
    value.update({name: dict(reference) for name in own})
    found = [_replace(one, fields, reference) for one in value.values()]
    return bool(own) or any(found)
