"""What the hub remembers: records and their revisions, bindings, intents, holds, decisions, runs."""

from hub.ledger.bulk import Bound, Bulk
from hub.ledger.digests import body_text, digest_of, payload_digest
from hub.ledger.holds import Hold, HoldGroup
from hub.ledger.intents import OpenIntent
from hub.ledger.ledger import Ledger
from hub.ledger.records import BindingState, Change, RecordState, Revision, StoredBinding, StoredRecord
from hub.ledger.runs import RunRow
from hub.ledger.streams import Stream

__all__ = [
    "BindingState",
    "Bound",
    "Bulk",
    "Change",
    "Hold",
    "HoldGroup",
    "Ledger",
    "OpenIntent",
    "RecordState",
    "Revision",
    "RunRow",
    "StoredBinding",
    "StoredRecord",
    "Stream",
    "body_text",
    "digest_of",
    "payload_digest",
]
