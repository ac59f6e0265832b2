"""What QuickBooks Online is asked for, on a driven clock: ``python benchmarks/quickbooks_month.py``.

The stand-in answers too many requests with 429 and counts them all. First a firm's invoices go there at
once, beside the fewest batches of 30 that hold them and the minutes that 40 batches a minute take; then the
firm lives for a month, with a run each morning. A run that leaves something behind ends the benchmark.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "quickbooks"))

import keyring
from books_firm import KEY, SECRETS, Firm, invoice, lines, write_firm
from keyring.backends.null import Keyring

from hub.testing import FakeClock
from hub_quickbooks import QuickBooksConnector
from hub_quickbooks.sandbox import QuickBooksSandbox
from hub_quickbooks.sandbox.counts import READS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub_quickbooks.sandbox import Company

MATTERS_EACH = 2
BATCH, A_MINUTE = 30, 40
DAYS = 30
NEW_INVOICES, PAYMENTS, EDITS = 5, 3, 2
"""What happens in a day: at the firm, and at the company, where the bookkeeper is at work."""
_BACK = '\n[flows.back]\nfrom = "books"\nkinds = ["payment"]\n'


@dataclass(frozen=True, slots=True)
class Run:
    """What a run cost: requests by their sort, minutes on the driven clock, seconds on this machine."""

    requests: Counter[str]
    minutes: float
    seconds: float

    @property
    def reads(self) -> int:
        """How many of them Intuit meters."""
        return sum(self.requests[sort] for sort in READS)

    @property
    def writes(self) -> int:
        """How many of them write."""
        return self.requests["batch"] + self.requests["write"]

    @property
    def all(self) -> int:
        """All requests, those for tokens too; what was answered with 429 counts as well."""
        return self.requests.total()


class Month:
    """A firm, its company, and the time that both go by."""

    def __init__(
        self, folder: Path, clients: int, invoices: int, sandbox: QuickBooksSandbox, clock: FakeClock
    ) -> None:
        self.clock = clock
        self.company: Company = sandbox.company
        self.firm: Firm = write_firm(
            folder, sandbox.settings, clients=clients, matters=MATTERS_EACH, invoices=invoices
        )
        self._invoices = invoices
        with (folder / "hub.toml").open("a", encoding="utf-8") as file:
            file.write(_BACK)

    def run(self) -> Run:
        """Run once."""
        self.company.reset_counts()
        began, started = self.clock.now(), time.perf_counter()
        report = self.firm.sync(self.clock)
        if report["outcome"] != "ok" or self.company.object_counts()["Invoice"] != self._invoices:
            sys.exit(f"A run does not end well: {report['holds'][:3]} {report['errors']}")
        minutes = (self.clock.now() - began) / timedelta(minutes=1)
        return Run(Counter(self.company.counts), minutes, time.perf_counter() - started)

    def days(self, count: int) -> Iterator[Run]:
        """Let so many days go by, with a run each."""
        for number in range(count):
            self.clock.advance(timedelta(days=1))
            self._work()
            self._keep_books(number)
            yield self.run()

    def _work(self) -> None:
        self._invoices += NEW_INVOICES
        matters = self.firm.clients * self.firm.matters
        documents = (invoice(number, matters, self.firm.matters) for number in range(self._invoices))
        lines(self.firm.folder / "tables", "invoice", documents)

    def _keep_books(self, day: int) -> None:
        """Enter some payments, and write a note on some customers."""
        bills = self.company.all("Invoice")[day * PAYMENTS : (day + 1) * PAYMENTS]
        for bill in bills:
            self.company.add("Payment", **_payment(bill))
        for bill in bills[:EDITS]:
            self.company.change("Customer", bill["CustomerRef"]["value"], Notes=f"called on day {day}")


def _payment(bill: dict[str, Any]) -> dict[str, Any]:
    total = bill["TotalAmt"]
    line = {"Amount": total, "LinkedTxn": [{"TxnId": bill["Id"], "TxnType": "Invoice"}]}
    return {"CustomerRef": {"value": bill["CustomerRef"]["value"]}, "TotalAmt": total, "Line": [line]}


def main() -> None:
    """Measure both parts and print them."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--clients", type=int, default=1_000)
    parser.add_argument("--invoices", type=int, default=10_000)
    parser.add_argument("--days", type=int, default=DAYS)
    said = parser.parse_args()
    # Nothing of this goes into the keyring of whoever runs it.
    keyring.set_keyring(Keyring())
    print(f"Python {platform.python_version()}, {platform.system()}, {os.cpu_count()} processors")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        clock = FakeClock()
        with QuickBooksSandbox(clock=clock) as sandbox:
            secrets = {f"HUB_SECRET_BOOKS__{name.upper()}": sandbox.settings[name] for name in SECRETS}
            os.environ.update(secrets, HUB_SECRETS_KEY=KEY)
            month = Month(Path(folder) / "firm", said.clients, said.invoices, sandbox, clock)
            print_first(month, said.clients, said.invoices)
            print_days(list(month.days(said.days)))


def print_first(month: Month, clients: int, invoices: int) -> None:
    """Print what it costs to write all there is, and to run again."""
    matters = clients * MATTERS_EACH
    fewest = sum(ceil(count / BATCH) for count in (clients, matters, invoices))
    # The first forty go at once.
    shortest = ceil(fewest / A_MINUTE) - 1
    first = month.run()
    print(f"\n{invoices:,} invoices of {clients:,} clients with {matters:,} matters")
    print(f"{'':<24}{'made':>8}{'fewest':>8}  ratio")
    print(f"{'writing requests':<24}{first.writes:>8,}{fewest:>8,}  {first.writes / fewest:.3f}")
    print(f"{'all requests':<24}{first.all:>8,}{fewest:>8,}  {first.all / fewest:.3f}")
    print(f"{'minutes':<24}{first.minutes:>8.1f}{shortest:>8.1f}  {first.minutes / max(1, shortest):.3f}")
    print(f"{'metered reads':<24}{first.reads:>8,}")
    print(f"{'answers of 429':<24}{first.requests['throttled']:>8,}")
    print(f"{'seconds on this machine':<24}{first.seconds:>8.1f}", flush=True)
    month.clock.advance(timedelta(hours=1))
    again = month.run()
    print(f"{'reads of a run again':<24}{again.reads:>8,}", flush=True)


def print_days(days: list[Run]) -> None:
    """Print what a month of daily runs costs."""
    reads = [day.reads for day in days]
    throttled = sum(day.requests["throttled"] for day in days)
    print(
        f"\n{len(days)} daily runs: {NEW_INVOICES} new invoices at the firm, {PAYMENTS} payments and {EDITS} "
        "notes at the company each day"
    )
    told = f"{min(reads)} at least, {statistics.median(reads):g} usually, {max(reads)} at most"
    print(f"{'reads a day':<24}{told}")
    print(f"{'reads in all':<24}{sum(reads):,} of {QuickBooksConnector.allowance:,} a month")
    print(f"{'writing requests a day':<24}{statistics.median([day.writes for day in days]):g} usually")
    print(f"{'answers of 429':<24}{throttled}")


if __name__ == "__main__":
    main()
