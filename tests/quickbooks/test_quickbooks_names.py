"""Names as the company takes them and gives them back, and the marks in its memos."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub_quickbooks.names import (
    LONGEST,
    Mark,
    Numbered,
    composed,
    mark,
    mark_in,
    standing,
    taken_apart,
)

if TYPE_CHECKING:
    from hub_quickbooks.sandbox import QuickBooksSandbox

FORBIDDEN = re.compile(r"[:\t\r\n\v\f\x1c-\x1e\x85\u2028\u2029]")
numbers = st.from_regex(r"[0-9][0-9.\-]{0,14}", fullmatch=True)
words = st.text(
    st.characters(codec="utf-8", exclude_characters=":", exclude_categories=["C", "Z"]), min_size=1
)
# A dash in front of a name reads like the one that many firms put between number and name.
plain_names = (
    st.lists(words, min_size=1, max_size=6)
    .map(" ".join)
    .filter(lambda name: name[0] not in "-–—" and not name.endswith(" -"))
)
SPOILT = st.text(st.sampled_from("ab1 .:-\t\n\r\u2028–"), max_size=40)


@given(SPOILT | st.text(max_size=600), SPOILT | st.text(max_size=600))
def test_a_composed_name_is_legal_and_no_longer_than_allowed(number: str, name: str) -> None:
    made = composed(number, name)
    assert len(made) <= LONGEST
    assert not FORBIDDEN.search(made)
    assert made == made.strip()
    assert "  " not in made


@given(numbers, plain_names)
def test_a_composed_name_is_taken_apart_again(number: str, name: str) -> None:
    assert taken_apart(composed(number, name)) == Numbered(number, name)


@pytest.mark.parametrize(
    ("number", "name", "made"),
    [
        ("100", "Smith & Co", "100 Smith & Co"),
        ("100.01", "Lease: the\tfirst\r\nfloor", "100.01 Lease - the first floor"),
        ("100", "Lease:", "100 Lease"),
        ("", "Smith & Co", "Smith & Co"),
        ("100", "", "100"),
        ("100", "  Smith   &  Co ", "100 Smith & Co"),
    ],
)
def test_the_number_stands_in_front_and_a_colon_becomes_a_dash(number: str, name: str, made: str) -> None:
    assert composed(number, name) == made


def test_a_name_ends_where_it_has_to_and_not_with_a_blank() -> None:
    assert composed("100", "x" * 495 + " yz") == "100 " + "x" * 495
    assert len(composed("100", "x" * 600)) == LONGEST


@pytest.mark.parametrize(
    ("display", "number", "name"),
    [
        ("100.01 - Lease", "100.01", "Lease"),
        ("100/2 – Lease", "100/2", "Lease"),
        ("00123-002 Smith v Jones", "00123-002", "Smith v Jones"),
        ("3M Company", "", "3M Company"),
        ("Smith & Co 100", "", "Smith & Co 100"),
        ("4711", "4711", "4711"),
        ("", "", ""),
    ],
)
def test_a_name_that_was_keyed_by_hand_is_taken_apart(display: str, number: str, name: str) -> None:
    assert taken_apart(display) == Numbered(number, name)


@pytest.mark.parametrize("end", [" (deleted)", " (deleted-2)", " (deleted) (1)", " (deleted-1) 2"])
def test_what_is_appended_to_the_name_of_the_inactive_is_taken_off(end: str) -> None:
    assert standing(f"100 Acme (deleted) Ltd{end}") == "100 Acme (deleted) Ltd"


def test_the_company_itself_appends_no_more_than_is_taken_off(sandbox: QuickBooksSandbox) -> None:
    company = sandbox.company
    for _ in range(3):
        made = company.add("Customer", DisplayName="100 Acme")
        company.change("Customer", made["Id"], Active=False)
    names = [one["DisplayName"] for one in company.all("Customer")]
    assert len(set(names)) == 3
    assert {standing(name) for name in names} == {"100 Acme"}


@given(st.sampled_from(["invoice", "write_off", "link"]), st.from_regex(r"[\w\-.]{1,40}", fullmatch=True))
def test_a_mark_is_found_in_whatever_memo_it_stands(sort: str, key: str) -> None:
    memo = f"Voided - paid by check; {mark(sort, key)} as agreed"
    assert mark_in(memo) == Mark(sort, key)


@pytest.mark.parametrize("memo", ["", "hub invoice 1", "[hub invoice]", "[HUB invoice k]", "[hub  k]"])
def test_another_memo_has_no_mark(memo: str) -> None:
    assert mark_in(memo) is None
