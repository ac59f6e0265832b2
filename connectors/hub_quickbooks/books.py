"""What a company is set up with: preferences, items, accounts. Read when something is first written, once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from hub.sdk import Rejected, SourceFailed
from hub_quickbooks.queries import objects, only

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hub_quickbooks.wire import Wire

_INCOME = frozenset({"income", "other income"})
_MAPPING = "mappings/quickbooks.toml"


@dataclass(frozen=True, slots=True)
class Preferences:
    """What of a company's preferences matters to the hub.

    Args:
        own_numbers: it takes our invoice numbers; else it gives its own.
        closed_until: the last day of the closed books, as ``2026-01-31``; empty where none is closed.
        sales_tax: it keeps sales tax.
        automated_tax: it computes sales tax itself.
        currencies: it keeps several currencies.
        home_currency: its own currency.

    """

    own_numbers: bool
    closed_until: str
    sales_tax: bool
    automated_tax: bool
    currencies: bool
    home_currency: str

    def notes(self) -> Iterator[str]:
        """What in them will get in the way, each with its remedy."""
        if not self.own_numbers:
            yield (
                "Custom transaction numbers are off, so that invoices would get other numbers than their "
                "bills; none is written. Switch them on there, in Account and settings, Sales."
            )
        if self.closed_until:
            yield (
                f"The books are closed up to {self.closed_until}: what is dated in that period is refused "
                "and held. Let the flow start after that day."
            )
        if self.currencies:
            yield (
                "Several currencies are kept. A customer has one currency for good; what is in another one "
                f"than {self.home_currency} needs a customer in that currency."
            )
        if self.automated_tax:
            yield (
                "Sales tax is automated. The tax of a bill is handed over as it is; where QuickBooks changes "
                "it by a cent, the invoice is held and told."
            )


@dataclass(frozen=True, slots=True)
class Item:
    """A product or service, and where its amounts go."""

    id: str
    name: str
    account: str
    account_type: str

    @property
    def is_income(self) -> bool:
        """Whether what is charged by it is income."""
        return self.account_type.casefold() in _INCOME


class Unfit(Exception):
    """A record cannot be written as the company is set up; ``end`` says so."""

    def __init__(self, end: Rejected) -> None:
        super().__init__(end.code)
        self.end = end


class Books:
    """Looks up what a record's payload names: items, accounts, payment methods."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    @cached_property
    def preferences(self) -> Preferences:
        """The company's preferences."""
        found = only(self._wire, "Preferences")
        if not found:
            raise SourceFailed("QuickBooks does not show the company's preferences.")
        return preferences_in(found)

    @cached_property
    def company(self) -> str:
        """The company's name."""
        return str(only(self._wire, "CompanyInfo").get("CompanyName", ""))

    @cached_property
    def accounts(self) -> Mapping[str, Mapping[str, Any]]:
        """The active accounts by id."""
        return {str(one["Id"]): one for one in self._all("Account")}

    @cached_property
    def items(self) -> Mapping[str, Item]:
        """The active items that can be sold, by their names in small letters."""
        found: dict[str, Item] = {}
        for one in self._all("Item"):
            account = self.accounts.get(str((one.get("IncomeAccountRef") or {}).get("value", "")))
            if account is not None:
                name = str(one.get("FullyQualifiedName") or one["Name"])
                sort = str(account.get("AccountType", ""))
                item = Item(str(one["Id"]), name, str(account["Name"]), sort)
                found |= {name.casefold(): item for name in _names(one)}
        return found

    @cached_property
    def _accounts_by_name(self) -> Mapping[str, str]:
        pairs = ((name.casefold(), number) for number, one in self.accounts.items() for name in _names(one))
        return dict(pairs)

    @cached_property
    def _methods(self) -> Mapping[str, str]:
        return {str(one["Name"]).casefold(): str(one["Id"]) for one in self._all("PaymentMethod")}

    def item(self, name: str, *, advance: bool = False) -> str:
        """The id of an item.

        Raises:
            Unfit: there is no such item, or it would turn an advance into income.

        """
        item = self.items.get(name.casefold())
        if item is None:
            raise _missing("item", name)
        if advance and item.is_income:
            raise Unfit(
                Rejected(
                    "advance-to-income",
                    f"the item {name} stands on the income account {item.account}; an advance is no income",
                    "Item",
                    f"Choose an item on an asset account in {_MAPPING}, or change the item's account there.",
                )
            )
        return item.id

    def account(self, name: str) -> str:
        """The id of an account.

        Raises:
            Unfit: there is no such account.

        """
        number = self._accounts_by_name.get(name.casefold())
        if number is None:
            raise _missing("account", name)
        return number

    def method(self, name: str) -> str:
        """The id of a payment method; empty where the company has none of that name."""
        return self._methods.get(name.casefold(), "")

    def _all(self, entity: str) -> Iterator[Mapping[str, Any]]:
        return objects(self._wire, entity, "Active = true")


def preferences_in(found: Mapping[str, Any]) -> Preferences:
    """The preferences out of their document."""
    sales = found.get("SalesFormsPrefs") or {}
    tax = found.get("TaxPrefs") or {}
    currency = found.get("CurrencyPrefs") or {}
    accounting = found.get("AccountingInfoPrefs") or {}
    return Preferences(
        own_numbers=bool(sales.get("CustomTxnNumbers")),
        closed_until=str(accounting.get("BookCloseDate") or "")[:10],
        sales_tax=bool(tax.get("UsingSalesTax")),
        automated_tax=bool(tax.get("UsingSalesTax")) and bool(tax.get("PartnerTaxEnabled")),
        currencies=bool(currency.get("MultiCurrencyEnabled")),
        home_currency=str((currency.get("HomeCurrency") or {}).get("value", "")),
    )


def _names(one: Mapping[str, Any]) -> set[str]:
    return {str(one[name]) for name in ("Name", "FullyQualifiedName") if one.get(name)}


def _missing(what: str, name: str) -> Unfit:
    return Unfit(
        Rejected(
            f"no-{what}",
            f"it has no active {what} named {name}",
            what.capitalize(),
            f"Make it there, or name another {what} in {_MAPPING} (`hub connect` lists them); then retry.",
        )
    )
