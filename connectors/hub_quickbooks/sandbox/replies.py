"""What a requestid remembers: the first answer, which every repeat gets (facts 1.6).

Only what was written is remembered; a refused request wrote nothing, and is judged anew (ours).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub_quickbooks.sandbox import refusals
from hub_quickbooks.sandbox.document import Json

if TYPE_CHECKING:
    from hub_quickbooks.sandbox.books import Books

LONGEST = 50
"""Characters of a requestid, together with the bId of a batch's item."""


def key_of(request_id: str, item: str = "") -> str:
    """The key under which an answer is remembered; empty without a requestid.

    Raises:
        Refused: it is too long.

    """
    length = len(request_id) + len(item)
    if not request_id:
        return ""
    if length > LONGEST:
        raise refusals.long_request_id(length)
    return f"{request_id} {item}"


def recall(books: Books, key: str) -> Json | None:
    """The first answer, if there was one and it is not forgotten yet."""
    since = books.seconds() - int(books.switches.remembers.total_seconds())
    found = books.store.database.execute(
        "SELECT text FROM reply WHERE key = ? AND at > ?", (key, since)
    ).fetchone()
    return Json(found[0]) if found else None


def remember(books: Books, key: str, text: str) -> None:
    """Keep the first answer."""
    if key:
        books.store.database.execute(
            "INSERT OR REPLACE INTO reply VALUES (?, ?, ?)", (key, books.seconds(), text)
        )
