"""Digests and the stored spelling of a record."""

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from hashlib import blake2b
from typing import Any

_SIZE = 16
_EMPTY: tuple[object, ...] = (None, "", [], (), {})


def digest_of(raw: Mapping[str, Any]) -> bytes:
    """A digest of a system's own record; the order of its fields does not matter."""
    text = json.dumps(raw, sort_keys=True, separators=(",", ":"), default=_plain)
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_SIZE).digest()


def payload_digest(payload: Mapping[str, Any]) -> bytes:
    """A digest of what is sent out; what is left out and what is sent empty are the same."""
    return digest_of(_filled(payload))


def _filled(value: Any) -> Any:  # noqa: ANN401 -- any part of a payload
    if isinstance(value, Mapping):
        parts = {name: _filled(part) for name, part in value.items()}
        return {name: part for name, part in parts.items() if part not in _EMPTY}
    if isinstance(value, list | tuple):
        return [_filled(part) for part in value]
    return value


def body_text(values: Mapping[str, Any]) -> str:
    """Stored values as text."""
    text = json.dumps(values, separators=(",", ":"), ensure_ascii=False, default=_plain)
    try:
        text.encode()
    except UnicodeEncodeError:  # half a character: kept as the escape that it came as
        return json.dumps(values, separators=(",", ":"), default=_plain)
    return text


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
