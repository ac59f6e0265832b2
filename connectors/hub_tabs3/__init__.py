"""The connector for Tabs3 Billing, its converter, and its part of the sample firm."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub.sdk import hookimpl
from hub_tabs3.connector import Tabs3
from hub_tabs3.dates import read_date, write_date
from hub_tabs3.settings import Tabs3Settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from hub.sdk import Connector, Converter, SampleFirm

__all__ = ["Tabs3", "Tabs3Settings"]


@hookimpl
def hub_connectors() -> Iterable[type[Connector[Any]]]:
    """Give the connector."""
    return (Tabs3,)


@hookimpl
def hub_converters() -> Mapping[str, Converter]:
    """Give ``tabs3-date``."""
    return {"tabs3-date": (read_date, write_date)}


@hookimpl
def hub_sample_firm(firm: SampleFirm) -> None:
    """Write the tables of a small practice, with faults planted among them."""
    from hub_tabs3.sandbox.demo import build_sample_firm  # noqa: PLC0415 -- only a demo needs the sandbox

    build_sample_firm(firm)
