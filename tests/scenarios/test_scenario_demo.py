"""The demo: what it writes is right to the cent, and a second run moves nothing."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from scenario_practice import booked, parse_ledes

from hub.cli.program import program
from hub_ebilling.sandbox import PortalIntake

if TYPE_CHECKING:
    from pathlib import Path

    from scenario_practice import Document, Practice


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Document]:
    folder = tmp_path_factory.mktemp("demo") / "firm"
    result = CliRunner().invoke(program, ["demo", str(folder), "--json"])
    assert result.exit_code == 0
    return folder, json.loads(result.stdout)


def test_every_row_has_right_arithmetic_and_every_file_the_total_of_its_statement(
    demo: tuple[Path, Document],
) -> None:
    folder, document = demo
    totals = booked(folder / "tabs3")
    files = sorted((folder / "outbox" / "portal").glob("*.txt"))
    assert len(files) == document["pushed"]["portal"]["invoice"]["delivered"] > 40
    for file in files:
        rows = parse_ledes(file.read_bytes())
        for row in rows:
            units, cost, adjustment, total = (
                Decimal(row["LINE_ITEM_" + name])
                for name in ("NUMBER_OF_UNITS", "UNIT_COST", "ADJUSTMENT_AMOUNT", "TOTAL")
            )
            assert units * cost + adjustment == total
        (stated,) = {Decimal(row["INVOICE_TOTAL"]) for row in rows}
        (number,) = {row["INVOICE_NUMBER"] for row in rows}
        assert stated == sum(Decimal(row["LINE_ITEM_TOTAL"]) for row in rows)
        assert stated == totals[number]


def test_a_portal_takes_every_file(demo: tuple[Path, Document]) -> None:
    folder, _ = demo
    assert [
        receipt.refusals for receipt in PortalIntake(folder / "outbox" / "portal").take() if receipt.refusals
    ] == []


def test_every_planted_fault_is_held_with_a_remedy(demo: tuple[Path, Document]) -> None:
    _, document = demo
    assert len(document["planted"]) >= 12
    for hold in document["holds"]:
        assert hold["message"]
        assert hold["remedy"]
    told = json.dumps(document["holds"])
    signs = (
        *("BILL_CODE", "timekeeper 99", "1E2", "02/30/2026", "9999.99", "HOLD", "stands twice"),
        *("lost its zeros", "cut short", "TOTAL_AMOUNT", "client_matter_id", "classification"),
    )
    for sign in signs:
        assert sign in told, sign


def test_a_second_run_writes_nothing(running: Practice) -> None:
    before = running.files()
    document = running.sync()
    pushed = document["pushed"]["portal"]["invoice"]
    assert pushed.pop("unchanged") == len(before) == len(running.firm.statements)
    assert not any(pushed.values())
    assert running.files() == before
    assert document["exit"] == 0
    for counts in document["pulled"]["billing"].values():
        assert counts["read"] == counts["unchanged"]


def test_files_equal_the_sandboxs_own_statements(running: Practice) -> None:
    asked = {}
    for data in running.files().values():
        rows = parse_ledes(data)
        asked[int(rows[0]["INVOICE_NUMBER"])] = Decimal(rows[0]["INVOICE_TOTAL"])
    assert asked == {number: one.total for number, one in running.firm.statements.items()}


def test_a_changed_narrative_is_one_revision_and_no_push(running: Practice) -> None:
    number = running.firm.edit_narrative("Confer with the client about the changed narrative")
    running.export()
    document = running.sync()
    entries = document["pulled"]["billing"]["time_entry"]
    assert (entries["changed"], entries["read"]) == (1, entries["unchanged"] + 1)
    assert not any(
        count for name, count in document["pushed"]["portal"]["invoice"].items() if name != "unchanged"
    )
    told = running.entry(number)
    assert [step["change"] for step in told["revisions"]] == ["created", "changed"]
    assert told["revisions"][1]["replaced"] == {"narrative": "(privileged)"}


def test_the_same_seed_makes_the_same_files(tmp_path: Path) -> None:
    for name in ("one", "two"):
        result = CliRunner().invoke(program, ["demo", str(tmp_path / name), "--records", "60", "-q"])
        assert result.exit_code == 0
    one, two = (
        {path.name: path.read_bytes() for path in (tmp_path / name / "outbox" / "portal").glob("*.txt")}
        for name in ("one", "two")
    )
    assert one
    assert one == two
