"""Days, months and years of the sample firm, in which everything happens that happens at a law firm."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from hub_tabs3.sandbox.events_money import MONEY, MONEY_PAIRS
from hub_tabs3.sandbox.events_office import OFFICE, OFFICE_PAIRS
from hub_tabs3.sandbox.events_work import WORK, WORK_PAIRS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from hub_tabs3.sandbox import Tabs3Firm
    from hub_tabs3.sandbox.books import Charge, Statement

Item = TypeVar("Item")
Event = Callable[["Life"], str]
"""Something that happens; it tells what it did, or nothing where there was no occasion for it."""
EVENTS: tuple[Event, ...] = (*WORK, *MONEY, *OFFICE)
PAIRS: tuple[tuple[Event, Event], ...] = (*WORK_PAIRS, *MONEY_PAIRS, *OFFICE_PAIRS)
"""Events, each with the one that takes it back or goes on from it."""
_SATURDAY = 5
_BILLING_DAY = 3
"""From which day of a month on the month before is billed."""
_COSTS = 8
"""There is one cost for so many fees."""


class Night(NamedTuple):
    """The end of a day."""

    number: int
    day: date
    events: list[str]
    """What happened during the day, in plain words that tell no narrative."""


class Life:
    """Lets the days of a firm go by; the same firm and seed live the same life.

    Args:
        firm: the firm.
        seed: decides what happens when.
        entries: about how many fees a working day brings.
        events: how many other things happen on a working day; with the usual three, every kind of them
            has happened after forty days.

    """

    def __init__(self, firm: Tabs3Firm, seed: int = 1, *, entries: int = 8, events: int = 3) -> None:
        self.firm = firm
        self.random = Random(seed)
        self.done: dict[str, int] = {}
        """How often each kind of event happened, by its name."""
        self._entries = entries
        self._events = events
        self._deck: list[Event] = []
        self._checks = 0
        self._drafted: date | None = None
        self._billed = firm.day.replace(day=1)
        """The first day that is not billed by month yet."""

    def nights(self, days: int) -> Iterator[Night]:
        """Live so many days, and stop each night."""
        for number in range(1, days + 1):
            self.firm.next_day()
            told = list(self._day()) if self.firm.day.weekday() < _SATURDAY else []
            yield Night(number, self.firm.day, told)

    # ------------------------------------------------------------ what events choose from

    def pick(self, items: Sequence[Item]) -> Item | None:
        """One of some things by chance, or ``None`` where there are none."""
        return self.random.choice(items) if items else None

    def check(self) -> str:
        """The number of another check."""
        self._checks += 1
        return str(20_000 + self._checks)

    def active(self) -> list[str]:
        """The matters that can be worked for."""
        return [row["CLIENT_ID"] for row in self.firm.clients if row["INACTIVE"] == "0"]

    def open(self, *, hold: str = "P") -> list[Charge]:
        """The unbilled entries on a status, of active matters."""
        active = set(self.active())
        return [
            one
            for one in self.firm.unbilled.values()
            if one.hold == hold and one.sound and one.client_id in active
        ]

    def owing(self) -> list[Statement]:
        """The statements on which something is owed, of the last year."""
        since = self.firm.day - timedelta(days=365)
        recent = (one for one in self.firm.statements.values() if one.day >= since)
        return [one for one, owed in self.firm.balances(recent) if owed > 0]

    def owed(self, statement: Statement) -> Decimal:
        """What is owed on a statement."""
        return sum(self.firm.owed(statement).values(), Decimal(0))

    # ------------------------------------------------------------ a day

    def _day(self) -> Iterator[str]:
        yield from self._process()
        yield from self._work()
        yield from self._bill_month()
        for _ in range(self._events):
            yield from self._happen()

    def _process(self) -> Iterator[str]:
        """Process what was entered the days before."""
        earlier = [one for one in self.firm.entered if one.day < self.firm.day]
        for payment in self.firm.money.process(earlier):
            yield f"payment {payment.reference} of {payment.client_id} processed"

    def _work(self) -> Iterator[str]:
        count = self.random.randint(self._entries // 2, self._entries + self._entries // 2)
        active = set(self.active())
        matters = [matter for matter in self.firm.matters if matter.client_id in active]
        for _ in range(count):
            matter = self.random.choice(matters)
            timekeeper = self.random.choice(matter.team)
            rate = Decimal(self.firm.person(timekeeper)["RATE1"])
            self.firm.entries.enter(self.firm.some_fee(matter, timekeeper, rate, self.firm.day))
            if self.random.randrange(_COSTS) == 0:
                self.firm.entries.enter(self.firm.some_cost(matter, self.firm.day))
        yield f"{count} fees entered"

    def _bill_month(self) -> Iterator[str]:
        today = self.firm.day
        if today.day < _BILLING_DAY or today.replace(day=1) <= self._billed:
            return
        if self._drafted is None:
            self._drafted = today
            due = sorted({one.client_id for one in self.open()})
            self.firm.billing.draft(due)
            yield f"prebills of {len(due)} matters"
            return
        last = today.replace(day=1) - timedelta(days=1)
        numbers = [
            number
            for client_id in sorted({one.client_id for one in self.open()})
            for number in self.firm.billing.update(
                [client_id],
                up_to=last,
                discount=self.random.choice((0, 0, 0, "5", "2.5")),
                finance=self.random.choice((0, 0, "1.5")),
            )
        ]
        self._billed, self._drafted = today.replace(day=1), None
        yield f"statements {numbers[0]} to {numbers[-1]} of the month" if numbers else "no statements to send"

    def _happen(self) -> Iterator[str]:
        """Let something happen for which there is an occasion, each kind before one comes again."""
        for event in self._deck:
            told = event(self)
            if told:
                self._deck.remove(event)
                self.done[event.__name__] = self.done.get(event.__name__, 0) + 1
                yield told
                return
        # What had no occasion yet comes first in the next round.
        others = [event for event in EVENTS if event not in self._deck]
        self.random.shuffle(others)
        self._deck += others if self.done else _in_pairs(others)
        yield from self._happen()


def _in_pairs(events: list[Event]) -> list[Event]:
    """Let what can be taken back be taken back at once, so that a short life has both."""
    backs = {back for _, back in PAIRS}
    found: list[Event] = []
    for event in events:
        if event not in backs:
            found.append(event)
            found += [back for first, back in PAIRS if first is event]
    return found
