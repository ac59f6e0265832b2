"""The sandbox: consent, access tokens and refresh tokens."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

if TYPE_CHECKING:
    from sandbox_client import Body, Client

    from hub.testing import FakeClock
    from hub_quickbooks.sandbox import QuickBooksSandbox

DAY = timedelta(days=1)


def refresh(client: Client, token: str, **headers: str) -> requests.Response:
    return client.tokens(grant_type="refresh_token", refresh_token=token, headers=headers)


def consent(client: Client, **query: str) -> requests.Response:
    asked = {
        "client_id": client.sandbox.client_id,
        "response_type": "code",
        "scope": "com.intuit.quickbooks.accounting",
        "redirect_uri": "http://127.0.0.1:8000/callback",
        "state": "s-1",
        **query,
    }
    place = f"{client.sandbox.url}/connect/oauth2"
    return requests.get(place, params=asked, allow_redirects=False, timeout=5)


def test_a_refresh_gives_an_access_token_for_an_hour(client: Client, clock: FakeClock) -> None:
    pair = client.connect()

    assert (pair["token_type"], pair["expires_in"]) == ("bearer", 3600)
    assert pair["x_refresh_token_expires_in"] == 8_640_000
    assert "x_refresh_token_hard_expires_in" not in pair
    clock.advance(timedelta(seconds=3599))
    assert client.call("GET", "preferences").status_code == 200
    clock.advance(timedelta(seconds=1))
    assert client.call("GET", "preferences").status_code == 401


def test_a_bad_access_token_is_quoted_in_the_fault(client: Client, clock: FakeClock) -> None:
    token = client.connect()["access_token"]
    clock.advance(timedelta(hours=1))

    expired = client.call("GET", "preferences")
    assert expired.status_code == 401
    (error,) = expired.json()["fault"]["error"]
    assert error["message"] == "message=AuthenticationFailed; errorCode=003200; statusCode=401"
    assert (error["code"], error["detail"]) == ("3200", f"Token expired: {token}")
    assert expired.json()["fault"]["type"] == "AUTHENTICATION"

    client.session.headers["Authorization"] = "Bearer made-up"
    assert "made-up" in client.call("GET", "preferences").json()["fault"]["error"][0]["detail"]
    del client.session.headers["Authorization"]
    assert client.call("POST", "customer", {"DisplayName": "A"}).status_code == 401


def test_another_company_is_forbidden(client: Client) -> None:
    answer = client.session.get(f"{client.sandbox.url}/v3/company/999/preferences", timeout=5)

    assert answer.status_code == 403
    assert answer.json()["fault"]["error"][0]["code"] == "3100"


def test_a_refresh_token_changes_once_a_day_and_the_old_one_is_dead(client: Client, clock: FakeClock) -> None:
    first = client.sandbox.refresh_token
    clock.advance(DAY - timedelta(seconds=1))
    assert refresh(client, first).json()["refresh_token"] == first

    clock.advance(timedelta(seconds=1))
    second = refresh(client, first).json()["refresh_token"]

    assert second != first
    assert client.sandbox.refresh_token == second
    dead = refresh(client, first)
    assert (dead.status_code, dead.json()["error"]) == (400, "invalid_grant")
    assert refresh(client, second).status_code == 200


def test_a_refresh_token_can_be_told_to_change_each_time(client: Client) -> None:
    client.sandbox.company.switches.rotate_always = True
    first = client.sandbox.refresh_token

    assert refresh(client, first).json()["refresh_token"] != first
    assert refresh(client, first).status_code == 400


def test_a_refresh_token_that_is_not_used_dies_after_100_days(client: Client, clock: FakeClock) -> None:
    clock.advance(100 * DAY)

    assert refresh(client, client.sandbox.refresh_token).json()["error"] == "invalid_grant"


def test_a_consent_ends_after_five_years_however_often_it_is_refreshed(
    client: Client, clock: FakeClock
) -> None:
    header = {"x-include-refresh-token-hard-expires-in": "true"}
    years = timedelta(days=5 * 365)
    first = refresh(client, client.sandbox.refresh_token, **header).json()
    assert first["x_refresh_token_hard_expires_in"] == years.total_seconds()

    for _ in range(20):
        clock.advance(90 * DAY)
        last = refresh(client, client.sandbox.refresh_token, **header).json()

    assert last["x_refresh_token_hard_expires_in"] == (years - 1800 * DAY).total_seconds()
    assert last["x_refresh_token_expires_in"] == last["x_refresh_token_hard_expires_in"]
    clock.advance(25 * DAY)
    assert refresh(client, client.sandbox.refresh_token).json()["error"] == "invalid_grant"


def test_only_the_app_gets_tokens(client: Client) -> None:
    form = {"grant_type": "refresh_token", "refresh_token": client.sandbox.refresh_token}
    place = f"{client.sandbox.url}/oauth2/v1/tokens/bearer"

    for auth in ((client.sandbox.client_id, "wrong"), ("wrong", client.sandbox.client_secret), None):
        answer = requests.post(place, data=form, auth=auth, timeout=5)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert client.tokens(grant_type="password").json()["error"] == "unsupported_grant_type"


def test_consent_sends_the_browser_back_with_a_code(client: Client) -> None:
    answer = consent(client)

    assert answer.status_code == 302
    place = urlsplit(answer.headers["Location"])
    query = parse_qs(place.query)
    assert f"{place.scheme}://{place.netloc}{place.path}" == "http://127.0.0.1:8000/callback"
    assert (query["state"], query["realmId"]) == (["s-1"], ["9130357"])


def code_of(answer: requests.Response) -> str:
    return parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]


def exchange(client: Client, code: str, redirect: str = "http://127.0.0.1:8000/callback") -> Body:
    body: Body = client.tokens(grant_type="authorization_code", code=code, redirect_uri=redirect).json()
    return body


def test_a_code_is_good_once_for_its_own_address_and_ten_minutes(client: Client, clock: FakeClock) -> None:
    before = client.sandbox.refresh_token
    code = code_of(consent(client))
    assert exchange(client, code, "http://elsewhere.test/")["error"] == "invalid_grant"

    pair = exchange(client, code)

    assert pair["refresh_token"] == client.sandbox.refresh_token != before
    assert exchange(client, code)["error"] == "invalid_grant"
    assert refresh(client, before).status_code == 400
    late = code_of(consent(client))
    clock.advance(timedelta(minutes=10))
    assert exchange(client, late)["error"] == "invalid_grant"


@pytest.mark.parametrize("query", [{"client_id": "other"}, {"response_type": "token"}, {"redirect_uri": ""}])
def test_a_bad_request_for_consent_is_not_sent_back(client: Client, query: dict[str, str]) -> None:
    assert consent(client, **query).status_code == 400


def test_a_revoked_consent_is_over(client: Client) -> None:
    token = client.sandbox.refresh_token
    place = f"{client.sandbox.url}/v2/oauth2/tokens/revoke"
    app = (client.sandbox.client_id, client.sandbox.client_secret)

    assert requests.post(place, json={"token": token}, timeout=5).status_code == 401
    assert requests.post(place, json={"token": "other"}, auth=app, timeout=5).status_code == 400
    assert requests.post(place, json={"token": token}, auth=app, timeout=5).status_code == 200

    assert client.call("GET", "preferences").status_code == 401
    assert refresh(client, token).json()["error"] == "invalid_grant"
    assert exchange(client, code_of(consent(client)))["expires_in"] == 3600


def test_the_settings_are_ready_for_a_connection(sandbox: QuickBooksSandbox) -> None:
    assert sandbox.settings == {
        "realm": "9130357",
        "environment": "sandbox",
        "base_url": sandbox.url,
        "oauth_url": sandbox.url,
        "client_id": sandbox.client_id,
        "client_secret": sandbox.client_secret,
        "refresh_token": sandbox.refresh_token,
    }
