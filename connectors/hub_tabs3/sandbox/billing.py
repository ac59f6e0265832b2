"""Drafts, updates of statements in one go or moment by moment, and their undoing."""

from __future__ import annotations

from collections import defaultdict
from copy import copy
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, TypedDict, Unpack

from hub.model import round_cents
from hub_tabs3.sandbox.books import BILLABLE, BY_BILLING, ZERO, Charge, Statement, Track
from hub_tabs3.sandbox.moments import UNDOING, UPDATING, Passing, pass_through

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from hub_tabs3.sandbox.books import Amount
    from hub_tabs3.sandbox.moments import Step
    from hub_tabs3.sandbox.money import Money
    from hub_tabs3.sandbox.state import Books

_OVERDUE = timedelta(days=30)
_PROGRESS_TCODE = "1"


class Terms(TypedDict, total=False):
    """On what terms statements are updated."""

    day: date
    """The statements' date; today unless said."""
    up_to: date
    """The last day whose entries are billed; the statements' date unless said."""
    discount: Amount
    """Courtesy discount on the fees, in percent."""
    finance: Amount
    """Finance charge on what is owed for longer than 30 days, in percent."""
    number: int
    """The statement's number, if only one is updated; the next one unless said."""


class Billing:
    """What turns unbilled charges into statements, and back."""

    def __init__(self, books: Books, money: Money) -> None:
        self._books = books
        self._money = money

    # ------------------------------------------------------------ drafts and updates

    def draft(self, client_ids: Iterable[str], day: date | None = None) -> list[Track]:
        """Print prebills: no table but STMTTRAK tells of it."""
        batch = self._books.next("batches")
        made = [
            Track(self._books.next("STMTTRAK"), client_id, batch, drafted=day or self._books.day)
            for client_id in client_ids
        ]
        self._books.tracks += made
        return made

    def update(self, client_ids: Iterable[str] | None = None, **terms: Unpack[Terms]) -> list[int]:
        """Update the statements of matters, all unless said; gives the statements' numbers.

        A matter with nothing to bill gets no statement.

        Raises:
            ValueError: there is no such matter, or the number is in use or too few for the matters.

        """
        for _ in (steps := self.updating(client_ids, **terms)):
            pass
        return steps.numbers

    def updating(self, client_ids: Iterable[str] | None = None, **terms: Unpack[Terms]) -> Steps:
        """Update statements as ``update`` does, and stop at each moment at which somebody may look."""
        due = self._due(client_ids, terms)
        if "number" in terms and len(due) > 1:
            raise ValueError("A number is for one statement; these are several.")
        self._check_number(terms)
        numbers: list[int] = []
        return Steps(numbers, self._update_all(due, terms, numbers))

    def progress(self, client_id: str, amount: Amount, **terms: Unpack[Terms]) -> int:
        """Bill a matter on progress billing a fixed fee on account; its entries stay unbilled.

        Raises:
            ValueError: the matter is not on progress billing.

        """
        matter = self._books.matter(client_id)
        if not matter.progress:
            raise ValueError(f"Client {client_id} is not on progress billing.")
        self._check_number(terms)
        line = self._line(client_id, Decimal(amount), "Fee on account", matter.team[0])
        return self._state(client_id, [line], terms).number

    def finish(self, client_id: str, **terms: Unpack[Terms]) -> int:
        """Bill what a matter on progress billing saved, less what it was billed on account.

        Raises:
            ValueError: the matter is not on progress billing, or has saved nothing.

        """
        matter = self._books.matter(client_id)
        saved = [
            one for one in self._books.unbilled.values() if one.client_id == client_id and one.hold == "S"
        ]
        if not matter.progress or not saved:
            raise ValueError(f"Client {client_id} has saved nothing for a final bill.")
        self._check_number(terms)
        before = sum((line.amount for line in self._on_account(client_id)), ZERO)
        for charge in saved:
            charge.hold = "P"
            del self._books.unbilled[charge.key]
            charge.sequence = self._books.next("ARCHIVE")
        if before:
            saved.append(self._line(client_id, -before, "Less fees billed on account", matter.team[0]))
        return self._state(client_id, saved, terms).number

    def remind(self, client_id: str, **terms: Unpack[Terms]) -> int:
        """Update a statement that bills nothing: a reminder, or one that only shows payments.

        Raises:
            ValueError: there is neither a balance nor a payment to show.

        """
        shown = any(not one.shown_number for one in self._books.payments if one.client_id == client_id)
        if not self._books.receivable(client_id) and not shown:
            raise ValueError(f"Client {client_id} has neither a balance nor a new payment.")
        self._check_number(terms)
        return self._state(client_id, [], terms).number

    # ------------------------------------------------------------ undoing

    def undo(self, number: int) -> None:
        """Undo a statement: it is gone, and its charges are unbilled again under new ids.

        Payments on it stand on account, and its write-offs are reversed.

        Raises:
            ValueError: there is no such statement.

        """
        for _ in self.undoing(number):
            pass

    def undoing(self, number: int) -> Iterator[Step]:
        """Undo a statement as ``undo`` does, and stop at each moment at which somebody may look."""
        self._books.statement(number)
        return self._undo(number)

    def rebill(self, undone: int, **terms: Unpack[Terms]) -> int:
        """Undo a statement and bill its charges again on its day, under its number unless another is said.

        Raises:
            ValueError: there is no such statement, or the new number is in use.

        """
        statement = self._books.statement(undone)
        terms.setdefault("number", undone)
        terms.setdefault("day", statement.day)
        if terms["number"] != undone:
            self._check_number(terms)
        self.undo(undone)
        again = {charge.key for charge in statement.charges}
        held = [one for one in self._books.unbilled.values() if one.key not in again and _due(one)]
        for charge in held:
            charge.hold = "H"
        try:
            made = self.update([statement.client_id], **terms)
        finally:
            for charge in held:
                charge.hold = "P"
        if not made:
            raise ValueError(f"Statement {undone} is undone; nothing of it can be billed again.")
        return made[0]

    # ------------------------------------------------------------ how it is done

    def _due(self, client_ids: Iterable[str] | None, terms: Terms) -> dict[str, list[Charge]]:
        wanted = None if client_ids is None else set(client_ids)
        for client_id in wanted or ():
            self._books.matter(client_id)
        last = terms.get("up_to", terms.get("day", self._books.day))
        due: dict[str, list[Charge]] = defaultdict(list)
        for charge in self._books.unbilled.values():
            if _due(charge) and charge.day <= last and (wanted is None or charge.client_id in wanted):
                due[charge.client_id].append(charge)
        return dict(sorted(due.items()))

    def _check_number(self, terms: Terms) -> None:
        if terms.get("number", 0) in self._books.statements:
            raise ValueError(f"There is a statement {terms['number']} already.")

    def _update_all(self, due: dict[str, list[Charge]], terms: Terms, numbers: list[int]) -> Iterator[Step]:
        for client_id, charges in due.items():
            before = [copy(charge) for charge in charges]
            for charge in charges:
                del self._books.unbilled[charge.key]
                charge.sequence = self._books.next("ARCHIVE")
            statement = self._state(client_id, charges, terms)
            numbers.append(statement.number)
            passing = Passing(statement, before, frozenset(), UPDATING[0])
            yield from pass_through(self._books, passing, UPDATING)

    def _undo(self, number: int) -> Iterator[Step]:
        statement = self._books.statements.pop(number)
        seen = copy(statement)
        seen.charges = [copy(charge) for charge in statement.charges]
        back = [charge for charge in statement.charges if not charge.by_billing]
        for charge in back:
            charge.sequence = self._books.next(charge.table)
            charge.hold = self._held(charge)
            self._books.add(charge)
        self._forget(statement)
        passing = Passing(seen, back, frozenset(charge.key for charge in back), UNDOING[0])
        yield from pass_through(self._books, passing, UNDOING)

    def _held(self, charge: Charge) -> str:
        return "S" if self._books.matter(charge.client_id).progress else charge.hold

    def _forget(self, statement: Statement) -> None:
        """Take back what the statement did beside billing charges."""
        self._money.let_go(statement)
        for payment in self._books.payments:
            if payment.shown_id == statement.sequence:
                payment.shown_number = payment.shown_id = 0
        for movement in self._books.movements:
            if movement.shown_id == statement.sequence:
                movement.archived = movement.shown_number = movement.shown_id = 0
        for track in self._books.tracks:
            if track.statement_id == statement.sequence:
                track.undone = True

    def _state(self, client_id: str, charges: list[Charge], terms: Terms) -> Statement:
        number = terms.get("number") or self._books.next_number()
        day = terms.get("day", self._books.day)
        statement = Statement(number, self._books.next("LEDGER"), client_id, day, charges)
        statement.previous_balance = self._books.receivable(client_id)
        statement.discount = _percent(max(statement.fees, ZERO), terms.get("discount", 0))
        statement.finance_charge = _percent(self._overdue(client_id, day), terms.get("finance", 0))
        self.tax(statement)
        self._books.statements[statement.number] = statement
        self._show(statement)
        return statement

    def tax(self, statement: Statement) -> None:
        """Put the taxes of its matter on a statement."""
        matter = self._books.matter(statement.client_id)
        statement.fee_tax = round_cents(statement.fees * matter.fee_tax)
        statement.expense_tax = round_cents(statement.expenses * matter.expense_tax)
        statement.advance_tax = round_cents(statement.advances * matter.advance_tax)

    def track(self, statement: Statement) -> None:
        """Note in STMTTRAK that a statement is updated, on the line of its draft if there is one."""
        drafts = [
            one for one in self._books.tracks if one.client_id == statement.client_id and not one.updated
        ]
        if not drafts:
            drafts = self.draft([statement.client_id], statement.day)
        track = drafts[-1]
        track.updated, track.number, track.statement_id = statement.day, statement.number, statement.sequence

    def _show(self, statement: Statement) -> None:
        """Let a statement show the payments and movements of funds since the one before."""
        self.track(statement)
        for movement in self._books.movements:
            if movement.client_id == statement.client_id and not movement.archived:
                movement.archived = self._books.next("ARCHIVE payments")
                movement.shown_number, movement.shown_id = statement.number, statement.sequence
        for payment in self._books.payments:
            if payment.client_id == statement.client_id and not payment.shown_number:
                payment.shown_number, payment.shown_id = statement.number, statement.sequence

    def _overdue(self, client_id: str, day: date) -> Decimal:
        late = [one for one in self._books.owing(client_id) if one.day + _OVERDUE < day]
        return sum((amount for one in late for amount in self._books.owed(one).values()), ZERO)

    def _on_account(self, client_id: str) -> Iterator[Charge]:
        """The lines by which billing itself asked for money, or took it off again."""
        for statement in self._books.statements.values():
            if statement.client_id == client_id:
                yield from (charge for charge in statement.charges if charge.by_billing)

    def _line(self, client_id: str, amount: Decimal, text: str, timekeeper: str) -> Charge:
        return Charge(
            fee=True,
            sequence=self._books.next("ARCHIVE"),
            client_id=client_id,
            day=self._books.day,
            tcode=_PROGRESS_TCODE,
            timekeeper=timekeeper,
            quantity=ZERO,
            rate=ZERO,
            amount=round_cents(amount),
            task="",
            activity="",
            text=text,
            key=BY_BILLING,
        )


class Steps:
    """The steps of an update, and the numbers of its statements as far as they are made."""

    def __init__(self, numbers: list[int], steps: Iterator[Step]) -> None:
        self.numbers = numbers
        self._steps = steps

    def __iter__(self) -> Iterator[Step]:
        return self._steps


def _due(charge: Charge) -> bool:
    return charge.sound and charge.hold in BILLABLE


def _percent(amount: Decimal, percent: Amount) -> Decimal:
    return round_cents(amount * Decimal(percent) / 100)
