"""Tabs3 live, through a real driver manager: the same records as from a folder, and only what changed."""

from __future__ import annotations

import base64
import copy
import json
import sqlite3
import stat
import subprocess
import sys
import zlib
from contextlib import closing
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from scenario_live import FOLDER, KINDS, DataSources, Desk, changed, deleted, evening, live
from scenario_reader import Plan

from hub.cli.program import program
from hub.model import Kind
from hub.testing.clock import FakeClock
from hub_tabs3.sandbox import Tabs3Firm
from hub_tabs3.sandbox.life import Life

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from scenario_live import Document

RECORDS = 60
NEVER = 1_000_000


class Office:
    """A firm, its Tabs3 behind ODBC, and the hub beside it."""

    def __init__(self, folder: Path, firm: Tabs3Firm, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self.firm = folder, firm
        self.sources = DataSources(folder / "odbc", monkeypatch)
        self.plan = Plan(folder / "plan.json", self.sources.billing).write()
        self.desk = Desk(folder / "live", FakeClock(evening(firm)))

    def where(self, **settings: object) -> str:
        """The settings of the connection that reads live."""
        return live(command=self.plan.command, **{"trust_dsn": "Trust", "sweep_nights": NEVER, **settings})

    def night(self, **plan: Any) -> Document:
        """Sync once, with what the firm has now."""
        self.sources.hold(self.firm)
        self.plan = Plan(self.plan.path, self.plan.books, **plan).write()
        return self.desk.sync()

    def lines(self, *numbers: int) -> int:
        """How many lines statements have."""
        return sum(len(self.firm.statements[number].charges) for number in numbers)

    def bills(self) -> dict[int, tuple[Any, ...]]:
        """The statements as LEDGER has had them in the last night."""
        with closing(sqlite3.connect(self.sources.billing)) as database:
            rows = database.execute(
                "SELECT STATEMENT_NUMBER, * FROM LEDGER WHERE RECORD_TYPE = 'S'"
            ).fetchall()
        return {number: row for number, *row in rows}

    def rows_of(self, numbers: Sequence[int]) -> int:
        """How many rows of ARCHIVE say that they are on statements: lines, and payments that they show."""
        with closing(sqlite3.connect(self.sources.billing)) as database:
            shown = database.execute("SELECT STATEMENT_NUMBER FROM ARCHIVE").fetchall()
        return sum(number in numbers for (number,) in shown)

    def fetched(self) -> int:
        """How many rows of ARCHIVE the last night took, without the payments, which are read every night."""
        return self.plan.rows("ARCHIVE") - self._rows("P")

    def other(self) -> int:
        """How many rows of ARCHIVE are no lines."""
        return self._rows("P") + self._rows("U")

    def _rows(self, rec_type: str) -> int:
        with closing(sqlite3.connect(self.sources.billing)) as database:
            (count,) = database.execute(
                "SELECT count(*) FROM ARCHIVE WHERE REC_TYPE = ?", rec_type
            ).fetchone()
        return int(count)


def firm_with_trust() -> Tabs3Firm:
    firm = Tabs3Firm(7, RECORDS)
    firm.trust.deposit("110.00", "500.00")
    return firm


@pytest.fixture
def office(tmp_path: Path, empty_ledger: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    made = Office(tmp_path, firm_with_trust(), monkeypatch)
    Desk.made(made.desk.folder, made.where(), empty_ledger, made.firm)
    return made


@pytest.fixture(scope="module")
def first_night(tmp_path_factory: pytest.TempPathFactory, empty_ledger: Path) -> Office:
    """An office after its first night; never to be changed."""
    folder = tmp_path_factory.mktemp("office")
    with pytest.MonkeyPatch.context() as patch:
        made = Office(folder, firm_with_trust(), patch)
        Desk.made(made.desk.folder, made.where(), empty_ledger, made.firm)
        assert not made.night()["errors"]
    return made


@pytest.fixture
def read(tmp_path: Path, first_night: Office, monkeypatch: pytest.MonkeyPatch) -> Office:
    """An office after its first night."""
    made = Office(tmp_path, copy.deepcopy(first_night.firm), monkeypatch)
    made.desk = first_night.desk.copied(made.desk.folder)
    made.desk.set(made.where())
    return made


# ------------------------------------------------------------ the same as from a folder


def agree(one: Desk, other: Desk) -> None:
    mine, its = one.known(), other.known()
    for kind in KINDS:
        assert mine.records[kind] == its.records[kind], kind
    assert len(mine.stored) == len(its.stored)
    assert len(mine.gone) == len(its.gone)


def test_live_and_exported_tables_are_the_same_records_night_after_night(
    office: Office, empty_ledger: Path
) -> None:
    firm = office.firm
    folder = Desk.made(office.folder / "folder", FOLDER, empty_ledger, firm)
    life = Life(firm, 3, entries=3, events=20)
    for night in life.nights(4):
        for desk in (office.desk, folder):
            desk.wait_for(firm)
        folder.export(firm)
        office.sources.hold(firm)
        folder.settle()
        office.desk.settle()
        agree(office.desk, folder)
        assert office.desk.known().invoices() == firm.totals.invoices(), night
    assert len(life.done) > 25
    assert all(office.desk.known().records[kind] for kind in KINDS)


def test_what_was_undone_and_made_anew_paid_edited_split_and_renumbered_is_the_same(
    read: Office, empty_ledger: Path
) -> None:
    firm, folder = read.firm, Desk.made(read.folder / "folder", FOLDER, empty_ledger, read.firm)
    folder.export(firm)
    folder.settle()
    first, second, *_ = firm.statements
    charge = next(one for one in firm.unbilled.values() if one.fee)
    owing = next(one for one, owed in firm.balances(firm.statements.values()) if owed and one.number > second)
    for steps in (
        (
            lambda: firm.undo(first),
            lambda: firm.entries.split(charge, {"110.00": "40", "130.00": "60"}),
            lambda: firm.money.receive(firm.statements[second].client_id, "100.10"),
        ),
        (
            lambda: firm.billing.rebill(second),
            lambda: firm.edit_narrative("Confer with “Müller”; §5", 1),
            lambda: firm.money.write_off(owing.number),
        ),
        (lambda: firm.bill(0.5), lambda: firm.office.renumber_client("120", "820")),
    ):
        for step in steps:
            step()
        firm.next_day()
        for desk in (read.desk, folder):
            desk.wait_for(firm)
        read.sources.hold(firm)
        folder.export(firm)
        read.desk.settle()
        folder.settle()
        agree(read.desk, folder)
    assert read.desk.known().hours() == sum(
        (*firm.totals.unbilled_hours().values(), *firm.totals.billed_hours().values()), Decimal(0)
    )


# ------------------------------------------------------------ only what changed


def test_the_lines_of_changed_statements_alone_are_fetched(read: Office) -> None:
    firm = read.firm
    document = read.night()
    assert read.fetched() == 0
    assert not any(changed(document).values())
    undone, *_, paid = firm.statements
    back = read.lines(undone)
    firm.undo(undone)
    firm.money.write_off(paid)
    (made,) = firm.billing.update([next(one.client_id for one in firm.unbilled.values() if one.sound)])
    before = read.bills()
    document = read.night()
    touched = [number for number, row in read.bills().items() if row != before.get(number)]
    assert {paid, made} <= set(touched)
    assert read.fetched() == read.rows_of(touched) < read.lines(*firm.statements) / 4
    assert changed(document)["time_entry"] + changed(document)["expense"] == read.lines(made) + back
    assert deleted(document) == 1  # the statement itself
    read.night()
    assert read.fetched() == 0


def test_a_line_that_was_edited_where_nobody_looks_is_found_within_the_nights_of_a_sweep(
    read: Office,
) -> None:
    nights = 4
    read.desk.set(read.where(sweep_nights=nights))
    line = read.firm.statements[min(read.firm.statements)].charges[0]
    line.text = "Put right after it was billed"
    found = []
    for _ in range(nights):
        read.desk.clock.advance(timedelta(days=1))
        found.append(read.night())
    assert sum(changed(document)["time_entry"] for document in found) == 1
    assert sum(changed(document)["invoice"] for document in found) == 1
    texts = [one["narrative"] for one in read.desk.known().records[Kind.TIME_ENTRY].values()]
    assert texts.count(line.text) == 1


def test_every_line_is_read_once_in_the_nights_of_a_sweep(read: Office) -> None:
    nights = 3
    read.desk.set(read.where(sweep_nights=nights))
    rows = []
    for _ in range(nights):
        read.desk.clock.advance(timedelta(days=1))
        read.night()
        rows.append(read.fetched())
    assert sum(rows) == read.lines(*read.firm.statements)
    assert min(rows) > 0


def test_nights_without_a_run_are_made_up_for(read: Office) -> None:
    nights = 7
    read.desk.set(read.where(sweep_nights=nights))
    rows = 0
    for days in (1, 1, 1, 1, 3):  # no run on Saturday and Sunday
        read.desk.clock.advance(timedelta(days=days))
        read.night()
        rows += read.fetched()
    assert rows == read.lines(*read.firm.statements)
    read.night()
    assert read.fetched() == 0


# ------------------------------------------------------------ what breaks off


@pytest.mark.parametrize(("call", "frames"), [(1, 1), (1, 2), (1, 40), (1, 110), (2, 3)])
def test_a_reader_that_is_killed_leaves_everything_as_it_was(read: Office, call: int, frames: int) -> None:
    firm = read.firm
    before = read.desk.known()
    firm.undo(min(firm.statements))
    firm.bill(0.3)
    failed = read.night(dies=(call, frames))
    assert {error["message"] for error in failed["errors"]} == {failed["errors"][0]["message"]}
    assert "before it was done" in failed["errors"][0]["message"]
    assert failed["errors"][0]["remedy"]
    assert len(read.plan.calls) == call  # the other kinds do not wait once more
    after = read.desk.known()
    assert deleted(failed) == 0
    for kind in (Kind.TIME_ENTRY, Kind.EXPENSE, Kind.INVOICE):
        assert after.records[kind] == before.records[kind]
    assert after.cursors == before.cursors
    document = read.night()
    assert not document["errors"]
    known = read.desk.known()
    assert known.entries() == before.entries()
    assert known.invoices() == firm.totals.invoices()
    assert not known.gone  # what is billed anew is the same invoice


def test_a_first_reading_that_breaks_off_is_begun_again(office: Office) -> None:
    failed = office.night(dies=(2, 30))
    assert failed["errors"]
    assert not any(office.desk.known().cursors.values())
    assert not office.night()["errors"]
    assert office.desk.known().invoices() == office.firm.totals.invoices()


@pytest.mark.parametrize("fails", [False, True])
def test_the_entries_of_an_undone_statement_come_back_as_the_same_records(read: Office, fails: bool) -> None:  # noqa: FBT001 -- a case
    firm = read.firm
    before = read.desk.known()
    number = max(firm.statements, key=lambda one: len(firm.statements[one].charges))
    charges = [str(one.sequence) for one in firm.statements[number].charges]
    kinds = {Kind.TIME_ENTRY, Kind.EXPENSE}
    billed = {
        before.ids[kind][key]
        for kind in kinds
        for key in before.ids[kind]
        if key[1] in charges and key[0] == "ARCHIVE"
    }
    assert len(billed) == len(charges)
    firm.undo(number)
    if fails:
        assert read.night(dies=(1, 100))["errors"]
    document = read.night()
    after = read.desk.known()
    back = {
        record
        for kind in kinds
        for key, record in after.ids[kind].items()
        if after.records[kind][key].get("status", "unbilled") == "unbilled"
    }
    assert billed <= back
    assert after.entries() == before.entries()
    assert {after.stored[one].kind for one in after.gone} == {Kind.INVOICE}
    assert deleted(document) == 1
    again = firm.billing.update()
    assert read.night()["errors"] == []
    assert read.desk.known().entries() == before.entries()
    assert all(one in read.desk.known().invoices() for one in again)


# ------------------------------------------------------------ what is remembered


def test_an_edited_mapping_makes_the_next_reading_whole(read: Office) -> None:
    path = read.desk.folder / "mappings" / "tabs3.toml"
    text = '\n[time_entry.ARCHIVE.fields]\nnarrative = { field = "CLIENT_ID" }\n'
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")
    document = read.night()
    lines = [one for statement in read.firm.statements.values() for one in statement.charges]
    assert read.fetched() == len(lines) + read.other()
    assert changed(document)["time_entry"] == sum(one.fee for one in lines)
    assert deleted(document) == 0
    read.night()
    assert read.fetched() == 0


@pytest.mark.parametrize("damage", ["", "no cursor at all", "truncated", "another format"])
def test_a_cursor_that_cannot_be_read_makes_the_next_reading_whole(read: Office, damage: str) -> None:
    desk = read.desk
    cursor = desk.known().cursors[Kind.TIME_ENTRY] or ""
    other = base64.b85encode(zlib.compress(b'{"format":99,"groups":{},"left":{}}')).decode()
    damaged = {"truncated": cursor[: len(cursor) // 2], "another format": other}.get(damage, damage)
    with closing(sqlite3.connect(desk.folder / "hub.db")) as database, database:
        assert database.execute("UPDATE cursor SET value = ?", (damaged,)).rowcount >= 3
    read.firm.undo(min(read.firm.statements))
    document = read.night()
    assert not document["errors"]
    assert read.desk.known().invoices() == read.firm.totals.invoices()
    assert len(desk.known().gone) == 1
    read.night()
    assert read.fetched() == 0


# ------------------------------------------------------------ around it


def test_tabs3_is_left_alone_in_its_blackout(read: Office) -> None:
    before = read.desk.known()
    local = read.desk.clock.now().astimezone()
    span = f"{local - timedelta(hours=1):%H:%M}-{local + timedelta(hours=1):%H:%M}"
    read.desk.set(read.where(blackout=[span]))
    document = read.night()
    assert read.plan.calls == []
    assert {"blackout" in error["message"] for error in document["errors"]} == {True}
    assert read.desk.known().records == before.records
    read.desk.clock.advance(timedelta(hours=2))
    assert not read.night()["errors"]


def test_what_is_read_lies_there_for_its_owner_alone_and_only_for_the_run(read: Office) -> None:
    seen = {}

    def look(_what: str, _count: int) -> None:
        for path in read.desk.folder.rglob("*"):
            if path.suffix == ".ndjson" or path.name.startswith(".tabs3"):
                seen[path.relative_to(read.desk.folder).as_posix()] = stat.S_IMODE(path.stat().st_mode)

    read.desk.seen = look
    read.firm.undo(min(read.firm.statements))
    read.night()
    assert any(name.endswith("billing/FEE.ndjson") for name in seen)
    assert any(name.endswith("billing/ARCHIVE.ndjson") for name in seen)
    assert any(name.endswith("trust/COMBINEDTRANS.ndjson") for name in seen)
    if sys.platform != "win32":
        assert {mode & 0o077 for mode in seen.values()} == {0}
    before = set(read.desk.folder.glob(".tabs3*/*"))
    command = [sys.executable, "-m", "hub", "-C", str(read.desk.folder), "-q", "sync", "--yes", "--held-ok"]
    assert subprocess.run(command, check=False).returncode == 0
    assert set(read.desk.folder.glob(".tabs3*/*")) <= before


def run(folder: Path, *words: str) -> tuple[int, Document]:
    result = CliRunner().invoke(program, ["-C", str(folder), *words, "--json"])
    assert "Traceback" not in result.output
    return result.exit_code, json.loads(result.stdout)


def test_the_doctor_says_what_stands_between_the_hub_and_tabs3(
    read: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    read.sources.hold(read.firm)
    code, told = run(read.desk.folder, "doctor")
    assert code == 0, json.dumps(told["findings"])
    read.firm.office.secure("110.00")
    read.sources.hold(read.firm)
    _, told = run(read.desk.folder, "doctor")
    assert "1 client that is secure" in json.dumps(told)
    read.desk.set(live("Elsewhere", read.plan.command))
    code, told = run(read.desk.folder, "doctor")
    assert code == 1
    assert "Elsewhere is not an ODBC data source" in json.dumps(told)
    assert "There are: Tabs3, Trust." in json.dumps(told)
    monkeypatch.setenv("ODBCINI", str(read.folder / "odbc" / "odbc.ini"))
    monkeypatch.setenv("ODBCSYSINI", str(read.folder / "nowhere"))
    read.desk.set(live(command=["no-such-reader"]))
    code, told = run(read.desk.folder, "doctor")
    assert code == 1
    assert "no-such-reader cannot be started" in json.dumps(told)


def test_a_connection_that_reads_live_is_set_up_by_naming_its_data_source(office: Office) -> None:
    office.sources.hold(office.firm)
    folder = office.folder / "new"
    folder.mkdir()
    (folder / "hub.toml").write_text(
        '[hub]\nfirm = "Doyle & Vance LLP"\ntimezone = "UTC"\ncurrency = "USD"\n'
    )
    reader = office.folder / "hub-tabs3-reader"
    reader.write_text(f'#!/bin/sh\nexec {sys.executable} -m hub_tabs3_reader "$@"\n', encoding="utf-8")
    reader.chmod(0o700)
    words = [
        "connect",
        "billing",
        "--set",
        "connector=tabs3",
        "--set",
        "dsn=Tabs3",
        "--set",
        f"reader={reader}",
    ]
    result = CliRunner().invoke(program, ["-C", str(folder), *words, "--yes"])
    assert result.exit_code == 0, result.output
    text = (folder / "hub.toml").read_text(encoding="utf-8")
    assert 'dsn = "Tabs3"' in text
    assert "folder =" not in text


def test_neither_folder_nor_data_source_is_asked_for(office: Office) -> None:
    folder = office.folder / "new"
    folder.mkdir()
    (folder / "hub.toml").write_text(
        '[hub]\nfirm = "Doyle & Vance LLP"\ntimezone = "UTC"\ncurrency = "USD"\n'
    )
    words = ["connect", "billing", "--set", "connector=tabs3", "--yes"]
    result = CliRunner().invoke(program, ["-C", str(folder), *words])
    assert result.exit_code != 0
    assert "folder" in result.output
