"""Writing files that only their owner may read, whole or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from hub.sdk import HubError

if TYPE_CHECKING:
    from collections.abc import Iterator

_ATTEMPTS = 6
_FIRST_PAUSE_SECONDS = 0.05


def write_whole(path: Path, text: str, *, private: bool = False) -> None:
    """Replace a text file by a new one in a single step, with newlines as they are in ``text``.

    An existing file keeps its permissions unless ``private``, which leaves it to its owner alone.

    Raises:
        HubError: another program holds the file.
        OSError: the folder cannot be written to.

    """
    with new_beside(path) as new:
        with new.open("w", encoding="utf-8", newline="") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        if not private:
            new.chmod(path.stat().st_mode if path.exists() else 0o644)


@contextlib.contextmanager
def new_beside(path: Path) -> Iterator[Path]:
    """An empty file beside a path, to be filled; in the end it takes its place. Its owner alone may read it.

    Raises:
        HubError: another program holds the file in that place.
        OSError: the folder cannot be written to.

    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    os.close(handle)
    new = Path(name)
    try:
        yield new
        _replace(new, path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            new.unlink()


def _replace(new: Path, path: Path) -> None:
    """A virus scanner or an editor may hold a file on Windows for a moment."""
    for attempt in range(_ATTEMPTS):
        try:
            new.replace(path)
        except PermissionError:
            time.sleep(_FIRST_PAUSE_SECONDS * 2**attempt)
        else:
            return
    raise HubError(f"{path} is held by another program.", remedy="Close it there and try again.")
