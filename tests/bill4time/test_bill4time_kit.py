"""The connector keeps what every connector has to keep."""

from __future__ import annotations

import csv
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from hub.sdk import Kind
from hub.testing import ConnectorSuite
from hub.testing.samples import sample_records
from hub_bill4time import Bill4TimeConnector
from hub_bill4time.outbox import NOTES
from hub_bill4time.sandbox import Bill4TimeSandbox
from hub_bill4time.template import TEMPLATES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from hub.testing.samples import Samples
    from hub_bill4time.sandbox import Firm

DROP = "bill4time-imports"


class TestBill4Time(ConnectorSuite):
    connector = Bill4TimeConnector

    @contextmanager
    def sandbox(self, folder: Path) -> Iterator[Bill4TimeSandbox]:
        """A firm with three people, where a person hands in the files of the folder."""
        self.drop = folder / DROP
        with Bill4TimeSandbox(clock=self.clock) as made:
            people = sample_records()[Kind.TIMEKEEPER].values()
            self.users = [made.firm.add("users", **_named(str(one.name))) for one in people]
            _work(made.firm, self.users[0]["id"])
            yield made

    def samples(self) -> Samples:
        """The kit's records, with its people under the ids that they have there."""
        people = sample_records()[Kind.TIMEKEEPER].items()
        known = {
            key: person.model_copy(
                update={"number": str(user["id"]), "name": f"{user['fname']} {user['lname']}"}
            )
            for (key, person), user in zip(people, self.users, strict=True)
        }
        return {**sample_records(), Kind.TIMEKEEPER: known}

    def settings(self, sandbox: Bill4TimeSandbox) -> Mapping[str, Any]:
        return {**sandbox.settings, "imports": {"folder": DROP, "format": "csv"}}

    def count(self, sandbox: Bill4TimeSandbox, kind: Kind) -> int:
        """What is there, and what waits in files."""
        title = TEMPLATES[kind].title.replace(" ", "-")
        return sandbox.count(kind) + sum(_rows(path) for path in self.drop.glob(f"{title}-*"))

    def break_source(self, sandbox: Bill4TimeSandbox) -> None:
        """Let the account be silent, and the notes of import files be damaged."""
        sandbox.break_source()
        for note in (self.drop.parent / NOTES).glob("*.json"):
            note.write_bytes(b"{")

    def load(self, sandbox: Bill4TimeSandbox) -> None:
        """Hand in what waits: clients, then projects, then time."""
        for path in sorted(self.drop.glob("[cp]*-*")) + sorted(self.drop.glob("t*-*")):
            taken = sandbox.firm.take_import(path)
            assert not taken.refused, taken.refused
            path.unlink()


def _work(firm: Firm, user: int) -> None:
    """What is only read has to be there: an invoice that was paid, written down and fed from trust."""
    client = firm.add("clients", customId="7", clientName="Earlier client")["id"]
    matter = firm.add("projects", customId="7.1", projectName="Lease", clientId=client)["id"]
    day = {"projectId": matter, "userId": user}
    firm.add("timeEntries", billableTime="2.0", entryDate="2026-01-02", hourlyRate=200, **day)
    firm.add("expenses", sellPrice="12.50", expenseDate="2026-01-02", **day)
    invoice = firm.prebill(project=matter)["id"]
    firm.finalize(invoice)
    firm.deposit(client, 500)
    firm.pay_from_trust(invoice, 100)
    firm.pay(invoice, 50)
    firm.pay(invoice, 10, isBalanceAdjustment=True)


def _rows(path: Path) -> int:
    with path.open(newline="", encoding="utf-8-sig") as file:
        return sum(1 for _ in csv.reader(file)) - 1


def _named(name: str) -> dict[str, str]:
    first, _, last = name.rpartition(" ")
    return {"fname": first or "A", "lname": last}
