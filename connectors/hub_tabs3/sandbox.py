"""A small living practice that keeps its books in Tabs3: it works, bills, undoes bills, and exports."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from hub.model import round_cents
from hub_tabs3 import sandbox_words as words
from hub_tabs3.sandbox_rows import (
    Charge,
    Statement,
    Values,
    billed_row,
    payment_row,
    statement_row,
    unbilled_row,
    write_table,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

FIRST_DAY = date(2026, 4, 1)
DAYS = 90
USUAL_RECORDS = 1_500
_MATTERS = 40
_MOST_TIMEKEEPERS = 999
_TAXED_CLIENT = 9
_RARE_TIMEKEEPER = "8"
"""Whose level has no classification; works for one client only."""
_RARE_CLIENT = 5
_MORE_MATTERS = (("General advice", "counseling"), ("Financing and filings", "corporate"))


class Matter(NamedTuple):
    """A matter of the sample firm."""

    client_id: str
    client: int
    """The place of its client among the clients."""
    area: words.Area
    team: list[str]
    """The numbers of the timekeepers who work on it."""
    monthly: bool
    """Billed every month, else every second one."""


class _Numbers:
    """Gives numbers in their order; unlike an iterator of the library, it can be copied with its firm."""

    def __init__(self, first: int) -> None:
        self._next = first

    def __next__(self) -> int:
        number = self._next
        self._next += 1
        return number


class Tabs3Firm:
    """A seeded law firm: clients, matters, timekeepers, 90 days of work, statements for the first 60.

    The same seed gives the same firm to the last byte. ``records`` is the number of time entries;
    clients, matters and timekeepers grow with it.
    """

    def __init__(self, seed: int | Random = 2026, records: int | None = None) -> None:
        self.random = seed if isinstance(seed, Random) else Random(seed)
        self.records = USUAL_RECORDS if records is None else records
        self.size = max(1, self.records // USUAL_RECORDS)
        self._sequences = {name: _Numbers(start) for name, start in _FIRST_SEQUENCES.items()}
        self._numbers = _Numbers(4_101)
        self.clients: list[Values] = []
        self.people: list[Values] = list(_people(self.size))
        self.unbilled: dict[int, Charge] = {}
        """Charges that are not billed yet, by a number of the sandbox's own."""
        self.statements: dict[int, Statement] = {}
        """Statements by their number."""
        self.payments: list[Values] = []
        self.faults: dict[str, str] = {}
        """The planted faults: name → what was planted."""
        self._keys = _Numbers(0)
        self.matters = list(self._open_matters())
        self._work()
        self._spend()
        self._bill_months()

    # ------------------------------------------------------------ what happens at the firm

    def bill(self, share: float = 1.0, day: date | None = None) -> list[int]:
        """Bill that share of all unbilled charges, the oldest first; gives the statements' numbers."""
        open_keys = sorted(self.unbilled, key=lambda key: (self.unbilled[key].day, key))
        return self._bill(open_keys[: round(len(open_keys) * share)], day or FIRST_DAY + timedelta(DAYS + 5))

    def undo(self, number: int) -> None:
        """Undo a statement: it is gone, and its charges are unbilled again."""
        for charge in self.statements.pop(number).charges:
            charge.sequence = next(self._sequences[charge.table])
            self.unbilled[next(self._keys)] = charge

    def edit_narrative(self, text: str, position: int = 0) -> str:
        """Rewrite the narrative of an unbilled fee, the oldest unless said; gives its _SEQUENCE_NO."""
        fees = sorted((charge for charge in self.unbilled.values() if charge.fee), key=_sequence)
        fees[position].text = text
        return str(fees[position].sequence)

    def write(self, folder: Path) -> None:
        """Export all tables into a folder."""
        for name, rows in self.tables().items():
            write_table(folder, name, rows)

    def tables(self) -> dict[str, Iterator[tuple[Values, bool]]]:
        """All tables: their rows, each with whether it is cut short."""
        charges = sorted(self.unbilled.values(), key=_sequence)
        return {
            "CLIENT": ((row, False) for row in self.clients),
            "EMPLOYEE": ((row, False) for row in self.people),
            "FEE": ((unbilled_row(charge), charge.cut) for charge in charges if charge.fee),
            "COST": ((unbilled_row(charge), charge.cut) for charge in charges if not charge.fee),
            "ARCHIVE": (
                (billed_row(charge, statement), charge.cut)
                for statement in self.statements.values()
                for charge in statement.charges
            ),
            "LEDGER": ((row, False) for row in self._ledger()),
        }

    def _ledger(self) -> Iterator[Values]:
        yield from map(statement_row, self.statements.values())
        yield from self.payments

    # ------------------------------------------------------------ how it came to be

    def _open_matters(self) -> Iterator[Matter]:
        kinds = [(place, extra) for place in range(12 * self.size) for extra in range(3)]
        kinds += [(place, 3) for place in range(_MATTERS * self.size - len(kinds))]
        for position, (client, ordinal) in enumerate(sorted(kinds)):
            name, own = words.CLIENTS[client % len(words.CLIENTS)]
            title, area = (*own, *_MORE_MATTERS)[ordinal]
            client_id = f"{100 + 10 * client}.{ordinal:02d}"
            suffix = f" {client // len(words.CLIENTS) + 1}" if client >= len(words.CLIENTS) else ""
            self.clients.append(self._client_row(position, client_id, name + suffix, title))
            yield Matter(client_id, client, words.AREAS[area], self._team(client), position % 2 == 0)

    def _client_row(self, position: int, client_id: str, name: str, title: str) -> Values:
        number = client_id.partition(".")[0]
        return {
            "_SEQUENCE_NO": str(2_001 + position),
            "CLIENT_ID": client_id,
            "NAME": name,
            "CONTACT": "Accounts Payable",
            "ALPHA_SEARCH": name.upper()[:10],
            "ADDR1": f"{100 + int(number)} Commerce Street",
            "CITY": "Springfield",
            "STATE": "IL",
            "ZIP": f"62{int(number) % 1000:03d}",
            "Phone": f"217-555-{1000 + int(number) % 9000}",
            "DESC": title,
            "MISC_1": f"{name[:3].upper()}-2026-{self.random.randrange(10_000, 99_999)}",
            "MISC_2": f"Ref. {self.random.randrange(100, 999)}",
            "DATE_OPEN": (FIRST_DAY - timedelta(days=self.random.randrange(30, 900))).strftime("%m/%d/%Y"),
            "TASK_BASED_BILLING": "1",
            "INACTIVE": "0",
            "NONBILLABLE": "0",
            "SECURE_CLIENT": "0",
            "FEE_SALES_TAX_CODE": "1" if position == _TAXED_CLIENT else "0",
            "PRIM_TKPR": "1",
        }

    def _team(self, client: int) -> list[str]:
        first = len(words.PEOPLE) * (client // len(words.CLIENTS)) % len(self.people)
        rare = [_RARE_TIMEKEEPER] if client == _RARE_CLIENT else []
        partner = self.random.choice((1, 2))
        others = self.random.sample((3, 4, 5, 6), 2)
        return [str(first + place) for place in (partner, *others, 7)] + rare

    def _work(self) -> None:
        days = [day for day in _days() if day.weekday() < 5]  # noqa: PLR2004 -- Saturday
        rates = {row["EMPL"]: Decimal(row["RATE1"]) for row in self.people}
        for number in range(self.records):
            matter = self.random.choice(self.matters)
            timekeeper = self.random.choice(matter.team)
            self._add(
                self._fee(matter, timekeeper, rates[timekeeper], days[number * len(days) // self.records])
            )

    def _fee(self, matter: Matter, timekeeper: str, rate: Decimal, day: date) -> Charge:
        work = self.random.choice(matter.area.works)
        hours = Decimal(self.random.choice((2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 18, 22, 27, 35))) / 10
        amount = round_cents(hours * rate)
        if self.random.random() < 0.04:  # noqa: PLR2004 -- some are written down as they are entered
            amount = round_cents(amount * Decimal("0.9"))
        return Charge(
            fee=True,
            sequence=next(self._sequences["FEE"]),
            client_id=matter.client_id,
            day=day,
            tcode=str(1 + int(work.activity[1:]) % 100),
            timekeeper=timekeeper,
            quantity=hours,
            rate=rate,
            amount=amount,
            task=work.task,
            activity=work.activity,
            text=words.narrate(work, self.random),
        )

    def _spend(self) -> None:
        days = list(_days())
        costs = self.records // 8
        for number in range(costs):
            self._add(self._cost(self.random.choice(self.matters), days[number * DAYS // costs]))

    def _cost(self, matter: Matter, day: date) -> Charge:
        spending = self.random.choice(words.SPENDINGS)
        units = Decimal(self.random.randrange(8, 400)) if spending.unit_price else Decimal(0)
        price = Decimal(spending.unit_price or 0)
        alone = Decimal(self.random.randrange(1_500, 90_000)) / 100
        return Charge(
            fee=False,
            sequence=next(self._sequences["COST"]),
            client_id=matter.client_id,
            day=day,
            tcode=spending.tcode,
            timekeeper=matter.team[0],
            quantity=units,
            rate=price,
            amount=round_cents(units * price) if units else alone,
            task="",
            activity=spending.code,
            text=spending.text,
            advance=spending.advance,
        )

    def _add(self, charge: Charge) -> None:
        self.unbilled[next(self._keys)] = charge

    def _bill_months(self) -> None:
        monthly = {matter.client_id for matter in self.matters if matter.monthly}
        april = date(2026, 5, 1)
        self._bill(self._open_before(april, monthly), date(2026, 5, 4))
        self._bill(self._open_before(date(2026, 6, 1), None), date(2026, 6, 3))

    def _open_before(self, day: date, client_ids: set[str] | None) -> list[int]:
        return [
            key
            for key, charge in self.unbilled.items()
            if charge.day < day and (client_ids is None or charge.client_id in client_ids)
        ]

    def _bill(self, keys: Iterable[int], day: date) -> list[int]:
        by_matter: dict[str, list[Charge]] = defaultdict(list)
        for key in keys:
            if not (self.unbilled[key].spoiled or self.unbilled[key].cut):
                charge = self.unbilled.pop(key)
                charge.sequence = next(self._sequences["ARCHIVE"])
                by_matter[charge.client_id].append(charge)
        return [self._state(client_id, charges, day) for client_id, charges in sorted(by_matter.items())]

    def _state(self, client_id: str, charges: list[Charge], day: date) -> int:
        number = next(self._numbers)
        statement = Statement(number, next(self._sequences["LEDGER"]), client_id, day, charges)
        if number % 7 == 0:
            statement.discount = round_cents(statement.fees * Decimal("0.05"))
        if client_id == self.matters[_TAXED_CLIENT].client_id:
            statement.fee_tax = round_cents(statement.fees * Decimal("0.05125"))
            statement.expense_tax = round_cents(statement.expenses * Decimal("0.05125"))
        if number % 3 == 0:
            statement.previous_balance = Decimal(self.random.randrange(10_000, 900_000)) / 100
        if number % 4 == 0:
            statement.paid = statement.total
            self.payments.append(payment_row(statement, next(self._sequences["LEDGER"])))
        self.statements[number] = statement
        return number


_FIRST_SEQUENCES = {"FEE": 210_001, "COST": 61_001, "ARCHIVE": 530_001, "LEDGER": 8_001}


def _people(size: int) -> Iterator[Values]:
    for place in range(min(len(words.PEOPLE) * size, _MOST_TIMEKEEPERS)):
        name, initials, level, rate = words.PEOPLE[place % len(words.PEOPLE)]
        generation = place // len(words.PEOPLE)
        yield {
            "_SEQUENCE_NO": str(place + 1),
            "EMPL": str(place + 1),
            "NAME": f"{name} {generation + 1}" if generation else name,
            "INITIALS": f"{initials}{generation or ''}",
            "Inactive": "0",
            "RATE1": rate,
            "RATE2": "0.00",
            "LEVEL": level,
        }


def _days() -> Iterator[date]:
    return (FIRST_DAY + timedelta(days=day) for day in range(DAYS))


def _sequence(charge: Charge) -> int:
    return charge.sequence
