"""A law practice that keeps its books in Tabs3 and lives: it works, bills, is paid, thinks better of it."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING, Unpack

from hub.model import round_cents
from hub_tabs3.sandbox import words
from hub_tabs3.sandbox.billing import Billing
from hub_tabs3.sandbox.books import BILLABLE, Charge, Payment, Receipt, Statement
from hub_tabs3.sandbox.columns import COLUMNS
from hub_tabs3.sandbox.database import write_tables
from hub_tabs3.sandbox.device import Device
from hub_tabs3.sandbox.entries import Entries
from hub_tabs3.sandbox.files import write_table
from hub_tabs3.sandbox.funds import Funds, Trust
from hub_tabs3.sandbox.money import Money
from hub_tabs3.sandbox.office import FLAGS, Office
from hub_tabs3.sandbox.rows import tables
from hub_tabs3.sandbox.state import DAYS, FIRST_DAY, Books, Matter, fee_code, transaction_codes
from hub_tabs3.sandbox.totals import Totals

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path
    from sqlite3 import Connection

    from hub_tabs3.sandbox.billing import Steps, Terms
    from hub_tabs3.sandbox.books import Values
    from hub_tabs3.sandbox.device import Merged, Merging
    from hub_tabs3.sandbox.moments import Step
    from hub_tabs3.sandbox.rows import Rows

__all__ = ["DAYS", "FIRST_DAY", "USUAL_RECORDS", "Matter", "Tabs3Firm"]

USUAL_RECORDS = 1_500
_MATTERS = 40
_MOST_TIMEKEEPERS = 999
_TAXED_CLIENT = 9
_TAX = Decimal("0.05125")
_RARE_TIMEKEEPER = "8"
"""Whose level has no classification; works for one client only."""
_RARE_CLIENT = 5
_MORE_MATTERS = (("General advice", "counseling"), ("Financing and filings", "corporate"))


class Tabs3Firm(Books):
    """A seeded law firm: clients, matters, timekeepers, 90 days of work, statements for the first 60.

    The same seed gives the same firm to the last byte. ``records`` is the number of time entries;
    clients, matters and timekeepers grow with it. What can happen afterwards is in ``entries``,
    ``billing``, ``money``, ``funds``, ``trust`` and ``office``; each refuses with ``ValueError`` what
    Tabs3 refuses.
    """

    def __init__(self, seed: int | Random = 2026, records: int | None = None) -> None:
        super().__init__(seed if isinstance(seed, Random) else Random(seed))
        self.records = USUAL_RECORDS if records is None else records
        self.size = max(1, self.records // USUAL_RECORDS)
        self.money = Money(self)
        self.entries = Entries(self)
        self.billing = Billing(self, self.money)
        self.funds = Funds(self, self.money)
        self.trust = Trust(self, self.money)
        self.office = Office(self)
        self.device = Device(self, self.entries)
        self.totals = Totals(self)
        self.people = list(_people(self.size))
        self.tcodes = list(transaction_codes())
        self.matters = list(self._open_matters())
        self.matters[_TAXED_CLIENT].fee_tax = self.matters[_TAXED_CLIENT].expense_tax = _TAX
        self._founded = False
        self._work()
        self._spend()
        self._bill_months()
        self._founded = True

    # ------------------------------------------------------------ what happens at the firm

    def next_day(self) -> date:
        """Let a day go by; gives the new one."""
        self.day += timedelta(days=1)
        return self.day

    def bill(self, share: float = 1.0, day: date | None = None) -> list[int]:
        """Bill that share of all unbilled charges, the oldest first; gives the statements' numbers.

        Some statements have a courtesy discount, and some are paid at once, as in the firm's first
        months; ``billing`` does what it is told.
        """
        open_keys = sorted(self.unbilled, key=lambda key: (self.unbilled[key].day, key))
        return self._bill(
            open_keys[: round(len(open_keys) * share)],
            day or max(self.day, FIRST_DAY + timedelta(DAYS + 5)),
        )

    def undo(self, number: int) -> None:
        """Undo a statement: it is gone, and its charges are unbilled again."""
        self.billing.undo(number)

    def updating(self, client_ids: Iterable[str] | None = None, **terms: Unpack[Terms]) -> Steps:
        """Update statements, and stop at each moment at which somebody may look at the tables."""
        return self.billing.updating(client_ids, **terms)

    def undoing(self, number: int) -> Iterator[Step]:
        """Undo a statement, and stop at each moment at which somebody may look at the tables."""
        return self.billing.undoing(number)

    def merge(self, source: Path | str, **how: Unpack[Merging]) -> Merged:
        """Take in a device-interface file, or its text; see ``Device.merge``."""
        return self.device.merge(source, **how)

    def edit_narrative(self, text: str, position: int = 0) -> str:
        """Rewrite the narrative of an unbilled fee, the oldest unless said; gives its _SEQUENCE_NO."""
        fees = sorted((charge for charge in self.unbilled.values() if charge.fee), key=_sequence)
        fees[position].text = text
        return str(fees[position].sequence)

    # ------------------------------------------------------------ what others get to see

    def tables(self) -> Rows:
        """All tables: their rows, each with whether it is cut short."""
        return tables(self)

    def write(self, folder: Path) -> None:
        """Export all tables into a folder."""
        for name, rows in self.tables().items():
            write_table(folder, name, COLUMNS[name], rows)

    def write_database(self, database: Path | Connection) -> None:
        """Put all tables into a SQLite database, in one transaction; what has not changed is left alone."""
        write_tables(database, self.tables(), COLUMNS)

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
        taxed = "1" if position == _TAXED_CLIENT else "0"
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
            **FLAGS,
            "FEE_SALES_TAX_CODE": taxed,
            "EXP_SALES_TAX_CODE": taxed,
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
            self.add(
                self.some_fee(matter, timekeeper, rates[timekeeper], days[number * len(days) // self.records])
            )

    def some_fee(self, matter: Matter, timekeeper: str, rate: Decimal, day: date) -> Charge:
        """Make up a fee; it is not entered yet."""
        work = self.random.choice(matter.area.works)
        hours = Decimal(self.random.choice((2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 18, 22, 27, 35))) / 10
        amount = round_cents(hours * rate)
        if self.random.random() < 0.04:  # noqa: PLR2004 -- some are written down as they are entered
            amount = round_cents(amount * Decimal("0.9"))
        return Charge(
            fee=True,
            sequence=self.next("FEE"),
            client_id=matter.client_id,
            day=day,
            tcode=fee_code(work.activity),
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
            self.add(self.some_cost(self.random.choice(self.matters), days[number * DAYS // costs]))

    def some_cost(self, matter: Matter, day: date) -> Charge:
        """Make up a cost; it is not entered yet."""
        spending = self.random.choice(words.SPENDINGS)
        units = Decimal(self.random.randrange(8, 400)) if spending.unit_price else Decimal(0)
        price = Decimal(spending.unit_price or 0)
        alone = Decimal(self.random.randrange(1_500, 90_000)) / 100
        return Charge(
            fee=False,
            sequence=self.next("COST"),
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
            if self.unbilled[key].sound and self.unbilled[key].hold in BILLABLE:
                charge = self.unbilled.pop(key)
                charge.sequence = self.next("ARCHIVE")
                by_matter[charge.client_id].append(charge)
        return [self._state(client_id, charges, day) for client_id, charges in sorted(by_matter.items())]

    def _state(self, client_id: str, charges: list[Charge], day: date) -> int:
        number = self.next_number()
        statement = Statement(number, self.next("LEDGER"), client_id, day, charges)
        if number % 7 == 0:
            statement.discount = round_cents(statement.fees * Decimal("0.05"))
        self.billing.tax(statement)
        if self._founded:
            statement.previous_balance = self.receivable(client_id)
        elif number % 3 == 0:
            # What is owed from before the firm came to Tabs3.
            statement.previous_balance = Decimal(self.random.randrange(10_000, 900_000)) / 100
        if number % 4 == 0:
            self._pay_at_once(statement)
        self.statements[number] = statement
        self.billing.track(statement)
        return number

    def _pay_at_once(self, statement: Statement) -> None:
        payment = Payment(
            self.next("ARCHIVE payments"),
            self.next("references"),
            statement.client_id,
            statement.day,
            statement.total,
            apply_to=statement.number,
            apply_id=statement.sequence,
            check=str(1_000 + statement.number),
            processed=True,
        )
        paid = statement.asked()
        payment.receipts = [Receipt(self.next("LEDGER"), statement.number, statement.sequence, paid)]
        self.payments.append(payment)


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
