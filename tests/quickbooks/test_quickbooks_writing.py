"""Writing: one call for a batch, ids that make a repeat harmless, and the end that each record comes to."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
import responses
from books_desk import Desk, client, fee, invoice, payment, write_off
from hypothesis import given
from hypothesis import strategies as st

from hub.sdk import Action, ConfigurationError, Intent, Kind, NotSent, Rejected, Unknown, Written
from hub_quickbooks.oauth import MemoryKeeper
from hub_quickbooks.writing import item_id, request_id

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from books_desk import Payload

    from hub.sdk import End


@pytest.fixture
def answered(desk: Desk) -> Iterator[responses.RequestsMock]:
    """The company, whose answers to batches a test makes up."""
    with responses.RequestsMock() as answers:
        answers.add_passthru(re.compile(rf"{desk.sandbox.url}/(oauth2|v3/company/\d+/query)"))
        yield answers


def batches(desk: Desk) -> str:
    return f"{desk.sandbox.url}/v3/company/{desk.sandbox.realm}/batch"


def sent(answers: responses.RequestsMock, position: int = 0) -> Any:
    return json.loads(answers.calls[position].request.body or "", parse_float=Decimal)


# ---------------------------------------------------------------- ids


@given(st.text(min_size=1), st.text())
def test_ids_of_call_and_item_have_50_characters_together(key: str, call: str) -> None:
    one = Intent(key, Kind.INVOICE, Action.CREATE, {}, call=call)
    ids = {request_id(one), request_id(one, "link")}
    assert {len(made) for made in ids} == {32}
    assert len(ids) == 2
    assert len(item_id(key)) == 10


def test_a_call_is_named_by_the_batch_that_its_records_were_first_sent_in() -> None:
    first, second = (
        Intent(key, Kind.INVOICE, Action.CREATE, {}, call="c1") for key in ("w-1-5-0", "w-1-6-0")
    )
    assert request_id(first) == request_id(second)
    assert request_id(first) != request_id(replace(first, call="c2"))
    assert item_id(first.key) != item_id(second.key)


def test_part_of_a_batch_that_is_sent_again_gets_its_first_answer(desk: Desk, acme: str) -> None:
    """Payments have nothing else by which the company would know them again."""
    paid = [desk.intent(Kind.PAYMENT, payment(acme, f"{amount}.00"), call="c1") for amount in (10, 20, 30)]
    ends = desk.ends(*paid)
    desk.anew()

    assert desk.ends(paid[1]) == [ends[1]]
    assert desk.ends(*paid[::-1]) == ends[::-1]
    assert len(desk.company.all("Payment")) == 3


def test_a_credit_that_is_sent_again_is_applied_once(desk: Desk, acme: str) -> None:
    bill = desk.make(Kind.INVOICE, invoice(acme, "100.00", fee("100.00"))).external_id
    one = desk.intent(Kind.WRITE_OFF, write_off(acme, "40.00", (bill, "40.00")), call="c1")
    first = desk.ends(one)
    desk.anew()
    assert desk.ends(one) == first
    assert (len(desk.company.all("CreditMemo")), len(desk.company.all("Payment"))) == (1, 1)
    assert desk.stored("Invoice", bill)["Balance"] == 60


def test_a_credit_whose_application_got_lost_is_applied_when_it_is_sent_again(desk: Desk, acme: str) -> None:
    bill = desk.make(Kind.INVOICE, invoice(acme, "100.00", fee("100.00"))).external_id
    one = desk.intent(Kind.WRITE_OFF, write_off(acme, "40.00", (bill, "40.00")), call="c1")
    desk.company.tell("slow", on="batch", seconds=0)
    desk.company.tell("drop_before", on="batch")
    assert desk.ends(one) == [Unknown("it is there, and nobody knows whether it was applied")]
    assert desk.stored("Invoice", bill)["Balance"] == 100

    (end,) = desk.ends(one)

    assert isinstance(end, Written)
    assert (len(desk.company.all("CreditMemo")), desk.stored("Invoice", bill)["Balance"]) == (1, 60)


# ---------------------------------------------------------------- answers


@pytest.mark.usefixtures("acme")
def test_answers_are_matched_in_whatever_order_they_come(desk: Desk) -> None:
    names = [f"Client {number}" for number in range(8)]
    ends = desk.ends(
        *(desk.intent(Kind.CLIENT, client(str(200 + at), name)) for at, name in enumerate(names))
    )
    found = {one["Id"]: one["CompanyName"] for one in desk.company.all("Customer")}
    assert [found[end.external_id] for end in ends if isinstance(end, Written)] == names
    assert desk.company.counts["batch"] == 2


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ([], "says nothing of it"),
        ([{"bId": "another", "Customer": {"Id": "5"}}], "says nothing of it"),
        (["nonsense"], "says nothing of it"),
        ([{"Customer": {"SyncToken": "0"}}], "does not say its id"),
        ([{"Fault": {"type": "SystemFault"}}], "failure of its own"),
    ],
)
def test_what_an_answer_does_not_say_nobody_knows(
    desk: Desk, answered: responses.RequestsMock, said: list[Any], reason: str
) -> None:
    one = desk.intent(Kind.CLIENT, client("101"))
    told = [{"bId": item_id(one.key), **part} if isinstance(part, dict) else part for part in said]
    answered.post(batches(desk), json={"BatchItemResponse": told})
    (end,) = desk.ends(one)
    assert isinstance(end, Unknown)
    assert reason in end.reason


FAULT = {"Fault": {"Error": [{"Message": "M", "Detail": "D", "code": "CODE"}], "type": "ValidationFault"}}


def fault(code: str) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(json.dumps(FAULT).replace("CODE", code))
    return made


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, fault("2020"), NotSent),
        (400, fault("6190"), NotSent),
        (403, fault("3100"), NotSent),
        (429, {}, NotSent),
        (400, fault("10000"), Unknown),
        (404, {}, Unknown),
        (503, fault("3001"), NotSent),
        (500, fault("2020"), Unknown),
        (200, fault("600"), Unknown),
        (200, {"time": "now"}, Unknown),
    ],
)
def test_a_call_that_is_answered_as_a_whole_ends_so_for_all(
    desk: Desk, answered: responses.RequestsMock, status: int, body: Payload, kind: type[End]
) -> None:
    answered.post(batches(desk), json=body, status=status)
    ends = desk.ends(desk.intent(Kind.CLIENT, client("101")), desk.intent(Kind.CLIENT, client("102")))
    assert [type(end) for end in ends] == [kind, kind]


def test_a_batch_holds_no_more_after_no_answer_came_and_never_less_than_five(desk: Desk) -> None:
    sizes = [desk.now.access_to(Kind.INVOICE).batch]
    for number in range(4):
        desk.company.tell("drop", on="batch")
        desk.ends(desk.intent(Kind.CLIENT, client(str(200 + number))))
        sizes.append(desk.now.access_to(Kind.CLIENT).batch)
    assert sizes == [30, 15, 7, 5, 5]


def test_a_refusal_or_failure_that_was_answered_leaves_batches_as_they_are(desk: Desk) -> None:
    desk.company.tell("error", on="batch")
    desk.ends(desk.intent(Kind.CLIENT, client("101")))
    desk.ends(desk.intent(Kind.CLIENT, client()))
    assert desk.now.access_to(Kind.CLIENT).batch == 30


# ---------------------------------------------------------------- updates


def test_an_update_is_sparse_and_has_no_field_but_the_hubs(
    desk: Desk, acme: str, answered: responses.RequestsMock
) -> None:
    answered.post(batches(desk), json={"BatchItemResponse": []})
    there = Written("7", "3", source="Invoice")
    desk.ends(desk.change(Kind.INVOICE, there, invoice(acme, "675.00", fee())))
    (item,) = sent(answered)["BatchItemRequest"]
    assert item["operation"] == "update"
    document = item["Invoice"]
    assert (document["Id"], document["SyncToken"], document["sparse"]) == ("7", "3", True)
    assert document.keys() == {"Id", "SyncToken", "sparse", "CustomerRef", "TxnDate", "DocNumber", "Line"}


def test_what_people_keep_at_an_invoice_stays_when_it_changes(desk: Desk, acme: str) -> None:
    made = desk.make(Kind.INVOICE, invoice(acme, "675.00", fee()))
    memo = desk.stored("Invoice", made.external_id)["PrivateNote"]
    theirs: Payload = {"CustomerMemo": {"value": "thank you"}, "TrackingNum": "t-1"}
    seen = desk.company.change("Invoice", made.external_id, **theirs)
    now = replace(made, version=seen["SyncToken"])
    (end,) = desk.ends(desk.change(Kind.INVOICE, now, invoice(acme, "600.00", fee("600.00"))))

    assert isinstance(end, Written)
    found = desk.stored("Invoice", made.external_id)
    assert (found["TotalAmt"], found["PrivateNote"]) == (600, memo)
    assert {name: found[name] for name in theirs} == theirs


def test_one_that_changed_meanwhile_is_read_once_and_sent_once_more(desk: Desk, acme: str) -> None:
    made = Written(acme, "0", source="Customer")
    desk.company.change("Customer", acme, Notes="pays late", PrimaryPhone={"FreeFormNumber": "555"})
    desk.company.reset_counts()
    payload = client(name="Binder", PrimaryPhone={"FreeFormNumber": ""}, Fax={"FreeFormNumber": "777"})

    (end,) = desk.ends(desk.change(Kind.CLIENT, made, payload))

    found = desk.stored("Customer", acme)
    assert (found["DisplayName"], found["Notes"]) == ("100 Binder", "pays late")
    assert (found["PrimaryPhone"], found["Fax"]) == ({"FreeFormNumber": "555"}, {"FreeFormNumber": "777"})
    assert isinstance(end, Written)
    assert (end.version, found["SyncToken"]) == ("2", "2")
    counts = desk.company.counts
    assert (counts["batch"], counts["get"], counts["write"]) == (1, 1, 1)


def test_one_that_did_not_is_emptied_where_we_have_nothing(desk: Desk, acme: str) -> None:
    seen = desk.company.change("Customer", acme, PrimaryPhone={"FreeFormNumber": "555"})
    made = Written(acme, seen["SyncToken"], source="Customer")
    desk.ends(desk.change(Kind.CLIENT, made, client(PrimaryPhone={"FreeFormNumber": ""})))
    assert "PrimaryPhone" not in desk.stored("Customer", acme)


def test_what_cannot_be_read_again_was_not_sent(desk: Desk, acme: str) -> None:
    desk.company.change("Customer", acme, Notes="pays late")
    desk.company.tell("error", on="read", status=503, times=None)
    made = Written(acme, "0", source="Customer")
    (end,) = desk.ends(desk.change(Kind.CLIENT, made, client(name="Binder")))
    assert isinstance(end, NotSent)
    assert desk.stored("Customer", acme)["DisplayName"] == "100 Acme"


class Closed(MemoryKeeper):
    """A keyring that has been locked."""

    def alone(self) -> AbstractContextManager[None]:
        raise ConfigurationError("The keyring does not open.", remedy="Unlock it.")


def test_where_no_token_can_be_kept_nothing_was_sent(desk: Desk) -> None:
    desk.surroundings.secrets = Closed()
    desk.anew()
    end = desk.end(Kind.CLIENT, client("101", "Binder"))
    assert end == NotSent(reason="The keyring does not open. Unlock it")
    assert desk.company.all("Customer") == []


def test_what_is_written_by_itself_has_a_request_id_of_its_own(
    desk: Desk, acme: str, answered: responses.RequestsMock
) -> None:
    """As long as that of a batch: by a short one two of a firm's many calls might be taken for one."""
    voided = batches(desk).replace("batch", "invoice")
    answered.post(voided, json={"Invoice": {"Id": "7", "SyncToken": "4"}})
    there = [Written(number, "3", source="Invoice") for number in ("7", "8")]
    payload = invoice(acme, "10.00", fee("10.00"))
    desk.ends(*(desk.change(Kind.INVOICE, one, payload, action=Action.VOID) for one in there))
    ids = [parse_qs(urlsplit(str(call.request.url)).query)["requestid"][0] for call in answered.calls]
    assert [len(one) for one in ids] == [32, 32]
    assert len(set(ids)) == 2


