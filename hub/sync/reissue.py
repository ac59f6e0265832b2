"""Invoices that were undone and made anew: known by what they bill, whatever their number."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from hub.ledger import BindingState
from hub.model import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hub.sync.translation import Translation


class Reissues:
    """The invoices of a connection that this listing no longer shows, by the entries that they billed.

    An entry is one record for life, and is billed by one invoice at a time: an invoice that bills
    what one billed that has left is that invoice again.
    """

    def __init__(self, rows: Translation) -> None:
        self._rows = rows
        self._billed: dict[int, int] = {}
        for record, values in self._left():
            self._billed |= dict.fromkeys(entries_of(values), record)

    def take(self, values: Mapping[str, Any]) -> int | None:
        """The invoice with which a new one shares most entries; each is given once."""
        shared = Counter(self._billed[entry] for entry in entries_of(values) if entry in self._billed)
        if not shared:
            return None
        record = max(shared, key=lambda one: (shared[one], -one))
        self._billed = {entry: one for entry, one in self._billed.items() if one != record}
        return record

    def _left(self) -> Iterator[tuple[int, Mapping[str, Any]]]:
        ledger, peer = self._rows.ledger, self._rows.peer
        streams = [stream.id for stream in ledger.streams.all(peer.number, Kind.INVOICE)]
        for record in ledger.bulk.gone_records(streams):
            yield record, ledger.records.get(record).values
        live = ledger.bulk.count_live(streams) > len(self._rows.seen) or self._rows.shown.changes_only
        for number, stream, external_id, record in ledger.bulk.live_bindings(streams) if live else ():
            if number not in self._rows.seen and self._rows.shown.leaves(stream, external_id):
                known = ledger.records.bindings(record, peer.number)
                if not any(one.state is BindingState.LIVE and one.id in self._rows.seen for one in known):
                    yield record, ledger.records.get(record).values


def entries_of(values: Mapping[str, Any]) -> list[int]:
    """The entries that the lines of an invoice bill."""
    return [line["entry"] for line in values.get("lines", ()) if line.get("entry") is not None]
