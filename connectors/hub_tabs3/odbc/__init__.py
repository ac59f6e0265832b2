"""Tabs3 read live, through a program that can load its driver.

The driver (FairCom c-tree Plus) is 32-bit and read-only, and sold separately (Tabs3 KB R10017). The
hub's Python cannot load it, so that ``hub-tabs3-reader`` does, in a 32-bit Python. Each call is one
short connection that selects.

An export by the same program (``--into``) needs nothing of this but ``export_state``.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from hub.sdk import ConfigurationError, Health, SourceFailed
from hub_tabs3.odbc.blackout import Blackout
from hub_tabs3.odbc.child import running
from hub_tabs3.odbc.export import ExportState, export_state
from hub_tabs3.odbc.health import judged
from hub_tabs3.odbc.run_folder import RunFolder
from hub_tabs3.odbc.spool import Fetched, FetchedTable, Spool, told

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = [
    "CONNECT",
    "Blackout",
    "ExportState",
    "Fetched",
    "FetchedTable",
    "Reader",
    "RunFolder",
    "TableRequest",
    "export_state",
    "reader_command",
]

CONNECT = "HUB_TABS3_READER_CONNECT"
"""The environment variable for parts of the connection string; what is in it is on no command line."""
_NAME = re.compile(r"[A-Z_][A-Z0-9_]{0,127}")
_PATIENCE_SECONDS = 300.0
"""A server counts a table of a million rows before it gives the first of them."""
_DOCTOR_SECONDS = 60.0


class TableRequest(NamedTuple):
    """A table to be read, or its rows that have one of the values in a column."""

    name: str
    column: str = ""
    values: tuple[str, ...] = ()
    optional: bool = False
    """Whether it may be absent."""


@dataclass(frozen=True)
class Reader:
    """The reader, as the firm has set it up.

    Args:
        command: the program and what comes before its own arguments.
        dsn: the ODBC data source, a system DSN; empty where ``environment`` says everything.
        environment: further variables for it, such as ``CONNECT``.
        silence_seconds: for how long it may say nothing before it is ended.

    """

    command: Sequence[str]
    dsn: str
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    silence_seconds: float = _PATIENCE_SECONDS

    def fetch(self, requests: Sequence[TableRequest], folder: Path) -> Fetched:
        """Read tables into ``NAME.ndjson`` files of a folder that only its owner may read.

        The files get their names when all that was asked for is there and the reader has ended
        well; in any other case nothing is put into the folder.

        Raises:
            AuthenticationFailed: Tabs3's server refused the login.
            SourceFailed: not all of it could be read; nothing is known of any of it.

        """
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        names = {_checked(request.name): request.optional for request in requests}
        spool = Spool(folder, names, (name for name, optional in names.items() if optional))
        try:
            with running(
                self._called("--request=-"), self.environment, _line(requests), self.silence_seconds
            ) as child:
                for line in child.lines():
                    spool.take(line)
                return spool.finish(child.code())
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise SourceFailed(f"What is read from Tabs3 cannot be put into {folder}: {reason}.") from error
        finally:
            spool.discard()

    def health(self) -> Health:
        """Let the reader look at the machine and try the connection."""
        try:
            return judged(self._examined())
        except SourceFailed as error:
            return Health(ok=False, notes=(str(error),))

    def _examined(self) -> Mapping[str, Any]:
        silence = min(self.silence_seconds, _DOCTOR_SECONDS)
        with running(self._called("--doctor"), self.environment, b"", silence) as child:
            lines = list(child.lines())
            code = child.code()
        try:
            frame = json.loads(lines[-1])
            if "error" in frame:
                raise told(frame["error"])
            return dict(frame["doctor"])
        except (ValueError, TypeError, KeyError, IndexError) as error:
            raise SourceFailed(
                f"{self.command[0]} does not answer as the Tabs3 reader does (exit code {code}).",
                remedy="See that reader in hub.toml names hub-tabs3-reader, and run it with --doctor.",
            ) from error

    def _called(self, *arguments: str) -> list[str]:
        dsn = [f"--dsn={self.dsn}"] if self.dsn else []
        return [*self.command, *dsn, *arguments]


def reader_command(setting: str | Sequence[str], workspace: Path) -> list[str]:
    """Make a command of a setting: a name to look for, or a path, which starts at the workspace.

    A name is looked for beside the hub's own Python first, then on the PATH. A list may go on with
    arguments, such as ``["C:/Python312-32/python.exe", "-m", "hub_tabs3_reader"]``.
    """
    program, *arguments = [setting] if isinstance(setting, str) else setting
    if "/" in program or "\\" in program:
        return [str(workspace / program), *arguments]
    places = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    return [shutil.which(program, path=places) or program, *arguments]


def _line(requests: Sequence[TableRequest]) -> bytes:
    return json.dumps({"tables": [request._asdict() for request in requests]}).encode() + b"\n"


def _checked(name: str) -> str:
    """It becomes the name of a file."""
    if not _NAME.fullmatch(name):
        raise ConfigurationError(
            f"{name} is not the name of a Tabs3 table.",
            remedy="A name has capitals, digits and underscores, such as ARCHIVE.",
        )
    return name
