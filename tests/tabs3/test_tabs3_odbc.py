"""What the hub makes of the reader, with small programs in its place."""

from __future__ import annotations

import json
import os
import stat
import sys
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from hub.sdk import AuthenticationFailed, ConfigurationError, HubError, SourceFailed
from hub_tabs3.odbc import Blackout, Reader, TableRequest, export_state, reader_command

if TYPE_CHECKING:
    from pathlib import Path

START = {"start": {"format": 1, "version": "9", "bits": 32, "product": "c-tree"}}
FEE = [{"table": "FEE"}, {"row": {"_SEQUENCE_NO": "1"}}, {"end": "FEE", "rows": 1}]
KEPT = {"rows": 1, "changed": False, "grown": False}
DONE = {"done": {"tables": {"FEE": KEPT}, "absent": []}}
WANTED = [TableRequest("FEE")]


class Program:
    """A program that stands for the reader."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.run = folder / "run"

    def reader(self, code: str, silence: float = 20) -> Reader:
        script = self.folder / "reader.py"
        script.write_text(f"import json, os, sys, time\n{code}\n")
        return Reader([sys.executable, "-S", str(script)], "Tabs3", {}, silence)

    def prints(self, *frames: dict[str, Any], code: int = 0) -> Reader:
        lines = "".join(json.dumps(frame, separators=(",", ":")) + "\n" for frame in frames)
        return self.reader(f"sys.stdout.write({lines!r})\nsys.exit({code})")

    def refused(self, reader: Reader) -> HubError:
        with pytest.raises(SourceFailed) as caught:
            reader.fetch(WANTED, self.run)
        assert list(self.run.iterdir()) == []
        return caught.value


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(tmp_path)


def test_a_reading_that_is_done_is_there(program: Program) -> None:
    done = {"done": {"tables": {"FEE": {"rows": 1, "changed": True, "grown": True}}, "absent": []}}
    fetched = program.prints(START, *FEE, done).fetch(WANTED, program.run)
    assert fetched.tables == {"FEE": (1, True, True)}
    assert (program.run / "FEE.ndjson").read_bytes() == b'{"_SEQUENCE_NO":"1"}\n'


@pytest.mark.skipif(os.name != "posix", reason="Windows keeps rights in lists of its own")
def test_what_is_read_is_for_its_owner_alone(program: Program) -> None:
    program.prints(START, *FEE, DONE).fetch(WANTED, program.run)
    for path in (program.run, program.run / "FEE.ndjson"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0


def test_the_request_reaches_the_program_with_nothing_secret_on_its_command_line(program: Program) -> None:
    told = program.folder / "told"
    reader = program.reader(
        f"json.dump([sys.argv[1:], os.environ.get('SECRET'), json.loads(input())], open({str(told)!r}, 'w'))"
    )
    reader = Reader(reader.command, "Tabs3", {"SECRET": "geheim"})
    assert "geheim" not in repr(reader)
    with pytest.raises(SourceFailed):
        reader.fetch([TableRequest("ARCHIVE", "STATEMENT_ID", ("7",))], program.run)
    arguments, secret, request = json.loads(told.read_text())
    assert (arguments, secret) == (["--dsn=Tabs3", "--request=-"], "geheim")
    assert request == {
        "tables": [{"name": "ARCHIVE", "column": "STATEMENT_ID", "values": ["7"], "optional": False}]
    }


@pytest.mark.parametrize(
    "frames",
    [
        [],
        [START],
        [START, *FEE],
        [START, *FEE[:2], DONE],
        [*FEE, DONE],
        [START, FEE[0], FEE[2], DONE],
        [START, *FEE, {"done": {"tables": {"FEE": {**KEPT, "rows": 2}}, "absent": []}}],
        [START, *FEE, {"done": {"tables": {}, "absent": ["FEE"]}}],
        [START, {"done": {"tables": {}, "absent": ["FEE"]}}],
        [START, *FEE, *FEE, DONE],
        [START, *FEE, DONE, FEE[1]],
        [START, {"table": "../FEE"}, *FEE[1:], DONE],
        [START, {"table": "COST"}, *FEE[1:], DONE],
        [START, {"table": ["FEE"]}],
        [START, *FEE, {"bye": 1}],
        [{"start": {"format": 2, "product": ""}}, *FEE, DONE],
    ],
)
def test_what_is_not_whole_is_nothing(program: Program, frames: list[dict[str, Any]]) -> None:
    program.refused(program.prints(*frames))


def test_a_reader_that_ends_badly_has_read_nothing(program: Program) -> None:
    assert "exit code 3" in program.refused(program.prints(START, *FEE, DONE, code=3)).message


def test_a_line_that_is_cut_is_no_line(program: Program) -> None:
    row = '{"row":{"_SEQUENCE_NO":"1"}}'
    head = json.dumps(START) + '\n{"table":"FEE"}\n' + row
    program.refused(program.reader(f"sys.stdout.write({head!r})"))


def test_a_reader_that_falls_silent_is_ended(program: Program) -> None:
    code = f"print({json.dumps(START)!r}, flush=True)\ntime.sleep(60)"
    failed = program.refused(program.reader(code, silence=0.3))
    assert "said nothing for" in failed.message
    assert failed.remedy


def test_a_reader_that_prints_no_lines_is_ended(program: Program) -> None:
    failed = program.refused(program.reader("while True: sys.stdout.write('x' * 65536)"))
    assert "something else than rows" in failed.message


def test_a_reader_that_hears_nothing_hinders_nobody(program: Program) -> None:
    wanted = [TableRequest("ARCHIVE", "STATEMENT_ID", tuple(str(number) for number in range(50_000)))]
    with pytest.raises(SourceFailed):
        program.prints().fetch(wanted, program.run)


def test_an_error_of_the_reader_is_told_with_its_remedy(program: Program) -> None:
    error = {"code": "bitness", "message": "This Python is 64-bit.", "remedy": "Install a 32-bit one."}
    failed = program.refused(program.prints(START, *FEE[:2], {"error": error}, code=1))
    assert str(failed) == "This Python is 64-bit. Install a 32-bit one."
    login = {"code": "login", "message": "Refused.", "remedy": ""}
    assert isinstance(program.refused(program.prints({"error": login}, code=1)), AuthenticationFailed)


def test_what_the_reader_complains_of_elsewhere_is_never_told(program: Program) -> None:
    failed = program.refused(
        program.reader("sys.stderr.write('Doe v. Roe' * 100_000)\nsys.exit('Doe v. Roe')")
    )
    assert "Roe" not in str(failed)


def test_a_reader_that_is_not_there_is_named_with_how_to_get_it(tmp_path: Path) -> None:
    reader = Reader(reader_command("readers/hub-tabs3-reader.exe", tmp_path), "Tabs3")
    with pytest.raises(SourceFailed, match="cannot be started") as caught:
        reader.fetch(WANTED, tmp_path / "run")
    assert str(tmp_path) in caught.value.message
    assert "32-bit Python" in caught.value.remedy
    assert "cannot be started" in reader.health().notes[0]


def test_a_table_is_named_as_tables_are(program: Program) -> None:
    with pytest.raises(ConfigurationError):
        program.prints(START).fetch([TableRequest("../FEE")], program.run)


def test_a_command_is_a_name_or_a_path_from_the_workspace(tmp_path: Path) -> None:
    assert reader_command("no-such-reader", tmp_path) == ["no-such-reader"]
    assert reader_command("bin/reader", tmp_path) == [str(tmp_path / "bin" / "reader")]
    assert reader_command([sys.executable, "-m", "x"], tmp_path) == [sys.executable, "-m", "x"]


EXAMINED = {
    "version": "9",
    "bits": 32,
    "dsn": "Tabs3",
    "place": "system",
    "connected": True,
    "error": None,
    "tables": ["ARCHIVE", "CLIENT", "COST", "EMPLOYEE", "FEE", "LEDGER"],
    "secure_clients": 0,
}


def examined(program: Program, **found: object) -> tuple[bool, str]:
    health = program.prints({"doctor": {**EXAMINED, **found}}).health()
    return health.ok, " ".join(health.notes)


def test_a_reader_that_is_well_has_nothing_to_say(program: Program) -> None:
    assert examined(program) == (True, "")


def test_the_doctor_says_what_is_in_the_way(program: Program) -> None:
    ok, notes = examined(program, place="user", secure_clients=2)
    assert ok
    assert "Tabs3 is a user DSN" in notes
    assert "2 clients that are secure" in notes
    ok, notes = examined(program, tables=["CLIENT"])
    assert not ok
    assert "shows no EMPLOYEE, FEE, COST, ARCHIVE, LEDGER" in notes


def test_the_doctor_names_a_python_of_the_wrong_bits(program: Program) -> None:
    error = {"code": "no_such_dsn", "message": "Tabs3 is not there.", "remedy": "Make one."}
    ok, notes = examined(program, bits=64, connected=False, error=error)
    assert not ok
    assert notes.startswith("Tabs3 is not there. Make one. The reader runs in a 64-bit Python.")
    assert "64-bit" not in examined(program, connected=False, error=error)[1]


def test_a_program_that_is_no_reader_is_told(program: Program) -> None:
    assert "does not answer as the Tabs3 reader does" in program.reader("print('hello')").health().notes[0]


NIGHT = Blackout.parse(["22:00-02:30", "12:00 - 12:15"])


@pytest.mark.parametrize(
    ("clock", "forbidden"),
    [("21:59", False), ("22:00", True), ("00:00", True), ("02:29", True), ("02:30", False), ("12:05", True)],
)
def test_tabs3_is_left_alone_in_its_hours(clock: str, forbidden: bool) -> None:  # noqa: FBT001 -- a case
    now = datetime.fromisoformat(f"2026-01-31T{clock}")
    assert bool(NIGHT.reason(now)) is forbidden


def test_a_blackout_is_told_with_its_end() -> None:
    assert NIGHT.reason(datetime.fromisoformat("2026-01-31T23:00")) == (
        "Tabs3 is not read between 22:00 and 02:30 (blackout); it is read in the next run after that."
    )


def test_a_blackout_is_on_the_firms_wall() -> None:
    blackout = Blackout.parse(["22:00-02:30"], ZoneInfo("America/Chicago"))
    assert blackout.reason(datetime(2026, 1, 31, 5, tzinfo=UTC))  # 23:00 in winter
    assert not blackout.reason(datetime(2026, 7, 31, 8, tzinfo=UTC))  # 03:00 in summer
    here = Blackout.parse(["10:00-11:00"])
    now = datetime(2026, 1, 31, 10, 30).astimezone()
    assert here.reason(now.astimezone(timezone(timedelta(hours=14))))


@pytest.mark.parametrize("text", ["22:00", "22-23", "25:00-26:00", "22:00-22:00", "22:60-23:00", ""])
def test_what_is_no_span_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="such as 22:00-02:30"):
        Blackout.parse([text])
    assert Blackout.parse(["18:00-24:00"]).reason(datetime.fromisoformat("2026-01-31T23:59"))


class Folder:
    """An export as the manifest tells of it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.fee = {"file": "FEE.ndjson", "bytes": 3, "sha256": "", "rows": 1, "changed": True, "grown": True}
        self.manifest: dict[str, Any] = {
            "complete": True,
            "started": "2026-01-31T22:15:00+00:00",
            "tables": {"FEE": self.fee},
        }
        (path / "FEE.ndjson").write_bytes(b"{}\n")

    def state(self) -> Any:
        (self.path / "tabs3-export.json").write_text(json.dumps(self.manifest))
        return export_state(self.path)


