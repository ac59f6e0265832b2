"""By which fields a mapping knows records again: lists, windows, and what one side may not say."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from hub.ledger.matches import apart, are_close, match_keys
from hub.model import Kind
from hub.sdk import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub.mapping import SystemMapping

    Compiled = Callable[..., SystemMapping]

NAMES = ("client", "amount", "received_on~5", "reference?")
OURS = {"client": 1, "amount": "250.00", "received_on": "2026-07-01", "reference": "CK-1042"}


def test_every_sort_of_list_is_told_and_overridden_by_itself(mapping: Compiled) -> None:
    shipped = """
    [payment]
    match = [["client", "amount", "received_on~5", "reference?"]]
    moved = [["client", "amount", "received_on"]]
    near = [["client", "amount~0.05"]]
    renewed = [["client", "number"]]
    """
    made = mapping(shipped, "[payment.CARD]\nmoved = [['client', 'amount']]\n")
    assert made.match(Kind.PAYMENT, "CHECK") == made.match(Kind.PAYMENT, "CARD") == (NAMES,)
    assert made.moved(Kind.PAYMENT, "CHECK") == (("client", "amount", "received_on"),)
    assert made.moved(Kind.PAYMENT, "CARD") == (("client", "amount"),)
    assert made.near(Kind.PAYMENT, "CARD") == (("client", "amount~0.05"),)
    assert made.renewed(Kind.PAYMENT, "") == (("client", "number"),)
    assert made.moved(Kind.INVOICE, "") == ()


def test_what_a_payment_is_applied_to_may_be_compared_as_a_whole(mapping: Compiled) -> None:
    made = mapping('[write_off]\nmatch = [["client", "applications"], ["client", "applications?"]]\n')
    assert made.match(Kind.WRITE_OFF, "") == (("client", "applications"), ("client", "applications?"))
    with pytest.raises(ConfigurationError, match="are lines"):
        mapping('[invoice]\nmatch = [["client", "lines"]]\n')


@pytest.mark.parametrize("said", ["received_on?~5", "received_on~5?", "applications~1"])
def test_a_field_is_either_wide_or_left_out(mapping: Compiled, said: str) -> None:
    with pytest.raises(ConfigurationError):
        mapping(f'[payment]\nmatch = [["client", "{said}"]]\n')


@pytest.mark.parametrize("said", ['"received_on~5"', '"reference?"', '"amount~1", "matter?"'])
def test_a_list_needs_a_field_that_is_equal(mapping: Compiled, said: str) -> None:
    with pytest.raises(ConfigurationError, match="without a field in which two records have to be equal"):
        mapping(f"[payment]\nnear = [[{said}]]\n")


@pytest.mark.parametrize(
    ("reference", "alike"),
    [("CK-1042", True), ("ck 1042", True), (None, True), ("", True), ("1042", False), ("CK-1043", False)],
)
def test_what_one_side_does_not_say_is_no_difference(reference: str | None, *, alike: bool) -> None:
    theirs = {**OURS, "reference": reference}
    (ours,), (other,) = match_keys((NAMES,), OURS), match_keys((NAMES,), theirs)
    assert ours.exact == other.exact
    assert are_close(NAMES, OURS, theirs) is are_close(NAMES, theirs, OURS) is alike


def test_the_nearer_comes_first() -> None:
    days = ("2026-07-04", "2026-07-01", "2026-06-29")
    far = sorted(days, key=lambda day: apart(NAMES, OURS, {**OURS, "received_on": day}))
    assert far == ["2026-07-01", "2026-06-29", "2026-07-04"]
    assert apart(("client", "amount~1"), OURS, {**OURS, "amount": "249.50"}) == (Decimal("0.50"),)
