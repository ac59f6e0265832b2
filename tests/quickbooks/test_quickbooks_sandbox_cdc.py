"""The sandbox: change data capture."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sandbox_client import applied, create, refused, version

if TYPE_CHECKING:
    from sandbox_client import Body, Client

    from hub.testing import FakeClock


def changes(client: Client, entities: str, since: str) -> list[Body]:
    answer = client.ask("GET", "cdc", entities=entities, changedSince=since)
    (response,) = answer["CDCResponse"]
    found: list[Body] = response["QueryResponse"]
    return found


def test_each_entity_gives_its_changed_objects(client: Client, clock: FakeClock) -> None:
    client.customer("100 Acme")
    clock.advance(timedelta(minutes=1))
    bolt = client.customer("200 Bolt")
    bill = client.invoice(bolt, "10.00")

    found = changes(client, "Customer,Invoice,Payment", "2026-01-05T01:01:00-08:00")

    customers, invoices, payments = found
    assert customers == {
        "Customer": [client.get("Customer", bolt["Id"])],
        "startPosition": 1,
        "maxResults": 1,
    }
    assert (invoices["Invoice"], payments) == ([bill], {})


def test_a_payment_changes_the_invoice_that_it_pays(client: Client, clock: FakeClock) -> None:
    acme = client.customer()
    bill = client.invoice(acme, "10.00")
    clock.advance(timedelta(minutes=1))
    client.pay(acme, "10.00", applied(bill, "10.00"))

    (found,) = changes(client, "Invoice", "2026-01-05T09:00:30Z")

    assert [(one["Id"], one["Balance"]) for one in found["Invoice"]] == [(bill["Id"], 0)]


def test_what_was_deleted_is_named(client: Client, clock: FakeClock) -> None:
    acme = client.customer()
    bill = client.invoice(acme, "10.00")
    clock.advance(timedelta(minutes=1))
    client.ask("POST", "invoice", version(bill), operation="delete")

    (found,) = changes(client, "Invoice", "2026-01-05T09:00:30Z")

    assert found["Invoice"] == [
        {
            "domain": "QBO",
            "status": "Deleted",
            "Id": bill["Id"],
            "MetaData": {"LastUpdatedTime": "2026-01-05T01:01:00-08:00"},
        }
    ]
    assert changes(client, "Invoice", "2026-01-05T09:01:01Z") == [{}]


def test_what_was_made_inactive_is_there_whole(client: Client) -> None:
    acme = client.customer("100 Acme")
    client.write("Customer", **version(acme), sparse=True, Active=False)

    (found,) = changes(client, "Customer", "2026-01-05T09:00:00Z")

    assert found["Customer"][0]["DisplayName"] == "100 Acme (deleted)"


def test_a_time_without_its_zone_is_pacific(client: Client, clock: FakeClock) -> None:
    clock.advance(timedelta(minutes=1))
    client.customer()

    assert changes(client, "Customer", "2026-01-05T01:01:00")[0]["maxResults"] == 1
    assert changes(client, "Customer", "2026-01-05T09:01:00") == [{}]


@pytest.mark.parametrize("entity", ["TimeActivity", "TaxCode", "TaxRate", "Preferences", "invoice", ""])
def test_some_entities_are_not_in_it(client: Client, entity: str) -> None:
    with refused("4001"):
        changes(client, f"Invoice,{entity}", "2026-01-05T09:00:00Z")


def test_it_looks_back_thirty_days(client: Client) -> None:
    assert changes(client, "Customer", "2025-12-06T09:00:00Z") == [{}]
    with refused("4001"):
        changes(client, "Customer", "2025-12-06T08:59:59Z")
    with refused("2090"):
        changes(client, "Customer", "last week")


def test_a_thousand_objects_are_the_most_over_all_entities_without_a_word(client: Client) -> None:
    acme = client.customer()
    bill = client.invoice(acme, "1.00")
    for start in range(0, 990, 30):
        client.batch(
            *(
                create(str(number), "Customer", {"DisplayName": f"C{number}"})
                for number in range(start, start + 30)
            )
        )
    for _ in range(15):
        client.invoice(acme, "1.00")

    customers, invoices = changes(client, "Customer,Invoice", "2026-01-05T09:00:00Z")
    assert (len(customers["Customer"]), len(invoices["Invoice"])) == (991, 9)
    assert invoices["Invoice"][0] == bill
    assert changes(client, "Invoice", "2026-01-05T09:00:00Z")[0]["maxResults"] == 16
