"""Ids are text, and what a spreadsheet did to them is seen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub_tabs3.ids import ClientIds, client_number, id_problem, matter_order


@pytest.mark.parametrize(
    ("client_id", "client"),
    [("100.00", "100"), ("0100.00", "0100"), ("SMITH.01", "SMITH"), ("A.B.02", "A.B"), ("100", "100")],
)
def test_the_client_is_what_stands_before_the_last_dot(client_id: str, client: str) -> None:
    assert client_number(client_id) == client


@given(st.from_regex(r"[0-9A-Z]{1,8}", fullmatch=True), st.from_regex(r"[0-9]{2}", fullmatch=True))
def test_client_and_matter_make_the_id(client: str, matter: str) -> None:
    assert client_number(f"{client}.{matter}") == client
    assert matter_order(f"{client}.{matter}") == (2, matter)


@pytest.mark.parametrize("text", ["1E2", "1e+15", "1.23457E+12", "+1E2"])
def test_scientific_notation_is_no_id(text: str) -> None:
    assert f"EMPL {text} is a number in scientific notation" in id_problem("EMPL", text)
    assert f"CLIENT_ID {text}" in ClientIds(["100.00"]).problem(text)


@pytest.mark.parametrize("text", ["7", "0007", "MAD", "E2", "100.00", "12345678901234567890"])
def test_other_texts_are_ids(text: str) -> None:
    assert id_problem("EMPL", text) == ""


def test_an_empty_id_is_told() -> None:
    assert id_problem("EMPL", "").startswith("EMPL is empty. ")


@pytest.mark.parametrize("damaged", ["100", "100.1", "100."])
def test_lost_zeros_are_seen_among_whole_ids(damaged: str) -> None:
    problem = ClientIds(["100.00", "100.01", "110.00", damaged]).problem(damaged)
    assert f"CLIENT_ID {damaged} has lost its zeros: others look like 100.00." in problem
    assert "without opening it in a spreadsheet" in problem


def test_lost_zeros_are_seen_where_most_have_lost_them() -> None:
    ids = ClientIds([*map(str, range(100, 140)), "140.01"])
    assert ids.problem("100")
    assert not ids.problem("140.01")


def test_ids_without_any_matter_part_are_whole() -> None:
    ids = ClientIds(["100", "101", "0102"])
    assert not any(map(ids.problem, ["100", "101", "0102"]))


def test_one_id_that_is_longer_does_not_make_the_others_wrong() -> None:
    ids = ClientIds(["100.00", "100.01", "100.001"])
    assert not any(map(ids.problem, ["100.00", "100.01", "100.001"]))


def test_names_are_ids_as_they_are() -> None:
    ids = ClientIds(["100.00", "SMITH", "JONES.1"])
    assert not any(map(ids.problem, ["SMITH", "JONES.1"]))
