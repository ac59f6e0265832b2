"""The connector for Time Matters and its converters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub.sdk import hookimpl
from hub_time_matters.clarion import read_date, read_time, write_date, write_time
from hub_time_matters.connector import TimeMatters
from hub_time_matters.settings import TimeMattersSettings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from hub.sdk import Connector, Converter

__all__ = ["TimeMatters", "TimeMattersSettings"]


@hookimpl
def hub_connectors() -> Iterable[type[Connector[Any]]]:
    """Give the connector."""
    return (TimeMatters,)


@hookimpl
def hub_converters() -> Mapping[str, Converter]:
    """Give ``clarion-date`` and ``clarion-time``."""
    return {"clarion-date": (read_date, write_date), "clarion-time": (read_time, write_time)}
