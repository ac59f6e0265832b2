"""How often the company was asked, by month and sort. Reads are metered, writes are not (facts 1.8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub_quickbooks.sandbox.moments import month_of
from hub_quickbooks.sandbox.refusals import reads_used_up

if TYPE_CHECKING:
    from hub_quickbooks.sandbox.books import Books

READS = ("get", "query", "cdc", "batch query")
"""The sorts of metered read; only those that succeed count."""
SORTS = (*READS, "batch", "write", "token", "throttled")
"""All that is counted: also batches, single writes, calls for tokens and answers of 429."""


def count(books: Books, sort: str) -> None:
    """Count one."""
    books.store.database.execute(
        "INSERT INTO count VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET number = number + 1",
        (month_of(books.clock.now()), sort),
    )


def counted(books: Books, month: str = "%") -> dict[str, int]:
    """The numbers of one month, or in all."""
    found = books.store.database.execute(
        "SELECT sort, sum(number) FROM count WHERE month LIKE ? GROUP BY sort", (month,)
    )
    return {**dict.fromkeys(SORTS, 0), **dict(found.fetchall())}


def reset(books: Books) -> None:
    """Count from 0 again."""
    books.store.database.execute("DELETE FROM count")


def check_allowance(books: Books) -> None:
    """See to it that the month has a read left.

    Raises:
        Refused: it has none.

    """
    allowance = books.switches.read_allowance
    if allowance is None:
        return
    numbers = counted(books, month_of(books.clock.now()))
    if sum(numbers[sort] for sort in READS) >= allowance:
        raise reads_used_up()
