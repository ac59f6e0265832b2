"""A test stand: one connector in its sandbox, in a workspace and with a clock of its own."""

from __future__ import annotations

from enum import StrEnum
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import tomlkit
from pydantic import SecretStr

from hub.app.config import FILE_NAME
from hub.app.connections import secret_fields
from hub.app.secrets import variable_of
from hub.app.vaults import KEY_VARIABLE
from hub.app.workspace import OpenWorkspace
from hub.mapping import Unbound
from hub.model import KIND_ORDER, Kind, line_references, references
from hub.sdk import Access, Action, Delivered, Intent, SourceMissing, Upsert, Written
from hub.testing.plugin import SampleSource, host_for, mapping_of, plain_text
from hub.testing.samples import stored_values
from hub.testing.store import MemoryStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from hub.model import Record, RecordId
    from hub.sdk import Connector, Outcome, Page
    from hub.testing.clock import FakeClock
    from hub.testing.samples import Samples

TESTED = "tested"
"""The name of the connection under test."""
SOURCE = "sample"
"""The name of the connection from which sample records flow to it."""
PLANTED = "planted-secret-c41a"
"""What a secret of the connection is made of, where its settings give none."""
_NO_ACCESS = Access()


class Way(StrEnum):
    """Which way records flow in a run."""

    IN = "in"
    """Sample records move to the system."""
    OUT = "out"
    """The system is read into the ledger."""


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
        self.secrets = {name: _plain(settings.get(name, f"{PLANTED}-{name}")) for name in secret}
        self._settings = {
            name: str(value) if isinstance(value, PurePath) else value
            for name, value in settings.items()
            if name not in secret
        }
        self._store = MemoryStore()
        self._numbers = 0
        self._made: set[Kind] = set()
        """The kinds of which the sample records were written."""
        self.load: Callable[[], None] = lambda: None
        """What a person does there with what was delivered."""
        self.mapping = mapping_of(connector)
        """The connector's mapping; one that nobody has written spells everything as the hub does."""
        self._put_mapping(SampleSource.name, plain_text(SampleSource))
        self._put_mapping(connector.name, plain_text(connector))
        for name in self.mapping.crosswalks:
            self._put_crosswalk(name, connector.name)
        self._workspace = self.open()

    @property
    def environment(self) -> Mapping[str, str]:
        """The environment variables that give the secrets, and a key to keep those that change."""
        given = {variable_of(TESTED, name): value for name, value in self.secrets.items()}
        return {KEY_VARIABLE: f"{PLANTED}-key", **given}

    def open(self, *ways: Way) -> OpenWorkspace:
        """The workspace, opened as by a new process, with a flow for each of these ways."""
        self._write_config(ways)
        workspace = OpenWorkspace(self.folder, clock=self.clock)
        workspace.plugins = host_for(self.connector)
        return workspace

    def connect(self) -> Connector[Any]:
        """The connector, made anew as by a new process."""
        return self._workspace.connector(TESTED)

    def access(self, kind: Kind) -> Access:
        """What the connector can do with a kind."""
        return self.connector.access.get(kind, _NO_ACCESS)

    @property
    def moved(self) -> list[Kind]:
        """The kinds of which sample records move to the system."""
        return [
            kind
            for kind in KIND_ORDER
            if kind in self.samples and self.access(kind).create and self.mapping.outward(kind)
        ]

    @property
    def listed(self) -> list[Kind]:
        """The kinds that are read from the system."""
        return [kind for kind in KIND_ORDER if kind in self.samples and self.access(kind).read]

    # Reading.

    def pages(self, kind: Kind, cursor: str | None = None) -> list[Page]:
        """All pages of one listing."""
        return list(self.connect().read(kind, cursor))

    def rows(self, kind: Kind, cursor: str | None = None) -> list[Upsert]:
        """All rows of one listing; none where the system has no such table."""
        try:
            pages = self.pages(kind, cursor)
        except SourceMissing:
            return []
        return [item for page in pages for item in page.items if isinstance(item, Upsert)]

    def stock(self) -> None:
        """Put sample records of every kind into the system, as far as it takes them."""
        for kind in self.moved:
            if not self.is_written(kind):
                self.create(kind)
        self.load()

    def is_written(self, kind: Kind) -> bool:
        """Whether the sample records of a kind were handed to the system already."""
        return kind in self.ids.kinds or kind in self._made

    # Writing.

    def intents(self, kind: Kind) -> list[Intent]:
        """A create for each sample record of a kind, with a new key; what they refer to is written first."""
        self.prepare(kind)
        return [self.intent(kind, record) for record in self.samples[kind].values()]

    def intent(
        self, kind: Kind, record: Record, *, action: Action = Action.CREATE, row: Upsert | None = None
    ) -> Intent:
        """A write with a new key; an update or void changes ``row``."""
        outward = self.mapping.outward(kind)
        assert outward is not None, f"The mapping does not say how a {kind.words} is written."
        try:
            payload = outward.render(stored_values(record), self.ids)
        except Unbound as error:
            text = (
                f"The sample {kind.words} refers to what cannot be written or read here: give own samples()."
            )
            raise AssertionError(text) from error
        self._numbers += 1
        return Intent(
            key=f"kit-{self._numbers}",
            kind=kind,
            action=action,
            payload=payload,
            source=row.source if row else outward.source,
            external_id=row.external_id if row else "",
            version=row.version if row else None,
        )

    def write(self, intents: Sequence[Intent]) -> list[Outcome]:
        """Write intents of one kind, a batch at a time; what is delivered already is loaded before each.

        A system may take one file at a time.
        """
        size = max(1, self.access(intents[0].kind).batch)
        connector = self.connect()
        batches = (intents[start : start + size] for start in range(0, len(intents), size))
        return [outcome for batch in batches for outcome in self._write(connector, batch)]

    def _write(self, connector: Connector[Any], batch: Sequence[Intent]) -> Iterator[Outcome]:
        self.load()
        return connector.write(batch)

    def prepare(self, kind: Kind) -> None:
        """See to it that what sample records of a kind refer to is at the system."""
        for parent in needed(kind):
            if parent in self.ids.kinds or parent not in self.samples:
                continue
            if parent in self.moved and not self.is_written(parent):
                self.create(parent)
            if parent not in self.ids.kinds and self.access(parent).read:
                # It is not written there, or was delivered and has to be seen first.
                self.load()
                self._borrow(parent)

    def create(self, kind: Kind) -> list[tuple[Intent, Outcome]]:
        """Write the sample records of a kind, and first what they refer to; to be done once."""
        intents = self.intents(kind)
        outcomes = self.write(intents)
        self.learn(kind, outcomes)
        assert len(outcomes) == len(intents), f"{len(intents)} intents have {len(outcomes)} outcomes."
        return list(zip(intents, outcomes, strict=True))

    def learn(self, kind: Kind, outcomes: Sequence[Outcome]) -> None:
        """Note that the sample records of a kind were written, and the ids that they got."""
        self._made.add(kind)
        for record, outcome in zip(self.samples[kind], outcomes, strict=False):
            end = outcome.end
            assert isinstance(end, Written | Delivered), f"A sample {kind.words} ends as {end!r}."
            if isinstance(end, Written):
                self.ids.learn(kind, record, end.external_id)

    def _borrow(self, kind: Kind) -> None:
        """Let rows of the sandbox stand for the sample records of a kind that is not written."""
        rows = self.rows(kind)
        for position, record in enumerate(self.samples[kind] if rows else ()):
            self.ids.learn(kind, record, rows[position % len(rows)].external_id)

    # The workspace.

    def _write_config(self, ways: Iterable[Way]) -> None:
        moved = [kind for kind in self.samples if self.access(kind).create]
        flows = {
            Way.IN: {"from": SOURCE, "to": TESTED, "kinds": moved},
            Way.OUT: {"from": TESTED, "kinds": self.listed},
        }
        document = {
            "hub": {"firm": "Conformance LLP", "timezone": "America/Chicago", "currency": "USD"},
            "connections": {
                SOURCE: {"connector": SampleSource.name, "store": self._store.name},
                TESTED: {"connector": self.connector.name, **self._settings},
            },
            "flows": {way: flows[way] for way in ways},
        }
        (self.folder / FILE_NAME).write_text(tomlkit.dumps(document), encoding="utf-8", newline="\n")

    def _put_mapping(self, connector: str, text: str) -> None:
        if text:
            path = self.folder / "mappings" / f"{connector}.toml"
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")

    def _put_crosswalk(self, name: str, connector: str) -> None:
        """What a connector calls its own things is what they are called: the kit has no second system."""
        path = self.folder / "mappings" / "crosswalks" / f"{name}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"hub,{connector}\n*,*\n", encoding="utf-8", newline="\n")

    def fill_source(self) -> None:
        """Put the sample records where a run reads them from, if they are not there yet."""
        if any(self._store.rows(kind) for kind in self.samples):
            return
        mapping, ids = mapping_of(SampleSource), Ids(self.samples)
        for kind, records in self.samples.items():
            outward = mapping.outward(kind)
            for number, record in records.items():
                assert outward is not None, "The plain mapping writes every kind."
                payload = outward.render(stored_values(record), ids)
                ids.learn(kind, number, self._store.create(kind, payload, "", self.clock.now()))


