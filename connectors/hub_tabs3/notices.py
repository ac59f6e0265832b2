"""What a person should know about a listing as a whole, and whether it held everything."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hub.sdk import Remark


class Notices:
    """Collects notices, each once, and remarks, and remembers whether the listing is still complete."""

    def __init__(self) -> None:
        self._texts: dict[str, None] = {}
        self.remarks: list[Remark] = []
        """What is odd about single records that are taken all the same."""
        self.complete = True

    @property
    def texts(self) -> tuple[str, ...]:
        """The notices in the order in which they came up."""
        return tuple(self._texts)

    def once(self, text: str) -> None:
        """Add a notice, unless it is there already."""
        self._texts[text] = None

    def incomplete(self, text: str) -> None:
        """Add a notice about something without which the listing says nothing of what is missing."""
        self.complete = False
        self.once(text)
