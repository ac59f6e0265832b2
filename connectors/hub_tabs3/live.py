"""Tabs3 read live: one state of its tables for a whole run, ARCHIVE only as far as it is needed.

What is read lies in a folder of the workspace that its owner alone may read, for as long as the run.
"""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hub.sdk import HubError
from hub_tabs3.groups import groups_of, ids_of, numbers_of
from hub_tabs3.ids import ClientIds
from hub_tabs3.memory import Memory, day_number, swept
from hub_tabs3.notices import Notices
from hub_tabs3.odbc import TableRequest
from hub_tabs3.statements import Statements
from hub_tabs3.tables import Export

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime
    from pathlib import Path

    from hub.sdk import Clock
    from hub_tabs3.groups import Group
    from hub_tabs3.odbc import Blackout, Fetched, Reader, RunFolder

_ATTEMPTS = 3
"""How often tables that change while they are read are read again in one run."""
_TABLES = ("CLIENT", "EMPLOYEE", "BILLTO", "FEE", "COST", "PAYMENT", "FUND", "LEDGER")
_MOVING = frozenset({"FEE", "COST", "PAYMENT", "ARCHIVE", "LEDGER"})


@dataclass(slots=True)
class Changes:
    """Which statements a listing shows, against what was remembered."""

    memory: Memory
    wanted: frozenset[str]
    """The groups that changed, or whose turn it is."""
    unsettled: frozenset[str]
    """Those of them that Tabs3 is still at work on: they are read again next time."""


@dataclass(slots=True)
class _Snapshot:
    """One state of the tables."""

    taken: datetime
    fetched: Fetched
    groups: dict[str, Group]
    lines: set[str] | None = field(default_factory=set)
    """The groups whose lines are in the folder; ``None`` for all."""
    torn: frozenset[str] = frozenset()
    unsettled: tuple[frozenset[str], frozenset[str]] | None = None
    """Of which groups it was looked at, and which of them are unsettled."""
    present: dict[str, set[int]] | None = None
    """The ids of the lines that are in the folder, once somebody asked for them."""


