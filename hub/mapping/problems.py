"""What can be wrong with one record: the problems that hold it, and the exceptions that carry them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hub.model import RecordId


@dataclass(frozen=True, slots=True)
class Problem:
    """Why one value of a record cannot be translated, for a billing specialist.

    Args:
        field: the canonical field, such as ``worked_on`` or ``lines[3].amount``; lines are
            counted from 1. What a table of the mapping fills goes by its vendor's name here, too.
        vendor_field: the system's own field, such as ``DATE`` or ``FEES[3].AMOUNT``.
        code: ``missing``, ``not-mapped``, ``not-text``, ``not-a-date``, ``not-a-number``,
            ``not-a-flag``, ``unknown-value``, ``unknown-code``, ``no-list``, ``no-document``,
            ``not-converted``, ``does-not-fit``, ``no-table``, ``no-row`` or ``unpaired``.
        message: what is wrong; never quotes a privileged value.
        remedy: what to do about it.
        value: the value at fault, or for ``no-row`` the values; without what is privileged.
        crosswalk: for ``unpaired``, the crosswalk that has no row for it.

    """

    field: str
    vendor_field: str
    code: str
    message: str
    remedy: str
    value: str = ""
    crosswalk: str = ""


class Untranslatable(Exception):
    """A record cannot be translated; ``problems`` names all that is wrong, ``values`` has what is right."""

    def __init__(self, problems: Sequence[Problem], values: Mapping[str, Any] | None = None) -> None:
        super().__init__(" ".join(problem.message for problem in problems))
        self.problems = tuple(problems)
        self.values = values or {}


class Unbound(Exception):
    """A record that the outgoing one refers to has no binding at the target yet."""

    def __init__(self, record_id: RecordId) -> None:
        super().__init__(f"record {record_id} is not there yet")
        self.record_id = record_id


class Gone(Unbound):
    """It is not at the target, and will not be: no source has it any more."""


class Unfit(Exception):
    """One value does not fit. Holds no value, so that none can leak.

    Args:
        code: what is wrong, as in ``Problem``.
        says: what the value is, as in "which is …".
        remedy: what to do; empty where that follows from the code.

    """

    def __init__(self, code: str, says: str, remedy: str = "") -> None:
        super().__init__(says)
        self.code = code
        self.says = says
        self.remedy = remedy
