"""A stand-in for a QuickBooks Online company, for tests, demonstrations and whoever writes a client.

It speaks HTTP on loopback, enforces what is known of QuickBooks, drives its own clock and does wrong
what it is told to do wrong. Where nobody knows what QuickBooks does, a docstring says that the choice is
ours. ``company`` is the same company as its own people see it; ``control`` says how another process
drives the sandbox.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from hub.model import Kind
from hub.sdk import SystemClock
from hub.sdk.loopback import Server, announce
from hub_quickbooks.sandbox.company import Company
from hub_quickbooks.sandbox.refusals import Refused
from hub_quickbooks.sandbox.service import Service

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from hub.sdk import Clock

__all__ = ["REALM", "Company", "QuickBooksSandbox", "Refused", "serve"]

REALM = "9130357"
"""The company's id, unless another is given."""
_COUNTED = {
    Kind.CLIENT: "entity = 'Customer' AND parent IS NULL",
    Kind.MATTER: "entity = 'Customer' AND parent IS NOT NULL",
    Kind.INVOICE: "entity = 'Invoice'",
    Kind.PAYMENT: "entity = 'Payment'",
    Kind.CREDIT_NOTE: "entity = 'CreditMemo'",
    Kind.TIMEKEEPER: "entity = 'Employee'",
    Kind.TIME_ENTRY: "entity = 'TimeActivity'",
}


class QuickBooksSandbox:
    """A company at work: a context manager that serves it on loopback until it is left.

    Args:
        path: a SQLite file that keeps the company, so that it goes on where it stopped; ``None`` for memory.
        clock: the time; the machine's own unless given.
        port: ``0`` for any that is free.
        realm: the company's id.
        limits: whether too many requests are answered with 429.

    """

    def __init__(
        self,
        path: Path | None = None,
        *,
        clock: Clock | None = None,
        port: int = 0,
        realm: str = REALM,
        limits: bool = True,
    ) -> None:
        self.realm = realm
        self.company = Company(path, clock or SystemClock(), realm)
        self.company.switches.limits = limits
        self._server = Server(Service(self.company), port)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop serving, and let go of the file."""
        self._server.stop()
        self.company.close()

    @property
    def url(self) -> str:
        """Where it is served."""
        return self._server.url

    @property
    def client_id(self) -> str:
        """The id of the app that has access."""
        return self.company.oauth.client_id

    @property
    def client_secret(self) -> str:
        """The secret of that app."""
        return self.company.oauth.client_secret

    @property
    def refresh_token(self) -> str:
        """The refresh token that is good just now."""
        return self.company.oauth.refresh_token

    @property
    def settings(self) -> Mapping[str, Any]:
        """What a connection needs."""
        return {
            "realm": self.realm,
            "environment": "sandbox",
            "base_url": self.url,
            "oauth_url": self.url,
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "refresh_token": self.refresh_token,
        }

    def count(self, kind: Kind) -> int:
        """How many records of a kind the company holds."""
        with self.company.transaction():
            statement = f"SELECT count(*) FROM object WHERE {_COUNTED[kind]}"  # noqa: S608 -- our own words
            return self.company.books.store.number(statement)

    def break_source(self) -> None:
        """Let every read fail from now on."""
        self.company.tell("error", on="read", status=503, times=None)

    def lose_answers(self) -> None:
        """Let the answers to writes get lost from now on."""
        self.company.tell("drop", on="write", times=None)


def serve(path: Path | None = None, *, port: int = 0, limits: bool = True) -> None:
    """Serve a company until the process is killed; says on stdout how to reach it, as ``KEY=VALUE``."""
    with QuickBooksSandbox(path, port=port, limits=limits) as sandbox:
        announce(sandbox.settings)
