"""E-billing by LEDES file: final invoices leave as files that a person uploads to the client's portal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.sdk import hookimpl
from hub_ebilling.connector import EbillingConnector
from hub_ebilling.shape import ledes_invoice

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from hub.sdk import SampleFirm, Shape

__all__ = ["EbillingConnector", "ledes_invoice"]


@hookimpl
def hub_connectors() -> Iterable[type[EbillingConnector]]:
    """Give the connector."""
    return [EbillingConnector]


@hookimpl
def hub_shapes() -> Mapping[str, Shape]:
    """Give the shape that lays an invoice out as a LEDES file has it."""
    return {"ledes-invoice": ledes_invoice}


@hookimpl
def hub_sample_firm(firm: SampleFirm) -> None:
    """Give the sample firm a portal that takes its invoices."""
    firm.connect(
        "portal",
        {
            "connector": EbillingConnector.name,
            "portal": "default",
            "format": "LEDES1998B",
            "folder": "outbox/portal",
            "law_firm_id": "47-0000000",
        },
        takes=["invoice"],
    )
