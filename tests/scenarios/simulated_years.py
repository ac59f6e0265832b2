"""A firm lives for years and is synced every night; each night the hub's totals are the firm's own.

    python tests/scenarios/simulated_years.py --days 730 --seed 1

The firm's totals come out of the sandbox's own books, the hub's out of its ledger. Beside that, a
system that takes clients, matters, entries, invoices and payments, and a portal, are looked at: nothing
is there twice. What is held is decided as a billing specialist would, and everything held has its
reason.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
import tempfile
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scenario_live import HEAD, MAPPING, ONLY_TOLD

from hub.app.workspace import OpenWorkspace
from hub.ledger import RecordState
from hub.model import Kind
from hub.sync import Options, sync
from hub.sync.review import choices, decide
from hub.sync.telling import sync_document
from hub.testing.clock import FakeClock
from hub_tabs3.sandbox import Tabs3Firm
from hub_tabs3.sandbox.life import Life

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from hub.ledger import HoldGroup, Ledger, StoredRecord

HUB = f"""\
{HEAD.format(where='folder = "tabs3"')}\
[flows.ledger]
from = "billing"
kinds = ["client", "matter", "timekeeper", "time_entry", "expense", "invoice", "payment", "write_off"]

[flows.books]
from = "billing"
to = "books"
secure = true
voids = "apply"
kinds = ["client", "matter", "timekeeper", "time_entry", "expense", "invoice", "payment"]

[flows.bills]
from = "billing"
to = "portal"
secure = true
kinds = ["invoice"]

