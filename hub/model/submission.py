"""The submission: one invoice's n-th presentation at one portal, with a life of its own."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, ClassVar

from hub.model.kinds import Kind
from hub.model.record import Narrative, Record, RecordId, Refers, Text


class SubmissionStatus(StrEnum):
    """The statuses to which every portal's own can be mapped."""

    DRAFT = "draft"
    VALIDATED = "validated"
    SUBMITTED = "submitted"
    RECEIVED = "received"
    FILE_ERROR = "file_error"
    ON_HOLD = "on_hold"
    PENDING_REVIEW = "pending_review"
    DISPUTED = "disputed"
    REJECTED = "rejected"
    ADJUSTED = "adjusted"
    APPROVED = "approved"
    PAID = "paid"
    WITHDRAWN = "withdrawn"


class Submission(Record):
    """One presentation; a further one opens only by a person's decision."""

    kind: ClassVar[Kind] = Kind.SUBMISSION

    invoice: Annotated[RecordId, Refers(Kind.INVOICE)]
    portal: Text
    """The connection through which it is presented."""
    ordinal: int = 1
    """Which presentation of the invoice at this portal it is, counted from 1."""
    status: SubmissionStatus = SubmissionStatus.DRAFT
    format: Text = ""
    receipt: Text = ""
    """What the portal or the outbox gave back: a file name, a message id."""
    digest: Text = ""
    """The digest of the document as it was handed over."""
    submitted_at: datetime | None = None
    accepted_at: datetime | None = None
    rejected_at: datetime | None = None
    reason: Narrative = ""

    def label(self) -> str:
        """Portal and ordinal."""
        return f"{self.portal} no. {self.ordinal}"
