"""What the payloads of several kinds have in common, and how it is read out of them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

Document = dict[str, Any]
"""An object as QuickBooks takes it, or hands it over."""

_CENT = Decimal("0.01")


def amount_in(values: Mapping[str, Any], name: str) -> Decimal:
    """A number of a payload or document; zero where there is none."""
    return Decimal(str(values.get(name) or 0))


def money(value: object) -> Decimal:
    """An amount, to the cent."""
    return Decimal(str(value)).quantize(_CENT)


def customer_of(payload: Mapping[str, Any]) -> Document:
    """Whose it is: a matter's, or its client's, as one check over several matters."""
    return {"CustomerRef": {"value": str(payload.get("_Matter") or payload["_Client"])}}
