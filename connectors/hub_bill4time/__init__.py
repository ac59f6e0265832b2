"""Bill4Time: where the firm's time is captured and billed. It is read; only import files go in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.sdk import hookimpl
from hub_bill4time.commands import sandbox
from hub_bill4time.connector import Bill4TimeConnector

if TYPE_CHECKING:
    from collections.abc import Iterable

    import click

__all__ = ["Bill4TimeConnector"]


@hookimpl
def hub_connectors() -> Iterable[type[Bill4TimeConnector]]:
    """Give the connector."""
    return [Bill4TimeConnector]


@hookimpl
def hub_sandboxes() -> Iterable[click.Command]:
    """Give the command that serves a stand-in firm."""
    return [sandbox]
