"""What a portal demands: its profile, and, where that is silent, LEDES 1998B with UTBMS codes."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from hub.ledes import FIELDS_1998B

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.sdk import RuleContext

DEFAULTS: Mapping[str, Any] = MappingProxyType(
    {
        "formats": ["LEDES1998B"],
        "phase_codes": False,
        "negative_units": True,
        "zero_total": False,
        "finance_charge": False,
        "required": {
            "client_matter_id": True,
            "narrative": True,
            "task_code": True,
            "activity_code": True,
            "expense_code": True,
            "adjustment_expense_code": False,
            "classification": True,
        },
        "codes": {
            "task": [
                "utbms/litigation",
                "utbms/ediscovery",
                "utbms/counseling",
                "utbms/project",
                "utbms/bankruptcy",
                "utbms/patent",
                "utbms/trademark",
                "utbms/workers_compensation",
                "utbms/mergers_acquisitions",
                "utbms/ew_litigation_j",
            ],
            "activity": ["utbms/activity"],
            "expense": ["utbms/expense", "utbms/expense_loc2013"],
            "classification": ["utbms/timekeeper_class_2014", "utbms/timekeeper_class_legacy"],
        },
        "lengths": {},
    },
)
"""The same as ``portals/default.toml`` says to people; a test holds the two together."""

_LENGTHS = {field.name: field.length for field in FIELDS_1998B}


def setting(context: RuleContext, name: str) -> Any:  # noqa: ANN401 -- as the profile has it
    """A setting of the portal's profile."""
    return context.profile.get(name, DEFAULTS[name])


def allows(context: RuleContext, name: str) -> bool:
    """Whether the portal allows something."""
    return bool(setting(context, name))


def requires(context: RuleContext, name: str) -> bool:
    """Whether the portal insists on a value beyond what the format demands."""
    return bool(_in_table(context, "required", name))


def code_lists(context: RuleContext, purpose: str) -> list[str]:
    """The names of the code lists that the portal knows for tasks, activities, …."""
    return list(_in_table(context, "codes", purpose))


def longest(context: RuleContext, field: str) -> int:
    """The most characters that the portal takes in a LEDES field."""
    return int(context.profile.get("lengths", {}).get(field, _LENGTHS[field]))


def _in_table(context: RuleContext, table: str, name: str) -> Any:  # noqa: ANN401 -- as the profile has it
    return context.profile.get(table, {}).get(name, DEFAULTS[table][name])
