"""A request as it arrives, and an answer as it leaves."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

JSON = "application/json;charset=UTF-8"
HTML = "text/html"


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asks.

    Args:
        method: such as GET or POST.
        target: path and query, as sent.
        headers: by their names in lower case.
        content: the body.

    """

    method: str
    target: str
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes = b""

    @property
    def path(self) -> str:
        """The path alone."""
        return urlsplit(self.target).path

    @property
    def query(self) -> Mapping[str, str]:
        """The parameters of the address; a plus that is not escaped is a space."""
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered."""

    status: int
    text: str
    kind: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)


def html_answer(status: int) -> Answer:
    """Answer with a page for people, as gateways do."""
    page = f"<!DOCTYPE html><html><head><title>Error</title></head><body><h1>{status}</h1></body></html>"
    return Answer(status, page, HTML)
