"""Plans: what they keep back, saved ones, pilots, several flows to one target, the first write."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from sync_fakes import Bench, codes, delivers, only, rejects, written

from hub.sdk import Access, HubError, Kind
from hub.sync import Options, make_plan, sync
from hub.sync.telling import load_saved_plan, saved_plan, sync_document


def saved(bench: Bench) -> dict[str, object]:
    with bench.open() as workspace:
        result = make_plan(workspace.session())
        assert result.planner
        document = saved_plan(result.planner, workspace.ledger.identity)
    loaded: dict[str, object] = json.loads(json.dumps(document))
    return loaded


def sync_saved(bench: Bench, plan: dict[str, object]) -> dict[str, object]:
    with bench.open() as workspace:
        chosen = load_saved_plan(plan, workspace.ledger.identity)
        session = workspace.session(confirm=lambda _name, _totals: True)
        return sync_document(session, sync(session, chosen))


def test_a_plan_writes_nothing_outside(bench: Bench) -> None:
    document = bench.plan()
    assert document["counts"]["create"] == 1
    assert bench.system.calls == []
    (action,) = document["actions"]
    assert (action["flow"], action["connection"], action["kind"]) == ("out", "target", "client")
    assert (action["label"], action["action"], action["reason"]) == ("100 Acme", "create", "not there yet")


def test_a_plan_does_not_even_recover(bench: Bench) -> None:
    bench.access[Kind.CLIENT] = Access(create=True, idempotency=timedelta(hours=1))
    bench.system.answers.append(lambda _system, _intents: iter(()))
    bench.system.always = lambda _system, _intents: iter(())
    bench.sync()
    calls = len(bench.system.calls)
    assert bench.plan()["counts"]["settle"] == 1
    assert len(bench.system.calls) == calls


def test_a_plan_shows_which_fields_changed(bench: Bench) -> None:
    bench.sync()
    bench.table("source", "client", {"id": "1", "number": "100", "name": "Acme Ltd"})
    (action,) = bench.plan()["actions"]
    assert (action["action"], action["diff"]) == ("update", ["name"])


def test_a_saved_plan_does_just_what_it_says(bench: Bench) -> None:
    plan = saved(bench)
    bench.clients("Acme", "Later")
    bench.table(
        "source",
        "client",
        {"id": "1", "number": "100", "name": "Acme"},
        {"id": "2", "number": "101", "name": "Later"},
    )
    sync_saved(bench, plan)
    assert bench.system.names() == ["Acme"]
    assert written(bench.sync()) == {"created": 1, "unchanged": 1}
    assert bench.system.names() == ["Acme", "Later"]


def test_a_stale_plan_is_refused_or_said_to_be(bench: Bench) -> None:
    plan = saved(bench)
    bench.table("source", "client", {"id": "1", "number": "100", "name": "Acme Ltd"})
    try:
        document = sync_saved(bench, plan)
    except HubError:
        return
    assert bench.system.names() == []
    assert document["outcome"] != "ok" or document["notices"]


def test_a_plan_of_another_workspace_is_refused(bench: Bench) -> None:
    plan = saved(bench) | {"workspace": "another"}
    with pytest.raises(HubError, match="another workspace"):
        sync_saved(bench, plan)


@pytest.mark.parametrize(
    "broken", [{}, [], {"workspace": "x"}, {"parts": 7}, None, {"workspace": "x", "parts": [1]}]
)
def test_what_is_no_plan_is_refused(bench: Bench, broken: object) -> None:
    with pytest.raises(HubError):
        sync_saved(bench, broken)  # type: ignore[arg-type]


def test_a_pilot_of_a_client_is_completed_by_a_full_run(bench: Bench) -> None:
    bench.clients("A", "B", "C")
    bench.sync(options=Options(clients=frozenset({"101"})))
    assert bench.system.names() == ["B"]
    document = bench.sync()
    assert bench.system.names() == ["A", "B", "C"]
    assert written(document) == {"created": 2, "unchanged": 1}


def test_a_pilot_of_so_many_is_completed_by_a_full_run(bench: Bench) -> None:
    bench.clients("A", "B", "C")
    bench.sync(options=Options(limit=2))
    assert len(bench.system.rows) == 2
    bench.sync()
    assert bench.system.names() == ["A", "B", "C"]


def test_a_pilot_after_a_full_run_takes_nothing_back(bench: Bench) -> None:
    bench.clients("A", "B")
    bench.system.answers.append(rejects)
    bench.sync()
    bench.sync(options=Options(limit=1))
    assert codes(bench.sync()) == ["rejected", "rejected"]


def test_a_pilot_of_an_unknown_client_says_so(bench: Bench) -> None:
    try:
        document = bench.sync(options=Options(clients=frozenset({"no such client"})))
    except HubError:
        return
    assert document["outcome"] != "ok" or document["notices"]


def test_the_first_write_needs_a_yes(bench: Bench) -> None:
    document = bench.sync(yes=False)
    assert (document["outcome"], codes(document)) == ("held", ["first-write"])
    assert bench.system.calls == []
    assert written(bench.sync()) == {"created": 1}
    bench.clients("Acme", "B")
    bench.table(
        "source",
        "client",
        {"id": "1", "number": "100", "name": "Acme"},
        {"id": "2", "number": "101", "name": "B"},
    )
    assert written(bench.sync(yes=False)) == {"created": 1, "unchanged": 1}


def test_the_control_totals_name_client_count_and_amount(bench: Bench) -> None:
    seen = []
    bench.flows = {"out": {"from": "source", "to": "target", "kinds": ["client", "invoice"]}}
    bench.table("source", "invoice", *(invoice(n) for n in range(3)))
    with bench.open() as workspace:
        session = workspace.session(confirm=lambda name, totals: bool(seen.append((name, totals))))
        sync(session)
    ((name, totals),) = seen
    assert name == "target"
    assert totals["invoice"] == {"100 Acme": (3, 300)}
    assert bench.system.calls == []


def invoice(number: int, **more: str) -> dict[str, str]:
    row = {"id": f"I{number}", "number": f"{5000 + number}", "client": "1", "status": "final"}
    return row | {"issued_on": "2026-06-01", "fees": "100.00", "total": "100.00"} | more


def test_two_flows_to_one_target_create_nothing_twice(bench: Bench) -> None:
    bench.flows["more"] = {"from": "source", "to": "target", "kinds": ["client", "matter"]}
    bench.table("source", "matter", {"id": "M", "client": "1", "number": "100.1", "name": "Case"})
    document = bench.sync()
    assert bench.system.names() == ["Acme"]
    assert bench.system.names(Kind.MATTER) == ["Case"]
    assert written(document) == {"created": 1}


def test_two_flows_to_one_target_update_once(bench: Bench) -> None:
    bench.sync()
    bench.flows["more"] = {"from": "source", "to": "target", "kinds": ["client"]}
    bench.table("source", "client", {"id": "1", "number": "100", "name": "Acme Ltd"})
    bench.sync()
    assert len(bench.system.calls) == 2


def test_two_flows_to_one_folder_write_each_row_once(bench: Bench) -> None:
    bench.connections["target"] = {"connector": "folder", "folder": "out"}
    bench.flows["more"] = {"from": "source", "to": "target", "kinds": ["client"]}
    bench.sync()
    rows = (bench.folder / "out" / "client.csv").read_text(encoding="utf-8").splitlines()
    assert len(rows) == 2


def test_running_one_flow_keeps_what_is_held_of_another(bench: Bench) -> None:
    bench.flows["more"] = {"from": "source", "to": "target", "kinds": ["matter"]}
    bench.system.answers.append(rejects)
    bench.sync("out")
    bench.sync("more")
    with bench.open() as workspace, workspace.ledger.reading():
        assert [hold.code for hold in workspace.ledger.holds.all()] == ["rejected"]


def test_what_a_flow_left_behind_is_not_held_for_ever(bench: Bench) -> None:
    bench.system.answers.append(rejects)
    bench.sync()
    del bench.flows["out"], bench.connections["target"]
    bench.flows["in"] = {"from": "source", "kinds": ["client"]}
    assert bench.sync()["outcome"] == "ok"


def test_a_client_that_comes_under_a_flow_brings_its_invoices(bench: Bench) -> None:
    bench.flows = {
        "out": {
            "from": "source",
            "to": "target",
            "kinds": ["client", "invoice"],
            "where": {"client": ["100"]},
        }
    }
    bench.table("source", "client", {"id": "1", "number": "1OO", "name": "Acme"})
    bench.table("source", "invoice", invoice(1))
    bench.sync()
    assert bench.system.rows == {}
    bench.table("source", "client", {"id": "1", "number": "100", "name": "Acme"})
    bench.sync()
    assert bench.system.names(Kind.INVOICE) == ["5001"]


def test_only_the_clients_of_a_flow_go(bench: Bench) -> None:
    bench.clients("A", "B", "C")
    bench.flows["out"]["where"] = {"client": ["100", "102"]}
    bench.sync()
    assert bench.system.names() == ["A", "C"]


def test_what_is_older_than_a_flow_starts_stays(bench: Bench) -> None:
    flow = {"from": "source", "to": "target", "kinds": ["client", "invoice"], "start": date(2026, 1, 1)}
    bench.flows = {"out": flow}
    bench.table("source", "invoice", invoice(1), invoice(2, issued_on="2025-12-31"))
    bench.sync()
    assert bench.system.names(Kind.INVOICE) == ["5001"]


def test_what_two_sources_list_goes_by_the_second_one_too(bench: Bench) -> None:
    bench.connections["other"] = {"connector": "folder", "folder": "other"}
    bench.flows = {
        "in": {"from": "other", "kinds": ["client"]},
        "out": {"from": "source", "to": "target", "kinds": ["client"]},
    }
    bench.table("source", "client", {"id": "9", "number": "999", "name": "Old"})
    bench.table("other", "client", {"id": "7", "number": "100", "name": "Acme"})
    bench.sync()
    bench.table(
        "source",
        "client",
        {"id": "9", "number": "999", "name": "Old"},
        {"id": "1", "number": "100", "name": "Acme"},
    )
    bench.sync()
    assert bench.system.names() == ["Acme", "Old"]


def test_a_draft_stays_and_a_final_invoice_goes(bench: Bench) -> None:
    bench.flows = {"out": {"from": "source", "to": "target", "kinds": ["client", "invoice"]}}
    bench.table("source", "invoice", invoice(1, status="draft"))
    bench.sync()
    assert bench.system.names(Kind.INVOICE) == []
    bench.table("source", "invoice", invoice(1))
    bench.sync()
    assert bench.system.names(Kind.INVOICE) == ["5001"]


def test_an_invoice_that_does_not_foot_is_held(bench: Bench) -> None:
    bench.flows = {"out": {"from": "source", "to": "target", "kinds": ["client", "invoice"]}}
    bench.table("source", "invoice", invoice(1, total="103.00"), invoice(2))
    document = bench.sync()
    assert codes(document) == ["hub.total"]
    assert bench.system.names(Kind.INVOICE) == ["5002"]
    with pytest.raises(HubError, match="reason"):
        bench.decide(document["holds"][0], "waive")
    bench.decide(document["holds"][0], "waive", "agreed with the client")
    assert bench.sync()["outcome"] == "ok"
    assert bench.system.names(Kind.INVOICE) == ["5001", "5002"]


def test_what_is_withdrawn_after_it_was_sent_waits_for_a_person(bench: Bench) -> None:
    bench.flows = {"out": {"from": "source", "to": "target", "kinds": ["client", "invoice"]}}
    bench.access[Kind.INVOICE] = Access(create=True, update=True, void=True)
    bench.table("source", "invoice", invoice(1))
    bench.sync()
    bench.table("source", "invoice", invoice(1, status="void"))
    document = bench.sync()
    assert codes(document) == ["void-at-the-source"]
    assert "action" not in bench.system.rows["F2"]
    bench.decide(document["holds"][0], "accept")
    assert bench.sync()["outcome"] == "ok"


def test_a_flow_that_applies_voids_voids(bench: Bench) -> None:
    bench.flows = {
        "out": {"from": "source", "to": "target", "kinds": ["client", "invoice"], "voids": "apply"}
    }
    bench.access[Kind.INVOICE] = Access(create=True, update=True, void=True)
    bench.table("source", "invoice", invoice(1))
    bench.sync()
    bench.table("source", "invoice", invoice(1, status="void"))
    assert written(bench.sync(), "invoice") == {"voided": 1}
    assert bench.system.rows["F2"]["action"] == "void"
    bench.mapping(
        (bench.folder / "mappings" / "fake.toml").read_text()
        + '\n[timekeeper.people.fields]\nnumber = { field = "n" }\nname = { field = "m" }\n'
    )
    document = bench.sync()
    assert (document["outcome"], codes(document)) == ("ok", [])


def test_what_was_sent_is_presented_once_more_when_a_person_says_so(bench: Bench) -> None:
    bench.access[Kind.CLIENT] = Access(create=True)
    bench.system.always = delivers
    bench.sync()
    bench.table("source", "client", {"id": "1", "number": "100", "name": "Acme Ltd"})
    bench.decide(only(bench.sync(), "changed-after-it-was-sent"), "retry")
    bench.sync()
    assert bench.system.names() == ["Acme", "Acme Ltd"]
    first, second = bench.system.sent()
    assert first != second
    bench.sync()
    bench.sync()
    assert bench.system.names() == ["Acme", "Acme Ltd"]


def test_a_second_presentation_reaches_a_system_that_honours_keys(bench: Bench) -> None:
    bench.access[Kind.CLIENT] = Access(create=True, idempotency=timedelta(hours=1))
    bench.system.honours_keys = True
    bench.sync()
    bench.table("source", "client", {"id": "1", "number": "100", "name": "Acme Ltd"})
    bench.decide(only(bench.sync(), "changed-after-it-was-sent"), "retry")
    bench.sync()
    assert bench.system.names() == ["Acme", "Acme Ltd"]


def test_children_go_after_their_parents_and_wait_with_them(bench: Bench) -> None:
    bench.flows = {"out": {"from": "source", "to": "target", "kinds": ["matter", "client"]}}
    bench.table("source", "matter", {"id": "M", "client": "1", "number": "100.1", "name": "Case"})
    bench.system.answers.append(rejects)
    document = bench.sync()
    assert codes(document) == ["rejected"]
    assert written(document, "matter") == {"held": 1}
    bench.decide(only(bench.sync(), "rejected"), "retry")
    bench.sync()
    assert bench.system.names(Kind.MATTER) == ["Case"]
    assert bench.system.rows["F2"]["client"] == "F1"


def test_a_parent_that_does_not_go_is_named(bench: Bench) -> None:
    bench.flows = {"out": {"from": "source", "to": "target", "kinds": ["matter"]}}
    bench.table("source", "matter", {"id": "M", "client": "1", "number": "100.1", "name": "Case"})
    document = bench.sync()
    hold = only(document, "waits")
    assert "client 100 Acme is not at target" in hold["message"]
    assert "kinds" in hold["remedy"]
