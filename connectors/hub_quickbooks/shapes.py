"""How much of a bill the books see: an invoice's charges summed up, without a word of what was done.

Narratives are privileged between lawyer and client, and books are read by more people than bills. Each shape
keeps what the lines come to, by type and to the cent; one that is left out shows every entry.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from hub.model import InvoiceLine, LineType

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from hub.model import Invoice
    from hub.sdk import Shape

_FEES = frozenset({LineType.FEE, LineType.FEE_ADJUSTMENT})


def by_timekeeper(invoice: Invoice) -> Invoice:
    """One line for the fees of each timekeeper, one for expenses, one for advances."""
    return _summed(invoice, lambda line: line.timekeeper)


def by_task(invoice: Invoice) -> Invoice:
    """One line for the fees of each task code, one for expenses, one for advances."""
    return _summed(invoice, lambda line: line.task_code)


def by_category(invoice: Invoice) -> Invoice:
    """One line for the fees of each of the billing program's codes, one for expenses, one for advances."""
    return _summed(invoice, lambda line: line.transaction_code)


def one_line(invoice: Invoice) -> Invoice:
    """One line for fees, one for expenses, one for advances."""
    return _summed(invoice, lambda _line: None)


SHAPES: Mapping[str, Shape] = {
    "books-by-timekeeper": by_timekeeper,
    "books-by-task": by_task,
    "books-by-category": by_category,
    "books-one-line": one_line,
}


def _summed(invoice: Invoice, by: Callable[[InvoiceLine], object]) -> Invoice:
    groups: dict[tuple[object, ...], list[InvoiceLine]] = {}
    for line in invoice.lines or _of_parts(invoice):
        fees = line.type in _FEES
        groups.setdefault((fees, not fees and line.advance, by(line) if fees else None), []).append(line)
    return invoice.model_copy(update={"lines": tuple(_sum(lines) for lines in groups.values())})


def _of_parts(invoice: Invoice) -> Iterator[InvoiceLine]:
    """The charges of a bill of which the source tells no lines."""
    parts = (
        (LineType.FEE, invoice.fees, False),
        (LineType.EXPENSE, invoice.expenses, False),
        (LineType.EXPENSE, invoice.advances, True),
    )
    for sort, amount, advance in parts:
        if amount:
            yield InvoiceLine(type=sort, charged_on=invoice.issued_on, amount=amount, advance=advance)


def _sum(lines: Sequence[InvoiceLine]) -> InvoiceLine:
    """The lines of a group as one: what all of them share, and no text."""
    first = lines[0]
    is_time = all(line.type is LineType.FEE for line in lines)
    merged = InvoiceLine(
        type=LineType.FEE if first.type in _FEES else LineType.EXPENSE,
        charged_on=max(line.charged_on for line in lines),
        units=sum((line.units for line in lines), Decimal(0)) if is_time else Decimal(1),
        amount=sum((line.amount for line in lines), Decimal(0)),
        tax=sum((line.tax for line in lines), Decimal(0)),
        advance=first.advance,
    )
    kept = ("timekeeper", "task_code", "transaction_code")
    return merged.model_copy(update={name: getattr(first, name) for name in kept if _same(lines, name)})


def _same(lines: Sequence[InvoiceLine], name: str) -> bool:
    return len({getattr(line, name) for line in lines}) == 1
