"""How many requests may be made: moving windows on the sandbox's clock (facts 1.8)."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``most`` requests within ``seconds``; for batches alone, or for all requests."""

    most: int
    seconds: int
    batches: bool


LIMITS = (Limit(500, 60, batches=False), Limit(10, 1, batches=False), Limit(40, 60, batches=True))
"""By company; by company and app; batches by company and app.

The sandbox has one app, so the 120 batches a minute that all apps of a company may make together can't
be reached.
"""


class Windows:
    """The requests of the last minute."""

    def __init__(self) -> None:
        self._seen: dict[Limit, deque[float]] = {limit: deque() for limit in LIMITS}

    def admit(self, now: float, *, batch: bool) -> bool:
        """Say whether a request may be made now; one that may not does not count."""
        windows = {limit: seen for limit, seen in self._seen.items() if batch or not limit.batches}
        for limit, seen in windows.items():
            while seen and seen[0] <= now - limit.seconds:
                seen.popleft()
        if any(len(seen) >= limit.most for limit, seen in windows.items()):
            return False
        for seen in windows.values():
            seen.append(now)
        return True
