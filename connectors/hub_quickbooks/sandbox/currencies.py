"""In which currency a transaction is (facts 2.5)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from hub.model import round_cents
from hub_quickbooks.sandbox import refusals
from hub_quickbooks.sandbox.rule import require

if TYPE_CHECKING:
    from hub_quickbooks.sandbox.books import Books
    from hub_quickbooks.sandbox.document import Body


def settle_currency(books: Books, body: Body) -> None:
    """See to it that a transaction is in its customer's currency.

    Where there are several, it has to say which.

    Raises:
        Refused: it is not.

    """
    home = books.currency(books.home_currency(), "CurrencyRef")
    several = books.preference("CurrencyPrefs", "MultiCurrencyEnabled")
    if several:
        require(body, "CurrencyRef")
        own = books.found(books.entity("Customer"), body["CustomerRef"]["value"]).body["CurrencyRef"]
    else:
        own = body.setdefault("CurrencyRef", home) and home
        body.pop("ExchangeRate", None)
    if body["CurrencyRef"]["value"] != own["value"]:
        raise refusals.business("The currency is not the customer's.", "CurrencyRef")
    if several:
        body["ExchangeRate"] = body.get("ExchangeRate") or Decimal(1)


def home_total(body: Body) -> Decimal:
    """The total in the company's own currency."""
    return round_cents(body["TotalAmt"] * body.get("ExchangeRate", Decimal(1)))
