"""The sandbox: sales tax of a US company."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from sandbox_client import invoice, line, refused, version

if TYPE_CHECKING:
    from sandbox_client import Body, Client


TAXED = {"TaxCodeRef": {"value": "TAX"}}


@pytest.fixture
def acme(client: Client) -> Body:
    return client.customer()


@pytest.fixture
def taxing(client: Client) -> None:
    client.sandbox.company.prefer("TaxPrefs", UsingSalesTax=True)


@pytest.fixture
def automated(client: Client, taxing: None) -> None:
    client.sandbox.company.prefer("TaxPrefs", PartnerTaxEnabled=True)


def taxed(acme: Body, **fields: object) -> Body:
    lines = [line("100.00", **TAXED), line("50.00", TaxCodeRef={"value": "NON"})]
    return {"CustomerRef": {"value": acme["Id"]}, "Line": lines, **fields}


def total_tax(amount: str, **detail: object) -> Body:
    return {"TotalTax": Decimal(amount), **detail}


@pytest.mark.usefixtures("taxing")
def test_a_tax_that_is_given_is_kept_and_added(client: Client, acme: Body) -> None:
    made = client.write("Invoice", **taxed(acme, TxnTaxDetail=total_tax("8.31")))

    assert (made["TotalAmt"], made["Balance"]) == (Decimal("158.31"),) * 2
    assert made["TxnTaxDetail"]["TotalTax"] == Decimal("8.31")
    codes = [one["SalesItemLineDetail"]["TaxCodeRef"]["value"] for one in made["Line"][:2]]
    assert codes == ["TAX", "NON"]


@pytest.mark.usefixtures("taxing")
def test_a_line_without_a_code_is_not_taxed(client: Client, acme: Body) -> None:
    made = client.invoice(acme, "10.00")

    assert made["Line"][0]["SalesItemLineDetail"]["TaxCodeRef"] == {"value": "NON"}
    assert made["TotalAmt"] == 10


@pytest.mark.usefixtures("taxing")
@pytest.mark.parametrize("code", ["1", "tax", "TAXABLE"])
def test_a_line_of_a_us_company_is_tax_or_non(client: Client, acme: Body, code: str) -> None:
    lines = [line("10.00", TaxCodeRef={"value": code})]

    with refused("6100") as caught:
        client.write("Invoice", CustomerRef={"value": acme["Id"]}, Line=lines)
    assert f"Supplied value:{code}" in caught.value.detail


@pytest.mark.usefixtures("taxing")
def test_a_tax_code_works_the_tax_out_of_the_taxed_lines(client: Client, acme: Body) -> None:
    (code,) = client.query("select * from TaxCode")["TaxCode"]
    (rate,) = client.query("select * from TaxRate")["TaxRate"]

    made = client.write("Invoice", **taxed(acme, TxnTaxDetail={"TxnTaxCodeRef": {"value": code["Id"]}}))

    assert (rate["RateValue"], made["TxnTaxDetail"]["TotalTax"], made["TotalAmt"]) == (
        Decimal("8.25"),
        Decimal("8.25"),
        Decimal("158.25"),
    )
    (tax_line,) = made["TxnTaxDetail"]["TaxLine"]
    assert tax_line["TaxLineDetail"]["NetAmountTaxable"] == 100


@pytest.mark.usefixtures("automated")
def test_automated_tax_works_out_what_is_not_given(client: Client, acme: Body) -> None:
    assert client.write("Invoice", **taxed(acme))["TxnTaxDetail"]["TotalTax"] == Decimal("8.25")


@pytest.mark.usefixtures("automated")
def test_automated_tax_may_move_a_given_tax_by_a_cent(client: Client, acme: Body) -> None:
    client.sandbox.company.switches.tax_shift = Decimal("0.01")

    made = client.write("Invoice", **taxed(acme, TxnTaxDetail=total_tax("8.31")))
    untaxed = client.write("Invoice", **invoice(acme, "10.00", TxnTaxDetail=total_tax("0")))

    assert made["TotalAmt"] == Decimal("158.32")
    assert untaxed["TotalAmt"] == 10
    noted = client.write("Invoice", **version(made), sparse=True, PrivateNote="x")
    assert noted["TotalAmt"] == Decimal("158.32")


@pytest.mark.usefixtures("automated")
def test_new_lines_are_taxed_anew_unless_the_tax_comes_along(client: Client, acme: Body) -> None:
    made = client.write("Invoice", **taxed(acme, TxnTaxDetail=total_tax("8.31")))
    lines = [line("200.00", **TAXED)]

    anew = client.write("Invoice", **version(made), sparse=True, Line=lines)
    assert anew["TxnTaxDetail"]["TotalTax"] == Decimal("16.5")
    given = client.write("Invoice", **version(anew), sparse=True, Line=lines, TxnTaxDetail=total_tax("16.60"))
    assert given["TotalAmt"] == Decimal("216.6")


def test_a_company_without_sales_tax_ignores_it(client: Client, acme: Body) -> None:
    made = client.write("Invoice", **taxed(acme, TxnTaxDetail=total_tax("8.31")))

    assert (made["TotalAmt"], made["TxnTaxDetail"]) == (150, {"TotalTax": 0})


@pytest.mark.usefixtures("taxing")
def test_tax_goes_on_its_own_account_and_a_credit_takes_it_back(client: Client, acme: Body) -> None:
    client.write("Invoice", **taxed(acme, TxnTaxDetail=total_tax("8.31")))
    client.write("CreditMemo", **taxed(acme, TxnTaxDetail=total_tax("3.00")))

    assert client.sandbox.company.account_totals() == {
        "Accounts Receivable": Decimal("5.31"),
        "Sales Tax Payable": Decimal("5.31"),
    }
