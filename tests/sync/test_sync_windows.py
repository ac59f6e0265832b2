"""Matches within so many days or cents: what lies on the border matches, what lies beyond does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sync_fakes import codes, only
from sync_mappings import BOOKS

from hub.ledger.matches import are_close, match_keys
from hub.sdk import Access, ConfigurationError, Kind

if TYPE_CHECKING:
    from sync_fakes import Document
    from sync_firm import Firm

NAMES = ("client", "amount~0.05", "received_on~5")


@pytest.fixture
def paid(firm: Firm) -> Firm:
    """A firm with a payment of 250.00 on 1 March 2028 that the books take from a person only."""
    firm.access[Kind.PAYMENT] = Access(read=True, by_hand=True)
    firm.flows["books"]["kinds"] = ["client", "payment"]
    firm.client("110", "Acme", "01")
    firm.bill("5001", [firm.entry("110.01", "2.5", "call")], key="S1")
    firm.pay("S1", "250.00", day="2028-03-01")
    firm.sync()
    return firm


def keyed(firm: Firm, amount: str, day: str) -> Document:
    client = next(number for number, row in firm.books.rows.items() if row["type"] == "client")
    firm.books.put(Kind.PAYMENT, {"client": client, "received_on": day, "amount": amount, "reference": ""})
    return firm.sync()


@pytest.mark.parametrize("day", ["2028-02-25", "2028-03-01", "2028-03-06"])
def test_a_date_on_the_border_matches(paid: Firm, day: str) -> None:
    document = keyed(paid, "250.00", day)
    assert (document["outcome"], document["holds"]) == ("ok", [])


@pytest.mark.parametrize("day", ["2028-02-24", "2028-03-07"])
def test_a_date_beyond_the_border_does_not(paid: Firm, day: str) -> None:
    assert codes(keyed(paid, "250.00", day)) == ["to-be-entered-by-hand"]


@pytest.mark.parametrize("amount", ["249.95", "249.99", "250.01", "250.05"])
def test_a_near_amount_is_asked_about(paid: Firm, amount: str) -> None:
    document = keyed(paid, amount, "2028-03-02")
    assert "nearly matches" in only(document, "match")["message"]


@pytest.mark.parametrize("amount", ["249.94", "250.06", "-250.00"])
def test_an_amount_beyond_the_border_is_another(paid: Firm, amount: str) -> None:
    assert codes(keyed(paid, amount, "2028-03-02")) == ["to-be-entered-by-hand"]


def test_a_near_amount_on_a_day_beyond_the_border_is_another(paid: Firm) -> None:
    assert codes(keyed(paid, "250.01", "2028-03-07")) == ["to-be-entered-by-hand"]


def test_a_window_of_an_amount_matches_by_itself_where_the_mapping_says_so(paid: Firm) -> None:
    paid.mapping(
        BOOKS.replace(
            'match = [["client", "amount", "received_on~5"]]',
            'match = [["client", "amount~0.05", "received_on~5"]]',
        ),
        "fake",
    )
    document = keyed(paid, "250.05", "2028-03-06")
    assert "match" not in codes(document)
    assert "LIVE" in paid.bound(paid.only_record(Kind.PAYMENT)["id"], "books").values()


@pytest.mark.parametrize("said", ["reference~5", "amount~", "amount~-1", "amount~a", "client~1", "number~1"])
def test_what_cannot_lie_apart_is_refused(paid: Firm, said: str) -> None:
    paid.mapping(BOOKS.replace('"received_on~5"', f'"{said}"'), "fake")
    with pytest.raises(ConfigurationError, match="how far apart"):
        paid.sync()


def test_a_record_without_the_field_has_no_key() -> None:
    assert match_keys((NAMES,), {"client": 1, "amount": "250.00"}) == []


@pytest.mark.parametrize(
    ("amount", "day", "close"),
    [
        ("250.05", "2028-03-06", True),
        ("250.06", "2028-03-06", False),
        ("250.05", "2028-03-07", False),
        ("249.95", "2028-02-25", True),
    ],
)
def test_all_that_may_lie_apart_has_to_lie_close(amount: str, day: str, close: bool) -> None:  # noqa: FBT001
    ours = {"client": 1, "amount": "250.00", "received_on": "2028-03-01"}
    assert are_close(NAMES, ours, {"client": 1, "amount": amount, "received_on": day}) is close
