"""Payments that a person keys in, and what else may look like them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sync_fakes import codes, only
from sync_firm import groups
from sync_mappings import BOOKS

from hub.sdk import Access, HubError, Kind

if TYPE_CHECKING:
    from sync_fakes import Document
    from sync_firm import Firm

ENTER = "to-be-entered-by-hand"
MATCH = 'match = [["client", "amount", "received_on~5"]]'
KNOWN = """match = [["client", "amount", "reference", "received_on~5"],
         ["client", "amount", "received_on", "reference?"]]"""


@pytest.fixture
def paid(firm: Firm) -> Firm:
    """A firm with a payment of 250.00 by check 77 that the books take from a person only."""
    books = BOOKS.replace(MATCH, KNOWN) + 'reversed = { field = "reversed", as = "flag", optional = true }\n'
    firm.mapping(books, "fake")
    firm.access[Kind.PAYMENT] = Access(read=True, by_hand=True)
    firm.flows["books"]["kinds"] = ["client", "payment"]
    firm.client("110", "Acme", "01")
    firm.bill("5001", [firm.entry("110.01", "2.5", "call")], key="S1")
    firm.pay("S1", "250.00", day="2026-07-01", reference="77")
    firm.sync()
    return firm


def key(firm: Firm, day: str = "2026-07-01", reference: str = "77", **more: str) -> str:
    client = next(number for number, row in firm.books.rows.items() if row["type"] == "client")
    row = {"client": client, "received_on": day, "amount": "250.00", "reference": reference, **more}
    return firm.books.put(Kind.PAYMENT, row)


def outcome(firm: Firm) -> list[str]:
    document: Document = firm.sync()
    return codes(document)


@pytest.mark.parametrize(
    ("day", "reference"), [("2026-07-06", "77"), ("2026-07-01", "77"), ("2026-07-01", "")]
)
def test_the_number_or_the_day_tells(paid: Firm, day: str, reference: str) -> None:
    number = key(paid, day, reference)
    assert outcome(paid) == []
    assert paid.bound(paid.only_record(Kind.PAYMENT)["id"], "books") == {number: "LIVE"}


@pytest.mark.parametrize(
    ("day", "reference"), [("2026-07-06", ""), ("2026-07-01", "78"), ("2026-07-02", "78")]
)
def test_another_number_or_none_and_another_day_is_asked_about(paid: Firm, day: str, reference: str) -> None:
    key(paid, day, reference)
    assert outcome(paid) == ["match"]


def test_a_question_names_the_client_the_day_and_the_number(paid: Firm) -> None:
    key(paid, "2026-07-02", "78")
    hold = only(paid.sync(), "match")
    record = paid.only_record(Kind.PAYMENT)["id"]
    assert hold["label"].startswith("payment 2026-07-02 250.00 of 110 Acme (")
    assert hold["message"] == f"It nearly matches 2026-07-01 250.00 (reference 77, record {record})."
    assert "hub review ID link`" in hold["remedy"]


def test_a_link_to_the_only_one_needs_no_number(paid: Firm) -> None:
    number = key(paid, "2026-07-02", "78")
    paid.decide(only(paid.sync(), "match"), "link")
    assert outcome(paid) == []
    assert paid.bound(paid.only_record(Kind.PAYMENT)["id"], "books") == {number: "LIVE"}


def test_a_link_to_one_of_several_needs_a_number(paid: Firm) -> None:
    paid.pay("S1", "250.00", day="2026-07-01", reference="79")
    paid.sync()
    key(paid, reference="")
    hold = only(paid.sync(), "match")
    with pytest.raises(HubError, match="one row and one record"):
        paid.decide(hold, "link")


def test_what_is_reversed_there_is_not_what_stands_here(paid: Firm) -> None:
    key(paid, reversed="true")
    assert outcome(paid) == [ENTER]
    number = key(paid)
    assert outcome(paid) == []
    bound = [paid.bound(one["id"], "books") for one in paid.records(Kind.PAYMENT)]
    assert {number: "LIVE"} in bound


def test_what_is_reversed_here_before_it_was_entered_is_not_asked_for(paid: Firm) -> None:
    (row,) = paid.rows("MONEY").values()
    row["reversed"] = "true"
    assert outcome(paid) == []


@pytest.mark.parametrize("gone", [False, True])
def test_what_is_reversed_there_as_it_is_here_has_been_withdrawn(paid: Firm, *, gone: bool) -> None:
    number = key(paid)
    paid.sync()
    (row,) = paid.rows("MONEY").values()
    if gone:
        paid.rows("MONEY").clear()
    else:
        row["reversed"] = "true"
    assert groups(paid.sync()) == {"to-be-withdrawn-by-hand": 1}
    paid.books.rows[number]["memo"] = "looked at"
    assert outcome(paid) == ["to-be-withdrawn-by-hand"]
    paid.books.rows[number]["reversed"] = "true"
    for _ in range(2):
        assert outcome(paid) == []


@pytest.mark.parametrize("gone", [False, True])
def test_what_was_reversed_there_first_is_withdrawn_already(paid: Firm, *, gone: bool) -> None:
    number = key(paid)
    paid.sync()
    paid.books.rows[number]["reversed"] = "true"
    assert only(paid.sync(), "drift")["message"] == "It was reversed at books, and stands at the source."
    (row,) = paid.rows("MONEY").values()
    if gone:
        paid.rows("MONEY").clear()
    else:
        row["reversed"] = "true"
    paid.sync()
    assert outcome(paid) == []


def test_what_a_person_adds_there_is_no_edit(paid: Firm) -> None:
    paid.rows("MONEY").clear()
    paid.pay("S1", "250.00", day="2026-07-01", reference="")
    number = key(paid, reference="")
    paid.sync()
    paid.books.rows[number]["reference"] = "77"
    assert outcome(paid) == []
