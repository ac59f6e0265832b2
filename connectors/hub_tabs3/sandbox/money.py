"""Payments from their entering to their reversal, and write-offs."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict, Unpack

from hub_tabs3.sandbox.books import ZERO, Payment, Receipt, WriteOff, allot, positive

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date
    from decimal import Decimal

    from hub_tabs3.sandbox.books import Amount, Parts, Statement
    from hub_tabs3.sandbox.state import Books

CASH, CHECK, CARD, OTHER, CLIENT_FUNDS, ELECTRONIC = range(6)
"""The values of GL_RECEIPT_TYPE."""
ON_ACCOUNT = 0
"""What ``apply_to`` says of a payment that is not applied to anything."""


class PaymentDetails(TypedDict, total=False):
    """What may be said of a payment besides its matter and amount."""

    day: date
    check: str
    receipt_type: int
    apply_to: int | None
    """A statement's number; ``None``, as when left out: the oldest first; ``ON_ACCOUNT``: nothing."""
    text: str
    source: str
    trust: int
    fund: int
    online: str


class Money:
    """What clients pay and what the firm gives up."""

    def __init__(self, books: Books) -> None:
        self._books = books

    # ------------------------------------------------------------ payments that are not processed

    def enter(self, client_id: str, amount: Amount, **details: Unpack[PaymentDetails]) -> Payment:
        """Enter a payment of a matter into PAYMENT; nothing is applied before it is processed.

        Raises:
            ValueError: Tabs3 would refuse it.

        """
        self._books.client_row(client_id)
        payment = Payment(
            self._books.next("PAYMENT"),
            self._books.next("references"),
            client_id,
            details.get("day", self._books.day),
            positive(amount),
        )
        payment.receipt_type = details.get("receipt_type", CHECK)
        if payment.receipt_type not in range(6):
            raise ValueError(f"A receipt type is 0 to 5, not {payment.receipt_type}.")
        self._aim(payment, details.get("apply_to"))
        payment.check = details.get("check", "")
        payment.text = details.get("text", payment.text)
        payment.source = details.get("source", "B")
        payment.trust = details.get("trust", 0)
        payment.fund = details.get("fund", 0)
        payment.online = details.get("online", "")
        self._books.entered.append(payment)
        return payment

    def enter_check(self, amounts: Mapping[int, Amount], **details: Unpack[PaymentDetails]) -> list[Payment]:
        """Enter one check over several statements: a payment for each, all with its number.

        Args:
            amounts: the statements' numbers, each with what is paid on it.
            details: as in ``enter``; ``check`` is the number of the check.

        Raises:
            ValueError: Tabs3 would refuse one of them; then none is entered.

        """
        for number, amount in amounts.items():
            self._books.statement(number)
            positive(amount)
        made = []
        for number, amount in amounts.items():
            details["apply_to"] = number
            made.append(self.enter(self._books.statement(number).client_id, amount, **details))
        return made

    def delete(self, payment: Payment) -> None:
        """Delete a payment that is not processed.

        Raises:
            ValueError: it is processed.

        """
        self._books.entered.remove(self._entered(payment))

    # ------------------------------------------------------------ processing and after

    def process(self, payments: Iterable[Payment] | None = None) -> list[Payment]:
        """Process payments, all that are entered unless said: into ARCHIVE, and applied in LEDGER.

        Raises:
            ValueError: one of them is processed already.

        """
        entered = self._books.entered
        waiting = entered[:] if payments is None else [self._entered(payment) for payment in payments]
        for payment in waiting:
            self._process(payment)
        return waiting

    def receive(self, client_id: str, amount: Amount, **details: Unpack[PaymentDetails]) -> Payment:
        """Enter a payment and process it at once."""
        payment = self.enter(client_id, amount, **details)
        self._process(payment)
        return payment

    def reverse(self, payment: Payment) -> None:
        """Reverse a payment: it counts nowhere any more.

        Raises:
            ValueError: it is not processed, or reversed already.

        """
        found = self._processed(payment)
        if found.reversed:
            raise ValueError(f"Payment {found.reference} is reversed already.")
        for receipt in found.receipts:
            receipt.reversed = True

    def reapply(self, payment: Payment, number: int, amount: Amount | None = None) -> Receipt:
        """Apply a payment to another statement: what it was applied to before is reversed.

        What is left of it after that stays on account.

        Args:
            payment: the payment.
            number: the statement, which is of the same matter.
            amount: how much of it; as much as the statement owes, unless said.

        Raises:
            ValueError: it is not processed, or the statement is another matter's or owes less.

        """
        found = self._processed(payment)
        statement = self._statement(number, found.client_id)
        given_back = [one.parts for one in found.live if one.statement_id == statement.sequence]
        owed = self._books.owed(statement)
        for parts in given_back:
            owed = {part: cents + parts.get(part, ZERO) for part, cents in owed.items()}
        parts = _allotted(found.amount if amount is None else positive(amount), owed, amount)
        if sum(parts.values(), ZERO) > found.amount:
            raise ValueError(f"Payment {found.reference} is {found.amount} and no more.")
        for receipt in found.live:
            receipt.reversed = True
        return self._receipt(found, statement, parts)

    def apply_rest(self, payment: Payment, number: int) -> Receipt:
        """Apply what is left of a payment to a statement of its matter.

        Raises:
            ValueError: nothing is left, or the statement is another matter's or owes nothing.

        """
        found = self._processed(payment)
        statement = self._statement(number, found.client_id)
        if found.reversed or not found.left:
            raise ValueError(f"Nothing is left of payment {found.reference}.")
        parts = _allotted(found.left, self._books.owed(statement), None)
        found.receipts = [receipt for receipt in found.receipts if receipt.reversed or receipt.number]
        return self._receipt(found, statement, parts)

    def let_go(self, statement: Statement) -> None:
        """Put what was paid on a statement that is undone on account, and reverse its write-offs."""
        for payment in self._books.payments:
            mine = [one for one in payment.live if one.statement_id == statement.sequence]
            for receipt in mine:
                receipt.reversed = True
            if mine and not payment.live:
                self._receipt(payment, None, {})
        for write_off in self._books.write_offs:
            if write_off.statement_id == statement.sequence:
                write_off.reversed = True

    # ------------------------------------------------------------ write-offs

    def write_off(self, number: int, amount: Amount | None = None, **parts: Amount) -> WriteOff:
        """Write off what is owed on a statement.

        Args:
            number: the statement.
            amount: how much; everything, unless said.
            parts: instead of an amount, how much of each part: ``FEE="100.00"``.

        Raises:
            ValueError: less is owed.

        """
        statement = self._books.statement(number)
        owed = self._books.owed(statement)
        taken = {part: positive(cents) for part, cents in parts.items()}
        if not taken:
            everything = sum(owed.values(), ZERO)
            taken = _allotted(everything if amount is None else positive(amount), owed, amount)
        for part, cents in taken.items():
            if cents > owed[part]:
                raise ValueError(f"Statement {number} owes {owed[part]} of {part}, not {cents}.")
        made = WriteOff(
            self._books.next("LEDGER"),
            self._books.next("references"),
            statement.client_id,
            self._books.day,
            number,
            statement.sequence,
            taken,
        )
        self._books.write_offs.append(made)
        return made

    def reverse_write_off(self, write_off: WriteOff) -> None:
        """Take a write-off back: what it wrote off is owed again.

        Raises:
            ValueError: it is reversed already.

        """
        (found,) = [one for one in self._books.write_offs if one.sequence == write_off.sequence]
        if found.reversed:
            raise ValueError(f"Write-off {found.reference} is reversed already.")
        found.reversed = True

    # ------------------------------------------------------------ how it is done

    def _aim(self, payment: Payment, apply_to: int | None) -> None:
        payment.apply_to = apply_to
        if apply_to:
            payment.apply_id = self._statement(apply_to, payment.client_id).sequence

    def _process(self, payment: Payment) -> None:
        """Move a payment from PAYMENT to ARCHIVE and LEDGER; what no statement takes is on account."""
        self._books.entered.remove(payment)
        before, payment.sequence = payment.sequence, self._books.next("ARCHIVE payments")
        for movement in self._books.movements:
            if movement.payment == before:
                movement.payment = payment.sequence
        payment.processed = True
        self._books.payments.append(payment)
        for statement in self._targets(payment):
            parts = allot(payment.left, self._books.owed(statement))
            if parts:
                self._receipt(payment, statement, parts)
        if not payment.receipts:
            self._receipt(payment, None, {})

    def _targets(self, payment: Payment) -> list[Statement]:
        owing = self._books.owing(payment.client_id)
        if payment.apply_to is None:
            return owing
        return [one for one in owing if one.sequence == payment.apply_id]

    def _receipt(self, payment: Payment, statement: Statement | None, parts: Parts) -> Receipt:
        number, statement_id = (statement.number, statement.sequence) if statement else (0, 0)
        receipt = Receipt(self._books.next("LEDGER"), number, statement_id, parts)
        payment.receipts.append(receipt)
        return receipt

    def _statement(self, number: int, client_id: str) -> Statement:
        statement = self._books.statement(number)
        if statement.client_id != client_id:
            raise ValueError(f"Statement {number} is of client {statement.client_id}, not of {client_id}.")
        return statement

    def _entered(self, payment: Payment) -> Payment:
        for found in self._books.entered:
            if found.reference == payment.reference:
                return found
        raise ValueError(f"Payment {payment.reference} is not among those that wait to be processed.")

    def _processed(self, payment: Payment) -> Payment:
        for found in self._books.payments:
            if found.reference == payment.reference:
                return found
        raise ValueError(f"Payment {payment.reference} is not processed.")


def _allotted(amount: Decimal, owed: Parts, asked: Amount | None) -> Parts:
    """Spread an amount over what is owed; an amount that was asked for has to find room."""
    parts = allot(amount, owed)
    if not parts or (asked is not None and sum(parts.values(), ZERO) != amount):
        raise ValueError(f"Only {sum(owed.values(), ZERO)} is owed on the statement.")
    return parts
