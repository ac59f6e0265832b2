"""The records that a row may be, and how they stand in a listing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hub.ledger import BindingState, RecordState
from hub.ledger.matches import apart, are_close, match_keys

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from hub.ledger import StoredBinding, StoredRecord
    from hub.ledger.matches import FieldLists, MatchKey


@dataclass(slots=True)
class Stands:
    """How the candidates of a key stand in this listing.

    Args:
        free: those whose rows have left, or that have none here.
        shown: those that stand, by a row that is shown or that would be said to have left.
        unseen: whether the rest of the listing says more.

    """

    free: list[int]
    shown: list[int]
    unseen: bool


@dataclass(slots=True)
class Asked:
    """A row with its keys."""

    values: Mapping[str, Any]
    everywhere: FieldLists
    """The lists by which records of other systems are the same, too."""
    match: list[MatchKey]
    near: list[MatchKey]
    renewed: list[MatchKey]
    loosely: bool
    """Whether names are compared, too."""

    def all_keys(self) -> Iterable[int]:
        """All keys by which records are looked for."""
        yield from (key.exact for key in (*self.match, *self.near, *self.renewed))
        yield from (key.near for key in self.match)


@dataclass(slots=True)
class Candidates:
    """The records that rows may be: by key, as they are stored, and what they are at the system."""

    by_key: Mapping[int, set[int]]
    stored: Mapping[int, StoredRecord]
    bound: Mapping[int, list[StoredBinding]]
    let_go: frozenset[int]
    """Those that stand nowhere since they were let go of: a row is one of them if it is nothing else."""

    def exact(self, key: MatchKey, values: Mapping[str, Any]) -> list[int]:
        """The records that have this exact key now (a key may be left from an earlier revision)."""
        return [one for one in self._of(key.exact) if self._agrees(one, key, values, loosely=False)]

    def near(self, key: MatchKey, values: Mapping[str, Any]) -> list[int]:
        """The records that have this near key now."""
        return [one for one in self._of(key.near) if self._agrees(one, key, values, loosely=True)]

    def all_near(self, row: Asked) -> list[int]:
        """The records that have any near key of a row now."""
        return sorted({record for key in row.match for record in self.near(key, row.values)})

    def known_here(self, records: Sequence[int]) -> list[int]:
        """Those that this system has, or has had."""
        return [record for record in records if self.bound.get(record)]

    def standing(self, records: Sequence[int]) -> list[int]:
        """Those that some system lists, if there are any."""
        live = [record for record in records if self.stored[record].state is RecordState.LIVE]
        return live or list(records)

    def not_apart(self, records: Sequence[int], key: MatchKey, row: Asked) -> list[int]:
        """Those that are just like a row even where they may differ a little."""
        return [one for one in records if not any(apart(key.names, row.values, self.stored[one].values))]

    def is_open(self, records: Sequence[int], row: Asked) -> bool:
        """Whether several of this system could be a row, and are not all the same to a person."""
        here = self.known_here(records)
        alike = {
            tuple(key.near for key in match_keys(row.everywhere, self.stored[record].values))
            for record in (here if len(here) > 1 else ())
        }
        return len(alike) > 1

    def is_delivered(self, record: int) -> bool:
        """Whether a record was handed over here and is not seen yet."""
        return any(one.state is BindingState.DELIVERED for one in self.bound.get(record, ()))

    def equal_let_go(self, row: Asked) -> Iterator[int]:
        """Those that were let go of and equal a row."""
        for key in row.match:
            for record in sorted(self.by_key.get(key.exact, set()) & self.let_go):
                if self._agrees(record, key, row.values, loosely=False):
                    yield record

    def _of(self, key: int) -> list[int]:
        found = self.by_key.get(key, set()) - self.let_go
        return sorted(record for record in found if record in self.stored)

    def _agrees(self, record: int, key: MatchKey, values: Mapping[str, Any], *, loosely: bool) -> bool:
        theirs = self.stored[record].values
        mine = match_keys((key.names,), theirs)
        same = bool(mine) and (mine[0].near == key.near if loosely else mine[0].exact == key.exact)
        return same and are_close(key.names, values, theirs) and self._counts_alike(record, values)

    def _counts_alike(self, record: int, values: Mapping[str, Any]) -> bool:
        """Whether both are reversed, or neither is; a row of this system may be reversed as it moves."""
        theirs = self.stored[record].values
        return bool(self.bound.get(record)) or bool(values.get("reversed")) == bool(theirs.get("reversed"))
