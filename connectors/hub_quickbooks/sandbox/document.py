"""JSON in which money stays exact: numbers come in as ``Decimal`` and leave as they were."""

from __future__ import annotations

import json
from decimal import Decimal
from json.encoder import encode_basestring
from typing import Any

Body = dict[str, Any]
"""An object as QuickBooks spells it."""


class Json(str):
    """JSON text that is put into a document as it stands."""

    __slots__ = ()


def loads(text: str | bytes) -> Any:  # noqa: ANN401 -- JSON is any value
    """Read JSON; a number with decimals becomes a ``Decimal``.

    Raises:
        ValueError: it is not JSON.

    """
    return json.loads(text, parse_float=Decimal, parse_constant=_no_number)


def dumps(value: Any) -> str:  # noqa: ANN401 -- JSON is any value
    """Write JSON; a ``Decimal`` becomes a number with just its own digits."""
    if isinstance(value, Json):
        return value
    if isinstance(value, str):
        return encode_basestring(value)
    if isinstance(value, dict):
        return "{" + ",".join([f"{encode_basestring(key)}:{dumps(one)}" for key, one in value.items()]) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join([dumps(one) for one in value]) + "]"
    return _number(value) if isinstance(value, Decimal) else json.dumps(value)


def _number(value: Decimal) -> str:
    """As QuickBooks writes it: 0, 275.0, 362.07; so a client meets both whole numbers and others."""
    if not value:
        return "0"
    text = f"{value:f}"
    if "." not in text:
        return f"{text}.0"
    text = text.rstrip("0")
    return f"{text}0" if text.endswith(".") else text


def _no_number(text: str) -> None:
    message = f"{text} is no number"
    raise ValueError(message)
