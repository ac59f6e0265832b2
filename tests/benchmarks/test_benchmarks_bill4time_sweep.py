"""A sweep asks as often as there are pages, and finds nothing new: requests are counted, not seconds."""

from __future__ import annotations

from contextlib import closing
from itertools import islice
from math import ceil
from typing import TYPE_CHECKING

from bill4time_sweep import FIRST, FLOOR, PAGE, UNCHANGED, Benchmark, format_line

if TYPE_CHECKING:
    from pathlib import Path

ENTRIES = 350
LAST = 1
"""Where the account does not count, the page after the last one shows that it was the last."""


def test_a_sweep_asks_for_each_page_once_and_finds_nothing_changed(tmp_path: Path) -> None:
    with closing(Benchmark(tmp_path, ENTRIES).lines()) as lines:
        floor, first, again = islice(lines, 3)
    assert (floor.name, first.name, again.name) == (FLOOR, FIRST, UNCHANGED)
    assert floor.requests == first.requests == again.requests == ceil(ENTRIES / PAGE) + LAST
    assert (first.changed, again.changed) == (ENTRIES, 0)
    assert format_line(floor, floor.measured.seconds).endswith("1.00")
