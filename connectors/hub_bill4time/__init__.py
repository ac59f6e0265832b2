"""Bill4Time: where the firm's time is captured and billed. It is read; only import files go in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.sdk import hookimpl
from hub_bill4time.commands import sandbox
from hub_bill4time.connector import Bill4TimeConnector
from hub_bill4time.demo import build_sample_firm

if TYPE_CHECKING:
    from collections.abc import Iterable

    import click

    from hub.sdk import SampleFirm

__all__ = ["Bill4TimeConnector"]


@hookimpl
def hub_connectors() -> Iterable[type[Bill4TimeConnector]]:
    """Give the connector."""
    return [Bill4TimeConnector]


@hookimpl
def hub_sandboxes() -> Iterable[click.Command]:
    """Give the command that serves a stand-in firm."""
    return [sandbox]


@hookimpl
def hub_sample_firm(firm: SampleFirm) -> None:
    """Give the sample firm a system in which half of its time is captured."""
    build_sample_firm(firm)