[brakes]
changed = "100%"
shrunk = "100%"
voided = "100%"
"""
_PREFERRED = ("accept", "retry", "waive")
_TOLD = 50
"""Every so many nights it is told how far it is."""


@dataclass
class Outcome:
    """What the simulation saw."""

    nights: int = 0
    runs: int = 0
    deleted: int = 0
    held: Counter[str] = field(default_factory=Counter)
    decided: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)
    """For each code one message."""
    faults: list[str] = field(default_factory=list)


class Simulation:
    """A firm, its workspace, and the person who decides."""

    def __init__(self, folder: Path, seed: int, entries: int, events: int = 3) -> None:
        self.folder = folder
        self.firm = Tabs3Firm(seed, records=60)
        self.life = Life(self.firm, seed, entries=entries, events=events)
        self.clock = FakeClock(datetime.combine(self.firm.day, datetime.min.time(), UTC))
        self.outcome = Outcome()
        self._uploads = 0
        (folder / "mappings").mkdir(parents=True)
        (folder / "hub.toml").write_text(HUB, encoding="utf-8")
        (folder / "mappings" / "tabs3.toml").write_text(MAPPING, encoding="utf-8")

    def run(self, days: int, tell: Callable[[str], None] = lambda _text: None) -> Outcome:
        """Let the firm live, and sync it every night."""
        for night in self.life.nights(days):
            self.clock.advance(datetime.combine(night.day, datetime.min.time(), UTC) - self.clock.now())
            self.clock.advance(timedelta(hours=22))
            self._night(f"night {night.number}, {night.day}: {'; '.join(night.events)}")
            self.outcome.nights += 1
            if night.number % _TOLD == 0:
                tell(f"{night.day}: {night.number} nights, {len(self.outcome.faults)} faults")
        return self.outcome

    def _night(self, told: str) -> None:
        self._export()
        for _ in range(4):
            document = self._sync()
            if document["errors"]:
                self.outcome.faults.append(f"{told}: failed: {document['errors']}")
            if not self._decide(document):
                break
        self._upload()
        self.outcome.faults += [f"{told}: {fault}" for fault in self._differences()]

    def _upload(self) -> None:
        """Take the e-bills to the portal, so that the outbox is empty again."""
        uploaded = self.folder / "uploaded"
        uploaded.mkdir(exist_ok=True)
        for path in (self.folder / "outbox").glob("*.txt"):
            self._uploads += 1
            path.rename(uploaded / f"{self._uploads:05} {path.name}")

    def _export(self) -> None:
        folder = self.folder / "tabs3"
        self.firm.write(folder)
        moment = self.clock.now().timestamp()
        for path in folder.iterdir():
            os.utime(path, (moment, moment))

    def _sync(self) -> dict[str, Any]:
        with OpenWorkspace(self.folder, clock=self.clock) as workspace:
            session = workspace.session((), Options(who="simulation"), confirm=lambda _name, _totals: True)
            document = sync_document(session, sync(session))
        self.outcome.runs += 1
        for kinds in document["pulled"].values():
            self.outcome.deleted += sum(counts["deleted"] for counts in kinds.values())
        for hold in document["holds"]:
            self.outcome.held[hold["code"]] += 1
            self.outcome.examples.setdefault(hold["code"], f"{hold['label']}: {hold['message']}")
            if not (hold["message"] and hold["remedy"]):
                self.outcome.faults.append(f"held without a reason: {hold}")
        self.clock.advance(timedelta(minutes=1))
        return document

    def _decide(self, document: Mapping[str, Any]) -> int:
        """Decide as a billing specialist would; returns how many groups were decided."""
        count = 0
        with OpenWorkspace(self.folder, clock=self.clock) as workspace:
            ledger = workspace.ledger
            with ledger.reading():
                groups = ledger.holds.groups()
            for group in groups:
                allowed = choices(group.first)
                if group.first.code in ONLY_TOLD or not allowed:
                    continue
                action = next(one for one in _PREFERRED if one in allowed)
                self._withdraw(ledger, group)
                decide(ledger, group.first.id, action, "as it is")
                self.outcome.decided[group.first.code] += 1
                count += 1
        return count

    def _withdraw(self, ledger: Ledger, group: HoldGroup) -> None:
        """Take out of the books by hand what is gone at the source, before that is accepted."""
        for hold in group.holds if group.first.code == "gone-at-the-source" else ():
            with ledger.reading():
                names = ledger.streams.connection_names()
                bound = ledger.records.bound_at([hold.record or 0], hold.connection or 0)
            if names[hold.connection or 0] == "books":
                path = self.folder / "books" / f"{hold.kind}.csv"
                rows = _table(path)
                kept = [row for row in rows if row["id"] != bound[hold.record or 0].external_id]
                with path.open("w", encoding="utf-8", newline="") as file:
                    writer = csv.DictWriter(file, list(rows[0]))
                    writer.writeheader()
                    writer.writerows(kept)

    # ------------------------------------------------------------ what is compared

    def _differences(self) -> Iterator[str]:
        totals = self.firm.totals
        with OpenWorkspace(self.folder, clock=self.clock) as workspace, workspace.ledger.reading():
            hub = _Hub(workspace.ledger)
            for what, theirs, ours in (
                ("hours in process", totals.unbilled_hours(), hub.hours("unbilled")),
                ("fees in process", totals.unbilled_fees(), hub.fees("unbilled")),
                ("costs in process", totals.unbilled_costs(), hub.costs("unbilled")),
                ("billed hours", totals.billed_hours(), hub.hours("billed")),
                ("billed fees", totals.billed_fees(), hub.fees("billed")),
                ("invoices", {str(key): value for key, value in totals.invoices().items()}, hub.invoices()),
                ("matters", _ones(row["CLIENT_ID"] for row in self.firm.clients), hub.numbers(Kind.MATTER)),
                ("timekeepers", _ones(row["EMPL"] for row in self.firm.people), hub.numbers(Kind.TIMEKEEPER)),
                ("payments", _whole(totals.payments(), totals.waiting()), hub.money(Kind.PAYMENT)),
                ("write-offs", _whole(totals.written_off()), hub.money(Kind.WRITE_OFF)),
                ("receivables by matter", totals.receivables(), hub.receivables()),
                ("receivables by client", totals.client_receivables(), hub.client_receivables()),
            ):
                yield from _compared(what, theirs, ours)
            missing = sum(hub.missing_hours(), Decimal(0))
        yield from self._doubled(missing)

    def _doubled(self, missing: Decimal) -> Iterator[str]:
        """What the system that takes everything has: each hour once, each invoice once."""
        books = _table(self.folder / "books" / "time_entry.csv")
        hours = sum((Decimal(row["hours"]) for row in books), Decimal(0))
        totals = self.firm.totals
        expected = sum(totals.unbilled_hours().values(), Decimal(0)) + sum(
            totals.billed_hours().values(), Decimal(0)
        )
        if hours != expected + missing:
            yield f"books has {hours} hours, the firm {expected}, and {missing} left tonight"
        numbers = Counter(row["number"] for row in _table(self.folder / "books" / "invoice.csv"))
        twice = sorted(number for number, count in numbers.items() if count > 1)
        if twice:
            yield f"books has invoices twice: {twice}"


class _Hub:
    """Totals of what the hub knows."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._missing = {one.record for one in ledger.holds.all() if one.code == "missing"}
        self._names = {
            stored.id: stored.values["number"]
            for kind in (Kind.CLIENT, Kind.MATTER, Kind.TIMEKEEPER)
            for stored in ledger.records.of_kind(kind)
        }

    def missing_hours(self) -> Iterator[Decimal]:
        """The hours of entries that were deleted today, which is believed tomorrow."""
        for stored in self._ledger.records.many(self._missing).values():
            if stored.kind is Kind.TIME_ENTRY:
                yield Decimal(stored.values["hours"])

    def _live(self, kind: Kind) -> Iterator[StoredRecord]:
        for stored in self._ledger.records.of_kind(kind):
            if stored.state is RecordState.LIVE and stored.id not in self._missing:
                yield stored

    def _entries(self, status: str) -> Iterator[Mapping[str, Any]]:
        for stored in self._live(Kind.TIME_ENTRY):
            if stored.values.get("status", "unbilled") == status:
                yield stored.values

    def hours(self, status: str) -> dict[tuple[str, str], Decimal]:
        """Hours by matter and timekeeper."""
        return _sums((self._work(one), Decimal(one["hours"])) for one in self._entries(status))

    def fees(self, status: str) -> dict[tuple[str, str], Decimal]:
        """Amounts by matter and timekeeper."""
        return _sums((self._work(one), Decimal(one.get("amount", "0"))) for one in self._entries(status))

    def costs(self, status: str) -> dict[str, Decimal]:
        """Costs by matter."""
        return _sums(
            (self._names[one.values["matter"]], Decimal(one.values["amount"]))
            for one in self._live(Kind.EXPENSE)
            if one.values.get("status", "unbilled") == status
        )

    def numbers(self, kind: Kind) -> dict[str, Decimal]:
        """How many records have each number."""
        return _ones(one.values["number"] for one in self._live(kind))

    def money(self, kind: Kind) -> dict[str, Decimal]:
        """What was paid, or written off, in all."""
        amounts = (
            Decimal(one.values["amount"]) for one in self._live(kind) if not one.values.get("reversed")
        )
        return {"all": sum(amounts, Decimal(0))}

    def _work(self, values: Mapping[str, Any]) -> tuple[str, str]:
        return self._names[values["matter"]], self._names[values["timekeeper"]]

    def invoices(self) -> dict[str, Decimal]:
        """Totals by number."""
        return {one.values["number"]: Decimal(one.values["total"]) for one in self._live(Kind.INVOICE)}

    def receivables(self) -> dict[str, Decimal]:
        """What is owed by matter."""
        matter_of = {}
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for one in self._ledger.records.of_kind(Kind.INVOICE):
            matter_of[one.id] = self._names[one.values["matter"]]
        for one in self._live(Kind.INVOICE):
            sums[matter_of[one.id]] += Decimal(one.values["total"])
        for kind in (Kind.PAYMENT, Kind.WRITE_OFF):
            for one in self._live(kind):
                if not one.values.get("reversed") and one.values.get("processed", True):
                    for part in one.values.get("applications", ()):
                        sums[matter_of[part["invoice"]]] -= Decimal(part["amount"])
        return dict(sums)

    def client_receivables(self) -> dict[str, Decimal]:
        """What is owed by client."""
        return _sums((matter.rpartition(".")[0], owed) for matter, owed in self.receivables().items())


