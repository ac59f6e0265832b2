"""What the driver raises, in words of ours."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pyodbc

from hub_tabs3_reader.problems import ReaderError, wrong_bits

if TYPE_CHECKING:
    from collections.abc import Iterator

_NATIVE = re.compile(r"\((-?\d+)\) \(SQL\w+\)")
_AGAIN = "See that Tabs3's server is running and can be reached from this machine, and try again."


@contextmanager
def driver_errors(doing: str) -> Iterator[None]:
    """Turn what the driver and pyodbc raise into a ReaderError that says what was being done.

    The driver's own text stays here: it may quote the connection string or what is in a row.

    Raises:
        ReaderError: anything of pyodbc was raised.

    """
    try:
        yield
    except pyodbc.Error as error:
        raise _named(error, doing) from error
    except (ValueError, OverflowError, SystemError) as error:
        # pyodbc raises these for a date that is none, and for bytes that its codec refuses.
        raise ReaderError(
            "unreadable",
            f"The driver handed over a value that is none while {doing} ({type(error).__name__}).",
            "Look for a damaged record with Tabs3's data file maintenance, and try again.",
        ) from error


def state_of(error: Exception) -> str:
    """Give the SQLSTATE of an error of pyodbc."""
    return str(error.args[0]) if error.args else ""


def _named(error: Exception, doing: str) -> ReaderError:
    state, text = state_of(error), str(error.args[-1]) if error.args else ""
    if state == "IM014" or (state == "IM003" and "193" in text):
        return wrong_bits()
    if state == "IM002":
        return ReaderError("no_such_dsn", "There is no such ODBC data source.")
    if state == "IM003" or "Can't open lib" in text:
        return ReaderError(
            "driver_missing",
            "The ODBC driver that the data source names is not installed, or cannot be loaded.",
            "Install the Tabs3 ODBC driver on this machine.",
        )
    if state.startswith("28"):
        return ReaderError(
            "login",
            "Tabs3's server refused the login.",
            "Look at user and password of the connection string, or at the guest login of the server.",
        )
    remedy = _AGAIN if state.startswith(("08", "HYT")) else ""
    return ReaderError("driver", f"The ODBC driver failed while {doing} ({_codes(state, text)}).", remedy)


def _codes(state: str, text: str) -> str:
    """The SQLSTATE and the driver's own numbers, by which a vendor's support finds the cause."""
    return ", ".join([f"SQLSTATE {state[:5]}", *(f"code {found}" for found in _NATIVE.findall(text))])
