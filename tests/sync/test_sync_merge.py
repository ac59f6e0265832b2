"""Two sides that say different things; edits at a target; a mapping that changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sync_fakes import codes, only, read, written
from sync_mappings import MAPPING

from hub.sdk import Access, Kind
from hub.sync.merge import merge

if TYPE_CHECKING:
    from sync_fakes import Bench

VALUES = st.dictionaries(st.sampled_from("abcd"), st.integers(0, 2))


@pytest.fixture
def two(bench: Bench) -> Bench:
    """Two folders that are both read into the ledger."""
    bench.connections = {
        "a": {"connector": "folder", "folder": "a"},
        "b": {"connector": "folder", "folder": "b"},
    }
    bench.flows = {name: {"from": name, "kinds": ["client"]} for name in ("a", "b")}
    return bench


def client(**more: str) -> dict[str, str]:
    return {"id": "1", "number": "100", "name": "Acme", "email": "", "phone": "", **more}


@given(VALUES, VALUES, VALUES, st.dictionaries(st.sampled_from("abcd"), st.booleans()))
def test_each_field_is_theirs_or_ours(
    agreed: dict[str, int], ours: dict[str, int], theirs: dict[str, int], wins: dict[str, bool]
) -> None:
    merged = merge(
        ours_before=agreed, ours=ours, theirs_before=agreed, theirs=theirs, fields="abcd", theirs_wins=wins
    )
    for name in "abcd":
        was, mine, new, now = (one.get(name) for one in (agreed, ours, theirs, merged.values))
        assert now in (mine, new)
        if new == was:
            assert now == mine
        elif mine == was:
            assert now == new
        elif mine != new:
            assert now == (new if wins.get(name) else mine)
            assert (name in merged.conflicts) == (name not in wins)
    assert not set(merged.conflicts) & wins.keys()


def test_changes_of_different_fields_are_both_kept(two: Bench) -> None:
    two.table("a", "client", client())
    two.table("b", "client", client(id="x"))
    two.sync()
    two.table("a", "client", client(email="a@example.com"))
    two.table("b", "client", client(id="x", phone="555"))
    assert two.sync()["outcome"] == "ok"
    (record,) = two.records()
    assert (record["email"], record["phone"]) == ("a@example.com", "555")


def conflicting(two: Bench) -> None:
    two.table("a", "client", client())
    two.table("b", "client", client(id="x"))
    two.sync()
    two.table("a", "client", client(email="a@example.com"))
    two.table("b", "client", client(id="x", email="b@example.com"))


def test_changes_of_one_field_wait_for_a_person(two: Bench) -> None:
    conflicting(two)
    document = two.sync()
    hold = only(document, "conflict")
    assert (document["outcome"], hold["field"]) == ("held", "email")
    assert "[authority]" in hold["remedy"]
    assert two.records()[0]["email"] == "a@example.com"


def test_a_conflict_waits_until_it_is_decided(two: Bench) -> None:
    conflicting(two)
    two.sync()
    document = two.sync()
    assert codes(document) == ["conflict"]
    two.decide(only(document, "conflict"), "accept")
    assert two.sync()["outcome"] == "ok"
    assert two.records()[0]["email"] == "a@example.com"


def test_a_conflict_follows_the_authority_that_is_named_for_it(two: Bench) -> None:
    conflicting(two)
    two.sync()
    two.more = '[authority]\n"client.email" = "b"\n'
    assert two.sync()["outcome"] == "ok"
    assert two.records()[0]["email"] == "b@example.com"


@pytest.mark.parametrize(("owner", "right"), [("a", "a@example.com"), ("b", "b@example.com")])
@pytest.mark.parametrize("key", ["client", "client.email"])
def test_the_authority_is_right(two: Bench, owner: str, right: str, key: str) -> None:
    conflicting(two)
    two.more = f'[authority]\n"{key}" = "{owner}"\n'
    assert two.sync()["outcome"] == "ok"
    assert two.records()[0]["email"] == right


def test_what_the_authority_decided_stands_when_the_other_side_edits_something_else(two: Bench) -> None:
    conflicting(two)
    two.more = '[authority]\n"client.email" = "a"\n'
    two.sync()
    two.table("b", "client", client(id="x", email="b@example.com", phone="555"))
    two.sync()
    (record,) = two.records()
    assert (record["email"], record["phone"]) == ("a@example.com", "555")


def test_what_a_person_decided_stands_when_the_other_side_edits_something_else(two: Bench) -> None:
    conflicting(two)
    two.decide(only(two.sync(), "conflict"), "accept")
    two.sync()
    two.table("b", "client", client(id="x", email="b@example.com", phone="555"))
    two.sync()
    assert two.records()[0]["email"] == "a@example.com"


def test_two_sources_that_differ_from_the_start_are_a_conflict(two: Bench) -> None:
    two.table("a", "client", client(name="Acme"))
    two.table("b", "client", client(id="x", name="Acme Corp."))
    assert only(two.sync(), "conflict")["field"] == "name"
    assert codes(two.sync()) == ["conflict"]


@pytest.fixture
def target(bench: Bench) -> Bench:
    """A target that is read as well, with a client written to it."""
    bench.access[Kind.CLIENT] = Access(read=True, create=True, update=True)
    bench.table("source", "client", client())
    bench.sync()
    bench.sync()
    return bench


def test_an_edit_at_the_target_is_drift(target: Bench) -> None:
    target.system.rows["F1"]["name"] = "Edited"
    document = target.sync()
    hold = only(document, "drift")
    assert (hold["field"], document["outcome"]) == ("name", "held")
    assert target.records()[0]["name"] == "Acme"
    assert codes(target.sync()) == ["drift"]
    target.table("source", "client", client(phone="555"))
    target.sync()
    assert target.system.rows["F1"]["name"] == "Edited"
    assert len(target.system.calls) == 1


def test_drift_ends_when_the_edit_is_taken_back(target: Bench) -> None:
    target.system.rows["F1"]["name"] = "Edited"
    target.sync()
    target.system.rows["F1"]["name"] = "Acme"
    assert target.sync()["outcome"] == "ok"


def test_drift_ends_when_the_source_says_the_same(target: Bench) -> None:
    target.system.rows["F1"]["name"] = "Edited"
    target.sync()
    target.table("source", "client", client(name="Edited"))
    target.sync()
    assert target.sync()["outcome"] == "ok"


def test_drift_that_was_accepted_is_not_overwritten(target: Bench) -> None:
    target.system.rows["F1"]["name"] = "Edited"
    target.decide(only(target.sync(), "drift"), "accept")
    assert target.sync()["outcome"] == "ok"
    target.table("source", "client", client(email="new@example.com"))
    target.sync()
    assert target.system.rows["F1"]["name"] == "Edited"


def test_a_field_added_to_the_targets_mapping_is_no_drift(bench: Bench) -> None:
    bench.access[Kind.CLIENT] = Access(read=True, create=True, update=True)
    bench.table("source", "client", client(phone="555"))
    bench.sync()
    bench.sync()
    added = 'email = { field = "email", optional = true }\nphone = { field = "tel", optional = true }'
    bench.mapping(MAPPING.replace('email = { field = "email", optional = true }', added))
    document = bench.sync()
    assert codes(document) == []
    assert written(document) == {"updated": 1}
    assert bench.system.rows["F1"]["tel"] == "555"


def test_an_edited_mapping_translates_anew_what_is_known(bench: Bench) -> None:
    bench.flows["out"]["kinds"] = ["client"]
    rows = [
        {"id": "1", "number": "100", "name": "Acme", "tel": "555"},
        {"id": "2", "number": "101", "name": "B", "tel": ""},
    ]
    bench.table("source", "client", *rows)
    bench.sync()
    bench.mapping('[client.fields]\nphone = { field = "tel", optional = true }\n', "folder")
    document = bench.sync()
    assert read(document) == {"read": 2, "changed": 1, "unchanged": 1}
    assert bench.records()[-1]["phone"] == "555"
    assert bench.history(1) == ["CREATED", "CHANGED"]
    assert bench.history(2) == ["CREATED"]
    assert len(bench.system.calls) == 1


def test_a_mapping_that_means_the_same_changes_nothing(bench: Bench) -> None:
    bench.sync()
    bench.mapping('# a comment\n[client.fields]\nname = { field = "name", required = true }\n', "folder")
    assert read(bench.sync()) == {"read": 1, "unchanged": 1}
    assert len(bench.system.calls) == 1


def test_a_column_gone_is_one_hold(bench: Bench) -> None:
    bench.clients("A", "B", "C", "D")
    bench.sync()
    bench.table("source", "client", *({"id": f"{n}", "number": f"{100 + n}"} for n in range(4)))
    document = bench.sync()
    assert codes(document) == ["columns"]
    assert "name" in only(document, "columns")["message"]
    assert {one["state"] for one in bench.records()} == {"LIVE"}
    bench.clients("A", "B", "C", "D")
    assert bench.sync()["outcome"] == "ok"


def test_a_new_code_for_a_whole_kind_is_one_cause(bench: Bench) -> None:
    bench.mapping(
        '[client.fields]\nshort_name = { field = "k", values = { a = "A" }, unknown = "hold" }\n', "folder"
    )
    rows = [{"id": f"{n}", "number": f"{n}", "name": "N", "k": "z"} for n in range(5)]
    bench.table("source", "client", *rows)
    document = bench.sync()
    assert len({hold["group"] for hold in document["holds"]}) == 1
    assert read(document) == {"read": 5, "held": 5}


def test_what_refers_to_what_is_not_here_yet_follows_on_its_arrival(bench: Bench) -> None:
    bench.flows = {"out": {"from": "source", "to": "target", "kinds": ["client", "matter"]}}
    bench.table("source", "matter", {"id": "M", "client": "2", "number": "101.1", "name": "Case"})
    document = bench.sync()
    hold = only(document, "reference")
    assert (hold["field"], document["outcome"]) == ("client", "held")
    assert bench.system.names(Kind.MATTER) == []
    bench.table(
        "source",
        "client",
        {"id": "1", "number": "100", "name": "Acme"},
        {"id": "2", "number": "101", "name": "Later"},
    )
    document = bench.sync()
    assert document["outcome"] == "ok"
    assert bench.system.names(Kind.MATTER) == ["Case"]


def test_an_edit_back_and_forth_at_the_source_sends_two_updates(bench: Bench) -> None:
    bench.table("source", "client", client())
    bench.sync()
    for name in ("Other", "Acme"):
        bench.table("source", "client", client(name=name))
        bench.sync()
    assert bench.system.names() == ["Acme"]
    assert len(bench.system.calls) == 3