def _ones(keys: Iterable[str]) -> dict[str, Decimal]:
    return _sums((key, Decimal(1)) for key in keys)


def _whole(*parts: Mapping[str, Decimal]) -> dict[str, Decimal]:
    return {"all": sum((amount for part in parts for amount in part.values()), Decimal(0))}


def _sums(pairs: Any) -> dict[Any, Decimal]:
    sums: dict[Any, Decimal] = defaultdict(Decimal)
    for key, amount in pairs:
        sums[key] += amount
    return dict(sums)


def _compared(what: str, theirs: Mapping[Any, Decimal], ours: Mapping[Any, Decimal]) -> Iterator[str]:
    for key in sorted(theirs.keys() | ours.keys()):
        if theirs.get(key, Decimal(0)) != ours.get(key, Decimal(0)):
            yield f"{what} of {key}: the firm has {theirs.get(key)}, the hub {ours.get(key)}"


def _table(path: Path) -> list[dict[str, str]]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def main() -> int:
    """Run it and print what was seen."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--days", type=int, default=730)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--entries", type=int, default=8, help="fees entered on a working day")
    said = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        seen = Simulation(Path(folder) / "firm", said.seed, said.entries).run(
            said.days, tell=lambda text: print(text, flush=True)
        )
    print(f"{seen.nights} nights, {seen.runs} runs, {time.monotonic() - began:.0f} s")
    print(f"deleted: {seen.deleted}; held: {dict(seen.held)}; decided: {dict(seen.decided)}")
    print(f"examples: {seen.examples}")
    for fault in seen.faults[:20]:
        print(f"FAULT {fault}")
    print(f"{len(seen.faults)} faults")
    return 1 if seen.faults else 0


if __name__ == "__main__":
    sys.exit(main())
