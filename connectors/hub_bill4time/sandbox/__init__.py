"""A stand-in for a firm in Bill4Time, for tests, demonstrations and whoever writes a client.

It speaks HTTP on loopback, enforces what is known of Bill4Time, drives its own clock and does wrong what
it is told to do wrong. Where nobody knows what Bill4Time does, a switch decides, or a docstring says that
the choice is ours. ``firm`` is the same firm as its own people see it; ``control`` says how another process
drives the sandbox.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Self

from hub.model import Kind
from hub.sdk import SystemClock
from hub.sdk.loopback import DrivenClock, Script, Server, announce
from hub_bill4time.sandbox.firm import Firm
from hub_bill4time.sandbox.pages import ON, OWN_FAULTS, PageFault
from hub_bill4time.sandbox.refusals import Refused
from hub_bill4time.sandbox.service import Service
from hub_bill4time.sandbox.switches import Switches

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from hub.sdk import Clock

__all__ = ["Bill4TimeSandbox", "Firm", "Refused", "Switches", "serve"]

_AHEAD, _KEY = "clock ahead", "api key"
_COUNTED = {
    Kind.CLIENT: "clients",
    Kind.MATTER: "projects",
    Kind.TIMEKEEPER: "users",
    Kind.TIME_ENTRY: "timeEntries",
    Kind.EXPENSE: "expenses",
    Kind.INVOICE: "invoices",
    Kind.PAYMENT: "payments",
    Kind.TRUST_TRANSACTION: "trustAccounting",
}
_SERVED_ENTRIES = 200


class Bill4TimeSandbox:
    """A firm at work: a context manager that serves it on loopback until it is left.

    Args:
        path: a SQLite file that keeps the firm, so that it goes on where it stopped; ``None`` for memory.
        clock: the time; the machine's own unless given.
        port: ``0`` for any that is free.
        key: the API key; the one that the file keeps, or a new one, unless given.
        limits: whether limits of pace hold, once ``switches`` sets one.

    """

    def __init__(
        self,
        path: Path | None = None,
        *,
        clock: Clock | None = None,
        port: int = 0,
        key: str | None = None,
        limits: bool = True,
    ) -> None:
        self.switches = Switches(limits=limits)
        self.faults = Script(PageFault, OWN_FAULTS, ON)
        self.clock = DrivenClock(clock or SystemClock())
        self.firm = Firm(path, self.clock, self.switches)
        self.expired = False
        store = self.firm.store
        self.clock.ahead = timedelta(seconds=float(store.setting(_AHEAD) or 0))
        self.renew_key(key or store.setting(_KEY))
        self._service = Service(self)
        self._server = Server(self._service, port)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop serving, and let go of the file."""
        self._server.stop()
        self.firm.store.close()

    @property
    def url(self) -> str:
        """The base to which a client adds the key and the version."""
        return f"{self._server.url}/b4t-api"

    @property
    def api_key(self) -> str:
        """The key that is good just now, unless it has ``expired``."""
        return self.firm.store.setting(_KEY) or ""

    @property
    def settings(self) -> Mapping[str, Any]:
        """What a connection needs."""
        return {"base_url": self.url, "api_key": self.api_key}

    @property
    def requests(self) -> Mapping[str, int]:
        """How often the API was asked since it is served: in total, and for each resource."""
        return dict(self._service.counts)

    def reset_requests(self) -> None:
        """Count requests from 0 again."""
        self._service.counts.clear()

    def tell(self, fault: str, **how: Any) -> None:  # noqa: ANN401 -- as PageFault
        """Let something go wrong at requests to come; see ``loopback.KINDS`` and ``pages.OWN_FAULTS``.

        Raises:
            ValueError: there is no such fault.

        """
        self.faults.tell(fault, **how)

    def renew_key(self, key: str | None = None) -> str:
        """Make another key, which is kept; the one before is wrong from now on."""
        key = key or secrets.token_hex(16)
        with self.firm.store.transaction():
            self.firm.store.set(_KEY, key)
        self.expired = False
        return key

    def advance(self, by: timedelta) -> None:
        """Put the firm's clock forward, and nobody else's; kept with the firm."""
        self.clock.ahead += by
        with self.firm.store.transaction():
            self.firm.store.set(_AHEAD, str(self.clock.ahead.total_seconds()))

    def count(self, kind: Kind) -> int:
        """How many records of a kind the firm holds; of invoices, prebills too."""
        return self.firm.number(_COUNTED[kind])

    def break_source(self) -> None:
        """Let every read fail from now on."""
        self.tell("error", status=503, times=None)


def serve(path: Path | None = None, *, port: int = 0) -> None:
    """Serve a firm until the process is killed; says on stdout how to reach it, as ``KEY=VALUE``."""
    with Bill4TimeSandbox(path, port=port) as sandbox:
        if not sandbox.firm.number("clients"):
            sandbox.firm.seed_entries(_SERVED_ENTRIES)
        announce(sandbox.settings)
