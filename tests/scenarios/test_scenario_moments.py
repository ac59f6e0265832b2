"""Statements are updated, or undone, while the hub reads: never half of one, and nothing deleted."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from scenario_live import DataSources, Desk, live, written
from scenario_reader import Plan
from torn_moments import (
    BILLS,
    MOMENTS,
    PATIENCE,
    WAYS,
    Case,
    exported_halfway,
    first_evening,
)

from hub.app.workspace import OpenWorkspace
from hub.model import Kind
from hub_tabs3.sandbox import Tabs3Firm

if TYPE_CHECKING:
    from pathlib import Path

RECORDS = 45
NEVER = 1_000_000
KINDS_READ = ("client", "timekeeper", "matter", "time entries", "expenses", "invoices")


@pytest.fixture(scope="module")
def firm() -> Tabs3Firm:
    return Tabs3Firm(7, RECORDS)


@pytest.fixture(scope="module")
def evening(tmp_path_factory: pytest.TempPathFactory, empty_ledger: Path, firm: Tabs3Firm) -> Desk:
    """A workspace that has read exported tables once; never to be changed."""
    return first_evening(tmp_path_factory.mktemp("evening") / "firm", empty_ledger, firm)


@pytest.mark.parametrize("moment", range(MOMENTS))
@pytest.mark.parametrize("way", ["updated", "undone"])
def test_an_export_from_halfway_is_never_half_a_statement(
    tmp_path: Path, evening: Desk, firm: Tabs3Firm, way: str, moment: int
) -> None:
    exported_halfway(Case.begun(evening, firm, way, tmp_path / "firm"), moment)


@pytest.mark.parametrize("moment", [0, 4, 5, 9])
def test_one_that_is_updated_anew_under_its_number_stays_one(
    tmp_path: Path, evening: Desk, firm: Tabs3Firm, moment: int
) -> None:
    exported_halfway(Case.begun(evening, firm, "rebilled", tmp_path / "firm"), moment)


# ------------------------------------------------------------ while exported tables are read


@pytest.mark.parametrize("way", ["updated", "undone"])
@pytest.mark.parametrize("start", [0, 4])
def test_tables_that_are_exported_anew_between_two_of_them_are_read_again(
    tmp_path: Path, evening: Desk, firm: Tabs3Firm, way: str, start: int
) -> None:
    case = Case.begun(evening, firm, way, tmp_path / "firm")
    case.go_on(start)
    case.desk.export(case.firm)

    def export_anew(_what: str, _count: int) -> None:
        case.go_on()
        case.desk.export(case.firm)

    case.desk.seen = export_anew
    case.check_halfway(case.desk.sync(after=PATIENCE))
    case.desk.seen = lambda _what, _count: None
    case.finish()
    case.desk.export(case.firm)
    case.check_end(case.desk.sync())


@pytest.mark.parametrize("kind", [Kind.TIME_ENTRY, Kind.INVOICE])
def test_tables_that_change_between_two_pages_are_not_complete(
    tmp_path: Path, empty_ledger: Path, kind: Kind
) -> None:
    firm = Tabs3Firm(7, 2_000)
    desk = first_folder(tmp_path / "firm", empty_ledger, firm)
    with OpenWorkspace(desk.folder, clock=desk.clock) as workspace:
        pages = workspace.connector("billing").read(kind, None)
        next(pages)
        steps = firm.updating()
        for _ in range(30):
            next(iter(steps))
        desk.clock.advance(timedelta(minutes=1))
        desk.export(firm)
        *_, last = pages
    assert not last.complete
    assert any("changed while it was read" in text for text in last.notices)


def first_folder(folder: Path, ledger: Path, firm: Tabs3Firm) -> Desk:
    desk = Desk.made(folder, 'folder = "tabs3"', ledger, firm)
    desk.export(firm)
    return desk


# ------------------------------------------------------------ while the data source is read


@dataclass
class Nights:
    """The states that a firm's data source passes through, each as a database of its own."""

    folder: Path
    first: Desk
    firm: Tabs3Firm

    def states(self, way: str) -> list[Path]:
        """The states from the first moment to the last; the sequence has its own firm."""
        made = [self.folder / f"{way}{number}.db" for number in range(MOMENTS + 1)]
        if not made[0].exists():
            case = copy.deepcopy(self.firm)
            steps = WAYS[way](case)
            for path in made:
                next(steps, None)
                written(case, path)
        return made


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory, empty_ledger: Path, firm: Tabs3Firm) -> Nights:
    """A workspace that has read a data source once; never to be changed."""
    folder = tmp_path_factory.mktemp("nights")
    with pytest.MonkeyPatch.context() as patch:
        sources = DataSources(folder / "odbc", patch)
        sources.hold(firm)
        plan = Plan(folder / "plan.json", sources.billing).write()
        desk = Desk.made(folder / "firm", live(command=plan.command, sweep_nights=NEVER), empty_ledger, firm)
        desk.flows = BILLS
        desk.settle()
    desk.clock.advance(timedelta(days=1))
    return Nights(folder, desk, firm)


def moves(between: str, states: list[Path]) -> list[tuple[int, str, str]]:
    """When the source comes to its next state: after each table, or only between two calls of the reader."""
    return [(0, {"tables": "*", "calls": ""}[between], str(state)) for state in states]


@pytest.mark.parametrize("between", ["tables", "calls"])
@pytest.mark.parametrize("start", [0, 3, 7])
@pytest.mark.parametrize("way", ["updated", "undone"])
def test_a_source_that_moves_while_it_is_read_is_never_half_a_statement(
    tmp_path: Path, nights: Nights, monkeypatch: pytest.MonkeyPatch, way: str, start: int, between: str
) -> None:
    sources = DataSources(tmp_path / "odbc", monkeypatch)
    states = nights.states(way)
    case = Case.begun(nights.first, nights.firm, way, tmp_path / "firm")
    case.go_on(start + 1)
    written(case.firm, sources.billing)
    plan = Plan(tmp_path / "plan.json", sources.billing, moves=moves(between, states[start + 1 :])).write()
    case.desk.set(live(command=plan.command, sweep_nights=NEVER))
    case.check_halfway(case.desk.sync(after=PATIENCE))
    case.finish()
    written(case.firm, sources.billing)
    Plan(plan.path, plan.books).write()
    case.check_end(case.desk.sync())
