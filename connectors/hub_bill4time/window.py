"""What is read in a run: what was created lately, or everything, on a schedule of the firm's choosing."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Window:
    """How much of a resource is read.

    Args:
        since: the day since which rows were created that are read; ``None`` for all of them.
        cursor: what to know in the next run.

    """

    since: date | None
    cursor: str

    def conditions(self, created: str) -> tuple[str, ...]:
        """The conditions of a question that asks for it."""
        return (f"{created} ge '{self.since.isoformat()}'",) if self.since and created else ()


def window(cursor: str | None, today: date, *, days: int, sweep_days: int) -> Window:
    """What is to be read today: everything where the last time is too long ago, or not known."""
    swept = _swept(cursor)
    if swept is None or not swept <= today < swept + timedelta(days=sweep_days):
        return Window(None, json.dumps({"format": _FORMAT, "swept": today.isoformat()}))
    return Window(today - timedelta(days=days), json.dumps({"format": _FORMAT, "swept": swept.isoformat()}))


def _swept(cursor: str | None) -> date | None:
    try:
        known: Any = json.loads(cursor or "{}")
        return date.fromisoformat(known["swept"]) if known["format"] == _FORMAT else None
    except (ValueError, KeyError, TypeError):
        return None
