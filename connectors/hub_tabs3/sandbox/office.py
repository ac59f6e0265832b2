"""Clients and matters: opened, renamed, renumbered, secured, closed, and receivables that change hands."""

from __future__ import annotations

from decimal import Decimal
from itertools import chain
from typing import TYPE_CHECKING, TypedDict, Unpack

from hub_tabs3.sandbox import words
from hub_tabs3.sandbox.state import Matter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub_tabs3.sandbox.books import Amount, Charge, Payment, Statement, Values, WriteOff
    from hub_tabs3.sandbox.state import Books

_LONGEST_ID = 12


class Taxes(TypedDict, total=False):
    """Rates of sales tax, in percent."""

    fees: Amount
    expenses: Amount
    advances: Amount


class Office:
    """What is done to clients and matters themselves."""

    def __init__(self, books: Books) -> None:
        self._books = books

    # ------------------------------------------------------------ opening

    def new_client(self, name: str, title: str, area: str = "litigation") -> Matter:
        """Open a client with its first matter, under the next free number.

        Raises:
            ValueError: there is no such practice area.

        """
        number = 10 + max(int(_client(row["CLIENT_ID"])) for row in self._books.clients)
        place = 1 + max((matter.client for matter in self._books.matters), default=0)
        address = {"ADDR1": f"{number} Market Street", "CITY": "Springfield", "STATE": "IL", "ZIP": "62701"}
        return self._open(f"{number}.00", {"NAME": name, "DESC": title} | address, place, area)

    def new_matter(self, client: str, title: str, area: str = "litigation") -> Matter:
        """Open another matter of a client, given by its number: ``110``.

        Raises:
            ValueError: there is no such client or practice area.

        """
        rows = self._rows(client)
        ordinal = 1 + max(int(row["CLIENT_ID"].rpartition(".")[2]) for row in rows)
        like = self._books.matter(rows[0]["CLIENT_ID"])
        shared = {
            column: rows[0][column]
            for column in ("NAME", "CONTACT", "ADDR1", "CITY", "STATE", "ZIP")
            if column in rows[0]
        }
        return self._open(f"{client}.{ordinal:02d}", shared | {"DESC": title}, like.client, area)

    def _open(self, client_id: str, values: Values, client: int, area: str) -> Matter:
        if area not in words.AREAS:
            raise ValueError(f"There is no practice area {area}.")
        team = [row["EMPL"] for row in self._books.people[:4]]
        matter = Matter(client_id, client, words.AREAS[area], team, monthly=True)
        self._books.matters.append(matter)
        sequence = 1 + max(int(row["_SEQUENCE_NO"]) for row in self._books.clients)
        self._books.clients.append(
            {
                "_SEQUENCE_NO": str(sequence),
                "CLIENT_ID": client_id,
                "ALPHA_SEARCH": values["NAME"].upper()[:10],
                "CONTACT": "Accounts Payable",
                "MISC_1": f"{values['NAME'][:3].upper()}-{sequence}",
                "DATE_OPEN": self._books.day.isoformat(),
                **FLAGS,
                **values,
            }
        )
        return matter

    # ------------------------------------------------------------ changing

    def rename(self, client: str, name: str) -> None:
        """Rename a client in all its matters.

        Raises:
            ValueError: there is no such client.

        """
        for row in self._rows(client):
            row["NAME"] = name
            row["ALPHA_SEARCH"] = name.upper()[:10]

    def change(self, client_id: str, **columns: str) -> None:
        """Change columns of one matter alone, such as NAME or ADDR1, which may then differ within a client.

        Raises:
            ValueError: there is no such matter, or the column is its id.

        """
        if {"CLIENT_ID", "_SEQUENCE_NO"} & set(columns):
            raise ValueError("An id is changed by renumbering.")
        self._books.client_row(client_id).update(columns)

    def secure(self, client_id: str, *, on: bool = True) -> None:
        """Make a matter a secure one, or one that is not."""
        self.change(client_id, SECURE_CLIENT="1" if on else "0")

    def close(self, client_id: str) -> None:
        """Make a matter inactive: nothing can be entered for it."""
        self.change(client_id, INACTIVE="1", CLOSE_DATE=self._books.day.isoformat())

    def reopen(self, client_id: str) -> None:
        """Make a matter active again."""
        self.change(client_id, INACTIVE="0", CLOSE_DATE="")

    def tax(self, client_id: str, **percent: Unpack[Taxes]) -> None:
        """Set the rates of tax on a matter's fees, expenses and advances, in percent."""
        matter = self._books.matter(client_id)
        if "fees" in percent:
            matter.fee_tax = Decimal(percent["fees"]) / 100
        if "expenses" in percent:
            matter.expense_tax = Decimal(percent["expenses"]) / 100
        if "advances" in percent:
            matter.advance_tax = Decimal(percent["advances"]) / 100
        self.change(
            client_id,
            FEE_SALES_TAX_CODE=_code(matter.fee_tax),
            EXP_SALES_TAX_CODE=_code(matter.expense_tax),
            ADV_SALES_TAX_CODE=_code(matter.advance_tax),
        )

    def progress(self, client_id: str, *, on: bool = True) -> None:
        """Put a matter on progress billing: its entries are saved for a final bill; or take it off."""
        self._books.matter(client_id).progress = on
        self.change(client_id, PROGRESS_BILLING="1" if on else "0")
        for charge in self._books.unbilled.values():
            if charge.client_id == client_id and charge.hold in {"P", "S"}:
                charge.hold = "S" if on else "P"

    # ------------------------------------------------------------ other numbers, other hands

    def renumber_client(self, client: str, to: str) -> None:
        """Give a client another number, in all its matters and in every table; no _SEQUENCE_NO changes.

        Raises:
            ValueError: there is no such client, or the number is in use or too long.

        """
        rows = self._rows(client)
        if any(_client(row["CLIENT_ID"]) == to for row in self._books.clients):
            raise ValueError(f"There is a client {to} already.")
        for row in rows:
            self.renumber_matter(row["CLIENT_ID"], f"{to}.{row['CLIENT_ID'].rpartition('.')[2]}")

    def renumber_matter(self, client_id: str, to: str) -> None:
        """Give one matter another CLIENT_ID, in every table; no _SEQUENCE_NO changes.

        Raises:
            ValueError: there is no such matter, or the id is in use or too long.

        """
        row = self._books.client_row(client_id)
        if any(one["CLIENT_ID"] == to for one in self._books.clients):
            raise ValueError(f"There is a client {to} already.")
        if len(to) > _LONGEST_ID:
            raise ValueError(f"A client id has {_LONGEST_ID} characters at most.")
        row["CLIENT_ID"] = to
        books = self._books
        everything = (books.matters, self._charges(), self._receivables(), books.tracks, books.entered)
        for one in chain(*everything, books.movements, books.trust_movements):
            if one.client_id == client_id:
                one.client_id = to

    def transfer_receivables(self, source: str, target: str) -> None:
        """Give what a matter was billed, and paid on it, to another matter: LEDGER and ARCHIVE change hands.

        What is not billed, or entered and not processed, stays.

        Raises:
            ValueError: there is no such matter, or both are the same.

        """
        self._books.matter(source)
        self._books.matter(target)
        if source == target:
            raise ValueError("Receivables are transferred to another matter.")
        billed = (one.charges for one in self._books.statements.values())
        for one in chain(self._receivables(), *billed):
            if one.client_id == source:
                one.client_id = target

    def _receivables(self) -> Iterator[Statement | Payment | WriteOff]:
        books = self._books
        return chain(books.statements.values(), books.payments, books.write_offs)

    def _charges(self) -> Iterator[Charge]:
        books = self._books
        yield from books.unbilled.values()
        for statement in books.statements.values():
            yield from statement.charges
        for split in books.splits.values():
            yield split.original

    def _rows(self, client: str) -> list[Values]:
        rows = [row for row in self._books.clients if _client(row["CLIENT_ID"]) == client]
        if not rows:
            raise ValueError(f"There is no client {client}.")
        return rows


FLAGS = {
    "TASK_BASED_BILLING": "1",
    "INACTIVE": "0",
    "NONBILLABLE": "0",
    "SECURE_CLIENT": "0",
    "PROGRESS_BILLING": "0",
    "BILL_TO_CODE": "N",
    "FEE_SALES_TAX_CODE": "0",
    "EXP_SALES_TAX_CODE": "0",
    "ADV_SALES_TAX_CODE": "0",
    "PRIM_TKPR": "1",
}
"""What a matter is when nothing special was said of it."""


def _client(client_id: str) -> str:
    return client_id.rpartition(".")[0]


def _code(rate: Decimal) -> str:
    return "1" if rate else "0"
