"""Brakes and other reasons to stop: too much at once, another company, an older ledger; and the counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sync_fakes import Bench, codes, only, read, rejects, writes, written

from hub.sdk import Outcome, Written

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sync_fakes import System

    from hub.sdk import Intent


def test_the_brake_stops_many_changes(bench: Bench) -> None:
    bench.clients(*(f"C{n}" for n in range(10)))
    bench.sync()
    bench.clients(*(f"changed {n}" for n in range(10)))
    document = bench.sync()
    assert (document["outcome"], codes(document)) == ("failed", ["brake"])
    assert len(bench.system.calls) == 1
    bench.decide(only(document, "brake"), "accept")
    assert written(bench.sync()) == {"updated": 10}


def test_counts_add_up_where_something_is_held_before_it_was_sent(bench: Bench) -> None:
    bench.clients(*(f"C{n}" for n in range(8)))
    bench.system.answers.append(writes)
    bench.sync()
    rows = [{"id": f"{n}", "number": f"{100 + n}", "name": f"C{n}"} for n in range(11)]
    bench.table("source", "client", *rows)
    bench.system.answers.append(rejects)
    bench.sync()
    assert written(bench.sync()) == {"unchanged": 8, "held": 3}


def test_what_is_pulled_is_counted(bench: Bench) -> None:
    bench.clients("A", "B", "C")
    assert read(bench.sync()) == {"read": 3, "changed": 3}
    assert read(bench.sync()) == {"read": 3, "unchanged": 3}
    bench.clients("A", "B changed")
    assert read(bench.sync()) == {"read": 2, "changed": 1, "unchanged": 1, "deleted": 1}


def test_another_company_than_last_time_stops_the_run(bench: Bench) -> None:
    bench.system.identity = "one"
    bench.sync()
    bench.system.identity = "two"
    document = bench.sync()
    assert (document["outcome"], codes(document)) == ("failed", ["brake"])
    bench.decide(only(document, "brake"), "accept")
    assert bench.sync()["outcome"] == "ok"


def test_a_new_name_for_the_firm_sends_nothing_again(bench: Bench) -> None:
    bench.sync()
    bench.firm = "Fake, Partners & Co"
    bench.sync()
    assert bench.system.names() == ["Acme"]


def test_a_new_name_for_a_connection_sends_nothing_again(bench: Bench) -> None:
    bench.system.identity = "the company"
    bench.sync()
    bench.connections["books"] = bench.connections.pop("target")
    bench.flows["out"]["to"] = "books"
    bench.sync()
    assert bench.system.names() == ["Acme"]


def test_a_run_cut_off_while_writing_leaves_a_witness(bench: Bench) -> None:
    """A ledger restored from before a run that was cut off does not know what that run sent."""

    def cut_off(system: System, intents: Sequence[Intent]) -> Iterator[Outcome]:
        for intent in intents:
            yield Outcome(intent.key, Written(system.do(intent)))
        bench.system.answers.append(interrupted)

    def interrupted(system: System, intents: Sequence[Intent]) -> Iterator[Outcome]:
        raise KeyboardInterrupt

    bench.sync(yes=False)
    before = (bench.folder / "hub.db").read_bytes()
    bench.clients(*(f"C{n}" for n in range(15)))
    bench.system.answers.append(cut_off)
    with pytest.raises(KeyboardInterrupt):
        bench.sync()
    (bench.folder / "hub.db").write_bytes(before)
    document = bench.sync()
    assert document["outcome"] == "failed"
    assert "older than its last run" in only(document, "brake")["message"]
    assert len(bench.system.rows) == 10


def test_a_text_that_is_cut_in_a_character_holds_its_row_alone(bench: Bench) -> None:
    (bench.folder / "source" / "client.csv").unlink()
    rows = ('{"id": "1", "number": "100", "name": "Acme"}', '{"id": "2", "number": "101", "name": "\\ud83d"}')
    (bench.folder / "source" / "client.ndjson").write_text("\n".join(rows), encoding="utf-8")
    document = bench.sync()
    assert "Acme" in bench.system.names()
    assert document["errors"] == []
