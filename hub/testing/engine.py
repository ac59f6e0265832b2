"""Real runs against a connector, some of which are cut off where a process may be killed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from hub.sync import sync
from hub.testing.stand import TESTED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from hub.app.workspace import OpenWorkspace
    from hub.ledger import Hold
    from hub.model import Kind
    from hub.sdk import Connector, Intent, Outcome
    from hub.sync import Tally
    from hub.testing.stand import Stand, Way


class Moment(StrEnum):
    """Where a run is cut off."""

    BEFORE = "before the call"
    """The intents are in the ledger; the system has not been called."""
    AMID = "amid the call"
    """The connector has told of the first outcome of the batch."""
    AFTER = "after the call"
    """The system has done all; nothing of it is in the ledger."""


class Killed(BaseException):
    """Ends a run as a killed process ends: nobody handles it, and what is not committed is lost."""


class Killer:
    """Cuts off the first call for each of some kinds.

    Only what a ``finally`` does still happens, which it would not in a killed process.
    """

    def __init__(self, moment: Moment, kinds: Iterable[Kind]) -> None:
        self._moment = moment
        self._kinds = frozenset(kinds)
        self.struck: set[Kind] = set()
        """The kinds of which a call was cut off."""

    def call(self, connector: Connector[Any], intents: Sequence[Intent]) -> Iterator[Outcome]:
        """Make a call, or cut it off."""
        kind = intents[0].kind
        if kind in self.struck or kind not in self._kinds:
            yield from connector.write(intents)
            return
        self.struck.add(kind)
        if self._moment is Moment.AMID:
            yield from _first(connector, intents)
        elif self._moment is Moment.AFTER:
            list(connector.write(intents))
        raise Killed


def _first(connector: Connector[Any], intents: Sequence[Intent]) -> Iterator[Outcome]:
    for outcome in connector.write(intents):
        yield outcome
        return


class Watched:
    """A connector whose writes are counted, and cut off by a killer."""

    def __init__(self, connector: Connector[Any], killer: Killer | None) -> None:
        self._connector = connector
        self._killer = killer
        self.sent: list[Intent] = []

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 -- whatever the connector has
        return getattr(self._connector, name)

    def write(self, intents: Sequence[Intent]) -> Iterator[Outcome]:
        """Count a call and make it."""
        self.sent += intents
        return self._killer.call(self._connector, intents) if self._killer else self._connector.write(intents)


@dataclass(frozen=True, slots=True)
class Report:
    """What one run came to.

    Args:
        outcome: ``ok``, ``held`` or ``failed``; ``killed`` where it was cut off.
        sent: the intents that were handed to the connector.
        tally: what was read and written, and what failed.
        open: how many writes of each kind are not settled.
        holds: what is held.
        on_its_way: how many records of each kind were delivered and are not seen yet.

    """

    outcome: str
    sent: list[Intent] = field(repr=False)
    tally: Tally
    open: Counter[Kind]
    holds: list[Hold]
    on_its_way: Counter[Kind]

    def told(self) -> str:
        """Errors and holds, in a few words."""
        errors = [f"{error.get('kind', '')} {error['message']}" for error in self.tally.errors]
        held = Counter(f"{hold.label}: {hold.message}" for hold in self.holds)
        return "; ".join([self.outcome, *errors, *held])

    def pulled(self, kind: Kind) -> Counter[str]:
        """The counts of a kind that was read from the system."""
        return Counter(self.tally.pulled.get(TESTED, {}).get(kind.value, {}))

    def pushed(self, kind: Kind) -> Counter[str]:
        """The counts of a kind that was written to the system."""
        return Counter(self.tally.pushed.get(TESTED, {}).get(kind.value, {}))


def run(stand: Stand, way: Way, killer: Killer | None = None) -> Report:
    """Run, in a workspace opened anew as by a new process. Without rules: they judge records."""
    stand.fill_source()
    with stand.open(way) as workspace:
        session = workspace.session(confirm=lambda _connection, _totals: True)
        session.rules = ()
        peer = session.peers[TESTED]
        watched: Any = Watched(peer.connector, killer)
        session.peers = {**session.peers, TESTED: replace(peer, connector=watched)}
        try:
            outcome = sync(session).outcome
        except Killed:
            outcome = "killed"
        return Report(outcome, watched.sent, session.tally, *_left_open(workspace, peer.number))


def run_to_the_end(stand: Stand, way: Way, killer: Killer) -> Report:
    """Run until a run is no longer cut off."""
    while (report := run(stand, way, killer)).outcome == "killed":
        pass
    return report


def _left_open(workspace: OpenWorkspace, connection: int) -> tuple[Counter[Kind], list[Hold], Counter[Kind]]:
    ledger = workspace.ledger
    with ledger.reading():
        batches = ledger.intents.open_batches(connection)
        groups = ledger.holds.groups()
        delivered = ledger.deliveries.open(connection)
    open_ = Counter(one.intent.kind for batch in batches for one in batch)
    holds = [hold for group in groups for hold in group.holds]
    return open_, holds, Counter(one.kind for one in delivered)
