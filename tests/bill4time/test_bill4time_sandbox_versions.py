"""Both versions of the API show the same firm, each in its own spelling."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from hub_bill4time.sandbox.resources import RESOURCES
from hub_bill4time.sandbox.schema import to_camel

if TYPE_CHECKING:
    from bill4time_office import Office


@pytest.fixture(autouse=True)
def busy(office: Office) -> None:
    """Something of everything."""
    firm = office.firm
    batch = firm.add("invoiceBatches", batchName="January")["id"]
    office.work(
        "1.5", descriptionPublic="Draft", activityCode="A103", litigationCode="L120", travelTime="0.25"
    )
    office.spend("37.04", taxable=True, expenseCode="E101", quantity=3)
    invoice = firm.finalize(
        firm.prebill(project=office.matter, invoiceBatchId=batch, laborTaxRatePCT="8.25")["id"]
    )
    firm.deposit(office.client, Decimal(500))
    firm.pay_from_trust(invoice["id"], Decimal(200))
    firm.add(
        "payments",
        clientId=office.client,
        paymentAmount="-5",
        paymentDate="2026-01-04",
        isBalanceAdjustment=True,
    )
    contact = firm.add("contacts", fname="Eve", lname="Stone")["id"]
    firm.add("contactConnections", contactId=contact, clientId=office.client)
    firm.add("clientUserBillingRates", clientId=office.client, userId=office.user, billingRate=350)
    firm.add("projectUserBillingRates", projectId=office.other, userId=office.user, billingRate=325)


@pytest.mark.parametrize("name", [name for name, one in RESOURCES.items() if one.v1])
def test_both_versions_show_the_same(office: Office, name: str) -> None:
    resource = RESOURCES[name]
    old, new = office.rows(resource.v1), office.rows(resource.v2, "v2")

    assert len(old) == len(new) == office.firm.number(name) > 0
    for field in resource.fields:
        if field.v1:
            assert [row[field.v1] for row in old] == [row[field.v2] for row in new]


@pytest.mark.parametrize("name", RESOURCES)
def test_v2_is_spelt_in_two_ways(office: Office, name: str) -> None:
    resource = RESOURCES[name]
    pascal = office.rows(resource.v2, "v2")
    office.sandbox.switches.casing = "camel"
    camel = office.rows(resource.v2, "v2", filter=f"id eq {pascal[0][resource.fields[0].v2]}")

    assert camel == [{to_camel(field): value for field, value in pascal[0].items()}]


@pytest.mark.parametrize(
    ("name", "camel"),
    [
        ("InternalClientID", "internalClientID"),
        ("PmtAmount", "pmtAmount"),
        ("QBSyncDate", "qbSyncDate"),
        ("LaborTaxRatePCT", "laborTaxRatePCT"),
    ],
)
def test_names_are_spelt_in_camel_case(name: str, camel: str) -> None:
    assert to_camel(name) == camel


def test_v1_spells_what_it_has(office: Office) -> None:
    (entry,) = office.rows("timeEntries")

    assert (entry["billableAmount"], entry["billableTime"], entry["travelTime"]) == ("600.00", "1.50", "0.25")
    assert (entry["billingStatus"], entry["projectName"]) == ("Billing Complete", "Smith v. Jones")
    assert "activityCode" not in entry
    assert not [name for name in entry if "modified" in name.lower()]
    (invoice,) = office.rows("invoices")
    assert {"status": "finalized", "paidStatus": "Partially Paid"}.items() <= invoice.items()
    assert not [name for name in invoice if "tax" in name.lower()]


def test_v2_has_two_ids(office: Office) -> None:
    (invoice,) = office.rows("invoices", "v2")
    (entry,) = office.rows("timeEntries", "v2")

    assert (invoice["InternalClientID"], invoice["ClientID"]) == (office.client, "100")
    assert (entry["InternalInvoiceID"], entry["InvoiceID"]) == (invoice["InternalInvoiceID"], "1001")
    assert (entry["ActivityCode"], entry["InvoiceBatchId"]) == ("A103", invoice["InvoiceBatchId"])


def test_an_adjustment_is_a_payment_with_a_side(office: Office) -> None:
    trust, adjustment = office.rows("paymentsandbalanceadjustments", "v2")

    assert (trust["PmtMethod"], trust["Debit"], trust["BalanceAdjustment"]) == ("Trust", None, False)
    assert (adjustment["Debit"], adjustment["Credit"], adjustment["BalanceAdjustment"]) == (5, 0, True)
    paid = office.rows("trustAccounting", filter=f"id eq {trust['TrustAccountingId']}")
    assert (paid[0]["amount"], paid[0]["isPayment"]) == (-200, True)


def test_payments_may_be_misspelt(office: Office) -> None:
    office.sandbox.switches.misspelt_payments = True

    assert office.get("paymentsandbalanceadjustments", "v2").status_code == 404
    assert len(office.rows("paymentsandbalanceadustments", "v2")) == 2


def test_a_day_is_spelt_in_two_ways(office: Office) -> None:
    assert office.rows("expenses")[0]["expenseDate"] == "2026-01-02T00:00:00"
    office.sandbox.switches.bare_days = True

    (expense,) = office.rows("expenses", filter="expenseDate eq '2026-01-02'")
    assert (expense["expenseDate"], expense["createdDate"]) == ("2026-01-02", "2026-01-05T09:00:00")
    assert office.firm.all("expenses")[0]["expenseDate"] == date(2026, 1, 2)


def test_what_has_no_project_says_so(office: Office) -> None:
    expense = office.spend("5", projectId=-1, clientId=office.client)

    (row,) = office.rows("expenses", filter=f"id eq {expense['id']}")
    assert (row["projectId"], row["projectName"], row["invoiceId"]) == (-1, None, None)
