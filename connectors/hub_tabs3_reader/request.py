"""What is asked for: tables by their names, some of them by the values of a column."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from hub_tabs3_reader.problems import ReaderError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

TABLES = ("CLIENT", "EMPLOYEE", "TCODE", "FEE", "COST", "PAYMENT", "FUND", "ARCHIVE", "LEDGER")
"""What is read where nobody says what: the tables that the hub knows."""

# Unbilled entries before billed ones, and statements last. An entry that is billed meanwhile goes
# from FEE to ARCHIVE and from PAYMENT to LEDGER: read in this order it is seen twice, never not at
# all. One that goes the other way is missed; the counts before and after tell of both.
_ORDER = ("FEE", "COST", "PAYMENT", "FUND", "ARCHIVE", "LEDGER")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")
_LONGEST_VALUE = 255


class Wanted(NamedTuple):
    """A table that is asked for.

    Args:
        name: the table, in capitals.
        column: read only rows with one of the values in it; empty for all rows.
        values: those values.
        optional: whether it may be absent.

    """

    name: str
    column: str = ""
    values: tuple[str, ...] = ()
    optional: bool = False


def named(tables: str) -> list[Wanted]:
    """Read a list such as ``CLIENT,FEE``; an empty one means the known tables that are there.

    Raises:
        ReaderError: a name is none, or comes twice.

    """
    if not tables.strip():
        return in_order(Wanted(name, optional=True) for name in TABLES)
    return in_order(Wanted(identifier(name.strip()).upper()) for name in tables.split(","))


def parsed(line: bytes) -> list[Wanted]:
    """Read a request: ``{"tables": [{"name": …, "column": …, "values": […], "optional": …}]}``.

    Raises:
        ReaderError: it is not such a request.

    """
    try:
        return in_order(_wanted(**table) for table in json.loads(line)["tables"])
    except (ValueError, TypeError, KeyError) as error:
        raise _bad("The request is not a line of JSON with tables in it.") from error


def in_order(wanted: Iterable[Wanted]) -> list[Wanted]:
    """Put tables into the order in which they are read.

    Raises:
        ReaderError: a table comes twice, or there is none.

    """
    found = sorted(wanted, key=lambda table: _ORDER.index(table.name) if table.name in _ORDER else -1)
    if not found or len({table.name for table in found}) < len(found):
        raise _bad("The request names no table, or one of them twice.")
    return found


def identifier(name: object) -> str:
    """Let a name pass that can be nothing but a name.

    Raises:
        ReaderError: it holds other characters than letters, digits and underscores.

    """
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise _bad("A name of a table or column has other characters than letters, digits and _.")
    return name


def _wanted(name: Any, column: Any = "", values: Any = (), *, optional: bool = False) -> Wanted:  # noqa: ANN401 -- as it was sent
    if not column:
        return Wanted(identifier(name).upper(), optional=optional is True)
    return Wanted(identifier(name).upper(), identifier(column), _values(values), optional is True)


def _values(values: Sequence[Any]) -> tuple[str, ...]:
    if isinstance(values, str) or not all(
        isinstance(value, str) and len(value) <= _LONGEST_VALUE for value in values
    ):
        raise _bad("The values of a column are a list of short texts.")
    return tuple(dict.fromkeys(values))


def _bad(message: str) -> ReaderError:
    return ReaderError("bad_request", message)
