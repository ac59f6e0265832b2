"""hub.toml, checked: every wrong word is answered with its line and the nearest right one."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as part
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, get_args

from pydantic import BaseModel, ValidationError

from hub.app.config_schema import Connection, Document, Flow
from hub.app.toml_file import Problem, TomlFile, nearest, read_toml
from hub.model import KIND_ORDER, MODELS, Kind
from hub.sdk import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from pydantic_core import ErrorDetails

    from hub.app.config_schema import Brakes, HubTable, PluginChoice
    from hub.app.toml_file import Key

FILE_NAME = "hub.toml"


@dataclass(frozen=True, slots=True)
class Config:
    """A firm's hub.toml."""

    file: TomlFile = part(repr=False)
    hub: HubTable
    connections: Mapping[str, Connection]
    flows: Mapping[str, Flow]
    authority: Mapping[str, str]
    """Kind, or kind.field → the connection that is right about it."""
    brakes: Brakes
    plugins: PluginChoice

    @property
    def folder(self) -> Path:
        """The workspace's folder, where relative paths start."""
        return self.file.path.parent

    @property
    def ledger_url(self) -> str:
        """The ledger's address; an SQLite path in it is absolute."""
        scheme, slashes, rest = self.hub.ledger.partition(":///")
        if not scheme.startswith("sqlite"):
            return self.hub.ledger
        path, mark, query = rest.partition("?")
        return f"{scheme}{slashes}{(self.folder / path).as_posix()}{mark}{query}"

    def connection(self, name: str) -> Connection:
        """The connection of this name.

        Raises:
            ConfigurationError: there is none.

        """
        if name not in self.connections:
            raise _unknown("connection", name, self.connections)
        return self.connections[name]

    def flow(self, name: str) -> Flow:
        """The flow of this name.

        Raises:
            ConfigurationError: there is none.

        """
        if name not in self.flows:
            raise _unknown("flow", name, self.flows)
        return self.flows[name]


def load_config(path: Path) -> Config:
    """Read and check a hub.toml, given by its own path.

    Raises:
        ConfigurationError: it is missing or something in it is wrong; names file, line and key,
            the nearest valid word, and what to do.

    """
    if not path.exists():
        folder = path.absolute().parent
        remedy = f"Make a workspace with: hub init {folder}; or name one with -C or HUB_HOME."
        raise ConfigurationError(f"There is no {path.name} in {folder}.", remedy=remedy)
    return check_config(read_toml(path.absolute()))


def check_config(file: TomlFile) -> Config:
    """Check what stands in a hub.toml, or what is about to.

    Raises:
        ConfigurationError: something in it is wrong.

    """
    try:
        document = Document.model_validate(_prepared(file.data))
    except ValidationError as error:
        raise file.error([_problem(details) for details in _details(error)]) from None
    config = _assemble(file, document)
    if problems := list(_cross_check(config)):
        raise file.error(problems)
    return config


def _assemble(file: TomlFile, document: Document) -> Config:
    flows = {name: Flow(name=name, **dict(table)) for name, table in document.flows.items()}
    return Config(
        file=file,
        hub=document.hub,
        connections=document.connections,
        flows=flows,
        authority=document.authority,
        brakes=document.brakes,
        plugins=document.plugins,
    )


def _prepared(data: Mapping[str, Any]) -> dict[str, Any]:
    prepared = dict(data)
    if isinstance(tables := data.get("connections"), dict):
        prepared["connections"] = {name: _connection(name, table) for name, table in tables.items()}
    if isinstance(table := data.get("authority"), dict):
        prepared["authority"] = dict(_flat(table))
    return prepared


def _connection(name: str, table: object) -> object:
    if not isinstance(table, dict):
        return table
    settings = {key: value for key, value in table.items() if key != "connector"}
    if "connector" in table:
        return {"name": name, "connector": table["connector"], "settings": settings}
    # Nothing can be said of a connection's own settings before its connector is known, but this:
    mistyped = get_close_matches("connector", settings, n=1)
    return {"name": name, **{key: settings.pop(key) for key in mistyped}, "settings": settings}


def _flat(table: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """An unquoted ``client.email`` is a table within a table to TOML, and means the same here."""
    for name, value in table.items():
        if isinstance(value, dict):
            yield from ((f"{name}.{rest}", inner) for rest, inner in value.items())
        else:
            yield name, value


def _details(error: ValidationError) -> list[ErrorDetails]:
    return error.errors(include_url=False, include_input=False)


def _problem(details: ErrorDetails) -> Problem:
    key = tuple(str(word) for word in details["loc"] if isinstance(word, str) and word != "[key]")
    context = details.get("ctx", {})
    match details["type"]:
        case "wrong":
            value = context["value"]
            remedy = context["remedy"] or nearest(value, context["valid"])
            return Problem(key, context["text"], remedy, value)
        case "extra_forbidden":
            return Problem(key, "there is no such setting.", nearest(key[-1], _names_at(key[:-1])))
        case "missing":
            return Problem(key, "this is missing.", "Add it.")
        case _:
            return Problem(key, f"{details['msg'][:1].lower()}{details['msg'][1:]}.")


def _names_at(key: Key) -> list[str]:
    """The settings that the table at this key may have."""
    model: type[BaseModel] = Document
    words = iter(key)
    for word in words:
        annotation: Any = model.model_fields[word].annotation
        if not _is_model(annotation):  # a table of named tables
            annotation = get_args(annotation)[1]
            next(words, None)
        model = annotation
    return [info.alias or name for name, info in model.model_fields.items()]


def _is_model(annotation: object) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _cross_check(config: Config) -> Iterator[Problem]:
    yield from _colliding_names(config)
    for name, flow in config.flows.items():
        for word, end in (("from", flow.source), ("to", flow.to)):
            if end is not None:
                yield from _known_connection(config, ("flows", name, word), end)
    for subject, target in config.authority.items():
        is_quoted = subject in config.file.data["authority"]
        words = (subject,) if is_quoted else tuple(subject.split("."))
        key = ("authority", *words)
        yield from _known_subject(key, subject)
        yield from _known_connection(config, key, target)


def _known_connection(config: Config, key: Key, name: str) -> Iterator[Problem]:
    if name not in config.connections:
        yield Problem(key, f"there is no connection '{name}'.", nearest(name, config.connections), name)


def _known_subject(key: Key, subject: str) -> Iterator[Problem]:
    kind, _, field = subject.partition(".")
    if kind not in KIND_ORDER:
        yield Problem(key, f"'{kind}' is no kind of record.", nearest(kind, Kind))
    elif field and field not in (fields := MODELS[Kind(kind)].model_fields):
        yield Problem(key, f"a {Kind(kind).words} has no '{field}'.", nearest(field, fields))


def _colliding_names(config: Config) -> Iterator[Problem]:
    """Names that share an environment variable or a mapping file would share what is in it."""
    seen: dict[str, str] = {}
    for name, connection in config.connections.items():
        first = seen.setdefault(name.casefold().replace("-", "_"), name)
        if first != name:
            yield Problem(("connections", name), f"the name is too like '{first}'.", "Choose another name.")
        if any(name == other.connector != connection.connector for other in config.connections.values()):
            text = f"this is the name of another connector; mappings/{name}.toml would count for both."
            yield Problem(("connections", name), text, "Choose another name.")


def _unknown(what: str, name: str, known: Mapping[str, object]) -> ConfigurationError:
    message = f"{FILE_NAME} has no {what} '{name}'."
    return ConfigurationError(message, remedy=nearest(name, known))
