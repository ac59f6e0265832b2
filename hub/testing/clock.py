"""A clock that stands still until it is moved."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class FakeClock:
    """A clock for tests: waiting moves it at once, and nothing else does.

    Args:
        start: the first instant, in UTC.

    """

    def __init__(self, start: datetime = datetime(2026, 1, 5, 9, tzinfo=UTC)) -> None:
        self._now = start
        self.slept: list[float] = []
        """Every wait so far, in seconds."""

    def now(self) -> datetime:
        """The instant to which it was moved."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """Move on as if that many seconds were waited."""
        self.slept.append(seconds)
        self.advance(timedelta(seconds=seconds))

    def advance(self, by: timedelta) -> None:
        """Move on without anybody waiting."""
        self._now += by
