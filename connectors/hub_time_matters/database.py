"""Time Matters' database, read with SQLAlchemy: SQL Server at a firm, SQLite and PostgreSQL in tests.

Nothing of what it says gets out but the sort of an error: SQL, rows and addresses may be privileged or
secret. PostgreSQL and SQLite are told that nothing will be written; SQL Server knows no such word, and its
user should have the role db_datareader alone.
"""

from __future__ import annotations

import contextlib
import logging
import re
import sqlite3
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

import sqlalchemy
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from hub.sdk import AuthenticationFailed, ConfigurationError, HubError, SourceFailed, SourceMissing
from hub_time_matters.tables import PAGE, Row

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from sqlalchemy import URL, Connection, Engine, TableClause

T = TypeVar("T")
MAIN = "matter"
"""The table by which the owner of all is known."""
_LOGGERS = ("sqlalchemy.engine.Engine", "sqlalchemy.pool.impl.NullPool")
_NAME = "time_matters"
_SQLSTATE = re.compile(r"[0-9A-Z]{5}")
_REFUSED_CODES = ("28000", "28P01")
_REFUSED = (
    "login failed for user",
    "password authentication failed",
    "not permitted to log in",
    "no password supplied",
)
"""How SQL Server and PostgreSQL say that a login is refused; the latter gives no code while it connects."""
_SNAPSHOT = "SELECT snapshot_isolation_state FROM sys.databases WHERE name = DB_NAME()"

_NO_SNAPSHOT = (
    "The database does not let the hub read its tables as they are at one moment: a row that moves meanwhile "
    "may be passed over until the next run. Have its administrator run ALTER DATABASE … SET "
    "ALLOW_SNAPSHOT_ISOLATION ON."
)


class Database:
    """A database, not opened yet.

    Args:
        url: its address; of SQLite a file that is there already.
        password: the user's password, if there is one.
        owner: whose the tables are; empty for no one's in particular, ``None`` where it has to be found.
        workspace: where relative paths of SQLite start.

    """

    def __init__(self, url: URL, password: str, owner: str | None, workspace: Path) -> None:
        # A file has no users.
        self._url = url.set(password=password) if password and not _is_sqlite(url) else url
        self._owner = owner
        self._workspace = workspace

    @contextmanager
    def opened(self) -> Iterator[Snapshot]:
        """Open one transaction.

        Raises:
            AuthenticationFailed: the database refuses the user.
            SourceFailed: it cannot be reached.
            SourceMissing: nobody in it owns tables of Time Matters.

        """
        engine = self._engine()
        connection = _attempt(lambda: _connected(engine))
        try:
            owner = _attempt(lambda: _owner(connection, self._owner))
            yield Snapshot(connection, owner, was_found=self._owner is None)
        finally:
            with contextlib.suppress(SQLAlchemyError):
                connection.close()
            engine.dispose()

    def _engine(self) -> Engine:
        for name in _LOGGERS:
            logging.getLogger(f"{name}.{_NAME}").disabled = True
        options: dict[str, Any] = {"creator": self._open_sqlite} if _is_sqlite(self._url) else {}
        try:
            return sqlalchemy.create_engine(
                self._url,
                poolclass=NullPool,
                hide_parameters=True,
                logging_name=_NAME,
                pool_logging_name=_NAME,
                **options,
            )
        except (ImportError, SQLAlchemyError):
            failed = ConfigurationError(
                f"There is no driver for {self._url.drivername} here.",
                remedy='Install it beside the hub: pip install "legal-billing-hub[time-matters]".',
            )
        raise failed

    def _open_sqlite(self) -> sqlite3.Connection:
        path = self._workspace / (self._url.database or "")
        return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)


class Snapshot:
    """The tables of one owner, as they are in one transaction."""

    notices: Collection[str] = ()

    def __init__(self, connection: Connection, owner: str, *, was_found: bool) -> None:
        self.owner = owner
        self._was_found = was_found
        self._connection = connection
        self._names = _attempt(lambda: _names(sqlalchemy.inspect(connection), owner or None))

    @property
    def complete(self) -> bool:
        """A listing that did not raise held everything."""
        return True

    def remarks(self) -> Sequence[str]:
        """Whose the tables are, where that was found; and what SQL Server should be allowed."""
        remarks = []
        if self._was_found and self.owner:
            remarks.append(f'The tables are of {self.owner}. Put owner = "{self.owner}" into hub.toml.')
        if self._connection.dialect.name == "mssql" and not _is_snapshot(self._connection):
            remarks.append(_NO_SNAPSHOT)
        return remarks

    def names(self) -> Sequence[str]:
        """The names of all tables and views of the owner."""
        return list(self._names.values())

    def columns(self, table: str) -> Sequence[str]:
        """The columns of a table, in lower case."""
        return [name.lower() for name in self._spelt(table)]

    def rows(self, table: str, columns: Collection[str] | None = None) -> Iterator[Row]:
        """The rows of a table, a page in memory at a time."""
        spelt = [name for name in self._spelt(table) if columns is None or name.lower() in columns]
        if not spelt:
            return
        names = [name.lower() for name in spelt]
        shown: list[sqlalchemy.ColumnClause[object]] = [sqlalchemy.column(name) for name in spelt]
        select = sqlalchemy.select(*shown).select_from(self._table(table))
        number = 1
        for page in _pages(self._connection, select):
            for values in page:
                number += 1
                yield Row(number, dict(zip(names, map(_text, values), strict=True)))

    def _spelt(self, table: str) -> Sequence[str]:
        """The columns as they are spelt there: those of a result without rows."""
        none = (
            sqlalchemy.select(sqlalchemy.text("*"))
            .select_from(self._table(table))
            .where(sqlalchemy.text("1 = 0"))
        )

        def names() -> Sequence[str]:
            with self._connection.execute(none) as result:  # SQL Server answers one question at a time
                return list(result.keys())

        return _attempt(names)

    def _table(self, table: str) -> TableClause:
        name = self._names.get(table.lower())
        if name is None:
            whose = f" of {self.owner}" if self.owner else ""
            raise SourceMissing(
                f"The database shows no table {table}{whose}.",
                remedy="Let the hub's user read it, or correct its name or the owner in hub.toml; "
                "nothing is taken to be deleted.",
            )
        return sqlalchemy.table(name, schema=self.owner or None)


