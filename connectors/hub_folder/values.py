"""How the values of a payload are spelt in a cell and in a JSON document."""

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any


def text_of(value: object) -> str:
    """Spell a value as a cell: nothing as an empty cell, numbers plainly, dates as ISO 8601."""
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (Mapping, list, tuple)):
        return json.dumps(document_of(value), ensure_ascii=False)
    return "" if value is None else str(value)


def document_of(value: object) -> Any:  # noqa: ANN401 -- a JSON value is any of six types
    """Spell a value for a JSON document; a Decimal becomes its text, so that no digit is lost."""
    if isinstance(value, Mapping):
        return {str(name): document_of(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [document_of(part) for part in value]
    if value is None or isinstance(value, (bool, int)):
        return value
    return text_of(value)
