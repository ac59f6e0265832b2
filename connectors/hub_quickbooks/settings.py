"""What a firm says about its QuickBooks Online company, and the addresses that follow from it."""

from __future__ import annotations

from typing import Literal
from urllib.parse import quote, urlsplit

from pydantic import Field, SecretStr, field_validator

from hub.sdk import ConfigurationError, Settings

# The bases of requests: developer.intuit.com, "REST API features" of the Accounting API.
API_ROOTS = {
    "production": "https://quickbooks.api.intuit.com",
    "sandbox": "https://sandbox-quickbooks.api.intuit.com",
}
# As the discovery document says: developer.intuit.com/.well-known/openid_configuration. It is one for both.
AUTHORIZE_URL = "https://appcenter.intuit.com/connect/oauth2"
OAUTH_ROOT = "https://oauth.platform.intuit.com"
_TOKENS = "/tokens/bearer"


class QuickBooksSettings(Settings):
    """Which company it is, and what the hub may do there beside reading and booking invoices."""

    realm: str = ""
    """The company's id (realm id); signing in tells it."""
    environment: Literal["production", "sandbox", "stand-in"] = "production"
    """Whether it is a real company, one of Intuit's sandbox companies, or a stand-in on this machine."""
    base_url: str = ""
    """The address of the Accounting API, where it is not Intuit's own for the environment."""
    oauth_url: str = ""
    """The address for signing in, where it is not Intuit's own."""
    redirect_uri: str = "http://localhost:8765/callback"
    """Where signing in sends the browser back to; one of the app's Redirect URIs at developer.intuit.com.

    Intuit takes a http address on localhost for sandbox companies only; for production it has to begin
    with https, and what it then shows in the address line is pasted ("Set app redirect URIs" there).
    """
    timekeepers: Literal["read", "write"] = "read"
    """Whether the hub may make timekeepers there (as employees or vendors), or only reads them."""
    time_entries: Literal["read", "write"] = "read"
    """Whether the hub may write time entries there (as time activities), or only reads them."""
    timeout_seconds: int = Field(default=125, ge=1)
    """How long to wait for an answer: Intuit ends a request itself after 120 seconds."""
    client_id: SecretStr | None = None
    """The client id of the firm's app, from its page "Keys & credentials" at developer.intuit.com."""
    client_secret: SecretStr | None = None
    """The client secret of the firm's app, from the same page."""
    refresh_token: SecretStr | None = Field(default=None, json_schema_extra={"sign_in": True})
    """The refresh token of a sign-in; hub connect gets it, and it changes about daily."""

    @field_validator("redirect_uri")
    @classmethod
    def _is_an_address(cls, text: str) -> str:
        try:
            place = urlsplit(text)
            is_whole = place.scheme in {"http", "https"} and bool(place.hostname) and place.port != 0
        except ValueError:
            is_whole = False
        if not is_whole:
            raise ValueError("this is no address that begins with http:// or https://")
        return text


def api_root(settings: QuickBooksSettings) -> str:
    """The address under which all of the company's resources stand, without a slash at its end.

    Raises:
        ConfigurationError: there is no such address.

    """
    root = settings.base_url or API_ROOTS.get(settings.environment, "")
    if not root:
        message = "A stand-in has no address of its own."
        raise ConfigurationError(message, remedy="Set base_url and oauth_url.")
    plain = root.rstrip("/").removesuffix("/company").removesuffix("/v3")
    return f"{plain}/v3/company/{quote(settings.realm, safe='')}"


def token_url(settings: QuickBooksSettings) -> str:
    """Where codes and refresh tokens are exchanged for tokens."""
    address = settings.oauth_url.rstrip("/")
    return address if address.endswith(_TOKENS) else f"{address or OAUTH_ROOT}/oauth2/v1{_TOKENS}"


def authorize_url(settings: QuickBooksSettings) -> str:
    """The page at which a person signs in and chooses the company."""
    root = settings.oauth_url.rstrip("/").removesuffix(_TOKENS).removesuffix("/oauth2/v1")
    return AUTHORIZE_URL if root in ("", OAUTH_ROOT) else f"{root}/connect/oauth2"
