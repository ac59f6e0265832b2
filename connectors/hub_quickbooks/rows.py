"""Objects as QuickBooks hands them over, made rows: complete, and with what only their parts tell.

The names that begin with an underscore are ours: what QuickBooks says in a form that no mapping can read (a
number in front of a name, a void that only shows in the memo, hours and minutes).
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from hub.sdk import Kind, Upsert, Written
from hub_quickbooks.digests import digest_of
from hub_quickbooks.names import mark_in, standing, taken_apart
from hub_quickbooks.payloads import amount_in

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hub_quickbooks.payloads import Document

ENTITIES: Mapping[Kind, tuple[str, ...]] = {
    Kind.CLIENT: ("Customer",),
    Kind.MATTER: ("Customer",),
    Kind.TIMEKEEPER: ("Employee", "Vendor"),
    Kind.TIME_ENTRY: ("TimeActivity",),
    Kind.INVOICE: ("Invoice", "CreditMemo"),
    Kind.PAYMENT: ("Payment",),
    Kind.WRITE_OFF: ("CreditMemo",),
    Kind.CREDIT_NOTE: ("CreditMemo",),
}
"""The record types in which each kind stands there."""
BY_VENDOR = "VendorTimeActivity"
"""The source of time of contractors: its worker is a vendor, whose ids are others than those of employees."""
LINK = "link"
"""The sort of mark on a payment of nothing that only links a credit to its invoices."""
_MINUTES = 60
_OWN_LINKS = "created by qb online to link"


def row_of(kind: Kind, entity: str, found: Mapping[str, Any]) -> Upsert | None:
    """The row of an object; ``None`` where it is no record of this kind."""
    document: Document = {name: plain(value) for name, value in found.items()}
    if not _is_of(kind, entity, document):
        return None
    (_negative if (kind, entity) == (Kind.INVOICE, "CreditMemo") else _ADD[kind])(document)
    source = BY_VENDOR if entity == "TimeActivity" and document.get("NameOf") == "Vendor" else entity
    identifier, version = str(document["Id"]), str(document.get("SyncToken", ""))
    return Upsert(source, identifier, document, version, digest=digest_of(document))


def written(kind: Kind, entity: str, found: Mapping[str, Any]) -> Written:
    """A written object as the next reading will find it."""
    row = row_of(kind, entity, found)
    if row is None:
        return Written(str(found["Id"]), str(found.get("SyncToken", "")), source=entity)
    return Written(row.external_id, row.version, row.raw, row.source, row.digest)


def plain(value: object) -> Any:  # noqa: ANN401 -- any JSON value
    """A value without Decimals: text of just their digits, or whole numbers; 10.50 and 10.5 are one."""
    if isinstance(value, Decimal):
        whole = value.to_integral_value()
        return int(whole) if value == whole else f"{value.normalize():f}"
    if isinstance(value, dict):
        return {name: plain(one) for name, one in value.items()}
    return [plain(one) for one in value] if isinstance(value, list) else value


def _is_of(kind: Kind, entity: str, document: Document) -> bool:
    if entity == "Customer":
        return bool(document.get("ParentRef")) is (kind is Kind.MATTER)
    if entity == "CreditMemo":
        found = mark_in(str(document.get("PrivateNote", "")))
        sort = found.sort if found else Kind.CREDIT_NOTE.value
        return sort == kind.value
    return entity != "Payment" or not _is_link(document)


def _is_link(document: Document) -> bool:
    """Whether a payment moves no money, but links credits to charges."""
    memo = str(document.get("PrivateNote", ""))
    found = mark_in(memo)
    ours = found is not None and found.sort == LINK
    return ours or (not amount_in(document, "TotalAmt") and memo.casefold().startswith(_OWN_LINKS))


def _named(document: Document) -> None:
    name = str(document.get("DisplayName", ""))
    if document.get("Active") is False:
        name = standing(name)
    document["DisplayName"] = name
    document["_Number"], document["_Name"] = taken_apart(name)


def _worker(document: Document) -> None:
    if document.get("Active") is False:
        document["DisplayName"] = standing(str(document.get("DisplayName", "")))


def _timed(document: Document) -> None:
    hours = amount_in(document, "Hours") + amount_in(document, "Minutes") / _MINUTES
    document["_Hours"] = f"{hours.quantize(Decimal('0.0001')).normalize():f}"


def _of_customer(document: Document) -> None:
    """Of whom it is: the customer may be a client, or a matter of one."""
    customer = str((document.get("CustomerRef") or {}).get("value", ""))
    document["_Client"] = document["_Matter"] = customer


def _stated(document: Document) -> None:
    """A void has no sign of its own: its amounts are zero, and its memo begins with a word."""
    _of_customer(document)
    void = _is_void(document)
    document["_Status"] = "Voided" if void else "Issued"
    document["_Total"] = document.get("TotalAmt", "0")


def _negative(document: Document) -> None:
    """An invoice below zero stands there as a credit memo."""
    _stated(document)
    document["_Total"] = f"{-amount_in(document, 'TotalAmt'):f}"


def _received(document: Document) -> None:
    _of_customer(document)
    document["_Method"] = (document.get("PaymentMethodRef") or {}).get("name", "")
    document["_Reversed"] = _is_void(document)
    document["_Applications"] = [
        {"InvoiceRef": str(link["TxnId"]), "Amount": line.get("Amount", "0")}
        for line in document.get("Line") or ()
        for link in line.get("LinkedTxn") or ()
        if link.get("TxnType") == "Invoice"
    ]


def _credited(document: Document) -> None:
    _stated(document)
    document["_Reversed"] = _is_void(document)


def _is_void(document: Document) -> bool:
    memo = str(document.get("PrivateNote", ""))
    return not amount_in(document, "TotalAmt") and memo.casefold().startswith("voided")


_ADD: Mapping[Kind, Callable[[Document], None]] = {
    Kind.CLIENT: _named,
    Kind.MATTER: _named,
    Kind.TIMEKEEPER: _worker,
    Kind.TIME_ENTRY: _timed,
    Kind.INVOICE: _stated,
    Kind.PAYMENT: _received,
    Kind.WRITE_OFF: _credited,
    Kind.CREDIT_NOTE: _credited,
}
