"""A test stand: one connector in its sandbox, in a workspace and with a clock of its own."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import tomlkit
from pydantic import SecretStr

from hub.app.config import FILE_NAME
from hub.app.connections import secret_fields
from hub.app.mappings import system_mapping
from hub.app.secrets import variable_of
from hub.app.workspace import OpenWorkspace
from hub.mapping import Unbound
from hub.model import KIND_ORDER, Kind, line_references, references
from hub.sdk import Access, Action, Intent, Outcome, Upsert, Written, hookimpl
from hub.testing.memory import MemorySystem
from hub.testing.plain import plain_mapping
from hub.testing.samples import stored_values
from hub.testing.store import MemoryStore

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from hub.mapping import SystemMapping
    from hub.model import Record, RecordId
    from hub.sdk import Connector, Page
    from hub.testing.clock import FakeClock
    from hub.testing.samples import Samples

TESTED = "tested"
"""The name of the connection under test."""
SOURCE = "sample"
"""The name of the connection from which sample records flow to it."""
PLANTED_SECRET = "planted-secret-c41a"  # noqa: S105 -- planted to be looked for
_NO_ACCESS = Access()


class Stand:
    """A connector at work.

    Args:
        connector: its class.
        settings: the connection's settings; of the secret ones, those left out are planted.
        folder: the workspace's folder, in which the sandbox may stand too.
        clock: the clock of hub, connector and sandbox.
        samples: the records that are written.

    """

    def __init__(
        self,
        connector: type[Connector[Any]],
        settings: Mapping[str, Any],
        folder: Path,
        clock: FakeClock,
        samples: Samples,
    ) -> None:
        self.connector = connector
        self.folder = folder
        self.clock = clock
        self.samples = samples
        self.ids = Ids(samples)
        secret = secret_fields(connector.settings)
        self.secrets = {name: _revealed(settings.get(name, f"{PLANTED_SECRET}-{name}")) for name in secret}
        self._settings = {name: value for name, value in settings.items() if name not in secret}
        self._store = MemoryStore()
        self._numbers = 0
        self._write_config()
        self._workspace = self.open()
        self.mapping: SystemMapping = self._mapping()

    @property
    def environment(self) -> Mapping[str, str]:
        """The environment variables that give the secrets."""
        return {variable_of(TESTED, name): value for name, value in self.secrets.items()}

    def open(self) -> OpenWorkspace:
        """The workspace, opened as by a new process."""
        return OpenWorkspace(self.folder, clock=self.clock, extra=[*_plugin_of(self.connector), _Source()])

    def connect(self) -> Connector[Any]:
        """The connector, made anew as by a new process."""
        return self._workspace.connector(TESTED)

    def access(self, kind: Kind) -> Access:
        """What the connector can do with a kind."""
        return self.connector.access.get(kind, _NO_ACCESS)

    # Reading.

    def pages(self, kind: Kind, cursor: str | None = None) -> list[Page]:
        """All pages of one listing."""
        return list(self.connect().read(kind, cursor))

    def rows(self, kind: Kind, cursor: str | None = None) -> list[Upsert]:
        """All rows of one listing."""
        items = (item for page in self.pages(kind, cursor) for item in page.items)
        return [item for item in items if isinstance(item, Upsert)]

    # Writing.

    def intents(self, kind: Kind) -> list[Intent]:
        """A create for each sample record of a kind, what they refer to having been written."""
        return [self.intent(kind, record) for record in self.samples[kind].values()]

    def intent(self, kind: Kind, record: Record, *, action: Action = Action.CREATE, to: Upsert | None = None) -> Intent:
        """A write with a key of its own; ``to`` is the row that an update or void changes."""
        outward = self.mapping.outward(kind)
        assert outward is not None, f"the mapping does not say how a {kind.words} is written"
        self._numbers += 1
        return Intent(
            key=f"kit-{self._numbers}",
            kind=kind,
            action=action,
            payload=outward.render(stored_values(record), self.ids),
            source=to.source if to else outward.source,
            external_id=to.external_id if to else "",
            version=to.version if to else None,
        )

    def write(self, intents: Sequence[Intent]) -> list[Outcome]:
        """Write intents of one kind, a batch at a time."""
        size = max(1, self.access(intents[0].kind).batch)
        connector = self.connect()
        batches = (intents[start : start + size] for start in range(0, len(intents), size))
        return [outcome for batch in batches for outcome in connector.write(batch)]

    def prepare(self, kind: Kind) -> None:
        """See to it that what sample records of a kind refer to is at the system."""
        for parent in needed(kind):
            if parent in self.ids.known:
                continue
            if self.access(parent).create:
                self.fill(parent)
            elif self.access(parent).read:
                self._borrow(parent)

    def fill(self, kind: Kind) -> list[Outcome]:
        """Write the sample records of a kind, and first what they refer to."""
        self.prepare(kind)
        outcomes = self.write(self.intents(kind))
        for record, outcome in zip(self.samples[kind], outcomes, strict=True):
            assert isinstance(outcome.end, Written), f"a sample {kind.words} ends as {outcome.end!r}"
            self.ids.learn(kind, record, outcome.end.external_id)
        return outcomes

    def _borrow(self, kind: Kind) -> None:
        """Let rows that are in the sandbox stand for the sample records of a kind that is not written."""
        rows = self.rows(kind)
        for position, record in enumerate(self.samples[kind]):
            if rows:
                self.ids.learn(kind, record, rows[position % len(rows)].external_id)

    # The workspace.

    @property
    def flow_kinds(self) -> list[Kind]:
        """The kinds of which sample records can be moved to the system."""
        return [
            kind
            for kind in KIND_ORDER
            if kind in self.samples and self.access(kind).create and self.mapping.outward(kind)
        ]

    @property
    def read_kinds(self) -> list[Kind]:
        """The kinds that can be read from the system."""
        return [kind for kind in KIND_ORDER if kind in self.samples and self.access(kind).read]

    def _write_config(self) -> None:
        kinds = list(self.samples)
        written = [kind for kind in kinds if self.access(kind).create]
        read = [kind for kind in kinds if self.access(kind).read]
        flows: dict[str, Any] = {}
        if written:
            flows["in"] = {"from": SOURCE, "to": TESTED, "kinds": written}
        if read:
            flows["out"] = {"from": TESTED, "kinds": read}
        document = {
            "hub": {"firm": "Conformance LLP", "timezone": "America/Chicago", "currency": "USD"},
            "connections": {
                SOURCE: {"connector": _SampleSource.name, "store": self._store.name},
                TESTED: {"connector": self.connector.name, **self._settings},
            },
            "flows": flows,
        }
        (self.folder / FILE_NAME).write_text(tomlkit.dumps(document), encoding="utf-8", newline="\n")

    def _mapping(self) -> SystemMapping:
        """The connector's mapping; one that nobody has written spells everything as the hub does."""
        self._put_mapping(_SampleSource.name)
        connection = self._workspace.config.connection(TESTED)
        if not self._workspace.files.layers(connection.connector, TESTED):
            self._put_mapping(connection.connector)
        return system_mapping(self._workspace.files, connection, self._workspace.plugins)

    def _put_mapping(self, name: str) -> None:
        path = self.folder / "mappings" / f"{name}.toml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(plain_mapping(), encoding="utf-8", newline="\n")
