"""A folder of exported tables, and the connector that reads it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from hub.sdk import Clock, SystemClock
from hub_tabs3 import Tabs3, Tabs3Settings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from hub.sdk import Kind, Page, Upsert
    from hub.sdk.http import Session


@dataclass
class Place:
    """The surroundings of a connector that needs only a folder."""

    folder: Path
    connection: str = "billing"
    clock: Clock = field(default_factory=SystemClock)

    def http(self) -> Session:
        raise AssertionError("Tabs3 is never reached over a network")


class Exported:
    """A folder that a test fills with tables and reads through the connector."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "tabs3"
        self.folder.mkdir()
        self.connector = Tabs3(Tabs3Settings(folder="tabs3"), Place(folder))

    def put(self, name: str, content: str | bytes) -> Path:
        """Write a table as it stands here."""
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def rows(self, name: str, *rows: Mapping[str, str]) -> Path:
        """Write a CSV table of simple texts."""
        columns = list(dict.fromkeys(column for row in rows for column in row))
        lines = [columns, *([row.get(column, "") for column in columns] for row in rows)]
        return self.put(f"{name}.csv", "".join(",".join(line) + "\r\n" for line in lines))

    def pages(self, kind: Kind) -> list[Page]:
        return list(self.connector.read(kind, None))

    def read(self, kind: Kind) -> list[Upsert]:
        return [item for page in self.pages(kind) for item in page.items]

    def one(self, kind: Kind) -> Upsert:
        (item,) = self.read(kind)
        return item

    def ids(self, kind: Kind) -> list[tuple[str, str]]:
        return [(item.source, item.external_id) for item in self.read(kind)]


@pytest.fixture
def exported(tmp_path: Path) -> Exported:
    return Exported(tmp_path)
