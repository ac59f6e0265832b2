"""A request as it arrives, and an answer as it leaves."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from hub_quickbooks.sandbox.document import dumps, loads
from hub_quickbooks.sandbox.moments import spell_precisely
from hub_quickbooks.sandbox.refusals import unknown_property, unsupported

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from hub_quickbooks.sandbox.document import Body, Json
    from hub_quickbooks.sandbox.refusals import Refused

JSON = "application/json;charset=UTF-8"
_GATEWAY = {"AUTHENTICATION", "AUTHORIZATION"}


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asks.

    Args:
        method: GET or POST.
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

    @property
    def text(self) -> str:
        """The body as text.

        Raises:
            Refused: it is not UTF-8.

        """
        try:
            return self.content.decode("utf-8")
        except UnicodeDecodeError:
            raise unsupported("with a body that is not UTF-8") from None

    @property
    def document(self) -> Body:
        """The body as a JSON object.

        Raises:
            Refused: it is none.

        """
        try:
            document = loads(self.text)
        except ValueError:
            document = None
        if not isinstance(document, dict):
            raise unknown_property("the body, which is no JSON object,")
        return document


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered."""

    status: int
    text: str
    kind: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)


def answer(body: Body | Json, now: datetime) -> Answer:
    """Answer with an object that is not empty, and the time."""
    return Answer(200, f'{dumps(body)[:-1]},"time":"{spell_precisely(now)}"}}')


def plain_answer(body: Body, status: int = 200) -> Answer:
    """Answer with an object as it is."""
    return Answer(status, dumps(body))


def fault_answer(refused: Refused, now: datetime) -> Answer:
    """Answer with a fault, in the shape in which it comes."""
    if refused.kind in _GATEWAY:
        milliseconds = int(now.timestamp() * 1000)
        text = dumps({"fault": refused.gateway_fault(), "time": milliseconds})
    else:
        text = dumps({"Fault": refused.fault(), "time": spell_precisely(now)})
    return Answer(refused.status, text)


def xml_answer(refused: Refused, now: datetime) -> Answer:
    """Answer with a fault in XML."""
    return Answer(refused.status, refused.xml(spell_precisely(now)), "application/xml")


def html_answer(status: int) -> Answer:
    """Answer with a page for people, as it happens (facts 1.7)."""
    page = f"<!DOCTYPE html><html><head><title>Error</title></head><body><h1>{status}</h1></body></html>"
    return Answer(status, page, "text/html")
