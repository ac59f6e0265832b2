"""Rules about an invoice as a whole: that it may go, is whole, adds up, and is sent only once."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, cast

from hub.model import InvoiceStatus, LineType
from hub.sdk import Applies, Finding, Kind, Scope, Severity, rule
from hub_ledes_rules.parts import described, matter_of, place, portal_rule, sent_lines
from hub_ledes_rules.profile import allows, requires, setting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.model import Invoice
    from hub.sdk import RuleContext, Subject

_LEDES = "LEDES 1998B"


@portal_rule("ledes.final", source="the firm's own interest")
def final(invoice: Invoice, _context: RuleContext) -> Iterator[Finding]:
    """Only a final invoice goes to a client: no draft or prebill, and none that was voided."""
    status = invoice.status
    if status is not InvoiceStatus.FINAL:
        remedy = "Make the invoice final in the billing program." if status is InvoiceStatus.DRAFT else ""
        yield Finding(f"The invoice is {status}.", "status", remedy or "A void invoice stays here.")


@portal_rule("ledes.format", source="the portal's profile")
def file_format(_invoice: Invoice, context: RuleContext) -> Iterator[Finding]:
    """The portal takes the format in which the connection writes."""
    written, taken = context.settings.get("format", ""), setting(context, "formats")
    if written and written not in taken:
        message = f"The portal takes {', '.join(taken)}, but not {written}."
        yield Finding(message, remedy="Send this client's invoices in another way.")


@portal_rule("ledes.one-matter", source=_LEDES)
def one_matter(invoice: Invoice, _context: RuleContext) -> Iterator[Finding]:
    """An invoice is for one matter: every row of the file names it."""
    if invoice.matter is None:
        remedy = "Bill each matter on an invoice of its own."
        yield Finding("The invoice is not for one matter.", "matter", remedy)


@portal_rule("ledes.client-matter-id", source=_LEDES)
def client_matter_id(invoice: Invoice, context: RuleContext) -> Iterator[Finding]:
    """The client's own id of the matter is known: portals refuse an invoice without it."""
    matter = matter_of(invoice, context)
    if matter and not matter.client_matter_id and requires(context, "client_matter_id"):
        yield Finding(
            f"Matter {matter.label()} has no client matter id.",
            "matter.client_matter_id",
            "Ask the client for its id of this matter and enter it in the billing program.",
            about=invoice.matter,
        )


@portal_rule("ledes.lines", source=_LEDES)
def lines(invoice: Invoice, _context: RuleContext) -> Iterator[Finding]:
    """An invoice has lines: the file consists of them."""
    if not any(sent_lines(invoice)):
        remedy = "See whether the statement's entries came along from the billing program."
        yield Finding("The invoice has no lines to send.", "lines", remedy)


@portal_rule("ledes.total", source="LEDES 1998B; Legal Tracker error 007")
def total(invoice: Invoice, _context: RuleContext) -> Iterator[Finding]:
    """The total is the sum of the lines with tax and finance charge, less the discount."""
    charges = sum((line.amount for line in invoice.lines), Decimal(0))
    summed = charges + invoice.finance_charge + invoice.tax - invoice.discount
    if summed != invoice.total:
        message = f"Lines, charges, tax and discount come to {summed}, but the total is {invoice.total}."
        yield Finding(message, "total", "Compare the statement with its entries in the billing program.")


@portal_rule("ledes.positive-total", source="the portal's profile")
def positive_total(invoice: Invoice, context: RuleContext) -> Iterator[Finding]:
    """An invoice asks for money: one over nothing or less is no invoice to a portal."""
    amount = invoice.total
    if amount <= 0 and not allows(context, "zero_total"):
        remedy = "Waive this if the client wants to see it; agree on a credit with the client otherwise."
        yield Finding(f"The invoice's total is {amount}.", "total", remedy)


@portal_rule("ledes.finance-charge", source="LEDES 1998B; client billing guidelines")
def finance_charge(invoice: Invoice, context: RuleContext) -> Iterator[Finding]:
    """Interest on earlier invoices is no fee and no expense, and no line of LEDES 1998B is for it."""
    charge = invoice.finance_charge
    if charge and not allows(context, "finance_charge"):
        message = f"The invoice has a finance charge of {charge}, which clients do not take in such a file."
        remedy = "Bill it apart from this invoice, or waive this if the client accepts it as an adjustment."
        yield Finding(message, "finance_charge", remedy)


@rule(
    "ledes.duplicate-number",
    Kind.INVOICE,
    applies_to=Applies.PORTALS,
    scope=Scope.INVOICE,
    source="Legal Tracker; Collaborati",
)
def duplicate_number(subject: Subject, context: RuleContext) -> Iterator[Finding]:
    """A number is used for one invoice: portals refuse the second."""
    invoice = cast("Invoice", subject.record)
    twins = [
        twin
        for identifier, twin in context.history.invoices_numbered(invoice.number)
        if identifier != subject.id and twin.status is InvoiceStatus.FINAL
    ]
    if twins:
        message = f"Invoice number {invoice.number} is also that of an invoice of {twins[0].issued_on}."
        yield Finding(
            message, "number", "Give one of them another number, or void it, in the billing program."
        )


@portal_rule("ledes.line-date", source="client billing guidelines")
def line_date(invoice: Invoice, _context: RuleContext) -> Iterator[Finding]:
    """No line is dated after the invoice."""
    issued = invoice.issued_on
    for number, line in sent_lines(invoice):
        if line.charged_on > issued:
            message = f"{described(number, line)} is dated after the invoice, which is of {issued}."
            remedy = "Correct the date of the entry or of the invoice in the billing program."
            yield Finding(message, place(number, "charged_on"), remedy, line.entry)


@portal_rule("ledes.period", severity=Severity.WARN, source="Legal Tracker")
def period(invoice: Invoice, _context: RuleContext) -> Iterator[Finding]:
    """The lines lie in the period that the statement names; the file will name the lines' own."""
    first, last = invoice.period_from, invoice.period_to
    for number, line in sent_lines(invoice):
        if (first and line.charged_on < first) or (last and line.charged_on > last):
            message = f"{described(number, line)} is outside the period of the statement."
            yield Finding(message, place(number, "charged_on"), "See whether it belongs there.", line.entry)


@portal_rule("ledes.adjustment-expense-code", source="Legal Tracker")
def adjustment_expense_code(invoice: Invoice, context: RuleContext) -> Iterator[Finding]:
    """Where a portal wants it, an adjustment of the expenses names an expense code too."""
    if not requires(context, "adjustment_expense_code"):
        return
    remedy = "Enter this invoice at the portal by hand, or waive this if the portal takes it."
    for number, line in sent_lines(invoice, LineType.EXPENSE_ADJUSTMENT):
        if not line.expense_code:
            message = f"{described(number, line)} has no expense code."
            yield Finding(message, place(number, "expense_code"), remedy, line.entry)
    if invoice.expense_tax:
        yield Finding("The tax on expenses has no expense code.", "expense_tax", remedy)


INVOICE_RULES = (
    final,
    file_format,
    one_matter,
    client_matter_id,
    lines,
    total,
    positive_total,
    finance_charge,
    duplicate_number,
    line_date,
    period,
    adjustment_expense_code,
)
