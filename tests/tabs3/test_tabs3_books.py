"""What the connector reads of a living practice comes to what the practice's own books say."""

from __future__ import annotations

from collections import defaultdict
from contextlib import suppress
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING

import pytest

from hub.sdk import Kind, Upsert
from hub_tabs3 import Tabs3, Tabs3Settings
from hub_tabs3.sandbox import Tabs3Firm
from hub_tabs3.sandbox.money import ON_ACCOUNT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tests.tabs3.conftest import Exported

MATTERS = ("110.00", "110.01", "120.00")
ZERO = Decimal(0)


class Practice:
    """A practice in which something happens, and what is read of it."""

    def __init__(self, exported: Exported, seed: int) -> None:
        self.exported = exported
        self.firm = Tabs3Firm(seed, records=0)
        self.random = Random(seed)
        settings = Tabs3Settings(folder="tabs3", trust_folder="trust")
        exported.connector = Tabs3(settings, exported.connector.surroundings)

    def go_on(self, steps: int) -> None:
        """Let things happen; what Tabs3 would refuse does not."""
        for _ in range(steps):
            with suppress(ValueError, IndexError):
                self.random.choice(self._happenings())()
            if self.random.random() < 0.3:
                self.firm.next_day()

    def _happenings(self) -> list[Callable[[], object]]:
        firm, matter = self.firm, self.random.choice(MATTERS)
        amount = str(self.random.randrange(1, 800))
        statement = self.random.choice([*firm.statements, 0])
        return [
            lambda: firm.entries.fee(matter, "1", self.random.choice(("1", "2.5", "0.3"))),
            lambda: firm.entries.cost(matter, "251", amount),
            lambda: firm.entries.advance(matter, amount),
            lambda: firm.billing.update([matter]),
            lambda: firm.billing.update([matter], discount="5.00", finance_charge="3.00"),
            lambda: firm.billing.remind(matter),
            lambda: firm.billing.undo(statement),
            lambda: firm.money.enter(matter, amount, check=self.random.choice(("", "17", "18"))),
            lambda: firm.money.enter(matter, amount, apply_to=statement),
            lambda: firm.money.receive(matter, amount, apply_to=ON_ACCOUNT),
            firm.money.process,
            lambda: firm.money.reverse(self.random.choice(firm.payments)),
            lambda: firm.money.reapply(self.random.choice(firm.payments), statement),
            lambda: firm.money.apply_rest(self.random.choice(firm.payments), statement),
            lambda: firm.money.write_off(statement, amount),
            lambda: firm.money.write_off(statement),
            lambda: firm.money.reverse_write_off(self.random.choice(firm.write_offs)),
            lambda: firm.funds.deposit(matter, amount),
            lambda: firm.funds.pay(matter, amount),
            lambda: firm.trust.deposit(matter, amount),
            lambda: firm.trust.pay(matter, amount),
        ]

    def read(self, kind: Kind) -> list[Upsert]:
        """What is read after an export; nothing of it may be in doubt."""
        self.firm.write(self.exported.folder)
        self.firm.trust.write(self.exported.folder.parent / "trust")
        pages = self.exported.pages(kind)
        assert pages[-1].complete
        items = [item for page in pages for item in page.items if isinstance(item, Upsert)]
        assert not [item.problem or item.unsettled for item in items if item.problem or item.unsettled]
        return items


@pytest.fixture(params=range(6))
def practice(exported: Exported, request: pytest.FixtureRequest) -> Practice:
    made = Practice(exported, request.param)
    made.go_on(120)
    return made


def summed(pairs: Iterable[tuple[str, Decimal]]) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for key, amount in pairs:
        sums[key] += amount
    return {key: amount for key, amount in sums.items() if amount}


