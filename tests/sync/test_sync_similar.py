"""How like two names are, and how those are found that are like one."""

from __future__ import annotations

import pytest

from hub.model import Kind
from hub.sync.similar import Similar, likeness, name_of, to_the_letter

BY_NAME = (("name~85",),)


def score(one: str, other: str) -> int:
    made = likeness(name_of(one), name_of(other))
    assert made == likeness(name_of(other), name_of(one))
    return made


def found(lists: tuple[tuple[str, ...], ...], *known: dict[str, object], **row: object) -> list[int]:
    similar = Similar(Kind.MATTER, lists)
    for record, values in enumerate(known):
        similar.add(record, values)
    return [record for record, _ in similar.like(row, ())]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Acme LLC", "ACME, L.L.C."),
        ("The Doyle Company", "Doyle Co."),
        ("Doe, John", "John Doe"),
        ("Smith & Wesson", "Smith and Wesson"),
        ("Café Zoë Inc.", "Cafe Zoe"),
        ("O'Brien Ltd", "OBrien"),
        ("Smith", "Smith, Jones & Doe"),
    ],
)
def test_the_legal_form_the_order_and_the_spelling_tell_nothing(one: str, other: str) -> None:
    assert score(one, other) == 100


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Northwind Traders", "Northwnd Traders"),
        ("Acme Holdings", "Acme Holding"),
        ("Müller Söhne", "Muller Sohn"),
    ],
)
def test_a_slip_makes_no_other_name(one: str, other: str) -> None:
    assert 85 <= score(one, other) < 100


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Jane Smith", "John Smith"),
        ("Cedar Logistics", "Cedar Holdings"),
        ("Fund 1 LP", "Fund 2 LP"),
        ("The Co.", "And LLC"),
        ("", ""),
    ],
)
def test_another_name_is_not_like_it(one: str, other: str) -> None:
    assert score(one, other) < 85


def test_of_the_records_the_likest_come_first_and_what_is_taken_is_none() -> None:
    similar = Similar(Kind.CLIENT, BY_NAME)
    for record, name in enumerate(["Acme Holdings", "Acme Holding", "Acme", "Borealis", "The Company"]):
        similar.add(record, {"name": name})
    assert similar.like({"name": "Acme Holding Corp"}, ()) == [(1, 100), (2, 100), (0, 96)]
    assert similar.like({"name": "Acme Holding Corp"}, {1, 2}) == [(0, 96)]
    assert similar.like({"name": "The Company"}, ()) == []


def test_what_has_to_be_equal_is_equal() -> None:
    lists = (("client", "name~85"),)
    known = {"client": 1, "name": "lease of the mill"}
    assert found(lists, known, client=1, name="Lease, mill") == [0]
    assert found(lists, known, client=2, name="Lease, mill") == []
    assert found(lists, known, name="Lease, mill") == []


def test_what_may_lie_apart_lies_close() -> None:
    lists = (("name~85", "opened_on~5", "practice_area?"),)
    known = {"name": "lease of the mill", "opened_on": "2026-06-01", "practice_area": "Real Estate"}
    assert found(lists, known, name="Lease, mill", opened_on="2026-06-06") == [0]
    assert found(lists, known, name="Lease, mill", opened_on="2026-06-07") == []
    assert found(lists, known, name="Lease, mill", opened_on="2026-06-06", practice_area="Tax") == []


def test_of_two_texts_the_less_like_counts() -> None:
    lists = (("name~85", "description~50"),)
    known = {"name": "lease of the mill", "description": "rent of a building"}
    assert found(lists, known, name="Lease, mill", description="renting a building") == [0]
    assert found(lists, known, name="Lease, mill", description="tort") == []


def test_a_word_that_all_have_leads_nowhere_unless_there_is_no_other() -> None:
    known = [{"name": f"Estate {'abcdefghij'[n % 10]}{n // 10}x"} for n in range(500)]
    similar = Similar(Kind.CLIENT, BY_NAME)
    for record, values in enumerate(known):
        similar.add(record, values)
    assert [record for record, _ in similar.like(known[7], ())] == [7]
    assert similar.like({"name": "Estate"}, ()) != []


def test_a_list_that_compares_no_text_is_to_the_letter() -> None:
    lists = (("name~85",), ("client", "opened_on~5"), ("number",))
    assert to_the_letter(Kind.MATTER, lists) == lists[1:]
