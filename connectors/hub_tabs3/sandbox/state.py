"""What the sample firm has on its books at this moment, and what it refuses."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from hub_tabs3.sandbox import words
from hub_tabs3.sandbox.books import ZERO, Numbers, less

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from decimal import Decimal
    from random import Random

    from hub_tabs3.sandbox.books import (
        Charge,
        Movement,
        Parts,
        Payment,
        Split,
        Statement,
        Track,
        Values,
        WriteOff,
    )
    from hub_tabs3.sandbox.moments import Passing

FIRST_DAY = date(2026, 4, 1)
DAYS = 90
_FIRST_SEQUENCES = {
    "FEE": 210_001,
    "COST": 61_001,
    "ARCHIVE": 530_001,
    "LEDGER": 8_001,
    "PAYMENT": 40_001,
    # A range of its own in ARCHIVE, below the fees and costs there.
    "ARCHIVE payments": 320_001,
    "FUND": 5_001,
    "STMTTRAK": 9_001,
    "TRUST": 3_001,
    "references": 70_001,
    "batches": 1,
}


@dataclass(slots=True)
class Matter:
    """A matter of the sample firm."""

    client_id: str
    client: int
    """The place of its client among the clients."""
    area: words.Area
    team: list[str]
    """The numbers of the timekeepers who work on it."""
    monthly: bool
    """Billed every month, else every second one."""
    fee_tax: Decimal = ZERO
    """The rate of tax on its fees: 0.05125 for 5.125 percent."""
    expense_tax: Decimal = ZERO
    advance_tax: Decimal = ZERO
    progress: bool = False
    """Billed by a fixed fee on account, its entries saved until the final bill."""


class Books:
    """The state of the sample firm; what happens there is in the modules beside this one."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.day = FIRST_DAY + timedelta(DAYS)
        """Today."""
        self.clients: list[Values] = []
        self.people: list[Values] = []
        self.tcodes: list[Values] = []
        self.matters: list[Matter] = []
        self.unbilled: dict[int, Charge] = {}
        """Charges that are not billed yet, by a number of the sandbox's own."""
        self.statements: dict[int, Statement] = {}
        """Statements by their number."""
        self.entered: list[Payment] = []
        """Payments that are entered and not processed."""
        self.payments: list[Payment] = []
        """Payments that are processed."""
        self.write_offs: list[WriteOff] = []
        self.movements: list[Movement] = []
        """Movements of client funds."""
        self.trust_movements: list[Movement] = []
        self.tracks: list[Track] = []
        self.splits: dict[tuple[str, int], Split] = {}
        """Split entries by their table and _SEQUENCE_NO."""
        self.faults: dict[str, str] = {}
        """The planted faults: name → what was planted."""
        self.passing: Passing | None = None
        """The moment of an update or undoing that is under way."""
        self._sequences = {name: Numbers(start) for name, start in _FIRST_SEQUENCES.items()}
        self._numbers = Numbers(4_101)
        self._keys = Numbers(0)

    def next(self, name: str) -> int:
        """Give the next _SEQUENCE_NO of a table."""
        return next(self._sequences[name])

    def next_number(self) -> int:
        """Give the next statement number that is free."""
        number = next(self._numbers)
        while number in self.statements:
            number = next(self._numbers)
        return number

    def add(self, charge: Charge) -> Charge:
        """Put a charge among what is not billed."""
        charge.key = next(self._keys)
        self.unbilled[charge.key] = charge
        return charge

    # ------------------------------------------------------------ look-ups that refuse

    def matter(self, client_id: str) -> Matter:
        """The matter with this CLIENT_ID.

        Raises:
            ValueError: there is none.

        """
        for matter in self.matters:
            if matter.client_id == client_id:
                return matter
        raise ValueError(f"There is no client {client_id}.")

    def client_row(self, client_id: str) -> Values:
        """The row of CLIENT with this CLIENT_ID.

        Raises:
            ValueError: there is none.

        """
        for row in self.clients:
            if row["CLIENT_ID"] == client_id:
                return row
        raise ValueError(f"There is no client {client_id}.")

    def active(self, client_id: str) -> Matter:
        """The matter with this CLIENT_ID, which has to be active.

        Raises:
            ValueError: there is none, or it is inactive.

        """
        if self.client_row(client_id)["INACTIVE"] != "0":
            raise ValueError(f"Client {client_id} is inactive.")
        return self.matter(client_id)

    def person(self, timekeeper: str) -> Values:
        """The row of EMPLOYEE with this number or these initials.

        Raises:
            ValueError: there is none.

        """
        for row in self.people:
            if timekeeper in {row["EMPL"], row["INITIALS"]}:
                return row
        raise ValueError(f"There is no timekeeper {timekeeper}.")

    def tcode(self, number: str, kinds: str) -> Values:
        """The row of TCODE with this number, whose type is one of F, E and A.

        Raises:
            ValueError: there is none, or it is of another type.

        """
        for row in self.tcodes:
            if row["TCODE"] == number:
                if row["EXP_ADV_FEE_TYPE"] not in kinds:
                    raise ValueError(f"Tcode {number} is of type {row['EXP_ADV_FEE_TYPE']} here.")
                return row
        raise ValueError(f"There is no tcode {number}.")

    def open(self, charge: Charge) -> Charge:
        """The unbilled charge as it is in these books.

        Raises:
            ValueError: it is billed, split, or deleted.

        """
        found = self.unbilled.get(charge.key)
        if found is None:
            raise ValueError(f"{charge.table} {charge.sequence} is not among the unbilled entries.")
        return found

    def statement(self, number: int) -> Statement:
        """The statement with this number.

        Raises:
            ValueError: there is none.

        """
        if number not in self.statements:
            raise ValueError(f"There is no statement {number}.")
        return self.statements[number]

    # ------------------------------------------------------------ what is owed

    def taken(self) -> dict[int, list[Parts]]:
        """What was paid on statements and written off them, as far as it counts, by STATEMENT_ID."""
        taken: dict[int, list[Parts]] = defaultdict(list)
        for payment in self.payments:
            for receipt in payment.receipts:
                if not receipt.reversed:
                    taken[receipt.statement_id].append(receipt.parts)
        for write_off in self.write_offs:
            if not write_off.reversed:
                taken[write_off.statement_id].append(write_off.parts)
        return taken

    def owed(self, statement: Statement) -> Parts:
        """What is still owed on a statement, by part."""
        return less(statement.asked(), self.taken()[statement.sequence])

    def balances(self, statements: Iterable[Statement]) -> list[tuple[Statement, Decimal]]:
        """Statements, each with what is still owed on it."""
        taken = self.taken()
        return [(one, one.total - _sum(taken[one.sequence])) for one in statements]

    def owing(self, client_id: str) -> list[Statement]:
        """The statements of a matter on which something is owed, the oldest first."""
        owing = [one for one, owed in self.balances(self._of(client_id)) if owed > 0]
        return sorted(owing, key=lambda one: (one.day, one.number))

    def receivable(self, client_id: str) -> Decimal:
        """What is owed on all statements of a matter."""
        return sum((owed for _, owed in self.balances(self._of(client_id))), ZERO)

    def _of(self, client_id: str) -> list[Statement]:
        return [one for one in self.statements.values() if one.client_id == client_id]


