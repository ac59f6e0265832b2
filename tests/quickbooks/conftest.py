"""The helpers of these tests stand beside them and are imported by their own name."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from sandbox_client import Client

from hub.testing import FakeClock
from hub_quickbooks.sandbox import QuickBooksSandbox

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def clock() -> FakeClock:
    """The clock of the sandbox."""
    return FakeClock()


@pytest.fixture
def sandbox(clock: FakeClock) -> Iterator[QuickBooksSandbox]:
    """A new company, without limits on how often it is asked."""
    with QuickBooksSandbox(clock=clock, limits=False) as sandbox:
        yield sandbox


@pytest.fixture
def client(sandbox: QuickBooksSandbox) -> Iterator[Client]:
    """A strict client of that company."""
    with Client(sandbox) as client:
        yield client
