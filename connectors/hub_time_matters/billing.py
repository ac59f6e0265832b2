"""Time and expenses: rows of the firm's billing table, under names of the hub's."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from hub.sdk import Kind, SourceMissing, Upsert
from hub_time_matters import people
from hub_time_matters.settings import HOURS_UNITS
from hub_time_matters.tables import need

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hub_time_matters.settings import BillingColumns, TimeMattersSettings
    from hub_time_matters.tables import Row, Tables

SOURCE = "billing"
"""What the rows go by in the hub, however the firm's table is called."""
KEYS = (
    *("id", "matter", "staff", "date", "hours", "rate", "amount"),
    *("description", "code", "type", "status", "billed"),
)
_FOUR_PLACES = Decimal("0.0001")


def entries(tables: Tables, settings: TimeMattersSettings, kind: Kind) -> Iterator[Upsert]:
    """The rows of one kind; those of an unknown type are among the time, to be held.

    Raises:
        SourceMissing: the firm has not said which table it is, and what its columns mean.

    """
    if settings.billing is None:
        raise SourceMissing(
            "Nobody has said which table of Time Matters holds time and expenses.",
            remedy="hub connect says which one seems to; put billing_table and billing into hub.toml.",
        )
    need(tables, settings.billing_table, *settings.billing.columns.values())
    reader = _Reader(tables, settings.billing)
    for row in tables.rows(settings.billing_table):
        item = reader.read(row)
        if reader.kind_of(item) is kind:
            yield item


class _Reader:
    """Reads rows of the billing table."""

    def __init__(self, tables: Tables, said: BillingColumns) -> None:
        self._columns = said.columns
        self._taken = frozenset(said.columns.values())
        self._staff = people.initials(tables)
        self._numbers = people.matter_numbers(tables) if said.matter_by == "number" else None
        self._parts = HOURS_UNITS[said.hours_unit]
        self._types = _meanings(said.time_types, said.expense_types)
        self._states = _meanings(said.unbilled, said.billed)

    def kind_of(self, item: Upsert) -> Kind:
        is_expense = self._types.get(item.raw["type"].lower()) == "1"
        return Kind.EXPENSE if is_expense else Kind.TIME_ENTRY

    def read(self, row: Row) -> Upsert:
        """Give a row its names, and say what is not known of it."""
        raw = {column: value for column, value in row.values.items() if column not in self._taken}
        raw |= {key: row.values.get(self._columns.get(key, ""), "") for key in KEYS}
        identifier = raw["id"]
        raw["staff"] = self._staff.get(raw["staff"].lower(), raw["staff"])
        if self._types.get(raw["type"].lower()) != "1":
            raw["hours"] = self._hours(raw["hours"])
        problem = row.problem or self._place(raw) or self._judge(raw)
        if not identifier:
            problem = "the row has no id, by which it could be known again."
        return Upsert(SOURCE, identifier or f"row {row.number}", raw, problem=problem)

    def _hours(self, text: str) -> str:
        """Units of time as hours, to the fourth decimal; the mapping refuses what is no number."""
        if self._parts == 1 or not text:
            return text
        try:
            return f"{(Decimal(text) / self._parts).quantize(_FOUR_PLACES):f}"
        except InvalidOperation:
            return text

    def _place(self, raw: dict[str, str]) -> str:
        """Put the matter's sysid in the place of its number, where the table has that."""
        if self._numbers is None or not raw["matter"]:
            return ""
        number = raw["matter"]
        found = self._numbers.get(number.lower(), [])
        if len(found) == 1:
            raw["matter"] = found[0]
            return ""
        how = "several matters have" if found else "no matter has"
        return f"{how} the number {number}. Correct it in Time Matters."

    def _judge(self, raw: dict[str, str]) -> str:
        """Say whether the row is billed, as far as the firm has said what its codes mean."""
        state = self._states.get(raw["status"].lower()) if "status" in self._columns else "0"
        raw["billed"] = state or ""
        if state is None:
            return _unsaid("status", raw["status"], "unbilled or billed")
        if "type" in self._columns and raw["type"].lower() not in self._types:
            return _unsaid("type", raw["type"], "time_types or expense_types")
        return ""


def _meanings(no: tuple[str, ...], yes: tuple[str, ...]) -> Mapping[str, str]:
    return {**{value.lower(): "0" for value in no}, **{value.lower(): "1" for value in yes}}


def _unsaid(column: str, value: str, settings: str) -> str:
    return (
        f"its {column} is {value!r}, and nobody has said what that means. Add it to {settings} under "
        "billing in hub.toml."
    )
