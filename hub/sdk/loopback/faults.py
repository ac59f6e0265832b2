"""Faults by script: what goes wrong at the next requests, on purpose."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Collection

KINDS = ("time_out", "drop", "drop_before", "error", "slow", "html", "throttle", "cut_json")
"""What can go wrong at any system:

``time_out``: it is done, and never answered: the connection is held for ``seconds``, or until the client
hangs up. ``drop``: it is done, and the connection closed without an answer. ``drop_before``: the
connection is closed and nothing done. ``error``: ``status`` is answered, and it is done if ``committed``.
``slow``: it is done only after ``seconds``, whether or not the client still waits. ``html``: as
``error``, with a page for people. ``throttle``: 429, and nothing is done. ``cut_json``: it is done, and
half of the answer arrives, as if it were the whole.
"""
ON = ("any", "read", "write")
"""To which requests, unless a sandbox knows more sorts."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that goes wrong. A sandbox that needs to know more of its own faults derives from it.

    Args:
        kind: what; see ``KINDS``.
        on: to which requests.
        times: how often; ``None`` from now on.
        after: how many of these requests go well first.
        seconds: for ``time_out`` and ``slow``, in real time.
        status: for ``error`` and ``html``.
        committed: for ``error`` and ``html``: whether it is done all the same.
        retry_after: for ``throttle``: the seconds that ``Retry-After`` names; ``None`` for no such header.

    """

    kind: str
    on: str = "any"
    times: int | None = 1
    after: int = 0
    seconds: float = 120
    status: int = 500
    committed: bool = False
    retry_after: int | None = None


F = TypeVar("F", bound=Fault)
F_co = TypeVar("F_co", bound=Fault, covariant=True)


class Script(Generic[F_co]):
    """The faults to come, in their order.

    Args:
        fault: the sort of fault that the sandbox knows.
        own: the kinds of fault that the sandbox plays by itself, when it takes one.
        on: the sorts of request that the sandbox knows.

    """

    def __init__(self, fault: type[F_co], own: Collection[str] = (), on: Collection[str] = ON) -> None:
        self._fault = fault
        self._own = tuple(own)
        self._on = tuple(on)
        self._lock = threading.Lock()
        self._coming: list[F_co] = []

    def tell(self, kind: str, **how: Any) -> None:  # noqa: ANN401 -- as the fault takes it
        """Put a fault behind those that are to come.

        Raises:
            ValueError: there is no such fault, or no such sort of request.
            TypeError: there is no such way for it to happen.

        """
        fault = self._fault(kind, **how)
        kinds = (*KINDS, *self._own)
        if kind not in kinds or fault.on not in self._on:
            message = f"No fault {kind!r} on {fault.on!r}: the faults are {kinds}, on {self._on}."
            raise ValueError(message)
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

    def draw(self, sorts: Collection[str]) -> F_co | None:
        """Take the fault that the server plays at a request of these sorts; it is used up by that."""
        return self._draw(KINDS, sorts)

    def take(self, kind: str, sorts: Collection[str] = ()) -> F_co | None:
        """Take a fault of the sandbox's own, for it to play."""
        return self._draw((kind,), sorts)

    def _draw(self, kinds: Collection[str], sorts: Collection[str]) -> F_co | None:
        with self._lock:
            for place, fault in enumerate(self._coming):
                if fault.kind not in kinds or (fault.on != "any" and fault.on not in sorts):
                    continue
                if not fault.after:
                    self._coming[place : place + 1] = _left(fault)
                    return fault
                self._coming[place] = replace(fault, after=fault.after - 1)
        return None


def _left(fault: F) -> list[F]:
    """What is left of a fault that has happened once more."""
    if fault.times is None:
        return [fault]
    return [replace(fault, times=fault.times - 1)] if fault.times > 1 else []
