"""Payments that a person keys into the books: listed until they are seen there, as they should be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sync_fakes import codes, only, written
from sync_firm import groups

from hub.sdk import Access, HubError, Kind

if TYPE_CHECKING:
    from sync_fakes import Document
    from sync_firm import Firm

ENTER = "to-be-entered-by-hand"
CORRECT = "to-be-corrected-by-hand"
WITHDRAW = "to-be-withdrawn-by-hand"


@pytest.fixture
def paid(firm: Firm) -> Firm:
    """A firm with a payment that the books take from a person only."""
    firm.access[Kind.PAYMENT] = Access(read=True, by_hand=True)
    firm.flows["books"]["kinds"] = ["client", "payment"]
    firm.client("110", "Acme", "01")
    firm.bill("5001", [firm.entry("110.01", "2.5", "call")], key="S1")
    firm.pay("S1", "250.00", day="2026-07-01", reference="check 77")
    return firm


def keyed(firm: Firm, amount: str = "250.00", day: str = "2026-07-03", reference: str = "77") -> str:
    """A person enters a payment in the books; returns its id there."""
    client = next(number for number, row in firm.books.rows.items() if row["type"] == "client")
    row = {"client": client, "received_on": day, "amount": amount, "reference": reference}
    return firm.books.put(Kind.PAYMENT, row)


def settled(firm: Firm) -> None:
    """Nothing is asked any more, and nothing was written."""
    for _ in range(2):
        document = firm.sync()
        assert (document["outcome"], document["holds"]) == ("ok", [])
        assert written(document, "payment", "books") == {"unchanged": 1}
    assert {intent.kind for call in firm.books.calls for intent in call} == {Kind.CLIENT}


def test_a_payment_is_listed_until_it_is_entered(paid: Firm) -> None:
    for _ in range(2):
        document = paid.sync()
        assert (document["outcome"], codes(document)) == ("held", [ENTER])
        assert "2026-07-01 250.00" in only(document, ENTER)["label"]
    number = keyed(paid)
    settled(paid)
    record = paid.only_record(Kind.PAYMENT)
    assert paid.bound(record["id"], "books") == {number: "LIVE"}
    assert (record["received_on"], record["reference"]) == ("2026-07-01", "check 77")


def test_a_payment_that_is_not_wanted_there_is_left_out(paid: Firm) -> None:
    paid.decide(only(paid.sync(), ENTER), "accept")
    assert paid.sync()["outcome"] == "ok"
    assert paid.books.names(Kind.CLIENT) == ["Acme"]


def test_what_was_left_out_is_listed_again_once_it_changes(paid: Firm) -> None:
    paid.decide(only(paid.sync(), ENTER), "accept")
    paid.sync()
    (row,) = paid.rows("MONEY").values()
    row["amount"] = "260.00"
    assert codes(paid.sync()) == [ENTER]


def test_a_payment_that_is_a_cent_off_is_asked_about(paid: Firm) -> None:
    paid.sync()
    number = keyed(paid, amount="250.01")
    document = paid.sync()
    hold = only(document, "match")
    assert "nearly matches" in hold["message"]
    record = paid.only_record(Kind.PAYMENT)
    paid.decide(hold, "link", record=record["id"])
    document = paid.sync()
    assert paid.bound(record["id"], "books") == {number: "LIVE"}
    assert (document["outcome"], document["holds"]) == ("ok", [])


def test_a_payment_that_is_a_cent_off_may_be_another(paid: Firm) -> None:
    paid.sync()
    keyed(paid, amount="250.01")
    paid.decide(only(paid.sync(), "match"), "accept")
    assert codes(paid.sync()) == [ENTER]


def test_of_two_payments_alike_a_person_says_which_it_is(paid: Firm) -> None:
    paid.pay("S1", "250.00", day="2026-07-02", reference="check 78")
    assert groups(paid.sync()) == {ENTER: 1}
    number = keyed(paid)
    document = paid.sync()
    assert "more than one" in only(document, "match")["message"]
    first, second = paid.records(Kind.PAYMENT)
    paid.decide(only(document, "match"), "link", record=second["id"])
    document = paid.sync()
    assert codes(document) == [ENTER]
    assert only(document, ENTER)["record"] == first["id"]
    assert paid.bound(second["id"], "books") == {number: "LIVE"}
    other = keyed(paid, reference="78")
    assert paid.sync()["outcome"] == "ok"
    assert paid.bound(first["id"], "books") == {other: "LIVE"}


def test_two_payments_alike_entered_at_once_are_both_asked_about(paid: Firm) -> None:
    paid.pay("S1", "250.00", day="2026-07-02", reference="check 78")
    paid.sync()
    keyed(paid)
    keyed(paid, reference="78")
    document = paid.sync()
    matches = [hold for hold in document["holds"] if hold["code"] == "match"]
    assert len(matches) == 2
    for hold, record in zip(matches, paid.records(Kind.PAYMENT), strict=True):
        paid.decide(hold, "link", record=record["id"])
    assert paid.sync()["outcome"] == "ok"


def test_one_record_is_not_linked_to_two_rows(paid: Firm) -> None:
    paid.pay("S1", "250.00", day="2026-07-02", reference="check 78")
    paid.sync()
    first, second = keyed(paid), keyed(paid, reference="78")
    matches = [hold for hold in paid.sync()["holds"] if hold["code"] == "match"]
    record = paid.records(Kind.PAYMENT)[0]
    for hold in matches:
        paid.decide(hold, "link", record=record["id"])
    document = paid.sync()
    assert paid.bound(record["id"], "books") in ({first: "LIVE"}, {second: "LIVE"})
    assert document["outcome"] == "held"


def corrected(firm: Firm, **change: str) -> Document:
    firm.sync()
    keyed(firm)
    settled(firm)
    (row,) = firm.rows("MONEY").values()
    row |= change
    document: Document = firm.sync()
    return document


def test_a_change_after_it_was_entered_is_listed_until_it_is_there(paid: Firm) -> None:
    document = corrected(paid, amount="260.00")
    assert codes(document) == [CORRECT]
    assert codes(paid.sync()) == [CORRECT]
    next(row for row in paid.books.rows.values() if row["type"] == "payment")["amount"] = "260.00"
    settled(paid)


def test_a_change_may_be_left_as_it_is(paid: Firm) -> None:
    paid.decide(only(corrected(paid, amount="260.00"), CORRECT), "accept")
    settled(paid)


def test_a_change_that_is_taken_back_is_listed_no_more(paid: Firm) -> None:
    corrected(paid, amount="260.00")
    (row,) = paid.rows("MONEY").values()
    row["amount"] = "250.00"
    settled(paid)


def test_a_change_of_what_the_books_do_not_have_is_not_listed(paid: Firm) -> None:
    document = corrected(paid, memo="thanks")
    assert (document["outcome"], document["holds"]) == ("ok", [])


def test_an_edit_in_the_books_is_told(paid: Firm) -> None:
    paid.sync()
    keyed(paid)
    settled(paid)
    next(row for row in paid.books.rows.values() if row["type"] == "payment")["amount"] = "270.00"
    document = paid.sync()
    assert codes(document) == ["drift"]
    assert only(document, "drift")["field"] == "amount"
    assert paid.only_record(Kind.PAYMENT)["amount"] == "250.00"


def test_what_has_left_the_source_is_withdrawn_by_hand(paid: Firm) -> None:
    paid.sync()
    number = keyed(paid)
    settled(paid)
    paid.rows("MONEY").clear()
    document = paid.sync()
    assert codes(document) == [WITHDRAW]
    assert codes(paid.sync()) == [WITHDRAW]
    del paid.books.rows[number]
    document = paid.sync()
    assert (document["outcome"], document["holds"]) == ("ok", [])


def test_what_has_left_the_source_may_stay_there(paid: Firm) -> None:
    paid.sync()
    keyed(paid)
    settled(paid)
    paid.rows("MONEY").clear()
    paid.decide(only(paid.sync(), WITHDRAW), "accept")
    settled(paid)


def test_what_left_before_it_was_entered_is_listed_no_more(paid: Firm) -> None:
    paid.sync()
    paid.rows("MONEY").clear()
    document = paid.sync()
    assert (document["outcome"], document["holds"]) == ("ok", [])


def test_what_a_person_deleted_in_the_books_is_told(paid: Firm) -> None:
    paid.sync()
    number = keyed(paid)
    settled(paid)
    del paid.books.rows[number]
    assert codes(paid.sync()) == ["gone-at-the-target"]


def test_books_that_cannot_be_listed_ask_for_nothing_new(paid: Firm) -> None:
    """What is there already may be what would be listed: it would be keyed twice."""
    paid.sync()
    keyed(paid)
    paid.books.down = True
    document = paid.sync()
    assert document["outcome"] == "failed"
    assert ENTER not in codes(document)


def test_a_payment_is_not_retried(paid: Firm) -> None:
    hold = only(paid.sync(), ENTER)
    with pytest.raises(HubError):
        paid.decide(hold, "retry")


def test_a_payment_that_moved_to_another_table_in_the_billing_program_is_the_same(paid: Firm) -> None:
    paid.sync()
    keyed(paid)
    settled(paid)
    (key,) = paid.rows("MONEY")
    paid.rows("MONEY")["P99"] = paid.rows("MONEY").pop(key)
    settled(paid)
    assert len(paid.records(Kind.PAYMENT)) == 1
