"""What a live reading remembers, and where it puts what it reads."""

from __future__ import annotations

import gc
import os
import stat
import sys
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub_tabs3.memory import Memory, swept
from hub_tabs3.odbc import RunFolder

if TYPE_CHECKING:
    from pathlib import Path

NUMBERS = st.sets(st.integers(0, 2**53))


def remembered(**groups: set[int]) -> Memory:
    memory = Memory(dict.fromkeys(groups, "digest"))
    for key, numbers in groups.items():
        for number in numbers:
            memory.note(key, number)
    return read(memory)


def read(memory: Memory) -> Memory:
    found = Memory.read(memory.written())
    assert found is not None
    return found


@given(NUMBERS, NUMBERS)
def test_a_cursor_gives_back_the_ids_that_it_was_given(one: set[int], other: set[int]) -> None:
    memory = remembered(i1=one, i2=other)
    assert set(memory.of("i1")) == one
    assert set(memory.of("i2")) == other
    assert list(memory.of("i3")) == []


def test_what_is_kept_is_what_was_known_and_what_is_new() -> None:
    before = remembered(i1={1, 2, 3, 9}, i2={4}, i3={5})
    memory = Memory({"i1": "", "i2": "", "i4": ""})
    memory.note("i2", 6)
    memory.note("i5", 7)
    for key in ("i1", "i2", "i4"):
        memory.keep(key, before)
    after = read(memory)
    assert {key: set(after.of(key)) for key in after.groups()} == {"i1": {1, 2, 3, 9}, "i2": {4, 6}}


def test_a_million_lines_are_some_hundred_kilobytes() -> None:
    memory = Memory({f"i{group}": f"{group:012x}" for group in range(20_000)})
    for group in range(20_000):
        for line in range(50):
            memory.note(f"i{group}", group * 50 + line + line // 7)
    assert len(memory.written()) < 600_000


@pytest.mark.parametrize("cursor", [None, "", "x", "c$`&", "{}"])
def test_what_is_no_cursor_is_none(cursor: str | None) -> None:
    assert Memory.read(cursor) is None


def test_every_group_has_its_turn_whatever_nights_are_left_out() -> None:
    groups = [f"i{number}" for number in range(500)]
    shares = [swept(groups, day - 1, day, 7) for day in range(100, 107)]
    assert sum(map(len, shares)) == len(groups)
    assert swept(groups, 99, 106, 7) == set(groups) == swept(groups, 0, 106, 7)
    assert swept(groups, 101, 104, 7) == shares[2] | shares[3] | shares[4]
    assert swept(groups, 104, 104, 7) == swept(groups, 105, 104, 7) == set()


def test_each_run_has_a_folder_of_its_own_that_goes_with_it(tmp_path: Path) -> None:
    root = tmp_path / ".tabs3-billing"
    one, other = RunFolder(root), RunFolder(root)
    assert not root.exists()
    (one.path / "FEE.ndjson").touch()
    assert other.path != one.path
    if sys.platform != "win32":
        assert {stat.S_IMODE(path.stat().st_mode) for path in (root, one.path, other.path)} == {0o700}
    kept = other.path
    del one
    gc.collect()
    assert list(root.iterdir()) == [kept]
    del other
    gc.collect()
    assert not root.exists()


def test_what_a_run_that_was_killed_has_left_is_removed(tmp_path: Path) -> None:
    left, young = tmp_path / "runs" / "left", tmp_path / "runs" / "young"
    for path in (left, young):
        path.mkdir(parents=True)
        (path / "FEE.ndjson").touch()
    long_ago = time.time() - 24 * 60 * 60
    os.utime(left, (long_ago, long_ago))
    run = RunFolder(tmp_path / "runs")
    made = run.path
    assert set((tmp_path / "runs").iterdir()) == {young, made}
