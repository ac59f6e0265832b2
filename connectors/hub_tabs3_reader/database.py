"""One short connection to Tabs3 that can do nothing but select."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

import pyodbc

from hub_tabs3_reader import sources, spelling
from hub_tabs3_reader.driver import driver_errors, state_of
from hub_tabs3_reader.problems import ReaderError
from hub_tabs3_reader.reading import State

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import TracebackType
    from typing import Self

    from hub_tabs3_reader.reading import Parameter

    Values = Mapping[str, str | None]

_SEQUENCE = "_SEQUENCE_NO"
_ROWS_AT_ONCE = 200
_VALUES_AT_ONCE = 200
# SQLSTATEs of a driver that has no such attribute: the connection works without.
_NOT_KNOWN = ("HYC00", "HY092", "IM001")
# The numeric types of ODBC: NUMERIC, DECIMAL, INTEGER, SMALLINT, FLOAT, REAL, DOUBLE, BIGINT, TINYINT, BIT.
_NUMERIC = frozenset({2, 3, 4, 5, 6, 7, 8, -5, -6, -7})


class Database:
    """The tables behind a data source; close it as soon as they are read."""

    def __init__(self, connection: pyodbc.Connection) -> None:
        self._connection = connection
        self._names: dict[str, str] | None = None
        self._columns: dict[str, dict[str, int]] = {}

    @classmethod
    def connect(cls, dsn: str, further: str = "") -> Self:
        """Connect to a data source, with further parts of a connection string.

        Raises:
            ReaderError: there is no connection to be had.

        """
        parts = [f"DSN={sources.checked(dsn)}"] if dsn else []
        string = ";".join([*parts, *([further] if further else [])])
        if not string:
            raise ReaderError("bad_request", "No data source is named.", "Say which with --dsn.")
        try:
            return cls(_connection(string))
        except ReaderError as error:
            raise sources.not_there(dsn) if error.code == "no_such_dsn" else error from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with suppress(pyodbc.Error):
            self._connection.close()

    def product(self) -> str:
        """Name the database and its version, as far as the driver tells."""
        return " ".join(filter(None, (self.about("SQL_DBMS_NAME"), self.about("SQL_DBMS_VER"))))

    def about(self, what: str) -> str:
        """Ask the driver about itself; empty where it does not say."""
        try:
            found = self._connection.getinfo(getattr(pyodbc, what))
        except pyodbc.Error:
            return ""
        return found if isinstance(found, str) else ""

    def names(self) -> dict[str, str]:
        """Give the tables by their names in capitals, each as the driver spells it."""
        if self._names is None:
            with driver_errors("listing the tables"):
                rows = self._connection.cursor().tables().fetchall()
            self._names = {str(row[2]).upper(): str(row[2]) for row in rows}
        return self._names

    def columns(self, table: str) -> dict[str, int]:
        """Give the columns of a table as the driver spells them, with their ODBC types."""
        if table not in self._columns:
            with driver_errors(f"listing the columns of {table}"):
                rows = self._connection.cursor().columns(table=self._table(table)).fetchall()
            # The driver takes the name for a pattern, in which _ stands for any character.
            named = {str(row[3]): int(row[4]) for row in rows if str(row[2]).upper() == table}
            self._columns[table] = named
        return self._columns[table]

    def state(self, table: str) -> State:
        """Ask how many rows there are, and the highest ``_SEQUENCE_NO``."""
        highest = f", MAX({self._spelt(_SEQUENCE)})" if _SEQUENCE in self.columns(table) else ""
        row = self._one(f"SELECT COUNT(*){highest} FROM {self._spelt(self._table(table))}", table)  # noqa: S608 -- checked names
        return State(int(row[0]), row[1] if highest else None)

    def count_up_to(self, table: str, highest: Parameter) -> int:
        """Ask how many rows there are up to a ``_SEQUENCE_NO``."""
        where = f"{self._spelt(_SEQUENCE)} <= ?"
        select = f"SELECT COUNT(*) FROM {self._spelt(self._table(table))} WHERE {where}"  # noqa: S608 -- checked names
        row = self._one(select, table, highest)
        return int(row[0])

    def secure_clients(self) -> int | None:
        """Ask how many clients that Tabs3 hides from most users the driver shows."""
        columns = {name.upper(): kind for name, kind in self.columns("CLIENT").items()}
        if "SECURE_CLIENT" not in columns:
            return None
        one = 1 if columns["SECURE_CLIENT"] in _NUMERIC else "1"
        row = self._one("SELECT COUNT(*) FROM CLIENT WHERE SECURE_CLIENT = ?", "CLIENT", one)
        return int(row[0])

    def rows(self, table: str, column: str = "", values: tuple[str, ...] = ()) -> Iterator[Values]:
        """Read a table, or its rows with one of the values in the column, a few rows at a time."""
        select = f"SELECT * FROM {self._spelt(self._table(table))}"  # noqa: S608 -- checked names
        if not column:
            yield from self._selected(select, (), table)
            return
        found, parameters = self._parameters(table, column, values)
        for start in range(0, len(parameters), _VALUES_AT_ONCE):
            some = parameters[start : start + _VALUES_AT_ONCE]
            marks = ",".join("?" * len(some))
            yield from self._selected(f"{select} WHERE {self._spelt(found)} IN ({marks})", some, table)

    def _selected(self, select: str, parameters: tuple[Parameter, ...], table: str) -> Iterator[Values]:
        with driver_errors(f"reading {table}"):
            cursor = self._connection.cursor()
            try:
                cursor.execute(select, parameters)
                names = [column[0] for column in cursor.description]
                spellers = [spelling.speller(column[1], column[4]) for column in cursor.description]
                while rows := cursor.fetchmany(_ROWS_AT_ONCE):
                    for row in rows:
                        values = (spell(value) for spell, value in zip(spellers, row, strict=True))
                        yield dict(zip(names, values, strict=True))
            finally:
                cursor.close()

    def _parameters(
        self,
        table: str,
        column: str,
        values: tuple[str, ...],
    ) -> tuple[str, tuple[Parameter, ...]]:
        """Give the column as the driver spells it, and the values in its type."""
        for name, kind in self.columns(table).items():
            if name.upper() == column.upper():
                return name, tuple(_number(value) for value in values) if kind in _NUMERIC else values
        raise ReaderError("column_missing", f"{table} has no column {column}.")

    def _table(self, name: str) -> str:
        found = self.names().get(name)
        if found is None:
            raise ReaderError(
                "table_missing",
                f"The data source has no table {name}.",
                "See that it is the one of Tabs3 Billing, and that ODBC was initialized in Tabs3.",
            )
        return found

    def _spelt(self, name: str) -> str:
        """A name with a leading underscore is no plain name in SQL; the driver says how it is quoted."""
        if not name.startswith("_"):
            return name
        quote = self.about("SQL_IDENTIFIER_QUOTE_CHAR").strip()[:1]
        return f"{quote}{name}{quote}"

    def _one(self, select: str, table: str, *parameters: Parameter) -> pyodbc.Row:
        with driver_errors(f"counting {table}"):
            cursor = self._connection.cursor()
            try:
                row = cursor.execute(select, parameters).fetchone()
            finally:
                cursor.close()
        assert row is not None  # an aggregate always has its row
        return row


def _connection(string: str) -> pyodbc.Connection:
    pyodbc.pooling = False  # what is closed is closed, and holds nothing while Tabs3 wants its files
    with driver_errors("connecting"):
        connection = _read_only(string)
    # Bytes, not what a driver manager makes of them: Tabs3's texts are cp1252 or UTF-8.
    connection.setdecoding(pyodbc.SQL_CHAR, encoding=spelling.CODEC, ctype=pyodbc.SQL_CHAR)
    connection.setencoding(encoding="utf-8", ctype=pyodbc.SQL_CHAR)
    return connection


def _read_only(string: str) -> pyodbc.Connection:
    """Connect read-only where the driver knows that, and without a transaction in any case."""
    try:
        return pyodbc.connect(string, readonly=True, autocommit=True)
    except pyodbc.Error as error:
        if state_of(error) not in _NOT_KNOWN:
            raise
    return pyodbc.connect(string, autocommit=True)


def _number(text: str) -> Parameter:
    try:
        return int(text) if text.strip().isdecimal() else Decimal(text)
    except InvalidOperation as error:
        raise ReaderError("bad_request", "A value for a column of numbers is no number.") from error
