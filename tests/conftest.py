"""What every test stands on: a keyring that forgets, in place of the machine's own."""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import keyring
import pytest
from hypothesis import HealthCheck, settings
from keyring.backend import KeyringBackend
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine

from hub.ledger.engine import TransactionKind, bring_up_to_date, open_engine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.engine import Dialect


# A busy machine is slow, which is no fault of a test; and a machine that decides about a change
# tries the same examples every time, so that it decides the same.
settings.register_profile(
    "suite",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=bool(os.environ.get("CI")),
)
settings.load_profile("suite")

_MEMORY = Path("/dev/shm")
"""Where Linux keeps files in memory."""
_NEEDED = 2**31


def pytest_configure(config: pytest.Config) -> None:
    """Put the tests' files into memory, where there is enough: ledgers wait for the disk at every commit.

    What many short processes import is compiled once for all of them, whatever the machine says.
    """
    if os.environ.pop("PYTHONDONTWRITEBYTECODE", None):
        compiled = tempfile.mkdtemp(prefix="hub-pycache-")
        os.environ["PYTHONPYCACHEPREFIX"] = compiled
        config.add_cleanup(lambda: shutil.rmtree(compiled, ignore_errors=True))
    ready = _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _NEEDED
    if ready and "TMPDIR" not in os.environ and not config.option.basetemp:
        os.environ["TMPDIR"] = str(_MEMORY)
        tempfile.tempdir = None


def pytest_collection_finish() -> None:
    """Keep the tests and all modules out of the collector's rounds: they stay to the end."""
    gc.collect()
    gc.freeze()


class MemoryKeyring(KeyringBackend):
    priority = 1
    name = "memory"

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


@pytest.fixture(autouse=True)
def memory_keyring() -> Iterator[MemoryKeyring]:
    before = keyring.get_keyring()
    backend = MemoryKeyring()
    keyring.set_keyring(backend)
    yield backend
    keyring.set_keyring(before)


@pytest.fixture(scope="session", autouse=True)
def _statements_compiled_once() -> Iterator[None]:
    """Let all SQLite ledgers of this process share their compiled statements: a program opens one, tests
    open thousands.
    """
    shared: dict[str, Dialect] = {}
    compiled: dict[object, object] = {}

    def share(connection: Connection) -> None:
        if connection.dialect.name == "sqlite":
            connection.dialect = shared.setdefault("sqlite", connection.dialect)
            connection.execution_options(compiled_cache=compiled)

    event.listen(Engine, "engine_connect", share)
    yield
    event.remove(Engine, "engine_connect", share)


@pytest.fixture(scope="session")
def empty_ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger that holds its tables and nothing else: making them takes longer than a run."""
    path = tmp_path_factory.mktemp("ledger") / "hub.db"
    engine = open_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        connection.execution_options(transaction=TransactionKind.WRITING)
        with connection.begin():
            bring_up_to_date(connection)
    engine.dispose()
    return path
