"""From a system's ids to records of the ledger, a page at a time."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from hub.mapping import ForeignId

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hub.ledger import Ledger, Stream
    from hub.mapping import Inward
    from hub.model import Kind

_MOST = 200_000
_CHUNK = 1000


class References:
    """Knows which record an id of a connection stands for."""

    def __init__(self, ledger: Ledger, connection: int) -> None:
        self._ledger = ledger
        self._connection = connection
        self._known: dict[ForeignId, int] = {}

    def resolve(self, inward: Inward, translated: Iterable[dict[str, Any]]) -> None:
        """Look up, together, all ids that these translations refer to."""
        wanted = {foreign for values in translated for foreign in foreign_ids(inward, values)}
        missing = wanted - self._known.keys()
        if not missing:
            return
        if len(self._known) > _MOST:
            self._known.clear()
            missing = wanted
        grouped: dict[tuple[tuple[Kind, ...], str], list[str]] = defaultdict(list)
        for foreign in missing:
            grouped[foreign.kinds, foreign.source].append(foreign.external_id)
        for (kinds, source), external_ids in grouped.items():
            for stream in self._streams(kinds, source):
                self._look_up(kinds, source, stream, external_ids)

    def _streams(self, kinds: tuple[Kind, ...], source: str) -> Iterator[Stream]:
        for kind in kinds:
            for stream in self._ledger.streams.all(self._connection, kind):
                if not source or stream.source == source:
                    yield stream

    def _look_up(self, kinds: tuple[Kind, ...], source: str, stream: Stream, external_ids: list[str]) -> None:
        for start in range(0, len(external_ids), _CHUNK):
            found = self._ledger.bulk.lookup(stream.id, external_ids[start : start + _CHUNK])
            for bound in found.values():
                self._known[ForeignId(kinds, source, bound.external_id)] = bound.record

    def put_in(self, inward: Inward, values: dict[str, Any]) -> list[tuple[str, ForeignId]]:
        """Put record ids in the place of foreign ones; returns what refers to nothing known."""
        missing: list[tuple[str, ForeignId]] = []
        for name in inward.reference_fields:
            self._swap(values, name, name, missing)
        for lines, name in inward.line_reference_fields:
            for position, line in enumerate(values.get(lines, ())):
                self._swap(line, name, f"{lines}[{position}].{name}", missing)
        return missing

    def _swap(
        self,
        values: dict[str, Any],
        name: str,
        path: str,
        missing: list[tuple[str, ForeignId]],
    ) -> None:
        foreign = values.get(name)
        if foreign is None:
            return
        record = self._known.get(foreign)
        if record is None:
            missing.append((path, foreign))
        else:
            values[name] = record


def foreign_ids(inward: Inward, values: dict[str, Any]) -> Iterator[ForeignId]:
    """All ids of the system that a translation refers to."""
    for name in inward.reference_fields:
        if (foreign := values.get(name)) is not None:
            yield foreign
    for lines, name in inward.line_reference_fields:
        for line in values.get(lines, ()):
            if (foreign := line.get(name)) is not None:
                yield foreign
