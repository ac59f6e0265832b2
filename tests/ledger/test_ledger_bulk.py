"""A page is looked up by its ids, and by nothing that lies between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.ledger import BindingState, Ledger
from hub.model import Kind
from hub.sdk import SystemClock

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

IDS = st.sets(st.integers(0, 3000).map(str) | st.text("aä0~\U0001f600", min_size=1, max_size=3), max_size=40)


def bind(ledger: Ledger, external_ids: Sequence[str]) -> int:
    number = ledger.streams.connection("books")
    stream = ledger.streams.get(number, Kind.CLIENT, "clients").id
    rows = [
        (stream, external_id, position, position, number, int(BindingState.LIVE), 1, b"d", None, None, None)
        for position, external_id in enumerate(external_ids, 1)
    ]
    ledger.bulk.insert([], [], rows)
    return stream


@settings(max_examples=25)
@given(known=IDS, asked=IDS, in_order=st.booleans())
def test_just_what_is_asked_for_is_found(known: set[str], asked: set[str], *, in_order: bool) -> None:
    with Ledger("sqlite://", "Firm", SystemClock()) as ledger, ledger.transaction():
        stream = bind(ledger, sorted(known))
        page = sorted(asked, reverse=not in_order)
        found = ledger.bulk.lookup_rows(stream, page)
        assert {row[0] for row in found} == known & asked
        assert len(found) == len(known & asked)
        assert ledger.bulk.lookup(stream, page).keys() == known & asked


def test_ids_that_lie_between_are_no_part_of_a_page(tmp_path: Path) -> None:
    with Ledger(f"sqlite:///{tmp_path}/hub.db", "Firm", SystemClock()) as ledger, ledger.transaction():
        stream = bind(ledger, ["10", "100", "101", "11", "12"])
        assert [row[0] for row in ledger.bulk.lookup_rows(stream, ["10", "11", "12"])] == ["10", "11", "12"]
