"""Signing in: what a connector is given for it, what comes of it, and what it keeps secret afterwards."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager


class Secrets(Protocol):
    """The secrets of one connection, for as long as it works: a system may change them at any call."""

    def get(self, field: str) -> str | None:
        """The newest value of a field, whichever process kept it; ``None`` where there is none.

        Raises:
            ConfigurationError: the place where secrets are kept does not open.

        """
        ...

    def keep(self, field: str, value: str) -> None:
        """Keep a value; when this returns, it outlives a killed process and the machine's end.

        Any name will do, of a setting or not. The value is taken out of every text from then on.

        Raises:
            ConfigurationError: there is no place to keep it, or it does not open.

        """
        ...

    def alone(self) -> AbstractContextManager[None]:
        """Keep every other process out that wants to be alone with these secrets; never within itself.

        Raises:
            HubError: another one does not come to an end.

        """
        ...


@dataclass(frozen=True, slots=True)
class Authorized:
    """What a sign-in gave.

    Args:
        settings: settings that it told, such as the company's id; they go to hub.toml.
        secrets: what to keep secret, by field; any name will do, as in ``Secrets.keep``.

    """

    settings: Mapping[str, Any] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)


class SignInUI(Protocol):
    """The person who signs in, and their browser."""

    def show(self, text: str) -> None:
        """Tell the person something."""
        ...

    def visit(self, address: Callable[[str], str], redirect_uri: str) -> str:
        """Let the person sign in at a page, and give the address to which the system sent them back.

        Args:
            address: makes the page's address from the one to which the system shall send them back.
            redirect_uri: that one, as it is registered at the system.

        Returns:
            The whole address with its query. Anybody may have sent it: compare its ``state``.

        Raises:
            HubError: nobody signed in.

        """
        ...
