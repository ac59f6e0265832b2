"""From hub.toml to a connector at work: settings are checked, secrets come from their store."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, ClassVar

import pytest
import responses
from pydantic import Field, SecretStr, field_validator

from hub.app.config import Config, load_config
from hub.app.config_schema import PluginChoice
from hub.app.connections import open_connector, secret_fields
from hub.app.plugins import PluginHost
from hub.app.secrets import SecretStore
from hub.sdk import Access, ConfigurationError, Connector, Kind, RateLimit, Settings, hookimpl

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

HEAD = (
    '[hub]\nfirm = "A"\ntimezone = "UTC"\ncurrency = "USD"\n\n[connections.acme-portal]\nconnector = "acme"\n'
)


class AcmeSettings(Settings):
    url: str = Field(description="The address, beginning with https.")
    port: int = 443
    password: SecretStr
    token: SecretStr | None = None

    @field_validator("url")
    @classmethod
    def _is_safe(cls, value: str) -> str:
        if not value.startswith("https"):
            raise ValueError("the address is not safe")
        return value


class Acme(Connector[AcmeSettings]):
    name = "acme"
    title = "Acme"
    settings = AcmeSettings
    access: ClassVar[Mapping[Kind, Access]] = {
        Kind.CLIENT: Access(read=True, rate=RateLimit(100)),
        Kind.INVOICE: Access(read=True, rate=RateLimit(10, timedelta(seconds=30))),
        Kind.MATTER: Access(read=True),
    }


class Plugin:
    @hookimpl
    def hub_connectors(self) -> list[type[Acme]]:
        return [Acme]


class DrivenClock:
    def __init__(self) -> None:
        self.time = datetime(2026, 1, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


HOST = PluginHost(PluginChoice(enabled=()), extra=[Plugin()])


def config_of(folder: Path, settings: str) -> Config:
    (folder / "hub.toml").write_text(HEAD + settings, encoding="utf-8")
    return load_config(folder / "hub.toml")


def opened(folder: Path, settings: str, **environment: str) -> Acme:
    store = SecretStore(folder, environment)
    connector = open_connector(config_of(folder, settings), "acme-portal", HOST, store, DrivenClock())
    assert isinstance(connector, Acme)
    return connector


GIVEN = {"HUB_SECRET_ACME_PORTAL__PASSWORD": "s3cret"}


def test_a_connector_gets_settings_secrets_and_surroundings(tmp_path: Path) -> None:
    connector = opened(tmp_path, 'url = "https://acme"\n', **GIVEN)
    assert connector.config.url == "https://acme"
    assert connector.config.password.get_secret_value() == "s3cret"
    assert connector.config.token is None
    assert connector.surroundings.connection == "acme-portal"
    assert connector.surroundings.folder == tmp_path
    assert "s3cret" not in repr(connector.config)


def test_the_session_knows_the_secrets(tmp_path: Path) -> None:
    connector = opened(tmp_path, 'url = "https://acme"\n', **GIVEN)
    session = connector.surroundings.http()
    assert session is connector.surroundings.http(), "one session, so one rate limit"
    assert session.redact("token s3cret") == "token [redacted]"


@responses.activate
def test_the_session_keeps_the_strictest_rate(tmp_path: Path) -> None:
    responses.get("https://acme/clients", json=[])
    surroundings = opened(tmp_path, 'url = "https://acme"\n', **GIVEN).surroundings
    began = surroundings.clock.now()
    for _ in range(11):
        surroundings.http().get("https://acme/clients")
    assert surroundings.clock.now() - began == timedelta(seconds=30), "10 in 30 seconds, not 100 a minute"


def test_a_secret_that_changes_is_kept_and_taken_out_of_every_text_from_then_on(tmp_path: Path) -> None:
    before, after = (opened(tmp_path, 'url = "https://acme"\n', **GIVEN).surroundings for _ in range(2))
    session = before.http()
    before.secrets.keep("token", "rotated")
    before.secrets.keep("no setting", "told in passing")
    assert session.redact("rotated, told in passing") == "[redacted], [redacted]"
    assert (after.secrets.get("token"), after.secrets.get("no setting")) == ("rotated", "told in passing")
    assert after.http().redact("rotated") == "[redacted]", "what another process kept, once it is read"
    assert opened(tmp_path, 'url = "https://acme"\n', **GIVEN).config.token == SecretStr("rotated")


def test_secret_fields_are_found_where_they_are_optional_too() -> None:
    assert secret_fields(AcmeSettings) == ("password", "token")


@pytest.mark.parametrize(
    ("settings", "line", "words"),
    [
        ('ulr = "https://acme"\n', 8, ["connections.acme-portal.ulr", "Did you mean 'url'?"]),
        ('url = "http://acme"\n', 8, ["url: the address is not safe", "beginning with https"]),
        ('url = "https://acme"\nport = "x"\n', 9, ["connections.acme-portal.port", "integer"]),
        ("", 6, ["connections.acme-portal.url: this is missing", "hub connect acme-portal"]),
        ('url = "https://a"\npassword = "hunter2"\n', 9, ["secret never stands in hub.toml", "hub connect"]),
        ('url = "https://a"\ntoken = "hunter2"\n', 9, ["HUB_SECRET_ACME_PORTAL__TOKEN"]),
    ],
)
def test_a_wrong_setting_is_answered_with_line_and_remedy(
    tmp_path: Path, settings: str, line: int, words: list[str]
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        opened(tmp_path, settings, **GIVEN)
    answer = str(caught.value)
    assert f"hub.toml, line {line}: " in answer
    for word in words:
        assert word in answer
    assert "hunter2" not in answer


def test_a_secret_that_nobody_gave_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        opened(tmp_path, 'url = "https://acme"\n')
    assert "password" in caught.value.message
    assert "HUB_SECRET_ACME_PORTAL__PASSWORD" in caught.value.remedy


def test_a_connector_that_nobody_gives_is_answered_with_the_nearest_and_what_failed(tmp_path: Path) -> None:
    class Broken:
        @hookimpl
        def hub_rulse(self) -> None: ...

    host = PluginHost(PluginChoice(enabled=()), extra=[Plugin(), Broken()])
    (tmp_path / "hub.toml").write_text(HEAD.replace('"acme"', '"acne"'), encoding="utf-8")
    config = load_config(tmp_path / "hub.toml")
    with pytest.raises(ConfigurationError) as caught:
        open_connector(config, "acme-portal", host, SecretStore(tmp_path, {}), DrivenClock())
    assert "hub.toml, line 7: " in caught.value.message
    assert "Did you mean 'acme'?" in caught.value.remedy
    assert "Broken" in caught.value.remedy
