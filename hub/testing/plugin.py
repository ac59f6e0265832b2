"""What the kit adds to a workspace: a source of sample records, and a connector that no plugin gives yet."""

from __future__ import annotations

import inspect
import sys
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar

from hub.app.plugins import PluginHost
from hub.sdk import Access, Kind, hookimpl
from hub.testing.memory import MemorySystem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from hub.sdk import Connector


class SampleSource(MemorySystem):
    """The system from which sample records flow to the one under test."""

    name: ClassVar[str] = "conformance-samples"
    title: ClassVar[str] = "Sample records"
    access: ClassVar[Mapping[Kind, Access]] = dict.fromkeys(Kind, Access(read=True))


class KitPlugin:
    """Gives connectors to a workspace of the kit."""

    def __init__(self, *connectors: type[Connector[Any]]) -> None:
        self._connectors = connectors

    @hookimpl
    def hub_connectors(self) -> Iterable[type[Connector[Any]]]:
        """Give them."""
        return self._connectors


def plugins_for(connector: type[Connector[Any]]) -> Iterator[object]:
    """The plugins that a workspace needs, beside the installed ones, to use a connector."""
    if _installed().get(connector.name) is connector:
        yield KitPlugin(SampleSource)
        return
    package = sys.modules.get(connector.__module__.partition(".")[0])
    if _is_plugin(package):
        yield package
        yield KitPlugin(SampleSource)
    else:
        yield KitPlugin(SampleSource, connector)


@cache
def _installed() -> Mapping[str, type[Connector[Any]]]:
    return PluginHost().connectors


def _is_plugin(module: object) -> bool:
    functions = inspect.getmembers(module, inspect.isroutine)
    return any(name == "hub_connectors" and hasattr(function, "hub_impl") for name, function in functions)
