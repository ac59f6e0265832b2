"""How a rule about an invoice is made, and the parts of the invoice that it looks at."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, cast

from hub.model import LineType, Matter, Timekeeper
from hub.sdk import Applies, Kind, Severity, rule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from hub.model import Invoice, InvoiceLine, RecordId
    from hub.sdk import Finding, Rule, RuleContext, Subject

    Check = Callable[[Invoice, RuleContext], Iterable[Finding]]

Numbered = tuple[int, "InvoiceLine"]


def portal_rule(name: str, *, source: str, severity: Severity = Severity.BLOCK) -> Callable[[Check], Rule]:
    """Make a rule about invoices to portals of a function that takes the invoice and the context."""

    def make(check: Check) -> Rule:
        @wraps(check)
        def of_subject(subject: Subject, context: RuleContext) -> Iterable[Finding]:
            return check(cast("Invoice", subject.record), context)

        made = rule(name, Kind.INVOICE, applies_to=Applies.PORTALS, source=source, severity=severity)
        return made(of_subject)

    return make


def sent_lines(invoice: Invoice, *types: LineType) -> Iterator[Numbered]:
    """The lines that go to the client, of these types or all, with their numbers counted from 1.

    A line that is neither printed nor costs anything stays at home.
    """
    for number, line in enumerate(invoice.lines, 1):
        if (line.printed or line.amount) and (not types or line.type in types):
            yield number, line


def fees(invoice: Invoice) -> Iterator[Numbered]:
    """The fee lines that go to the client."""
    return sent_lines(invoice, LineType.FEE)


def expenses(invoice: Invoice) -> Iterator[Numbered]:
    """The expense lines that go to the client."""
    return sent_lines(invoice, LineType.EXPENSE)


def matter_of(invoice: Invoice, context: RuleContext) -> Matter | None:
    """The matter that an invoice is for, if it is for one."""
    return None if invoice.matter is None else cast("Matter", context.record(invoice.matter))


def timekeepers(invoice: Invoice, context: RuleContext) -> Iterator[tuple[RecordId, Timekeeper]]:
    """Each timekeeper of the fee lines, once."""
    for identifier in dict.fromkeys(line.timekeeper for _, line in fees(invoice)):
        if identifier is not None:
            yield identifier, cast("Timekeeper", context.record(identifier))


def described(number: int, line: InvoiceLine) -> str:
    """A line as a person finds it on the invoice; never its narrative."""
    what = line.type.value.replace("_", " ")
    return f"Line {number} ({what} of {line.charged_on}, {line.amount})"


def place(number: int, field: str) -> str:
    """The canonical field of a line."""
    return f"lines[{number}].{field}"
