"""The secrets of a workspace's connections: from the environment, the keyring or an encrypted file."""

from __future__ import annotations

import hashlib
import json
import os
from typing import TYPE_CHECKING, NamedTuple

from pydantic import SecretStr

from hub.app.vaults import KEY_VARIABLE, vault_of
from hub.sdk import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_PREFIX = "HUB_SECRET_"


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
        self._vault = vault_of(folder.resolve(), self._environment)
        self._handed_out: set[str] = set()

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

        """
        given = self._given(connection, field)
        stored = _Stored(value, _digest(given) if given else "")
        self._vault.write(f"{connection}/{field}", json.dumps(stored._asdict()))
        self._handed_out.add(value)

    def conceal(self, value: str) -> None:
        """Count a value that is not stored yet among the secrets that are kept out of every text."""
        self._handed_out.add(value)

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
        self._handed_out.add(value)
        return SecretStr(value)


def variable_of(connection: str, field: str) -> str:
    """The environment variable that gives a connection's secret."""
    return f"{_PREFIX}{connection}__{field}".replace("-", "_").upper()


def _digest(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()
