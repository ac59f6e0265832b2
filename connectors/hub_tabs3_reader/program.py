"""The program ``hub-tabs3-reader``: prints frames for the hub, or writes an export into a folder."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from hub_tabs3_reader import __version__
from hub_tabs3_reader.printing import put
from hub_tabs3_reader.problems import BITS, ReaderError, without_pyodbc

if TYPE_CHECKING:
    from collections.abc import Sequence

CONNECT = "HUB_TABS3_READER_CONNECT"
"""The environment variable for further parts of the connection string."""
_INTERRUPTED = 130


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Tell a wrong command line in the same form as everything else."""
        raise ReaderError("bad_request", f"The command line is wrong: {message}.", "See --help.")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program and give its exit code: 0 where everything asked for was read."""
    try:
        return _run(arguments)
    except BrokenPipeError:
        return _nobody_listens()
    except KeyboardInterrupt:
        return _INTERRUPTED


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="hub-tabs3-reader",
        description="Read tables of Tabs3 through its ODBC driver. Selects only; never writes to Tabs3.",
        epilog=f"A password has no place on a command line: put parts of a connection string into {CONNECT}.",
    )
    add = parser.add_argument
    add("--dsn", default="", help="the ODBC data source, such as Tabs3")
    add("--connect", default="", metavar="STRING", help="a connection string, in place of a data source")
    add(
        "--tables",
        default="",
        metavar="NAMES",
        help="such as CLIENT,FEE; without it, those that the hub knows",
    )
    add("--into", type=Path, metavar="FOLDER", help="write NAME.ndjson files there, all or none")
    add("--request", choices=["-"], help="read the request from the standard input, a line of JSON")
    add("--doctor", action="store_true", help="try the connection and tell what is in the way")
    add("--version", action="version", version=__version__)
    return parser


def _run(arguments: Sequence[str] | None) -> int:
    try:
        options = _parser().parse_args(arguments)
        further = ";".join(filter(None, (options.connect, os.environ.get(CONNECT, ""))))
        if options.doctor:
            _doctor(options.dsn, further)
        else:
            _read(options, further)
    except (BrokenPipeError, KeyboardInterrupt):
        raise
    except Exception as error:  # noqa: BLE001 -- a traceback could show a row, and the hub reads lines
        put({"error": _named(error).told()})
        return 1
    return 0


def _read(options: argparse.Namespace, further: str) -> None:
    try:
        from hub_tabs3_reader import work  # noqa: PLC0415 -- needs pyodbc, without which this still says so
    except ImportError as error:
        raise without_pyodbc() from error
    work.read(options, further)


def _doctor(dsn: str, further: str) -> None:
    found = {"version": __version__, "bits": BITS, "python": platform.python_version(), "dsn": dsn}
    try:
        from hub_tabs3_reader import doctor  # noqa: PLC0415 -- as above
    except ImportError:
        put({"doctor": {**found, "connected": False, "error": without_pyodbc().told()}})
    else:
        put({"doctor": {**found, **doctor.examine(dsn, further)}})


def _named(error: Exception) -> ReaderError:
    if isinstance(error, ReaderError):
        return error
    place = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{Path(place.filename).name}:{place.lineno}"
    return ReaderError("unexpected", f"The reader met an unexpected {type(error).__name__} at {where}.")


def _nobody_listens() -> int:
    """The hub has gone: let the interpreter end without trying to flush once more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 1
