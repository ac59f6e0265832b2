"""The hooks that a plugin may implement; each is called once, when a workspace is opened."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import pluggy

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable
    from pathlib import Path
    from random import Random

    import click

    from hub.model import Kind
    from hub.sdk.connector import Connector, Settings
    from hub.sdk.rules import Rule
    from hub.sdk.workspace import Workspace

hookspec = pluggy.HookspecMarker("hub")
hookimpl = pluggy.HookimplMarker("hub")
"""Marks a function of a plugin as an implementation of the hook of the same name."""

Shape = Callable[[Any], Any]
"""A pure step from a canonical record to a canonical record of the same kind, before translation."""

Converter = tuple[Callable[[Any], Any], Callable[[Any], Any]]
"""A named converter for mappings: inward (vendor → canonical) and outward."""


class SampleFirm(Protocol):
    """The sample firm of ``hub demo`` while plugins build it, each its own part."""

    @property
    def folder(self) -> Path:
        """The new workspace's folder."""
        ...

    @property
    def random(self) -> Random:
        """The seeded source of all chance."""
        ...

    @property
    def records(self) -> int | None:
        """How many time entries are wanted; ``None`` for the usual size."""
        ...

    def connect(
        self,
        name: str,
        settings: Mapping[str, Any],
        *,
        gives: Iterable[str] = (),
        takes: Iterable[str] = (),
    ) -> None:
        """Put a connection into hub.toml; the hub draws a flow from each giver to each taker."""
        ...

    def tell(self, fault: str) -> None:
        """Name a fault that was planted, to be shown beside what the hub found."""
        ...

    def share(self, kind: Kind, records: Iterable[Mapping[str, Any]]) -> None:
        """Tell what another system of the firm has, too: values by canonical field, references by number."""
        ...

    def once_shared(self, build: Callable[[Mapping[Kind, Sequence[Mapping[str, Any]]]], None]) -> None:
        """Have a part built once every plugin has told what it shares; ``build`` is given all of it."""
        ...

    def afterwards(self, act: Callable[[], str]) -> None:
        """Say what happens at the firm after the first run; the demo then runs again.

        ``act`` does it and says what it did, in a sentence. It raises HubError where what the first run
        did is wrong: a demo that does harm fails.
        """
        ...


@hookspec
def hub_connectors() -> Iterable[type[Connector[Settings]]]:
    """Give the connector classes of this plugin."""
    raise NotImplementedError


@hookspec
def hub_rules() -> Iterable[Rule]:
    """Give the rules of this plugin."""
    raise NotImplementedError


@hookspec
def hub_mappings() -> Traversable:
    """Give the folder with this plugin's mapping files: ``<connector>.toml``, code lists, profiles."""
    raise NotImplementedError


@hookspec
def hub_shapes() -> Mapping[str, Shape]:
    """Give named shapes that mapping files may use."""
    raise NotImplementedError


@hookspec
def hub_converters() -> Mapping[str, Converter]:
    """Give named converters that mapping files may use in ``as``."""
    raise NotImplementedError


@hookspec
def hub_commands(workspace: Callable[[], Workspace]) -> Iterable[click.Command]:
    """Give commands for the ``hub`` program; ``workspace()`` opens the one it was called for."""
    raise NotImplementedError


@hookspec
def hub_sandboxes() -> Iterable[click.Command]:
    """Give commands for ``hub sandbox``, each named for a system: it starts a stand-in of that system.

    The stand-in serves whoever calls it until it is stopped; no workspace is needed for it. What a
    command imports beyond click it should import when it is called: ``hub sandbox`` lists them all.
    """
    raise NotImplementedError


@hookspec
def hub_sample_firm(firm: SampleFirm) -> None:
    """Write this plugin's part of the sample firm, from its connector's sandbox."""
    raise NotImplementedError
