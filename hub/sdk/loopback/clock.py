"""The clock of a sandbox, which can be put forward while everybody else's goes on."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hub.sdk.clock import Clock


class DrivenClock:
    """Another clock, and how far the sandbox is ahead of it."""

    def __init__(self, clock: Clock, ahead: timedelta = timedelta(0)) -> None:
        self._clock = clock
        self.ahead = ahead

    def now(self) -> datetime:
        """The sandbox's present instant, in UTC."""
        return self._clock.now() + self.ahead
