"""The helpers of these tests stand beside them and are imported by their own name."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from sync_fakes import Bench

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """A workspace with a source folder and a fake system to write to."""
    made = Bench(tmp_path / "workspace")
    yield made
    made.close()
