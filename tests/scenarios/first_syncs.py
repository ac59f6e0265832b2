"""First syncs of firms with companies that hold their customers and invoices, kept by hand, in part twice.

``python tests/scenarios/first_syncs.py [--firms 5] [--clients 560] [--invoices 300]`` has a line for each
firm; it exits with 1 if anything that stood there was made again, taken for another, or did not come to rest.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from scenario_books_keyed import KeyedFirm
from scenario_books_truth import KINDS, Truth

from hub_quickbooks.stand_in import close


@dataclass(frozen=True, slots=True)
class Result:
    """What a first sync came to.

    Args:
        there: how many customers and invoices of the firm's stood in the company.
        adopted: how many of them the first run knew.
        asked: how many questions it asked.
        made: how many clients, matters and invoices it made.
        in_error: how many of these were there already, by the end.
        another: how many are bound to what is another's, by the end.
        runs: how many runs it took until nothing moved.
        unlike: how many of the firm's own are not there as the firm has them, by the end.

    """

    there: int
    adopted: int
    asked: int
    made: int
    in_error: int
    another: int
    runs: int
    unlike: int

    @property
    def good(self) -> bool:
        """Whether all of the firm is there, once."""
        return not self.in_error and not self.another and not self.unlike


def first_sync(folder: Path, clients: int, invoices: int, seed: int) -> Result:
    """Run for the first time; then let a person answer who knows, until nothing moves."""
    firm = KeyedFirm(folder, clients, invoices, seed=seed)
    try:
        truth = Truth(firm)
        firm.sync()
        truth.look()
        adopted = sum(len(truth.adopted(kind)) for kind in KINDS)
        asked, made = len(truth.asked()), sum(len(truth.made(kind)) for kind in KINDS)
        runs = len(truth.settle())
        truth.look()
        return Result(
            there=sum(bool(ids) for kind in KINDS for ids in truth.there[kind].values()),
            adopted=adopted,
            asked=asked,
            made=made,
            in_error=sum(map(len, truth.made_in_error().values())),
            another=sum(map(len, truth.taken_for_another().values())),
            runs=runs,
            unlike=len(truth.unlike()),
        )
    finally:
        close(firm.folder)


def main() -> None:
    """Run them and print what they came to."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--firms", type=int, default=5)
    parser.add_argument("--clients", type=int, default=560)
    parser.add_argument("--invoices", type=int, default=300)
    said = parser.parse_args()
    results = []
    for seed in range(1, said.firms + 1):
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            results.append(done := first_sync(Path(folder) / "firm", said.clients, said.invoices, seed))
        print(  # noqa: T201 -- a script that prints
            f"firm {seed:>3}: {done.there:,} there: {done.adopted:,} adopted, {done.asked} questions; "
            f"{done.made:,} made; after {done.runs} more runs {done.in_error} made in error, {done.another} "
            f"taken for another, {done.unlike} not as the firm has them",
            flush=True,
        )
    sys.exit(not all(done.good for done in results))


if __name__ == "__main__":
    main()
