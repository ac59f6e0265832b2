"""Frames on the standard output, one to a line."""

from __future__ import annotations

import json
import sys
from typing import Any


def put(frame: dict[str, Any], *, flush: bool = True) -> None:
    """Print a frame, in ASCII, so that no code page of a console or a pipe can touch it."""
    sys.stdout.buffer.write(json.dumps(frame, separators=(",", ":")).encode("ascii") + b"\n")
    if flush:
        sys.stdout.buffer.flush()
