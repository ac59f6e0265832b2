"""What a request holds, and the shapes in which an answer leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.sdk.loopback import Answer
from hub_quickbooks.sandbox.document import dumps, loads
from hub_quickbooks.sandbox.moments import spell_precisely
from hub_quickbooks.sandbox.refusals import unknown_property, unsupported

if TYPE_CHECKING:
    from datetime import datetime

    from hub.sdk.loopback import Request
    from hub_quickbooks.sandbox.document import Body, Json
    from hub_quickbooks.sandbox.refusals import Refused

_GATEWAY = {"AUTHENTICATION", "AUTHORIZATION"}


def text_of(request: Request) -> str:
    """The body as text.

    Raises:
        Refused: it is not UTF-8.

    """
    try:
        return request.content.decode("utf-8")
    except UnicodeDecodeError:
        raise unsupported("with a body that is not UTF-8") from None


def document_of(request: Request) -> Body:
    """The body as a JSON object.

    Raises:
        Refused: it is none.

    """
    try:
        document = loads(text_of(request))
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise unknown_property("the body, which is no JSON object,")
    return document


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
