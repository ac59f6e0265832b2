"""The helpers of these tests stand beside them and are imported by their own name."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from bill4time_office import clock, office, sandbox

__all__ = ["clock", "office", "sandbox"]