class Ids:
    """The ids that sample records have at a system, and their values: what a mapping asks for."""

    def __init__(self, samples: Samples) -> None:
        self.kinds: set[Kind] = set()
        """The kinds of which ids are known."""
        self._records = {
            number: (kind, record) for kind in samples for number, record in samples[kind].items()
        }
        self._ids: dict[RecordId, str] = {}

    def learn(self, kind: Kind, record: RecordId, external_id: str) -> None:
        """Note the id of a record."""
        self.kinds.add(kind)
        self._ids[record] = external_id

    def external_id(self, kinds: tuple[Kind, ...], record_id: RecordId, source: str) -> str:  # noqa: ARG002 -- the protocol
        """The id of a record.

        Raises:
            Unbound: it has none.

        """
        if record_id not in self._ids:
            raise Unbound(record_id)
        return self._ids[record_id]

    def values(self, record_id: RecordId) -> tuple[Kind, Mapping[str, Any]]:
        """The kind and the stored values of a record."""
        kind, record = self._records[record_id]
        return kind, stored_values(record)


def needed(kind: Kind) -> list[Kind]:
    """The kinds to which records of a kind refer, and those to which these do, in their order."""
    found: set[Kind] = set()
    todo = [kind]
    while todo:
        one = todo.pop()
        direct = {other for kinds in references(one).values() for other in kinds}
        in_lines = {other for line in line_references(one) for other in line.kinds}
        new = (direct | in_lines) - found - {kind}
        found |= new
        todo += new
    return [one for one in KIND_ORDER if one in found]


def _plain(value: object) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)
