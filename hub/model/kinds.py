"""The kinds of record, and the order in which they depend on each other."""

from enum import StrEnum


class Kind(StrEnum):
    """What a record is."""

    CLIENT = "client"
    MATTER = "matter"
    TIMEKEEPER = "timekeeper"
    TIME_ENTRY = "time_entry"
    EXPENSE = "expense"
    INVOICE = "invoice"
    PAYMENT = "payment"
    WRITE_OFF = "write_off"
    CREDIT_NOTE = "credit_note"
    SUBMISSION = "submission"
    TRUST_TRANSACTION = "trust_transaction"

    @property
    def number(self) -> int:
        """The small integer that stands for this kind in the ledger; never reused."""
        return _NUMBERS[self]

    @property
    def words(self) -> str:
        """The kind as a person writes it: ``time entry``."""
        return self.value.replace("_", " ")

    @property
    def is_money(self) -> bool:
        """Whether records of this kind are money: never deleted, never re-sent on a guess."""
        return self in _MONEY

    @classmethod
    def of_number(cls, number: int) -> "Kind":
        """The kind that a number in the ledger stands for."""
        return _BY_NUMBER[number]


KIND_ORDER: tuple[Kind, ...] = (
    Kind.CLIENT,
    # Before matters, which name the timekeepers who are responsible for them.
    Kind.TIMEKEEPER,
    Kind.MATTER,
    *(kind for kind in Kind if kind not in {Kind.CLIENT, Kind.MATTER, Kind.TIMEKEEPER}),
)
"""The order in which kinds are read and written: a kind only ever refers to kinds that stand before it."""
_BY_NUMBER = tuple(Kind)
_NUMBERS = {kind: position for position, kind in enumerate(_BY_NUMBER)}
_MONEY = frozenset(
    {Kind.INVOICE, Kind.PAYMENT, Kind.WRITE_OFF, Kind.CREDIT_NOTE, Kind.TRUST_TRANSACTION},
)
