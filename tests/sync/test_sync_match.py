"""Which rows are one record: across two folders, at a target that is not empty, and in one listing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sync_fakes import codes, only, read, written

from hub.sdk import Access, HubError, Kind

if TYPE_CHECKING:
    from sync_fakes import Bench


@pytest.fixture
def two(bench: Bench) -> Bench:
    """Two folders that are both read into the ledger."""
    bench.connections = {
        "a": {"connector": "folder", "folder": "a"},
        "b": {"connector": "folder", "folder": "b"},
    }
    bench.flows = {name: {"from": name, "kinds": ["client"]} for name in ("a", "b")}
    return bench


def client(number: str, name: str = "Acme", key: str = "1", **more: str) -> dict[str, str]:
    return {"id": key, "number": number, "name": name, **more}


def test_an_exact_and_only_match_is_the_same_record(two: Bench) -> None:
    two.table("a", "client", client("100"))
    two.table("b", "client", client("100", key="x"))
    document = two.sync()
    assert document["outcome"] == "ok"
    assert len(two.records()) == 1


def test_an_inactive_record_takes_part(two: Bench) -> None:
    two.table("a", "client", client("100", active="false"))
    two.table("b", "client", client("100", key="x", active="false"))
    two.sync()
    assert len(two.records()) == 1


def test_a_near_match_waits_and_may_be_linked(two: Bench) -> None:
    two.table("a", "client", client("A-100"))
    two.table("b", "client", client("a100", key="x"))
    document = two.sync()
    hold = only(document, "match")
    assert (document["outcome"], len(two.records())) == ("held", 1)
    assert "record 1" in hold["message"]
    assert codes(two.sync()) == ["match"]
    two.decide(hold, "link", record=two.records()[0]["id"])
    assert two.sync()["outcome"] != "failed"
    assert len(two.records()) == 1


def test_a_near_match_may_be_another_record(two: Bench) -> None:
    two.table("a", "client", client("A-100"))
    two.table("b", "client", client("a100", key="x"))
    two.decide(only(two.sync(), "match"), "accept")
    assert two.sync()["outcome"] == "ok"
    assert len(two.records()) == 2


def test_a_link_to_what_is_no_such_record_is_refused(two: Bench) -> None:
    two.table("a", "client", client("A-100"))
    two.table("b", "client", client("a100", key="x"))
    hold = only(two.sync(), "match")
    with pytest.raises(HubError):
        two.decide(hold, "link", record=99)


def test_a_double_match_waits(two: Bench) -> None:
    two.table("a", "client", client("100", key="1"), client("100", key="2"))
    two.sync("a")
    two.table("b", "client", client("100", key="x"))
    document = two.sync()
    assert "more than one" in only(document, "match")["message"]
    assert len(two.records()) == 2


def test_two_equal_rows_of_one_listing_are_two_records(two: Bench) -> None:
    two.table("a", "client", client("100", key="1"), client("100", key="2"))
    two.sync("a")
    assert len(two.records()) == 2
    two.sync("a")
    assert len(two.records()) == 2


def test_two_equal_rows_without_ids_are_two_records(two: Bench) -> None:
    rows = [{"number": "100", "name": "Acme"}] * 2
    two.table("a", "client", *rows)
    two.sync("a")
    assert len(two.records()) == 2
    assert read(two.sync("a"), source="a") == {"read": 2, "unchanged": 2}


def test_what_is_at_the_target_already_is_linked(bench: Bench) -> None:
    bench.access[Kind.CLIENT] = Access(read=True, create=True, update=True)
    bench.system.put(Kind.CLIENT, {"number": "100", "name": "Acme", "email": ""})
    document = bench.sync()
    assert written(document) == {"linked": 1}
    assert bench.system.names() == ["Acme"]
    assert written(bench.sync()) == {"unchanged": 1}
    bench.clients("Acme Ltd")
    bench.table("source", "client", client("100", "Acme Ltd"))
    assert written(bench.sync()) == {"updated": 1}


def test_what_may_be_at_the_target_already_is_not_created(bench: Bench) -> None:
    bench.access[Kind.CLIENT] = Access(read=True, create=True)
    bench.system.put(Kind.CLIENT, {"number": "a100", "name": "Acme", "email": ""})
    bench.table("source", "client", client("A-100"))
    document = bench.sync()
    assert codes(document) == ["match"]
    assert bench.system.names() == ["Acme"]
    bench.decide(only(document, "match"), "accept")
    bench.sync()
    assert bench.system.names() == ["Acme", "Acme"]


def test_an_unreadable_row_at_the_target_is_not_doubled(bench: Bench) -> None:
    bench.mapping(
        (bench.folder / "mappings" / "fake.toml")
        .read_text()
        .replace(
            'email = { field = "email", optional = true }',
            'active = { field = "active", as = "flag", optional = true }',
        )
    )
    bench.access[Kind.CLIENT] = Access(read=True, create=True)
    bench.system.put(Kind.CLIENT, {"number": "100", "name": "Acme", "active": "perhaps"})
    document = bench.sync()
    assert document["outcome"] == "held"
    assert bench.system.names() == ["Acme"]


def test_a_target_that_cannot_be_listed_gets_nothing_new(bench: Bench) -> None:
    bench.access[Kind.CLIENT] = Access(read=True, create=True)
    bench.system.down = True
    document = bench.sync()
    assert document["outcome"] == "failed"
    assert bench.system.calls == []
    bench.system.down = False
    assert written(bench.sync()) == {"created": 1}


def test_our_own_echo_is_silent(bench: Bench) -> None:
    bench.access[Kind.CLIENT] = Access(read=True, create=True, update=True)
    bench.sync()
    for _ in range(2):
        document = bench.sync()
        assert (document["outcome"], written(document)) == ("ok", {"unchanged": 1})
    assert len(bench.records()) == 1
    assert bench.history(1) == ["CREATED"]


def test_what_is_gone_at_the_target_is_said(bench: Bench) -> None:
    bench.access[Kind.CLIENT] = Access(read=True, create=True)
    bench.sync()
    bench.system.rows.clear()
    document = bench.sync()
    assert codes(document) == ["gone-at-the-target"]
    assert len(bench.system.calls) == 1


def test_what_is_gone_at_the_source_is_not_deleted_at_the_target(bench: Bench) -> None:
    bench.clients("A", "B")
    bench.sync()
    bench.clients("A")
    document = bench.sync()
    assert codes(document) == ["gone-at-the-source"]
    assert bench.system.names() == ["A", "B"]
    bench.clients("A", "B")
    assert bench.sync()["outcome"] == "ok"
    assert bench.history(2) == ["CREATED", "GONE", "BACK"]


def test_what_another_source_still_lists_is_not_gone(two: Bench) -> None:
    two.table("a", "client", client("100"), client("101", key="2"))
    two.table("b", "client", client("100", key="x"))
    two.sync()
    two.table("a", "client", client("101", key="2"))
    two.sync("a")
    assert [one["state"] for one in two.records() if one["number"] == "100"] == ["LIVE"]
    two.sync()
    assert [one["state"] for one in two.records() if one["number"] == "100"] == ["LIVE"]


def test_what_a_source_that_is_down_lists_is_not_gone(bench: Bench) -> None:
    bench.connections = {"a": {"connector": "folder", "folder": "a"}, "b": {"connector": "fake"}}
    bench.access = {Kind.CLIENT: Access(read=True)}
    bench.flows = {name: {"from": name, "kinds": ["client"]} for name in ("a", "b")}
    bench.system.put(Kind.CLIENT, {"number": "100", "name": "Acme", "email": ""})
    bench.table("a", "client", client("100"), client("101", key="2"))
    bench.sync()
    bench.system.ill = "No answer."
    bench.table("a", "client", client("101", key="2"))
    bench.sync()
    bench.system.ill = ""
    bench.sync()
    assert [one["state"] for one in bench.records() if one["number"] == "100"] == ["LIVE"]


def test_a_shrunk_listing_stops_the_run(bench: Bench) -> None:
    bench.clients(*(f"C{n}" for n in range(10)))
    bench.sync()
    bench.clients("C0", "C1")
    document = bench.sync()
    assert (document["outcome"], codes(document)) == ("failed", ["brake"])
    assert {one["state"] for one in bench.records()} == {"LIVE"}
    bench.clients(*(f"C{n}" for n in range(10)))
    assert bench.sync()["outcome"] == "ok"


def test_an_accepted_brake_is_accepted_once(bench: Bench) -> None:
    bench.flows["out"] = {"from": "source", "kinds": ["client"]}
    bench.clients(*(f"C{n}" for n in range(10)))
    bench.sync()
    bench.clients("C0", "C1")
    bench.decide(only(bench.sync(), "brake"), "accept")
    assert bench.sync()["outcome"] == "ok"
    assert [one["state"] for one in bench.records()].count("GONE") == 8
    bench.clients(*(f"C{n}" for n in range(10)))
    bench.sync()
    bench.clients("C0", "C1")
    assert codes(bench.sync()) == ["brake"]