def test_an_export_tells_what_it_is(tmp_path: Path) -> None:
    state = Folder(tmp_path).state()
    assert (state.complete, state.rows, state.changed) == (True, {"FEE": 1}, {"FEE"})
    assert state.taken == datetime(2026, 1, 31, 22, 15, tzinfo=UTC)
    assert state.holds("FEE")


def test_nothing_is_known_of_a_folder_without_a_manifest(tmp_path: Path) -> None:
    assert export_state(tmp_path) is None


def test_an_export_whose_files_are_others_does_not_hold_them(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    (tmp_path / "FEE.ndjson").write_bytes(b"{}\n{}\n")
    assert folder.state().other == {"FEE"}
    (tmp_path / "FEE.ndjson").unlink()
    assert not folder.state().holds("FEE")


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"complete": true, "tables": {}, "started": "now"}'])
def test_a_manifest_that_cannot_be_read_says_that_nothing_is_complete(tmp_path: Path, text: str) -> None:
    (tmp_path / "tabs3-export.json").write_text(text)
    state = export_state(tmp_path)
    assert state is not None
    assert not state.complete


def test_an_export_that_was_cut_off_is_not_complete(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.manifest["complete"] = False
    state = folder.state()
    assert not state.complete
    assert not state.holds("FEE")
