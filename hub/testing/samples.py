"""Sample records of every kind: a small firm that any billing system could hold."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from hub.model import (
    Address,
    Application,
    Client,
    CreditNote,
    Expense,
    FeeArrangement,
    Invoice,
    InvoiceLine,
    InvoiceStatus,
    Kind,
    LineType,
    Matter,
    Payment,
    Submission,
    SubmissionStatus,
    TimeEntry,
    Timekeeper,
    TrustDirection,
    TrustTransaction,
    WriteOff,
)

if TYPE_CHECKING:
    from hub.model import Record, RecordId

MARK = "privileged-5d1f"
"""Stands in every narrative of the sample records, so that a narrative is known where it must not be."""

Samples = Mapping[Kind, "Mapping[RecordId, Record]"]
"""Records by kind and id; a record refers to others by these ids."""

_OF_EACH = 3
_IDS_PER_KIND = 100
_WORK = (
    ("Draft answer to complaint; confer with “Expert” re: § 12", "L210", "A103"),
    ("Review lease, exhibits | schedules\nand side letters", "L110", "A104"),
    ('Telephone call with O\'Neil, "GC", on fees', "L120", "A106"),
)


def sample_records() -> Samples:
    """Three records of every kind, which refer to each other.

    Their numbers have leading zeros and dots, their texts commas, quotes, bars, line breaks and
    letters beyond ASCII; their amounts add up to the cent.
    """
    return {kind: dict(_numbered(kind)) for kind in Kind}


def stored_values(record: Record) -> dict[str, Any]:
    """A record as the ledger stores it, and as mappings are handed it."""
    values: dict[str, Any] = json.loads(record.model_dump_json(exclude_defaults=True))
    return values


def _numbered(kind: Kind) -> Iterator[tuple[RecordId, Record]]:
    for position in range(_OF_EACH):
        yield _id(kind, position), _MAKERS[kind](position)


def _id(kind: Kind, position: int) -> RecordId:
    return (kind.number + 1) * _IDS_PER_KIND + position


def _text(text: str) -> str:
    return f"{text} [{MARK}]"


def _day(position: int) -> date:
    return date(2026, 1, 12 + position)


def _client(position: int) -> Client:
    return Client(
        number=("9001", "0042", "9003")[position],
        name=("Harbour & Vale Ltd", "Ästhetik GmbH", 'O\'Brien, "Quoted" Partners')[position],
        email=f"billing{position}@example.com",
        address=Address(lines=("1 Quay Street",), city="Galway", country="IE") if position else Address(),
        currency="USD",
    )


def _matter(position: int) -> Matter:
    return Matter(
        client=_id(Kind.CLIENT, position),
        number=("9001.00", "0042.10", "9003.05")[position],
        name=("Supply contract", "Lease dispute", "Employment claim")[position],
        client_matter_id=f"CM-{7001 + position}",
        fee_arrangement=FeeArrangement.HOURLY,
        currency="USD",
        opened_on=date(2025, 11, 3),
    )


def _timekeeper(position: int) -> Timekeeper:
    first, last, classification = (
        ("Margaret", "Doyle", "PARTNR"),
        ("Íde", "Vance", "ASSOC"),
        ("Sam", "Park", "PARALG"),
    )[position]
    return Timekeeper(
        number=("07", "12", "31")[position],
        name=f"{first} {last}",
        first_name=first,
        last_name=last,
        initials=first[0] + last[0],
        classification=classification,
        rates=(_rate(position),),
        currency="USD",
    )


def _rate(position: int) -> Decimal:
    return Decimal(("450", "312.5", "135")[position])


def _fee(position: int) -> Decimal:
    """The amount of the time entry: one hour and a half, rounded to the cent by its billing program."""
    return Decimal(("675.00", "468.75", "202.50")[position])


def _time_entry(position: int) -> TimeEntry:
    narrative, task, activity = _WORK[position]
    return TimeEntry(
        matter=_id(Kind.MATTER, position),
        timekeeper=_id(Kind.TIMEKEEPER, position),
        worked_on=_day(position),
        hours=Decimal("1.5"),
        rate=_rate(position),
        amount=_fee(position),
        currency="USD",
        narrative=_text(narrative),
        task_code=task,
        activity_code=activity,
    )


def _expense(position: int) -> Expense:
    return Expense(
        matter=_id(Kind.MATTER, position),
        timekeeper=_id(Kind.TIMEKEEPER, position),
        incurred_on=_day(position),
        units=Decimal(10 + position),
        rate=Decimal("0.25"),
        amount=_cost(position),
        currency="USD",
        narrative=_text("Copies of the file"),
        expense_code="E101",
    )


def _cost(position: int) -> Decimal:
    return Decimal(("2.50", "2.75", "3.00")[position])


def _invoice(position: int) -> Invoice:
    return Invoice(
        number=str(91001 + position),
        client=_id(Kind.CLIENT, position),
        matter=_id(Kind.MATTER, position),
        status=InvoiceStatus.FINAL,
        issued_on=date(2026, 2, 2),
        period_from=date(2026, 1, 1),
        period_to=date(2026, 1, 31),
        currency="USD",
        description=_text("For professional services"),
        lines=_lines(position),
        fees=_fee(position),
        expenses=_cost(position),
        total=_total(position),
    )


def _total(position: int) -> Decimal:
    return _fee(position) + _cost(position)


def _lines(position: int) -> tuple[InvoiceLine, ...]:
    narrative, task, activity = _WORK[position]
    fee = InvoiceLine(
        type=LineType.FEE,
        number="1",
        entry=_id(Kind.TIME_ENTRY, position),
        charged_on=_day(position),
        timekeeper=_id(Kind.TIMEKEEPER, position),
        units=Decimal("1.5"),
        rate=_rate(position),
        amount=_fee(position),
        narrative=_text(narrative),
        task_code=task,
        activity_code=activity,
    )
    cost = InvoiceLine(
        type=LineType.EXPENSE,
        number="2",
        entry=_id(Kind.EXPENSE, position),
        charged_on=_day(position),
        units=Decimal(10 + position),
        rate=Decimal("0.25"),
        amount=_cost(position),
        narrative=_text("Copies of the file"),
        expense_code="E101",
    )
    return (fee, cost)


def _application(position: int, amount: Decimal) -> tuple[Application, ...]:
    return (Application(invoice=_id(Kind.INVOICE, position), amount=amount),)


def _payment(position: int) -> Payment:
    return Payment(
        client=_id(Kind.CLIENT, position),
        number=f"P-{position + 1}",
        received_on=date(2026, 2, 20 + position),
        amount=Decimal("100.00"),
        currency="USD",
        method="check",
        reference=f"00{4711 + position}",
        memo=_text("Part payment"),
        applications=_application(position, Decimal("100.00")),
    )


def _write_off(position: int) -> WriteOff:
    return WriteOff(
        client=_id(Kind.CLIENT, position),
        number=f"W-{position + 1}",
        written_off_on=date(2026, 3, 2 + position),
        amount=Decimal("0.50"),
        currency="USD",
        reason=_text("Small balance"),
        applications=_application(position, Decimal("0.50")),
    )


def _credit_note(position: int) -> CreditNote:
    return CreditNote(
        number=f"CN-{position + 1}",
        client=_id(Kind.CLIENT, position),
        matter=_id(Kind.MATTER, position),
        issued_on=date(2026, 3, 9),
        currency="USD",
        reason=_text("Agreed reduction"),
        lines=_lines(position)[1:],
        applications=_application(position, _cost(position)),
        total=_cost(position),
    )


def _submission(position: int) -> Submission:
    return Submission(
        invoice=_id(Kind.INVOICE, position),
        portal="portal",
        status=SubmissionStatus.REJECTED,
        format="LEDES1998B",
        receipt=f"receipt-{position + 1}",
        submitted_at=datetime(2026, 2, 3, 10, tzinfo=UTC),
        reason=_text("Rate not approved"),
    )


def _trust_transaction(position: int) -> TrustTransaction:
    return TrustTransaction(
        client=_id(Kind.CLIENT, position),
        moved_on=_day(position),
        direction=TrustDirection.DEPOSIT,
        amount=Decimal("1000.00"),
        currency="USD",
        reference=f"T-{position + 1}",
        memo=_text("Retainer"),
    )


_MAKERS = {
    Kind.CLIENT: _client,
    Kind.MATTER: _matter,
    Kind.TIMEKEEPER: _timekeeper,
    Kind.TIME_ENTRY: _time_entry,
    Kind.EXPENSE: _expense,
    Kind.INVOICE: _invoice,
    Kind.PAYMENT: _payment,
    Kind.WRITE_OFF: _write_off,
    Kind.CREDIT_NOTE: _credit_note,
    Kind.SUBMISSION: _submission,
    Kind.TRUST_TRANSACTION: _trust_transaction,
}
