"""``hub connect`` leads a firm to where it can run, whatever its billing table is called."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

import pytest
import tomlkit
from tm_firm import Firm
from tm_reading import connector

from hub.model import Expense, Kind, Matter, TimeEntry
from hub_time_matters.sandbox import BILLING, BILLING_COLUMNS, words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from hub_time_matters.sandbox import TimeMattersSandbox

SET = ("--set", "connector=time_matters", "--set")


@pytest.fixture
def firm(tmp_path: Path, sandbox: TimeMattersSandbox, empty_ledger: Path) -> Firm:
    return Firm(tmp_path / "firm", sandbox, empty_ledger, None)


def pasted(firm: Firm, told: str) -> None:
    """Do what hub connect says: paste the proposal into hub.toml, and say what the values mean."""
    lines = told.partition("under [connections.time]:\n")[2].splitlines()
    proposal = "\n".join(line.strip() for line in lines if " = " in line or line.strip().startswith("["))
    meanings = {"time_types": ["T"], "expense_types": ["E"], "unbilled": ["U"], "billed": ["B"]}
    proposed = tomllib.loads(proposal.partition("[connections.time.billing]")[2])
    assert proposed == {**BILLING_COLUMNS, **{key: [] for key in meanings}}
    path = firm.folder / "hub.toml"
    document = tomlkit.parse(path.read_text(encoding="utf-8"))
    document["connections"]["time"].update(  # type: ignore[index,union-attr]
        {"client_codes": [words.CLIENT], "billing_table": BILLING, "billing": proposed | meanings}
    )
    document["flows"] = {
        "in": {"from": "time", "kinds": ["client", "matter", "timekeeper", "time_entry", "expense"]}
    }
    path.write_text(tomlkit.dumps(document), encoding="utf-8")


def test_a_firm_is_led_from_an_address_to_a_run(firm: Firm) -> None:
    address = f"url={firm.sandbox.url}"
    told = firm.said("connect", "time", *SET, address, typed="\nregarding\nLIT/mat1_01_07\nemail\n")
    assert "time works" in told
    assert 'client_codes = ["CLIENT"]' in told
    assert "The table tm_bill seems to hold time and expenses." in told
    assert "LIT/mat1_01_07: LIT-0000, LIT-0003" in told
    for narrative in (*words.WORK, *words.COSTS, "They would take half", "worried"):
        assert narrative not in told
    pasted(firm, told)
    again = firm.said("connect", "time", "--yes")
    assert "will be held" not in again
    assert "seems to hold" not in again
    run = firm.hub("sync")
    assert run["outcome"] == "ok"
    (first, *_), entries, expenses = (
        firm.records(kind) for kind in (Kind.MATTER, Kind.TIME_ENTRY, Kind.EXPENSE)
    )
    assert isinstance(first, Matter)
    assert (first.name, first.client_matter_id) == ("Lit work 1", "LIT-0000")
    assert all(isinstance(one, TimeEntry) and one.narrative in words.WORK for one in entries)
    assert all(isinstance(one, Expense) and one.units == 1 for one in expenses)
    assert (len(entries), len(expenses)) == (18, 6)


def surveyed(sandbox: TimeMattersSandbox, *left_out: str) -> Sequence[str]:
    return connector({key: value for key, value in sandbox.settings.items() if key not in left_out}).survey()


def test_the_named_table_alone_is_looked_at(sandbox: TimeMattersSandbox) -> None:
    notes = surveyed(sandbox, "billing")
    assert [note.partition(" ")[2][:14] for note in notes if "refers to matters" in note] == [
        "table tm_bill "
    ]


def test_a_firm_without_such_a_table_is_told_what_there_is(sandbox: TimeMattersSandbox) -> None:
    sandbox.drop(BILLING)
    *_, last = surveyed(sandbox, "billing", "billing_table")
    assert "No table seems to hold time and expenses" in last
    assert "contact, mail, matter, phone, RelateA, staff" in last


@pytest.mark.parametrize(("unit", "parts"), [("minutes", 60), ("hundredths", 360_000)])
def test_the_unit_of_hours_is_seen_from_the_amounts(
    sandbox: TimeMattersSandbox, unit: str, parts: int
) -> None:
    for row in sandbox.rows[BILLING]:
        sandbox.change(BILLING, row["sysid"], hrs=f"{float(row['hrs']) * parts:.0f}")
    assert f'hours_unit = "{unit}"' in "\n".join(surveyed(sandbox, "billing"))


def test_a_table_that_names_matters_by_number(sandbox: TimeMattersSandbox) -> None:
    numbers = {row["sysid"]: row["mat_no"] for row in sandbox.rows["matter"]}
    for row in sandbox.rows[BILLING]:
        sandbox.change(BILLING, row["sysid"], b_code=numbers[row["mat_id"]], mat_id=None)
    assert 'matter = "b_code"' in "\n".join(surveyed(sandbox, "billing"))
    assert 'matter_by = "number"' in "\n".join(surveyed(sandbox, "billing"))


def test_what_will_be_held_is_counted(sandbox: TimeMattersSandbox) -> None:
    sandbox.change(BILLING, 101, staff="XX")
    sandbox.change(BILLING, 102, b_stat="?")
    sandbox.add("matter", mat_no="2026-001")
    told = "\n".join(surveyed(sandbox))
    assert "1 × time entry of XX, whose initials are not in the table staff" in told
    assert "1 × time entry will be held. The first: 102: its status is '?'" in told
    assert "1 × matter will be held. The first: 107: the matter has no client" in told
    assert "1 × matter will be held. The first: 101: another matter has the number 2026-001" in told
