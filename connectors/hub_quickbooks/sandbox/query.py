"""QuickBooks's query language: what a statement says (facts 1.3)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hub_quickbooks.sandbox.refusals import bad_query
from hub_quickbooks.sandbox.schema import ENTITIES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub_quickbooks.sandbox.entity import Entity

USUAL, MOST = 100, 1000
"""How many objects an answer holds unless told, and at most."""
_TOKEN = re.compile(r"\s*('(?:\\.|[^'\\])*'|<=|>=|[=<>(),*]|[^\s=<>(),*']+)")
_OPERATORS = ("=", "<", ">", "<=", ">=", "LIKE", "IN")
_COUNT = ("COUNT", "(", "*", ")")


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison; ``values`` has several members only with IN."""

    path: str
    operator: str
    values: Sequence[str]


@dataclass(frozen=True, slots=True)
class Statement:
    """A query, taken apart; ``start`` counts from 1."""

    entity: Entity
    count: bool
    conditions: Sequence[Condition]
    order: Sequence[tuple[str, bool]]
    start: int
    most: int


def parse(text: str) -> Statement:
    """Take a query apart.

    Raises:
        Refused: 4001, it is none.

    """
    return _Parser(text).statement()


class _Parser:
    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._next = 0

    def statement(self) -> Statement:
        self._expect("SELECT")
        count = self._take(*_COUNT)
        if not count:
            # QuickBooks also takes names of fields, but is not to be relied on to give only those.
            self._expect("*")
        self._expect("FROM")
        entity = self._entity()
        conditions = self._conditions()
        order = self._order()
        start = self._number("STARTPOSITION", 1)
        most = self._number("MAXRESULTS", USUAL)
        if self._peek():
            raise bad_query(f"Encountered {self._peek()}")
        if most > MOST:
            raise bad_query(f"value {most} is too large. Max allowed value is {MOST}")
        return Statement(entity, count, conditions, order, start, most)

    def _entity(self) -> Entity:
        name = self._word()
        if name not in ENTITIES:
            raise bad_query(f"{name} is no entity")
        return ENTITIES[name]

    def _conditions(self) -> list[Condition]:
        found: list[Condition] = []
        if self._take("WHERE"):
            found.append(self._condition())
            while self._take("AND"):
                found.append(self._condition())
        return found

    def _condition(self) -> Condition:
        path = self._word()
        operator = self._word().upper()
        if operator not in _OPERATORS:
            raise bad_query(f"{operator} is no operator")
        return Condition(path, operator, self._list() if operator == "IN" else (self._value(),))

    def _list(self) -> list[str]:
        self._expect("(")
        values = [self._value()]
        while self._take(","):
            values.append(self._value())
        self._expect(")")
        return values

    def _order(self) -> list[tuple[str, bool]]:
        if not (self._take("ORDERBY") or self._take("ORDER", "BY")):
            return []
        order = [self._sorted()]
        while self._take(","):
            order.append(self._sorted())
        return order

    def _sorted(self) -> tuple[str, bool]:
        path = self._word()
        down = self._take("DESC")
        if not down:
            self._take("ASC")
        return path, down

    def _number(self, word: str, usual: int) -> int:
        if not self._take(word):
            return usual
        text = self._word()
        if not text.isdigit():
            raise bad_query(f"{word} {text} is no number")
        if int(text) < 1:
            raise bad_query(f"value {text} is too small. Min allowed value is 1")
        return int(text)

    def _value(self) -> str:
        word = self._word()
        if not word.startswith("'"):
            return word
        return re.sub(r"\\(.)", r"\1", word[1:-1])

    def _word(self) -> str:
        word = self._peek()
        if not word:
            raise bad_query("the statement breaks off")
        self._next += 1
        return word

    def _peek(self) -> str:
        return self._tokens[self._next] if self._next < len(self._tokens) else ""

    def _take(self, *words: str) -> bool:
        """Go past these words, in whatever case, if they come next."""
        coming = self._tokens[self._next : self._next + len(words)]
        if [word.upper() for word in coming] != list(words):
            return False
        self._next += len(words)
        return True

    def _expect(self, word: str) -> None:
        if not self._take(word):
            raise bad_query(f"Encountered {self._peek() or 'the end'} where {word} was expected")


def _tokens(text: str) -> list[str]:
    tokens, position = [], 0
    text = text.strip()
    while position < len(text):
        found = _TOKEN.match(text, position)
        if not found:
            raise bad_query(f"Encountered {text[position]!r}")
        tokens.append(found[1])
        position = found.end()
    return tokens
