"""Whole runs: what is in Time Matters becomes records, and a moved custom field changes none of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tm_firm import Firm

from hub.model import Kind, Matter
from hub_time_matters.sandbox import BILLING

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


TABS3 = {
    "CLIENT": "CLIENT_ID,NAME\n100.01,Harbor Freightways Inc.\n100.02,Harbor Freightways Inc.\n",
    "EMPLOYEE": "EMPL,NAME,INITIALS\n1,Jane A. Doyle,JAD\n2,Rosa Vance,RV\n3,Kim Lee,KL\n4,Tom B. Marsh,TM\n",
    "FEE": "_SEQUENCE_NO,CLIENT_ID,REF_NUM,DATE,TCODE,AMOUNT,TIMEKEEPER,RATE,HOURS,DESCRIPTION\n",
    "COST": "_SEQUENCE_NO,CLIENT_ID,REF_NUM,DATE,TCODE,AMOUNT,TIMEKEEPER,UNITS,DESCRIPTION\n",
    "ARCHIVE": "_SEQUENCE_NO,REC_TYPE,CLIENT_ID,REF_NUM,DATE,AMOUNT,TIMEKEEPER,HOURS,UNITS,DESCRIPTION\n",
}
"""What Tabs3 has already: two matters of a client, and the staff."""
TCODES = {
    "timekeeper": "number,time_matters\n1,JAD\n2,RV\n3,KL\n4,TM\n",
    "activity": "code,time_matters,tabs3\nA103,DRAFT,10\nA104,REVIEW,11\nA106,TEL,12\n",
    "transaction_code": "code,time_matters\n",
    "expense": "code,time_matters,tabs3\nE112,FILING,51\nE101,COPIES,52\n",
}
NUMBERS = {"JAD": "1", "RV": "2", "KL": "3", "TM": "4"}
CODES = {
    "DRAFT": ("10", "A103"),
    "REVIEW": ("11", "A104"),
    "TEL": ("12", "A106"),
    "FILING": ("$51", "E112"),
    "COPIES": ("$52", "E101"),
}


def test_work_goes_to_the_matters_that_tabs3_has(firm: Firm) -> None:
    sandbox = firm.sandbox
    harbor = sandbox.rows["contact"][0]["sysid"]
    for matter, number in ((101, "100.01"), (102, "100.02")):
        sandbox.change("matter", matter, mat_no=number)
    firm.map('[matter.fields]\nname = { field = "regarding" }\n')
    said = {"clients_of": {"100.01": harbor, "100.02": harbor}}
    firm.hand_over_to_tabs3({**sandbox.settings, **said}, TABS3, TCODES)
    told = firm.hub("sync", "--yes", code=3)
    assert {one["code"] for one in told["holds"]} == {"waits", "rejected"}, (
        "without a matter there, or billed already"
    )
    rows = [row for row in sandbox.rows[BILLING] if row["mat_id"] in (101, 102) and row["b_stat"] == "U"]
    expected = [
        [f"100.0{row['mat_id'] - 100}", NUMBERS[row["staff"]], *CODES[row["b_code"]], row["hrs"]]
        for row in rows
    ]
    text = (firm.folder / "drop" / "TABS3.CV").read_text(encoding="cp1252")
    sent = [line.split(",") for line in text.splitlines()]
    assert sorted([*one[:3], one[4], one[6]] for one in sent) == sorted(expected)
