"""Runs that die, at any commit or between any two pages, and are repeated: each thing is there once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event
from sync_fakes import only
from sync_firm import groups, live

from hub.sdk import Access, Kind

if TYPE_CHECKING:
    from sync_firm import Firm


def dies_at(firm: Firm, wanted: int) -> bool:
    """Run, and die at a commit of the ledger; says whether it came to that."""
    count = 0

    def commit(_connection: Any) -> None:
        nonlocal count
        count += 1
        if count == wanted:
            raise KeyboardInterrupt

    with firm.open() as workspace:
        session = workspace.session((), None, confirm=lambda _name, _totals: True)
        engine = workspace.ledger._engine
        event.listen(engine, "commit", commit)
        try:
            firm.run(session)
        except KeyboardInterrupt:
            return True
        finally:
            event.remove(engine, "commit", commit)
    return False


def standing(firm: Firm) -> tuple[list[tuple[str, str, str]], list[str], list[str]]:
    """What came of it: entries, the invoices, and what is in the books."""
    entries = sorted(
        (one["hours"], one.get("status", "unbilled"), one["state"]) for one in firm.records(Kind.TIME_ENTRY)
    )
    bills = sorted(f"{one['number']} {one['total']}" for one in live(firm.records(Kind.INVOICE)))
    return entries, bills, sorted(firm.books.names(Kind.INVOICE))


@pytest.fixture
def busy(firm: Firm) -> Firm:
    """A firm in whose night a bill is cut in two, entries move and come, in a listing of many pages."""
    firm.practice.changes_only = frozenset({"ARCHIVE", "BILLS"})
    firm.access = dict.fromkeys(firm.access, Access(create=True, update=True, find=True, batch=10))
    firm.client("110", "Acme", "01")
    firm.bill("5001", [firm.entry("110.01", "1", "call"), firm.entry("110.01", "2", "draft")], key="S1")
    firm.entry("110.01", "4", "trial")
    firm.sync()
    firm.practice.page = 2
    first, second = firm.undo("S1")
    firm.bill("5001", [first])
    firm.bill("5002", [second, *(key for key in firm.rows("FEE") if key != second)])
    firm.entry("110.01", "8", "new")
    firm.entry("110.01", "8", "new")
    return firm


ENDS = {"reissued": 1, "part-of-it-is-there-on-another-record": 1}


def comes_to_its_end(firm: Firm) -> None:
    """Decide what is asked, and see that each thing is there once."""
    document = firm.sync()
    assert groups(document) == ENDS
    firm.decide(only(document, "reissued"), "accept")
    for _ in range(2):
        document = firm.sync()
    assert document["outcome"] == "ok"
    assert standing(firm) == (
        [(hours, "billed", "LIVE") for hours in "124"] + [("8", "unbilled", "LIVE")] * 2,
        ["5001 100.00", "5002 600.00"],
        ["5001", "5002"],
    )
    assert len(firm.books.names(Kind.CLIENT)) == 1
    assert sum(row["type"] == "time_entry" for row in firm.books.rows.values()) == 5


def test_a_run_that_dies_at_every_third_commit_is_repeated_without_doubles(busy: Firm) -> None:
    commit = 1
    while dies_at(busy, commit):
        commit += 3
    assert commit > 10
    comes_to_its_end(busy)


@pytest.mark.parametrize("commit", range(3, 50, 5))
def test_a_run_that_died_once_comes_to_the_same(busy: Firm, commit: int) -> None:
    assert dies_at(busy, commit)
    comes_to_its_end(busy)


def test_a_listing_that_dies_after_any_page_is_repeated_without_doubles(busy: Firm) -> None:
    left = 0

    def page_by_page(_what: str, _count: int) -> None:
        nonlocal left
        left -= 1
        if not left:
            raise KeyboardInterrupt

    for page in (1, 2, 3, 4, 5, 6):
        left = page
        with busy.open() as workspace:
            session = workspace.session(confirm=lambda _name, _totals: True, progress=page_by_page)
            with pytest.raises(KeyboardInterrupt):
                busy.run(session)
    comes_to_its_end(busy)
