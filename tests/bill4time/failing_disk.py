"""A disk that fails, or a process that ends, at one of the steps in which an import file is handed over.

``python failing_disk.py STEP HOW WORD…`` runs ``hub WORD…`` and ends it by force there; where there are fewer
steps, the run comes to its end.
"""

from __future__ import annotations

import errno
import os
import signal
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from hub.sdk.files import Files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

STEPS = ("write", "replace", "place", "remove", "keep_names")
HOWS = ("before", "within", "after")
"""When it happens: within a step only half a file is written, and what else changes a disk is done."""


class Killed(BaseException):
    """The process ends here: nobody catches this, and nothing is cleaned up."""


class Trouble:
    """What happens at a step.

    Args:
        step: the first of them is 0.
        how: when it happens; see ``HOWS``.
        strike: ends the process, or raises what a disk says.
        lasting: whether it is so at all steps from there on.

    """

    def __init__(self, step: int, how: str, strike: Callable[[], None], *, lasting: bool = False) -> None:
        self._left = step
        self._how = how
        self._strike = strike
        self._lasting = lasting
        self.struck = False

    def around(self, name: str, step: Callable[..., None]) -> Callable[..., None]:
        """The same step, with trouble."""

        def troubled(files: Files, *said: Any) -> None:
            self._left -= 1
            if not (self._left == -1 or (self._left < 0 and self._lasting)):
                return step(files, *said)
            self.struck = True
            if self._how == "within" and name == "write":
                half_of(*said)
            elif self._how != "before":
                step(files, *said)
            return self._strike()

        return troubled


def half_of(path: Path, data: bytes, mode: int) -> None:
    """Write half a file."""
    path.write_bytes(data[: len(data) // 2])


@contextmanager
def troubled(trouble: Trouble) -> Iterator[Trouble]:
    """Let it happen to every disk within."""
    sound = {name: getattr(Files, name) for name in STEPS}
    for name, step in sound.items():
        setattr(Files, name, trouble.around(name, step))
    try:
        yield trouble
    finally:
        for name, step in sound.items():
            setattr(Files, name, step)


def full() -> None:
    """Say that the disk is full."""
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def refused() -> None:
    """Say that the folder is closed to us."""
    raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def killed() -> None:
    """End here, for whoever looks on in the same process."""
    raise Killed


def kill() -> None:
    """End this process as a power cut does: nothing is cleaned up."""
    if sys.platform == "win32":
        os._exit(9)
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    from hub.cli.program import program

    with troubled(Trouble(int(sys.argv[1]), sys.argv[2], kill)):
        program(sys.argv[3:])
