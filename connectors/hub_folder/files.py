"""Files, as a folder that people and spreadsheets also use needs them handled."""

import contextlib
import io
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, BinaryIO, Final, TypeVar

from hub.sdk import Clock

T = TypeVar("T")

_TRIES: Final = 20
_PAUSE_SECONDS: Final = 0.25

Signature = tuple[int, int, int]
"""Size, time of the last change and number of a file: as long as it stands, so does the content."""


def signature(path: Path) -> Signature | None:
    """What tells one state of a file from the next; ``None`` where there is no file."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_size, status.st_mtime_ns, status.st_ino


def open_bytes(path: Path, limit: int | None = None) -> io.BufferedReader:
    """Open a file for reading, up to a limit in bytes."""
    if limit is None:
        return path.open("rb")
    return io.BufferedReader(_Head(path, limit))


def write_durably(path: Path, parts: Iterable[bytes]) -> None:
    """Write a whole file and have the disk keep it; leaves nothing behind where that fails."""
    try:
        with path.open("wb") as file:
            file.writelines(parts)
            _flush(file)
    except BaseException:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
        raise


def append_durably(path: Path, tail: bytes, clock: Clock) -> None:
    """Put bytes at the end of a file in one go and have the disk keep them."""
    with patiently(lambda: path.open("ab"), clock) as file:
        file.write(tail)
        _flush(file)


def lacks_ending(file: BinaryIO) -> bool:
    """Whether the last line of a file that is not empty breaks off without a line ending."""
    file.seek(-1, os.SEEK_END)
    return file.read(1) not in {b"\r", b"\n"}


def cut_to(path: Path, size: int) -> None:
    """Take off what stands beyond a size in bytes."""
    with path.open("r+b") as file:
        if file.seek(0, os.SEEK_END) > size:
            file.truncate(size)
            _flush(file)


def patiently(action: Callable[[], T], clock: Clock) -> T:
    """Do something with a file that a spreadsheet or virus scanner may hold for a moment.

    Raises:
        PermissionError: it was still held after five seconds.

    """
    for _ in range(_TRIES):
        try:
            return action()
        except PermissionError:
            clock.sleep(_PAUSE_SECONDS)
    return action()


def keep_names(folder: Path) -> None:
    """Have the disk keep which files a folder holds, where the system has a call for that."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # some network shares have none
            os.fsync(handle)
    finally:
        os.close(handle)


def _flush(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


class _Head(io.RawIOBase):
    """The first bytes of a file, as if there were no more."""

    def __init__(self, path: Path, limit: int) -> None:
        self._file = path.open("rb", buffering=0)
        self._left = limit

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:  # noqa: ANN401 -- any writable buffer
        size = min(len(buffer), self._left)
        data = self._file.read(size)
        buffer[: len(data)] = data
        self._left -= len(data)
        return len(data)

    def close(self) -> None:
        self._file.close()
        super().close()
