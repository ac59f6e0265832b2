"""Killed amid its calls, or without an answer: each invoice is in the books once, over what it comes to.

The short form of ``python tests/quickbooks/kill_books.py``.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from books_firm import KEY, SECRETS, TOTAL, write_firm
from kill_books import BooksProcess, Runs, judge

if TYPE_CHECKING:
    from pathlib import Path

    from books_firm import Firm

    from hub.testing import FakeClock
    from hub_quickbooks.sandbox import QuickBooksSandbox

INVOICES = 150
_SHAPE = {"clients": 12, "matters": 2, "invoices": INVOICES}
_SLOW = 0.15
"""How long a batch takes, so that a run is killed while one is on its way."""


@pytest.mark.parametrize("forget", [False, True], ids=["answered-again", "forgotten"])
def test_a_killed_run_neither_doubles_nor_loses_an_invoice(tmp_path: Path, *, forget: bool) -> None:
    chance = random.Random(f"killed {forget}")
    with BooksProcess() as books:
        firm = write_firm(tmp_path / "firm", {**books.settings, "environment": "stand-in"}, **_SHAPE)
        if forget:
            books.tell("faults", fault="forget_batches", on="batch", times=None)
        books.tell("faults", fault="slow", on="batch", times=7, seconds=_SLOW)
        runs = Runs(firm, books.settings)
        at = kill_after(runs, books, chance.randrange(20, 80), chance.uniform(0, _SLOW))
        assert runs.finish()["outcome"] == "ok"
        done = judge(firm, books, str(at), runs)
        assert 0 < at < INVOICES
        assert (done.doubled, done.missing, done.wrong, runs.started) == (0, 0, 0, 2)


def kill_after(runs: Runs, books: BooksProcess, invoices: int, seconds: float) -> int:
    """Kill a run so long after it has made so many invoices; how many there are then."""
    process = runs.start()
    while process.poll() is None and books.count() < invoices:
        time.sleep(0.03)
    time.sleep(seconds)
    process.kill()
    process.wait()
    return books.count()


@pytest.fixture
def firm(tmp_path: Path, sandbox: QuickBooksSandbox, monkeypatch: pytest.MonkeyPatch) -> Firm:
    """A firm whose invoices go to a company without limits, which is given a second for each answer."""
    monkeypatch.setenv("HUB_SECRETS_KEY", KEY)
    for name in SECRETS:
        monkeypatch.setenv(f"HUB_SECRET_BOOKS__{name.upper()}", sandbox.settings[name])
    settings = {**sandbox.settings, "environment": "stand-in", "timeout_seconds": 1}
    return write_firm(tmp_path / "firm", settings, **_SHAPE)


@pytest.mark.parametrize("forget", [False, True], ids=["answered-again", "forgotten"])
def test_a_lost_answer_neither_doubles_nor_loses_an_invoice(
    firm: Firm, sandbox: QuickBooksSandbox, clock: FakeClock, *, forget: bool
) -> None:
    company = sandbox.company
    if forget:
        company.tell("forget_batches", on="batch", times=None)
    # Clients, matters, and then the invoices.
    for fault in ("drop", "drop", "drop" if forget else "time_out"):
        company.tell(fault, on="batch", times=1)
        company.tell("slow", on="batch", times=1, seconds=0)
    for _ in range(4):
        if firm.sync(clock)["outcome"] == "ok":
            break
    found = company.all("Invoice")
    assert Counter(one["DocNumber"] for one in found) == Counter(firm.numbers)
    assert {Decimal(str(one["TotalAmt"])) for one in found} == {TOTAL}
    names = Counter(one["DisplayName"] for one in company.all("Customer"))
    assert len(names) == names.total() == 3 * _SHAPE["clients"]
    company.reset_counts()
    assert firm.sync(clock)["outcome"] == "ok"
    assert company.counts["batch"] == 0
