"""What a receipt comes to, out of its rows in LEDGER and in ARCHIVE.

Which of the amounts of LEDGER are the whole payment and which a row's own share is our reading of
the columns' names. Hence amounts are believed only where they agree with each other.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from hub_tabs3.bills import is_marked
from hub_tabs3.totals import amount

if TYPE_CHECKING:
    from collections.abc import Sequence

Values = dict[str, str]
_ZERO = Decimal(0)
AMOUNTS = ("AMOUNT", "PAYMENT_AMOUNT", "TOTAL_AMOUNT", "PAYMENT_LEFT", "REFUND_AMOUNT")
"""The columns of amounts that are read of a payment, whichever table it is in."""


class Paid(NamedTuple):
    """One receipt, in the currency of the firm."""

    amount: Decimal
    applied: tuple[tuple[Values, Decimal], ...] = ()
    """The rows that apply it, each with how much."""
    reversed: bool = False
    aimed: bool = False
    """Whether it is not applied yet, but only entered for a statement."""
    unsettled: str = ""
    """Why this is not its final state; empty where it is."""


def entered(row: Values) -> Paid:
    """A payment that is entered and not processed: a row of PAYMENT.

    Raises:
        UnreadableAmountError: a column does not hold an amount.

    """
    whole, left = amount(row, "AMOUNT"), amount(row, "PAYMENT_LEFT")
    # Before it is processed, what is left says nothing: it is all of it, or not filled in yet.
    return Paid(whole, ((row, whole if left >= whole else whole - left),), aimed=True)


def processed(ledger: Sequence[Values], archive: Sequence[Values] | None) -> Paid:
    """A payment that is processed: its rows of LEDGER, and of ARCHIVE if that is exported.

    Raises:
        UnreadableAmountError: a column does not hold an amount.

    """
    stated = abs(sum((amount(row, "AMOUNT") for row in archive), _ZERO)) if archive else _ZERO
    standing = [row for row in ledger if not is_marked(row, "REVERSED_SW")]
    if not standing:
        doubt = "" if ledger else "ARCHIVE has it, but LEDGER does not"
        return Paid(stated or _taken_back(ledger), reversed=bool(ledger), unsettled=doubt)
    whole = _whole(standing, _sum(ledger) - _sum(standing))
    doubt = whole.doubt
    if archive is not None and not archive:
        doubt = "LEDGER has it, but ARCHIVE does not"
    elif archive and stated != whole.amount:
        doubt = f"ARCHIVE says {stated}, but LEDGER comes to {whole.amount}"
    applied = tuple((row, found) for row in standing if (found := amount(row, "TOTAL_AMOUNT")))
    return Paid(whole.amount, applied, unsettled=doubt)


class _Whole(NamedTuple):
    amount: Decimal
    doubt: str = ""


def _taken_back(rows: Sequence[Values]) -> Decimal:
    """What a payment was before all of it was reversed, perhaps more than once."""
    return max((amount(row, "PAYMENT_AMOUNT") for row in rows), default=_ZERO) or _sum(rows)


def _sum(rows: Sequence[Values]) -> Decimal:
    return sum((amount(row, "TOTAL_AMOUNT") for row in rows), _ZERO)


def _whole(rows: Sequence[Values], taken_back: Decimal) -> _Whole:
    """The payment as LEDGER has it: as one amount that all rows repeat, or row by row."""
    applied = _sum(rows)
    said = {found for row in rows if (found := amount(row, "PAYMENT_AMOUNT"))}
    if len(said) == 1:
        (whole,) = said
        if _leaves(rows, whole - applied, taken_back):
            return _Whole(whole)
    shares = [_share(row) for row in rows]
    if all(share is not None for share in shares):
        return _Whole(sum((share for share in shares if share is not None), _ZERO))
    whole = max(said)
    return _Whole(whole, f"LEDGER says {whole}, but applies {applied} of it")


def _leaves(rows: Sequence[Values], rest: Decimal, taken_back: Decimal) -> bool:
    """Whether so much of a payment is not applied, by one of the ways to say so."""
    if not any(row.get("PAYMENT_LEFT", "").strip() for row in rows):
        return rest >= 0
    left = [amount(row, "PAYMENT_LEFT") for row in rows]
    refunded = max(amount(row, "REFUND_AMOUNT") for row in rows)
    ways = {min(left), max(left), sum(left, _ZERO)}
    return any(rest in {way, way + refunded, way + taken_back} for way in ways)


def _share(row: Values) -> Decimal | None:
    """What one row is a payment of by itself; ``None`` where it contradicts itself."""
    share = amount(row, "TOTAL_AMOUNT") + amount(row, "PAYMENT_LEFT")
    said = amount(row, "PAYMENT_AMOUNT")
    return share if said in {_ZERO, share, share + amount(row, "REFUND_AMOUNT")} else None
