"""The ledger itself: its schema, its lease, its history, and what it survives."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.ledger import Change, Hold, Ledger, OpenIntent, RecordState, StoredRecord
from hub.ledger.engine import LedgerError
from hub.ledger.runs import Lease
from hub.ledger.schema import metadata
from hub.model import Client, Kind
from hub.sdk import Action, HubError, Intent

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class StillClock:
    """A clock that stands still."""

    def now(self) -> datetime:
        return datetime(2026, 7, 1, tzinfo=UTC)

    def sleep(self, seconds: float) -> None:
        raise AssertionError("nothing waits here")


def opened(folder: Path, firm: str = "Firm") -> Ledger:
    return Ledger(f"sqlite:///{folder / 'hub.db'}", firm, StillClock())


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with opened(tmp_path) as made:
        yield made


@contextmanager
def running(ledger: Ledger) -> Iterator[int]:
    with ledger.leased("test", wait=0):
        yield ledger.runs.begin("test")


_BEGAN = datetime(2026, 7, 1, tzinfo=UTC)


def a_client(ledger: Ledger, name: str = "Acme") -> StoredRecord:
    with ledger.transaction():
        number = ledger.records.add(Client(number="100", name=name), run=1, connection=None)
        return ledger.records.get(number)


def an_intent(record: StoredRecord, key: str = "k") -> OpenIntent:
    intent = Intent(key, Kind.CLIENT, Action.CREATE, {"name": "x"})
    return OpenIntent(record.id, record.revision, 1, 1, intent, _BEGAN, _BEGAN)


def test_the_migrations_make_what_the_tables_say(ledger: Ledger) -> None:
    with ledger.reading():
        assert compare_metadata(MigrationContext.configure(ledger.connection), metadata) == []


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_it_is_its_owners_alone(ledger: Ledger, tmp_path: Path) -> None:
    a_client(ledger)
    for path in tmp_path.glob("hub.db*"):
        if not path.name.endswith(("-lock", "-witness")):
            assert path.stat().st_mode & 0o777 == 0o600


def test_one_that_was_readable_to_others_is_so_no_longer(tmp_path: Path) -> None:
    (tmp_path / "hub.db").touch(mode=0o644)
    with opened(tmp_path):
        assert os.name == "nt" or (tmp_path / "hub.db").stat().st_mode & 0o777 == 0o600


def test_a_firm_that_is_called_otherwise_is_still_the_same(tmp_path: Path) -> None:
    with opened(tmp_path) as one:
        a_client(one)
        identity = one.identity
    with opened(tmp_path, "Firm & Partners") as again, again.reading():
        assert again.identity == identity
        assert len(list(again.records.of_kind(Kind.CLIENT))) == 1


def test_nothing_is_written_outside_of_a_transaction(ledger: Ledger) -> None:
    with pytest.raises(RuntimeError, match="outside of a transaction"):
        ledger.records.count(Kind.CLIENT)


def test_a_transaction_that_fails_leaves_nothing(ledger: Ledger) -> None:
    def half() -> None:
        with ledger.transaction():
            ledger.records.add(Client(number="1", name="x"), run=1, connection=None)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half()
    with ledger.reading():
        assert ledger.records.count(Kind.CLIENT) == 0
    assert a_client(ledger).id


def test_there_is_one_lease_at_a_time(ledger: Ledger, tmp_path: Path) -> None:
    with running(ledger), opened(tmp_path) as second:
        with pytest.raises(LedgerError, match="goes on"), second.leased("second", wait=0):
            pass
        with pytest.raises(LedgerError, match="test, process"), second.leased("second", wait=0.05):
            pass
    with opened(tmp_path) as third, third.leased("third", wait=0):
        pass


def test_a_run_that_was_thought_dead_writes_no_more(ledger: Ledger, tmp_path: Path) -> None:
    record = a_client(ledger)
    with running(ledger), opened(tmp_path) as second:
        Lease(second, "second")._take()
        with pytest.raises(LedgerError, match="taken over"), ledger.transaction():
            pytest.fail("a transaction began")
        with pytest.raises(LedgerError, match="taken over"):
            ledger.intents.begin([an_intent(record)], 1)
        with second.reading():
            assert second.intents.count() == 0


def test_a_run_that_was_killed_is_closed_by_the_next(ledger: Ledger) -> None:
    with running(ledger) as first:
        pass
    with running(ledger) as second, ledger.reading():
        assert ledger.runs.get(first).outcome == "killed"  # type: ignore[union-attr]
        assert ledger.runs.get(second).outcome is None  # type: ignore[union-attr]


def test_a_record_has_one_open_write_at_a_connection(ledger: Ledger) -> None:
    record = a_client(ledger)
    ledger.intents.begin([an_intent(record)], 1)
    with pytest.raises(LedgerError):
        ledger.intents.begin([an_intent(record, "other")], 1)
    with ledger.transaction():
        ((kept,),) = ledger.intents.open_batches(1)
        assert kept == an_intent(record)
        ledger.intents.settle([kept])
        assert ledger.intents.count() == 0


VALUES = st.dictionaries(
    st.sampled_from(["name", "email", "phone", "active"]), st.text(max_size=5) | st.booleans(), max_size=4
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(VALUES, min_size=1, max_size=6))
def test_every_earlier_state_can_be_told(ledger: Ledger, states: list[dict[str, Any]]) -> None:
    record = a_client(ledger)
    known = {record.revision: dict(record.values)}
    with ledger.transaction():
        for values in states:
            before = ledger.records.get(record.id)
            known[ledger.records.change(before, values, run=1, connection=None)] = values
        now = ledger.records.get(record.id)
        for revision, values in known.items():
            assert ledger.records.at_revision(now, revision) == values
        steps = ledger.records.history(record.id)
    assert [step.id for step in steps] == sorted(known)
    assert steps[0].change is Change.CREATED
    assert steps[0].replaced == {}


def test_a_first_revision_has_no_body_and_a_record_has_one(ledger: Ledger, tmp_path: Path) -> None:
    a_client(ledger)
    with closing(sqlite3.connect(tmp_path / "hub.db")) as database, database:
        assert database.execute("SELECT change, replaced FROM revision").fetchall() == [(0, None)]
        ((body,),) = database.execute("SELECT body FROM record").fetchall()
    database.close()
    assert body == '{"number":"100","name":"Acme"}'


def test_gone_and_back_are_revisions_too(ledger: Ledger) -> None:
    record = a_client(ledger)
    with ledger.transaction():
        ledger.records.change(record, record.values, run=1, connection=None, change=Change.GONE)
        gone = ledger.records.get(record.id)
        assert (gone.state, gone.values) == (RecordState.GONE, record.values)
        ledger.records.change(gone, gone.values, run=1, connection=None, change=Change.BACK)
        assert ledger.records.get(record.id).state is RecordState.LIVE


@pytest.mark.parametrize(
    "text",
    [
        "99999999999999999999999",
        "\N{SUPERSCRIPT TWO}",
        "",
        "%",
        "'",
    ],
)
def test_nobody_is_found_by_nonsense(ledger: Ledger, text: str) -> None:
    a_client(ledger)
    with ledger.reading():
        assert ledger.records.find(Kind.CLIENT, text) == []


@pytest.mark.parametrize("text", ["100", "1"])
def test_a_record_is_found_by_its_number_and_its_id(ledger: Ledger, text: str) -> None:
    record = a_client(ledger)
    with ledger.reading():
        assert ledger.records.find(Kind.CLIENT, text) == [record]


def test_what_is_held_is_confirmed_or_swept(ledger: Ledger) -> None:
    one = Hold("s", "c", "code", "1", "label", "message")
    two = Hold("s", "c", "code", "2", "label", "message", severity="warn")
    with ledger.transaction():
        ledger.holds.place(one, 1)
        ledger.holds.place(two, 1)
        ledger.holds.place(one, 2)
        (group,) = ledger.holds.groups()
        assert (group.count, ledger.holds.count()) == (2, 1)
        ledger.holds.sweep("s", 2)
        (left,) = ledger.holds.all()
    assert (left.subject, left.since) == ("1", 1)


def test_the_latest_decision_counts_and_all_are_kept(ledger: Ledger) -> None:
    held = Hold("s", "c", "code", "1", "label", "message", facts={"gone": 3})
    with ledger.transaction():
        ledger.decisions.record(held, "accept", "")
        ledger.decisions.record(held, "waive", "because")
        latest = ledger.decisions.taken()["c", "1"]
        assert (latest.action, latest.reason, latest.facts["gone"]) == ("waive", "because", 3)
        assert len(ledger.decisions.about(["1"])) == 2


KILLED = """
import os, sys
from pathlib import Path
sys.path.insert(0, {here!r})
from hub.model import Client
from test_ledger_core import a_client, opened, running
ledger = opened(Path({folder!r}))
with running(ledger):
    for number in range(1000):
        a_client(ledger, str(number))
        print(number, flush=True)
        if number == 40:
            with ledger.transaction():
                ledger.records.add(Client(number="x", name="half"), run=1, connection=None)
                os._exit(9)
