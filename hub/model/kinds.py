"""The kinds of record, in the order in which they depend on each other."""

from enum import StrEnum


class Kind(StrEnum):
    """What a record is. A kind only ever refers to kinds that stand before it."""

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
        return KIND_ORDER[number]


KIND_ORDER: tuple[Kind, ...] = tuple(Kind)
_NUMBERS = {kind: position for position, kind in enumerate(KIND_ORDER)}
_MONEY = frozenset(
    {Kind.INVOICE, Kind.PAYMENT, Kind.WRITE_OFF, Kind.CREDIT_NOTE, Kind.TRUST_TRANSACTION},
)
