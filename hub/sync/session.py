"""What a run works with: the connections, the flows, the rules, the ledger, and the tally it keeps."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from hub.model import KIND_ORDER, Kind, line_references, references
from hub.sdk import HubError, Role
from hub.sync.needs import read_at, read_from

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date
    from decimal import Decimal

    from hub.ledger import Hold, Ledger
    from hub.mapping import SystemMapping
    from hub.sdk import Access, Clock, Connector, Rule

READ_COUNTS = ("read", "changed", "unchanged", "deleted", "held")
WRITE_COUNTS = (
    "created",
    "linked",
    "updated",
    "voided",
    "delivered",
    "unchanged",
    "held",
    "rejected",
    "unknown",
)


class Stopped(HubError):
    """A brake: the run ends before the step that looked wrong, and a person decides."""

    def __init__(self, message: str, *, remedy: str, held: Hold) -> None:
        super().__init__(message, remedy=remedy)
        self.held = held


@dataclass(frozen=True, slots=True)
class Peer:
    """A connection, ready to be used."""

    name: str
    number: int
    connector: Connector[Any]
    mapping: SystemMapping
    settings: Mapping[str, Any]
    profile: Mapping[str, Any]

    def access(self, kind: Kind) -> Access:
        """What can be done with a kind here."""
        return self.connector.access_to(kind)

    @property
    def role(self) -> Role:
        """What the system is to the firm."""
        return self.connector.role


@dataclass(frozen=True, slots=True)
class Flow:
    """What moves from which connection to which. Without a target it is read into the ledger only."""

    name: str
    source: str
    target: str | None
    kinds: tuple[Kind, ...]
    start: date | None = None
    clients: frozenset[str] = frozenset()
    """The source's own client numbers; empty for all."""
    apply_voids: bool = False
    secure: bool = False
    """Whether secure matters move, too."""
    source_role: Role = Role.PRACTICE
    """What the source is to the firm."""

    @property
    def kinds_read(self) -> frozenset[Kind]:
        """The kinds that move, and all that they may refer to."""
        needed: set[Kind] = set()
        todo = list(self.kinds)
        while todo:
            kind = todo.pop()
            if kind not in needed:
                needed.add(kind)
                todo += _referred(kind)
        return frozenset(needed)


def _referred(kind: Kind) -> list[Kind]:
    direct = [other for kinds in references(kind).values() for other in kinds]
    return direct + [other for line in line_references(kind) for other in line.kinds]


@dataclass(frozen=True, slots=True)
class Limit:
    """How much is too much: a share of what is known, or a count."""

    share: Decimal | None = None
    count: int | None = None
    fewest: int = 2
    """So few never count as too many by their share."""

    def exceeded(self, affected: int, known: int) -> bool:
        """Whether so many of so many are too many."""
        if self.count is not None:
            return affected > self.count
        return affected >= self.fewest and affected > (self.share or 0) * known


@dataclass(frozen=True, slots=True)
class Brakes:
    """Where a run stops before it does harm."""

    changed: Limit
    voided: Limit
    shrunk: Limit


@dataclass(frozen=True, slots=True)
class Options:
    """What was asked of this run."""

    clients: frozenset[str] = frozenset()
    limit: int | None = None
    wait: float = 0.0
    who: str = "hub"

    @property
    def is_pilot(self) -> bool:
        """Whether only part of what could move is meant to."""
        return bool(self.clients) or self.limit is not None


HoldKey = tuple[str, str, str]
"""Scope, cause and subject of a hold."""


@dataclass(slots=True)
class Tally:
    """What a run did, as ``hub sync --json`` tells it."""

    pulled: dict[str, dict[str, dict[str, int]]] = field(default_factory=dict)
    pushed: dict[str, dict[str, dict[str, int]]] = field(default_factory=dict)
    errors: list[dict[str, str]] = field(default_factory=list)
    notices: list[dict[str, str]] = field(default_factory=list)

    def read(self, connection: str, kind: Kind) -> dict[str, int]:
        """The counts of one kind read from one connection."""
        return self.pulled.setdefault(connection, {}).setdefault(kind.value, dict.fromkeys(READ_COUNTS, 0))

    def written(self, connection: str, kind: Kind) -> dict[str, int]:
        """The counts of one kind written to one connection."""
        return self.pushed.setdefault(connection, {}).setdefault(kind.value, dict.fromkeys(WRITE_COUNTS, 0))

    def fail(self, where: str, error: HubError, kind: Kind | None = None) -> None:
        """Note what failed, where, and what to do about it."""
        told = {"connection": where, "message": error.message, "remedy": error.remedy}
        self.errors.append(told | ({"kind": kind.value} if kind else {}))

    def notice(self, where: str, text: str) -> None:
        """Note something that a person should know."""
        told = {"connection": where, "message": text}
        if told not in self.notices:
            self.notices.append(told)


class BrokenPlugin(Protocol):
    """What a run has to know of a plugin that is not, or not wholly, loaded."""

    name: str
    version: str
    problem: str

    @property
    def rules_failed(self) -> bool:
        """Whether it has rules that could not be loaded."""
        ...


