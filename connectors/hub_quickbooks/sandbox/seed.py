"""What a new company holds: the accounts and items of a small law firm, and no customers."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from hub_quickbooks.sandbox.books import Options
from hub_quickbooks.sandbox.schema import ENTITIES

if TYPE_CHECKING:
    from hub_quickbooks.sandbox.books import Books
    from hub_quickbooks.sandbox.document import Body

FIRM = "Doyle & Vance LLP"
_ACCOUNTS = (
    ("Legal Fees", "Income", "ServiceFeeIncome"),
    ("Reimbursed Expenses", "Income", "OtherPrimaryIncome"),
    ("Advanced Client Costs", "Other Current Asset", "OtherCurrentAssets"),
    ("Finance Charges", "Other Income", "OtherMiscellaneousIncome"),
    ("Discounts Given", "Income", "DiscountsRefundsGiven"),
    ("Sales Tax Payable", "Other Current Liability", "SalesTaxPayable"),
    ("Undeposited Funds", "Other Current Asset", "UndepositedFunds"),
    ("Operating Account", "Bank", "Checking"),
    ("Trust Account", "Bank", "TrustAccounts"),
    ("Trust Liability", "Other Current Liability", "TrustAccountsLiabilities"),
    ("Bad Debts", "Expense", "BadDebts"),
    ("Accounts Receivable", "Accounts Receivable", "AccountsReceivable"),
)
_ITEMS = {
    "Legal Fees": "Legal Fees",
    "Reimbursed Expenses": "Reimbursed Expenses",
    "Advanced Client Costs": "Advanced Client Costs",
    "Sales Tax": "Sales Tax Payable",
    "Finance Charges": "Finance Charges",
    "Discounts Given": "Discounts Given",
    "Write-offs": "Bad Debts",
}
_METHODS = {
    "Check": "NON_CREDIT_CARD",
    "Cash": "NON_CREDIT_CARD",
    "Credit Card": "CREDIT_CARD",
    "ACH": "NON_CREDIT_CARD",
}
_TERMS = {"Due on receipt": 0, "Net 30": 30}
_VENDORS = ("Clerk of Court", "Capital Court Reporters", "Lakeside Expert Witnesses")
_CODE, _RATE = "Sangamon County", Decimal("8.25")


def fill(books: Books) -> None:
    """Fill a new company."""
    _put(books, "CompanyInfo", _company_info())
    _put(books, "Preferences", _preferences())
    accounts = {name: _account(books, name, sort, subsort) for name, sort, subsort in _ACCOUNTS}
    for name, account in _ITEMS.items():
        item = {"Name": name, "Type": "Service", "IncomeAccountRef": {"value": accounts[account]}}
        _create(books, "Item", item)
    for name, kind in _METHODS.items():
        _create(books, "PaymentMethod", {"Name": name, "Type": kind})
    for name, days in _TERMS.items():
        _create(books, "Term", {"Name": name, "DueDays": days})
    for name in _VENDORS:
        _create(books, "Vendor", {"DisplayName": name})
    _put(books, "TaxRate", {"Name": _CODE, "RateValue": _RATE, "Active": True})
    _put(books, "TaxCode", _tax_code())
    books.prefer("SalesFormsPrefs", "DefaultDiscountAccount", accounts["Discounts Given"])


def _account(books: Books, name: str, sort: str, subsort: str) -> str:
    return _create(books, "Account", {"Name": name, "AccountType": sort, "AccountSubType": subsort})


def _create(books: Books, entity: str, body: Body) -> str:
    return str(books.create(ENTITIES[entity], body, Options()).id)


def _put(books: Books, entity: str, body: Body) -> None:
    now = books.seconds()
    books.store.put(ENTITIES[entity], 1, body, created=now, updated=now, sync=0)


def _company_info() -> Body:
    return {
        "CompanyName": FIRM,
        "LegalName": FIRM,
        "CompanyAddr": {
            "Line1": "400 East Adams Street",
            "City": "Springfield",
            "CountrySubDivisionCode": "IL",
            "PostalCode": "62701",
            "Country": "USA",
        },
        "Country": "US",
        "FiscalYearStartMonth": "January",
        "SupportedLanguages": "en",
    }


def _preferences() -> Body:
    return {
        "AccountingInfoPrefs": {
            "FirstMonthOfFiscalYear": "January",
            "UseAccountNumbers": False,
            "ClassTrackingPerTxn": False,
            "ClassTrackingPerTxnLine": False,
            "CustomerTerminology": "Clients",
        },
        "SalesFormsPrefs": {
            "CustomTxnNumbers": True,
            "AllowDiscount": True,
            "AllowServiceDate": True,
            "AutoApplyCredit": False,
            "AutoApplyPayments": False,
        },
        "TaxPrefs": {"UsingSalesTax": False, "TaxGroupCodeRef": {"value": "1"}},
        "TimeTrackingPrefs": {"UseServices": True, "BillCustomers": True, "MarkTimeEntriesBillable": True},
        "CurrencyPrefs": {"MultiCurrencyEnabled": False, "HomeCurrency": {"value": "USD"}},
        "OtherPrefs": {"NameValue": [{"Name": "ProjectsEnabled", "Value": "false"}]},
    }


def _tax_code() -> Body:
    rates = {
        "TaxRateDetail": [{"TaxRateRef": {"value": "1", "name": _CODE}, "TaxTypeApplicable": "TaxOnAmount"}]
    }
    return {"Name": _CODE, "Active": True, "Taxable": True, "TaxGroup": True, "SalesTaxRateList": rates}
