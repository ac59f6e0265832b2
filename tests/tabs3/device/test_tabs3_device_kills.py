"""Killed at any step of a delivery and run again, no record is doubled and none is lost."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from hub.sdk import Delivered
from hub.sdk.files import Files

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from hub.sdk import Intent
    from tests.tabs3.device.conftest import Desk

_STEPS = 20
"""More than a delivery takes."""


class Killed(BaseException):
    """The process is dead."""


class Mortal(Files):
    """A disk whose process is killed before, after or in the middle of one of its steps.

    A dead process changes nothing any more, so that no clean-up of its own can help.
    """

    def __init__(self, desk: Desk, step: int, moment: str) -> None:
        super().__init__(desk.clock)
        self._left, self._moment, self._dead = step, moment, False

    @property
    def survived(self) -> bool:
        return not self._dead

    def write(self, path: Path, data: bytes) -> None:
        half = data[: len(data) // 2]
        self._live(
            lambda: super(Mortal, self).write(path, data), lambda: super(Mortal, self).write(path, half)
        )

    def replace(self, source: Path, target: Path) -> None:
        self._live(lambda: super(Mortal, self).replace(source, target))

    def place(self, source: Path, target: Path) -> None:
        self._live(lambda: super(Mortal, self).place(source, target))

    def remove(self, path: Path) -> None:
        self._live(lambda: super(Mortal, self).remove(path))

    def keep_names(self, folder: Path) -> None:
        self._live(lambda: super(Mortal, self).keep_names(folder))

    def _live(self, step: Callable[[], None], half: Callable[[], None] = lambda: None) -> None:
        if self._dead:
            raise Killed
        if self._left:
            self._left -= 1
            step()
            return
        {"before": lambda: None, "middle": half, "after": step}[self._moment]()
        self._dead = True
        raise Killed


def recovered(desk: Desk, intents: list[Intent]) -> list[str]:
    """Do as the hub does after a crash: look each intent up, and send what is not found under a new key."""
    receipts = {intent.key: desk.find(intent) for intent in intents}
    missing = [intent for intent in intents if not receipts[intent.key]]
    assert len(missing) in {0, len(intents)}
    for path in desk.drop.iterdir():
        assert path.suffix != ".part"
    if missing:
        again = [type(one)(f"{one.key}-1", one.kind, one.action, one.payload, one.source) for one in missing]
        ends = desk.write(again)
        assert all(isinstance(end, Delivered) for end in ends)
        return [end.receipt for end in ends if isinstance(end, Delivered)]
    return list(receipts.values())


def check_whole(desk: Desk, intents: list[Intent]) -> None:
    desk.load()
    arrived = desk.arrived()
    assert len(arrived) == len(intents)
    assert set(arrived.values()) == {1}


def survives(desk: Desk, step: int, moment: str, intents: list[Intent]) -> bool:
    files = Mortal(desk, step, moment)
    try:
        desk.write(intents, files)
    except Killed:
        assert not files.survived
    return files.survived


@pytest.mark.parametrize("taken", [False, True], ids=["waiting", "taken"])
@pytest.mark.parametrize("moment", ["before", "middle", "after"])
@pytest.mark.parametrize("step", range(_STEPS))
def test_killed_at_any_step_nothing_is_doubled_or_lost(
    desk: Desk,
    step: int,
    moment: str,
    taken: bool,  # noqa: FBT001 -- an example
) -> None:
    intents = [*desk.fees("a", "b"), *desk.costs("c")]
    survives(desk, step, moment, intents)
    if taken:
        desk.load()
    receipts = recovered(desk, intents)
    assert len(set(receipts)) == len(intents)
    assert set(desk.states()) == {"placed"}
    check_whole(desk, intents)


def test_a_delivery_has_fewer_steps_than_are_tried(desk: Desk) -> None:
    assert survives(desk, _STEPS - 1, "before", desk.fees("a"))


@pytest.mark.parametrize("step", range(0, _STEPS, 2))
@pytest.mark.parametrize("again", range(8))
def test_killed_while_it_recovers_nothing_is_doubled_or_lost(desk: Desk, step: int, again: int) -> None:
    intents = desk.fees("a", "b")
    survives(desk, step, "after", intents)
    survives(desk, again, "before", desk.fees("a", "b"))
    recovered(desk, intents)
    check_whole(desk, intents)


@pytest.mark.parametrize("step", range(_STEPS))
def test_killed_and_sent_again_under_the_same_key_there_is_one_line(desk: Desk, step: int) -> None:
    intents = desk.fees("a", "b")
    survives(desk, step, "after", intents)
    assert all(isinstance(end, Delivered) for end in desk.write(intents))
    check_whole(desk, intents)


@pytest.mark.parametrize("step", range(_STEPS))
def test_killed_behind_a_file_that_waits_the_file_stays(desk: Desk, step: int) -> None:
    desk.write(desk.fees("a"))
    before = desk.file.read_bytes()
    survives(desk, step, "after", desk.fees("b"))
    assert desk.find(desk.fees("b")[0]) == ""
    assert desk.file.read_bytes() == before


_CHILD = """
import json, sys, time
from pathlib import Path
from hub.sdk import Action, Intent, Kind
from hub.testing.clock import FakeClock
from hub_tabs3.device import DeviceInterface, DeviceSettings
from hub.sdk.files import Files

workspace, step = Path(sys.argv[1]), int(sys.argv[2])

class Slow(Files):
    def stop(self):
        global step
        step -= 1
        if not step:
            (workspace / "here").touch()
            time.sleep(60)

for name in ("write", "replace", "place", "remove", "keep_names"):
    def do(self, *given, name=name):
        getattr(Files, name)(self, *given)
        self.stop()
    setattr(Slow, name, do)

clock = FakeClock()
payloads = json.loads((workspace / "payloads.json").read_text())
intents = [Intent(key, Kind.TIME_ENTRY, Action.CREATE, payload) for key, payload in payloads.items()]
list(DeviceInterface(DeviceSettings(folder="drop"), workspace, clock, Slow(clock)).write(intents))
"""


@pytest.mark.parametrize("step", [6, 9, 11, 13, 14])
def test_a_process_that_is_killed_leaves_it_so(desk: Desk, step: int) -> None:
    """A real process, killed without warning once it has done so many steps."""
    intents, here = desk.fees("a", "b"), desk.workspace / "here"
    payloads = {intent.key: dict(intent.payload) for intent in intents}
    (desk.workspace / "payloads.json").write_text(json.dumps(payloads), encoding="utf-8", newline="")
    with subprocess.Popen([sys.executable, "-c", _CHILD, str(desk.workspace), str(step)]) as child:
        for _ in range(600):
            if here.exists() or child.poll() is not None:
                break
            time.sleep(0.05)
        child.kill()
    assert here.exists()
    recovered(desk, intents)
    check_whole(desk, intents)
