"""Tables in a folder: CSV, NDJSON and xlsx, read and written. The reference connector."""

from collections.abc import Iterable

from hub.sdk import Connector, Settings, hookimpl
from hub_folder.connector import FolderConnector, FolderSettings

__all__ = ["FolderConnector", "FolderSettings"]


@hookimpl
def hub_connectors() -> Iterable[type[Connector[Settings]]]:
    """Give the folder connector."""
    return (FolderConnector,)  # type: ignore[return-value]  # a class is invariant in its settings
