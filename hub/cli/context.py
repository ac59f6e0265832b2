"""What commands open: the configuration, the plugins, the workspace. Nothing here loads before it is used."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import click

from hub.app.config import FILE_NAME, load_config
from hub.app.plugins import PluginHost, open_plugins
from hub.sdk import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub.app.config import Config
    from hub.cli.options import Globals
    from hub.sdk import Workspace


def read_config(said: Globals) -> Config:
    """The workspace's hub.toml.

    Raises:
        ConfigurationError: it is missing or wrong.

    """
    return load_config(said.folder / FILE_NAME)


def load_plugins(said: Globals) -> PluginHost:
    """The plugins that the workspace uses; all of them where there is no sound hub.toml.

    Raises:
        ConfigurationError: a hub.toml names a plugin that is not installed.

    """
    try:
        config = read_config(said)
    except ConfigurationError:
        return PluginHost()
    return open_plugins(config)


def workspace_opener(said: Globals) -> Callable[[], Workspace]:
    """A function that opens the workspace when a plugin's command asks for it, until the command ends."""

    @cache
    def opened() -> Workspace:
        from hub.app.workspace import OpenWorkspace  # noqa: PLC0415 -- brings the ledger's libraries

        return click.get_current_context().find_root().with_resource(OpenWorkspace(said.folder))

    return opened
