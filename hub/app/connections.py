"""From a connection in hub.toml to its connector at work: settings checked, secrets filled in."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from pydantic import SecretStr, ValidationError

from hub.app.secrets import ConnectionSecrets, variable_of
from hub.app.surroundings import LiveSurroundings, session_maker
from hub.app.toml_file import Problem, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from pydantic_core import ErrorDetails

    from hub.app.config import Config
    from hub.app.config_schema import Connection
    from hub.app.plugins import PluginHost
    from hub.app.secrets import SecretStore
    from hub.app.toml_file import TomlFile
    from hub.sdk import Clock, Connector, Secrets, Settings


def connector_of(file: TomlFile, connection: Connection, host: PluginHost) -> type[Connector[Settings]]:
    """The connector class of a connection.

    Raises:
        ConfigurationError: no loaded plugin gives it; says which plugins failed to load.

    """
    if connector := host.connectors.get(connection.connector):
        return connector
    failed = [report.name for report in host.reports if report.enabled and not report.loaded]
    remedy = nearest(connection.connector, host.connectors)
    if failed:
        remedy += f" Not loaded: {', '.join(failed)}; see hub plugins."
    text = f"no plugin gives a connector '{connection.connector}'."
    key = ("connections", connection.name, "connector")
    raise file.error([Problem(key, text, remedy.strip(), connection.connector)])


def secret_fields(settings: type[Settings]) -> tuple[str, ...]:
    """The fields of a settings model that are secrets."""
    return tuple(
        name
        for name, info in settings.model_fields.items()
        if SecretStr in (info.annotation, *get_args(info.annotation))
    )


def settings_of(
    file: TomlFile,
    connection: Connection,
    connector: type[Connector[Settings]],
    secrets: Mapping[str, SecretStr],
) -> Settings:
    """The checked settings of a connection, with its secrets in them.

    Raises:
        ConfigurationError: a setting is missing, wrong or unknown, or a secret stands in hub.toml.

    """
    model, name = connector.settings, connection.name
    if misplaced := [field for field in secret_fields(model) if field in connection.settings]:
        raise file.error([_misplaced(name, field) for field in misplaced])
    try:
        return model.model_validate({**connection.settings, **secrets})
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        raise file.error([_problem(name, model, one) for one in details]) from None


def known_secrets(secrets: Secrets, fields: Iterable[str]) -> dict[str, SecretStr]:
    """The secrets of a connection that are known."""
    return {field: SecretStr(value) for field in fields if (value := secrets.get(field))}


def open_connector(
    config: Config, name: str, host: PluginHost, store: SecretStore, clock: Clock
) -> Connector[Settings]:
    """The connector of a connection, ready to work; nothing is called yet.

    Raises:
        ConfigurationError: the connection, its connector, a setting or a secret is missing or wrong.

    """
    connection = config.connection(name)
    connector = connector_of(config.file, connection, host)
    secrets = ConnectionSecrets(store, name)
    known = known_secrets(secrets, secret_fields(connector.settings))
    settings = settings_of(config.file, connection, connector, known)
    return start_connector(connector, settings, config.folder, secrets=secrets, clock=clock)


def start_connector(
    connector: type[Connector[Settings]],
    settings: Settings,
    folder: Path,
    *,
    secrets: ConnectionSecrets,
    clock: Clock,
) -> Connector[Settings]:
    """The connector with these settings, in the surroundings of its workspace."""
    session = session_maker(clock, secrets.store, tuple(connector.access.values()))
    return connector(settings, LiveSurroundings(secrets.connection, folder, clock, secrets, session))


def _misplaced(connection: str, field: str) -> Problem:
    return Problem(
        ("connections", connection, field),
        "a secret never stands in hub.toml.",
        f"Take it out and run: hub connect {connection}; or set {variable_of(connection, field)}.",
    )


def _problem(connection: str, model: type[Settings], details: ErrorDetails) -> Problem:
    words = tuple(word for word in details["loc"] if isinstance(word, str))
    key, field = ("connections", connection, *words), words[0] if words else ""
    is_missing = details["type"] == "missing" and len(words) == 1
    if is_missing and field in secret_fields(model):
        remedy = f"Run: hub connect {connection}; or set {variable_of(connection, field)}."
        return Problem(key, "this secret is not known yet.", remedy)
    if is_missing:
        return Problem(key, "this is missing.", f"Add it, or run: hub connect {connection}.")
    if details["type"] == "extra_forbidden" and len(words) == 1:
        return Problem(key, "there is no such setting.", nearest(field, _plain_fields(model)))
    return Problem(key, f"{_reason(details)}.", _explanation(model, field))


def _plain_fields(model: type[Settings]) -> list[str]:
    secret = secret_fields(model)
    return [info.alias or name for name, info in model.model_fields.items() if name not in secret]


def _reason(details: ErrorDetails) -> str:
    text = details["msg"].removeprefix("Value error, ").rstrip(".")
    return f"{text[:1].lower()}{text[1:]}"


def _explanation(model: type[Settings], field: str) -> str:
    info = model.model_fields.get(field)
    return info.description or "" if info else ""
