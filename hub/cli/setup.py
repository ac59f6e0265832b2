"""A connection while ``hub connect`` sets it up; nothing is saved before it has been tried."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from hub.app.config import check_config
from hub.app.connections import connector_of, known_secrets, secret_fields, settings_of, start_connector
from hub.app.mappings import MappingFiles, field_table
from hub.app.secrets import SecretStore, TrialSecrets, variable_of
from hub.app.toml_edit import save_connection, save_fields
from hub.cli.choices import Chosen, ask_choice, keys_of
from hub.sdk import AuthenticationFailed, Connector, SystemClock

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from pathlib import Path

    from pydantic.fields import FieldInfo

    from hub.app.config import Config
    from hub.app.plugins import PluginHost
    from hub.cli.ask import Asker
    from hub.sdk import Authorized, Health, Settings, SignInUI

_SIGN_IN_ATTEMPTS = 3


class Setup:
    """The connection ``name``: what stands in hub.toml of it, and what the person adds."""

    def __init__(self, config: Config, host: PluginHost, asker: Asker, name: str, sign_in: SignInUI) -> None:
        self.name = name
        self._config, self._host, self._asker, self._ui = config, host, asker, sign_in
        self._secrets = TrialSecrets(SecretStore(config.folder), name)
        self._said: dict[str, Any] = {}
        self._leads_elsewhere = name not in config.connections
        self._ask_connector()
        self.connector: type[Connector[Settings]] = connector_of(
            self._config.file, self._config.connection(name), host
        )
        self._signs_in = self.connector.authorize is not Connector.authorize
        self._ask_settings()
        self._ask_missing_secrets()
        self._has_to_sign_in = self._signs_in and not self._knows(_given_by_sign_in(self.connector))
        self._may_sign_in_anew = self._signs_in and not self._has_to_sign_in

    def try_out(self) -> tuple[Connector[Settings], Health]:
        """Start the connector and let it check; where its system refuses the secrets, ask for them again.

        Raises:
            HubError: the connection does not work.

        """
        for _ in range(_SIGN_IN_ATTEMPTS - 1):
            try:
                return self._tried()
            except AuthenticationFailed as error:
                self._answer(error)
        return self._tried()

    def _tried(self) -> tuple[Connector[Settings], Health]:
        if self._has_to_sign_in and not self._asker.silent:
            self._take(self._start().authorize(self._ui))
        connector = self._start()
        health = connector.check()
        if self._may_sign_in_anew and not self._asker.silent:
            self._has_to_sign_in = self._asker.confirm(
                "The sign-in works. Sign in again all the same, to put off its end?", default=False
            )
            self._may_sign_in_anew = False
            return self._tried() if self._has_to_sign_in else (connector, health)
        return connector, health

    def _take(self, authorized: Authorized | None) -> None:
        self._has_to_sign_in = self._may_sign_in_anew = False
        if authorized is None:
            return
        for field, value in authorized.secrets.items():
            self._secrets.take(field, value)
        known = self._config.connection(self.name).settings
        for key, value in authorized.settings.items():
            if known.get(key) != value:
                self._say(key, value)
                self._leads_elsewhere = True

    def _answer(self, error: AuthenticationFailed) -> None:
        """Let a person mend what the system refused: a sign-in first, then what a sign-in was refused for."""
        fields = self._asked_secrets()
        if self._asker.silent and self._signs_in:
            remedy = f"Sign in: hub connect {self.name}, without --yes."
            raise AuthenticationFailed(error.message, remedy=remedy) from None
        if self._asker.silent or not (fields or self._signs_in):
            raise error
        self._asker.show(error.message)
        if self._signs_in and not self._has_to_sign_in:
            self._has_to_sign_in = True
        else:
            self._ask_secrets(fields)

    def confirm(self, health: Health) -> bool:
        """Whether it is the right company, where a sign-in may have led to another one than was meant."""
        if self._asker.silent or not (self._signs_in and self._leads_elsewhere and health.title):
            return True
        return self._asker.confirm("Is this the company?")

    def save(self) -> list[Path]:
        """Write settings to hub.toml and secrets to their store; gives the files that changed."""
        self._secrets.save()
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
        """Where new secrets went; empty where there were none."""
        return self._secrets.store.place if self._secrets.has_new else ""

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
                self._say(key, self._asker.text(key, _question(key, info)))

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

    def _say(self, key: str, value: object) -> None:
        """Add a setting and check hub.toml as it would then be."""
        self._said[key] = value
        connections = self._config.file.data.get("connections", {})
        ours = {**connections.get(self.name, {}), **self._said}
        data = {**self._config.file.data, "connections": {**connections, self.name: ours}}
        self._config = check_config(replace(self._config.file, data=data))

    def _asked_secrets(self) -> tuple[str, ...]:
        """The secrets that a person knows: not those that signing in gives."""
        given = _given_by_sign_in(self.connector) if self._signs_in else ()
        return tuple(field for field in secret_fields(self.connector.settings) if field not in given)

    def _knows(self, fields: Collection[str]) -> bool:
        return len(known_secrets(self._secrets, fields)) == len(fields)

    def _ask_missing_secrets(self) -> None:
        self._ask_secrets(tuple(field for field in self._asked_secrets() if not self._knows((field,))))

    def _ask_secrets(self, fields: tuple[str, ...]) -> None:
        for field in fields:
            if self._asker.silent:
                continue
            info = self.connector.settings.model_fields[field]
            answer = self._asker.secret(_question(field, info), optional=not info.is_required())
            if answer:
                self._secrets.take(field, answer)

    def _start(self) -> Connector[Settings]:
        known = known_secrets(self._secrets, secret_fields(self.connector.settings))
        connection = self._config.connection(self.name)
        settings = settings_of(self._config.file, connection, self.connector, known)
        self._said |= _as_typed(settings, self._said)
        return start_connector(
            self.connector, settings, self._config.folder, secrets=self._secrets, clock=SystemClock()
        )


def _given_by_sign_in(connector: type[Connector[Settings]]) -> tuple[str, ...]:
    fields = connector.settings.model_fields
    return tuple(name for name in secret_fields(connector.settings) if _extra(fields[name]).get("sign_in"))


def _question(name: str, info: FieldInfo) -> str:
    """What a person is asked: the setting's own words, without the full stop before the colon."""
    return (info.description or name).rstrip(".")


def _is_asked(info: FieldInfo, said: Iterable[str]) -> bool:
    """Whether a person is asked for a setting: it is needed, or it is unless another one is given."""
    other = _extra(info).get("unless")
    return info.is_required() or (isinstance(other, str) and other not in said)


def _extra(info: FieldInfo) -> Mapping[str, Any]:
    return info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}


def _as_typed(settings: Settings, said: dict[str, Any]) -> dict[str, Any]:
    """The answers as hub.toml should hold them: 8080 and true for what the settings read as such."""
    read = settings.model_dump(mode="json", by_alias=True)
    return {key: read[key] for key in said if isinstance(read.get(key), bool | int)}
