"""Invoices and credit memos: their lines, their tax as the company's preferences demand, their amounts."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from hub.sdk import Kind, Rejected
from hub_quickbooks.books import Unfit
from hub_quickbooks.payloads import amount_in, customer_of, money

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hub.sdk import Intent
    from hub_quickbooks.books import Books
    from hub_quickbooks.payloads import Document

_HALF_A_CENT = Decimal("0.005")
_LONGEST_NUMBER = 21
_LONGEST_TEXT = 4000
_FEES = frozenset({"fee", "fee_adjustment"})


def invoice(intent: Intent, books: Books) -> tuple[str, Document]:
    """An invoice; one below zero, which QuickBooks does not take, is a credit memo over the same amount.

    Raises:
        Unfit: the company is not set up for it.
        SourceFailed: what it is set up with could not be read.

    """
    payload = intent.payload
    if not books.preferences.own_numbers:
        raise Unfit(_no_own_numbers())
    below_zero = money(payload["_Total"]) < 0
    made = _head(payload)
    sign = -1 if below_zero else 1
    made["Line"] = [_line(line, sign) for line in _lines(payload, books)]
    if due := payload.get("DueDate"):
        made |= {} if below_zero else {"DueDate": due}
    return "CreditMemo" if below_zero else "Invoice", made | _tax(payload, books, sign)


def credit_memo(intent: Intent, books: Books) -> Document:
    """A credit note, or a write-off as a credit memo in the open period.

    Raises:
        Unfit: the company is not set up for it.
        SourceFailed: what it is set up with could not be read.

    """
    payload = intent.payload
    made = _head(payload)
    if intent.kind is Kind.WRITE_OFF:
        made["TxnDate"] = in_open_period(str(payload["TxnDate"]), books)
        made["Line"] = [_whole(payload, books, "Write-off")]
        return made
    lines = list(_lines(payload, books))
    made["Line"] = lines or [_whole(payload, books, "Credit")]
    return made | _tax(payload, books, 1)


def _whole(payload: Mapping[str, Any], books: Books, text: str) -> Document:
    """One line over the whole amount."""
    total = money(payload["_Total"])
    return _sold(books.item(str(payload["_Item"])), total, Decimal(1), total, text)


def in_open_period(day: str, books: Books) -> str:
    """The day, or the first one after the closed books."""
    closed = books.preferences.closed_until
    if not closed or day > closed:
        return day
    return (date.fromisoformat(closed) + timedelta(days=1)).isoformat()


def _head(payload: Mapping[str, Any]) -> Document:
    made: Document = {**customer_of(payload), "TxnDate": payload["TxnDate"]}
    if number := str(payload.get("DocNumber", "")):
        if len(number) > _LONGEST_NUMBER:
            raise Unfit(_too_long(number))
        made["DocNumber"] = number
    return made


def _lines(payload: Mapping[str, Any], books: Books) -> Iterator[Document]:
    for charge in payload.get("_Charges") or ():
        yield _charge(charge, books, taxed=_is_taxed(charge, payload))
    for name, sign, text in (("FinanceCharge", 1, "Finance charge"), ("Discount", -1, "Discount")):
        amount = amount_in(payload, f"_{name}") * sign
        if amount:
            yield _sold(books.item(str(payload[f"_{name}Item"])), amount, Decimal(1), amount, text)
    tax = amount_in(payload, "_FeeTax") + amount_in(payload, "_ExpenseTax")
    if tax and not books.preferences.sales_tax:
        yield _sold(books.item(str(payload["_TaxItem"])), tax, Decimal(1), tax, "Tax")


def _charge(charge: Mapping[str, Any], books: Books, *, taxed: bool) -> Document:
    amount = money(charge["Amount"])
    item = books.item(str(charge["Item"]), advance=bool(charge.get("Advance")))
    units, price = _priced(charge, amount)
    line = _sold(item, amount, units, price, _text(charge))
    line["SalesItemLineDetail"]["ServiceDate"] = charge["ServiceDate"]
    if books.preferences.sales_tax:
        line["SalesItemLineDetail"]["TaxCodeRef"] = {"value": "TAX" if taxed else "NON"}
    return line


def _priced(charge: Mapping[str, Any], amount: Decimal) -> tuple[Decimal, Decimal]:
    """Quantity and price, where they make the amount; else one of the whole amount: nothing is recomputed."""
    units, price = amount_in(charge, "Qty"), charge.get("UnitPrice")
    if price is None:
        return Decimal(1), amount
    # A product that lies halfway between two cents may be rounded either way.
    exact = units and abs(units * Decimal(str(price)) - amount) < _HALF_A_CENT
    return (units, Decimal(str(price))) if exact else (Decimal(1), amount)


def _text(charge: Mapping[str, Any]) -> str:
    if text := str(charge.get("Description", "")):
        return text[:_LONGEST_TEXT]
    if charge["Type"] not in _FEES:
        return "Advanced costs" if charge.get("Advance") else "Expenses"
    who = charge.get("Timekeeper") or charge.get("TaskCode")
    hours = f"{amount_in(charge, 'Qty').normalize():f} h"
    return f"Professional services, {who}, {hours}" if who else f"Professional services, {hours}"


def _sold(item: str, amount: Decimal, units: Decimal, price: Decimal, text: str) -> Document:
    return {
        "DetailType": "SalesItemLineDetail",
        "Amount": money(amount),
        "Description": text,
        "SalesItemLineDetail": {"ItemRef": {"value": item}, "Qty": units, "UnitPrice": price},
    }


def _line(line: Document, sign: int) -> Document:
    """A line, or on a credit memo for an invoice below zero its opposite."""
    if sign > 0:
        return line
    detail = line["SalesItemLineDetail"]
    turned = {**detail, "UnitPrice": -detail["UnitPrice"]}
    return {**line, "Amount": -line["Amount"], "SalesItemLineDetail": turned}


def _tax(payload: Mapping[str, Any], books: Books, sign: int) -> Document:
    tax = amount_in(payload, "_FeeTax") + amount_in(payload, "_ExpenseTax")
    if not tax or not books.preferences.sales_tax:
        return {}
    return {"TxnTaxDetail": {"TotalTax": money(tax * sign)}}


def _is_taxed(charge: Mapping[str, Any], payload: Mapping[str, Any]) -> bool:
    """Whether a line bears tax: as it says itself, or as the invoice says of lines of its sort."""
    said = any(amount_in(one, "Tax") for one in payload.get("_Charges") or ())
    if said:
        return bool(amount_in(charge, "Tax"))
    return bool(amount_in(payload, "_FeeTax" if charge["Type"] in _FEES else "_ExpenseTax"))


def _too_long(number: str) -> Rejected:
    return Rejected(
        "2050",
        f"its number {number} is longer than the {_LONGEST_NUMBER} characters that it takes",
        "DocNumber",
        "Shorten the number at the source, or map another field to DocNumber.",
    )


def _no_own_numbers() -> Rejected:
    return Rejected(
        "custom-numbers",
        "custom transaction numbers are off there: the invoice would get another number than the bill",
        "DocNumber",
        "Switch them on there (Account and settings, Sales), then retry.",
    )
