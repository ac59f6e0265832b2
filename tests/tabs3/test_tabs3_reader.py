"""The reader through a real driver manager, with SQLite in Tabs3's place."""

from __future__ import annotations

import hashlib
import importlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from hub.sdk import SourceFailed
from hub_tabs3 import odbc
from hub_tabs3.odbc import CONNECT, Reader, TableRequest, export_state

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    Frame = dict[str, Any]

FEES = """
CREATE TABLE FEE (
    _SEQUENCE_NO INTEGER, CLIENT_ID VARCHAR(12), DATE DATE, CREATED TIMESTAMP, AMOUNT DECIMAL(11,2),
    HOURS DOUBLE, HOLD CHAR(1), NONBILL BIT, TIMEKEEPER SMALLINT, DESCRIPTION VARCHAR(5000)
)
"""
LONG = ("Confer with Señor Müller re “settlement”;\r\n" * 120)[:5_000]


class Books:
    """A database that a test fills, and the reader beside it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "books.db"
        self.connection = sqlite3.connect(self.path, isolation_level=None)
        self.connection.execute("PRAGMA journal_mode=WAL")  # somebody works in it while it is read
        self.connection.execute("PRAGMA synchronous=OFF")
        self.environment = {**os.environ, "HUB_TABS3_READER_CONNECT": self.string}

    @property
    def string(self) -> str:
        return f"DRIVER=SQLite3;Database={self.path}"

    def table(self, name: str, rows: int = 0, *, text: str = "x") -> None:
        self.connection.execute(
            f"CREATE TABLE {name} (_SEQUENCE_NO INTEGER, STATEMENT_ID INTEGER, DESCRIPTION)"
        )
        self.add(name, range(1, rows + 1), text=text)

    def add(self, name: str, numbers: range, *, text: str = "x") -> None:
        rows = ((number, number % 500, text) for number in numbers)
        self.connection.execute("BEGIN")
        self.connection.executemany(f"INSERT INTO {name} VALUES (?, ?, ?)", rows)
        self.connection.execute("COMMIT")

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "hub_tabs3_reader", *arguments],
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def run(self, *arguments: str, request: object = None) -> list[Frame]:
        with self.start(*arguments) as process:
            out, _ = process.communicate(json.dumps(request).encode() + b"\n")
        frames = [json.loads(line) for line in out.splitlines()]
        assert (process.returncode != 0) == ("error" in frames[-1])
        return frames

    def asked(self, *tables: Mapping[str, object]) -> list[Frame]:
        return self.run("--request=-", request={"tables": tables})


def drivers() -> list[str]:
    try:
        return list(importlib.import_module("pyodbc").drivers())
    except ImportError:
        return []


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Books]:
    if "SQLite3" not in drivers() and not os.environ.get("HUB_REQUIRE_ODBC"):
        pytest.skip("there is no ODBC driver SQLite3 here (apt-get install unixodbc libsqliteodbc)")
    assert "SQLite3" in drivers()
    made = Books(tmp_path)
    yield made
    made.connection.close()


def rows(frames: list[Frame]) -> list[dict[str, str | None]]:
    return [frame["row"] for frame in frames if "row" in frame]


def names(frames: list[Frame]) -> list[str]:
    return [frame["table"] for frame in frames if "table" in frame]


def test_the_rows_are_those_of_the_table(books: Books) -> None:
    books.connection.execute(FEES)
    full = (7, " 110.00", "2026-01-31", "2026-02-01 08:30:00", 1234567.89, 0.1, "P", 1, 3, LONG)
    books.connection.execute(f"INSERT INTO FEE VALUES ({','.join('?' * 10)})", full)
    books.connection.execute("INSERT INTO FEE (_SEQUENCE_NO, DESCRIPTION) VALUES (8, '')")
    first, second = rows(books.run("--tables", "FEE"))
    assert Decimal(str(first.pop("AMOUNT"))) == Decimal("1234567.89")
    assert first == {
        "_SEQUENCE_NO": "7",
        "CLIENT_ID": " 110.00",
        "DATE": "2026-01-31",
        "CREATED": "2026-02-01 08:30:00",
        "HOURS": "0.1",
        "HOLD": "P",
        "NONBILL": "1",
        "TIMEKEEPER": "3",
        "DESCRIPTION": LONG,
    }
    assert {name: value for name, value in second.items() if value is not None} == {
        "_SEQUENCE_NO": "8",
        "DESCRIPTION": "",
    }


def test_text_that_is_no_utf_8_is_read_as_windows_writes_it(books: Books) -> None:
    books.connection.execute("CREATE TABLE CLIENT (NAME VARCHAR(40))")
    books.connection.execute("INSERT INTO CLIENT VALUES (CAST(x'4D9F6C6C6572E9' AS TEXT))")
    assert rows(books.run("--tables", "CLIENT")) == [{"NAME": "MŸlleré"}]


def test_each_table_has_its_end_and_the_reading_its_own(books: Books) -> None:
    books.table("FEE", rows=3)
    frames = books.run("--tables", "FEE")
    assert [next(iter(frame)) for frame in frames] == ["start", "table", "row", "row", "row", "end", "done"]
    assert frames[0]["start"]["format"] == 1
    assert frames[-2] == {"end": "FEE", "rows": 3}
    assert frames[-1]["done"] == {
        "tables": {"FEE": {"rows": 3, "changed": False, "grown": False}},
        "absent": [],
    }


def test_unbilled_entries_are_read_before_billed_ones_and_statements_last(books: Books) -> None:
    for name in ("LEDGER", "ARCHIVE", "FEE", "PAYMENT", "CLIENT"):
        books.table(name)
    read = names(books.run("--tables", "LEDGER,ARCHIVE,FEE,CLIENT,PAYMENT"))
    assert read == ["CLIENT", "FEE", "PAYMENT", "ARCHIVE", "LEDGER"]
    assert names(books.run()) == read


def test_an_optional_table_may_be_absent(books: Books) -> None:
    books.table("FEE")
    frames = books.asked({"name": "FUND", "optional": True}, {"name": "FEE"})
    assert frames[-1]["done"]["absent"] == ["FUND"]


def test_rows_are_chosen_by_the_values_of_a_column_however_many(books: Books) -> None:
    books.table("ARCHIVE", rows=1_000)
    values = [str(number) for number in range(100, 501)]
    frames = books.asked({"name": "ARCHIVE", "column": "statement_id", "values": values})
    assert sorted(int(row["STATEMENT_ID"] or 0) for row in rows(frames)) == sorted([*range(100, 500)] * 2)
    assert frames[-1]["done"]["tables"]["ARCHIVE"] == {"rows": 800, "changed": False, "grown": False}


def test_no_value_chooses_no_row(books: Books) -> None:
    books.table("ARCHIVE", rows=2)
    assert rows(books.asked({"name": "ARCHIVE", "column": "STATEMENT_ID", "values": []})) == []


@pytest.mark.parametrize("name", ["FEE; DROP TABLE FEE", "FEE WHERE 1=1", 'FEE"', "FEE--", "", 7])
def test_what_is_no_name_reaches_no_statement(books: Books, name: object) -> None:
    books.table("FEE", rows=1)
    asked = [{"name": name}, {"name": "FEE", "column": name or "'", "values": ["1"]}]
    for table in asked:
        assert books.asked(table)[-1]["error"]["code"] == "bad_request"
    assert books.connection.execute("SELECT COUNT(*) FROM FEE").fetchone() == (1,)


def test_values_are_never_part_of_the_statement(books: Books) -> None:
    books.connection.execute("CREATE TABLE CLIENT (CLIENT_ID VARCHAR(12))")
    books.connection.execute("INSERT INTO CLIENT VALUES ('110.00')")
    frames = books.asked({"name": "CLIENT", "column": "CLIENT_ID", "values": ["x') OR ('1'='1", "110.00"]})
    assert rows(frames) == [{"CLIENT_ID": "110.00"}]


def meanwhile(books: Books, *statements: str) -> Frame:
    """Change the books while nobody takes the rows that the reader has for us."""
    with books.start("--tables", "FEE,ARCHIVE") as process:
        assert process.stdout is not None
        head = [process.stdout.readline() for _ in range(3)]
        assert b'"row"' in head[-1]
        for statement in statements:
            books.connection.execute(statement)
        *_, last = process.stdout
    return dict(json.loads(last)["done"]["tables"])


@pytest.fixture
def busy(books: Books) -> Books:
    """More than a pipe takes, so that the reader waits for who reads."""
    books.table("FEE", rows=400, text="x" * 1_000)
    books.table("ARCHIVE", rows=10)
    return books


def test_rows_that_come_while_it_reads_are_told(busy: Books) -> None:
    told = meanwhile(busy, "INSERT INTO FEE VALUES (9000, 1, 'x')")
    assert (told["FEE"]["changed"], told["FEE"]["grown"]) == (True, True)
    assert told["ARCHIVE"]["changed"] is False


def test_an_entry_that_is_billed_while_it_reads_is_told_of_both_tables(busy: Books) -> None:
    told = meanwhile(
        busy,
        "INSERT INTO ARCHIVE SELECT 500, 1, DESCRIPTION FROM FEE WHERE _SEQUENCE_NO = 400",
        "DELETE FROM FEE WHERE _SEQUENCE_NO = 400",
    )
    assert (told["FEE"]["changed"], told["FEE"]["grown"]) == (True, False)
    assert told["ARCHIVE"] == {"rows": 11, "changed": True, "grown": True}


def test_a_statement_that_is_undone_before_its_table_is_read_is_told(busy: Books) -> None:
    told = meanwhile(
        busy,
        "INSERT INTO FEE SELECT 9000, 1, DESCRIPTION FROM ARCHIVE WHERE _SEQUENCE_NO = 3",
        "DELETE FROM ARCHIVE WHERE _SEQUENCE_NO = 3",
    )
    assert (told["FEE"]["changed"], told["FEE"]["grown"]) == (True, True)
    assert told["ARCHIVE"] == {"rows": 9, "changed": True, "grown": False}


def test_one_that_leaves_while_another_comes_is_told(busy: Books) -> None:
    told = meanwhile(busy, "DELETE FROM FEE WHERE _SEQUENCE_NO = 1", "INSERT INTO FEE VALUES (401, 1, 'x')")
    assert (told["FEE"]["changed"], told["FEE"]["grown"]) == (True, False)


def test_a_reader_that_nobody_hears_ends(busy: Books) -> None:
    with busy.start("--tables", "FEE") as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.wait(30) == 1


def test_an_export_is_whole(books: Books, tmp_path: Path) -> None:
    books.table("FEE", rows=3)
    books.table("LEDGER", rows=2)
    folder = tmp_path / "export"
    books.run("--into", str(folder))
    assert sorted(path.name for path in folder.iterdir()) == [
        "FEE.ndjson",
        "LEDGER.ndjson",
        "tabs3-export.json",
    ]
    manifest = json.loads((folder / "tabs3-export.json").read_text())
    assert manifest["complete"] is True
    for name, count in (("FEE", 3), ("LEDGER", 2)):
        data = (folder / f"{name}.ndjson").read_bytes()
        assert (len(data.splitlines()), len(data)) == (count, manifest["tables"][name]["bytes"])
        assert hashlib.sha256(data).hexdigest() == manifest["tables"][name]["sha256"]
    state = export_state(folder)
    assert state is not None
    assert (state.complete, state.rows, state.other) == (True, {"FEE": 3, "LEDGER": 2}, frozenset())
    assert state.holds("FEE")
    assert not state.holds("CLIENT")


def test_an_export_that_breaks_off_leaves_the_old_one_as_it_was(books: Books, tmp_path: Path) -> None:
    books.table("FEE", rows=3)
    folder = tmp_path / "export"
    books.run("--into", str(folder), "--tables", "FEE")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    books.add("FEE", range(4, 5))
    (error,) = books.run("--into", str(folder), "--tables", "FEE,LEDGER")
    assert error["error"]["code"] == "table_missing"
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def odbc_ini(books: Books, path: Path) -> None:
    path.write_text(f"[Tabs3]\nDriver = SQLite3\nDatabase = {books.path}\n[Other]\nDriver = SQLite3\n")


def test_a_data_source_is_read_by_its_name(books: Books, tmp_path: Path) -> None:
    books.table("FEE", rows=1)
    odbc_ini(books, tmp_path / "odbc.ini")
    books.environment |= {"ODBCINI": str(tmp_path / "odbc.ini"), "HUB_TABS3_READER_CONNECT": ""}
    assert rows(books.run("--dsn", "Tabs3", "--tables", "FEE"))
    error = books.run("--dsn", "Tabs4")[-1]["error"]
    assert error["code"] == "no_such_dsn"
    assert "Other, Tabs3." in error["message"]


def test_the_doctor_tells_a_user_dsn_from_a_system_one(books: Books, tmp_path: Path) -> None:
    odbc_ini(books, tmp_path / "odbc.ini")
    (tmp_path / "odbcinst.ini").write_text(Path("/etc/odbcinst.ini").read_text())
    books.environment |= {"ODBCINI": str(tmp_path / "odbc.ini"), "HUB_TABS3_READER_CONNECT": ""}
    (told,) = books.run("--doctor", "--dsn", "Tabs3")
    assert (told["doctor"]["place"], told["doctor"]["connected"]) == ("user", True)
    books.environment |= {"ODBCSYSINI": str(tmp_path), "ODBCINI": str(tmp_path / "none.ini")}
    (told,) = books.run("--doctor", "--dsn", "Tabs3")
    assert (told["doctor"]["place"], told["doctor"]["connected"]) == ("system", True)


@pytest.mark.parametrize(("kind", "one"), [("SMALLINT", 1), ("BIT", 1), ("CHAR(1)", "1")])
def test_the_doctor_counts_the_secure_clients_that_it_is_shown(books: Books, kind: str, one: object) -> None:
    books.connection.execute(f"CREATE TABLE CLIENT (CLIENT_ID VARCHAR(12), SECURE_CLIENT {kind})")
    values = [("1.00", one), ("2.00", one), ("3.00", type(one)(0)), ("4.00", None)]
    books.connection.executemany("INSERT INTO CLIENT VALUES (?, ?)", values)
    (told,) = books.run("--doctor")
    assert told["doctor"]["secure_clients"] == 2
    assert told["doctor"]["bits"] in {32, 64}
    assert told["doctor"]["tables"] == ["CLIENT"]


@pytest.mark.parametrize(
    ("string", "code"),
    [
        ("DRIVER=nothing;Database=x;PWD=geheim", "driver_missing"),
        ("DSN=nowhere;PWD=geheim", "no_such_dsn"),
        ("DRIVER=SQLite3;Database=/nowhere/geheim.db", "driver"),
        ("", "bad_request"),
    ],
)
def test_an_error_is_a_line_that_keeps_the_connection_string_to_itself(
    books: Books, string: str, code: str
) -> None:
    books.environment |= {"HUB_TABS3_READER_CONNECT": string}
    (frame,) = books.run("--tables", "FEE")
    assert frame["error"]["code"] == code
    assert "geheim" not in json.dumps(frame)


def test_a_data_source_without_the_tables_is_not_taken_for_an_empty_one(books: Books) -> None:
    books.table("CONTACT")
    assert books.run()[-1]["error"]["code"] == "table_missing"


def hub_reader(books: Books, *command: str) -> Reader:
    return Reader(command or (sys.executable, "-m", "hub_tabs3_reader"), "", {CONNECT: books.string})


def test_the_hub_gets_each_table_as_a_file_of_rows(books: Books, tmp_path: Path) -> None:
    books.table("FEE", rows=3, text=LONG)
    books.table("ARCHIVE", rows=900)
    wanted = [
        TableRequest("FEE"),
        TableRequest("ARCHIVE", "STATEMENT_ID", ("1", "2")),
        TableRequest("X", optional=True),
    ]
    fetched = hub_reader(books).fetch(wanted, tmp_path / "run")
    assert fetched.tables == {"FEE": (3, False, False), "ARCHIVE": (4, False, False)}
    assert fetched.absent == {"X"}
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == ["ARCHIVE.ndjson", "FEE.ndjson"]
    lines = (tmp_path / "run" / "FEE.ndjson").read_bytes().splitlines()
    assert [json.loads(line)["DESCRIPTION"] for line in lines] == [LONG] * 3


def test_a_reader_that_is_killed_has_read_nothing(
    busy: Books, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy.add("FEE", range(401, 4_000), text="x" * 1_000)  # more than is taken ahead of its use
    starter = tmp_path / "starter.py"
    starter.write_text(
        "import os, sys\n"
        f"open({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid()))\n"
        "os.execv(sys.executable, [sys.executable, '-m', 'hub_tabs3_reader', *sys.argv[1:]])\n"
    )

    class Killing(odbc.Spool):
        def take(self, line: bytes) -> None:
            super().take(line)
            if self._rows == {"FEE": 10}:
                os.kill(int((tmp_path / "pid").read_text()), signal.SIGKILL)

    monkeypatch.setattr(odbc, "Spool", Killing)
    reader = hub_reader(busy, sys.executable, str(starter))
    with pytest.raises(SourceFailed, match=r"broke off|before it was done"):
        reader.fetch([TableRequest("FEE")], tmp_path / "run")
    assert list((tmp_path / "run").iterdir()) == []


def test_the_hub_is_told_what_is_missing(books: Books, tmp_path: Path) -> None:
    books.table("FEE", rows=1)
    with pytest.raises(SourceFailed, match="no table LEDGER"):
        hub_reader(books).fetch([TableRequest("FEE"), TableRequest("LEDGER")], tmp_path / "run")
    assert list((tmp_path / "run").iterdir()) == []
    health = hub_reader(books).health()
    assert not health.ok
    assert "shows no CLIENT, EMPLOYEE, COST, ARCHIVE, LEDGER" in health.notes[0]
