"""The books open: what was keyed by hand is adopted, the rest is decided, and then everything goes once."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from scenario_books import amount, invoice_of, pay, writes
from scenario_books_opening import (
    CLIENT_ABSENT,
    CLIENT_THERE,
    KEYED,
    OTHERWISE,
    PAID,
    SAME,
    OpeningPractice,
    opening_practice,
)
from scenario_practice import codes, only

from hub_quickbooks.stand_in import close

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from scenario_practice import Document

UNPAID = 4109
"""A statement of June that nobody has paid."""
_MORE = Decimal("120.00")


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory, empty_ledger: Path) -> Iterator[OpeningPractice]:
    """The practice after its first run, with its questions open; never to be changed."""
    made = opening_practice(tmp_path_factory.mktemp("asked") / "firm", empty_ledger)
    assert made.night()["exit"] == 3
    yield made
    close(made.folder)


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory, asked: OpeningPractice) -> Iterator[OpeningPractice]:
    """The practice whose books are open, after its first writes; never to be changed."""
    made = asked.copied(tmp_path_factory.mktemp("opened") / "firm")
    decide_the_earlier(made)
    made.say(only(made.night(), "opening-difference"), "accept", "--reason", "given up, partner's decision")
    assert made.night()["exit"] == 0
    yield made
    close(made.folder)


@pytest.fixture
def practice(tmp_path: Path, asked: OpeningPractice) -> Iterator[OpeningPractice]:
    made = asked.copied(tmp_path / "firm")
    yield made
    close(made.folder)


@pytest.fixture
def going(tmp_path: Path, opened: OpeningPractice) -> Iterator[OpeningPractice]:
    made = opened.copied(tmp_path / "firm")
    yield made
    close(made.folder)


def earlier(practice: OpeningPractice) -> dict[str, Document]:
    """The earlier invoices that are asked about, by number."""
    asked = [one for one in practice.json("review")["holds"] if one["code"] == "opening"]
    return {one["label"].split()[1]: one for one in asked}


def decide_the_earlier(practice: OpeningPractice) -> None:
    asked = earlier(practice)
    practice.say(asked[OTHERWISE], "link", "--one")
    practice.say(asked[CLIENT_THERE], "leave")
    for number in CLIENT_ABSENT:
        practice.say(asked[number], "bring")


def bound_in_company(practice: OpeningPractice, number: str) -> list[str]:
    """What a statement is in the company, by the ids there."""
    (told,) = practice.json("history", "invoice", number)["records"]
    return [one["external_id"] for one in told["bindings"] if one["connection"] == "books"]


def test_what_was_keyed_by_hand_is_adopted_and_nothing_is_written(asked: OpeningPractice) -> None:
    assert writes(asked.company) == 0
    for number in (*SAME, PAID):
        assert bound_in_company(asked, number) == [invoice_of(asked.company, number)["Id"]]


def test_what_was_open_is_listed_by_the_name_of_its_client(asked: OpeningPractice) -> None:
    found = earlier(asked)
    assert set(found) == {OTHERWISE, CLIENT_THERE, *CLIENT_ABSENT}
    for number, name in (
        (OTHERWISE, "130 Continental Mutual Insurance Company"),
        (CLIENT_THERE, "160 Nakamura Precision Tooling"),
        ("4105", "150 Tri-County School District"),
        ("4107", "190 Harbor Light Hotels, L.P."),
    ):
        assert name in found[number]["label"]
        assert f"{name} owed {asked.total(number):,.2f} USD of {number}" in found[number]["message"]
    assert f"At books: B-{OTHERWISE} of 2026-05-20" in found[OTHERWISE]["message"]
    assert "At books" not in found[CLIENT_THERE]["message"]


def test_nothing_is_written_before_all_is_decided_and_signed(practice: OpeningPractice) -> None:
    company = practice.company
    before = company.object_counts()
    practice.say(earlier(practice)[OTHERWISE], "link", "--one")
    assert set(codes(practice.night())) == {"opening"}
    left = earlier(practice)
    for number, action in ((CLIENT_THERE, "leave"), ("4105", "bring"), ("4107", "bring")):
        practice.say(left[number], action)
    hold = only(practice.night(), "opening-difference")
    # Only what was left is apart.
    total = practice.total(CLIENT_THERE)
    assert f"{total:,.2f} apart" in hold["message"]
    assert f"Apart: 160 Nakamura Precision Tooling {total:,.2f}." in hold["message"]
    assert set(codes(practice.night())) == {"opening-difference"}
    assert writes(company) == 0
    assert company.object_counts() == before
    practice.say(hold, "accept", "--reason", "given up")
    assert practice.night()["exit"] == 0
    assert writes(company) > 0


def test_once_they_are_open_everything_is_there_once(opened: OpeningPractice) -> None:
    numbers = {str(number) for number in opened.firm.statements}
    expected = numbers - {CLIENT_THERE, OTHERWISE} | {f"B-{OTHERWISE}"}
    invoices = opened.company.all("Invoice")
    assert Counter(one["DocNumber"] for one in invoices) == Counter(expected)
    for one in invoices:
        assert amount(one["TotalAmt"]) == opened.total(one["DocNumber"].removeprefix("B-"))
    names = [one["DisplayName"] for one in opened.company.all("Customer") if "ParentRef" not in one]
    clients = {one["CLIENT_ID"].partition(".")[0]: one["NAME"] for one in opened.firm.clients}
    # What was keyed by hand keeps its name.
    assert Counter(names) == Counter(
        KEYED.get(number, f"{number} {name}") for number, name in clients.items()
    )
    assert opened.company.account_totals()["Advanced Client Costs"] == sum(
        opened.firm.statement(number).advances for number in (4107, 4125)
    )


def test_what_was_keyed_by_hand_stays_as_it_was_keyed(opened: OpeningPractice) -> None:
    for number in (*SAME, PAID, f"B-{OTHERWISE}"):
        assert "[hub" not in invoice_of(opened.company, number).get("PrivateNote", "")
    assert bound_in_company(opened, OTHERWISE) == [invoice_of(opened.company, f"B-{OTHERWISE}")["Id"]]


def test_the_next_night_moves_nothing(going: OpeningPractice) -> None:
    going.company.reset_counts()
    document = going.night()
    assert (document["exit"], document["metered"]) == (0, {"books": 1})
    assert writes(going.company) == 0


# ------------------------------------------------------------ undone, and made anew


def test_an_undone_statement_is_held_and_stays_in_the_company(going: OpeningPractice) -> None:
    before = invoice_of(going.company, str(UNPAID))
    going.company.reset_counts()
    going.firm.undo(UNPAID)
    hold = only(going.night(), "gone-at-the-source")
    assert str(UNPAID) in hold["label"]
    assert writes(going.company) == 0
    assert invoice_of(going.company, str(UNPAID)) == before


def test_an_undone_statement_is_voided_where_the_flow_says_so(going: OpeningPractice) -> None:
    going.configure('voids = "review"', 'voids = "apply"')
    going.firm.undo(UNPAID)
    assert going.night()["pushed"]["books"]["invoice"]["voided"] == 1
    found = invoice_of(going.company, str(UNPAID))
    assert amount(found["TotalAmt"]) == 0
    assert found["PrivateNote"].startswith("Voided")
    going.company.reset_counts()
    going.night()
    assert writes(going.company) == 0


def test_a_void_leaves_nothing_to_compare(going: OpeningPractice) -> None:
    going.configure('voids = "review"', 'voids = "apply"')
    going.firm.undo(UNPAID)
    assert codes(going.night()) == []


def make_anew(practice: OpeningPractice) -> None:
    """Undo a statement, correct one of its entries, and bill it again under its number."""
    charge = next(one for one in practice.firm.statement(UNPAID).charges if one.fee)
    charge.amount += _MORE
    practice.firm.billing.rebill(UNPAID)


def test_an_unpaid_statement_made_anew_is_changed_in_place_after_one_decision(going: OpeningPractice) -> None:
    before = invoice_of(going.company, str(UNPAID))
    make_anew(going)
    hold = only(going.night(), "reissued")
    assert invoice_of(going.company, str(UNPAID)) == before
    going.say(hold, "accept")
    document = going.night()
    assert document["exit"] == 0
    assert document["pushed"]["books"]["invoice"]["updated"] == 1
    found = invoice_of(going.company, str(UNPAID))
    assert found["Id"] == before["Id"]
    assert amount(found["TotalAmt"]) == going.total(str(UNPAID)) > amount(before["TotalAmt"])
    going.company.reset_counts()
    assert going.night()["exit"] == 0
    assert writes(going.company) == 0


def test_a_paid_statement_made_anew_asks_to_be_credited(going: OpeningPractice) -> None:
    bill = invoice_of(going.company, str(UNPAID))
    pay(going.company, bill, bill["TotalAmt"], "2026-06-20")
    assert going.night()["pulled"]["books"]["payment"]["changed"] == 1
    make_anew(going)
    going.company.reset_counts()
    going.say(only(going.night(), "reissued"), "accept")
    hold = only(going.night(), "reissued-after-it-was-paid")
    assert "credit" in f"{hold['message']} {hold['remedy']}".casefold()
    assert writes(going.company) == 0
    assert amount(invoice_of(going.company, str(UNPAID))["TotalAmt"]) == amount(bill["TotalAmt"])
