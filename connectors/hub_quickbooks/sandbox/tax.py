"""Sales tax of a US company: given with the invoice, or worked out (facts 2.4)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from hub.model import round_cents
from hub_quickbooks.sandbox import refusals

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hub_quickbooks.sandbox.books import Books, Change
    from hub_quickbooks.sandbox.document import Body

_HUNDRED = 100
_NO_TAX = Decimal(0)


def settle_tax_code(books: Books, detail: Body) -> None:
    """Give a line its tax code.

    Raises:
        Refused: it has one that is neither TAX nor NON. A company without sales tax ignores it (ours).

    """
    given = detail.get("TaxCodeRef", {}).get("value", "NON")
    if not books.preference("TaxPrefs", "UsingSalesTax"):
        given = "NON"
    if given not in {"TAX", "NON"}:
        raise refusals.bad_tax_code(given)
    detail["TaxCodeRef"] = {"value": given}


def settle_tax(books: Books, change: Change, lines: Iterable[Body]) -> None:
    """Work out the tax of an invoice or credit memo, or keep the one that is given.

    Automated sales tax may move a given one by a cent, if ``Switches.tax_shift`` says so. A company
    without sales tax ignores what is given (ours).
    """
    if not books.preference("TaxPrefs", "UsingSalesTax"):
        change.body["TxnTaxDetail"] = {"TotalTax": _NO_TAX}
        return
    given = change.body.get("TxnTaxDetail", {})
    taxable = sum((line["Amount"] for line in lines if _taxed(line)), _NO_TAX)
    automated = bool(books.preference("TaxPrefs", "PartnerTaxEnabled"))
    rate = _rate(books, given, automated=automated)
    total = _total(books, change, given, taxable * rate / _HUNDRED if rate else _NO_TAX, automated=automated)
    shown: Body = {"TotalTax": total}
    if "TxnTaxCodeRef" in given:
        shown["TxnTaxCodeRef"] = given["TxnTaxCodeRef"]
    if rate and total:
        shown["TaxLine"] = [_tax_line(rate, taxable, total)]
    change.body["TxnTaxDetail"] = shown


def _taxed(line: Body) -> bool:
    return bool(line.get("SalesItemLineDetail", {}).get("TaxCodeRef", {}).get("value") == "TAX")


def _total(books: Books, change: Change, given: Body, reckoned: Decimal, *, automated: bool) -> Decimal:
    """The tax: what was sent with this request, else what was there if the lines stay, else reckoned."""
    stays = change.old is not None and "Line" not in change.sent
    if "TotalTax" not in given or not ("TxnTaxDetail" in change.sent or stays):
        return round_cents(reckoned)
    total: Decimal = given["TotalTax"]
    if automated and total and "TxnTaxDetail" in change.sent:
        total += books.switches.tax_shift
    return total


def _rate(books: Books, given: Body, *, automated: bool) -> Decimal | None:
    """The per cent of the tax code that is given; automated sales tax takes the company's own."""
    code: Any = given.get("TxnTaxCodeRef", {}).get("value")
    if automated:
        code = books.preference("TaxPrefs", "TaxGroupCodeRef")["value"]
    if not code or not code.isdigit():
        return None
    detail = books.found(books.entity("TaxCode"), code).body["SalesTaxRateList"]["TaxRateDetail"][0]
    rate: Decimal = books.found(books.entity("TaxRate"), detail["TaxRateRef"]["value"]).body["RateValue"]
    return Decimal(rate)


def _tax_line(rate: Decimal, taxable: Decimal, total: Decimal) -> Body:
    detail = {
        "TaxRateRef": {"value": "1"},
        "PercentBased": True,
        "TaxPercent": rate,
        "NetAmountTaxable": taxable,
    }
    return {"Amount": total, "DetailType": "TaxLineDetail", "TaxLineDetail": detail}
