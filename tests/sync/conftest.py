"""The helpers of these tests stand beside them and are imported by their own name."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from sync_fakes import Bench
from sync_firm import Firm


@pytest.fixture
def bench(tmp_path: Path, empty_ledger: Path) -> Bench:
    """A workspace with a source folder and a fake system to write to."""
    made = Bench(tmp_path / "workspace")
    shutil.copy(empty_ledger, made.folder / "hub.db")
    return made


@pytest.fixture
def firm(tmp_path: Path, empty_ledger: Path) -> Firm:
    """A workspace with a billing program, the books and a portal."""
    made = Firm(tmp_path / "firm")
    shutil.copy(empty_ledger, made.folder / "hub.db")
    return made
