"""File names: the same for the same invoice, no two alike, and none that hurts a file system."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub_ebilling.naming import file_name

numbers = st.text(st.characters(), max_size=60) | st.sampled_from(
    ["CON", "nul", "COM1.x", "../..", "..", "", "a", "A", "1_2", "2", "C:\\x", "x" * 300, " 1", "1 ", "1."]
)


def test_ordinary_numbers_are_the_name() -> None:
    assert file_name("INV-1001", "100.00") == "INV-1001_100.00.txt"


@pytest.mark.parametrize(
    ("number", "begins"),
    [
        ("../../etc/passwd", "etc-passwd_"),
        ("inv-7", "inv-7_"),
        ("CON.1", "xCON.1_"),
        ("..", "x_"),
        ("12/7", "12-7_"),
    ],
)
def test_others_are_recognisable_and_marked(number: str, begins: str) -> None:
    assert re.fullmatch(re.escape(begins) + r"100\.00_[0-9a-f]{12}\.txt", file_name(number, "100.00"))


@given(numbers, numbers)
def test_a_name_is_safe_everywhere(invoice: str, matter: str) -> None:
    name = file_name(invoice, matter)
    device = name.partition(".")[0].upper()

    assert name == file_name(invoice, matter)
    assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*\.txt", name)
    assert len(name) <= 100
    assert device not in {"CON", "PRN", "AUX", "NUL"}
    assert not re.fullmatch(r"(COM|LPT)[0-9]", device)


@given(numbers, numbers, numbers, numbers)
def test_no_two_invoices_share_a_name_even_without_regard_to_case(a: str, b: str, c: str, d: str) -> None:
    alike = file_name(a, b).casefold() == file_name(c, d).casefold()

    assert alike == ((a, b) == (c, d))
