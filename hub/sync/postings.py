"""What a person has to key into a system that takes it from no program, as lists.

A line stands on a list as long as its hold does: it goes when a reading shows that it was done.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from hub.model import KIND_ORDER, Kind
from hub.sync.plan import TO_CORRECT, TO_ENTER, TO_WITHDRAW, Choice, Do
from hub.sync.planning import amount_of
from hub.sync.reasons import code_of

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator, Mapping, Sequence

    from hub.ledger import Ledger, StoredRecord
    from hub.sync.session import Peer

_WORK = {
    code_of(Choice(Do.HOLD, reason)): words
    for reason, words in ((TO_ENTER, "enter"), (TO_CORRECT, "correct"), (TO_WITHDRAW, "withdraw"))
}
_PLURALS = {Kind.TIME_ENTRY: "time entries"}
_OWNERS = ("client", "matter")
_SHOWN: dict[Kind, tuple[str, ...]] = {
    Kind.PAYMENT: (
        *("client", "matter", "received_on", "amount", "method", "from_trust", "reference"),
        *("applications", "memo"),
    ),
    Kind.WRITE_OFF: ("client", "matter", "written_off_on", "amount", "applications", "reason"),
    Kind.TIME_ENTRY: (
        *("matter", "timekeeper", "worked_on", "hours", "amount", "task_code", "activity_code"),
        "narrative",
    ),
    Kind.EXPENSE: ("matter", "incurred_on", "amount", "expense_code", "narrative"),
    Kind.CREDIT_NOTE: ("client", "matter", "number", "issued_on", "total", "reason"),
}
"""What a person needs to key a record in; a column that is empty on every line is left out."""
_CALLED = {"applications": "invoices", "from_trust": "trust"}
_NOTHING = "(nothing)"


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
    """``enter``, ``correct`` or ``withdraw``."""
    kind: Kind
    columns: tuple[str, ...]
    lines: tuple[Line, ...]

    @property
    def title(self) -> str:
        """What the list is about: ``payments to enter``."""
        return f"{_PLURALS.get(self.kind, self.kind.words + 's')} to {self.work}"

    @property
    def total(self) -> Decimal:
        """What its lines are worth."""
        return sum((line.amount for line in self.lines), Decimal(0))

    def told(self, currency: str) -> str:
        """What it is about, how many lines it has, and what they are worth."""
        count = len(self.lines)
        return f"{self.title}: {count} {'line' if count == 1 else 'lines'}, {self.total:,.2f} {currency}"


def postings(ledger: Ledger, connections: Container[str], peer_of: Callable[[str], Peer]) -> list[Posting]:
    """All lists for these connections, by connection, work and kind."""
    with ledger.reading():
        names = ledger.streams.connection_names()
        held = [hold for hold in ledger.holds.all() if hold.code in _WORK and hold.record is not None]
    grouped: dict[tuple[str, str, Kind], list[int]] = defaultdict(list)
    for hold in held:
        if hold.kind is not None and hold.record is not None:
            grouped[names[hold.connection or 0], _WORK[hold.code], hold.kind].append(hold.record)
    wanted = sorted((key for key in grouped if key[0] in connections), key=lambda key: _place(*key))
    peers = {name: peer_of(name) for name in dict.fromkeys(name for name, _, _ in wanted)}
    with ledger.reading():
        return [
            _posting(ledger, peers[name], work, kind, grouped[name, work, kind])
            for name, work, kind in wanted
        ]


def _place(connection: str, work: str, kind: Kind) -> tuple[str, int, int]:
    return connection, list(_WORK.values()).index(work), KIND_ORDER.index(kind)


def _posting(ledger: Ledger, peer: Peer, work: str, kind: Kind, records: Sequence[int]) -> Posting:
    stored = ledger.records.many(set(records))
    lines = [_line(ledger, peer, work, one) for one in stored.values()]
    lines.sort(key=lambda line: (list(line.cells.values())[:3], line.record))
    columns = dict.fromkeys(name for line in lines for name in line.cells)
    filled = tuple(name for name in columns if any(line.cells.get(name) for line in lines))
    return Posting(peer.name, work, kind, filled, tuple(lines))


def _line(ledger: Ledger, peer: Peer, work: str, stored: StoredRecord) -> Line:
    bound = ledger.records.bound_at([stored.id], peer.number).get(stored.id)
    cells = dict(_cells(ledger, peer, stored.kind, stored.values))
    if bound is not None and work == "correct":
        before = ledger.records.at_revision(stored, bound.agreed) if bound.agreed else {}
        inward = peer.mapping.inward(stored.kind, bound.source)
        covered = inward.two_way if inward is not None else frozenset(stored.values)
        changed = sorted(name for name in covered if before.get(name) != stored.values.get(name))
        was, now = (dict(_told(ledger, peer, values, changed)) for values in (before, stored.values))
        cells["change"] = "; ".join(
            f"{_words(name)}: {was.get(name, _NOTHING)} → {now.get(name, _NOTHING)}" for name in changed
        )
    return Line(stored.id, "" if bound is None else bound.external_id, cells, amount_of(stored))


def _cells(ledger: Ledger, peer: Peer, kind: Kind, values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    names = _SHOWN.get(kind)
    if names is None:
        names = tuple(name for name in values if not isinstance(values[name], list | dict))
    told = dict(_told(ledger, peer, values, names))
    yield from ((_words(name), told.get(name, "")) for name in names)


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
            yield name, "\n".join(_applied(ledger, peer, part) for part in value)
        elif isinstance(value, bool):
            yield name, "yes" if value else "no"
        else:
            yield name, str(value)


def _words(name: str) -> str:
    """What a column is called: ``received on``; what a payment is applied to are invoices."""
    return _CALLED.get(name, name.replace("_", " "))


def _named(ledger: Ledger, peer: Peer, record: int) -> str:
    """How the target knows a record, and its name."""
    return f"{_number(ledger, peer, record)} {ledger.records.get(record).values.get('name', '')}".strip()


def _number(ledger: Ledger, peer: Peer, record: int) -> str:
    bound = ledger.records.bound_at([record], peer.number).get(record)
    return str(ledger.records.get(record).values.get("number", "")) if bound is None else bound.external_id


def _applied(ledger: Ledger, peer: Peer, part: Mapping[str, Any]) -> str:
    """An invoice by its number, with its matter where that is known, and how much of it."""
    invoice = ledger.records.get(part["invoice"])
    matter = invoice.values.get("matter")
    of = f" ({_number(ledger, peer, matter)})" if matter is not None else ""
    return f"{invoice.values.get('number', '')}{of}: {part['amount']}"
