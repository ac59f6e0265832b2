"""What of an object counts as a change of it.

QuickBooks touches an object whenever something happens beside it: a payment lowers an invoice's balance, a
parent's new name changes a full name. None of that changes what the object says.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_BESIDE = frozenset(
    {
        "AllowIPNPayment",
        "AllowOnlineACHPayment",
        "AllowOnlineCreditCardPayment",
        "AllowOnlinePayment",
        "Balance",
        "BalanceWithJobs",
        "ClientEntityId",
        "DeliveryInfo",
        "EInvoiceStatus",
        "EmailStatus",
        "FullyQualifiedName",
        "HomeBalance",
        "HomeTotalAmt",
        "InvoiceLink",
        "Level",
        "LinkedTxn",
        "MetaData",
        "PrintStatus",
        "RemainingCredit",
        "SyncToken",
        "UnappliedAmt",
        "V4IDPseudonym",
        "domain",
        "invoiceStatus",
        "sparse",
        "status",
    }
)
_BESIDE_IN_LINES = frozenset({"Id", "LineEx", "LineNum"})


def digest_of(document: Mapping[str, Any]) -> bytes:
    """The digest of what an object says, whichever of QuickBooks' answers it came in."""
    kept = {name: value for name, value in document.items() if name not in _BESIDE}
    if "Line" in kept:
        kept["Line"] = [_line(line) for line in kept["Line"] or () if not _is_subtotal(line)]
    text = json.dumps(kept, sort_keys=True, default=str)
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _line(line: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in line.items() if name not in _BESIDE_IN_LINES}


def _is_subtotal(line: Mapping[str, Any]) -> bool:
    return line.get("DetailType") == "SubTotalLineDetail"
