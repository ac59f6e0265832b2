"""Rules about texts: that what the format demands is there, and fits, in the spelling it will have."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

from hub.ledes import FIELDS_1998B, safe_text, timekeeper_name
from hub.sdk import Finding, Severity
from hub_ledes_rules.parts import matter_of, place, portal_rule, sent_lines, timekeepers
from hub_ledes_rules.profile import longest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.model import Client, Invoice, RecordId
    from hub.sdk import RuleContext

_LEDES = "LEDES 1998B"
_REQUIRED = frozenset(field.name for field in FIELDS_1998B if field.required)
_LINE_TEXTS = {
    "LINE_ITEM_DESCRIPTION": "narrative",
    "LINE_ITEM_TASK_CODE": "task_code",
    "LINE_ITEM_ACTIVITY_CODE": "activity_code",
    "LINE_ITEM_EXPENSE_CODE": "expense_code",
}


class _Text(NamedTuple):
    """A text that goes into the file: the LEDES field, what people call it, and whose it is."""

    field: str
    name: str
    where: str
    text: str
    about: RecordId | None = None


@portal_rule("ledes.required", source=_LEDES)
def required(invoice: Invoice, context: RuleContext) -> Iterator[Finding]:
    """Every text that the format demands on each row is there."""
    for text in (*_ids(invoice, context), *_timekeeper_ids(invoice, context)):
        if (text.field in _REQUIRED or text.field == "TIMEKEEPER_ID") and not safe_text(text.text):
            remedy = (
                "Enter it in hub.toml." if text.field == "LAW_FIRM_ID" else "Enter it in the billing program."
            )
            yield Finding(f"The {text.name} is blank.", text.where, remedy, text.about)


@portal_rule("ledes.lengths", source="LEDES 1998B; the portal's profile")
def lengths(invoice: Invoice, context: RuleContext) -> Iterator[Finding]:
    """No text is longer than the portal takes."""
    for text in _all_texts(invoice, context):
        most, length = longest(context, text.field), len(safe_text(text.text))
        if length > most:
            message = f"The {text.name} has {length} characters; the portal takes {most}."
            yield Finding(message, text.where, "Shorten it in the billing program.", text.about)


@portal_rule("ledes.id-characters", severity=Severity.WARN, source=_LEDES)
def id_characters(invoice: Invoice, context: RuleContext) -> Iterator[Finding]:
    """A number or id that the format cannot spell goes in another spelling, and may not be recognised."""
    for text in (*_ids(invoice, context), *_timekeeper_ids(invoice, context)):
        written = safe_text(text.text)
        if written != text.text:
            message = f"The {text.name} {text.text} is written as {written}."
            yield Finding(message, text.where, "See whether the portal knows it so.", text.about)


def _all_texts(invoice: Invoice, context: RuleContext) -> Iterator[_Text]:
    yield from _ids(invoice, context)
    yield _Text("INVOICE_DESCRIPTION", "description of the invoice", "description", invoice.description)
    yield from _timekeeper_ids(invoice, context)
    yield from _timekeeper_texts(invoice, context)
    for number, line in sent_lines(invoice):
        for field, name in _LINE_TEXTS.items():
            called = f"{name.replace('_', ' ')} of line {number}"
            yield _Text(field, called, place(number, name), getattr(line, name), line.entry)


def _ids(invoice: Invoice, context: RuleContext) -> Iterator[_Text]:
    client = cast("Client", context.record(invoice.client))
    firm = str(context.settings.get("law_firm_id", ""))
    yield _Text("INVOICE_NUMBER", "number of the invoice", "number", invoice.number)
    yield _Text("CLIENT_ID", "number of the client", "client.number", client.number, invoice.client)
    yield _Text("LAW_FIRM_ID", "firm's federal tax id", "law_firm_id", firm)
    if matter := matter_of(invoice, context):
        texts = {"LAW_FIRM_MATTER_ID": ("number of the matter", "number")}
        texts["CLIENT_MATTER_ID"] = ("client's id of the matter", "client_matter_id")
        for field, (called, name) in texts.items():
            yield _Text(field, called, f"matter.{name}", getattr(matter, name), invoice.matter)


def _timekeeper_ids(invoice: Invoice, context: RuleContext) -> Iterator[_Text]:
    for identifier, who in timekeepers(invoice, context):
        called = f"number of timekeeper {who.name}"
        yield _Text("TIMEKEEPER_ID", called, "lines.timekeeper.number", who.number, identifier)


def _timekeeper_texts(invoice: Invoice, context: RuleContext) -> Iterator[_Text]:
    for identifier, who in timekeepers(invoice, context):
        name = timekeeper_name(who.name, who.first_name, who.last_name)
        called = f"of timekeeper {who.label()}"
        yield _Text("TIMEKEEPER_NAME", f"name {called}", "lines.timekeeper.name", name, identifier)
        yield _Text(
            "TIMEKEEPER_CLASSIFICATION",
            f"classification {called}",
            "lines.timekeeper.classification",
            who.classification,
            identifier,
        )


TEXT_RULES = (required, lengths, id_characters)
