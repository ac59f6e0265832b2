"""The connector keeps the contract, at a database and at exported tables."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from hub.testing import ConnectorSuite
from hub_time_matters import TimeMatters
from hub_time_matters.sandbox import TimeMattersSandbox, sqlite_url

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


class TestDatabase(ConnectorSuite):
    connector = TimeMatters

    def sandbox(self, folder: Path) -> TimeMattersSandbox:
        return TimeMattersSandbox(sqlite_url(folder / "tm.db"))


class TestExport(ConnectorSuite):
    connector = TimeMatters

    @contextmanager
    def sandbox(self, folder: Path) -> Iterator[Path]:
        with TimeMattersSandbox(sqlite_url(folder / "tm.db")) as sandbox:
            self.given = sandbox.exported(folder / "export")
        yield folder / "export"

    def settings(self, sandbox: Path) -> Mapping[str, Any]:
        return self.given

    def break_source(self, sandbox: Path) -> None:
        shutil.rmtree(sandbox)
