"""Trouble around the tables: settings, plugins, disks, locks, copies."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from textwrap import dedent
from types import ModuleType
from typing import TYPE_CHECKING

import pytest
from scenario_practice import HUB, codes, only, unbilled_practice

from hub.app.workspace import OpenWorkspace
from hub.ledger import Ledger
from hub.sdk import SystemClock
from hub.sync import sync
from hub.sync.telling import sync_document

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from scenario_practice import Document, Practice


@pytest.mark.parametrize(
    ("right", "wrong", "line", "nearest"),
    [
        ("connector =", "conector =", 7, "conector"),
        ('connector = "tabs3"', 'connector = "tab3"', 7, "tabs3"),
        ("kinds =", "kindz =", 18, "kinds"),
        ('"invoice"', '"invioce"', 18, "invoice"),
        ('to = "portal"', 'to = "prtal"', 17, "portal"),
        ("timezone =", "timezon =", 3, "timezone"),
        ("law_firm_id", "law_firm_number", 13, "law_firm_id"),
        ("[flows.bills]", "[flow.bills]", 15, "flows"),
    ],
)
def test_a_typo_is_answered_with_its_line_and_the_nearest_name(
    practice: Practice, right: str, wrong: str, line: int, nearest: str
) -> None:
    assert right in HUB
    (practice.folder / "hub.toml").write_text(HUB.replace(right, wrong, 1), encoding="utf-8")
    result = practice.run("sync")
    assert result.exit_code == 1
    assert "Traceback" not in result.output
    assert nearest in result.output
    assert f"line {line}" in result.output


def test_a_typo_in_a_mapping_is_answered_with_its_line(practice: Practice) -> None:
    (practice.folder / "mappings" / "tabs3.toml").write_text(
        '[time_entry.fields]\n\nnarative = { field = "DESCRIPTION" }\n', encoding="utf-8"
    )
    result = practice.run("sync")
    assert result.exit_code == 1
    assert "narrative" in result.output
    assert "tabs3.toml" in result.output
    assert "3" in result.output


def test_a_hub_toml_that_is_no_toml_is_said(practice: Practice) -> None:
    (practice.folder / "hub.toml").write_text("[hub\nfirm = 7", encoding="utf-8")
    result = practice.run("sync")
    assert result.exit_code == 1
    assert "hub.toml" in result.output


class Elsewhere:
    """The program in a process of its own, with a plugin or a limit."""

    def __init__(self, practice: Practice, plugin: str = "") -> None:
        self.practice = practice
        self.site = practice.folder.parent / "site"
        self.environment = dict(os.environ)
        if plugin:
            info = self.site / "stranger-1.dist-info"
            info.mkdir(parents=True)
            (info / "METADATA").write_text("Metadata-Version: 2.1\nName: stranger\nVersion: 1\n")
            (info / "entry_points.txt").write_text("[hub.plugins]\nstranger = stranger_plugin\n")
            (self.site / "stranger_plugin.py").write_text(dedent(plugin))
            path = [str(self.site), os.environ.get("PYTHONPATH", "")]
            self.environment["PYTHONPATH"] = os.pathsep.join(filter(None, path))

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "hub", "-C", str(self.practice.folder), *words]

    def run(self, *words: str, limit: int | None = None) -> subprocess.CompletedProcess[str]:
        command = self.command(*words)
        environment = self.environment
        if limit is not None:
            # Python's own compiled files would be cut off as well, and break the runs that follow.
            environment = environment | {"PYTHONDONTWRITEBYTECODE": "1"}
            code = (
                "import resource, runpy, sys;"
                f"resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}));"
                "sys.argv = ['hub', *sys.argv[1:]]; runpy.run_module('hub', run_name='__main__')"
            )
            command = [sys.executable, "-c", code, *command[3:]]
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, check=False, timeout=60
        )
        assert "Traceback" not in done.stdout + done.stderr, done.stderr
        return done


def test_a_plugin_that_cannot_be_imported_hurts_nothing_else(practice: Practice) -> None:
    away = Elsewhere(practice, "raise RuntimeError('cannot start')")
    done = away.run("sync", "--yes", "--json")
    assert done.returncode == 0
    assert len(practice.files()) == len(practice.firm.statements)
    told = away.run("plugins").stdout
    assert "cannot start" in told


RULE = """
    from hub.sdk import Finding, Kind, hookimpl, rule

    @rule("stranger.rule", Kind.INVOICE, source="-")
    def check(subject, context):
        {body}

    @hookimpl
    def hub_rules():
        return [check]
