"""The plugins and mappings of a workspace of the kit, made once for each connector: it takes long."""

from __future__ import annotations

import inspect
import sys
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar

from hub.app.mappings import MappingFiles
from hub.app.plugins import PluginHost
from hub.mapping import Crosswalk, SystemMapping, compile_mapping, load_layers
from hub.sdk import Access, Kind, hookimpl
from hub.testing.memory import MemorySystem
from hub.testing.plain import plain_mapping

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


@cache
def host_for(connector: type[Connector[Any]]) -> PluginHost:
    """The installed plugins, the kit's own, and that of a connector that is not installed."""
    return PluginHost(extra=_extra(connector))


@cache
def plain_text(connector: type[Connector[Any]]) -> str:
    """A mapping that spells everything as the hub does, for a connector for which none is shipped."""
    shipped = MappingFiles(host_for(connector).mapping_roots).layers(connector.name, connector.name)
    return "" if shipped else plain_mapping(connector.access)


@cache
def mapping_of(connector: type[Connector[Any]]) -> SystemMapping:
    """The mapping that is shipped for a connector, or the plain one."""
    host = host_for(connector)
    files = MappingFiles(host.mapping_roots)
    plain = plain_text(connector)
    shipped = files.layers(connector.name, connector.name)
    layers = load_layers([(f"{connector.name}.toml", plain)]) if plain else shipped
    return compile_mapping(
        layers,
        codes=files.spellings,
        converters=host.converters,
        shapes=host.shapes,
        crosswalks=lambda name: Crosswalk(name, open=True),
    )


def _extra(connector: type[Connector[Any]]) -> Iterator[object]:
    if connector is SampleSource or _installed().get(connector.name) is connector:
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
