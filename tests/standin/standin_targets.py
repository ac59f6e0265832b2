"""Where the killed runs write to, and how what is there is counted without asking the hub."""

from __future__ import annotations

import sys
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from standin_process import Server
from standin_workspace import LINES, Thing, Workspace, invoices_to_outbox, time_to_standin

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_NUMBER, _LINE = 1, 8
"""Where a row of LEDES 1998B has the invoice's number and the line's (ledes.org, columns 2 and 9)."""
_COLUMNS = 24


class Target(Protocol):
    """What a round writes to."""

    workspace: Workspace

    def count(self) -> int:
        """How many of the things have arrived, roughly and at once: for aiming."""
        ...

    def arrived(self) -> Counter[Thing]:
        """How often each thing has arrived."""
        ...


class StandInTarget:
    """A stand-in server."""

    def __init__(self, server: Server, workspace: Workspace) -> None:
        self._server = server
        self.workspace = workspace

    def count(self) -> int:
        """How many records the server has."""
        return self._server.count()

    def arrived(self) -> Counter[Thing]:
        """How often each record was created: by its number, or its narrative where it has none."""
        records = self._server.records()
        return Counter((record["type"], record.get("number") or record["narrative"]) for record in records)


class OutboxTarget:
    """A folder of LEDES files."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace

    def _files(self) -> list[Path]:
        outbox = self.workspace.folder / "outbox"
        return [path for path in outbox.rglob("*") if _is_handed_over(path)]

    def count(self) -> int:
        """How many files there are."""
        return len(self._files())

    def arrived(self) -> Counter[Thing]:
        """How often each invoice stands in the outbox.

        An invoice of which a line is missing, or there twice, counts as there twice: it is wrong.
        """
        times: Counter[Thing] = Counter()
        for path in self._files():
            for number, lines in _invoices(path).items():
                times["invoice", number] += 1 if lines == LINES else 2
        return times


@contextmanager
def open_target(mode: str, folder: Path, creates: int, delay: float) -> Iterator[Target]:
    """Build the workspace for a mode (``keys``, ``find``, ``blind``, ``ledes``) and start its target."""
    place = folder / "workspace"
    if mode == "ledes":
        yield OutboxTarget(invoices_to_outbox(place, creates))
        return
    abilities = [] if mode == "blind" else [f"--{mode}"]
    with Server(folder / "memory.db", *abilities, "--delay", str(delay)) as server:
        yield StandInTarget(server, time_to_standin(place, f"standin-{mode}", server.url, creates))


def _is_handed_over(path: Path) -> bool:
    """Tell a file that a portal would take from one that is still being written."""
    return path.is_file() and not path.name.startswith(".") and path.suffix not in {".tmp", ".part"}


def _invoices(path: Path) -> Counter[str]:
    """Count the lines of each invoice in a file; a cut or ragged file is an error of the round."""
    _, _, *rows = path.read_bytes().decode("ascii").split("[]\r\n")
    if rows.pop() != "":
        sys.exit(f"{path.name} is cut off.")
    cells = [row.split("|") for row in rows]
    if any(len(row) != _COLUMNS for row in cells):
        sys.exit(f"{path.name} has a row without {_COLUMNS} columns.")
    numbered = {(row[_NUMBER], row[_LINE]) for row in cells}
    if len(numbered) != len(cells):
        sys.exit(f"{path.name} has a line twice.")
    return Counter(number for number, _ in numbered)
