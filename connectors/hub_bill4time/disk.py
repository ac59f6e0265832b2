"""The steps in which a delivery changes a disk: each is done, or it is not, and stays so."""

from __future__ import annotations

import errno
import os
import sys
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from hub.sdk import Clock

_TRIES = 20
_PAUSE_SECONDS = 0.25
_BINARY = getattr(os, "O_BINARY", 0)  # on Windows alone
# What network shares answer that cannot open a folder, or have no call to keep its names.
_NOT_KNOWN = frozenset(
    {errno.EACCES, errno.EBADF, errno.EINVAL, errno.EISDIR, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP}
)


class Disk:
    """Changes files so that a power cut undoes nothing that was said to be done.

    Args:
        clock: by what to wait while another program, such as a virus scanner, holds a file.

    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def write(self, path: Path, data: bytes, mode: int) -> None:
        """Write a whole file, and have the disk keep it.

        Raises:
            OSError: nothing of it is left, as far as the disk lets go of it.

        """
        try:
            flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | _BINARY
            with os.fdopen(os.open(path, flags, mode), "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        except OSError:
            with suppress(OSError):
                path.unlink()
            raise

    def replace(self, source: Path, target: Path) -> None:
        """Give a file its name, in place of what had that name.

        Raises:
            FileNotFoundError: the file is not there.
            OSError: it has its old name; over a network that fails, perhaps the new one.

        """
        self._patiently(partial(os.replace, source, target))

    def place(self, source: Path, target: Path) -> None:
        """Give a file its final name, by which a person knows it.

        Raises:
            FileNotFoundError: the file is not there.
            OSError: it has its old name; over a network that fails, perhaps the new one.

        """
        self._patiently(partial(os.rename, source, target))

    def remove(self, path: Path) -> None:
        """Remove a file; none is as good.

        Raises:
            OSError: it is still there.

        """
        self._patiently(partial(path.unlink, missing_ok=True))

    def keep_names(self, folder: Path) -> None:
        """Have the disk keep which files a folder holds, where the system has a call for that.

        Raises:
            OSError: the disk fails.

        """
        if sys.platform == "win32":
            return
        try:
            handle = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
        except OSError as error:
            if error.errno not in _NOT_KNOWN:
                raise

    def _patiently(self, step: Callable[[], None]) -> None:
        """Try again for a few seconds while a file is held, which only Windows knows."""
        for _ in range(_TRIES if sys.platform == "win32" else 0):
            try:
                return step()
            except PermissionError:
                self._clock.sleep(_PAUSE_SECONDS)
        return step()


def trouble(error: OSError) -> str:
    """What the system says, without the path, which may be a person's."""
    return error.strerror or type(error).__name__
