"""The helpers of these tests stand beside them and are imported by their own name."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from books_desk import Desk
from books_desk import client as a_client
from sandbox_client import Client

from hub.sdk import Kind
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


@pytest.fixture
def desk(sandbox: QuickBooksSandbox, clock: FakeClock) -> Desk:
    """The connector at that company, without the hub."""
    return Desk(sandbox, clock)


@pytest.fixture
def acme(desk: Desk) -> str:
    """A client of that company that the connector has made."""
    return desk.make(Kind.CLIENT, a_client()).external_id
