"""What ``hub sync`` and ``hub plan`` share: options, a confirmed first write, progress on stderr."""

from __future__ import annotations

import gc
import sys
from typing import TYPE_CHECKING, Any

import click

from hub.cli.exits import ExitCode

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hub.cli.options import Globals

_COLLECT_AFTER = 20_000
_CODES = {"ok": ExitCode.OK, "held": ExitCode.HELD, "failed": ExitCode.FAILED}


def code_of(outcome: str, *, held_ok: bool = False) -> ExitCode:
    """The exit code of an outcome."""
    return ExitCode.OK if held_ok and outcome == "held" else _CODES[outcome]


def confirmer(said: Globals, currency: str, *, yes: bool) -> Callable[[str, Mapping[str, Any]], bool]:
    """Asks a person, on a terminal, whether the control totals of a first write are right."""

    def confirm(connection: str, totals: Mapping[str, Any]) -> bool:
        from hub.cli.showing import show_totals  # noqa: PLC0415 -- brings the ledger's libraries

        if yes:
            return True
        if said.json or not (sys.stdin.isatty() and sys.stdout.isatty()):
            return False
        show_totals(said.screen, connection, totals, currency)
        return click.confirm("Write all of this?", default=False, err=True)

    return confirm


def collect_seldom() -> None:
    """Look for garbage less often: a run makes millions of rows and hardly a cycle among them.

    Measured on a first load: a seventh of its time.
    """
    gc.freeze()
    gc.set_threshold(_COLLECT_AFTER, 10, 10)


class Progress:
    """Counts what passes, on a terminal's stderr alone; silent elsewhere."""

    def __init__(self, said: Globals) -> None:
        self._shown = sys.stderr.isatty() and said.verbosity >= 0
        self._bar: Any = None
        self._tasks: dict[str, Any] = {}

    def __enter__(self) -> Callable[[str, int], None]:
        if self._shown:
            from rich.console import Console  # noqa: PLC0415 -- slow to import, and wanted on a terminal only
            from rich.progress import Progress as Bar  # noqa: PLC0415 -- as above
            from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415 -- as above

            self._bar = Bar(
                SpinnerColumn(),
                TextColumn("{task.description}"),
                TextColumn("{task.completed:,.0f}"),
                TimeElapsedColumn(),
                console=Console(stderr=True),
                transient=True,
            )
            self._bar.start()
        return self._note

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def _note(self, what: str, count: int) -> None:
        if self._bar is None:
            return
        if what not in self._tasks:
            self._tasks[what] = self._bar.add_task(what, total=None)
        self._bar.advance(self._tasks[what], count)
