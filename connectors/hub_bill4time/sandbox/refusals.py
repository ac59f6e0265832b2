"""What the firm does not do, and what the API answers in place of data."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from hub.sdk.loopback import Answer

if TYPE_CHECKING:
    from collections.abc import Mapping

_CODES = {
    200: "unauthorized",
    400: "invalid_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    429: "rate_limit_exceeded",
}


class Refused(Exception):
    """The firm does not do it; the message says why."""


class BadRequest(Exception):
    """The API answers with an error.

    Args:
        status: of HTTP.
        message: what is wrong.
        retry_after: what ``Retry-After`` says; empty for no such header.

    """

    def __init__(self, status: int, message: str, *, retry_after: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.retry_after = retry_after


def error_answer(status: int, message: str, *, headers: Mapping[str, str] | None = None) -> Answer:
    """Answer with an error.

    Its shape is a guess (facts 2.1): JSON with ``code`` and ``message``, as one public client expects it.
    """
    document = {"code": _CODES.get(status, "internal_error"), "message": message}
    return Answer(status, json.dumps(document), headers=headers or {})
