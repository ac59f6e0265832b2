"""The helpers of these tests stand beside them and are imported by their own name."""

from __future__ import annotations

import logging
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


@pytest.fixture
def practice(tmp_path: Path) -> Practice:
    """A small practice with statements, not synced yet."""
    return billed_practice(tmp_path / "firm")


@pytest.fixture
def running(practice: Practice) -> Practice:
    """A small practice after its first sync."""
    practice.sync()
    return practice
