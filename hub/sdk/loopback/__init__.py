"""What a sandbox of a system on HTTP needs: a server on loopback, and a script of what goes wrong.

A sandbox is a ``Site`` that answers requests; ``Server`` serves it, and plays the faults of its
``Script``: answers that get lost, arrive late, or are none. A site adds what is its own: other faults,
its system's shape of an error, headers of its own.

This part of the SDK is imported by its own name, since a connector at work needs none of it.
"""

from __future__ import annotations

from hub.sdk.loopback.clock import DrivenClock
from hub.sdk.loopback.exchange import Answer, Request
from hub.sdk.loopback.faults import KINDS, Fault, Script
from hub.sdk.loopback.server import Server, announce
from hub.sdk.loopback.site import Site

__all__ = [
    "KINDS",
    "Answer",
    "DrivenClock",
    "Fault",
    "Request",
    "Script",
    "Server",
    "Site",
    "announce",
]
