"""The words of law-firm billing as frozen pydantic models, without I/O: one file for each kind."""

from hub.model.client import Client
from hub.model.credit_note import CreditNote
from hub.model.expense import Expense
from hub.model.invoice import Invoice, InvoiceLine, InvoiceStatus, LineType
from hub.model.kinds import KIND_ORDER, Kind
from hub.model.matter import FeeArrangement, Matter, MatterStatus
from hub.model.payment import Payment
from hub.model.quantities import CENT, Fraction, Hours, Money, Rate, Units, round_cents
from hub.model.record import Address, Application, Privileged, Record, RecordId, Refers
from hub.model.registry import (
    MODELS,
    LineReference,
    label_of,
    line_references,
    model_of,
    privileged_fields,
    references,
)
from hub.model.submission import Submission, SubmissionStatus
from hub.model.time_entry import EntryStatus, TimeEntry
from hub.model.timekeeper import Timekeeper
from hub.model.trust_transaction import TrustDirection, TrustTransaction
from hub.model.write_off import WriteOff

__all__ = [
    "CENT",
    "KIND_ORDER",
    "MODELS",
    "Address",
    "Application",
    "Client",
    "CreditNote",
    "EntryStatus",
    "Expense",
    "FeeArrangement",
    "Fraction",
    "Hours",
    "Invoice",
    "InvoiceLine",
    "InvoiceStatus",
    "Kind",
    "LineReference",
    "LineType",
    "Matter",
    "MatterStatus",
    "Money",
    "Payment",
    "Privileged",
    "Rate",
    "Record",
    "RecordId",
    "Refers",
    "Submission",
    "SubmissionStatus",
    "TimeEntry",
    "Timekeeper",
    "TrustDirection",
    "TrustTransaction",
    "Units",
    "WriteOff",
    "label_of",
    "line_references",
    "model_of",
    "privileged_fields",
    "references",
    "round_cents",
]
