"""Rows at a target that are no records yet: which of ours they may be, as far as they can be read."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from hub.mapping import ForeignId, Untranslatable
from hub.sync import causes
from hub.sync.references import References
from hub.sync.waiting import waits_for_answer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hub.ledger import Hold, StoredRecord
    from hub.ledger.inbox import Waiting
    from hub.model import Kind
    from hub.sync.session import Peer, Session

_NO_ROW_OF_OURS = frozenset({"match", "reference"})
"""Why a row may wait although it is known not to be one that the hub would send."""


class UnreadRows:
    """What waits at a target and may be what would be created there, so that nobody knows that it is not."""

    def __init__(self, session: Session, peer: Peer, kind: Kind, holds: Sequence[Hold]) -> None:
        self._ledger = session.ledger
        self._peer = peer
        self._kind = kind
        self._sources = {one.id: one.source for one in session.ledger.streams.all(peer.number, kind)}
        told = {hold.subject.partition(":")[0] for hold in holds if hold.code in _NO_ROW_OF_OURS}
        self._rows = [
            self._read(one)
            for one in self._ledger.inbox.waiting(list(self._sources))
            if causes.subject_of(self._sources[one.stream], one.external_id) not in told
            and not waits_for_answer(session, peer, kind, one.external_id)
            and not self._ledger.bulk.lookup(one.stream, [one.external_id])
        ]

    def may_be(self, stored: StoredRecord) -> bool:
        """Whether one of them may be this record.

        Money that cannot be read may be any money: its number or amount may be what is wrong with it.
        """
        if self._kind.is_money:
            return bool(self._rows)
        return any(
            all(_agree(row.get(name), stored.values.get(name)) for name in names)
            for source, row in self._rows
            for names in _plain(self._peer.mapping.match(self._kind, source))
        )

    def _read(self, one: Waiting) -> tuple[str, dict[str, Any]]:
        """Its source, and its values as far as there are any."""
        source = self._sources[one.stream]
        inward = self._peer.mapping.inward(self._kind, source)
        if inward is None:
            return source, {}
        try:
            values = inward.translate(one.raw)
        except Untranslatable as error:
            values = dict(error.values)
        References(self._ledger, self._peer.number).resolve(inward, [values])
        return source, {name: value for name, value in values.items() if not isinstance(value, ForeignId)}


def _plain(lists: Sequence[Sequence[str]]) -> Iterator[list[str]]:
    """The fields in which a row and a record have to be equal; without any list, none is told apart."""
    yield from ([name for name in names if name.isidentifier()] for names in lists)
    if not lists:
        yield []


def _agree(value: object, stored: object) -> bool:
    """Whether two are the same; what nobody can read may be anything."""
    if value is None or stored is None:
        return True
    if isinstance(value, Decimal):
        return value == Decimal(str(stored))
    return (value.isoformat() if isinstance(value, date) else value) == stored
