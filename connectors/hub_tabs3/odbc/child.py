"""A program that is run beside the hub and heard line by line; one that falls silent is ended."""

from __future__ import annotations

import os
import queue
import subprocess
import threading
import time
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from io import BufferedReader
from typing import TYPE_CHECKING

from hub.sdk import SourceFailed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_CHUNK = 64 * 1024
_CHUNKS_AHEAD = 16
"""How much is taken from the program before it is used: 1 MiB, whatever the size of a table."""
_LONGEST_LINE = 4 * 1024 * 1024
_PAUSE_SECONDS = 0.2
_ENDING_SECONDS = 30.0
_INTERRUPTIBLE_SECONDS = 1.0
"""On Windows a wait hears Ctrl-C only when it is over."""
# What this Python was told about itself would mislead another one.
_OWN_TO_A_PYTHON = ("PYTHONHOME", "PYTHONPATH", "__PYVENV_LAUNCHER__")
_NO_WINDOW = getattr(subprocess, "CREATE_NO_WINDOW", 0)  # on Windows alone


class Child:
    """The program while it runs."""

    def __init__(self, process: subprocess.Popen[bytes], request: bytes, silence_seconds: float) -> None:
        self._process = process
        self._silence = silence_seconds
        self._chunks: queue.Queue[bytes] = queue.Queue(_CHUNKS_AHEAD)
        self._ended = threading.Event()
        self._threads = [
            threading.Thread(target=self._hear, daemon=True),
            threading.Thread(target=self._tell, args=(request,), daemon=True),
        ]

    def lines(self) -> Iterator[bytes]:
        """Give what it prints, line by line, without the line's end.

        Raises:
            SourceFailed: it fell silent, broke off within a line, or prints no lines.

        """
        rest = b""
        while chunk := self._next():
            *whole, rest = (rest + chunk).split(b"\n")
            yield from whole
            if len(rest) > _LONGEST_LINE:
                raise SourceFailed("The Tabs3 reader prints something else than rows.")
        if rest:
            raise SourceFailed("The Tabs3 reader broke off in the middle of a line.")

    def code(self) -> int:
        """Wait for its end and give its exit code.

        Raises:
            SourceFailed: it has closed its output and goes on.

        """
        try:
            return self._process.wait(_ENDING_SECONDS)
        except subprocess.TimeoutExpired as error:
            raise SourceFailed("The Tabs3 reader did not end.") from error

    def start(self) -> None:
        """Begin to hear it and hand it its request."""
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        """Leave nothing of it behind."""
        self._ended.set()
        with suppress(OSError):
            self._process.kill()
        self._process.wait()
        for thread in self._threads:
            thread.join(_ENDING_SECONDS)

    def _next(self) -> bytes:
        until = time.monotonic() + self._silence
        while (left := until - time.monotonic()) > 0:
            with suppress(queue.Empty):
                return self._chunks.get(timeout=min(left, _INTERRUPTIBLE_SECONDS))
        raise SourceFailed(
            f"The Tabs3 reader said nothing for {self._silence:.0f} seconds and was ended.",
            remedy="See that Tabs3's server answers and is not under maintenance.",
        )

    def _hear(self) -> None:
        stream = self._process.stdout
        assert isinstance(stream, BufferedReader)
        with stream:
            while chunk := stream.read1(_CHUNK):
                self._put(chunk)
        self._put(b"")

    def _put(self, chunk: bytes) -> None:
        while not self._ended.is_set():
            with suppress(queue.Full):
                self._chunks.put(chunk, timeout=_PAUSE_SECONDS)
                return

    def _tell(self, request: bytes) -> None:
        """One that has ended already is heard of by its output."""
        stream = self._process.stdin
        assert stream is not None
        with suppress(OSError):
            stream.write(request)
        with suppress(OSError):
            stream.close()


@contextmanager
def running(
    command: Sequence[str],
    environment: Mapping[str, str],
    request: bytes,
    silence_seconds: float,
) -> Iterator[Child]:
    """Run a program, hand it a request, and end it, whatever happens.

    Raises:
        SourceFailed: it cannot be started.

    """
    child = Child(_started(command, environment), request, silence_seconds)
    try:
        child.start()
        yield child
    finally:
        child.end()


def _started(command: Sequence[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    inherited = {name: value for name, value in os.environ.items() if name not in _OWN_TO_A_PYTHON}
    try:
        return subprocess.Popen(  # noqa: S603 -- the program that the firm has set
            list(command),
            env={**inherited, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # a driver may write there what is in a row
            creationflags=_NO_WINDOW,
        )
    except OSError as error:
        raise SourceFailed(
            f"The Tabs3 reader {command[0]} cannot be started: {error.strerror or type(error).__name__}.",
            remedy=how_to_install(),
        ) from error


def how_to_install() -> str:
    """Say how the reader comes into a 32-bit Python."""
    found = find_spec("hub_tabs3_reader")
    places = found.submodule_search_locations if found else None
    place = places[0] if places else "hub-tabs3-reader"
    return (
        f'Install it into a 32-bit Python (py -3.12-32 -m pip install "{place}"), and set reader in hub.toml '
        "to the full path of its hub-tabs3-reader.exe."
    )
