"""The entities of a company: the fields of each, and what can be done with it (facts 2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub_quickbooks.sandbox.entity import Entity
from hub_quickbooks.sandbox.schema_lists import (
    ACCOUNT,
    CLASS,
    CUSTOMER,
    EMPLOYEE,
    ITEM,
    PAYMENT_METHOD,
    TERM,
    VENDOR,
)
from hub_quickbooks.sandbox.schema_parts import COMMON
from hub_quickbooks.sandbox.schema_transactions import CREDIT_MEMO, INVOICE, PAYMENT, TIME_ACTIVITY

if TYPE_CHECKING:
    from collections.abc import Mapping


def _fixed(name: str, label: str = "Name", *, listed: bool = True) -> Entity:
    return Entity(name, COMMON, name, label, listed=listed, written=False, cdc=False)


ENTITIES: Mapping[str, Entity] = {
    entity.name: entity
    for entity in (
        CUSTOMER,
        VENDOR,
        EMPLOYEE,
        ITEM,
        ACCOUNT,
        PAYMENT_METHOD,
        TERM,
        CLASS,
        INVOICE,
        CREDIT_MEMO,
        PAYMENT,
        TIME_ACTIVITY,
        _fixed("TaxCode"),
        _fixed("TaxRate"),
        _fixed("Preferences", "", listed=False),
        _fixed("CompanyInfo", "CompanyName", listed=False),
    )
}
"""All entities, by name."""
BY_ADDRESS: Mapping[str, Entity] = {entity.name.lower(): entity for entity in ENTITIES.values()}
"""All entities, as they are spelt in an address."""
NAMES = (CUSTOMER.name, VENDOR.name, EMPLOYEE.name)
"""The entities that share one space of names."""
NUMBERED = (INVOICE.name, CREDIT_MEMO.name)
"""The entities that share one space of document numbers."""
