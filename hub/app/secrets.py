"""The secrets of a workspace's connections: from the environment, the keyring or an encrypted file."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from typing import TYPE_CHECKING, NamedTuple

from pydantic import SecretStr

from hub.app.locks import locked
from hub.app.vaults import KEY_VARIABLE, vault_of
from hub.sdk import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

_PREFIX = "HUB_SECRET_"

# Longer than any sign-in that another process may be about: two calls of over a minute each.
_ALONE_SECONDS = 180.0
_WRITING_SECONDS = 30.0


class _Stored(NamedTuple):
    value: str
    seed: str
    """Digest of the environment's value when this one was stored; empty where there was none."""


class SecretStore:
    """The secrets of one workspace.

    The environment wins over what is stored, but for a secret that rotates: one that was stored
    while the environment had a value is newer than that value, and is used until the
    environment's value changes.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str] | None = None) -> None:
        self._environment = os.environ if environment is None else environment
        self._folder = folder.resolve()
        self._vault = vault_of(self._folder, self._environment)
        self._handed_out: set[str] = set()
        self._listeners: list[Callable[[str], None]] = []

    @property
    def place(self) -> str:
        """Where secrets are stored, in words."""
        return self._vault.title

    def get(self, connection: str, field: str) -> SecretStr | None:
        """The secret of a connection's field, or ``None`` where there is none.

        Raises:
            ConfigurationError: the place where it is stored does not open.

        """
        given = self._given(connection, field)
        stored = self._stored(connection, field, is_needed=not given)
        value = stored.value if stored and (not given or stored.seed == _digest(given)) else given
        return self._hand_out(value) if value else None

    def set(self, connection: str, field: str, value: str) -> None:
        """Store a secret; a value that the environment gives now counts as older than this one.

        Raises:
            ConfigurationError: there is no place to store it, or the place does not open.
            HubError: another process holds the place.

        """
        self.conceal(value)
        given = self._given(connection, field)
        stored = _Stored(value, _digest(given) if given else "")
        # Other processes write other secrets to the same file; and the keyring of Windows moves the
        # secret that was written last out of the way of the next one, in two steps.
        busy = f"Another run is writing to {self.place}."
        with locked(self._folder / "hub-secrets.lock", seconds=_WRITING_SECONDS, busy=busy):
            self._vault.write(f"{connection}/{field}", json.dumps(stored._asdict()))

    @contextlib.contextmanager
    def alone(self, connection: str) -> Iterator[None]:
        """Keep other processes out that want to be alone with a connection's secrets.

        Raises:
            HubError: one of them does not come to an end.

        """
        path = self._folder / f"hub-secrets.{connection}.lock"
        busy = f"Another run has been signing in for '{connection}' for {_ALONE_SECONDS:.0f} seconds."
        with locked(path, seconds=_ALONE_SECONDS, busy=busy):
            yield

    def conceal(self, value: str) -> None:
        """Count a value that is not stored yet among the secrets that are kept out of every text."""
        if value not in self._handed_out:
            self._handed_out.add(value)
            for listener in self._listeners:
                listener(value)

    def tell(self, listener: Callable[[str], None]) -> None:
        """Tell somebody every secret that becomes known from now on, for redaction."""
        self._listeners.append(listener)

    def all_values(self) -> frozenset[str]:
        """Every secret that this process can know by now, for redaction."""
        given = {
            value
            for name, value in self._environment.items()
            if value and (name.startswith(_PREFIX) or name == KEY_VARIABLE)
        }
        return frozenset(self._handed_out | given)

    def _given(self, connection: str, field: str) -> str:
        return self._environment.get(variable_of(connection, field), "")

    def _stored(self, connection: str, field: str, *, is_needed: bool) -> _Stored | None:
        try:
            text = self._vault.read(f"{connection}/{field}")
        except ConfigurationError:
            if is_needed:
                raise
            return None
        return _Stored(**json.loads(text)) if text else None

    def _hand_out(self, value: str) -> SecretStr:
        self.conceal(value)
        return SecretStr(value)


class ConnectionSecrets:
    """The secrets of one connection, as its connector uses them."""

    def __init__(self, store: SecretStore, connection: str) -> None:
        self.store = store
        self.connection = connection

    def get(self, field: str) -> str | None:
        """The newest value of a field, whichever process kept it.

        Raises:
            ConfigurationError: the place where it is stored does not open.

        """
        secret = self.store.get(self.connection, field)
        return secret.get_secret_value() if secret else None

    def keep(self, field: str, value: str) -> None:
        """Store a value under the field's name.

        Raises:
            ConfigurationError: there is no place to store it, or the place does not open.
            HubError: another process holds the place.

        """
        self.store.set(self.connection, field, value)

    def alone(self) -> contextlib.AbstractContextManager[None]:
        """Keep other processes out that want to be alone with them.

        Raises:
            HubError: one of them does not come to an end.

        """
        return self.store.alone(self.connection)


class TrialSecrets(ConnectionSecrets):
    """The secrets of a connection while it is set up: what is new is stored once it has proved good.

    What is stored already is replaced there at once: the system may have taken back the old value.
    """

    def __init__(self, store: SecretStore, connection: str) -> None:
        super().__init__(store, connection)
        self._new: dict[str, str] = {}

    @property
    def has_new(self) -> bool:
        """Whether there is anything that is not stored yet."""
        return bool(self._new)

    def get(self, field: str) -> str | None:
        """The new value of a field, else the stored one."""
        return self._new.get(field) or super().get(field)

    def keep(self, field: str, value: str) -> None:
        """Replace a value where it stands, or take a new one."""
        if field in self._new or super().get(field) is None:
            self.take(field, value)
        else:
            super().keep(field, value)

    def take(self, field: str, value: str) -> None:
        """Take a value that a person, or a sign-in of theirs, has given for this trial."""
        self.store.conceal(value)
        self._new[field] = value

    def save(self) -> None:
        """Store all that is new."""
        with self.alone():
            for field, value in self._new.items():
                super().keep(field, value)


def variable_of(connection: str, field: str) -> str:
    """The environment variable that gives a connection's secret."""
    return f"{_PREFIX}{connection}__{field}".replace("-", "_").upper()


def _digest(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()
