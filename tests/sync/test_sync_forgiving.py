"""A reference that is good to have: what it refers to may be unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sync_fakes import codes

from hub.sdk import Kind

if TYPE_CHECKING:
    from sync_fakes import Bench

FORGIVING = """
[time_entry.fields]
split_of = { field = "split_of", ref = "time_entry", optional = true, unknown = "empty" }
[invoice.lines.lines.fields]
entry = { field = "entry", ref = ["time_entry", "expense"], optional = true, unknown = "empty" }
"""


@pytest.fixture
def firm_bench(bench: Bench) -> Bench:
    bench.flows = {"in": {"from": "source", "kinds": ["invoice"]}}
    bench.table("source", "matter", {"id": "m", "client": "1", "number": "100.00"})
    bench.table("source", "timekeeper", {"id": "t", "number": "7", "name": "Vance"})
    return bench


def entries(bench: Bench, *origins: str) -> None:
    """Write entries e0, e1, …, each a share of what is named here."""
    usual = {"matter": "m", "timekeeper": "t", "worked_on": "2026-01-15", "hours": "1"}
    rows = ({"id": f"e{n}", "split_of": origin} | usual for n, origin in enumerate(origins))
    bench.table("source", "time_entry", *rows)


def origins(bench: Bench) -> list[object]:
    return [record.get("split_of") for record in bench.records(Kind.TIME_ENTRY)]


def test_a_reference_to_what_is_not_known_waits(firm_bench: Bench) -> None:
    entries(firm_bench, "", "gone")
    assert codes(firm_bench.sync()) == ["reference"]
    assert origins(firm_bench) == [None]


def test_a_forgiving_one_is_no_value(firm_bench: Bench) -> None:
    firm_bench.mapping(FORGIVING, "folder")
    entries(firm_bench, "", "gone")
    assert codes(firm_bench.sync()) == []
    assert origins(firm_bench) == [None, None]


def test_a_forgiving_one_to_what_is_known_is_kept(firm_bench: Bench) -> None:
    firm_bench.mapping(FORGIVING, "folder")
    entries(firm_bench, "")
    firm_bench.sync()
    entries(firm_bench, "", "e0")
    firm_bench.sync()
    (first, *_) = [record["id"] for record in firm_bench.records(Kind.TIME_ENTRY)]
    assert origins(firm_bench) == [None, first]


def test_a_forgiving_reference_of_a_line_is_no_value(firm_bench: Bench) -> None:
    firm_bench.mapping(FORGIVING, "folder")
    entries(firm_bench, "")
    firm_bench.table(
        "source",
        "invoice",
        {"id": "i", "number": "1", "client": "1", "issued_on": "2026-02-01", "total": "3"},
    )
    line = {"invoice": "i", "type": "fee", "charged_on": "2026-01-15", "amount": "1"}
    firm_bench.table("source", "invoice_line", *({"entry": entry} | line for entry in ("e0", "gone", "")))
    assert codes(firm_bench.sync()) == []
    (invoice,) = firm_bench.records(Kind.INVOICE)
    (entry,) = firm_bench.records(Kind.TIME_ENTRY)
    assert [line.get("entry") for line in invoice["lines"]] == [entry["id"], None, None]
