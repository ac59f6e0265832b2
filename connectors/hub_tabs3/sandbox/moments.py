"""An update of statements, or its undoing, as a reader from outside meets it halfway.

Tabs3 moves rows from one table to others, one after another; whoever reads meanwhile may find them in
both places or in neither. In which order it does so is not documented, so there is a moment for each.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hub_tabs3.sandbox.books import Charge, Statement
    from hub_tabs3.sandbox.state import Books

_HALF = Fraction(1, 2)


class Moment(NamedTuple):
    """What is to be seen at a moment: what share of the unbilled rows and lines, and the statement or not."""

    name: str
    unbilled: Fraction
    lines: Fraction
    stated: bool


def _moment(name: str, unbilled: Fraction | int, lines: Fraction | int, *, stated: bool) -> Moment:
    return Moment(name, Fraction(unbilled), Fraction(lines), stated)


_BILLED = "all is in ARCHIVE and LEDGER"
_OPEN = "all is unbilled"
UPDATING: Sequence[Moment] = (
    _moment("all is unbilled, half is in ARCHIVE", 1, _HALF, stated=False),
    _moment("all is unbilled and in ARCHIVE", 1, 1, stated=False),
    _moment("all is unbilled, LEDGER has the statement", 1, 0, stated=True),
    _moment("all is unbilled, in ARCHIVE and LEDGER", 1, 1, stated=True),
    _moment("half is unbilled, half is in ARCHIVE", _HALF, _HALF, stated=False),
    _moment("nothing is anywhere", 0, 0, stated=False),
    _moment("half is in ARCHIVE, the rest nowhere", 0, _HALF, stated=False),
    _moment("all is in ARCHIVE, LEDGER lacks the statement", 0, 1, stated=False),
    _moment("LEDGER has the statement, ARCHIVE no line", 0, 0, stated=True),
    _moment("LEDGER has the statement, ARCHIVE half its lines", 0, _HALF, stated=True),
    _moment(_BILLED, 0, 1, stated=True),
)
"""The moments of an update; the last is what it leads to."""
UNDOING: Sequence[Moment] = (*reversed(UPDATING[:-1]), _moment(_OPEN, 1, 0, stated=False))
"""The moments of an undoing; the last is what it leads to."""


@dataclass(slots=True)
class Passing:
    """A statement on its way, and the moment at which it is."""

    statement: Statement
    """With the charges as ARCHIVE has them."""
    open: list[Charge]
    """The charges as FEE and COST have them."""
    keys: frozenset[int]
    """Those of them that the books hold as unbilled by now."""
    moment: Moment


class Step(NamedTuple):
    """A moment of the update or undoing of a statement."""

    number: int
    """The statement's."""
    moment: str
    done: bool


def pass_through(books: Books, passing: Passing, moments: Sequence[Moment]) -> Iterator[Step]:
    """Let the tables be seen at each moment; in the end, or when given up, as they have become."""
    try:
        for moment in moments[:-1]:
            passing.moment = moment
            books.passing = passing
            yield Step(passing.statement.number, moment.name, done=False)
    finally:
        books.passing = None
    yield Step(passing.statement.number, moments[-1].name, done=True)


def seen_unbilled(books: Books) -> list[Charge]:
    """The charges that FEE and COST show, by their _SEQUENCE_NO."""
    passing = books.passing
    charges = list(books.unbilled.values())
    if passing is not None:
        charges = [charge for charge in charges if charge.key not in passing.keys]
        charges += passing.open[: _part(passing.moment.unbilled, len(passing.open))]
    return sorted(charges, key=lambda charge: charge.sequence)


def seen_lines(books: Books) -> Iterator[tuple[Charge, Statement]]:
    """The charges that ARCHIVE shows, each with its statement."""
    for statement in _others(books):
        for charge in statement.charges:
            yield charge, statement
    passing = books.passing
    if passing is not None:
        charges = passing.statement.charges
        for charge in charges[: _part(passing.moment.lines, len(charges))]:
            yield charge, passing.statement


def seen_statements(books: Books) -> Iterator[Statement]:
    """The statements that LEDGER shows."""
    yield from _others(books)
    if books.passing is not None and books.passing.moment.stated:
        yield books.passing.statement


def _others(books: Books) -> Iterator[Statement]:
    number = None if books.passing is None else books.passing.statement.number
    return (one for one in books.statements.values() if one.number != number)


def _part(share: Fraction, count: int) -> int:
    return int(share * count)
