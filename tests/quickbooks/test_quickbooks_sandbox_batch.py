"""The sandbox: batches, and what a requestid remembers."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sandbox_client import create, invoice, refused, version

if TYPE_CHECKING:
    from sandbox_client import Body, Client

    from hub.testing import FakeClock
    from hub_quickbooks.sandbox import QuickBooksSandbox


@pytest.fixture
def acme(client: Client) -> Body:
    return client.customer()


def code(item: Body) -> str:
    found: str = item["Fault"]["Error"][0]["code"]
    return found


def test_each_item_is_answered_for_itself(client: Client, acme: Body) -> None:
    answers = client.batch(
        create("good", "Invoice", invoice(acme, "10.00")),
        create("bad", "Invoice", invoice({"Id": "999"}, "10.00")),
        {"bId": "changed", "operation": "update", "Customer": {**acme, "Notes": "x"}},
        {"bId": "asked", "Query": "select * from Item where Name = 'Legal Fees'"},
    )

    assert answers["good"]["Invoice"]["TotalAmt"] == 10
    assert (code(answers["bad"]), answers["bad"]["Fault"]["type"]) == ("2500", "ValidationFault")
    assert answers["changed"]["Customer"]["Notes"] == "x"
    assert answers["asked"]["QueryResponse"]["Item"][0]["Name"] == "Legal Fees"


def test_a_batch_deletes_and_voids(client: Client, acme: Body) -> None:
    one, two = client.invoice(acme, "1.00"), client.invoice(acme, "2.00")
    paid = client.pay(acme, "3.00")

    answers = client.batch(
        {"bId": "1", "operation": "delete", "Invoice": version(one)},
        {"bId": "2", "operation": "update", "optionsData": "void", "Invoice": version(two)},
        {"bId": "3", "operation": "update", "optionsData": "void", "Payment": version(paid)},
    )

    assert answers["1"]["Invoice"]["status"] == "Deleted"
    assert answers["2"]["Invoice"]["PrivateNote"] == "Voided"
    assert answers["3"]["Payment"]["TotalAmt"] == 0


def test_the_order_of_answers_is_not_promised(client: Client) -> None:
    items = [create(str(number), "Customer", {"DisplayName": f"{number}"}) for number in range(3)]

    answer = client.ask("POST", "batch", {"BatchItemRequest": items})

    assert [item["bId"] for item in answer["BatchItemResponse"]] == ["2", "1", "0"]


def test_a_batch_has_at_most_30_items(client: Client) -> None:
    items = [create(str(number), "Customer", {"DisplayName": f"{number}"}) for number in range(31)]

    with refused("1040"):
        client.batch(*items)
    assert client.query("select count(*) from Customer") == {"totalCount": 0}
    assert len(client.batch(*items[:30])) == 30


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ({"operation": "create", "Customer": {"DisplayName": "A"}}, "2020"),
        ({"bId": "1", "operation": "upsert", "Customer": {"DisplayName": "A"}}, "2170"),
        ({"bId": "1", "operation": "create", "Client": {"DisplayName": "A"}}, "2010"),
        ({"bId": "1", "operation": "update", "Customer": {"DisplayName": "A"}}, "2020"),
        ({"bId": "1", "operation": "create", "TaxCode": {"Name": "A"}}, "500"),
        ({"bId": "1", "operation": "delete", "Customer": {"Id": "1", "SyncToken": "0"}}, "500"),
        ({"bId": "1", "Query": "select"}, "4001"),
    ],
)
def test_a_bad_item_is_refused_alone(client: Client, item: Body, expected: str) -> None:
    answers = client.batch(item, create("2", "Customer", {"DisplayName": "B"}))

    assert code(answers[item.get("bId", "")]) == expected
    assert answers["2"]["Customer"]["DisplayName"] == "B"


def test_what_is_no_batch_is_refused(client: Client) -> None:
    with refused("2020"):
        client.ask("POST", "batch", {"BatchItemRequest": "x"})
    with refused("2010"):
        client.ask("POST", "batch", "<xml/>")


# ---------------------------------------------------------------- requestid


def test_a_repeated_requestid_gets_the_first_answer_and_writes_nothing(client: Client) -> None:
    first = client.write("Customer", parameters={"requestid": "r1"}, DisplayName="Acme")
    again = client.write("Customer", parameters={"requestid": "r1"}, DisplayName="Bolt")
    other = client.write("Customer", parameters={"requestid": "r2"}, DisplayName="Bolt")

    assert again == first
    assert other["DisplayName"] == "Bolt"
    assert client.query("select count(*) from Customer") == {"totalCount": 2}


def test_an_update_with_a_requestid_is_done_once(client: Client, acme: Body) -> None:
    body = {**version(acme), "sparse": True, "Notes": "x"}

    first = client.write("Customer", parameters={"requestid": "r1"}, **body)
    assert client.write("Customer", parameters={"requestid": "r1"}, **body) == first
    with refused("5010"):
        client.write("Customer", parameters={"requestid": "r2"}, **body)


def test_a_repeated_batch_gets_the_first_answers_item_by_item(client: Client) -> None:
    def send(*names: str) -> dict[str, Body]:
        items = [create(name, "Customer", {"DisplayName": name}) for name in names]
        return client.batch(*items, requestid="r1")

    first = send("a", "b")
    again = send("a", "b", "c")

    assert {name: again[name] for name in "ab"} == first
    assert again["c"]["Customer"]["DisplayName"] == "c"
    assert client.query("select count(*) from Customer") == {"totalCount": 3}


def test_a_refused_request_is_judged_anew(client: Client, sandbox: QuickBooksSandbox, acme: Body) -> None:
    number = {"requestid": "r1"}
    client.invoice(acme, "1.00", number="77")
    with refused("6140"):
        client.write("Invoice", parameters=number, **invoice(acme, "2.00", DocNumber="77"))

    sandbox.company.delete("Invoice", client.ids("select * from Invoice")[0])

    made = client.write("Invoice", parameters=number, **invoice(acme, "2.00", DocNumber="77"))
    assert made["TotalAmt"] == 2


def test_a_requestid_has_at_most_50_characters(client: Client) -> None:
    client.write("Customer", parameters={"requestid": "r" * 50}, DisplayName="Acme")
    with refused("6000") as caught:
        client.write("Customer", parameters={"requestid": "r" * 51}, DisplayName="Bolt")
    assert "more than 50 characters in the request_id field" in caught.value.detail


def test_requestid_and_bid_share_the_50_characters(client: Client) -> None:
    items = [create(f"{number:036}", "Customer", {"DisplayName": f"{number}"}) for number in range(2)]

    answers = client.batch(*items, requestid="r" * 32)

    assert {code(item) for item in answers.values()} == {"6000"}
    assert "68 characters" in answers["0" * 36]["Fault"]["Error"][0]["Detail"]
    assert client.query("select count(*) from Customer") == {"totalCount": 0}
    assert "Customer" in client.batch(create("1", "Customer", {"DisplayName": "A"}), requestid="r" * 32)["1"]


def test_a_requestid_is_forgotten_in_the_end(client: Client, clock: FakeClock) -> None:
    client.write("Customer", parameters={"requestid": "r1"}, DisplayName="Acme")
    clock.advance(timedelta(hours=23, minutes=59))
    client.connect()
    client.write("Customer", parameters={"requestid": "r1"}, DisplayName="Acme")

    clock.advance(timedelta(minutes=2))

    with refused("6240"):
        client.write("Customer", parameters={"requestid": "r1"}, DisplayName="Acme")


def test_how_long_a_requestid_is_known_can_be_driven(
    client: Client, sandbox: QuickBooksSandbox, clock: FakeClock
) -> None:
    sandbox.company.switches.remembers = timedelta(minutes=10)
    client.write("Customer", parameters={"requestid": "r1"}, DisplayName="Acme")

    clock.advance(timedelta(minutes=10))

    with refused("6240"):
        client.write("Customer", parameters={"requestid": "r1"}, DisplayName="Acme")


def test_a_repeated_batch_may_be_answered_with_6000_for_what_was_done(
    client: Client, sandbox: QuickBooksSandbox
) -> None:
    sandbox.company.tell("forget_batches")
    item, other = (create(name, "Customer", {"DisplayName": name}) for name in "ab")
    first = client.batch(item, requestid="r1")["a"]

    again = client.batch(item, other, requestid="r1")
    assert code(again["a"]) == "6000"
    assert "unexpected error" in again["a"]["Fault"]["Error"][0]["Detail"]
    assert again["b"]["Customer"]["DisplayName"] == "b"
    assert client.batch(item, requestid="r1")["a"] == first


def test_the_same_request_made_twice_at_once_is_done_once(client: Client, sandbox: QuickBooksSandbox) -> None:
    answers: list[Body] = []

    def send() -> None:
        answers.append(client.write("Customer", parameters={"requestid": "r1"}, DisplayName="Acme"))

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == [answers[0]] * 8
    assert sandbox.company.object_counts()["Customer"] == 1