"""


def test_a_rule_that_raises_holds_and_says_which(practice: Practice) -> None:
    away = Elsewhere(practice, RULE.format(body="raise ValueError(str(subject.record.lines[0].narrative))"))
    done = away.run("sync", "--yes", "--json")
    document: Document = json.loads(done.stdout)
    assert done.returncode == 3
    assert set(codes(document)) == {"stranger.rule"}
    assert "stranger.rule failed: ValueError" in document["holds"][0]["message"]
    assert practice.files() == {}
    assert not [text for text in practice.narratives() if text in done.stdout + done.stderr]


def test_a_rule_that_blames_a_record_that_is_none_holds(practice: Practice) -> None:
    away = Elsewhere(practice, RULE.format(body='yield Finding("bad", about=10**9)'))
    done = away.run("sync", "--yes", "--json")
    assert done.returncode == 3
    assert practice.files() == {}


RULES_BROKEN = """
    from hub.sdk import hookimpl

    @hookimpl
    def hub_rules():
        raise ImportError("a rule's data file is gone")
"""


def test_rules_that_do_not_load_are_said_before_anything_is_sent(practice: Practice) -> None:
    done = Elsewhere(practice, RULES_BROKEN).run("sync", "--yes")
    assert done.returncode != 0 or "stranger" in done.stdout + done.stderr


CONNECTOR = """
    from hub.sdk import Access, Connector, Health, Kind, Page, Settings, Upsert, hookimpl

    class Odd(Connector[Settings]):
        name, title, settings = "odd", "Odd", Settings
        access = {{Kind.CLIENT: Access(read=True)}}

        {body}

    @hookimpl
    def hub_connectors():
        return [Odd]
"""

ODD = '\n[connections.odd]\nconnector = "odd"\n\n[flows.odd]\nfrom = "odd"\nkinds = ["client"]\n'
ODD_MAPPING = '[client.fields]\nnumber = { field = "number" }\nname = { field = "number" }\n'


def module_of(code: str) -> ModuleType:
    """A plugin's module."""
    made = ModuleType("odd_plugin")
    exec(dedent(code), vars(made))
    return made


@pytest.mark.parametrize(
    "body",
    [
        "def read(self, kind, cursor): raise ValueError('privileged words')",
        "def read(self, kind, cursor): yield 7",
        "def read(self, kind, cursor): return None",
        "def read(self, kind, cursor): yield Page([Upsert('clients', 17, {'number': '1'})], complete=True)",
        "def check(self): raise ValueError('privileged words')",
        "def check(self): return None",
        "def __init__(self, config, surroundings): raise ValueError('privileged words')",
    ],
)
def test_a_connector_that_raises_fails_alone(practice: Practice, body: str) -> None:
    (practice.folder / "hub.toml").write_text(HUB + ODD, encoding="utf-8")
    (practice.folder / "mappings" / "odd.toml").write_text(ODD_MAPPING, encoding="utf-8")
    plugin = module_of(CONNECTOR.format(body=body))
    with OpenWorkspace(practice.folder, extra=[plugin]) as workspace:
        for _ in range(2):
            session = workspace.session(confirm=lambda _name, _totals: True)
            document = sync_document(session, sync(session))
    assert document["outcome"] == "failed"
    assert "privileged words" not in str(document)
    assert "odd" in document["errors"][0]["connection"]
    assert len(practice.files()) == len(practice.firm.statements)


