"""Opening the database: SQLite beside the workspace, or PostgreSQL for a larger firm."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, event, inspect, text
from sqlalchemy.engine import Connection, Engine, make_url
from sqlalchemy.exc import DBAPIError

from hub.ledger import migrations
from hub.sdk import ConfigurationError, HubError

if TYPE_CHECKING:
    from collections.abc import Iterator

NEWEST = "0001"
"""The newest step of the schema, so that an up-to-date ledger opens without loading Alembic."""

_OWNER_ONLY = 0o600
_LOCK_SECONDS = 5
_CACHE_KIB = 12 * 1024
_CHECKPOINT_PAGES = 4000


class LedgerError(HubError):
    """The ledger cannot be used."""


def sqlite_path(url: str) -> Path | None:
    """The file of a SQLite URL; ``None`` for another database or one in memory."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or parsed.database in (None, "", ":memory:"):
        return None
    return Path(str(parsed.database))


def open_engine(url: str) -> Engine:
    """Make the engine for a ledger URL.

    Raises:
        ConfigurationError: the URL names a driver that is not installed, or a network share.

    """
    path = sqlite_path(url)
    if path is not None:
        _prepare_file(path)
    try:
        # Narratives go through here: no log of statements, and no error, may show them.
        engine = create_engine(url, hide_parameters=True)
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            f"The ledger's database driver {error.name} is not installed.",
            remedy=f"Install it (pip install {error.name}), or use sqlite:///hub.db.",
        ) from None
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _tune)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare_file(path: Path) -> None:
    if str(path).startswith(("\\\\", "//")):
        raise ConfigurationError(
            f"The ledger {path} is on a network share, where its locks do not hold.",
            remedy="Keep the workspace on a local disk, or use PostgreSQL.",
        )
    try:
        if not path.exists():
            path.touch(mode=_OWNER_ONLY)
        with contextlib.suppress(PermissionError):  # a file of another owner is not ours to change
            path.chmod(_OWNER_ONLY)
    except OSError as error:
        raise LedgerError(
            f"The ledger {path.name} cannot be made: {error.strerror}.",
            remedy="Check the folder's permissions and the free space.",
        ) from None


def _tune(connection: sqlite3.Connection, _record: object) -> None:
    # Transactions are begun by _begin, not by the driver at its own time.
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout={_LOCK_SECONDS * 1000}")
    with contextlib.suppress(sqlite3.OperationalError):  # another process holds it: the use will say so
        connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute(f"PRAGMA cache_size=-{_CACHE_KIB}")
    connection.execute(f"PRAGMA wal_autocheckpoint={_CHECKPOINT_PAGES}")
    connection.execute("PRAGMA secure_delete=OFF")


class TransactionKind(Enum):
    """What a transaction is for; the ledger begins none by accident."""

    NONE = None
    READING = "DEFERRED"
    WRITING = "IMMEDIATE"
    """A writer takes the lock at once: the choice between two writers falls before any work."""


def _begin(connection: Connection) -> None:
    kind = connection.get_execution_options().get("transaction", TransactionKind.NONE)
    if kind is TransactionKind.NONE:
        raise RuntimeError("the ledger is used outside of a transaction")
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"BEGIN {kind.value}")


def set_durability(connection: Connection, *, every_commit: bool) -> None:
    """Sync every commit to the disk, or (while reading sources, which can be read again) not."""
    if connection.dialect.name == "sqlite":
        driver: Any = connection.connection.driver_connection
        driver.execute(f"PRAGMA synchronous={'FULL' if every_commit else 'NORMAL'}")


@contextlib.contextmanager
def answered(place: str) -> Iterator[None]:
    """Turn a database's refusal into an answer for a person."""
    try:
        yield
    except DBAPIError as error:
        raise _answer(place, str(error.orig)) from None
    except sqlite3.Error as error:
        raise _answer(place, str(error)) from None


def _answer(place: str, problem: str) -> LedgerError:
    known = {
        "locked": ("is in use by another program", "Let the other run end, then try again."),
        "full": ("has no room left on its disk", "Make room, then run again; nothing is lost."),
        "disk I/O": ("cannot be read or written", "Check the disk, then run again."),
        "malformed": ("is damaged", "Restore it from a backup: `hub doctor` says more."),
        "not a database": ("is not a ledger", "Check `ledger` in hub.toml."),
        "readonly": ("is write-protected", "Give the hub's account write access to it."),
        "unable to open": ("cannot be opened", "Check its folder's permissions."),
    }
    for sign, (fault, remedy) in known.items():
        if sign in problem:
            return LedgerError(f"The ledger {place} {fault}.", remedy=remedy)
    return LedgerError(f"The ledger {place} failed: {problem.splitlines()[0]}.", remedy="See `hub doctor`.")


def bring_up_to_date(connection: Connection) -> None:
    """Take the ledger to the newest schema.

    Raises:
        LedgerError: it was made by a newer hub.

    """
    present = _schema_step(connection)
    if present == NEWEST:
        return
    if present is not None and present > NEWEST:
        raise LedgerError(
            "The ledger was made by a newer version of the hub.",
            remedy="Install that version, or a newer one.",
        )
    from alembic import command  # noqa: PLC0415 -- only a new or older ledger needs it
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", os.fspath(Path(migrations.__file__).parent))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _schema_step(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
