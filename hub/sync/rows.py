"""A row of a listing on its way to become, or to change, a record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hub.sdk import Upsert

if TYPE_CHECKING:
    from hub.ledger import Bound, Stream
    from hub.ledger.inbox import Waiting


_NOT_YET: Any = None
"""No dictionary is made for a row that is only going to be given one."""


@dataclass(slots=True)
class Row:
    """One row: as it was read, what is known of it, and (once translated) its canonical values."""

    item: Upsert
    digest: bytes
    bound: Bound | None
    values: dict[str, Any] = _NOT_YET
    body: str = ""


def row_of(stream: Stream, waiting: Waiting, bound: Bound | None) -> Row:
    """A row out of the inbox, as it was read."""
    item = Upsert(
        stream.source,
        waiting.external_id,
        waiting.raw,
        waiting.version,
        problem=waiting.problem,
        unsettled=waiting.unsettled,
    )
    return Row(item, waiting.digest, bound)
