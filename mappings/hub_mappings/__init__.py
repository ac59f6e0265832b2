"""Shared mappings as data: one TOML file for each system, UTBMS code lists, portal profiles."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from hub.sdk import hookimpl

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable


@hookimpl
def hub_mappings() -> Traversable:
    """Give the folder that this package is."""
    return files(__name__)
