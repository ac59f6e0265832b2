"""From a payload, frozen by the hub, to the object that QuickBooks takes: its fields and no other.

QuickBooks refuses unknown fields (2010), amounts that are not quantity × price (6070), names that it knows.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from hub.sdk import Kind, Rejected
from hub_quickbooks.books import Unfit
from hub_quickbooks.names import composed, mark
from hub_quickbooks.payloads import customer_of, money
from hub_quickbooks.sales import credit_memo, invoice

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hub.sdk import Intent
    from hub_quickbooks.books import Books
    from hub_quickbooks.payloads import Document

_MINUTES = 60
_LONGEST_COMPANY = 100
_LONGEST_REFERENCE = 21


def document_of(intent: Intent, books: Books) -> tuple[str, Document]:
    """The record type and the object that an intent creates, or the changed fields of what it updates.

    Raises:
        Unfit: the company is not set up for it, or has no way to hold it.
        SourceFailed: what it is set up with could not be read.

    """
    entity, made = _MAKERS[intent.kind](intent, books)
    return entity, _said(made)


def _said(document: Document) -> Document:
    """A document without what says nothing at all; an empty text says that a field is empty now."""
    parts = {name: _said(value) if isinstance(value, dict) else value for name, value in document.items()}
    return {name: value for name, value in parts.items() if value is not None and value != {}}


def _client(intent: Intent, books: Books) -> tuple[str, Document]:
    payload = intent.payload
    name = str(payload["_Name"])
    made = _without(payload, "_Number", "_Name", "CurrencyRef")
    made["DisplayName"] = composed(str(payload.get("_Number", "")), name)
    if len(name) <= _LONGEST_COMPANY:
        made["CompanyName"] = name
    return "Customer", made | _currency(payload, books)


def _matter(intent: Intent, _books: Books) -> tuple[str, Document]:
    payload = intent.payload
    made = _without(payload, "_Number", "_Name")
    made["DisplayName"] = composed(str(payload.get("_Number", "")), str(payload.get("_Name", "")))
    return "Customer", made | {"Job": True, "BillWithParent": True}


def _timekeeper(intent: Intent, _books: Books) -> tuple[str, Document]:
    made = dict(intent.payload)
    given, _, family = str(made["DisplayName"]).rpartition(" ")
    made["GivenName"] = made.get("GivenName") or given
    made["FamilyName"] = made.get("FamilyName") or family
    return "Employee", made


def _time_entry(intent: Intent, _books: Books) -> tuple[str, Document]:
    """An entry that is not billable there: the invoice bills it, and the books would bill it again."""
    payload = intent.payload
    minutes = Decimal(str(payload["_Hours"])) * _MINUTES
    if minutes != minutes.to_integral_value():
        raise Unfit(
            Rejected(
                "hours",
                f"{payload['_Hours']} h is no whole number of minutes, which is all that it keeps",
                "Hours",
                "Round the hours at the source, or leave time entries out of the flow.",
            )
        )
    hours, rest = divmod(int(minutes), _MINUTES)
    made = _without(payload, "_Hours")
    made |= {"NameOf": "Employee", "Hours": hours, "Minutes": rest, "BillableStatus": "NotBillable"}
    if "HourlyRate" in made:
        made["HourlyRate"] = Decimal(str(made["HourlyRate"]))
    return "TimeActivity", made


def _payment(intent: Intent, books: Books) -> tuple[str, Document]:
    payload = intent.payload
    made: Document = {
        **customer_of(payload),
        "TxnDate": payload["TxnDate"],
        "TotalAmt": money(payload["TotalAmt"]),
        "DepositToAccountRef": {"value": books.account(str(payload["_DepositTo"]))},
        "Line": [_applied(one["InvoiceRef"], "Invoice", one["Amount"]) for one in applications(payload)],
    }
    if reference := str(payload.get("PaymentRefNum", "")):
        made["PaymentRefNum"] = reference[:_LONGEST_REFERENCE]
    if method := books.method(str(payload["_Method"])) if payload.get("_Method") else "":
        made["PaymentMethodRef"] = {"value": method}
    return "Payment", made | _currency(payload, books) | memo(intent)


def link_of(intent: Intent, credit: str) -> Document:
    """The payment of nothing by which a credit memo is applied to invoices, as the browser makes it."""
    payload = intent.payload
    lines = [_applied(one["InvoiceRef"], "Invoice", one["Amount"]) for one in applications(payload)]
    total = sum((line["Amount"] for line in lines), Decimal(0))
    return {
        **customer_of(payload),
        "TxnDate": payload["TxnDate"],
        "TotalAmt": Decimal("0.00"),
        "Line": [*lines, _applied(credit, "CreditMemo", total)],
        "PrivateNote": mark("link", intent.key),
    }


def applications(payload: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """What a payment or credit is applied to."""
    return list(payload.get("_Applications") or ())


def _applied(number: str, sort: str, amount: object) -> Document:
    return {"Amount": money(amount), "LinkedTxn": [{"TxnId": str(number), "TxnType": sort}]}


def _invoice(intent: Intent, books: Books) -> tuple[str, Document]:
    entity, made = invoice(intent, books)
    return entity, made | _currency(intent.payload, books) | memo(intent)


def _credit(intent: Intent, books: Books) -> tuple[str, Document]:
    return "CreditMemo", credit_memo(intent, books) | _currency(intent.payload, books) | memo(intent)


def memo(intent: Intent) -> Document:
    """The hub's mark, by which a doubtful create is found again."""
    return {"PrivateNote": mark(intent.kind.value, intent.key)}


def _currency(payload: Mapping[str, Any], books: Books) -> Document:
    """A currency is said only where the company keeps several."""
    currency = (payload.get("CurrencyRef") or {}).get("value")
    return {"CurrencyRef": {"value": currency}} if currency and books.preferences.currencies else {}


def _without(payload: Mapping[str, Any], *names: str) -> Document:
    return {name: value for name, value in payload.items() if name not in names}


_MAKERS: Mapping[Kind, Callable[[Intent, Books], tuple[str, Document]]] = {
    Kind.CLIENT: _client,
    Kind.MATTER: _matter,
    Kind.TIMEKEEPER: _timekeeper,
    Kind.TIME_ENTRY: _time_entry,
    Kind.INVOICE: _invoice,
    Kind.PAYMENT: _payment,
    Kind.WRITE_OFF: _credit,
    Kind.CREDIT_NOTE: _credit,
}
