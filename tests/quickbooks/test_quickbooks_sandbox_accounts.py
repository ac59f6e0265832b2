"""The sandbox: accounts, items and other lists, and what the books come to."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from sandbox_client import applied, invoice, line, refused, version

from hub.model import Kind

if TYPE_CHECKING:
    from sandbox_client import Body, Client


def numbers(client: Client, entity: str) -> dict[str, str]:
    """The ids of a list, by name."""
    return {one["Name"]: one["Id"] for one in client.query(f"select * from {entity}")[entity]}


def test_a_new_company_has_the_accounts_of_a_law_firm(client: Client) -> None:
    accounts = {one["Name"]: one for one in client.query("select * from Account")["Account"]}

    assert {name: (one["AccountType"], one["Classification"]) for name, one in accounts.items()} == {
        "Legal Fees": ("Income", "Revenue"),
        "Reimbursed Expenses": ("Income", "Revenue"),
        "Advanced Client Costs": ("Other Current Asset", "Asset"),
        "Finance Charges": ("Other Income", "Revenue"),
        "Discounts Given": ("Income", "Revenue"),
        "Sales Tax Payable": ("Other Current Liability", "Liability"),
        "Undeposited Funds": ("Other Current Asset", "Asset"),
        "Operating Account": ("Bank", "Asset"),
        "Trust Account": ("Bank", "Asset"),
        "Trust Liability": ("Other Current Liability", "Liability"),
        "Bad Debts": ("Expense", "Expense"),
        "Accounts Receivable": ("Accounts Receivable", "Asset"),
    }
    assert accounts["Undeposited Funds"]["AccountSubType"] == "UndepositedFunds"
    assert accounts["Trust Account"]["AccountSubType"] == "TrustAccounts"


def test_a_new_company_has_items_on_their_accounts(client: Client) -> None:
    items = client.query("select * from Item where Type = 'Service'")["Item"]

    assert {one["Name"]: one["IncomeAccountRef"]["name"] for one in items} == {
        "Legal Fees": "Legal Fees",
        "Reimbursed Expenses": "Reimbursed Expenses",
        "Advanced Client Costs": "Advanced Client Costs",
        "Sales Tax": "Sales Tax Payable",
        "Finance Charges": "Finance Charges",
        "Discounts Given": "Discounts Given",
        "Write-offs": "Bad Debts",
    }
    assert set(numbers(client, "PaymentMethod")) == {"Check", "Cash", "Credit Card", "ACH"}
    assert client.query("select * from Customer") == {}


def test_each_list_has_a_name_once(client: Client) -> None:
    account = {"value": numbers(client, "Account")["Legal Fees"]}

    for entity in ("PaymentMethod", "Class", "Term"):
        client.write(entity, Name="Check ")
        with refused("6240"):
            client.write(entity, Name="check ")
    with refused("6240"):
        client.write("Item", Name="Legal Fees", IncomeAccountRef=account)
    with refused("6240"):
        client.write("Account", Name="Legal Fees", AccountType="Income")


@pytest.mark.parametrize(
    ("fields", "code", "element"),
    [
        ({"Name": None}, "2020", "Name"),
        ({"IncomeAccountRef": None}, "2020", "IncomeAccountRef"),
        ({"IncomeAccountRef": {"value": "8"}}, "6430", "IncomeAccountRef"),
        ({"IncomeAccountRef": {"value": "99"}}, "2500", "IncomeAccountRef"),
        ({"Name": "x" * 101}, "2050", "Name"),
        ({"Name": "A:B"}, "2040", "Name"),
        ({"Type": "Labour"}, "2170", "Type"),
        ({"Type": "Inventory"}, "500", ""),
    ],
)
def test_a_bad_item_is_refused(client: Client, fields: Body, code: str, element: str) -> None:
    with refused(code, element):
        client.write("Item", **{"Name": "Travel", "IncomeAccountRef": {"value": "1"}, **fields})


def test_an_account_has_a_type(client: Client) -> None:
    with refused("2020", "AccountType"):
        client.write("Account", Name="Rent")
    with refused("2170", "AccountType"):
        client.write("Account", Name="Rent", AccountType="Costs")


def test_a_sub_account_shows_where_it_belongs(client: Client) -> None:
    above = {"value": numbers(client, "Account")["Trust Liability"]}

    made = client.write(
        "Account", Name="100 Acme", AccountType="Other Current Liability", SubAccount=True, ParentRef=above
    )

    assert made["FullyQualifiedName"] == "Trust Liability:100 Acme"


def test_a_renamed_item_shows_its_new_name_on_old_invoices(client: Client) -> None:
    bill = client.invoice(client.customer(), "10.00")
    item = client.get("Item", "1")

    client.write("Item", **version(item), sparse=True, Name="Fees for Services")

    now = client.get("Invoice", bill["Id"])
    assert now["Line"][0]["SalesItemLineDetail"]["ItemRef"]["name"] == "Fees for Services"
    assert now["MetaData"] == bill["MetaData"]


def test_an_inactive_item_cannot_be_sold(client: Client) -> None:
    acme, item = client.customer(), client.get("Item", "1")
    client.write("Item", **version(item), sparse=True, Active=False)

    with refused("610", "Line.SalesItemLineDetail.ItemRef"):
        client.invoice(acme, "10.00")


def test_lists_that_only_quickbooks_writes_are_not_written(client: Client) -> None:
    for entity in ("TaxCode", "TaxRate", "CompanyInfo"):
        with refused("500"):
            client.write(entity, Name="x")


# ---------------------------------------------------------------- what the books come to


def test_totals_by_account_and_by_customer(client: Client) -> None:
    items, accounts = numbers(client, "Item"), numbers(client, "Account")
    acme, bolt = client.customer("100 Acme"), client.customer("200 Bolt")
    matter = client.matter(acme, "100-1")
    discount = {"DetailType": "DiscountLineDetail", "Amount": Decimal("5.00")}
    lines = [line("100.00"), line("20.50", items["Advanced Client Costs"]), discount]
    bill = client.write("Invoice", CustomerRef={"value": matter["Id"]}, Line=lines)
    client.invoice(bolt, "40.00")
    client.write("CreditMemo", **{**invoice(bolt), "Line": [line("10.00", items["Write-offs"])]})
    bank = {"value": accounts["Operating Account"]}
    client.pay(acme, "60.00", applied(bill, "50.00"), DepositToAccountRef=bank)
    client.pay(bolt, "30.00")

    company = client.sandbox.company
    assert company.account_totals() == {
        "Legal Fees": Decimal("140.00"),
        "Advanced Client Costs": Decimal("20.50"),
        "Discounts Given": Decimal("-5.00"),
        "Bad Debts": Decimal("-10.00"),
        "Operating Account": Decimal("60.00"),
        "Undeposited Funds": Decimal("30.00"),
        "Accounts Receivable": Decimal("55.50"),
    }
    assert company.receivables() == {"100 Acme": Decimal("-10.00"), "100 Acme:100-1": Decimal("65.50")}
    assert sum(company.receivables().values()) == company.account_totals()["Accounts Receivable"]


def test_what_is_void_comes_to_nothing(client: Client) -> None:
    acme = client.customer()
    bill = client.invoice(acme, "10.00")
    paid = client.pay(acme, "10.00", applied(bill, "10.00"))
    company = client.sandbox.company

    company.void("Invoice", bill["Id"])
    assert company.receivables() == {acme["DisplayName"]: Decimal(-10)}
    company.void("Payment", paid["Id"])

    assert (company.account_totals(), company.receivables()) == ({}, {})


def test_records_are_counted_by_kind(client: Client) -> None:
    acme = client.customer()
    matter = client.matter(acme, "100-1")
    dana = client.write("Employee", GivenName="Dana", FamilyName="Doyle")
    for _ in range(2):
        client.invoice(matter, "10.00")
        client.write("TimeActivity", NameOf="Employee", EmployeeRef={"value": dana["Id"]}, Hours=1, Minutes=0)
    client.write("CreditMemo", **invoice(matter, "1.00"))
    client.pay(acme, "5.00")

    kinds = (
        Kind.CLIENT,
        Kind.MATTER,
        Kind.TIMEKEEPER,
        Kind.TIME_ENTRY,
        Kind.INVOICE,
        Kind.PAYMENT,
        Kind.CREDIT_NOTE,
    )
    assert [client.sandbox.count(kind) for kind in kinds] == [1, 1, 1, 2, 2, 1, 1]