class Live:
    """The tables of one run.

    Args:
        reader: the program that reads them.
        run: where they are put.
        blackout: when Tabs3 is left alone.
        clock: where the time comes from.
        nights: in how many nights all of ARCHIVE is read once more.

    """

    def __init__(self, reader: Reader, run: RunFolder, blackout: Blackout, clock: Clock, nights: int) -> None:
        self._reader = reader
        self._run = run
        self._blackout = blackout
        self._clock = clock
        self._nights = nights
        self._snapshot: _Snapshot | None = None
        self._failed: HubError | None = None
        """Why there is nothing to be read in this run any more."""

    @property
    def _folder(self) -> Path:
        return self._run.path / "billing"

    @property
    def taken(self) -> datetime | None:
        """When the state was read."""
        return self._snapshot.taken if self._snapshot else None

    def export(self, *, payments: bool = False) -> Export:
        """The tables without ARCHIVE, or with those of its rows that are payments.

        Raises:
            SourceFailed: they cannot be read now.

        """
        self._current()
        if not payments:
            return Export(self._folder)
        folder = self._folder / "payments"
        if not folder.exists():
            self._reader.fetch([TableRequest("ARCHIVE", "REC_TYPE", ("P",), optional=True)], folder)
            for name in ("CLIENT", "PAYMENT", "LEDGER"):
                path = self._folder / f"{name}.ndjson"
                if path.exists():
                    (folder / path.name).touch(mode=0o600)
                    shutil.copyfile(path, folder / path.name)
        return Export(folder)

    def with_lines(self, cursor: str | None) -> tuple[Export, Changes | None]:
        """The tables with ARCHIVE: all of it, or the lines of what changed since a cursor.

        Raises:
            SourceFailed: they cannot be read now.

        """
        now = self._current()
        memory = Memory.read(cursor)
        if memory is None:
            self._fetch_all()
            return Export(self._folder), None
        turn = swept(now.groups, memory.day, self.today, self._nights)
        changed = {key for key, group in now.groups.items() if memory.digests.get(key) != group.digest}
        self._fetch_lines(frozenset(changed | turn))
        shown = frozenset(now.groups if now.lines is None else now.lines)
        return Export(self._folder), Changes(memory, shown, self.unsettled())

    def groups(self, only: frozenset[str] | None = None) -> dict[str, Group]:
        """The statements of LEDGER, or some of them."""
        groups = self._current().groups
        return groups if only is None else {key: groups[key] for key in only if key in groups}

    @property
    def today(self) -> int:
        """The number of the day, by which ARCHIVE is read again in turn."""
        return day_number(self._clock.now().date())

    def unsettled(self) -> frozenset[str]:
        """The groups on which Tabs3 is still at work, of those whose lines are here."""
        now = self._current()
        shown = frozenset(now.groups if now.lines is None else now.lines)
        if now.unsettled is None or now.unsettled[0] != shown:
            now.unsettled = shown, self._unsettled(shown)
        return now.unsettled[1]

    def present(self) -> dict[str, set[int]]:
        """The ids of the rows of ARCHIVE that are here, by their group."""
        now = self._current()
        if now.present is None:
            archive = Export(self._folder).table("ARCHIVE")
            now.present = ids_of(archive, Notices()) if archive else {}
        return now.present

    def torn(self, names: Iterable[str]) -> frozenset[str]:
        """Those of the tables that changed while they were read."""
        return self._current().torn.intersection(names)

    def _current(self) -> _Snapshot:
        if self._failed:
            raise self._failed
        if self._snapshot is None:
            with self._for_all():
                self._blackout.heed(self._clock.now())
                self._snapshot = self._read(_TABLES)
        return self._snapshot

    @contextmanager
    def _for_all(self) -> Iterator[None]:
        """Let a failure be one of the whole run: no kind waits once more for a server that is silent."""
        try:
            yield
        except HubError as error:
            self._failed = error
            raise

    def _read(self, names: Iterable[str]) -> _Snapshot:
        """Read tables until they stand still, a few times."""
        requests = [TableRequest(name, optional=True) for name in names]
        for _ in range(_ATTEMPTS):
            taken = self._clock.now()
            fetched = self._reader.fetch(requests, self._folder)
            torn = _torn(fetched)
            if not torn:
                break
        ledger = Export(self._folder).table("LEDGER")
        return _Snapshot(taken, fetched, groups_of(ledger, Notices()) if ledger else {}, torn=torn)

    def _fetch_all(self) -> None:
        """Read all tables anew with ARCHIVE, so that they are of one state."""
        if self._current().lines is None:
            return
        with self._for_all():
            self._snapshot = self._read((*_TABLES, "ARCHIVE"))
            self._snapshot.lines = None

    def _fetch_lines(self, wanted: frozenset[str]) -> None:
        """Read the lines of statements that are not here yet."""
        now = self._current()
        if now.lines is None:
            return
        missing = wanted - now.lines
        archive = self._folder / "ARCHIVE.ndjson"
        if not missing and archive.exists():
            return
        part = self._folder / "lines"
        archive.touch(mode=0o600)
        for column, values in zip(("STATEMENT_ID", "STATEMENT_NUMBER"), numbers_of(missing), strict=True):
            if not values:
                continue
            shutil.rmtree(part, ignore_errors=True)
            with self._for_all():
                self._reader.fetch([TableRequest("ARCHIVE", column, values)], part)
            with archive.open("ab") as whole, (part / archive.name).open("rb") as lines:
                shutil.copyfileobj(lines, whole)
        shutil.rmtree(part, ignore_errors=True)
        now.lines |= missing
        now.present = None

    def _unsettled(self, wanted: frozenset[str]) -> frozenset[str]:
        """The groups whose statements do not foot to their lines."""
        export, notices = Export(self._folder), Notices()
        ledger, archive = export.table("LEDGER"), export.table("ARCHIVE")
        if ledger is None or archive is None:
            return wanted
        return Statements(ledger, archive, ClientIds(), notices, self.groups(wanted)).unsettled_groups()


def _torn(fetched: Fetched) -> frozenset[str]:
    """The tables that changed while they were read.

    Entries that were only added meanwhile take nothing away from what was read of their table.
    """
    changed = {name for name, table in fetched.tables.items() if table.changed and name in _MOVING}
    grown = {name for name in changed if fetched.tables[name].grown}
    return frozenset(changed) if changed - grown or "ARCHIVE" in grown else frozenset()
