"""What a person has to key in, put together from what is held."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hub.sdk import Access, Kind
from hub.sync.postings import postings

if TYPE_CHECKING:
    from sync_firm import Firm

    from hub.sync.postings import Posting


@pytest.fixture
def paid(firm: Firm) -> Firm:
    """A firm with two payments that the books take from a person only."""
    firm.access[Kind.PAYMENT] = Access(read=True, by_hand=True)
    firm.flows["books"]["kinds"] = ["client", "payment"]
    firm.client("110", "Acme", "01")
    firm.bill("5001", [firm.entry("110.01", "2.5", "call")], key="S1")
    firm.pay("S1", "250.00", day="2026-07-01", reference="77")
    firm.pay("S1", "40.00", day="2026-06-01")
    return firm


def lists(firm: Firm) -> list[Posting]:
    with firm.open() as workspace:
        return postings(workspace.ledger, workspace.config.connections, workspace.peer)


def test_a_list_holds_what_a_person_needs_in_the_order_of_client_and_day(paid: Firm) -> None:
    paid.sync()
    (one,) = lists(paid)
    assert (one.connection, one.title) == ("books", "payments to enter")
    assert one.told("USD") == "payments to enter: 2 lines, 290.00 USD"
    assert [line.cells["received on"] for line in one.lines] == ["2026-06-01", "2026-07-01"]
    second = {name: text for name, text in one.lines[1].cells.items() if text}
    client = paid.bound(paid.only_record(Kind.CLIENT)["id"], "books")
    assert second == {
        "client": f"{next(iter(client))} Acme",
        "received on": "2026-07-01",
        "amount": "250.00",
        "reference": "77",
        "invoices": "5001 (110.01): 250.00",
    }
    assert one.columns == ("client", "received on", "amount", "reference", "invoices")
    assert [line.external_id for line in one.lines] == ["", ""]


def test_a_correction_says_what_it_was_and_what_it_is(paid: Firm) -> None:
    paid.sync()
    client = next(number for number, row in paid.books.rows.items() if row["type"] == "client")
    row = {"client": client, "received_on": "2026-07-01", "amount": "250.00", "reference": "77"}
    number = paid.books.put(Kind.PAYMENT, row)
    paid.sync()
    first = next(row for row in paid.rows("MONEY").values() if row["amount"] == "250.00")
    first |= {"amount": "260.00", "reference": ""}
    paid.sync()
    _, correct = lists(paid)
    (line,) = correct.lines
    assert (correct.title, line.external_id) == ("payments to correct", number)
    assert line.cells["change"] == "amount: 250.00 → 260.00; reference: 77 → (nothing)"


def test_what_is_accepted_is_on_no_list(paid: Firm) -> None:
    first, *_ = paid.sync()["holds"]
    paid.decide(first, "accept")
    paid.sync()
    assert lists(paid) == []


def test_a_connection_that_is_no_more_has_no_list(paid: Firm) -> None:
    paid.sync()
    with paid.open() as workspace:
        assert postings(workspace.ledger, (), workspace.peer) == []
