"""The hub program, which is killed at one of the steps in which a file for Tabs3 is handed over.

``python device_killed.py STEP WORD…`` runs ``hub WORD…`` and ends it by force after so many steps; where
there are fewer, the run comes to its end.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING, Any

from hub.cli.program import program
from hub.sdk.files import Files

if TYPE_CHECKING:
    from collections.abc import Callable

STEPS = ("write", "replace", "place", "remove", "keep_names")


def kill() -> None:
    """End this process as a power cut does: nothing is cleaned up."""
    if sys.platform == "win32":
        os._exit(9)
    os.kill(os.getpid(), signal.SIGKILL)


class Countdown:
    """Lets so many steps happen."""

    def __init__(self, left: int) -> None:
        self._left = left

    def around(self, step: Callable[..., None]) -> Callable[..., None]:
        """The same step, after the last of which nothing happens any more."""

        def counted(files: Files, *said: Any) -> None:
            step(files, *said)
            self._left -= 1
            if not self._left:
                kill()

        return counted


if __name__ == "__main__":
    countdown = Countdown(int(sys.argv[1]))
    for name in STEPS:
        setattr(Files, name, countdown.around(getattr(Files, name)))
    program(sys.argv[2:])
