"""What goes wrong at QuickBooks alone, beside what goes wrong anywhere."""

from __future__ import annotations

from dataclasses import dataclass

from hub.sdk.loopback import Fault

FORGET_BATCHES = "forget_batches"
"""A repeated batch gets fault 6000 for each item that was done already, in place of the first answer."""
ON = ("any", "batch", "write", "read", "token")
"""To which requests: ``write`` is whatever writes, batches among them; ``read`` whatever reads only."""


@dataclass(frozen=True, slots=True)
class BooksFault(Fault):
    """Something that goes wrong.

    Args:
        xml: for ``throttle``: whether the answer is XML, even to a client that asked for JSON.

    """

    xml: bool = False
