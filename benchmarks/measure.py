"""One command in a process of its own: how long it took, and how much memory it needed at most."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_UNIT = 1 if sys.platform == "darwin" else 1024
"""Bytes in one unit of ``ru_maxrss``, which macOS counts in bytes and Linux in KiB."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What a command took.

    Args:
        seconds: wall time.
        peak_mb: the most memory that it, or a process it waited for, had resident, in MB (10^6 bytes);
            ``None`` where the system does not tell (Windows).
        status: its exit code.
        output: what it printed.

    """

    seconds: float
    peak_mb: float | None
    status: int
    output: str


def measure(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Measured:
    """Run a command and measure it.

    Linux counts the memory of the parent at the moment of the fork too, so whoever calls this keeps small
    and imports nothing heavy.
    """
    with tempfile.TemporaryFile("w+", encoding="utf-8") as output:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=output, env=environment)
        peak = _wait(process)
        seconds = time.perf_counter() - start
        output.seek(0)
        return Measured(seconds, peak, process.returncode, output.read())


def _wait(process: subprocess.Popen[bytes]) -> float | None:
    if sys.platform == "win32":
        process.wait()
        return None
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_maxrss * _UNIT / 1e6
