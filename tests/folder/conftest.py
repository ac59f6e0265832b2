"""A folder of tables, a clock that is driven, and short ways to read and write."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hub.sdk import Action, End, Intent, Kind, Page, Upsert
from hub.sdk.http import Session
from hub_folder import FolderConnector, FolderSettings


class DrivenClock:
    def __init__(self) -> None:
        self.time = datetime(2026, 1, 5, tzinfo=UTC)
        self.during_sleep: Callable[[], None] = lambda: None

    def now(self) -> datetime:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)
        self.during_sleep()


class Here:
    connection = "sheets"

    def __init__(self, folder: Path, clock: DrivenClock) -> None:
        self.folder = folder
        self.clock = clock

    def http(self) -> Session:
        raise NotImplementedError


class Sheets:
    """A folder, and a connector to it."""

    def __init__(self, workspace: Path) -> None:
        self.clock = DrivenClock()
        self.folder = workspace / "sheets"
        self.folder.mkdir()
        self._workspace = workspace

    def connector(self, **settings: Any) -> FolderConnector:
        config = FolderSettings(**{"folder": "sheets"} | settings)
        return FolderConnector(config, Here(self._workspace, self.clock))

    def put(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def pages(self, kind: Kind = Kind.CLIENT, **settings: Any) -> list[Page]:
        return list(self.connector(**settings).read(kind, None))

    def items(self, kind: Kind = Kind.CLIENT, **settings: Any) -> list[Upsert]:
        found = [item for page in self.pages(kind, **settings) for item in page.items]
        assert all(isinstance(item, Upsert) for item in found)
        return [item for item in found if isinstance(item, Upsert)]

    def raws(self, kind: Kind = Kind.CLIENT, **settings: Any) -> dict[str, Mapping[str, Any]]:
        return {item.external_id: item.raw for item in self.items(kind, **settings)}

    def write(self, *intents: Intent, **settings: Any) -> dict[str, End]:
        return {outcome.key: outcome.end for outcome in self.connector(**settings).write(intents)}

    def names(self) -> set[str]:
        """The files in the folder, but for its mark."""
        return {path.name for path in self.folder.iterdir()} - {".hub-folder"}


@pytest.fixture
def sheets(tmp_path: Path) -> Sheets:
    return Sheets(tmp_path)


@pytest.fixture
def create() -> Callable[..., Intent]:
    def made(key: str, kind: Kind = Kind.CLIENT, **payload: Any) -> Intent:
        return Intent(key, kind, Action.CREATE, payload)

    return made


@pytest.fixture
def update() -> Callable[..., Intent]:
    def made(identifier: str, kind: Kind = Kind.CLIENT, version: str | None = None, **payload: Any) -> Intent:
        return Intent(f"u-{identifier}", kind, Action.UPDATE, payload, kind.value, identifier, version)

    return made


@pytest.fixture
def agree() -> Callable[[Sheets, Sequence[End], Kind], None]:
    """Writing told the digest and version that the next reading finds."""

    def check(sheets: Sheets, ends: Sequence[End], kind: Kind = Kind.CLIENT) -> None:
        read = {item.external_id: (item.digest, item.version) for item in sheets.items(kind)}
        for end in ends:
            assert (end.digest, end.version) == read[end.external_id]  # type: ignore[union-attr]

    return check
