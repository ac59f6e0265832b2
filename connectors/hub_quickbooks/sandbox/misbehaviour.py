"""Faults by script: what goes wrong at the next requests, on purpose."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

KINDS = (
    "time_out",
    "drop",
    "drop_before",
    "error",
    "slow",
    "html",
    "throttle",
    "forget_batches",
)
"""What can go wrong:

``time_out``: it is done, and never answered: the connection is held for ``seconds``, or until the client
hangs up. ``drop``: it is done, and the connection closed without an answer. ``drop_before``: the
connection is closed and nothing done. ``error``: ``status`` is answered, and it is done if ``committed``.
``slow``: it is done only after ``seconds``, whether or not the client still waits. ``html``: as
``error``, with a page for people. ``throttle``: 429, and nothing is done. ``forget_batches``: a repeated
batch gets fault 6000 for each item that was done already, in place of the first answer.
"""
ON = ("any", "batch", "write", "read", "token")
"""To which requests: ``write`` is whatever writes, batches among them; ``read`` whatever reads only."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that goes wrong.

    Args:
        kind: what; see ``KINDS``.
        on: to which requests; see ``ON``.
        times: how often; ``None`` from now on.
        seconds: for ``time_out`` and ``slow``, in real time.
        status: for ``error`` and ``html``.
        committed: for ``error`` and ``html``: whether it is done all the same.
        xml: for ``throttle``: whether the answer is XML, even to a client that asked for JSON.

    """

    kind: str
    on: str = "any"
    times: int | None = 1
    seconds: float = 120
    status: int = 500
    committed: bool = False
    xml: bool = False

    def __post_init__(self) -> None:
        if self.kind not in KINDS or self.on not in ON:
            message = f"No fault {self.kind!r} on {self.on!r}: the faults are {KINDS}, on {ON}."
            raise ValueError(message)


class Script:
    """The faults to come, in their order."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._coming: list[Fault] = []

    def tell(self, fault: Fault) -> None:
        """Put a fault behind those that are to come."""
        with self._lock:
            self._coming.append(fault)

    def clear(self) -> None:
        """Let nothing more go wrong."""
        with self._lock:
            self._coming.clear()

    @property
    def pending(self) -> bool:
        """Whether anything is to come."""
        return bool(self._coming)

    def draw(self, sorts: Collection[str]) -> Fault | None:
        """The fault for a request of these sorts, which is used up by it."""
        return self._draw([fault for fault in self._coming if fault.kind != "forget_batches"], sorts)

    def forgets(self) -> bool:
        """Whether a repeated batch fails; that uses up a fault of this kind."""
        forgetting = [fault for fault in self._coming if fault.kind == "forget_batches"]
        return self._draw(forgetting, ON) is not None

    def _draw(self, among: list[Fault], sorts: Collection[str]) -> Fault | None:
        with self._lock:
            for fault in among:
                if fault in self._coming and (fault.on == "any" or fault.on in sorts):
                    self._use(fault)
                    return fault
        return None

    def _use(self, fault: Fault) -> None:
        if fault.times is None:
            return
        place = self._coming.index(fault)
        left = [replace(fault, times=fault.times - 1)] if fault.times > 1 else []
        self._coming[place : place + 1] = left
