"""Looking up what a doubtful create has left: by its mark, by its name, or by all that was sent."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from books_desk import Desk, client, credit_note, fee, invoice, matter, payment, write_off

from hub.sdk import Kind, SourceFailed, Unknown, Written

if TYPE_CHECKING:
    from books_desk import Payload

    from hub.sdk import Intent
    from hub.testing import FakeClock
    from hub_quickbooks.sandbox import QuickBooksSandbox


@pytest.fixture
def desk(sandbox: QuickBooksSandbox, clock: FakeClock) -> Desk:
    return Desk(sandbox, clock, timekeepers="write", time_entries="write")


def ids(desk: Desk, one: Intent) -> list[str]:
    """The ids of what a new process finds."""
    desk.anew()
    return [found.external_id for found in desk.find(one)]


def intent_for(desk: Desk, acme: str, kind: Kind) -> Intent:
    payloads: dict[Kind, Payload] = {
        Kind.INVOICE: invoice(acme, "10.00", fee("10.00")),
        Kind.PAYMENT: payment(acme, "10.00"),
        Kind.WRITE_OFF: write_off(acme, "10.00"),
        Kind.CREDIT_NOTE: credit_note(acme, "10.00"),
    }
    return desk.intent(kind, payloads[kind])


MARKED = [Kind.INVOICE, Kind.PAYMENT, Kind.WRITE_OFF, Kind.CREDIT_NOTE]


@pytest.mark.parametrize("kind", MARKED)
def test_what_has_a_memo_is_known_by_its_mark_among_its_likes(desk: Desk, acme: str, kind: Kind) -> None:
    """A twin that a person keyed, with another number, is none of ours."""
    one = intent_for(desk, acme, kind)
    assert ids(desk, one) == []
    (end,) = desk.ends(one)
    assert isinstance(end, Written)
    desk.company.add(
        end.source, CustomerRef={"value": acme}, TxnDate=one.payload["TxnDate"], **twin_of(desk, end)
    )

    (found,) = desk.find(one)

    assert (found.external_id, found.source, found.digest) == (end.external_id, end.source, end.digest)
    assert ids(desk, desk.intent(kind, dict(one.payload))) == []


def twin_of(desk: Desk, end: Written) -> Payload:
    there = desk.stored(end.source, end.external_id)
    if end.source == "Payment":
        return {"TotalAmt": there["TotalAmt"], "PrivateNote": "as agreed"}
    return {"Line": there["Line"][:1], "PrivateNote": "as agreed"}


def test_a_bill_below_zero_is_found_as_what_it_became(desk: Desk, acme: str) -> None:
    one = desk.intent(Kind.INVOICE, invoice(acme, "-10.00", fee("-10.00")))
    desk.ends(one)
    (found,) = desk.find(one)
    assert found.raw is not None
    assert (found.source, found.raw["_Total"]) == ("CreditMemo", "-10")


def test_a_write_off_is_found_though_it_was_dated_into_the_open_period(desk: Desk, acme: str) -> None:
    desk.company.prefer("AccountingInfoPrefs", BookCloseDate="2026-06-30")
    one = desk.intent(Kind.WRITE_OFF, write_off(acme, "10.00"))
    desk.ends(one)
    assert len(ids(desk, one)) == 1


def test_a_mark_in_a_voided_memo_is_still_ours(desk: Desk, acme: str) -> None:
    one = desk.intent(Kind.INVOICE, invoice(acme, "10.00", fee("10.00")))
    (end,) = desk.ends(one)
    assert isinstance(end, Written)
    desk.company.void("Invoice", end.external_id)
    (found,) = desk.find(one)
    assert found.raw is not None
    assert found.raw["_Status"] == "Voided"


def test_a_credit_that_is_not_applied_is_told_until_a_person_applies_it(desk: Desk, acme: str) -> None:
    bill = desk.make(Kind.INVOICE, invoice(acme, "100.00", fee("100.00"))).external_id
    one = desk.intent(Kind.WRITE_OFF, write_off(acme, "40.00", (bill, "30.00")))
    desk.company.tell("slow", on="batch", seconds=0)
    desk.company.tell("drop_before", on="batch")
    (end,) = desk.ends(one)
    assert isinstance(end, Unknown)
    memo = desk.company.all("CreditMemo")[0]["Id"]

    with pytest.raises(SourceFailed, match=f"Credit memo {memo} is there, and is not applied") as told:
        desk.find(one)
    assert told.value.remedy == "Apply it there by hand; the next run sees it."

    parts = [("Invoice", bill), ("CreditMemo", memo)]
    lines = [{"Amount": 30, "LinkedTxn": [{"TxnType": sort, "TxnId": number}]} for sort, number in parts]
    desk.company.add("Payment", CustomerRef={"value": acme}, TotalAmt=0, Line=lines)
    assert ids(desk, one) == [memo]


@pytest.mark.parametrize("name", ["O'Neil & Sons", 'Back\\slash "quoted"', "Lease: the\tfirst", "x" * 600])
def test_a_client_is_found_by_its_name_as_it_was_written(desk: Desk, name: str) -> None:
    one = desk.intent(Kind.CLIENT, client("101", name))
    (end,) = desk.ends(one)
    assert isinstance(end, Written)
    assert ids(desk, one) == [end.external_id]


def test_what_was_made_inactive_since_is_found(desk: Desk) -> None:
    one = desk.intent(Kind.CLIENT, client("101", "Binder"))
    (end,) = desk.ends(one)
    assert isinstance(end, Written)
    desk.company.change("Customer", end.external_id, Active=False)
    assert ids(desk, one) == [end.external_id]


def test_a_name_with_a_suffix_is_found_too(desk: Desk) -> None:
    desk.company.add("Vendor", DisplayName="101 Binder")
    one = desk.intent(Kind.CLIENT, client("101", "Binder"))
    (end,) = desk.ends(one)
    assert isinstance(end, Written)
    assert desk.stored("Customer", end.external_id)["DisplayName"] == "101 Binder (client)"
    assert ids(desk, one) == [end.external_id]


def test_a_client_is_no_matter_of_the_same_name(desk: Desk, acme: str) -> None:
    one = desk.intent(Kind.MATTER, matter(acme, "101", "Binder"))
    desk.make(Kind.CLIENT, client("101", "Binder"))
    assert ids(desk, one) == []


def test_a_timekeeper_is_found_by_name(desk: Desk) -> None:
    one = desk.intent(Kind.TIMEKEEPER, {"DisplayName": "Margaret Doyle", "EmployeeNumber": "07"})
    assert ids(desk, one) == []
    (end,) = desk.ends(one)
    assert isinstance(end, Written)
    assert ids(desk, one) == [end.external_id]


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, True),
        ({"_Hours": "1.50"}, True),
        ({"_Hours": "1.6"}, False),
        ({"Description": "Call"}, False),
        ({"TxnDate": "2026-01-13"}, False),
    ],
)
def test_time_is_found_by_all_that_was_sent(desk: Desk, acme: str, change: Payload, *, found: bool) -> None:
    person = desk.make(Kind.TIMEKEEPER, {"DisplayName": "Margaret Doyle"}).external_id
    references = {"EmployeeRef": {"value": person}, "CustomerRef": {"value": acme}}
    payload = {**references, "TxnDate": "2026-01-12", "_Hours": "1.5"}
    made = desk.make(Kind.TIME_ENTRY, payload)
    wanted = [made.external_id] if found else []
    assert ids(desk, desk.intent(Kind.TIME_ENTRY, payload | change)) == wanted


def test_two_that_are_alike_are_both_found(desk: Desk, acme: str) -> None:
    """Which of the two it is nobody can say, so that a person is asked."""
    person = desk.make(Kind.TIMEKEEPER, {"DisplayName": "Margaret Doyle"}).external_id
    references = {"EmployeeRef": {"value": person}, "CustomerRef": {"value": acme}}
    payload = {**references, "TxnDate": "2026-01-12", "_Hours": "1.5"}
    made = [desk.make(Kind.TIME_ENTRY, payload).external_id for _ in range(2)]
    assert ids(desk, desk.intent(Kind.TIME_ENTRY, payload)) == made


def test_a_look_up_that_cannot_be_made_is_no_answer(desk: Desk, acme: str) -> None:
    one = desk.intent(Kind.INVOICE, invoice(acme, "10.00", fee("10.00")))
    desk.company.tell("html", on="read", status=404, times=None)
    with pytest.raises(SourceFailed):
        desk.find(one)
    assert desk.clock.slept


def test_a_sign_in_that_runs_out_hides_nothing(desk: Desk, acme: str) -> None:
    one = desk.intent(Kind.INVOICE, invoice(acme, "10.00", fee("10.00")))
    (end,) = desk.ends(one)
    assert isinstance(end, Written)
    desk.company.advance(timedelta(hours=2))
    assert [found.external_id for found in desk.find(one)] == [end.external_id]
