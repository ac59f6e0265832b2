"""A sandbox as the server meets it."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

from hub.sdk.loopback.exchange import Answer

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from hub.sdk.loopback.exchange import Request
    from hub.sdk.loopback.faults import Fault, Script


class Site(ABC):
    """Answers requests; called by several threads at a time.

    Attributes:
        methods: what the system knows; another method is answered with 501, as by any web server.
        control: where addresses begin that drive the sandbox and meet no faults; empty for none.
        faults: what is to go wrong.

    """

    methods: ClassVar[Collection[str]] = ("GET", "POST")
    control: ClassVar[str] = ""
    faults: Script[Fault]

    @abstractmethod
    def answer(self, request: Request) -> Answer:
        """Do what a request asks for."""

    def drive(self, request: Request) -> Answer:
        """Answer a request of whoever drives the sandbox."""
        return _error(404, f"There is no {request.path}.")

    def sorts_of(self, request: Request) -> Collection[str]:
        """Which sorts of request this is, of those on which faults are told."""
        return ("read" if request.method == "GET" else "write",)

    def failed(self, status: int) -> Answer:
        """Say that the system failed, in its own shape."""
        return _error(status, "The system failed.")

    def throttled(self, fault: Fault) -> Answer:
        """Say that the client asks too often, in the system's own shape."""
        del fault
        return _error(429, "Too many requests.")

    def headers(self) -> Mapping[str, str]:
        """Give the headers that every answer has."""
        return {}


def _error(status: int, message: str) -> Answer:
    return Answer(status, json.dumps({"error": message}))
