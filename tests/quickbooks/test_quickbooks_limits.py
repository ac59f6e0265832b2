"""What a run costs in calls, on a driven clock: batches are full, the pace is kept, reads are few.

The short form of ``python benchmarks/quickbooks_month.py``.
"""

from __future__ import annotations

from datetime import timedelta
from math import ceil
from typing import TYPE_CHECKING, Any

import pytest
from books_firm import KEY, SECRETS, Firm, invoice, lines, write_firm

from hub_quickbooks.sandbox import QuickBooksSandbox
from hub_quickbooks.sandbox.counts import READS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hub.testing import FakeClock
    from hub_quickbooks.sandbox import Company

CLIENTS, MATTERS_EACH, INVOICES = 200, 2, 2_000
_BATCH, _A_MINUTE = 30, 40
_LARGER = 1.1


@pytest.fixture
def books(clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[QuickBooksSandbox]:
    """A company that answers too many requests with 429."""
    with QuickBooksSandbox(clock=clock) as sandbox:
        monkeypatch.setenv("HUB_SECRETS_KEY", KEY)
        for name in SECRETS:
            monkeypatch.setenv(f"HUB_SECRET_BOOKS__{name.upper()}", sandbox.settings[name])
        yield sandbox


def reads(company: Company) -> int:
    return sum(company.counts[sort] for sort in READS)


def an_hour_later(firm: Firm, company: Company, clock: FakeClock) -> dict[str, Any]:
    """Run again, with the company's counts from 0."""
    clock.advance(timedelta(hours=1))
    company.reset_counts()
    return firm.sync(clock)


def test_thousands_of_invoices_go_in_full_batches_at_full_pace(
    tmp_path: Path, books: QuickBooksSandbox, clock: FakeClock
) -> None:
    firm = write_firm(
        tmp_path / "firm", books.settings, clients=CLIENTS, matters=MATTERS_EACH, invoices=INVOICES
    )
    company, began = books.company, clock.now()
    document = firm.sync(clock)
    took = clock.now() - began
    written = (CLIENTS, CLIENTS * MATTERS_EACH, INVOICES)
    fewest = sum(ceil(count / _BATCH) for count in written)
    assert document["outcome"] == "ok"
    assert company.object_counts()["Invoice"] == INVOICES
    assert company.counts["batch"] + company.counts["write"] <= _LARGER * fewest
    # What is there and how it is set up: 7. What was written, read back so that the next run need not: 6.
    assert reads(company) == document["metered"]["books"] <= 13
    assert took <= _LARGER * timedelta(minutes=ceil(fewest / _A_MINUTE) - 1)
    assert company.counts["throttled"] == 0
    assert an_hour_later(firm, company, clock)["metered"] == {"books": 1}
    assert (reads(company), company.counts["cdc"], company.counts["batch"]) == (1, 1, 0)


def test_a_day_with_a_few_changes_costs_four_reads_and_a_batch_for_each_kind(
    tmp_path: Path, books: QuickBooksSandbox, clock: FakeClock
) -> None:
    firm = write_firm(tmp_path / "firm", books.settings)
    company = books.company
    firm.sync(clock)
    more = (invoice(number, firm.clients * firm.matters, firm.matters) for number in range(8))
    lines(firm.folder / "tables", "invoice", more)
    customer = company.all("Customer")[0]["Id"]
    company.change("Customer", customer, Notes="a note of the bookkeeper's")
    document = an_hour_later(firm, company, clock)
    assert document["pushed"]["books"]["invoice"]["created"] == 2
    # What changed; and preferences, items and accounts, since something is written.
    assert reads(company) == 4
    assert (company.counts["batch"], company.counts["write"]) == (1, 0)
    an_hour_later(firm, company, clock)
    assert reads(company) == 1