def test_a_ledger_that_another_program_holds_is_said(running: Practice) -> None:
    holder = sqlite3.connect(running.folder / "hub.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    began = time.monotonic()
    result = running.run("sync", "--yes")
    holder.execute("ROLLBACK")
    holder.close()
    assert result.exit_code == 1
    assert "in use" in result.output
    assert time.monotonic() - began < 20
    assert running.sync()["exit"] == 0


def test_a_second_run_leaves_while_one_goes_on(running: Practice) -> None:
    url = f"sqlite:///{running.folder / 'hub.db'}"
    with Ledger(url, "Doyle & Vance LLP", SystemClock()) as ledger, ledger.leased("test", wait=0):
        result = running.run("sync", "--yes")
        assert result.exit_code == 1
        assert "goes on" in result.output
        assert running.run("status").exit_code == 0
    assert running.sync()["exit"] == 0


needs_limits = pytest.mark.skipif(sys.platform == "win32", reason="there are no such limits")


@needs_limits
@pytest.mark.parametrize("size", [4_096, 250_000])
def test_a_disk_that_fills_up_loses_nothing(practice: Practice, size: int) -> None:
    (practice.folder / "hub.db").unlink()
    done = Elsewhere(practice).run("sync", "--yes", limit=size)
    assert done.returncode in {0, 1}
    if done.returncode:
        assert "Error" in done.stderr or "Failed" in done.stdout
    document = practice.sync()
    assert (document["exit"], codes(document)) == (0, [])
    assert len(practice.files()) == len(practice.firm.statements)
    with closing(sqlite3.connect(practice.folder / "hub.db")) as database, database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    database.close()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 200 kB, where one can be mounted."""
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", str(place)]
    if (
        sys.platform != "linux"
        or os.geteuid() != 0
        or subprocess.run(command, check=False, capture_output=True).returncode
    ):
        pytest.skip("no disk can be mounted here")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_full_outbox_is_said_and_the_rest_follows(practice: Practice, small_disk: Path) -> None:
    filler = small_disk / "filler"
    filler.write_bytes(bytes(150_000))
    hub = HUB.replace('folder = "outbox"', f'folder = "{small_disk}"')
    (practice.folder / "hub.toml").write_text(hub, encoding="utf-8")
    document = practice.sync()
    assert document["exit"] == 1
    assert "Nothing is lost" in document["errors"][0]["remedy"]
    some = len(list(small_disk.glob("*.txt")))
    assert some < len(practice.firm.statements)
    assert not list(small_disk.glob(".*.part"))
    filler.unlink()
    document = practice.sync()
    assert document["exit"] == 0
    assert len(list(small_disk.glob("*.txt"))) == len(practice.firm.statements)


def test_a_full_ledgers_disk_is_said(practice: Practice, small_disk: Path) -> None:
    hub = HUB.replace(
        "\n[connections.billing]", f'ledger = "sqlite:///{small_disk}/hub.db"\n\n[connections.billing]'
    )
    (practice.folder / "hub.toml").write_text(hub, encoding="utf-8")
    result = practice.run("sync", "--yes")
    assert result.exit_code == 1
    assert "no room left" in result.output
    assert "Traceback" not in result.output


def test_a_copied_workspace_stops_until_it_is_accepted(running: Practice, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(running.folder, copy)
    running.folder = copy
    running.firm.bill(1.0)
    running.export()
    document = running.sync()
    assert (document["exit"], codes(document)) == (1, ["brake"])
    hold = only(document, "brake")
    assert "Two ledgers" in hold["remedy"]
    assert running.run("review", str(hold["id"]), "accept").exit_code == 0
    assert running.sync()["exit"] == 0
    assert running.sync()["exit"] == 0


def test_an_older_ledger_in_the_place_of_a_newer_one_stops(running: Practice) -> None:
    older = (running.folder / "hub.db").read_bytes()
    running.firm.bill(1.0)
    running.export()
    running.sync()
    (running.folder / "hub.db").write_bytes(older)
    document = running.sync()
    assert (document["exit"], codes(document)) == (1, ["brake"])
    assert "older than its last run" in only(document, "brake")["message"]
    assert running.run("review", str(only(document, "brake")["id"]), "accept").exit_code == 0
    assert running.sync()["exit"] == 0


def test_a_damaged_ledger_is_said(running: Practice) -> None:
    (running.folder / "hub.db").write_bytes(b"no database at all" * 1000)
    result = running.run("sync", "--yes")
    assert result.exit_code == 1
    assert "is not a ledger" in result.output


def test_a_ledger_of_a_newer_hub_is_refused(running: Practice) -> None:
    with closing(sqlite3.connect(running.folder / "hub.db")) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    result = running.run("sync", "--yes")
    assert result.exit_code == 1
    assert "newer version" in result.output


def test_the_ledger_is_its_owners_alone(running: Practice) -> None:
    if os.name == "nt":
        pytest.skip("Windows has no such modes")
    for path in running.folder.glob("hub.db*"):
        if path.name in {"hub.db", "hub.db-wal"}:
            assert path.stat().st_mode & 0o077 == 0


def test_no_narrative_leaves_but_in_the_invoices(tmp_path: Path) -> None:
    practice = unbilled_practice(tmp_path / "firm")
    practice.firm.bill(0.5)
    practice.export()
    told = []
    for words in (
        ("plan", "-o", str(tmp_path / "plan.json")), ("plan", "--json"), ("sync", "--yes", "-vv"),
        ("sync", "--json"), ("review",), ("status",), ("runs",), ("runs", "1", "--json"), ("doctor",),
    ):  # fmt: skip
        result = practice.run(*words)
        told.append(result.output)
        assert "Traceback" not in result.output
    entry = str(next(charge.sequence for charge in practice.firm.unbilled.values() if charge.fee))
    told += [practice.run("history", "time_entry", entry, "--json").output]
    told += [practice.run("history", "invoice", str(next(iter(practice.firm.statements))), "--json").output]
    told += [
        path.read_text(encoding="utf-8") for path in (tmp_path / "plan.json", practice.folder / "hub.toml")
    ]
    assert not [text for text in practice.narratives() if any(text in one for one in told)]
