"""From a system's ids to records of the ledger, a page at a time."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from hub.ledger import BindingState
from hub.mapping import ForeignId, link_to

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from hub.ledger import Ledger
    from hub.ledger.bulk import Bound
    from hub.mapping import Inward
    from hub.model import Kind

    Sort = tuple[tuple[Kind, ...], str, tuple[Kind, ...]]
    """Kinds, source and held kinds, as of a ``ForeignId``: ids of one sort stand for the same records."""

Missing = list[tuple[str, ForeignId]]
"""For a row: the fields that refer to what is not known, and to what."""

_MOST = 200_000
_CHUNK = 1000


class References:
    """Knows which record an id of a connection stands for."""

    def __init__(self, ledger: Ledger, connection: int) -> None:
        self._ledger = ledger
        self._connection = connection
        self._known: dict[Sort, dict[str, int]] = {}

    def resolve(self, inward: Inward, rows: Iterable[dict[str, Any]]) -> list[Missing]:
        """Put record ids in the place of foreign ones, in all rows; returns what each still lacks.

        A forgiving reference to what is not known is taken out of its row.
        """
        taken = list(rows)
        lacking = [self._swap(inward, values) for values in taken]
        wanted = {foreign for missing in lacking for _, foreign in missing}
        if not wanted:
            return lacking
        self._look_up(wanted)
        return [
            self._rest(inward, values) if missing else missing
            for values, missing in zip(taken, lacking, strict=True)
        ]

    def _rest(self, inward: Inward, values: dict[str, Any]) -> Missing:
        """What a row lacks after all has been looked up, without what it can do without."""
        return [one for one in self._swap(inward, values) if not _forgive(values, one[0], inward.forgiving)]

    def _swap(self, inward: Inward, values: dict[str, Any]) -> Missing:
        missing: Missing = []
        for name in inward.reference_fields:
            foreign = values.get(name)
            if foreign.__class__ is ForeignId and not self._put(values, name, foreign):
                missing.append((name, foreign))
        for lines, name in inward.line_reference_fields:
            for position, line in enumerate(values.get(lines, ())):
                foreign = line.get(name)
                if foreign.__class__ is ForeignId and not self._put(line, name, foreign):
                    missing.append((f"{lines}[{position}].{name}", foreign))
        return missing

    def _put(self, values: dict[str, Any], name: str, foreign: ForeignId) -> bool:
        """Put the record that a foreign id stands for in its place, if it is known."""
        kinds, source, external_id, holds = foreign
        table = self._known.get((kinds, source, holds))
        record = None if table is None else table.get(external_id)
        if record is None:
            return False
        values[name] = record
        return True

    def _look_up(self, wanted: Iterable[ForeignId]) -> None:
        grouped: dict[Sort, list[str]] = defaultdict(list)
        for kinds, source, external_id, holds in wanted:
            grouped[kinds, source, holds].append(external_id)
        for sort, external_ids in grouped.items():
            table = self._known.setdefault(sort, {})
            if len(table) > _MOST:
                table.clear()
            kinds, source, holds = sort
            if holds:
                table.update(self._led_to(sort, external_ids))
            else:
                for kind in kinds:
                    found = self._bound(kind, source, external_ids)
                    table.update((bound.external_id, bound.record) for bound in found)

    def _led_to(self, sort: Sort, external_ids: Sequence[str]) -> Iterator[tuple[str, int]]:
        """The records that a field can hold; in the place of one that it cannot, what that refers to."""
        kinds, source, holds = sort
        known: dict[str, tuple[Kind, Bound]] = {}
        # What the field can hold comes last, and counts.
        for kind in sorted(kinds, key=holds.__contains__):
            for bound in self._bound(kind, source, external_ids):
                if bound.state != BindingState.GONE or bound.external_id not in known:
                    known[bound.external_id] = kind, bound
        leading = [bound.record for kind, bound in known.values() if kind not in holds]
        records = self._ledger.records.many(leading)
        for external_id, (kind, bound) in known.items():
            led = kind not in holds
            yield external_id, records[bound.record].values[link_to(kind, holds)] if led else bound.record

    def _bound(self, kind: Kind, source: str, external_ids: Sequence[str]) -> Iterator[Bound]:
        for stream in self._ledger.streams.all(self._connection, kind):
            if not source or stream.source == source:
                for start in range(0, len(external_ids), _CHUNK):
                    found = self._ledger.bulk.lookup(stream.id, external_ids[start : start + _CHUNK])
                    yield from found.values()


def _forgive(values: dict[str, Any], path: str, forgiving: frozenset[str]) -> bool:
    """Take a reference out, if the mapping says that it is only good to have."""
    lines, _, rest = path.partition("[")
    if not rest:
        if path in forgiving:
            del values[path]
        return path in forgiving
    position, _, name = rest.partition("].")
    if f"{lines}.{name}" not in forgiving:
        return False
    del values[lines][int(position)][name]
    return True