def test_invoices_bill_what_the_statements_do(practice: Practice) -> None:
    billed = {
        item.raw["STATEMENT_NUMBER"]: Decimal(item.raw["BILLED_TOTAL"])
        for item in practice.read(Kind.INVOICE)
    }
    books = practice.firm.statements.values()
    assert billed == {
        str(one.number): one.total + one.finance_charge for one in books if one.charges or one.finance_charge
    }


def test_payments_come_to_what_was_paid(practice: Practice) -> None:
    items = practice.read(Kind.PAYMENT)
    clients = summed(
        (item.raw["CLIENT_NUMBER"], Decimal(item.raw["PAID_AMOUNT"]))
        for item in items
        if item.raw["IS_REVERSED"] == "0"
    )
    totals = practice.firm.totals
    everything = [*totals.payments().items(), *totals.waiting().items()]
    assert clients == summed((matter.partition(".")[0], amount) for matter, amount in everything)


def test_statements_are_paid_by_what_is_applied_to_them(practice: Practice) -> None:
    practice.firm.money.process()
    paid = summed(
        (one["STATEMENT_SEQ"], Decimal(one["APPLIED"]))
        for item in practice.read(Kind.PAYMENT)
        for one in item.raw["APPLICATIONS"]
    )
    statements = practice.firm.statements
    applied = practice.firm.totals.applied().items()
    assert paid == summed((str(statements[number].sequence), amount) for number, amount in applied)


def test_a_payment_keeps_its_id_whatever_becomes_of_it(practice: Practice) -> None:
    before = {item.external_id for item in practice.read(Kind.PAYMENT) if item.source == "ARCHIVE"}
    practice.go_on(60)
    after = {item.external_id for item in practice.read(Kind.PAYMENT) if item.source == "ARCHIVE"}
    assert before <= after


def test_write_offs_come_to_what_was_written_off(practice: Practice) -> None:
    given = summed(
        (item.raw["CLIENT_ID"], Decimal(item.raw["WRITTEN_OFF"]))
        for item in practice.read(Kind.WRITE_OFF)
        if item.raw["IS_REVERSED"] == "0"
    )
    assert given == summed(practice.firm.totals.written_off().items())


def test_client_money_comes_to_what_the_firm_holds(practice: Practice) -> None:
    signs = {"D": 1, "W": -1, "P": -1}
    held: dict[str, list[tuple[str, Decimal]]] = {"FUND": [], "TRUST/COMBINEDTRANS": []}
    for item in practice.read(Kind.TRUST_TRANSACTION):
        signed = Decimal(item.raw["AMOUNT"]) * signs[item.raw["RECORD_TYPE"]]
        held[item.source].append((item.raw["CLIENT_ID"], signed))
    assert summed(held["FUND"]) == summed(practice.firm.totals.funds().items())
    assert summed(held["TRUST/COMBINEDTRANS"]) == summed(practice.firm.totals.trust().items())


def invoices(exported: Exported) -> dict[str, tuple[str, str]]:
    found = {}
    for page in exported.pages(Kind.INVOICE):
        for item in page.items:
            assert isinstance(item, Upsert)
            found[item.raw["STATEMENT_NUMBER"]] = (item.raw["BILLED_TOTAL"], item.unsettled + item.problem)
    return found


@pytest.mark.parametrize("way", ["update", "undo"])
def test_a_statement_is_whole_or_unsettled_at_every_moment(exported: Exported, way: str) -> None:
    firm = Tabs3Firm(7, records=0)
    for hours in ("1", "2", "3"):
        firm.entries.fee("110.00", "1", hours)
    firm.entries.cost("110.00", "251", "20.00")
    steps = firm.updating(["110.00"])
    number = str(firm.billing.update(["110.00"])[0]) if way == "undo" else ""
    seen = set()
    for _ in firm.undoing(int(number)) if way == "undo" else steps:
        firm.write(exported.folder)
        for total, trouble in invoices(exported).values():
            assert trouble or Decimal(total) == Decimal(3_170)
            seen.add(bool(trouble))
    assert seen == {True, False}
