"""Totals of the sample firm out of its own books, to hold against what others make of its tables."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, TypeVar

from hub_tabs3.sandbox.books import ZERO

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from decimal import Decimal

    from hub_tabs3.sandbox.books import Charge, Statement
    from hub_tabs3.sandbox.state import Books

ByWork = dict[tuple[str, str], "Decimal"]
"""Sums by matter and timekeeper."""
Key = TypeVar("Key")


class Totals:
    """What the firm's own reports would say."""

    def __init__(self, books: Books) -> None:
        self._books = books

    # ------------------------------------------------------------ work

    def unbilled_hours(self) -> ByWork:
        """Hours in process by matter and timekeeper."""
        return _sums((_work(one), one.quantity) for one in self._books.unbilled.values() if one.fee)

    def unbilled_fees(self) -> ByWork:
        """What the hours in process come to, by matter and timekeeper."""
        return _sums((_work(one), one.amount) for one in self._books.unbilled.values() if one.fee)

    def unbilled_costs(self) -> dict[str, Decimal]:
        """Costs and advances in process by matter."""
        return _sums((one.client_id, one.amount) for one in self._books.unbilled.values() if not one.fee)

    def billed_hours(self) -> ByWork:
        """Billed hours by matter and timekeeper."""
        return _sums((_work(one), one.quantity) for one in self._billed() if one.fee)

    def billed_fees(self) -> ByWork:
        """Billed fees by matter and timekeeper."""
        return _sums((_work(one), one.amount) for one in self._billed() if one.fee)

    # ------------------------------------------------------------ bills

    def invoices(self) -> dict[int, Decimal]:
        """What each statement bills by its number, a finance charge included; reminders are left out."""
        return {one.number: one.total for one in self._books.statements.values() if _bills(one)}

    def reminders(self) -> list[int]:
        """The numbers of statements that bill nothing."""
        return [one.number for one in self._books.statements.values() if not _bills(one)]

    # ------------------------------------------------------------ money

    def receivables(self) -> dict[str, Decimal]:
        """What is owed by matter: statements with finance charges, less what was paid and written off."""
        return _sums((*self._asked(), *self._credits()))

    def client_receivables(self) -> dict[str, Decimal]:
        """What is owed by client, whose number is that of its matters before the dot."""
        found = self.receivables()
        return _sums((client_id.rpartition(".")[0], amount) for client_id, amount in found.items())

    def payments(self) -> dict[str, Decimal]:
        """What was paid by matter: whole payments that are processed and not reversed."""
        return _sums((one.client_id, one.amount) for one in self._books.payments if not one.reversed)

    def applied(self) -> dict[int, Decimal]:
        """What was paid on each statement, by its number."""
        receipts = (receipt for payment in self._books.payments for receipt in payment.live)
        return _sums((one.number, one.applied) for one in receipts if one.number)

    def on_account(self) -> dict[str, Decimal]:
        """What was paid and is not applied, by matter."""
        live = (one for one in self._books.payments if one.live and one.left)
        return _sums((one.client_id, one.left) for one in live)

    def waiting(self) -> dict[str, Decimal]:
        """What was paid and waits to be processed, by matter."""
        return _sums((one.client_id, one.amount) for one in self._books.entered)

    def written_off(self) -> dict[str, Decimal]:
        """What was written off and not taken back, by matter."""
        return _sums((one.client_id, one.amount) for one in self._books.write_offs if not one.reversed)

    def funds(self) -> dict[str, Decimal]:
        """Client funds by matter."""
        return _sums((one.client_id, one.signed) for one in self._books.movements)

    def trust(self) -> dict[str, Decimal]:
        """Money in trust by matter."""
        return _sums((one.client_id, one.signed) for one in self._books.trust_movements)

    # ------------------------------------------------------------ how they are summed

    def _billed(self) -> Iterator[Charge]:
        for statement in self._books.statements.values():
            yield from statement.charges

    def _asked(self) -> Iterator[tuple[str, Decimal]]:
        for one in self._books.statements.values():
            yield one.client_id, one.total

    def _credits(self) -> Iterator[tuple[str, Decimal]]:
        for payment in self._books.payments:
            for receipt in payment.live:
                yield payment.client_id, -receipt.applied
        for write_off in self._books.write_offs:
            if not write_off.reversed:
                yield write_off.client_id, -write_off.amount


def _bills(statement: Statement) -> bool:
    return bool(statement.charges or statement.finance_charge)


def _work(charge: Charge) -> tuple[str, str]:
    return charge.client_id, charge.timekeeper


def _sums(pairs: Iterable[tuple[Key, Decimal]]) -> dict[Key, Decimal]:
    sums: dict[Key, Decimal] = defaultdict(lambda: ZERO)
    for key, amount in pairs:
        sums[key] += amount
    return dict(sums)
