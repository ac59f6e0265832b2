"""QuickBooks Online: the firm's books. QuickBooks Desktop is another program, and is not spoken to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.sdk import hookimpl
from hub_quickbooks.commands import sandbox
from hub_quickbooks.connector import QuickBooksConnector
from hub_quickbooks.demo import build_sample_firm
from hub_quickbooks.shapes import SHAPES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import click

    from hub.sdk import SampleFirm, Shape

__all__ = ["QuickBooksConnector"]


@hookimpl
def hub_connectors() -> Iterable[type[QuickBooksConnector]]:
    """Give the connector."""
    return [QuickBooksConnector]


@hookimpl
def hub_shapes() -> Mapping[str, Shape]:
    """Give the shapes that sum up what the books see of an invoice."""
    return SHAPES


@hookimpl
def hub_sample_firm(firm: SampleFirm) -> None:
    """Give the sample firm its books."""
    build_sample_firm(firm)


@hookimpl
def hub_sandboxes() -> Iterable[click.Command]:
    """Give the command that serves a stand-in company."""
    return [sandbox]
