"""The addresses that follow from the settings, however they are spelt."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from hub.sdk import ConfigurationError
from hub_quickbooks.settings import QuickBooksSettings, api_root, authorize_url, token_url


def settings(**given: Any) -> QuickBooksSettings:
    return QuickBooksSettings(realm="9130357", **given)


@pytest.mark.parametrize("end", ["", "/", "/v3", "/v3/", "/v3/company", "/v3/company/"])
def test_a_base_may_end_in_any_usual_way(end: str) -> None:
    assert api_root(settings(base_url=f"http://127.0.0.1:9{end}")) == "http://127.0.0.1:9/v3/company/9130357"


@pytest.mark.parametrize(
    ("environment", "host"),
    [("production", "quickbooks.api.intuit.com"), ("sandbox", "sandbox-quickbooks.api.intuit.com")],
)
def test_without_a_base_it_is_intuits_own(environment: str, host: str) -> None:
    assert api_root(settings(environment=environment)) == f"https://{host}/v3/company/9130357"


def test_a_stand_in_never_means_intuit() -> None:
    with pytest.raises(ConfigurationError, match="no address"):
        api_root(settings(environment="stand-in"))


@pytest.mark.parametrize("end", ["", "/", "/oauth2/v1/tokens/bearer", "/tokens/bearer/"])
def test_the_page_to_sign_in_stands_beside_the_token_service(end: str) -> None:
    given = settings(oauth_url=f"http://127.0.0.1:9{end}")
    assert authorize_url(given) == "http://127.0.0.1:9/connect/oauth2"
    assert token_url(given).endswith("/tokens/bearer")


def test_an_address_for_signing_in_is_completed() -> None:
    assert token_url(settings(oauth_url="http://127.0.0.1:9")) == "http://127.0.0.1:9/oauth2/v1/tokens/bearer"
    assert token_url(settings(oauth_url="http://h/x/tokens/bearer")) == "http://h/x/tokens/bearer"


@pytest.mark.parametrize("oauth_url", ["", "https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer"])
def test_intuits_page_to_sign_in_stands_elsewhere(oauth_url: str) -> None:
    given = settings(oauth_url=oauth_url)
    assert authorize_url(given) == "https://appcenter.intuit.com/connect/oauth2"
    assert token_url(given) == "https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer"


@pytest.mark.parametrize(
    "address", ["", "localhost:8765", "ftp://h/x", "http://", "http://h:99999/x", "http://[/"]
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ValidationError, match="no address"):
        settings(redirect_uri=address)


def test_no_secret_shows() -> None:
    given = settings(client_id="id-x", client_secret="secret-y", refresh_token="token-z")
    assert not any(word in repr(given) + str(given) for word in ("id-x", "secret-y", "token-z"))
