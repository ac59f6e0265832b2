"""The sandbox: what is deleted is gone, what is voided stays with nothing but zeros."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sandbox_client import applied, invoice, line, refused, version

if TYPE_CHECKING:
    from sandbox_client import Body, Client


@pytest.fixture
def acme(client: Client) -> Body:
    return client.customer()


def test_a_deleted_invoice_is_gone_and_its_number_free(client: Client, acme: Body) -> None:
    bill = client.invoice(acme, "10.00", number="77")

    answer = client.ask("POST", "invoice", version(bill), operation="delete")

    assert answer["Invoice"] == {"domain": "QBO", "status": "Deleted", "Id": bill["Id"]}
    with refused("610"):
        client.get("Invoice", bill["Id"])
    with refused("610"):
        client.ask("POST", "invoice", version(bill), operation="delete")
    assert client.invoice(acme, "10.00", number="77")["Id"] != bill["Id"]
    assert client.get("Customer", acme["Id"])["Balance"] == 10


def test_only_the_present_version_is_deleted_or_voided(client: Client, acme: Body) -> None:
    bill = client.invoice(acme, "10.00")
    client.write("Invoice", **version(bill), sparse=True, PrivateNote="x")

    for operation in ("delete", "void"):
        with refused("5010"):
            client.ask("POST", "invoice", version(bill), operation=operation)


def test_a_voided_invoice_stays_with_zeros_and_a_note(client: Client, acme: Body) -> None:
    lines = [line("385.00", Qty="1.1", UnitPrice=350)]
    bill = client.write("Invoice", CustomerRef={"value": acme["Id"]}, DocNumber="77", Line=lines)

    void = client.ask("POST", "invoice", version(bill), operation="void")["Invoice"]

    assert (void["TotalAmt"], void["Balance"], void["SyncToken"]) == (0, 0, "1")
    assert (void["PrivateNote"], void["LinkedTxn"], void["DocNumber"]) == ("Voided", [], "77")
    detail = void["Line"][0]["SalesItemLineDetail"]
    assert (void["Line"][0]["Amount"], detail["Qty"], detail["UnitPrice"]) == (0, 0, 0)
    assert void == client.get("Invoice", bill["Id"])
    assert client.get("Customer", acme["Id"])["Balance"] == 0


def test_the_note_of_a_void_keeps_what_was_there(client: Client, acme: Body) -> None:
    bill = client.invoice(acme, "10.00", PrivateNote="hub 4711")

    void = client.ask("POST", "invoice", version(bill), operation="void")["Invoice"]
    again = client.ask("POST", "invoice", version(void), operation="void")["Invoice"]

    assert void["PrivateNote"] == again["PrivateNote"] == "Voided - hub 4711"


@pytest.mark.parametrize("operation", ["delete", "void"])
def test_an_invoice_that_goes_leaves_its_payments_unapplied(
    client: Client, acme: Body, operation: str
) -> None:
    bill, other = client.invoice(acme, "10.00"), client.invoice(acme, "5.00")
    paid = client.pay(acme, "15.00", applied(bill, "10.00"), applied(other, "5.00"))

    client.ask("POST", "invoice", version(client.get("Invoice", bill["Id"])), operation=operation)

    left = client.get("Payment", paid["Id"])
    assert (left["UnappliedAmt"], left["TotalAmt"], left["SyncToken"]) == (10, 15, "1")
    assert [one["LinkedTxn"][0]["TxnId"] for one in left["Line"]] == [other["Id"]]
    assert client.get("Invoice", other["Id"])["Balance"] == 0


def test_a_voided_payment_opens_what_it_paid(client: Client, acme: Body) -> None:
    bill = client.invoice(acme, "10.00")
    paid = client.pay(acme, "10.00", applied(bill, "10.00"))

    body = {**version(paid), "sparse": True}
    void = client.ask("POST", "payment", body, operation="update", include="void")["Payment"]

    assert (void["TotalAmt"], void["UnappliedAmt"], void["Line"]) == (0, 0, [])
    assert (void["PrivateNote"], void["SyncToken"]) == ("Voided", "1")
    now = client.get("Invoice", bill["Id"])
    assert (now["Balance"], now["LinkedTxn"]) == (10, [])


def test_a_deleted_payment_opens_what_it_paid(client: Client, acme: Body) -> None:
    bill = client.invoice(acme, "10.00")
    paid = client.pay(acme, "10.00", applied(bill, "10.00"))

    client.ask("POST", "payment", version(paid), operation="delete")

    assert client.get("Invoice", bill["Id"])["Balance"] == 10
    assert client.query("select * from Payment") == {}


def test_a_credit_that_a_payment_needs_stays(client: Client, acme: Body) -> None:
    bill = client.invoice(acme, "30.00")
    credit = client.write("CreditMemo", **invoice(acme, "30.00"))
    client.pay(acme, "0.00", applied(bill, "30.00"), applied(credit, "30.00", "CreditMemo"))

    with refused("6000"):
        client.ask("POST", "creditmemo", version(client.get("CreditMemo", credit["Id"])), operation="delete")
    assert client.get("Invoice", bill["Id"])["Balance"] == 0


def test_what_cannot_be_voided_says_so(client: Client, acme: Body) -> None:
    credit = client.write("CreditMemo", **invoice(acme, "30.00"))
    paid = client.pay(acme, "10.00")

    with refused("500"):
        client.ask("POST", "creditmemo", version(credit), operation="void")
    with refused("500"):
        client.ask("POST", "creditmemo", version(credit), operation="update", include="void")
    with refused("500"):
        client.ask("POST", "payment", version(paid), operation="void")
    with refused("500"):
        client.ask("POST", "customer", version(acme), operation="void")
