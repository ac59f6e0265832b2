"""Which of many numbered things have been seen: one bit each."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.ledger import StoredBinding


class Seen:
    """A bitmap over ids of bindings or records; a million of them take 125 kB."""

    def __init__(self, highest: int) -> None:
        self.bits = bytearray((highest >> 3) + 1)

    def add(self, number: int) -> None:
        """Mark one as seen."""
        byte = number >> 3
        if byte >= len(self.bits):
            self.bits.extend(bytes(byte - len(self.bits) + _GROWTH))
        self.bits[byte] |= 1 << (number & 7)

    def add_all(self, numbers: Sequence[int]) -> None:
        """Mark many as seen."""
        if not numbers:
            return
        self.add(max(numbers))
        bits = self.bits
        for number in numbers:
            bits[number >> 3] |= 1 << (number & 7)

    def __contains__(self, number: int) -> bool:
        """Whether one has been seen."""
        byte = number >> 3
        return byte < len(self.bits) and bool(self.bits[byte] >> (number & 7) & 1)

    def __len__(self) -> int:
        """How many have been seen."""
        return int.from_bytes(self.bits, "little").bit_count()


_GROWTH = 4096


class Shown:
    """What one listing has shown of a kind at a connection, and of which sources it shows changes alone."""

    def __init__(self, seen: Seen) -> None:
        self.seen = seen
        self.changes_only: set[int] = set()
        """The streams of which the listing shows only what changed."""
        self.all_stays = False
        """Whether it shows only what changed of all sources, so that what it does not show stands."""
        self.said_gone: set[tuple[int, str]] = set()
        """What the listing itself said is gone, by stream and external id."""

    def has_left(self, one: StoredBinding) -> bool:
        """Whether a live binding is known to stand no more, once the listing has come to its end."""
        return one.id not in self.seen and self.leaves(one.stream, one.external_id)

    def leaves(self, stream: int, external_id: str) -> bool:
        """Whether a row that the listing does not show has left."""
        said = (stream, external_id) in self.said_gone
        return said or not (self.all_stays or stream in self.changes_only)
