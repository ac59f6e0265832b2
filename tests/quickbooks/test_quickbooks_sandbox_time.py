"""The sandbox: time activities, and the invoices that bill them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sandbox_client import line, refused, version

if TYPE_CHECKING:
    from sandbox_client import Body, Client


@pytest.fixture
def acme(client: Client) -> Body:
    return client.customer()


@pytest.fixture
def dana(client: Client) -> Body:
    return client.write("Employee", GivenName="Dana", FamilyName="Doyle")


def worked(dana: Body, **fields: object) -> Body:
    return {"NameOf": "Employee", "EmployeeRef": {"value": dana["Id"]}, "Hours": 1, "Minutes": 6, **fields}


def billable(dana: Body, customer: Body, **fields: object) -> Body:
    reference = {"value": customer["Id"]}
    return worked(dana, CustomerRef=reference, BillableStatus="Billable", HourlyRate=350, **fields)


def billing(customer: Body, *times: Body) -> Body:
    links = [{"TxnId": time["Id"], "TxnType": "TimeActivity"} for time in times]
    lines = [{**line("385.00"), "LinkedTxn": [link]} for link in links]
    return {"CustomerRef": {"value": customer["Id"]}, "LinkedTxn": links, "Line": lines}


def test_time_comes_back_whole(client: Client, acme: Body, dana: Body) -> None:
    made = client.write("TimeActivity", **billable(dana, acme, TxnDate="2026-01-02", Description="Call"))

    assert (made["Hours"], made["Minutes"], made["HourlyRate"]) == (1, 6, 350)
    assert (made["TxnDate"], made["BillableStatus"], made["Description"]) == (
        "2026-01-02",
        "Billable",
        "Call",
    )
    assert made["EmployeeRef"] == {"value": dana["Id"], "name": "Dana Doyle"}
    assert client.get("TimeActivity", made["Id"]) == made


def test_fractions_of_hours_and_minutes_are_cut_off(client: Client, dana: Body) -> None:
    made = client.write("TimeActivity", **worked(dana, Hours=1.9, Minutes="6.5"))

    assert (made["Hours"], made["Minutes"], made["BillableStatus"]) == (1, 6, "NotBillable")


def test_a_vendor_may_work_too(client: Client) -> None:
    fields = {"NameOf": "Vendor", "VendorRef": {"value": "1"}, "Hours": 2}

    assert client.write("TimeActivity", **fields)["VendorRef"]["name"] == "Clerk of Court"


@pytest.mark.parametrize(
    ("fields", "code", "element"),
    [
        ({"NameOf": None}, "2020", "NameOf"),
        ({"NameOf": "Partner"}, "2170", "NameOf"),
        ({"NameOf": "Vendor"}, "2020", "VendorRef"),
        ({"Hours": None, "Minutes": None}, "2020", "Hours"),
        ({"Hours": 8761}, "2080", "Hours"),
        ({"Minutes": 60}, "2080", "Minutes"),
        ({"Hours": -1}, "2080", "Hours"),
        ({"Description": "x" * 4001}, "2050", "Description"),
        ({"BillableStatus": "Billable", "HourlyRate": 1}, "6310", "CustomerRef"),
        ({"BillableStatus": "HasBeenBilled"}, "2170", "BillableStatus"),
        ({"EmployeeRef": {"value": "1"}}, "2500", "EmployeeRef"),
    ],
)
def test_bad_time_is_refused(client: Client, dana: Body, fields: Body, code: str, element: str) -> None:
    with refused(code, element):
        client.write("TimeActivity", **worked(dana, **fields))


def test_billable_time_needs_a_rate(client: Client, acme: Body, dana: Body) -> None:
    with refused("2020"):
        client.write("TimeActivity", **{**billable(dana, acme), "HourlyRate": None})


def test_an_invoice_that_links_time_bills_it(client: Client, acme: Body, dana: Body) -> None:
    one, two = [client.write("TimeActivity", **billable(dana, acme)) for _ in range(2)]

    bill = client.write("Invoice", **billing(acme, one, two))

    assert [link["TxnId"] for link in bill["LinkedTxn"]] == [one["Id"], two["Id"]]
    now = client.get("TimeActivity", one["Id"])
    assert (now["BillableStatus"], now["SyncToken"]) == ("HasBeenBilled", "1")
    kept = client.write(
        "TimeActivity", **version(now), sparse=True, Description="x", BillableStatus="Billable"
    )
    assert kept["BillableStatus"] == "HasBeenBilled"


def test_time_that_is_taken_off_an_invoice_is_billable_again(client: Client, acme: Body, dana: Body) -> None:
    one, two = [client.write("TimeActivity", **billable(dana, acme)) for _ in range(2)]
    bill = client.write("Invoice", **billing(acme, one, two))

    shorter = client.write("Invoice", **version(bill), sparse=True, **billing(acme, two))
    assert client.get("TimeActivity", one["Id"])["BillableStatus"] == "Billable"
    assert client.get("TimeActivity", two["Id"])["BillableStatus"] == "HasBeenBilled"

    client.ask("POST", "invoice", version(shorter), operation="void")
    assert client.get("TimeActivity", two["Id"])["BillableStatus"] == "Billable"


def test_time_is_linked_from_header_and_line_alike(client: Client, acme: Body, dana: Body) -> None:
    time = client.write("TimeActivity", **billable(dana, acme))
    whole = billing(acme, time)

    for name in ("LinkedTxn", "Line"):
        other = {"LinkedTxn": [], "Line": [line("385.00")]}[name]
        with refused("620"):
            client.write("Invoice", **{**whole, name: other})
    assert client.get("TimeActivity", time["Id"])["BillableStatus"] == "Billable"


def test_time_is_billed_once_and_to_its_own_customer(client: Client, acme: Body, dana: Body) -> None:
    other = client.customer("200 Bolt")
    time = client.write("TimeActivity", **billable(dana, acme))
    idle = client.write("TimeActivity", **worked(dana))
    for body in (billing(other, time), billing(acme, idle), billing(acme, {"Id": "999"})):
        with refused("620"):
            client.write("Invoice", **body)

    client.write("Invoice", **billing(acme, time))

    with refused("620"):
        client.write("Invoice", **billing(acme, time))
    with refused("620"):
        client.write("CreditMemo", **billing(acme, time))


def test_billed_time_stays_and_other_time_can_be_deleted(client: Client, acme: Body, dana: Body) -> None:
    billed = client.write("TimeActivity", **billable(dana, acme))
    client.write("Invoice", **billing(acme, billed))
    free = client.write("TimeActivity", **billable(dana, acme))

    with refused("6000"):
        client.ask(
            "POST", "timeactivity", version(client.get("TimeActivity", billed["Id"])), operation="delete"
        )
    client.ask("POST", "timeactivity", version(free), operation="delete")
    assert client.ids("select * from TimeActivity") == [billed["Id"]]
