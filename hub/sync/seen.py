"""Which of many numbered things have been seen: one bit each."""

from collections.abc import Sequence


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
