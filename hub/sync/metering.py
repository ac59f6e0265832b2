"""Calls that a system counts and allows so many of in a month: how many each run made, and all of them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from hub.ledger import Ledger
    from hub.sync.session import Session

_WARN_FROM = 80
"""From which part of a month's allowance on a person is told, in per cent."""


def metered(session: Session) -> dict[str, int]:
    """How many metered calls this run made at each connection."""
    made = {name: peer.connector.metered for name, peer in session.peers.items()}
    return {name: count for name, count in made.items() if count}


def in_month(ledger: Ledger, now: datetime) -> Counter[str]:
    """How many metered calls the runs of this month made at each connection."""
    start = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    found: Counter[str] = Counter()
    for run in ledger.runs.since(start):
        found.update(run.summary.get("metered", {}))
    return found


def warn(session: Session) -> None:
    """Tell a person before a month's allowance is used up."""
    now: Mapping[str, int] = metered(session)
    if not now:
        return
    with session.ledger.reading():
        before = in_month(session.ledger, session.clock.now())
    for name, count in now.items():
        allowed, used = session.peers[name].connector.allowance, before[name] + count
        if allowed is not None and used * 100 >= allowed * _WARN_FROM:
            session.tally.notice(name, f"{told(used, allowed)}; none is answered beyond that.")


def told(used: int, allowed: int | None) -> str:
    """A month's metered calls in words."""
    of = "" if allowed is None else f" of {allowed:,}"
    return f"{used:,}{of} metered reads used this month"
