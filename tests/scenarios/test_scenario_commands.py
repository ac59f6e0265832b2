"""The commands as a firm uses them: plans kept in files, pilots, exit codes, JSON, silence."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from scenario_practice import codes, only

from hub.sync.session import READ_COUNTS, WRITE_COUNTS

if TYPE_CHECKING:
    from pathlib import Path

    from scenario_practice import Document, Practice


def spoil(practice: Practice) -> None:
    """Plant one held entry."""

    def change(rows: list[Document]) -> None:
        rows[0]["BILL_CODE"] = "9"

    practice.edit("FEE", change)


def test_the_first_write_needs_a_yes(practice: Practice) -> None:
    result = practice.run("sync")
    assert result.exit_code == 3
    assert practice.files() == {}
    assert "hub sync --yes" in result.output
    document = practice.json("sync")
    assert (document["exit"], codes(document)) == (3, ["first-write"])
    assert practice.sync()["exit"] == 0
    assert len(practice.files()) == len(practice.firm.statements)


def test_a_plan_writes_nothing_and_a_run_of_it_does_just_what_it_says(
    practice: Practice, tmp_path: Path
) -> None:
    plan = tmp_path / "plan.json"
    result = practice.run("plan", "--limit", "3", "-o", str(plan))
    assert result.exit_code == 0
    assert practice.files() == {}
    steps = [step for part in json.loads(plan.read_text())["parts"] for step in part["steps"]]
    assert len(steps) == 3
    practice.sync("--plan", str(plan))
    assert len(practice.files()) == 3
    assert practice.sync()["exit"] == 0
    assert len(practice.files()) == len(practice.firm.statements)


def test_a_plan_that_is_none_is_refused(practice: Practice, tmp_path: Path) -> None:
    for name, text in (("a", "no json"), ("b", "{}"), ("c", "[1]")):
        (tmp_path / name).write_text(text)
        result = practice.run("sync", "--yes", "--plan", str(tmp_path / name))
        assert result.exit_code == 1
        assert "plan" in result.output
    result = practice.run("sync", "--yes", "--plan", str(tmp_path / "nowhere"))
    assert result.exit_code in {1, 2}
    assert practice.files() == {}


def test_pilots_are_completed_without_doubles(practice: Practice) -> None:
    number = next(iter(practice.firm.statements.values())).client_id.partition(".")[0]
    practice.sync("--client", number)
    first = set(practice.files())
    assert first
    assert all(f"_{number}." in name for name in first)
    practice.sync("--limit", "2")
    assert len(practice.files()) == len(first) + 2
    document = practice.sync()
    assert document["exit"] == 0
    assert len(practice.files()) == len(practice.firm.statements)


def test_what_is_held_is_in_the_exit_code_unless_it_may_be(practice: Practice) -> None:
    spoil(practice)
    assert practice.run("sync", "--yes").exit_code == 3
    assert practice.run("sync", "--yes", "--held-ok").exit_code == 0
    assert practice.run("plan").exit_code == 3


def test_all_is_quiet_when_all_is_well(practice: Practice) -> None:
    result = practice.run("sync", "--yes", "-q")
    assert (result.exit_code, result.output) == (0, "")
    spoil(practice)
    assert "BILL_CODE" in practice.run("sync", "--yes", "-q").output


def test_a_wrong_command_line_is_a_wrong_command_line(practice: Practice) -> None:
    assert practice.run("sync", "--limit", "0").exit_code == 2
    assert practice.run("snyc").exit_code == 2
    assert practice.run("review", "x").exit_code == 2


def test_a_flow_that_is_none_is_answered_with_the_nearest(practice: Practice) -> None:
    result = practice.run("sync", "bill")
    assert result.exit_code == 1
    assert "bills" in result.output


def test_the_document_of_a_run_has_its_names(practice: Practice) -> None:
    spoil(practice)
    document = practice.sync()
    assert {"run", "outcome", "pulled", "pushed", "holds", "errors"} <= document.keys()
    assert document["outcome"] == "held"
    for counts in document["pulled"]["billing"].values():
        assert tuple(counts) == READ_COUNTS == ("read", "changed", "unchanged", "deleted", "held")
        assert counts["read"] == counts["changed"] + counts["unchanged"] + counts["held"]
    assert tuple(document["pushed"]["portal"]["invoice"]) == WRITE_COUNTS
    assert WRITE_COUNTS == (
        "created", "linked", "updated", "voided", "delivered", "unchanged", "held", "rejected", "unknown"
    )  # fmt: skip
    (hold,) = [one for one in document["holds"] if one["severity"] == "block"]
    assert (hold["connection"], hold["kind"]) == ("billing", "time_entry")
    plan = practice.json("plan")
    assert {"actions", "counts"} <= plan.keys()


def test_the_document_of_a_plan_has_its_names(practice: Practice) -> None:
    document = practice.json("plan")
    assert document["counts"]["create"] == len(practice.firm.statements)
    names = {"flow", "connection", "kind", "record", "label", "action", "reason", "diff"}
    assert all(names <= action.keys() for action in document["actions"])


def test_a_hold_is_waived_for_a_reason_and_stays_waived(practice: Practice) -> None:
    statements = practice.firm.statements.values()
    number = next(one.number for one in statements if any(charge.fee for charge in one.charges))

    def change(rows: list[Document]) -> None:
        for row in rows:
            if row["STATEMENT_NUMBER"] == str(number) and row["REC_TYPE"] == "F":
                row["PHASE_TASK"] = ""

    practice.edit("ARCHIVE", change)
    document = practice.sync()
    assert document["exit"] == 3
    hold = next(one for one in document["holds"] if one["severity"] == "block")
    assert hold["code"].startswith("ledes.")
    assert practice.run("review", str(hold["id"]), "accept").exit_code == 1
    assert "reason" in practice.run("review", str(hold["id"]), "waive").output
    for one in document["holds"]:
        if one["id"] == one["group"] and one["severity"] == "block":
            assert practice.run("review", str(one["id"]), "waive", "--reason", "agreed").exit_code == 0
    assert practice.sync()["exit"] == 0
    assert len(practice.files()) == len(practice.firm.statements)
    assert practice.sync()["exit"] == 0
    (told,) = practice.json("history", "invoice", str(number))["records"]
    assert told["submissions"]


def test_decisions_about_nothing_are_answered(practice: Practice) -> None:
    practice.sync()
    nothing = ("review 99", "review 99 accept", "runs 99", "history invoice nobody", "history statement 1")
    for words in map(str.split, nothing):
        result = practice.run(*words)
        assert result.exit_code == 1
        assert "bug" not in result.output, words


def test_a_client_that_is_none_is_answered(running: Practice) -> None:
    result = running.run("sync", "--client", "no such client")
    assert result.exit_code != 0 or "no such client" in result.output


@pytest.mark.parametrize("words", [("status",), ("runs",), ("review",), ("doctor",), ("plugins",)])
def test_commands_that_only_look_work_before_and_after(practice: Practice, words: tuple[str, ...]) -> None:
    for _ in range(2):
        assert practice.run(*words).exit_code == 0
        assert isinstance(json.loads(practice.run(*words, "--json").stdout), dict)
        practice.sync()


def test_only_the_one_that_was_meant_is_decided(practice: Practice) -> None:
    spoil(practice)
    document = practice.sync()
    hold = next(one for one in document["holds"] if one["severity"] == "block")
    result = practice.run("review", str(hold["id"]), "waive", "--reason", "x")
    assert result.exit_code == 1
    assert "mended at its cause" in result.output
    assert only(practice.sync(), hold["code"])
