"""Intuit's token service: one call gives tokens for a code or for a refresh token."""

from __future__ import annotations

import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from hub.sdk import AuthenticationFailed, HubError, NotSent, SourceFailed, Unknown
from hub.sdk.http import place_of
from hub_quickbooks.settings import token_url

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import SecretStr
    from requests import Response

    from hub.sdk import Surroundings
    from hub_quickbooks.settings import QuickBooksSettings

_HEADERS = {
    "Accept": "application/json",
    # Without it nothing is said of the end that no use puts off (Intuit's blog of 2025-11-12).
    "x-include-refresh-token-hard-expires-in": "true",
}


@dataclass(frozen=True, slots=True, repr=False)
class Granted:
    """Tokens, and in how many seconds they end; ``None`` where that was not said.

    Args:
        access_token: for requests to the company.
        refresh_token: for the next access token; empty where it stays as it is.
        access_seconds: until the access token ends.
        seconds: until the refresh token ends if it is not used.
        hard_seconds: until it ends whatever happens.

    """

    access_token: str
    refresh_token: str
    access_seconds: int | None
    seconds: int | None
    hard_seconds: int | None


@dataclass(frozen=True, slots=True)
class Doubtful:
    """Nobody knows whether Intuit did what it was asked."""

    reason: str


@dataclass(frozen=True, slots=True)
class NotAccepted:
    """The code or refresh token is not, or no longer, good; asking again changes nothing."""


@dataclass(frozen=True, slots=True)
class Failed:
    """Intuit did not do it, for certain, and this is why."""

    error: HubError


Grant = Granted | Doubtful | NotAccepted | Failed


class TokenService:
    """Asks for tokens; every call is made once."""

    def __init__(self, settings: QuickBooksSettings, surroundings: Surroundings) -> None:
        self._settings = settings
        self._surroundings = surroundings

    def client(self) -> tuple[str, str]:
        """Client id and client secret of the firm's app.

        Raises:
            AuthenticationFailed: one of them is not known.

        """
        client = plain(self._settings.client_id), plain(self._settings.client_secret)
        if not all(client):
            raise self._wrong_client("are not known")
        return client

    def of_code(self, code: str, redirect_uri: str) -> Grant:
        """The tokens of a new sign-in, for what the browser was sent back with."""
        return self._ask(grant_type="authorization_code", code=code, redirect_uri=redirect_uri)

    def of_refresh_token(self, token: str) -> Grant:
        """Tokens for a refresh token."""
        return self._ask(grant_type="refresh_token", refresh_token=token)

    def _ask(self, **form: str) -> Grant:
        url, http = token_url(self._settings), self._surroundings.http()
        try:
            client = self.client()
        except AuthenticationFailed as error:
            return Failed(error)
        match answer := http.exchange("POST", url, data=form, headers=_HEADERS, auth=client):
            case NotSent():
                return _failed(f"Intuit cannot be reached to sign in: {answer.reason}.")
            case Unknown():
                return Doubtful(answer.reason)
        return self._read(answer, place_of(url))

    def _read(self, answer: Response, place: str) -> Grant:
        status, told = answer.status_code, _document(answer)
        if status < HTTPStatus.BAD_REQUEST:
            return _granted(told) if told.get("access_token") else Doubtful(f"{place} gives no token")
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return Doubtful(f"{place} answers {status}")
        match told.get("error"):
            case "invalid_grant":
                return NotAccepted()
            case "invalid_client":
                return Failed(self._wrong_client("are not accepted by Intuit"))
        if status == HTTPStatus.UNAUTHORIZED:
            return Failed(self._wrong_client("are not accepted by Intuit"))
        return _failed(f"{place} refuses to sign in ({status}{_word(told.get('error'))}).")

    def _wrong_client(self, trouble: str) -> AuthenticationFailed:
        name = self._surroundings.connection
        message = f"The app's client_id and client_secret {trouble}."
        remedy = f"Take both from the app's page at developer.intuit.com: hub connect {name} asks for them."
        return AuthenticationFailed(message, remedy=remedy)


def plain(secret: SecretStr | None) -> str:
    """The text of a secret; empty where there is none."""
    return secret.get_secret_value() if secret else ""


def _failed(message: str) -> Failed:
    return Failed(SourceFailed(message, remedy="Try again later."))


def _document(answer: Response) -> Mapping[str, Any]:
    try:
        told = answer.json()
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _granted(told: Mapping[str, Any]) -> Granted:
    return Granted(
        access_token=str(told["access_token"]),
        refresh_token=str(told.get("refresh_token") or ""),
        access_seconds=_seconds(told.get("expires_in")),
        seconds=_seconds(told.get("x_refresh_token_expires_in")),
        hard_seconds=_seconds(told.get("x_refresh_token_hard_expires_in")),
    )


def _seconds(value: object) -> int | None:
    text = str(value)
    return int(text) if text.isdecimal() else None


def _word(value: object) -> str:
    """An error's code; never any other text, which might hold a token."""
    text = str(value)
    return f", {text}" if value and re.fullmatch(r"[a-z_]{1,40}", text) else ""