# ---------------------------------------------------------------- voids


@pytest.mark.parametrize("stale", [False, True])
def test_an_invoice_and_a_payment_are_voided_whoever_changed_them_meanwhile(
    desk: Desk, acme: str, *, stale: bool
) -> None:
    bill = desk.make(Kind.INVOICE, invoice(acme, "100.00", fee("100.00")))
    paid = desk.make(Kind.PAYMENT, payment(acme, "30.00"))
    versions = [one.version if not stale else "7" for one in (bill, paid)]
    ends = desk.ends(
        desk.change(Kind.INVOICE, replace(bill, version=versions[0]), {}, action=Action.VOID),
        desk.change(Kind.PAYMENT, replace(paid, version=versions[1]), {}, action=Action.VOID),
    )
    raws = [end.raw for end in ends if isinstance(end, Written) and end.raw]
    assert (raws[0]["_Status"], raws[1]["_Reversed"]) == ("Voided", True)
    assert [one["TotalAmt"] for one in desk.company.all("Invoice") + desk.company.all("Payment")] == [0, 0]


def test_an_invoice_below_zero_is_voided_by_a_person(desk: Desk, acme: str) -> None:
    made = desk.make(Kind.INVOICE, invoice(acme, "-50.00", fee("-50.00")))
    (end,) = desk.ends(desk.change(Kind.INVOICE, made, {}, action=Action.VOID))
    assert isinstance(end, Rejected)
    assert (end.code, end.remedy) == ("by-hand", "Correct it there by hand, then accept.")
    assert desk.stored("CreditMemo", made.external_id)["TotalAmt"] == 50