def _sum(taken: Iterable[Parts]) -> Decimal:
    return sum((amount for parts in taken for amount in parts.values()), ZERO)


def transaction_codes() -> Iterator[Values]:
    """The rows of TCODE: one for each code that the sample firm's work and spending goes by."""
    fees = sorted({fee_code(work.activity) for area in words.AREAS.values() for work in area.works}, key=int)
    rows = [_code(number, "F", f"Services of sort {number}", "0.00") for number in fees]
    rows += [
        _code(one.tcode, "A" if one.advance else "E", one.text, one.unit_price or "0.00")
        for one in sorted(words.SPENDINGS, key=lambda one: int(one.tcode))
    ]
    for place, row in enumerate(rows):
        yield {"_SEQUENCE_NO": str(601 + place), **row}


def fee_code(activity: str) -> str:
    """The tcode that the sample firm enters with a UTBMS activity."""
    return str(1 + int(activity[1:]) % 100)


def _code(number: str, kind: str, text: str, rate: str) -> Values:
    return {
        "TCODE": number,
        "TCODE_TYPE": "0",
        "RATE": rate,
        "AMOUNT": "0.00",
        "TAXABLE": "1",
        "EXP_ADV_FEE_TYPE": kind,
        "BILL_CODE": "0",
        "COST_TYPE": "0",
        "DESC": text,
    }
