"""Keeping within what a system allows: so many calls in any stretch of so long."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hub.sdk.access import RateLimit
    from hub.sdk.clock import Clock

_AGAIN = timedelta(milliseconds=20)
"""How long to wait where only a call that is under way stands in the way."""


@dataclass(slots=True, eq=False)
class _Call:
    """One call. It counts from its end, since the system may have seen it at any moment until then."""

    ended: datetime | None = None


class Limiter:
    """Lets calls through as fast as the limits permit, and no faster; shared by all threads.

    The windows move: after every call the last N are looked at, whenever the system's own windows begin.

    Args:
        clock: where the time comes from.
        limits: what the system allows; all of them hold.

    """

    def __init__(self, clock: Clock, *limits: RateLimit) -> None:
        self._clock = clock
        self._limits = limits
        self._lock = threading.Lock()
        self._calls: list[_Call] = []
        self._longest = max((limit.per for limit in limits), default=timedelta(0))

    @contextmanager
    def call(self) -> Iterator[None]:
        """Wait until a call is allowed, and count it."""
        mine = self._enter()
        try:
            yield
        finally:
            mine.ended = self._clock.now()

    def _enter(self) -> _Call:
        while True:
            with self._lock:
                wait = self._wait()
                if wait <= timedelta(0):
                    self._calls.append(mine := _Call())
                    return mine
            self._clock.sleep(wait.total_seconds())

    def _wait(self) -> timedelta:
        now = self._clock.now()
        self._calls = [one for one in self._calls if one.ended is None or one.ended + self._longest > now]
        return max((_wait_for(limit, self._calls, now) for limit in self._limits), default=timedelta(0))


def _wait_for(limit: RateLimit, calls: Sequence[_Call], now: datetime) -> timedelta:
    """How long until one more call is within a limit."""
    if len(calls) < limit.calls:
        return timedelta(0)
    ends = sorted(call.ended or now + limit.per for call in calls)
    free = ends[-limit.calls] + limit.per
    return min(free - now, _AGAIN) if any(call.ended is None for call in calls) else free - now
