"""Where the tables of one run lie: for their owner alone, and for as long as the run."""

from __future__ import annotations

import shutil
import tempfile
import time
import weakref
from contextlib import suppress
from functools import cached_property
from pathlib import Path

_FORGOTTEN_SECONDS = 12 * 60 * 60
"""No run takes so long: what is older was left by one that was killed."""


class RunFolder:
    """A folder of its own for each run: a look at the connection may go on beside a sync.

    Args:
        root: where the folders of all runs are; it is gone with the last of them.

    """

    def __init__(self, root: Path) -> None:
        self._root = root

    @cached_property
    def path(self) -> Path:
        """The folder, made when it is first needed.

        Raises:
            OSError: it cannot be made.

        """
        self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
        for other in self._root.iterdir():
            with suppress(OSError):
                if time.time() - other.stat().st_mtime > _FORGOTTEN_SECONDS:
                    shutil.rmtree(other)
        path = Path(tempfile.mkdtemp(dir=self._root))
        weakref.finalize(self, _remove, path)
        return path


def _remove(path: Path) -> None:
    shutil.rmtree(path, ignore_errors=True)
    with suppress(OSError):  # others are still there
        path.parent.rmdir()
