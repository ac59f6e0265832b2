"""Client funds, which Tabs3 Billing keeps itself, and the Trust product beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from hub_tabs3.sandbox.books import ZERO, Movement, positive
from hub_tabs3.sandbox.columns import TRUST_COLUMNS, TRUST_TABLE
from hub_tabs3.sandbox.database import write_tables
from hub_tabs3.sandbox.files import write_table
from hub_tabs3.sandbox.money import CLIENT_FUNDS
from hub_tabs3.sandbox.rows import trust_row

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal
    from pathlib import Path
    from sqlite3 import Connection

    from hub_tabs3.sandbox.books import Amount, Payment, Values
    from hub_tabs3.sandbox.money import Money, PaymentDetails
    from hub_tabs3.sandbox.state import Books

_TRUST_CLIENT = ("CLIENT_ID", "NAME", "DESC", "INACTIVE", "SECURE_CLIENT")


class Funds:
    """Money of clients that the firm holds: client funds in FUND."""

    def __init__(self, books: Books, money: Money) -> None:
        self._books = books
        self._money = money

    def deposit(self, client_id: str, amount: Amount, text: str = "Retainer") -> Movement:
        """Take in what a client pays in advance.

        Raises:
            ValueError: there is no such matter, or the amount is none.

        """
        return self._move(client_id, "D", positive(amount), text)

    def withdraw(self, client_id: str, amount: Amount, text: str = "Returned to the client") -> Movement:
        """Give a client's money back.

        Raises:
            ValueError: there is less.

        """
        return self._take(client_id, "W", positive(amount), text)

    def pay(self, client_id: str, amount: Amount, **details: Unpack[PaymentDetails]) -> Payment:
        """Pay the firm's bill out of a client's funds: a P row of FUND, and a payment of type 4 to process.

        Raises:
            ValueError: there is less, or the payment is refused.

        """
        self._check(client_id, positive(amount))
        details["receipt_type"] = CLIENT_FUNDS
        payment = self._money.enter(client_id, amount, **details)
        movement = self._take(client_id, "P", payment.amount, "Payment to the firm")
        movement.payment, payment.fund = payment.sequence, movement.sequence
        return payment

    def balance(self, client_id: str) -> Decimal:
        """What the firm holds for a matter."""
        mine = (one.signed for one in self._books.movements if one.client_id == client_id)
        return sum(mine, ZERO)

    def _check(self, client_id: str, amount: Decimal) -> None:
        if amount > self.balance(client_id):
            raise ValueError(f"Client {client_id} has {self.balance(client_id)} in funds, not {amount}.")

    def _take(self, client_id: str, kind: str, amount: Decimal, text: str) -> Movement:
        self._check(client_id, amount)
        return self._move(client_id, kind, amount, text)

    def _move(self, client_id: str, kind: str, amount: Decimal, text: str) -> Movement:
        self._books.client_row(client_id)
        numbers = (self._books.next("FUND"), self._books.next("references"))
        movement = Movement(*numbers, client_id, kind, self._books.day, amount, text)
        self._books.movements.append(movement)
        return movement


class Trust:
    """The Trust product: accounts of its own, whose tables are exported to a place of their own."""

    def __init__(self, books: Books, money: Money) -> None:
        self._books = books
        self._money = money

    def deposit(self, client_id: str, amount: Amount, text: str = "Deposit to trust") -> Movement:
        """Take a client's money into trust.

        Raises:
            ValueError: there is no such matter, or the amount is none.

        """
        return self._move(client_id, "D", positive(amount), text)

    def disburse(self, client_id: str, amount: Amount, check: str = "", text: str = "Settlement") -> Movement:
        """Pay somebody out of a client's trust.

        Raises:
            ValueError: there is less.

        """
        return self._move(client_id, "W", positive(amount), text, check)

    def pay(self, client_id: str, amount: Amount, **details: Unpack[PaymentDetails]) -> Payment:
        """Pay the firm's bill out of trust: a transaction there, and a payment of SOURCE T to process.

        Raises:
            ValueError: there is less, or the payment is refused.

        """
        self._check(client_id, positive(amount))
        details["source"] = "T"
        details.setdefault("check", f"T{1_001 + len(self._books.trust_movements)}")
        payment = self._money.enter(client_id, amount, **details)
        movement = self._move(client_id, "P", payment.amount, "Payment to the firm", payment.check)
        movement.payment, payment.trust = payment.sequence, movement.sequence
        return payment

    def balance(self, client_id: str) -> Decimal:
        """What is in trust for a matter."""
        mine = (one.signed for one in self._books.trust_movements if one.client_id == client_id)
        return sum(mine, ZERO)

    def tables(self) -> dict[str, Iterator[tuple[Values, bool]]]:
        """The tables of the product, of which CLIENT is also the name of one of Billing's."""
        bank = {"_SEQUENCE_NO": "1", "BANK": "1", "DESC": "Client trust account"}
        return {
            "CLIENT": ((row, False) for row in self._clients()),
            "BANK": iter([(bank, False)]),
            TRUST_TABLE: ((trust_row(movement), False) for movement in self._books.trust_movements),
        }

    def write(self, folder: Path) -> None:
        """Export the tables into a folder of their own."""
        for name, rows in self.tables().items():
            write_table(folder, name, TRUST_COLUMNS[name], rows)

    def write_database(self, database: Path | Connection) -> None:
        """Put the tables into a database of their own."""
        write_tables(database, self.tables(), TRUST_COLUMNS)

    def _clients(self) -> Iterator[Values]:
        known = {movement.client_id for movement in self._books.trust_movements}
        for row in self._books.clients:
            if row["CLIENT_ID"] in known:
                # The product numbers its rows itself.
                sequence = str(int(row["_SEQUENCE_NO"]) + 7_000)
                yield {"_SEQUENCE_NO": sequence} | {column: row[column] for column in _TRUST_CLIENT}

    def _check(self, client_id: str, amount: Decimal) -> None:
        if amount > self.balance(client_id):
            raise ValueError(f"Client {client_id} has {self.balance(client_id)} in trust, not {amount}.")

    def _move(self, client_id: str, kind: str, amount: Decimal, text: str, check: str = "") -> Movement:
        self._books.client_row(client_id)
        if kind != "D":
            self._check(client_id, amount)
        numbers = (self._books.next("TRUST"), self._books.next("references"))
        movement = Movement(*numbers, client_id, kind, self._books.day, amount, text, check=check)
        self._books.trust_movements.append(movement)
        return movement
