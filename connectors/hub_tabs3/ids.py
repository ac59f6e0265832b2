"""Tabs3 ids are text; a spreadsheet that took them for numbers has damaged them."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_SCIENTIFIC = re.compile(r"[+-]?\d+(?:\.\d*)?[eE][+-]?\d+")
_NUMERIC = re.compile(r"\d+(?:\.(\d*))?")
_REMEDY = "Export the table again without opening it in a spreadsheet, or format the column as text first."


def client_number(client_id: str) -> str:
    """The client's part of a CLIENT_ID: ``100`` of ``100.00``; the whole where it has no dot."""
    client, _, matter = client_id.rpartition(".")
    return client or matter


def matter_order(client_id: str) -> tuple[int, str]:
    """A key that puts the matters of one client in order."""
    matter = client_id.rpartition(".")[2]
    return len(matter), matter


def id_problem(column: str, text: str) -> str:
    """Say what is wrong with an id that has to be a whole number or a text; empty where it is fine."""
    if text.isdecimal():
        return ""
    if not text:
        return f"{column} is empty. Fill it in in Tabs3, or export the table again."
    if _SCIENTIFIC.fullmatch(text):
        return f"{column} {text} is a number in scientific notation, not an id. {_REMEDY}"
    return ""


class ClientIds:
    """How this firm spells its client.matter ids, learnt from all of them.

    Tabs3 gives the matter's part the same number of digits everywhere, so that ``100`` or ``100.1``
    among ids such as ``100.00`` has lost its zeros.
    """

    def __init__(self, client_ids: Iterable[str] = ()) -> None:
        widths = Counter(len(suffix) for text in client_ids if (suffix := _matter_digits(text)))
        self._width = max(widths, key=lambda width: (widths[width], width), default=0)
        self._known: dict[str, str] = {}

    def problem(self, client_id: str) -> str:
        """Say what is wrong with a CLIENT_ID; empty where it is fine."""
        found = self._known.get(client_id)
        if found is None:
            found = self._known[client_id] = self._judge(client_id)
        return found

    def _judge(self, client_id: str) -> str:
        trouble = id_problem("CLIENT_ID", client_id)
        if trouble or not _NUMERIC.fullmatch(client_id):
            return trouble
        if len(_matter_digits(client_id)) < self._width:
            usual = "0" * self._width
            return f"CLIENT_ID {client_id} has lost its zeros: others look like 100.{usual}. {_REMEDY}"
        return ""


def _matter_digits(client_id: str) -> str:
    match = _NUMERIC.fullmatch(client_id)
    return (match.group(1) or "") if match else ""
