"""The ODBC data sources of this machine, and for whom each of them is there.

A system DSN is for everybody, a user DSN for one user: a task that runs under another account does
not see it. On Windows there are two sets of system DSNs, one for programs of each number of bits.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import NamedTuple

import pyodbc

from hub_tabs3_reader.problems import BITS, ReaderError, wrong_bits

_SECTION = re.compile(r"^\s*\[([^\]]+)\]", re.MULTILINE)
_NOT_SOURCES = {"ODBC", "ODBC Data Sources"}
_IN_A_NAME = re.compile(r"[^\[\]{}(),;?*=!@\\\x00-\x1f]{1,32}")
"""SQLConfigDataSource, ODBC reference: what a data source's name may hold, and SQL_MAX_DSN_LENGTH."""


class Source(NamedTuple):
    """A data source that this process sees; ``place`` is system, user or unknown."""

    name: str
    driver: str
    place: str


if sys.platform == "win32":
    import winreg

    _LISTED = r"SOFTWARE\ODBC\ODBC.INI\ODBC Data Sources"
    _OTHER_VIEW = winreg.KEY_WOW64_32KEY if BITS > 32 else winreg.KEY_WOW64_64KEY  # noqa: PLR2004 -- bits

    def _registered(root: int, view: int = 0) -> set[str]:
        try:
            with winreg.OpenKey(root, _LISTED, access=winreg.KEY_READ | view) as key:
                return {winreg.EnumValue(key, number)[0] for number in range(winreg.QueryInfoKey(key)[1])}
        except OSError:
            return set()

    def _of_user() -> set[str]:
        return _registered(winreg.HKEY_CURRENT_USER)

    def _of_system() -> set[str]:
        return _registered(winreg.HKEY_LOCAL_MACHINE)

    def _of_other_bits() -> set[str]:
        return _registered(winreg.HKEY_LOCAL_MACHINE, _OTHER_VIEW)

else:

    def _listed(path: Path) -> set[str]:
        try:
            found = _SECTION.findall(path.read_text(encoding="utf-8", errors="replace"))
        except OSError:
            return set()
        return set(found) - _NOT_SOURCES

    def _of_user() -> set[str]:
        return _listed(Path(os.environ.get("ODBCINI") or Path.home() / ".odbc.ini"))

    def _of_system() -> set[str]:
        return _listed(Path(os.environ.get("ODBCSYSINI") or "/etc") / "odbc.ini")

    def _of_other_bits() -> set[str]:
        return set()


def visible() -> list[Source]:
    """List the data sources that this process sees."""
    user, system = _of_user(), _of_system()
    return [
        Source(name, driver, _place(name, user, system))
        for name, driver in sorted(pyodbc.dataSources().items())
    ]


def checked(dsn: str) -> str:
    """Let a name pass that can be nothing but a data source's name.

    Raises:
        ReaderError: it cannot be one.

    """
    if not _IN_A_NAME.fullmatch(dsn):
        raise ReaderError("bad_request", "The name of the data source is not one that ODBC allows.")
    return dsn


def not_there(dsn: str) -> ReaderError:
    """Say that a data source is not there, which are, and whether it is there for the other bits."""
    if dsn.casefold() in {name.casefold() for name in _of_other_bits()}:
        return wrong_bits()
    names = ", ".join(source.name for source in visible()) or "none"
    subject = f"{dsn} is not an ODBC data source" if dsn else "The connection names no ODBC data source"
    return ReaderError(
        "no_such_dsn",
        f"{subject} that a {BITS}-bit program sees here. There are: {names}.",
        "Make a system DSN for Tabs3 in the 32-bit ODBC administrator (odbcad32.exe in SysWOW64).",
    )


def _place(name: str, user: set[str], system: set[str]) -> str:
    """A user's DSN hides the system's of the same name from that user alone: others still find one."""
    if name in system:
        return "system"
    return "user" if name in user else "unknown"