def _connected(engine: Engine) -> Connection:
    """Connect and open a transaction that only reads, in the strongest isolation that locks nobody out."""
    connection = engine.connect()
    try:
        return _isolated(connection)
    except BaseException:
        connection.close()
        raise


def _isolated(connection: Connection) -> Connection:
    match connection.dialect.name:
        case "sqlite":
            # The driver begins no transaction for reading by itself.
            connection = connection.execution_options(isolation_level="AUTOCOMMIT")
            connection.exec_driver_sql("BEGIN")
        case "postgresql":
            connection = connection.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
        case "mssql":
            allowed = connection.exec_driver_sql(_SNAPSHOT).scalar() == 1
            connection.rollback()
            if allowed:
                connection = connection.execution_options(isolation_level="SNAPSHOT")
        case _:
            pass
    return connection


def _owner(connection: Connection, said: str | None) -> str:
    """Whose the tables are, where it is not said: the one owner of a table ``matter``."""
    if said is not None:
        return said
    inspector = sqlalchemy.inspect(connection)
    if MAIN in _names(inspector, None):
        return ""
    found = [owner for owner in inspector.get_schema_names() if MAIN in _names(inspector, owner)]
    if len(found) == 1:
        return found[0]
    if found:
        raise ConfigurationError(
            f"The tables of Time Matters stand there several times: of {', '.join(sorted(found))}.",
            remedy="Set owner in hub.toml to the right one.",
        )
    raise SourceMissing(
        "The database shows no table matter, of no owner.",
        remedy="See that it is the one of Time Matters, and let the hub's user read its tables.",
    )


def _is_snapshot(connection: Connection) -> bool:
    return str(_attempt(connection.get_isolation_level)) == "SNAPSHOT"


def _names(inspector: sqlalchemy.Inspector, owner: str | None) -> Mapping[str, str]:
    """The tables and views of an owner: in lower case → as they are spelt."""
    names = [*inspector.get_view_names(schema=owner), *inspector.get_table_names(schema=owner)]
    return {name.lower(): name for name in names}


def _pages(connection: Connection, select: sqlalchemy.Executable) -> Iterator[Sequence[Sequence[object]]]:
    options = {"stream_results": True, "yield_per": PAGE}
    result = _attempt(lambda: connection.execute(select, execution_options=options))
    try:
        partitions = result.partitions()
        while (page := _attempt(lambda: next(partitions, None))) is not None:
            yield page
    finally:
        with contextlib.suppress(SQLAlchemyError):
            result.close()


def _attempt(step: Callable[[], T]) -> T:
    """Do a step at the database; of what it says of a failure only the sort gets out.

    Raises:
        AuthenticationFailed: it refuses the user.
        SourceFailed: it failed otherwise.

    """
    try:
        return step()
    except (SQLAlchemyError, sqlite3.Error) as error:
        failed = _told(error)
    # Outside, so that no traceback leads to the statement or the address.
    raise failed


def _told(error: Exception) -> HubError:
    cause = getattr(error, "orig", None) or error
    words = [str(getattr(cause, "sqlstate", "")), *map(str, cause.args)]
    if any(word in _REFUSED_CODES or any(said in word.lower() for said in _REFUSED) for word in words):
        return AuthenticationFailed(
            "The database of Time Matters refuses the user or the password.",
            remedy="Give the right password: hub connect asks for it.",
        )
    return SourceFailed(
        f"The database of Time Matters failed ({', '.join([type(cause).__name__, *_codes(words)])}).",
        remedy="See that it runs, that address and driver are right, and that the hub's user may read it.",
    )


def _codes(words: Sequence[str]) -> Sequence[str]:
    """The SQLSTATE, which says to the firm's IT what it was, and nothing else."""
    return [word for word in words if _SQLSTATE.fullmatch(word)][:1]


def _is_sqlite(url: URL) -> bool:
    return url.get_backend_name() == "sqlite"


def _text(value: object) -> str:
    """A value as an export of the table would spell it; a float as its shortest exact text."""
    return _SPELT.get(type(value), str)(value)


def _hexadecimal(value: bytes) -> str:
    return f"0x{bytes(value).hex().upper()}"


_SPELT: Mapping[type, Callable[[Any], str]] = {
    str: str.rstrip,
    type(None): lambda _: "",
    bool: lambda value: "1" if value else "0",
    Decimal: lambda value: f"{value:f}",
    datetime: lambda value: value.isoformat(sep=" "),
    bytes: _hexadecimal,
    memoryview: _hexadecimal,
}
