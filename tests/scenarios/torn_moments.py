"""A statement is updated, or its update undone, while the hub reads: never half of it, nothing deleted.

    python tests/scenarios/torn_moments.py --rounds 20

Each round is another firm and other statements, at every moment. The tests beside this take one round.
"""

from __future__ import annotations

import argparse
import copy
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from scenario_live import FOLDER, Desk, deleted

from hub.model import Kind
from hub_tabs3.sandbox import Tabs3Firm
from hub_tabs3.sandbox.moments import UPDATING

if TYPE_CHECKING:
    from scenario_live import Document

Steps = Iterator[object]
BILLS = ("bills",)
MOMENTS = len(UPDATING) - 1
"""Those at which something is on its way."""
PATIENCE = timedelta(hours=3)
"""More than for how long a row may be in no table."""


def updated(firm: Tabs3Firm) -> Steps:
    """Update the statement of the matter with the most to bill."""
    matters = [one.client_id for one in firm.unbilled.values() if one.sound and one.hold == "P"]
    return iter(firm.updating([max(sorted(set(matters)), key=matters.count)]))


def undone(firm: Tabs3Firm) -> Steps:
    """Undo the statement with the most lines."""
    return iter(firm.undoing(max(firm.statements, key=lambda number: len(firm.statements[number].charges))))


def rebilled(firm: Tabs3Firm) -> Steps:
    """Update a statement once more that was undone before, under its number."""
    number = max(firm.statements, key=lambda one: len(firm.statements[one].charges))
    statement = firm.statements[number]
    firm.undo(number)
    return iter(firm.updating([statement.client_id], number=number, day=statement.day))


WAYS: dict[str, Callable[[Tabs3Firm], Steps]] = {"updated": updated, "undone": undone, "rebilled": rebilled}


@dataclass
class Case:
    """A firm in the middle of something, and the hub that looks at it."""

    firm: Tabs3Firm
    desk: Desk
    steps: Steps

    def __post_init__(self) -> None:
        known = self.desk.known()
        self.entries = known.entries()
        self.invoices = set(known.ids[Kind.INVOICE].values())
        self.bills = self.desk.bills()
        self.gone = known.gone

    @classmethod
    def begun(cls, base: Desk, firm: Tabs3Firm, way: str, folder: Path) -> Case:
        """Copy a workspace and its firm, and begin."""
        firm = copy.deepcopy(firm)
        return cls(firm, base.copied(folder), WAYS[way](firm))

    def go_on(self, steps: int = 1) -> None:
        """Come to a later moment."""
        for _ in range(steps):
            next(self.steps, None)

    def finish(self) -> None:
        """Come to the end."""
        for _ in self.steps:
            pass

    @property
    def hours(self) -> Decimal:
        """All hours of the firm, billed or not."""
        totals = self.firm.totals
        return sum((*totals.unbilled_hours().values(), *totals.billed_hours().values()), Decimal(0))

    # ------------------------------------------------------------ what has to hold

    def check_halfway(self, document: Document) -> None:
        """Nothing is deleted, doubled, or half there."""
        assert not document["errors"], document["errors"]
        known = self.desk.known()
        assert {one.kind for one in map(known.stored.__getitem__, known.gone)} <= {Kind.INVOICE}
        assert known.entries() == self.entries
        assert known.hours() == self.hours
        for one in known.standing(Kind.INVOICE):
            assert sum(Decimal(line["amount"]) for line in one.values["lines"]) == self._charged(one.values)
        finished = self.firm.totals.invoices()
        for number, total in known.invoices().items():
            assert finished.get(number, total) == total
        # Tabs3 itself says of a statement that it is no more by taking its row from LEDGER.
        assert deleted(document) == len(known.gone - self.gone)
        self.gone = known.gone

    def _charged(self, values: dict[str, str]) -> Decimal:
        return sum((Decimal(values.get(part, "0")) for part in ("fees", "expenses", "advances")), Decimal(0))

    def check_end(self, document: Document) -> None:
        """Everything is as the firm has it, under the records that were there before."""
        self.check_halfway(document)
        known, totals = self.desk.known(), self.firm.totals
        assert known.invoices() == totals.invoices()
        assert {one.kind for one in map(known.stored.__getitem__, known.gone)} <= {Kind.INVOICE}
        made = set(known.ids[Kind.INVOICE].values()) - self.invoices
        assert len(made) == max(0, len(totals.invoices()) - len(self.invoices))
        bills = self.desk.bills()
        assert set(self.bills) <= set(bills)
        sent = [number for number, _ in bills]
        assert len(sent) == len(set(sent))
        assert not [hold for hold in document["holds"] if hold["code"] in {"missing", "in-both", "unsettled"}]


def first_evening(folder: Path, ledger: Path | None, firm: Tabs3Firm) -> Desk:
    """A workspace that has read the firm's exported tables."""
    desk = Desk.made(folder, FOLDER, ledger, firm)
    desk.flows = BILLS
    desk.export(firm)
    desk.settle()
    desk.clock.advance(timedelta(days=1))
    return desk


def exported_halfway(case: Case, moment: int) -> None:
    """Somebody exports at a moment, and the hub reads that twice; then all is exported once more."""
    case.go_on(moment + 1)
    case.desk.export(case.firm)
    case.check_halfway(case.desk.sync(after=PATIENCE))
    case.check_halfway(case.desk.sync(after=PATIENCE))
    case.finish()
    case.desk.export(case.firm)
    case.check_end(case.desk.sync())


def main() -> int:
    """Run so many rounds, and say what does not hold."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    said = parser.parse_args()
    began, cases, faults = time.monotonic(), 0, 0
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        for seed in range(said.seed, said.seed + said.rounds):
            firm = Tabs3Firm(seed, random.Random(seed).randrange(30, 200))
            base = first_evening(folder / f"base{seed}", None, firm)
            for way in WAYS:
                for moment in range(MOMENTS):
                    cases += 1
                    case = Case.begun(base, firm, way, folder / f"case{cases}")
                    try:
                        exported_halfway(case, moment)
                    except AssertionError as error:
                        faults += 1
                        print(f"FAULT seed {seed}, {way}, moment {moment}: {error}", flush=True)
    print(f"{cases} cases, {faults} faults, {time.monotonic() - began:.0f} s")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
