"""Locks between processes: each is a file beside what it guards."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from hub.sdk import HubError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextlib.contextmanager
def locked(path: Path, *, seconds: float, busy: str) -> Iterator[None]:
    """Hold a lock file; a process that ends in any way lets go of it.

    Args:
        path: the file; it stays when the lock is let go.
        seconds: how long to wait for another process that holds it.
        busy: what to say when that was not enough.

    Raises:
        HubError: it was not enough, or the file cannot be written.

    """
    lock = FileLock(path, timeout=seconds)
    try:
        lock.acquire()
    except Timeout:
        raise HubError(busy, remedy="Wait until it is done, or end it, and try again.") from None
    except OSError as error:
        remedy = "See to it that whoever runs the hub may write there."
        raise HubError(f"{path} cannot be locked: {error.strerror}.", remedy=remedy) from None
    try:
        yield
    finally:
        lock.release()
