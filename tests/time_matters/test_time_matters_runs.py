"""Whole runs: what is in Time Matters becomes records, and a moved custom field changes none of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tm_firm import Firm

from hub.model import Kind, Matter

if TYPE_CHECKING:
    from pathlib import Path

    from hub_time_matters.sandbox import TimeMattersSandbox

FIELDS = """
[matter.fields]
name = {{ field = "regarding" }}
[matter.fields.client_matter_id]
field = "{litigation}"
optional = true
else = {{ field = "EST/mat1_01_03", optional = true }}
"""
BEFORE, AFTER = "LIT/mat1_01_07", "LIT/mat1_01_09"


@pytest.fixture
def firm(tmp_path: Path, sandbox: TimeMattersSandbox, empty_ledger: Path) -> Firm:
    made = Firm(tmp_path / "firm", sandbox, empty_ledger, sandbox.settings)
    made.map(FIELDS.format(litigation=BEFORE))
    return made


def matters(firm: Firm) -> dict[str, tuple[str, str]]:
    """The matters' names and the clients' ids for them, by number."""
    found = {}
    for one in firm.records(Kind.MATTER):
        assert isinstance(one, Matter)
        found[one.number] = (one.name, one.client_matter_id)
    return found


def test_a_first_run_reads_everything_and_the_next_one_nothing(firm: Firm, tmp_path: Path) -> None:
    first = firm.hub("sync")
    assert {kind: told["held"] for kind, told in first["pulled"]["time"].items()} == dict.fromkeys(
        ("client", "timekeeper", "matter", "time_entry", "expense"), 0
    )
    assert first["pulled"]["time"]["matter"]["changed"] == 6
    # From the database to exported tables and back: nothing of it is new.
    firm.configure(firm.sandbox.exported(tmp_path / "export"))
    again = firm.hub("sync")["pulled"]["time"]
    assert {kind: (told["changed"], told["deleted"]) for kind, told in again.items()} == dict.fromkeys(
        again, (0, 0)
    )


def test_a_code_means_an_activity_and_may_be_one_of_the_billing_program(firm: Firm) -> None:
    firm.hub("sync")
    codes = {(one.activity_code, one.transaction_code) for one in firm.records(Kind.TIME_ENTRY)}  # type: ignore[attr-defined]
    assert codes == {("A103", "12"), ("A104", ""), ("A106", "")}


def test_a_custom_field_that_moved_holds_the_table_until_the_mapping_is_mended(firm: Firm) -> None:
    firm.hub("sync")
    known = matters(firm)
    assert known["2026-001"] == ("Lit work 1", "LIT-0000")
    assert known["2026-002"] == ("Est work 2", "EST-0001")
    assert known["2026-003"] == ("Cor work 3", "")
    firm.sandbox.move_field("matter", "LIT", "mat1_01_07", "mat1_01_09")
    firm.sandbox.change("matter", 101, regarding="Renamed meanwhile")
    held = firm.hub("sync", code=3)
    assert [(one["kind"], one["message"]) for one in held["holds"] if one["code"] == "columns"] == [
        ("matter", f"Column {BEFORE} is gone.")
    ]
    assert matters(firm) == known
    firm.map(FIELDS.format(litigation=AFTER))
    assert firm.hub("sync")["outcome"] == "ok"
    assert matters(firm) == {**known, "2026-001": ("Renamed meanwhile", "LIT-0000")}


def test_a_timekeeper_without_a_number_waits_with_what_they_worked(firm: Firm) -> None:
    path = firm.folder / "mappings" / "crosswalks" / "timekeeper.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("02,RV\n", ""), encoding="utf-8")
    held = firm.hub("sync", code=3)
    assert "RV" in [one.get("spelling") for one in held["holds"]]
    path.write_text(path.read_text(encoding="utf-8") + "02,RV\n", encoding="utf-8")
    firm.hub("sync")
