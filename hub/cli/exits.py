"""The exit codes, which schedulers and scripts rely on."""

from enum import IntEnum


class ExitCode(IntEnum):
    """How a command ended; what a command returns becomes the program's exit code."""

    OK = 0
    """All moved."""
    FAILED = 1
    USAGE = 2
    """The command line was wrong."""
    HELD = 3
    """Finished, but something is held for a person."""
    INTERRUPTED = 130
