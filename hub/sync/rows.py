"""A row of a listing on its way to become, or to change, a record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hub.ledger import Bound
    from hub.sdk import Upsert


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