@dataclass(slots=True)
class Session:
    """One run, from opening to end."""

    ledger: Ledger
    peers: Mapping[str, Peer]
    """The connections that are ready."""
    flows: Sequence[Flow]
    """The flows of this run."""
    all_flows: Sequence[Flow]
    """The flows of the workspace, which say who is a source of what."""
    rules: Sequence[Rule]
    clock: Clock
    today: date
    brakes: Brakes
    authority: Mapping[str, str]
    codes: Callable[[str], frozenset[str]]
    currency: str
    options: Options = field(default_factory=Options)
    progress: Callable[[str, int], None] = lambda _what, _count: None
    not_opened: Mapping[str, HubError] = field(default_factory=dict)
    """Connections whose connectors could not even be made; their flows do not run."""
    not_loaded: Sequence[BrokenPlugin] = ()
    """Plugins that are broken."""
    confirm: Callable[[str, Mapping[str, Any]], bool] = lambda _connection, _totals: False
    """Shows a person the control totals of a first write, and asks."""
    unchecked: bool = False
    """Whether rules that should look at what goes out are not there."""
    run: int = 0
    tally: Tally = field(default_factory=Tally)
    incomplete: set[tuple[str, Kind]] = field(default_factory=set)
    """The listings that did not come to their end, so that nothing is known to be absent there."""
    refused: set[str] = field(default_factory=set)
    """The connections that do not accept our credentials any more, and are not read further."""
    held_rows: dict[tuple[str, Kind, str], HoldKey] = field(default_factory=dict)
    """For each row that is held, by connection, kind and external id, the hold that is its root."""
    renewals: set[HoldKey] = field(default_factory=set)
    """The holds that ask whether a record has a new id; what belongs to it waits with it."""
    waiting: dict[HoldKey, tuple[int, Decimal]] = field(default_factory=dict)
    """How many rows wait for the root of a hold, and what they are worth."""
    also_read: dict[str, frozenset[Kind]] = field(default_factory=dict)
    """For a flow by name, the kinds that are read on both sides of it although it does not move them."""

    def readers(self, kind: Kind) -> list[Peer]:
        """The connections from which a kind is read: sources first, so that targets match them."""
        sources = [(flow.source, self._wanted(flow), read_from) for flow in self.flows]
        targets = [(flow.target, self._wanted(flow), read_at) for flow in self.flows if flow.target]
        wanted = [
            name
            for name, kinds, needs in (*sources, *targets)
            if name in self.peers and kind in needs(self.peers[name].mapping, kinds)
        ]
        ready = [self.peers[name] for name in dict.fromkeys(wanted)]
        return [peer for peer in ready if peer.access(kind).read]

    def is_source(self, peer: Peer, kind: Kind) -> bool:
        """Whether changes of a kind at a connection are taken over."""
        return peer.name in self.sources(kind)

    def is_target(self, peer: Peer, kind: Kind) -> bool:
        """Whether records of a kind move to a connection, and are not only looked up there."""
        return any(flow.target == peer.name and kind in flow.kinds for flow in self.all_flows)

    def sources(self, kind: Kind) -> frozenset[str]:
        """The connections whose word counts for a kind.

        What a flow moves counts. Of what is read along with it, the word of the firm's billing programs
        counts; books and portals are only looked up, unless nobody else has anything to say.
        """
        told = [flow for flow in self.all_flows if kind in flow.kinds_read]
        heard = [flow for flow in told if kind in flow.kinds or flow.source_role is Role.PRACTICE]
        looked_at = [flow for flow in self.all_flows if kind in self.also_read.get(flow.name, ())]
        return frozenset(flow.source for flow in heard or told or looked_at)

    def _wanted(self, flow: Flow) -> tuple[Kind, ...]:
        return (*flow.kinds, *self.also_read.get(flow.name, ()))

    def kinds_in_order(self, flow: Flow) -> list[Kind]:
        """The kinds that a flow pushes, parents before what refers to them."""
        return [kind for kind in KIND_ORDER if kind in flow.kinds]

    def hold(self, held: Hold) -> None:
        """Hold something in this run."""
        self.ledger.holds.place(held, self.run)


def allow_once(ledger: Ledger, *holds: Hold) -> None:
    """Stop at brakes, unless a person has just accepted what all of them say; that is used up by it.

    Raises:
        Stopped: nobody has.

    """
    with ledger.reading():
        decisions = ledger.decisions.taken()
    for held in holds:
        decision = decisions.get((held.cause, held.subject))
        if decision is None or decision.action != "accept" or decision.reason == _USED:
            raise Stopped(held.message, remedy=held.remedy, held=held)
        if any(decision.facts.get(name) != value for name, value in held.facts.items()):
            raise Stopped(held.message, remedy=held.remedy, held=held)
    with ledger.transaction():
        for held in holds:
            ledger.decisions.record(held, "accept", _USED)


_USED = "used by a run"


def by_connection(flows: Sequence[Flow]) -> dict[str, list[Flow]]:
    """The flows that write, by their target."""
    grouped: dict[str, list[Flow]] = defaultdict(list)
    for flow in flows:
        if flow.target:
            grouped[flow.target].append(flow)
    return dict(grouped)
