"""The sandbox: payments, what they pay, and the credits that they use."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sandbox_client import applied, invoice, refused, version

if TYPE_CHECKING:
    from sandbox_client import Body, Client

    from hub_quickbooks.sandbox import QuickBooksSandbox


@pytest.fixture
def acme(client: Client) -> Body:
    return client.customer()


def test_a_payment_pays_an_invoice(client: Client, acme: Body) -> None:
    bill = client.invoice(acme, "100.00")

    paid = client.pay(acme, "120.00", applied(bill, "70.00"), PaymentRefNum="4711")

    assert (paid["TotalAmt"], paid["UnappliedAmt"], paid["PaymentRefNum"]) == (120, 50, "4711")
    assert paid["DepositToAccountRef"]["name"] == "Undeposited Funds"
    now = client.get("Invoice", bill["Id"])
    assert (now["Balance"], now["TotalAmt"]) == (30, 100)
    assert now["LinkedTxn"] == [{"TxnId": paid["Id"], "TxnType": "Payment"}]
    assert now["SyncToken"] == "1"


def test_a_change_of_a_payment_moves_what_is_paid(client: Client, acme: Body) -> None:
    one, two = client.invoice(acme, "100.00"), client.invoice(acme, "50.00")
    paid = client.pay(acme, "60.00", applied(one, "60.00"))

    moved = client.write(
        "Payment", **version(paid), sparse=True, Line=[applied(one, "10.00"), applied(two, "50.00")]
    )

    assert moved["UnappliedAmt"] == 0
    assert [client.get("Invoice", bill["Id"])["Balance"] for bill in (one, two)] == [90, 0]
    emptied = client.write("Payment", **version(moved), sparse=True, Line=[])
    assert emptied["UnappliedAmt"] == 60
    assert client.get("Invoice", two["Id"])["LinkedTxn"] == []


def test_no_more_is_paid_than_is_open(client: Client, acme: Body) -> None:
    bill = client.invoice(acme, "100.00")
    client.pay(acme, "60.00", applied(bill, "60.00"))

    with refused("6000"):
        client.pay(acme, "60.00", applied(bill, "40.01"))
    with refused("6000"):
        client.pay(acme, "60.00", applied(bill, "20.00"), applied(bill, "20.01"))
    assert client.pay(acme, "60.00", applied(bill, "40.00"))["UnappliedAmt"] == 20


def test_no_more_is_paid_than_the_payment_has(client: Client, acme: Body) -> None:
    bill = client.invoice(acme, "100.00")

    with refused("6000"):
        client.pay(acme, "99.99", applied(bill, "100.00"))


def test_a_credit_pays_together_with_a_payment_of_nothing(client: Client, acme: Body) -> None:
    bill = client.invoice(acme, "100.00")
    credit = client.write("CreditMemo", **invoice(acme, "30.00"))

    used = client.pay(acme, "0.00", applied(bill, "30.00"), applied(credit, "30.00", "CreditMemo"))

    assert (used["TotalAmt"], used["UnappliedAmt"]) == (0, 0)
    assert client.get("Invoice", bill["Id"])["Balance"] == 70
    spent = client.get("CreditMemo", credit["Id"])
    assert (spent["RemainingCredit"], spent["Balance"], spent["TotalAmt"]) == (0, 0, 30)
    with refused("6000"):
        client.pay(acme, "0.00", applied(bill, "1.00"), applied(credit, "1.00", "CreditMemo"))


def test_a_client_pays_for_its_matters_but_not_for_others(client: Client, acme: Body) -> None:
    matter, other = client.matter(acme, "100-1"), client.customer("200 Bolt")
    bill = client.invoice(matter, "100.00")

    with refused("6000"):
        client.pay(other, "100.00", applied(bill, "100.00"))
    with refused("6000"):
        client.pay(matter, "100.00", applied(client.invoice(acme, "100.00"), "100.00"))
    assert client.pay(acme, "100.00", applied(bill, "100.00"))["UnappliedAmt"] == 0


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"CustomerRef": None}, "2020"),
        ({"TotalAmt": None}, "2020"),
        ({"TotalAmt": -1}, "2080"),
        ({"Line": [{"Amount": 1}]}, "620"),
        ({"Line": [{"Amount": 1, "LinkedTxn": [{"TxnId": "1", "TxnType": "Deposit"}]}]}, "620"),
        ({"Line": [{"Amount": 1, "LinkedTxn": [{"TxnId": "999", "TxnType": "Invoice"}]}]}, "2500"),
        ({"PaymentRefNum": "9" * 22}, "2050"),
        ({"PaymentMethodRef": {"value": "99"}}, "2500"),
        ({"DepositToAccountRef": {"value": "1"}}, "6430"),
    ],
)
def test_a_bad_payment_is_refused(client: Client, acme: Body, fields: Body, code: str) -> None:
    body = {"CustomerRef": {"value": acme["Id"]}, "TotalAmt": 10, **fields}

    with refused(code):
        client.write("Payment", **body)


def test_a_payment_in_a_deposit_cannot_be_changed(
    client: Client, sandbox: QuickBooksSandbox, acme: Body
) -> None:
    paid = client.pay(acme, "10.00")
    sandbox.company.deposit(paid["Id"])
    now = client.get("Payment", paid["Id"])
    assert now["LinkedTxn"][0]["TxnType"] == "Deposit"

    with refused("6540"):
        client.write("Payment", **version(now), sparse=True, PrivateNote="x")
    with refused("6540"):
        client.ask("POST", "payment", version(now), operation="delete")
    with refused("6540"):
        client.ask("POST", "payment", version(now), operation="update", include="void")
    assert client.get("Payment", paid["Id"]) == now
