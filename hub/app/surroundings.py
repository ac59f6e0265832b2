"""What a connector is handed of the world around it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from hub.app.secrets import SecretStore
    from hub.sdk import Access, Clock, RateLimit, Secrets
    from hub.sdk.http import Session


class LiveSurroundings:
    """The surroundings of a connection in a real run; one session, so one rate limit, for each."""

    def __init__(
        self, connection: str, folder: Path, clock: Clock, secrets: Secrets, session: Callable[[], Session]
    ) -> None:
        self.connection = connection
        self.folder = folder
        self.clock = clock
        self.secrets = secrets
        self._new_session = session

    def http(self) -> Session:
        """The connection's session, made when it is first asked for."""
        return self._session

    @cached_property
    def _session(self) -> Session:
        return self._new_session()


def session_maker(clock: Clock, secrets: SecretStore, access: tuple[Access, ...]) -> Callable[[], Session]:
    """Make sessions that know the secrets, new ones too, and the strictest of the documented rate limits."""

    def make() -> Session:
        # Most runs touch files only and never need requests.
        from hub.sdk.http import Session  # noqa: PLC0415 -- as the comment says

        session = Session(clock, secrets=secrets.all_values(), rate=_strictest(access))
        secrets.tell(session.redact.learn)
        return session

    return make


def _strictest(access: tuple[Access, ...]) -> RateLimit | None:
    limits = [one.rate for one in access if one.rate]
    return min(limits, key=lambda limit: limit.calls / limit.per.total_seconds(), default=None)
