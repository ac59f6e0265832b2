"""The helpers of these tests stand beside them and are imported by their own name."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from bill4time_account import Account
from bill4time_office import clock, office, sandbox

if TYPE_CHECKING:
    from hub.testing import FakeClock
    from hub_bill4time.sandbox import Bill4TimeSandbox

__all__ = ["clock", "office", "sandbox"]


@pytest.fixture
def account(sandbox: Bill4TimeSandbox, clock: FakeClock, tmp_path: Path) -> Account:
    """A firm's account as the connector reads it."""
    return Account(sandbox, clock, tmp_path)
