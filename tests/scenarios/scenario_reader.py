"""The Tabs3 reader, beside which something happens: ``scenario_reader.py PLAN ARGUMENT ...``.

The file PLAN says what: ``tally`` counts the rows of each table; ``dies`` after so many frames of a call;
``moves`` brings the database ``books`` to another state after a table of a call, or before the call.
Calls are counted from 1 in a file beside the plan.
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import sys
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hub_tabs3_reader import program, request
from hub_tabs3_reader.database import Database
from hub_tabs3_reader.printing import put
from hub_tabs3_reader.reading import Reading

if TYPE_CHECKING:
    from collections.abc import Iterable

_KILL = getattr(signal, "SIGKILL", signal.SIGTERM)  # Windows has no other


@dataclass
class Plan:
    """What happens beside the reader.

    Args:
        path: the file of the plan.
        books: the database that is read.
        dies: the call in which the reader is killed, and after how many frames.
        moves: in turn, the call and table after which ``books`` comes to the state of a database; no
            call for any, no table for the beginning of a call.

    """

    path: Path
    books: Path
    dies: tuple[int, int] | None = None
    moves: list[tuple[int, str, str]] = field(default_factory=list)

    def write(self) -> Plan:
        """Put it where the reader finds it, and count calls from 1 again."""
        told = {"books": str(self.books), "dies": self.dies, "moves": self.moves}
        self.path.write_text(json.dumps(told), encoding="utf-8")
        self._told.write_text("[]", encoding="utf-8")
        return self

    @property
    def command(self) -> list[str]:
        """The setting ``reader``."""
        return [sys.executable, __file__, str(self.path)]

    @property
    def calls(self) -> list[dict[str, int]]:
        """How many rows of which table each call has given."""
        found: list[dict[str, int]] = json.loads(self._told.read_text(encoding="utf-8"))
        return found

    def rows(self, table: str) -> int:
        """How many rows of a table all calls have given."""
        return sum(call.get(table, 0) for call in self.calls)

    @property
    def _told(self) -> Path:
        return self.path.with_suffix(".calls")


class Beside:
    """The reader's call, while the plan goes on."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._plan: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        self._told = path.with_suffix(".calls")
        self._calls: list[dict[str, int]] = json.loads(self._told.read_text(encoding="utf-8"))
        self._number = len(self._calls) + 1
        self._calls.append({})

    def read(self, dsn: str, further: str) -> None:
        """Print the frames of a reading."""
        wanted = request.parsed(sys.stdin.buffer.readline())
        self._note()
        self._move("")
        with Database.connect(dsn, further) as database:
            self._print(Reading(database, wanted).frames())

    def _print(self, frames: Iterable[dict[str, Any]]) -> None:
        dies = self._plan["dies"]
        for number, frame in enumerate(frames, 1):
            put(frame)
            if dies and dies == [self._number, number]:
                os.kill(os.getpid(), _KILL)
            if "end" in frame:
                self._calls[-1][frame["end"]] = frame["rows"]
                self._note()
                self._move(frame["end"])

    def _note(self) -> None:
        self._told.write_text(json.dumps(self._calls), encoding="utf-8")

    def _move(self, table: str) -> None:
        """Make the next move of the plan if it is due here."""
        if self._plan["moves"]:
            call, after, state = self._plan["moves"][0]
            if call in {0, self._number} and after in {"*", table}:
                bring(Path(self._plan["books"]), Path(state))
                del self._plan["moves"][0]
                self._path.write_text(json.dumps(self._plan), encoding="utf-8")


def bring(books: Path, state: Path) -> None:
    """Bring all tables of a database to what they are in another, in one transaction."""
    with closing(sqlite3.connect(books, isolation_level=None)) as database:
        database.execute("ATTACH ? AS state", (str(state),))
        names = [
            name for (name,) in database.execute("SELECT name FROM state.sqlite_master WHERE type = 'table'")
        ]
        database.execute("BEGIN IMMEDIATE")
        for name in names:
            database.execute(f'DELETE FROM main."{name}"')
            database.execute(f'INSERT INTO main."{name}" SELECT * FROM state."{name}"')
        database.execute("COMMIT")


def main(plan: str, *arguments: str) -> int:
    """Read as the program does, or let it look for what is in the way."""
    if "--request=-" not in arguments:
        return program.main(arguments)
    dsn = next((one.removeprefix("--dsn=") for one in arguments if one.startswith("--dsn=")), "")
    Beside(Path(plan)).read(dsn, os.environ.get(program.CONNECT, ""))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
