"""Files as a crash-safe delivery needs them: each step is done, or it is not, and stays so."""

from __future__ import annotations

import ctypes
import errno
import os
import sys
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from hub.sdk import Clock

T = TypeVar("T")

_TRIES = 20
_PAUSE_SECONDS = 0.25
_HERE = -100  # AT_FDCWD: a relative path starts at the current folder
_NO_REPLACE = 1  # RENAME_NOREPLACE
_BINARY = getattr(os, "O_BINARY", 0)  # on Windows alone
_USUAL = 0o666
# What a kernel or file system answers that does not know how to rename without replacing.
_NOT_KNOWN = frozenset({errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP})
# What network shares answer that cannot open a folder, or have no call to keep its names.
_NO_CALL = _NOT_KNOWN | {errno.EACCES, errno.EBADF, errno.EISDIR}


class Files:
    """The steps in which a delivery changes a disk.

    Args:
        clock: by what to wait while another program, such as a virus scanner, holds a file.

    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def write(self, path: Path, data: bytes, mode: int = _USUAL) -> None:
        """Write a whole file and have the disk keep it; a new one gets these permissions.

        Raises:
            OSError: nothing of it is left, as far as the disk lets go of it.

        """
        self._patiently(partial(_write, path, data, mode))

    def replace(self, source: Path, target: Path) -> None:
        """Put a file in the place of another.

        Raises:
            OSError: nothing has changed.

        """
        self._patiently(partial(os.replace, source, target))

    def place(self, source: Path, target: Path) -> None:
        """Rename a file, but never over one that is there.

        Raises:
            FileExistsError: the name is taken.
            OSError: it may be renamed or not, as over a network that fails.

        """
        self._patiently(partial(rename_to_new, source, target))

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
            if error.errno not in _NO_CALL:
                raise

    def _patiently(self, step: Callable[[], T]) -> T:
        """Try again for a few seconds while a file is held, which only Windows knows."""
        for _ in range(_TRIES if sys.platform == "win32" else 0):
            try:
                return step()
            except FileExistsError:
                raise
            except PermissionError:
                self._clock.sleep(_PAUSE_SECONDS)
        return step()


def _write(path: Path, data: bytes, mode: int) -> None:
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


def trouble(error: OSError) -> str:
    """What the system says is wrong, without the path, which may be a person's."""
    return error.strerror or type(error).__name__


def rename_to_new(source: Path, target: Path) -> None:
    """Rename in one step, so that the old name is gone if and only if the new one was given.

    That is what tells after a crash whether a file was handed over, even if it was fetched since;
    a second link to the same file would not.

    Raises:
        FileExistsError: the name is taken.

    """
    if sys.platform == "win32":
        source.rename(target)  # refuses a name that is taken; elsewhere it would replace the file
    elif not _renamed_by_kernel(source, target):
        rename_if_free(source, target)


def rename_if_free(source: Path, target: Path) -> None:
    """Rename where the system cannot refuse a name that is taken: look first.

    Raises:
        FileExistsError: the name is taken.

    """
    if os.path.lexists(target):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))
    source.rename(target)


def _renamed_by_kernel(source: Path, target: Path) -> bool:
    """Rename by Linux's own call; whether it knows how to.

    Raises:
        OSError: it does, and it failed.

    """
    call = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if call is None:
        return False
    if call(_HERE, os.fsencode(source), _HERE, os.fsencode(target), ctypes.c_uint(_NO_REPLACE)) == 0:
        return True
    number = ctypes.get_errno()
    if number in _NOT_KNOWN:
        return False
    raise OSError(number, os.strerror(number), str(target))