"""


def test_a_killed_run_leaves_a_sound_ledger_and_no_lease(tmp_path: Path) -> None:
    code = KILLED.format(here=os.path.dirname(__file__), folder=str(tmp_path))  # noqa: PTH120 -- for the code
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (9, "")
    with opened(tmp_path) as ledger:
        assert ledger.damage() == ""
        with running(ledger), ledger.reading():
            names = [one.values["name"] for one in ledger.records.of_kind(Kind.CLIENT)]
        assert names == [str(number) for number in range(41)]


def test_a_ledger_that_moved_says_so_until_it_is_settled(tmp_path: Path) -> None:
    with opened(tmp_path) as ledger:
        assert ledger.workspaces.displacement() is None
        ledger.workspaces.settle()
    moved = tmp_path / "moved"
    moved.mkdir()
    (moved / "hub.db").write_bytes((tmp_path / "hub.db").read_bytes())
    with opened(moved) as ledger:
        assert ledger.workspaces.displacement().code == "copied"  # type: ignore[union-attr]
        ledger.workspaces.settle()
        assert ledger.workspaces.displacement() is None


def test_an_older_ledger_says_so(tmp_path: Path) -> None:
    with opened(tmp_path) as ledger:
        ledger.workspaces.settle()
    older = (tmp_path / "hub.db").read_bytes()
    with opened(tmp_path) as ledger:
        ledger.workspaces.settle()
    (tmp_path / "hub.db").write_bytes(older)
    with opened(tmp_path) as ledger:
        assert ledger.workspaces.displacement().code == "restored"  # type: ignore[union-attr]


def test_a_network_share_is_refused() -> None:
    with pytest.raises(HubError, match="network share"):
        Ledger("sqlite:///\\\\server\\share\\hub.db", "Firm", StillClock())


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(HubError, match="cannot be made"):
        Ledger(f"sqlite:///{tmp_path / 'nowhere' / 'hub.db'}", "Firm", StillClock())


def test_a_driver_that_is_not_installed_is_named() -> None:
    with pytest.raises(HubError, match="not installed"):
        Ledger("postgresql+pg8000://host/base", "Firm", StillClock())


def test_readers_see_one_state_while_a_writer_goes_on(ledger: Ledger, tmp_path: Path) -> None:
    with opened(tmp_path) as reader, reader.reading():
        assert reader.records.count(Kind.CLIENT) == 0
        a_client(ledger)
        assert reader.records.count(Kind.CLIENT) == 0
    with ledger.reading():
        assert ledger.records.count(Kind.CLIENT) == 1


def test_an_attempt_is_counted_and_may_be_pardoned(ledger: Ledger) -> None:
    with ledger.transaction():
        for _ in range(2):
            ledger.attempts.count(1, 7, b"digest", {"code": "x"})
        assert ledger.attempts.of(1, [7, 8])[7].number == 2
        ledger.attempts.pardon(1, 7)
        assert ledger.attempts.of(1, [7])[7].refused is None
        assert ledger.attempts.of(1, [8]) == {}


def test_no_log_of_statements_shows_what_is_in_them(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO", logger="sqlalchemy.engine"), opened(tmp_path) as ledger:
        a_client(ledger, "Privileged & Co")
    assert "INSERT INTO record" in caplog.text
    assert "Privileged" not in caplog.text
