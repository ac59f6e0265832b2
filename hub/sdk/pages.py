"""What reading gives: pages of a system's own records, spelt its own way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

Cursor = str
"""How far a kind has been read; only the connector that made it understands it."""


class Upsert:
    """A record that is there, as its system spells it.

    A plain slots class, since it is made a million times.

    Args:
        source: the system's own record type, such as a table's name.
        external_id: the system's id for the record within that source.
        raw: the record, nested where it is one document (an invoice with its lines).
        version: the system's version token (etag, sync token), where it has one.
        digest: a digest of the record's bytes as they were read, where the connector has them
            at hand; else the hub makes one of ``raw``.
        problem: why the connector could not read the record; the hub holds it with ``raw``.
        unsettled: why the record is not in its final state yet (its system is still at work on it);
            the hub holds it and reads it again, and a person may accept it as it is.

    """

    __slots__ = ("digest", "external_id", "problem", "raw", "source", "unsettled", "version")

    def __init__(  # noqa: PLR0913 -- all that can be said of a row
        self,
        source: str,
        external_id: str,
        raw: Mapping[str, Any],
        version: str | None = None,
        *,
        digest: bytes | None = None,
        problem: str = "",
        unsettled: str = "",
    ) -> None:
        self.source = source
        self.external_id = external_id
        self.raw = raw
        self.version = version
        self.digest = digest
        self.problem = problem
        self.unsettled = unsettled

    def __repr__(self) -> str:
        """Name the record without showing what is in it."""
        return f"Upsert({self.source!r}, {self.external_id!r})"


@dataclass(frozen=True, slots=True)
class Deleted:
    """A record that its system says is gone."""

    source: str
    external_id: str


Item = Upsert | Deleted


@dataclass(frozen=True, slots=True)
class Remark:
    """What a person should know about a record that is taken all the same.

    ``about`` names what disagrees or is odd, so that remarks of one sort are one cause.
    """

    source: str
    external_id: str
    about: str
    message: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """Part of a listing.

    ``items`` and ``cursor`` are committed together: the cursor may only cover what this page
    and the ones before it hold. ``complete`` is true on the last page of a listing that held
    everything and did not change under the reader; only such a listing says what is missing.
    ``notices`` are things a person should know about the listing as a whole ("read as cp1252").

    A full listing may keep a cursor, too, and with it name sources in ``changes_only``: of these it
    shows what changed since the cursor, and says with ``Deleted`` what has left; the rest of them
    stands as it did. ``as_of`` is when the system was in the state that is shown; where it is left
    out, that is now.
    """

    items: Sequence[Item]
    cursor: Cursor | None = None
    complete: bool = False
    notices: tuple[str, ...] = ()
    remarks: tuple[Remark, ...] = ()
    changes_only: frozenset[str] = frozenset()
    as_of: datetime | None = None
