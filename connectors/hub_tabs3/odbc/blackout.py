"""The hours in which Tabs3 is left alone: its nightly backup, its maintenance of data files."""

from __future__ import annotations

import re
from datetime import time
from typing import TYPE_CHECKING, Self

from hub.sdk import SourceFailed

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime, tzinfo

_SPAN = re.compile(r"(\d{1,2}:\d{2})\s*[-–]\s*(\d{1,2}:\d{2})")


class Blackout:
    """Spans of the day in which Tabs3 is not read, such as ``22:00-02:30``.

    The times are the clock on the wall, in ``zone`` or in the machine's own; on the nights on which
    the clock is changed they go with it, as the firm's backup does. The beginning belongs to a
    span, the end does not.
    """

    def __init__(self, spans: Iterable[tuple[time, time]] = (), zone: tzinfo | None = None) -> None:
        self._spans = tuple(spans)
        self._zone = zone

    @classmethod
    def parse(cls, texts: Iterable[str], zone: tzinfo | None = None) -> Self:
        """Read spans.

        Raises:
            ValueError: one is not a span of the day.

        """
        return cls([_span(text) for text in texts], zone)

    def reason(self, now: datetime) -> str:
        """Say why Tabs3 is not read at this moment, local where it has no zone; empty where it is."""
        span = self._covering(now)
        if span is None:
            return ""
        begin, end = (f"{moment:%H:%M}" for moment in span)
        return (
            f"Tabs3 is not read between {begin} and {end} (blackout); it is read in the next run after that."
        )

    def heed(self, now: datetime) -> None:
        """Let Tabs3 be read at this moment.

        Raises:
            SourceFailed: it is left alone now.

        """
        if reason := self.reason(now):
            raise SourceFailed(reason, remedy="Change blackout in hub.toml, or when the hub runs.")

    def _covering(self, now: datetime) -> tuple[time, time] | None:
        local = now.astimezone(self._zone) if now.tzinfo else now
        clock = local.time().replace(fold=0)
        return next((span for span in self._spans if _within(span, clock)), None)


def _within(span: tuple[time, time], clock: time) -> bool:
    begin, end = span
    if begin < end:
        return begin <= clock < end
    return clock >= begin or clock < end  # over midnight


def _span(text: str) -> tuple[time, time]:
    match = _SPAN.fullmatch(text.strip())
    try:
        if match:
            begin, end = (_clock(part) for part in match.groups())
            if begin != end:
                return begin, end
    except ValueError:
        pass
    raise ValueError(f"{text!r} is not a span of the day such as 22:00-02:30")


def _clock(text: str) -> time:
    return time() if text == "24:00" else time.fromisoformat(text.zfill(5))
