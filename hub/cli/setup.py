"""A connection while ``hub connect`` sets it up; nothing is saved before it has been tried."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click
from pydantic import SecretStr

from hub.app.config import check_config
from hub.app.connections import connector_of, secret_fields, settings_of, start_connector, stored_secrets
from hub.app.mappings import MappingFiles, field_table
from hub.app.secrets import SecretStore, variable_of
from hub.app.toml_edit import save_connection, save_fields
from hub.cli.choices import Chosen, ask_choice, keys_of
from hub.sdk import AuthenticationFailed, SystemClock

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from pydantic.fields import FieldInfo

    from hub.app.config import Config
    from hub.app.plugins import PluginHost
    from hub.cli.ask import Asker
    from hub.sdk import Connector, Health, Settings

_SIGN_IN_ATTEMPTS = 3


class Setup:
    """The connection ``name``: what stands in hub.toml of it, and what the person adds."""

    def __init__(self, config: Config, host: PluginHost, asker: Asker, name: str) -> None:
        self.name = name
        self._config, self._host, self._asker = config, host, asker
        self._store = SecretStore(config.folder)
        self._said: dict[str, Any] = {}
        self._typed: dict[str, SecretStr] = {}
        self._ask_connector()
        self.connector: type[Connector[Settings]] = connector_of(
            self._config.file, self._config.connection(name), host
        )
        self._ask_settings()
        self._ask_missing_secrets()

    def try_out(self) -> tuple[Connector[Settings], Health]:
        """Start the connector and let it check; where its system refuses the secrets, ask for them again.

        Raises:
            HubError: the connection does not work.

        """
        for _ in range(_SIGN_IN_ATTEMPTS - 1):
            connector = self._start()
            try:
                return connector, connector.check()
            except AuthenticationFailed as error:
                fields = secret_fields(self.connector.settings)
                if self._asker.silent or not fields:
                    raise
                self._asker.show(error.message)
                self._ask_secrets(fields)
        connector = self._start()
        return connector, connector.check()

    def save(self) -> list[Path]:
        """Write settings to hub.toml and secrets to their store; gives the files that changed."""
        for field, secret in self._typed.items():
            self._store.set(self.name, field, secret.get_secret_value())
        if not self._said:
            return []
        path = self._config.file.path
        save_connection(path, self.name, self._said)
        return [path]

    def choose(self, connector: Connector[Settings]) -> tuple[Chosen, ...]:
        """Ask the choices that the connector offers and write the answers to the workspace's mapping."""
        choices = connector.choices()
        known = [key for choice in choices for key in keys_of(choice)]
        self._asker.refuse_unknown(known, [key for key in self._asker.answers if "." in key])
        layers = MappingFiles(self._host.mapping_roots, self._config.folder).layers(
            self.connector.name, self.name
        )
        chosen = tuple(
            ask_choice(self._asker, choice, field_table(layers, choice.kind, choice.field))
            for choice in choices
        )
        said = {(one.choice.kind, one.choice.field): one.table for one in chosen if one.table is not None}
        if said:
            save_fields(self.mapping_file, said)
        return chosen

    @property
    def mapping_file(self) -> Path:
        """The workspace's mapping of this connector."""
        return self._config.folder / "mappings" / f"{self.connector.name}.toml"

    @property
    def secrets_place(self) -> str:
        """Where the typed secrets went; empty where none was typed."""
        return self._store.place if self._typed else ""

    def _ask_connector(self) -> None:
        connection = self._config.connections.get(self.name)
        names = ", ".join(sorted(self._host.connectors))
        if connection is None:
            self._say("connector", self._asker.text("connector", f"Which connector? ({names})"))
        elif self._asker.answers.get("connector", connection.connector) != connection.connector:
            raise click.UsageError(f"'{self.name}' is a connection of '{connection.connector}' already.")

    def _ask_settings(self) -> None:
        fields = dict(self._plain_fields())
        given = [key for key in self._asker.answers if "." not in key]
        self._refuse_secrets(given)
        self._asker.refuse_unknown(["connector", *fields], given)
        known = self._config.connection(self.name).settings
        for key, info in fields.items():
            if key in self._asker.answers or (key not in known and _is_asked(info, {*known, *given})):
                self._say(key, self._asker.text(key, info.description or key))

    def _refuse_secrets(self, given: Iterable[str]) -> None:
        """A command line is kept in the shell's history and shown in lists of processes."""
        for field in secret_fields(self.connector.settings):
            if field in given:
                variable = variable_of(self.name, field)
                raise click.UsageError(f"'{field}' is a secret. Give it when asked, or set {variable}.")

    def _plain_fields(self) -> Iterator[tuple[str, FieldInfo]]:
        secret = secret_fields(self.connector.settings)
        for name, info in self.connector.settings.model_fields.items():
            if name not in secret:
                yield info.alias or name, info

    def _say(self, key: str, value: str) -> None:
        """Add a setting and check hub.toml as it would then be."""
        self._said[key] = value
        connections = self._config.file.data.get("connections", {})
        ours = {**connections.get(self.name, {}), **self._said}
        data = {**self._config.file.data, "connections": {**connections, self.name: ours}}
        self._config = check_config(replace(self._config.file, data=data))

    def _ask_missing_secrets(self) -> None:
        fields = secret_fields(self.connector.settings)
        known = stored_secrets(self._store, self.name, fields)
        self._ask_secrets(tuple(field for field in fields if field not in known))

    def _ask_secrets(self, fields: tuple[str, ...]) -> None:
        for field in fields:
            if self._asker.silent:
                continue
            info = self.connector.settings.model_fields[field]
            answer = self._asker.secret(info.description or field, optional=not info.is_required())
            if answer:
                self._store.conceal(answer)
                self._typed[field] = SecretStr(answer)

    def _start(self) -> Connector[Settings]:
        secrets = stored_secrets(self._store, self.name, secret_fields(self.connector.settings))
        connection = self._config.connection(self.name)
        settings = settings_of(self._config.file, connection, self.connector, {**secrets, **self._typed})
        self._said |= _as_typed(settings, self._said)
        return start_connector(
            self.connector, settings, self.name, self._config.folder, store=self._store, clock=SystemClock()
        )


def _is_asked(info: FieldInfo, said: Iterable[str]) -> bool:
    """Whether a person is asked for a setting: it is needed, or it is unless another one is given."""
    extra = info.json_schema_extra
    other = extra.get("unless") if isinstance(extra, dict) else None
    return info.is_required() or (isinstance(other, str) and other not in said)


def _as_typed(settings: Settings, said: dict[str, Any]) -> dict[str, Any]:
    """The answers as hub.toml should hold them: 8080 and true for what the settings read as such."""
    read = settings.model_dump(mode="json", by_alias=True)
    return {key: read[key] for key in said if isinstance(read.get(key), bool | int)}
