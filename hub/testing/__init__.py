"""The conformance kit: what a connector's author needs to show that it keeps the contract.

Needs pytest beside what the hub itself needs.
"""

from hub.testing import faults
from hub.testing.clock import FakeClock
from hub.testing.memory import (
    MemoryBlind,
    MemoryIncremental,
    MemorySystem,
    MemoryWithKeys,
    memory_access,
)
from hub.testing.samples import MARK, Samples, sample_records, stored_values
from hub.testing.store import MemoryStore
from hub.testing.suite import ConnectorSuite

__all__ = [
    "MARK",
    "ConnectorSuite",
    "FakeClock",
    "MemoryBlind",
    "MemoryIncremental",
    "MemoryStore",
    "MemorySystem",
    "MemoryWithKeys",
    "Samples",
    "faults",
    "memory_access",
    "sample_records",
    "stored_values",
]
