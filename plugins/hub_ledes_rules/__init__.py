"""What LEDES 1998B, UTBMS and each portal demand of an invoice, as rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.sdk import hookimpl
from hub_ledes_rules.code_rules import CODE_RULES
from hub_ledes_rules.invoice_rules import INVOICE_RULES
from hub_ledes_rules.line_rules import LINE_RULES
from hub_ledes_rules.text_rules import TEXT_RULES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hub.sdk import Rule

RULES: tuple[Rule, ...] = (*INVOICE_RULES, *LINE_RULES, *CODE_RULES, *TEXT_RULES)
"""In the order in which a person mends what they find."""


@hookimpl
def hub_rules() -> Iterable[Rule]:
    """Give the rules."""
    return RULES
