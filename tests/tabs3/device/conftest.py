"""A workspace beside a drop folder, with what a test does to both."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from hub.model import Kind
from hub.sdk import Action, Intent, Outcome, Reference
from hub.testing.clock import FakeClock
from hub_tabs3.device import DeviceInterface, DeviceSettings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from hub.sdk import End, Followed
    from hub.sdk.files import Files


FEE = {
    "CLIENT_ID": "100.00",
    "TIMEKEEPER": "2",
    "INITIALS": "MD",
    "TCODE": "1",
    "PHASE_TASK": "L110",
    "ACTIVITY": "A102",
    "DATE": "2026-01-31",
    "HOURS": "1.5",
}
COST = {
    "CLIENT_ID": "100.00",
    "TCODE": "51",
    "PHASE_TASK": "L100",
    "ACTIVITY": "E101",
    "DATE": "2026-01-31",
    "UNITS": "100",
    "AMOUNT": "15.00",
}


@dataclass
class Desk:
    """What stands around the Device Interface."""

    workspace: Path
    clock: FakeClock = field(default_factory=FakeClock)
    settings: dict[str, Any] = field(default_factory=dict)
    loaded: list[bytes] = field(default_factory=list)
    """The lines that Tabs3 has taken so far."""

    def __post_init__(self) -> None:
        self.drop.mkdir(exist_ok=True)

    @property
    def drop(self) -> Path:
        return self.workspace / "drop"

    @property
    def sent(self) -> Path:
        return self.workspace / "tabs3-sent"

    @property
    def file(self) -> Path:
        return self.drop / "TABS3.CV"

    @property
    def log(self) -> Path:
        return self.drop / "TBDEVICE.LOG"

    def fees(self, *keys: str, **changes: Any) -> list[Intent]:
        """A create of a time entry for each key, with the key in its description."""
        return [
            _create(key, Kind.TIME_ENTRY, FEE | {"DESCRIPTION": f"Research for {key}"} | changes)
            for key in keys
        ]

    def costs(self, *keys: str, **changes: Any) -> list[Intent]:
        """A create of an expense for each key."""
        return [
            _create(key, Kind.EXPENSE, COST | {"DESCRIPTION": f"Copies for {key}"} | changes) for key in keys
        ]

    def device(self, files: Files | None = None) -> DeviceInterface:
        """The interface as a new process makes it."""
        return DeviceInterface(
            DeviceSettings(folder="drop", **self.settings), self.workspace, self.clock, files
        )

    def write(self, intents: Sequence[Intent], files: Files | None = None) -> list[End]:
        outcomes: list[Outcome] = list(self.device(files).write(intents))
        assert [outcome.key for outcome in outcomes] == [intent.key for intent in intents]
        return [outcome.end for outcome in outcomes]

    def find(self, intent: Intent) -> str:
        """The receipt that is found for an intent."""
        found = self.device().find(intent.kind, Reference(intent.key, intent.payload))
        return found[0].receipt if found else ""

    def follow(self, *receipts: str) -> list[Followed]:
        return list(self.device().follow(Kind.TIME_ENTRY, receipts))

    def notes(self) -> str:
        return " ".join(self.device().check(self.clock.now()))

    def load(self) -> list[bytes]:
        """Load the files as a person does in Tabs3, which deletes them."""
        lines = []
        for path in sorted(self.drop.glob("*.CV")):
            lines += path.read_bytes().splitlines()
            path.unlink()
        self.loaded += lines
        return lines

    def refuse(self, *lines: bytes, reason: str = "Invalid client", mode: str = "ab") -> None:
        """Note records in the log as the sandbox does: the record, then an indented reason."""
        with self.log.open(mode) as file:
            for line in lines:
                file.write(line + f"\r\n   {reason}\r\n".encode())

    def arrived(self) -> Counter[bytes]:
        """How often each line is in Tabs3 or on its way there."""
        waiting = [line for path in self.drop.glob("*.CV") for line in path.read_bytes().splitlines()]
        return Counter([*self.loaded, *waiting])

    def states(self) -> list[str]:
        """The states of all deliveries, the oldest first."""
        notes = [json.loads(path.read_text()) for path in self.sent.glob("2*.json")]
        return [note["state"] for note in sorted(notes, key=lambda note: int(note["number"]))]


def _create(key: str, kind: Kind, payload: dict[str, Any]) -> Intent:
    return Intent(key, kind, Action.CREATE, payload, "TBDEVICE")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)
