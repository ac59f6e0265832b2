"""The helpers of these tests stand beside them and are imported by their own name."""

from __future__ import annotations

import logging
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from scenario_practice import Practice, billed_practice

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def _quiet_logs() -> Iterator[None]:
    """The program sets up logging; leave it as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture(scope="session")
def synced(tmp_path_factory: pytest.TempPathFactory) -> Practice:
    """A small practice after its first sync; never to be changed."""
    made = billed_practice(tmp_path_factory.mktemp("synced") / "firm")
    assert made.sync()["exit"] == 0
    return made


@pytest.fixture
def practice(tmp_path: Path, empty_ledger: Path) -> Practice:
    """A small practice with statements, not synced yet."""
    made = billed_practice(tmp_path / "firm")
    shutil.copy(empty_ledger, made.folder / "hub.db")
    return made


@pytest.fixture
def running(tmp_path: Path, synced: Practice) -> Practice:
    """A small practice after its first sync."""
    return synced.copied(tmp_path / "firm")
