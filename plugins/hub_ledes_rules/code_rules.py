"""Rules about task, activity and expense codes. A missing one is never filled in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.model import LineType
from hub.sdk import ConfigurationError, Finding, Severity
from hub_ledes_rules.parts import described, expenses, fees, matter_of, place, portal_rule, sent_lines
from hub_ledes_rules.profile import allows, code_lists, requires

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hub.model import Invoice
    from hub.sdk import RuleContext
    from hub_ledes_rules.parts import Numbered

_UTBMS = "LEDES 1998B; UTBMS"
_WORDS = {"task_code": "task code", "activity_code": "activity code", "expense_code": "expense code"}
_FOREIGN = {LineType.FEE: ("expense_code",), LineType.EXPENSE: ("task_code", "activity_code")}


@portal_rule("ledes.task-code", source=_UTBMS)
def task_code(invoice: Invoice, context: RuleContext) -> Iterator[Finding]:
    """A fee names the task that it was for."""
    if requires(context, "task_code"):
        yield from _missing(fees(invoice), "task_code")


@portal_rule("ledes.activity-code", source=_UTBMS)
def activity_code(invoice: Invoice, context: RuleContext) -> Iterator[Finding]:
    """A fee names the activity that was done."""
    if requires(context, "activity_code"):
        yield from _missing(fees(invoice), "activity_code")


@portal_rule("ledes.expense-code", source=_UTBMS)
def expense_code(invoice: Invoice, context: RuleContext) -> Iterator[Finding]:
    """An expense names what it was for."""
    if requires(context, "expense_code"):
        yield from _missing(expenses(invoice), "expense_code")


@portal_rule("ledes.code-sets", source="the matter's code sets")
def code_sets(invoice: Invoice, context: RuleContext) -> Iterator[Finding]:
    """The code sets that a matter names are known here."""
    for name in _sets_of_matter(invoice, context):
        try:
            context.codes(name)
        except ConfigurationError as error:
            message = f"The matter's codes cannot be checked: {error.message}"
            yield Finding(message, "matter.code_sets", error.remedy, about=invoice.matter)


@portal_rule("ledes.task-set", source=_UTBMS)
def task_set(invoice: Invoice, context: RuleContext) -> Iterator[Finding]:
    """A task code belongs to the code sets of its matter."""
    names = _sets_of_matter(invoice, context) or code_lists(context, "task")
    try:
        known = _codes(context, names)
    except ConfigurationError:
        return  # the rule on code sets says so, once
    yield from _unknown(fees(invoice), "task_code", known, names)


@portal_rule("ledes.activity-set", source=_UTBMS)
def activity_set(invoice: Invoice, context: RuleContext) -> Iterator[Finding]:
    """An activity code is one that the portal knows."""
    names = code_lists(context, "activity")
    yield from _unknown(fees(invoice), "activity_code", _codes(context, names), names)


@portal_rule("ledes.expense-set", source=_UTBMS)
def expense_set(invoice: Invoice, context: RuleContext) -> Iterator[Finding]:
    """An expense code is one that the portal knows."""
    names = code_lists(context, "expense")
    coded = sent_lines(invoice, LineType.EXPENSE, LineType.EXPENSE_ADJUSTMENT)
    yield from _unknown(coded, "expense_code", _codes(context, names), names)


@portal_rule("ledes.phase-code", source="UTBMS")
def phase_code(invoice: Invoice, context: RuleContext) -> Iterator[Finding]:
    """Nothing is billed under a heading such as L100, which only groups the codes below it."""
    if allows(context, "phase_codes"):
        return
    headings = context.codes("utbms/phases")
    for lines, fields in ((fees, ("task_code", "activity_code")), (expenses, ("expense_code",))):
        for number, line in lines(invoice):
            for field in fields:
                code = getattr(line, field)
                if code in headings:
                    message = f"{described(number, line)} is billed under {code}, which is only a heading."
                    yield Finding(message, place(number, field), "Choose a code below it.", line.entry)


@portal_rule("ledes.foreign-code", severity=Severity.WARN, source=_UTBMS)
def foreign_code(invoice: Invoice, _context: RuleContext) -> Iterator[Finding]:
    """Task and activity are a fee's, the expense code an expense's; others are left out of the file."""
    for number, line in sent_lines(invoice, *_FOREIGN):
        for field in _FOREIGN[line.type]:
            if code := getattr(line, field):
                message = f"{described(number, line)} has the {_WORDS[field]} {code}, which is not sent."
                yield Finding(message, place(number, field), "No action is needed.", line.entry)


def _missing(lines: Iterable[Numbered], field: str) -> Iterator[Finding]:
    for number, line in lines:
        if not getattr(line, field):
            message = f"{described(number, line)} has no {_WORDS[field]}."
            remedy = f"Give the entry its {_WORDS[field]} in the billing program."
            yield Finding(message, place(number, field), remedy, line.entry)


def _unknown(
    lines: Iterable[Numbered], field: str, known: frozenset[str], names: list[str]
) -> Iterator[Finding]:
    for number, line in lines:
        code = getattr(line, field)
        if code and code not in known:
            message = f"{described(number, line)} has the {_WORDS[field]} {code}, which is in none of: "
            remedy = "Correct the code of the entry, or the code sets of the matter."
            yield Finding(message + f"{', '.join(names)}.", place(number, field), remedy, line.entry)


def _sets_of_matter(invoice: Invoice, context: RuleContext) -> list[str]:
    matter = matter_of(invoice, context)
    return [name if "/" in name else f"utbms/{name}" for name in (matter.code_sets if matter else ())]


def _codes(context: RuleContext, names: Iterable[str]) -> frozenset[str]:
    return frozenset[str]().union(*(context.codes(name) for name in names))


CODE_RULES = (
    task_code,
    activity_code,
    expense_code,
    code_sets,
    task_set,
    activity_set,
    expense_set,
    phase_code,
    foreign_code,
)
