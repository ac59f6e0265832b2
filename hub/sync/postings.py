"""What a person has to key into a system that takes it from no program, as lists.

A line stands on a list as long as its hold does: it goes when a reading shows that it was done.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from hub.model import Kind
from hub.sync.plan import TO_CORRECT, TO_ENTER, TO_WITHDRAW, Choice, Do
from hub.sync.planning import amount_of
from hub.sync.reasons import code_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from hub.ledger import Hold, Ledger, StoredRecord
    from hub.sync.session import Peer

_WORK = {
    code_of(Choice(Do.HOLD, reason)): words
    for reason, words in ((TO_ENTER, "Enter"), (TO_CORRECT, "Correct"), (TO_WITHDRAW, "Withdraw"))
}
_OWNERS = ("client", "matter")
_SHOWN: dict[Kind, tuple[str, ...]] = {
    Kind.PAYMENT: (
        "client",
        "matter",
        "received_on",
        "amount",
        "method",
        "reference",
        "applications",
        "memo",
    ),
    Kind.WRITE_OFF: ("client", "matter", "written_off_on", "amount", "applications", "reason"),
    Kind.TIME_ENTRY: ("matter", "timekeeper", "worked_on", "hours", "amount", "narrative"),
    Kind.EXPENSE: ("matter", "incurred_on", "amount", "expense_code", "narrative"),
    Kind.CREDIT_NOTE: ("client", "matter", "number", "issued_on", "total", "reason"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to do: the record's ledger id, how it is known there, and what its columns hold."""

    record: int
    external_id: str
    cells: Mapping[str, str]
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Posting:
    """One list: what to do with records of one kind at one connection."""

    connection: str
    work: str
    """``Enter``, ``Correct`` or ``Withdraw``."""
    kind: Kind
    columns: tuple[str, ...]
    lines: tuple[Line, ...]

    @property
    def title(self) -> str:
        """What the list is about."""
        return f"{self.work} {self.kind.words}"

    @property
    def total(self) -> Decimal:
        """What its lines are worth."""
        return sum((line.amount for line in self.lines), Decimal(0))


def postings(ledger: Ledger, peer_of: Callable[[str], Peer]) -> list[Posting]:
    """All lists, by connection, work and kind."""
    with ledger.reading():
        names = ledger.streams.connection_names()
        grouped: dict[tuple[str, str, Kind], list[Hold]] = defaultdict(list)
        for hold in ledger.holds.all():
            if hold.code in _WORK and hold.kind is not None and hold.record is not None:
                grouped[names[hold.connection or 0], _WORK[hold.code], hold.kind].append(hold)
        return [
            _posting(ledger, peer_of(connection), work, kind, holds)
            for (connection, work, kind), holds in sorted(grouped.items(), key=lambda one: one[0])
        ]


def _posting(ledger: Ledger, peer: Peer, work: str, kind: Kind, holds: Sequence[Hold]) -> Posting:
    stored = ledger.records.many({hold.record for hold in holds if hold.record is not None})
    lines = [_line(ledger, peer, work, one) for one in stored.values()]
    lines.sort(key=lambda line: (list(line.cells.values())[:3], line.record))
    columns = tuple(dict.fromkeys(name for line in lines for name in line.cells))
    return Posting(peer.name, work, kind, columns, tuple(lines))


def _line(ledger: Ledger, peer: Peer, work: str, stored: StoredRecord) -> Line:
    bound = ledger.records.bound_at([stored.id], peer.number).get(stored.id)
    cells = dict(_cells(ledger, peer, stored.kind, stored.values))
    if bound is not None and work == "Correct":
        before = ledger.records.at_revision(stored, bound.agreed) if bound.agreed else {}
        inward = peer.mapping.inward(stored.kind, bound.source)
        covered = inward.two_way if inward is not None else frozenset(stored.values)
        changed = sorted(name for name in covered if before.get(name) != stored.values.get(name))
        was, now = (dict(_told(ledger, peer, values, changed)) for values in (before, stored.values))
        cells["change"] = "; ".join(f"{name}: {was.get(name, '')} → {now.get(name, '')}" for name in changed)
    return Line(stored.id, "" if bound is None else bound.external_id, cells, amount_of(stored))


def _cells(ledger: Ledger, peer: Peer, kind: Kind, values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    names = _SHOWN.get(kind)
    if names is None:
        names = tuple(name for name in values if not isinstance(values[name], list | dict))
    told = dict(_told(ledger, peer, values, names))
    yield from ((name.replace("_", " "), told.get(name, "")) for name in names)


def _told(
    ledger: Ledger, peer: Peer, values: Mapping[str, Any], names: Sequence[str]
) -> Iterator[tuple[str, str]]:
    """The values of fields as a person keys them in; what is referred to by its number there."""
    for name in names:
        value = values.get(name)
        if value is None:
            continue
        if name in (*_OWNERS, "timekeeper"):
            yield name, _named(ledger, peer, int(value))
        elif name == "applications":
            yield name, ", ".join(_applied(ledger, part) for part in value)
        else:
            yield name, str(value)


def _named(ledger: Ledger, peer: Peer, record: int) -> str:
    """How the target knows a record, and its name."""
    stored = ledger.records.get(record)
    bound = ledger.records.bound_at([record], peer.number).get(record)
    number = bound.external_id if bound is not None else str(stored.values.get("number", ""))
    return f"{number} {stored.values.get('name', '')}".strip()


def _applied(ledger: Ledger, part: Mapping[str, Any]) -> str:
    invoice = ledger.records.get(part["invoice"])
    return f"{invoice.values.get('number', '')}: {part['amount']}"
