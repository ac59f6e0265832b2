"""A small system as a stranger would connect it, on hub.sdk alone, and a workspace to run it in."""

from __future__ import annotations

import csv
import json
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from sync_mappings import MAPPING

from hub.app.workspace import OpenWorkspace
from hub.sdk import (
    Access,
    Connector,
    Cursor,
    Delivered,
    Followed,
    Found,
    Health,
    Intent,
    Kind,
    NotSent,
    Outcome,
    Page,
    Reference,
    Rejected,
    Role,
    Settings,
    SourceFailed,
    Unknown,
    Upsert,
    Written,
    hookimpl,
)
from hub.sync import Options, Result, make_plan, sync
from hub.sync.review import decide
from hub.sync.telling import plan_document, sync_document

if TYPE_CHECKING:
    from pathlib import Path

    from hub.sdk import Rule

Answer = Callable[["System", Sequence[Intent]], Iterator[Outcome]]
Document = dict[str, Any]

TOML = """
[hub]
firm = "{firm}"
timezone = "America/Chicago"
currency = "USD"
"""

SOURCE = {"connector": "folder", "folder": "source"}
TARGET = {"connector": "fake"}


class DrivenClock:
    """A clock that stands still until it is told to go on."""

    def __init__(self) -> None:
        self.time = datetime(2026, 7, 1, 9, tzinfo=UTC)
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.pass_by(seconds)

    def pass_by(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


@dataclass
class System:
    """A system that gives its own ids, keeps every create, and answers as it is told to."""

    clock: DrivenClock
    rows: dict[str, Document] = field(default_factory=dict)
    """What stands there: id → the record, with its ``type``, its ``key`` and when it is ``visible``."""
    calls: list[list[Intent]] = field(default_factory=list)
    answers: deque[Answer] = field(default_factory=deque)
    """How the next calls are answered; after that, all is written."""
    always: Answer | None = None
    """How every call is answered."""
    keys: dict[str, str] = field(default_factory=dict)
    """Idempotency keys: key → id."""
    honours_keys: bool = False
    looks: int = 0
    down: bool = False
    """Whether looking up and listing fail."""
    look_takes: float = 0.0
    """Seconds that a look-up takes."""
    identity: str = ""
    ill: str = ""
    """Why ``check`` fails."""
    lists: list[Page] | None = None
    """What ``read`` gives, where it is not the rows."""
    pages: dict[Kind, list[Upsert]] | None = None
    """What ``read`` gives of each kind, where it is not the rows."""
    told: list[Followed] = field(default_factory=list)
    """What is said of deliveries when they are followed."""

    def put(self, kind: Kind, payload: Mapping[str, Any], key: str = "", visible_in: float = 0.0) -> str:
        """Make a record; a known key makes none where keys are honoured."""
        if self.honours_keys and key in self.keys:
            return self.keys[key]
        number = f"F{len(self.rows) + 1}"
        visible = self.clock.now() + timedelta(seconds=visible_in)
        self.rows[number] = {**payload, "type": kind.value, "key": key, "visible": visible}
        self.keys[key] = number
        return number

    def do(self, intent: Intent) -> str:
        """Do what an intent asks."""
        if intent.external_id:
            self.rows[intent.external_id] |= {**intent.payload, "action": intent.action.value}
            return intent.external_id
        return self.put(intent.kind, intent.payload, intent.key)

    def names(self, kind: Kind = Kind.CLIENT) -> list[str]:
        """The names (or numbers) of what stands there, each as often as it was made."""
        return sorted(row.get("name") or row["number"] for row in self.rows.values() if row["type"] == kind)

    def sent(self) -> list[str]:
        """The keys of all that was ever sent, in order."""
        return [intent.key for call in self.calls for intent in call]


class FakeSettings(Settings):
    """It needs none."""


class Fake(Connector[FakeSettings]):
    """Speaks to the fake system."""

    name: ClassVar[str] = "fake"
    title: ClassVar[str] = "Fake"
    settings = FakeSettings
    system: ClassVar[System]

    def check(self) -> Health:
        if self.system.ill:
            raise SourceFailed(self.system.ill)
        return Health(ok=True, identity=self.system.identity)

    def read(self, kind: Kind, cursor: Cursor | None) -> Iterator[Page]:
        if self.system.down:
            raise SourceFailed("The fake system is down.", remedy="Wake it.")
        if self.system.lists is not None:
            yield from self.system.lists
            return
        if self.system.pages is not None:
            yield Page(self.system.pages.get(kind, []), cursor="2", complete=True)
            return
        own = {number: row for number, row in self.system.rows.items() if row["type"] == kind}
        items = [Upsert(f"{kind.value}s", number, _raw(row)) for number, row in own.items()]
        yield Page(items, complete=True)

    def write(self, intents: Sequence[Intent]) -> Iterator[Outcome]:
        self.system.calls.append(list(intents))
        always = self.system.always or writes
        answer = self.system.answers.popleft() if self.system.answers else always
        return answer(self.system, intents)

    def find(self, kind: Kind, reference: Reference) -> Sequence[Found]:
        self.system.looks += 1
        now = self.system.clock.now()
        found = [
            Found(number, raw=_raw(row), source=f"{kind.value}s")
            for number, row in self.system.rows.items()
            if row["key"] == reference.key and row["visible"] <= now
        ]
        self.system.clock.pass_by(self.system.look_takes)
        if self.system.down:
            raise SourceFailed("The fake system is down.", remedy="Wake it.")
        return found

    def follow(self, kind: Kind, receipts: Sequence[str]) -> Iterator[Followed]:
        if self.system.down:
            raise SourceFailed("The fake system is down.", remedy="Wake it.")
        return iter([one for one in self.system.told if one.receipt in receipts])


def _raw(row: Document) -> Document:
    return {name: value for name, value in row.items() if name not in {"type", "key", "visible", "action"}}


def writes(system: System, intents: Sequence[Intent]) -> Iterator[Outcome]:
    """All is written."""
    for intent in intents:
        yield Outcome(intent.key, Written(system.do(intent)))


def delivers(system: System, intents: Sequence[Intent]) -> Iterator[Outcome]:
    """All is handed over."""
    for intent in intents:
        yield Outcome(intent.key, Delivered(f"receipt-{system.do(intent)}"))


def rejects(system: System, intents: Sequence[Intent]) -> Iterator[Outcome]:
    """All is refused."""
    for intent in intents:
        yield Outcome(intent.key, Rejected("42", "no such office", "name", "Open the office"))


def not_sent(system: System, intents: Sequence[Intent]) -> Iterator[Outcome]:
    """Nothing arrives."""
    for intent in intents:
        yield Outcome(intent.key, NotSent(timedelta(seconds=30), "closed"))


def until(kind: Kind, text: str) -> Answer:
    """Of one kind nothing is taken until a person has done something; the rest is written."""

    def answer(system: System, intents: Sequence[Intent]) -> Iterator[Outcome]:
        for intent in intents:
            end = NotSent(until=text) if intent.kind is kind else Written(system.do(intent))
            yield Outcome(intent.key, end)

    return answer


def loses_answer(system: System, intents: Sequence[Intent]) -> Iterator[Outcome]:
    """All is done, and nobody hears of it."""
    for intent in intents:
        system.do(intent)
        yield Outcome(intent.key, Unknown("timed out"))


def loses_call(system: System, intents: Sequence[Intent]) -> Iterator[Outcome]:
    """Nothing is done, and nobody hears of it."""
    for intent in intents:
        yield Outcome(intent.key, Unknown("timed out"))


def breaks_after(count: int) -> Answer:
    """So many are written; then the connector raises."""

    def answer(system: System, intents: Sequence[Intent]) -> Iterator[Outcome]:
        for position, intent in enumerate(intents):
            if position == count:
                raise RuntimeError("privileged words")
            yield Outcome(intent.key, Written(system.do(intent)))

    return answer


def a_plugin(
    system: System,
    access: Mapping[Kind, Access],
    role: Role,
    rules: Sequence[Rule] = (),
    name: str = "fake",
) -> object:
    """A plugin with the fake connector, as one that no distribution declares."""
    declared = {"system": system, "access": dict(access), "role": role, "name": name, "__module__": __name__}
    connector = type("FakeConnector", (Fake,), declared)

    class FakePlugin:
        @hookimpl
        def hub_connectors(self) -> list[Any]:
            return [connector]

        @hookimpl
        def hub_rules(self) -> Sequence[Rule]:
            return rules

    return FakePlugin()


class Bench:
    """A workspace that is opened anew for every run, as the program does."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = DrivenClock()
        self.system = System(self.clock)
        self.access: dict[Kind, Access] = dict.fromkeys(
            (Kind.CLIENT, Kind.MATTER, Kind.INVOICE), Access(create=True, update=True, batch=10)
        )
        self.role = Role.BOOKS
        self.firm = "Fake & Partners"
        self.rules: list[Rule] = []
        self.plugins: list[object] = []
        self.connections: dict[str, Document] = {"source": SOURCE, "target": TARGET}
        self.flows: dict[str, Document] = {
            "out": {"from": "source", "to": "target", "kinds": ["client"]},
        }
        self.more = ""
        self.mapping(MAPPING)
        self.table("source", "client")

    def mapping(self, text: str, name: str = "fake") -> None:
        """Write a mapping file of the workspace."""
        (self.folder / "mappings").mkdir(parents=True, exist_ok=True)
        (self.folder / "mappings" / f"{name}.toml").write_text(text, encoding="utf-8")

    def table(self, folder: str, kind: str, *rows: Mapping[str, str]) -> None:
        """Write a table of a folder connection; without rows, a client Acme."""
        rows = rows or ({"id": "1", "number": "100", "name": "Acme"},)
        place = self.folder / folder
        place.mkdir(parents=True, exist_ok=True)
        with (place / f"{kind}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)

    def clients(self, *names: str, folder: str = "source") -> None:
        """Write a client table with these names, numbered from 100."""
        rows = [{"id": f"{n}", "number": f"{100 + n}", "name": name} for n, name in enumerate(names)]
        self.table(folder, "client", *rows)

    def open(self) -> OpenWorkspace:
        """Open the workspace."""
        self._configure()
        plugin = a_plugin(self.system, self.access, self.role, self.rules)
        return OpenWorkspace(self.folder, clock=self.clock, extra=[plugin, *self.plugins])

    def _configure(self) -> None:
        parts = [TOML.format(firm=self.firm)]
        for section, tables in (("connections", self.connections), ("flows", self.flows)):
            for name, table in tables.items():
                parts.append(f"[{section}.{name}]")
                parts += [f"{key} = {_toml(value)}" for key, value in table.items()]
        (self.folder / "hub.toml").write_text("\n".join([*parts, self.more]), encoding="utf-8")

    def sync(self, *flows: str, yes: bool = True, options: Options | None = None) -> Document:
        """Run once."""
        with self.open() as workspace:
            session = workspace.session(flows, options, confirm=lambda _name, _totals: yes)
            result: Result = sync(session)
            return sync_document(session, result)

    def plan(self, *flows: str, options: Options | None = None) -> Document:
        """Plan once."""
        with self.open() as workspace:
            session = workspace.session(flows, options)
            return plan_document(session, make_plan(session))

    def decide(self, hold: Document, action: str, reason: str = "", **more: Any) -> None:
        """Say something about a hold."""
        with self.open() as workspace:
            decide(workspace.ledger, hold["id"], action, reason, **more)

    def records(self, kind: Kind = Kind.CLIENT) -> list[Document]:
        """The records of the ledger: their values, with id, revision and state."""
        with self.open() as workspace, workspace.ledger.reading():
            return [
                {**one.values, "id": one.id, "revision": one.revision, "state": one.state.name}
                for one in workspace.ledger.records.of_kind(kind)
            ]

    def history(self, record: int) -> list[str]:
        """What the revisions of a record did."""
        with self.open() as workspace, workspace.ledger.reading():
            return [one.change.name for one in workspace.ledger.records.history(record)]

    def open_intents(self) -> int:
        """How many writes are not settled."""
        with self.open() as workspace, workspace.ledger.reading():
            return workspace.ledger.intents.count()


def _toml(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_toml(part)}" for key, part in value.items()) + " }"
    return json.dumps(value)


def codes(document: Document) -> list[str]:
    """The codes of what is held."""
    return sorted(hold["code"] for hold in document["holds"] if hold["severity"] == "block")


def only(document: Document, code: str) -> Document:
    """The only hold with this code."""
    (hold,) = [hold for hold in document["holds"] if hold["code"] == code]
    return hold  # type: ignore[no-any-return]


def written(document: Document, kind: str = "client", target: str = "target") -> dict[str, int]:
    """What was written, without zeros."""
    counts = document["pushed"].get(target, {}).get(kind, {})
    return {name: count for name, count in counts.items() if count}


def read(document: Document, kind: str = "client", source: str = "source") -> dict[str, int]:
    """What was read, without zeros."""
    counts = document["pulled"].get(source, {}).get(kind, {})
    return {name: count for name, count in counts.items() if count}
