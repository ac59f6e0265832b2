"""Connectors that break the contract, each in one way; run by test_testing_kit.py, and not by themselves."""

from __future__ import annotations

import logging
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import SecretStr

from hub.model import Kind
from hub.sdk import (
    Access,
    Connector,
    Cursor,
    Delivered,
    Found,
    Health,
    Intent,
    Outcome,
    Page,
    Reference,
    Settings,
    SourceFailed,
)
from hub.testing import (
    ConnectorSuite,
    MemoryIncremental,
    MemoryStore,
    MemorySystem,
    MemoryWithKeys,
    Samples,
    faults,
    sample_records,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

KINDS = (Kind.CLIENT, Kind.MATTER, Kind.TIMEKEEPER, Kind.TIME_ENTRY)


class Suite(ConnectorSuite):
    connector = MemorySystem
    fault: ClassVar[faults.ReadingFault | faults.WritingFault | None] = None

    def sandbox(self, folder: Path) -> AbstractContextManager[MemoryStore]:
        store = MemoryStore()
        if self.fault:
            store.misbehave(self.fault)
        return nullcontext(store)

    def samples(self) -> Samples:
        return {kind: records for kind, records in sample_records().items() if kind in KINDS}


# What the kit's own faults do.


class TestPageTwice(Suite):
    fault = faults.page_twice


class TestCutCalledComplete(Suite):
    fault = faults.cut_called_complete


class TestCompleteTooEarly(Suite):
    fault = faults.complete_too_early


class TestEndsWhenItFails(Suite):
    fault = faults.ends_when_it_fails


class TestRenumbered(Suite):
    fault = faults.renumbered


class TestFloats(Suite):
    fault = faults.floats


class TestRetried(Suite):
    fault = faults.retried


class TestLostCalledRejected(Suite):
    fault = faults.lost_called_rejected


class TestSwallowed(Suite):
    fault = faults.swallowed


class TestClaimed(Suite):
    fault = faults.claimed


class TestAnotherEcho(Suite):
    fault = faults.another_echo


class TestAllOrNothing(Suite):
    fault = faults.all_or_nothing


class TestRaising(Suite):
    fault = faults.raising


class TestSpillsOver(Suite):
    fault = faults.spills_over


# What a connector may get wrong beyond them.


class ForgetsKeys(MemoryWithKeys):
    """Promises to honour keys, and does not."""

    def _create(self, intent: Intent) -> str:
        self._store.forget_keys()
        return super()._create(intent)


class TestForgetsKeys(Suite):
    connector = ForgetsKeys


class FindsNothing(MemorySystem):
    """Promises a look-up that never sees anything, at a system that cannot be read either."""

    access = dict.fromkeys(KINDS, Access(create=True, find=True, batch=10))

    def find(self, kind: Kind, reference: Reference) -> Sequence[Found]:
        return ()


class TestFindsNothing(Suite):
    connector = FindsNothing


class FindsAnything(MemorySystem):
    """Takes any record of the kind for the one that is looked up."""

    def find(self, kind: Kind, reference: Reference) -> Sequence[Found]:
        return [
            Found(row.external_id, source=row.source) for page in self.read(kind, None) for row in page.items
        ]


class TestFindsAnything(Suite):
    connector = FindsAnything


class FailsToFind(MemorySystem):
    """Takes a look-up that failed for one that found nothing."""

    def find(self, kind: Kind, reference: Reference) -> Sequence[Found]:
        try:
            return super().find(kind, reference)
        except SourceFailed:
            return ()


class TestFailsToFind(Suite):
    connector = FailsToFind


class TestLateToBeSeen(Suite):
    """The system shows what was created later than the connector says."""

    def sandbox(self, folder: Path) -> AbstractContextManager[MemoryStore]:
        store = MemoryStore()
        store.lag = timedelta(minutes=1)
        return nullcontext(store)


class CursorRunsAhead(MemoryIncremental):
    """Gives every page the cursor of the last one."""

    def read(self, kind: Kind, cursor: Cursor | None) -> Iterator[Page]:
        pages = list(super().read(kind, cursor))
        last = max((page.cursor for page in pages if page.cursor is not None), key=int, default=None)
        return iter([replace(page, cursor=page.cursor and last) for page in pages])


class TestCursorRunsAhead(Suite):
    connector = CursorRunsAhead


class LoadedStore(MemoryStore):
    """Takes time entries as files, and shows them once somebody has loaded these."""

    def __init__(self) -> None:
        super().__init__()
        self.files: list[Mapping[str, Any]] = []
        self.delivered = 0

    def load(self) -> None:
        for values in self.files:
            self.create(Kind.TIME_ENTRY, values, "", datetime(2026, 1, 5, 9, tzinfo=UTC))
        self.files.clear()

    def count(self, kind: Kind) -> int:
        return self.delivered if kind is Kind.TIME_ENTRY else super().count(kind)


class Distorts(MemorySystem):
    """Delivers time entries as files that say another time and another text."""

    def write(self, intents: Sequence[Intent]) -> Iterator[Outcome]:
        store: Any = self._store
        for intent in intents:
            if intent.kind is not Kind.TIME_ENTRY:
                yield from super().write([intent])
                continue
            store.files.append({**intent.payload, "hours": "9", "narrative": "Work"})
            store.delivered += 1
            yield Outcome(intent.key, Delivered(f"file {store.delivered}"))


class TestDistorts(Suite):
    connector = Distorts

    def sandbox(self, folder: Path) -> AbstractContextManager[MemoryStore]:
        return nullcontext(LoadedStore())


class TestNeverLoaded(TestDistorts):
    """A suite that says nothing of how files are loaded."""

    def load(self, sandbox: MemoryStore) -> None: ...


class SecretSettings(Settings):
    store: str
    token: SecretStr


class Talkative(MemorySystem):
    """Logs what it writes."""

    settings = SecretSettings

    def write(self, intents: Sequence[Intent]) -> Iterator[Outcome]:
        for intent in intents:
            logging.getLogger("acme").debug("sending %s", dict(intent.payload))
        return super().write(intents)


class TestTalkative(Suite):
    connector = Talkative


class Indiscreet(MemorySystem):
    """Says its token aloud."""

    settings = SecretSettings

    def check(self) -> Health:
        config: Any = self.config
        print(config.token.get_secret_value())  # noqa: T201 -- this is what it does wrong
        return super().check()


class TestIndiscreet(Suite):
    connector = Indiscreet


class Empty(Connector[Settings]):
    """Promises what it has no code for."""

    name = "empty"
    title = "Empty"
    settings = Settings
    access: ClassVar[Mapping[Kind, Access]] = {Kind.CLIENT: Access(read=True)}


class TestEmpty(ConnectorSuite):
    connector = Empty


class TestNothingToRead(Suite):
    """A sandbox without rows of a kind that is read."""

    def samples(self) -> Samples:
        return {**super().samples(), Kind.TRUST_TRANSACTION: sample_records()[Kind.TRUST_TRANSACTION]}
