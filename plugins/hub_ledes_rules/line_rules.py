"""Rules about single lines: what a fee needs beside its codes, and figures that the format can carry."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from hub.model import LineType
from hub.sdk import Finding, Severity
from hub_ledes_rules.parts import described, fees, place, portal_rule, sent_lines, timekeepers
from hub_ledes_rules.profile import allows, code_lists, requires

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.model import Invoice
    from hub.sdk import RuleContext

_LEDES = "LEDES 1998B"
_FINEST = Decimal("0.0001")


@portal_rule("ledes.timekeeper", source=_LEDES)
def timekeeper(invoice: Invoice, _context: RuleContext) -> Iterator[Finding]:
    """A fee names who did the work."""
    for number, line in fees(invoice):
        if line.timekeeper is None:
            message = f"{described(number, line)} has no timekeeper."
            remedy = "Give the entry its timekeeper in the billing program."
            yield Finding(message, place(number, "timekeeper"), remedy, line.entry)


@portal_rule("ledes.classification", source="LEDES 1998B; LOC list of 7/2014")
def classification(invoice: Invoice, context: RuleContext) -> Iterator[Finding]:
    """Every timekeeper on the invoice has a LEDES classification, such as PARTNR."""
    known = frozenset[str]().union(*map(context.codes, code_lists(context, "classification")))
    for identifier, who in timekeepers(invoice, context):
        if who.classification in known or not (who.classification or requires(context, "classification")):
            continue
        what = (
            f"the unknown classification {who.classification}" if who.classification else "no classification"
        )
        yield Finding(
            f"Timekeeper {who.label()} has {what}.",
            "lines.timekeeper.classification",
            "Say in the mapping which LEDES classification the timekeeper's level stands for.",
            about=identifier,
        )


@portal_rule("ledes.narrative", source="LEDES 1998B; Legal Tracker error 005")
def narrative(invoice: Invoice, context: RuleContext) -> Iterator[Finding]:
    """A fee says what was done."""
    if not requires(context, "narrative"):
        return
    for number, line in fees(invoice):
        if not line.narrative.strip():
            message = f"{described(number, line)} has no narrative."
            remedy = "Describe the work in the billing program."
            yield Finding(message, place(number, "narrative"), remedy, line.entry)


@portal_rule(
    "ledes.line-arithmetic",
    source="LEDES 1998B; Legal Tracker error 006",
)
def line_arithmetic(invoice: Invoice, _context: RuleContext) -> Iterator[Finding]:
    """Units × rate + adjustment is the amount, with no more than four decimals in any of them."""
    for number, line in sent_lines(invoice, LineType.FEE, LineType.EXPENSE):
        if line.adjustment % _FINEST:
            message = (
                f"{described(number, line)}: units × rate differs from it by more than four decimals show."
            )
            remedy = "Round the units or the rate to two decimals in the billing program."
            yield Finding(message, place(number, "rate"), remedy, line.entry)


@portal_rule("ledes.unpriced", severity=Severity.WARN, source=_LEDES)
def unpriced(invoice: Invoice, _context: RuleContext) -> Iterator[Finding]:
    """A fee without hours or rate goes as one unit at its amount, which a client may read as a rate."""
    for number, line in fees(invoice):
        if line.amount and (line.rate is None or line.units == 0):
            message = f"{described(number, line)} has no hours or no rate, and goes as 1 × {line.amount}."
            yield Finding(message, place(number, "units"), "See whether the client accepts it.", line.entry)


@portal_rule("ledes.negative-units", source="Brightflag")
def negative_units(invoice: Invoice, context: RuleContext) -> Iterator[Finding]:
    """Where a portal takes no negative units, no line has any."""
    if allows(context, "negative_units"):
        return
    for number, line in sent_lines(invoice):
        if line.units < 0:
            message = f"{described(number, line)} has negative units, which the portal refuses."
            remedy = "Credit the amount as an adjustment of the whole invoice in the billing program."
            yield Finding(message, place(number, "units"), remedy, line.entry)


LINE_RULES = (timekeeper, classification, narrative, line_arithmetic, unpriced, negative_units)