# ---------------------------------------------------------------- names and numbers that are used


def test_a_suffix_takes_its_room_from_the_end_of_a_long_name(desk: Desk) -> None:
    name = "x" * 496
    desk.company.add("Vendor", DisplayName=f"100 {name}")
    made = desk.make(Kind.CLIENT, client("100", name))
    found = desk.stored("Customer", made.external_id)["DisplayName"]
    assert (len(found), found[-10:]) == (500, "x (client)")


@pytest.mark.usefixtures("acme")
def test_the_same_name_is_suffixed_once_however_often_it_is_sent(desk: Desk) -> None:
    desk.company.add("Employee", GivenName="101", FamilyName="Binder")
    one = desk.intent(Kind.CLIENT, client("101", "Binder"), call="c1")
    first = desk.ends(one)
    desk.anew()
    assert desk.ends(one) == first
    assert [name["DisplayName"] for name in desk.company.all("Customer")] == [
        "100 Acme",
        "101 Binder (client)",
    ]


@pytest.mark.usefixtures("acme")
def test_a_name_that_a_customer_has_is_for_a_person(desk: Desk) -> None:
    end = desk.end(Kind.CLIENT, client())
    assert isinstance(end, Rejected)
    assert end.code == "6240"


@pytest.mark.parametrize(
    ("memo", "ours"),
    [
        ("[hub invoice w-1-77-0]", True),
        ("see [hub invoice w-1-77-3]", True),
        ("[hub invoice w-1-78-0]", False),
        ("", False),
    ],
)
def test_who_has_our_number_is_known_by_the_mark(desk: Desk, acme: str, memo: str, *, ours: bool) -> None:
    first = desk.make(Kind.INVOICE, invoice(acme, "100.00", fee("100.00")))
    desk.company.change("Invoice", first.external_id, PrivateNote=memo)
    one = desk.intent(Kind.INVOICE, invoice(acme, "100.00", fee("100.00")), key="w-1-77-1")
    (end,) = desk.ends(one)
    if ours:
        assert isinstance(end, Written)
        assert (end.external_id, end.version) == (first.external_id, "1")
    else:
        assert isinstance(end, Rejected)
        assert f"Invoice {first.external_id} of 100 Acme over 100" in end.message
    assert len(desk.company.all("Invoice")) == 1
