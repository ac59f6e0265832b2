"""A batch is in the folder as a whole or not at all, whatever happens on the way."""

import errno
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hub.sdk import Kind, NotSent, Reference, Unknown, Written
from hub_folder.table import staged

needs_fork = pytest.mark.skipif(sys.platform == "win32", reason="kills a process that it forks")

CLIENTS = "id,name\nC1,Acme\n"
HEADS = "id,number\nI1,7\n"
LINES = "invoice,type\nI1,fee\n"
LINE = {"type": "fee"}


def in_a_child(work: Callable[[], object]) -> int:
    """Run something in a process of its own; its exit code."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def killed_at(step: int, work: Callable[[], object]) -> bool:
    """Run something that dies at its n-th call that reaches the disk; whether it died."""

    def child() -> None:
        left = step

        def dying(real: Callable[..., Any]) -> Callable[..., Any]:
            def call(*arguments: Any, **named: Any) -> Any:
                nonlocal left
                left -= 1
                if left < 0:
                    os._exit(9)
                return real(*arguments, **named)

            return call

        os.fsync, os.replace, os.unlink = dying(os.fsync), dying(os.replace), dying(os.unlink)
        work()

    return in_a_child(child) == 9


def keys(sheets: Any, kind: Kind) -> set[str]:
    items = sheets.items(kind)
    assert not any(item.problem for item in items)
    return {item.external_id for item in items}


@needs_fork
@pytest.mark.parametrize("name", ["append", "rewrite", "create"])
def test_a_killed_batch_is_whole_or_not_there(sheets: Any, create: Any, update: Any, name: str) -> None:
    batch = [create(f"k{n}", name="x" * 50) for n in range(20)]
    if name == "rewrite":
        batch.append(update("C1", name="new"))
    new = {intent.key for intent in batch if intent.key.startswith("k")}
    step = 0
    died = True
    while died:
        for path in sheets.folder.iterdir():
            path.unlink()
        if name != "create":
            sheets.put("client.csv", CLIENTS)
        died = killed_at(step, lambda: list(sheets.connector().write(batch)))
        before = {"C1"} if name != "create" else set()
        there = keys(sheets, Kind.CLIENT) if sheets.names() & {"client.csv"} else set()
        assert there in (before, before | new)
        assert died or there == before | new
        found = sheets.connector().find(Kind.CLIENT, Reference("k7", {}))
        assert bool(found) is (there != before)
        assert isinstance(sheets.write(create("later", name="y"))["later"], Written)
        assert keys(sheets, Kind.CLIENT) == there | {"later"}
        assert {path for path in sheets.names() if path.endswith(".journal")} == set()
        step += 1
    assert step > 2


@needs_fork
@pytest.mark.parametrize("lines_there", [True, False])
@pytest.mark.parametrize("changes", [True, False])
def test_a_killed_batch_never_parts_an_invoice_from_its_lines(
    sheets: Any,
    create: Any,
    update: Any,
    lines_there: Any,
    changes: Any,
) -> None:
    batch = [create(f"k{n}", Kind.INVOICE, number=str(n), lines=[LINE, LINE]) for n in range(3)]
    if changes:
        batch.append(update("I1", Kind.INVOICE, number="8", lines=[LINE, LINE, LINE]))
    step = 0
    died = True
    while died:
        for path in sheets.folder.iterdir():
            path.unlink()
        sheets.put("invoice.csv", HEADS)
        if lines_there:
            sheets.put("invoice_line.csv", LINES)
        died = killed_at(step, lambda: list(sheets.connector().write(batch)))
        for _ in range(2):  # once as it was left, once after another write has cleared up
            pages = sheets.pages(Kind.INVOICE)
            raws = sheets.raws(Kind.INVOICE)
            assert not pages[-1].notices
            assert all(len(raws[key]["lines"]) == 2 for key in raws if key.startswith("k"))
            if changes:
                assert ("k0" in raws) is (raws["I1"]["number"] == "8")
                assert len(raws["I1"].get("lines", ())) == (3 if "k0" in raws else int(lines_there))
            assert died or "k0" in raws
            sheets.write(create(f"later{_}", Kind.INVOICE, number="9"))
        step += 1
    assert step > 2


def test_a_part_of_a_batch_is_passed_over_and_then_taken_off(
    sheets: Any, create: Any, tmp_path: Path
) -> None:
    path = sheets.put("client.csv", CLIENTS)
    journal = sheets.folder / ".client.journal"
    batch = [create("k1", name="a, b"), create("k2", name="c")]
    kept = copy_of_the_journal(sheets, batch)
    whole = path.read_bytes()
    for size in range(len(CLIENTS), len(whole) + 1):
        journal.write_bytes(kept)
        path.write_bytes(whole[:size])
        there = {"C1", "k1", "k2"} if size == len(whole) else {"C1"}
        assert keys(sheets, Kind.CLIENT) == there
        assert path.read_bytes() == whole[:size]  # reading changes nothing
        sheets.write(create("k3", name="d"))
        assert keys(sheets, Kind.CLIENT) == there | {"k3"}
        assert not journal.exists()


def copy_of_the_journal(sheets: Any, batch: Any) -> bytes:
    """The journal of a batch as it stands while the batch is appended."""
    journal = sheets.folder / ".client.journal"
    kept: list[bytes] = []
    real = os.fsync

    def looking(handle: int) -> None:
        real(handle)
        if journal.exists():
            kept.append(journal.read_bytes())

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", looking)
        list(sheets.connector().write(batch))
    return kept[-1]


def test_a_table_that_somebody_edited_after_a_crash_is_left_alone(sheets: Any, create: Any) -> None:
    path = sheets.put("client.csv", CLIENTS)
    kept = copy_of_the_journal(sheets, [create("k1", name="Bar"), create("k2", name="Cee")])
    (sheets.folder / ".client.journal").write_bytes(kept)
    path.write_text(CLIENTS + "k1,Bear\nmine,x\n")
    sheets.write(create("k3", name="d"))
    assert path.read_text() == CLIENTS + "k1,Bear\nmine,x\nk3,d\n"


@pytest.mark.parametrize("broken", [b"", b"{", b'{"appended": []}', b'{"digest": "00"}\nx', b"[1]\n"])
def test_a_journal_that_was_never_finished_means_nothing(sheets: Any, create: Any, broken: bytes) -> None:
    sheets.put("client.csv", CLIENTS)
    sheets.put(".client.journal", broken)
    assert keys(sheets, Kind.CLIENT) == {"C1"}
    sheets.write(create("k1", name="x"))
    assert keys(sheets, Kind.CLIENT) == {"C1", "k1"}
    assert sheets.names() == {"client.csv"}


@needs_fork
@pytest.mark.parametrize("changes", [True, False])
def test_a_full_disk_leaves_the_folder_as_it_was(sheets: Any, create: Any, update: Any, changes: Any) -> None:
    import resource  # noqa: PLC0415 -- not on Windows
    import signal  # noqa: PLC0415

    content = CLIENTS + "C2,other\n" * 20
    path = sheets.put("client.csv", content.replace("C2,other\n", "", 1))
    before = path.read_bytes()
    batch = [create(f"k{n}", name="x" * 50) for n in range(20)]
    if changes:
        batch.append(update("C1", name="new"))

    def child() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1250, 1250))
        ends = [outcome.end for outcome in sheets.connector().write(batch)]
        assert all(isinstance(end, NotSent) and "cannot be written" in end.reason for end in ends)

    assert in_a_child(child) == 0
    assert path.read_bytes() == before
    assert sheets.names() == {"client.csv"}


@pytest.mark.parametrize("call", range(4))
def test_a_disk_without_room_is_named(sheets: Any, create: Any, monkeypatch: Any, call: int) -> None:
    sheets.put("client.csv", CLIENTS)
    sheets.write(create("k0", name="a"))
    calls = iter(range(100))
    real = os.fsync

    def full(handle: int) -> None:
        if next(calls) == call:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(handle)

    monkeypatch.setattr(os, "fsync", full)
    end = sheets.write(create("k1", name="b"))["k1"]
    there = keys(sheets, Kind.CLIENT) == {"C1", "k0", "k1"}
    assert there is isinstance(end, Written)
    if isinstance(end, NotSent):
        assert end.reason == "The disk is full; nothing of the batch was written."
    assert sheets.names() == {"client.csv"}


@pytest.fixture
def held(monkeypatch: Any) -> Callable[[int], None]:
    """Have a file held against being replaced for so many tries."""

    def hold(tries: int) -> None:
        left = iter(range(tries))
        real = os.replace

        def replace(source: Any, target: Any) -> None:
            if next(left, None) is not None:
                raise PermissionError(errno.EACCES, "used by another process")
            real(source, target)

        monkeypatch.setattr(os, "replace", replace)

    return hold


def test_a_file_that_is_held_for_a_moment_is_waited_for(sheets: Any, update: Any, held: Any) -> None:
    sheets.put("client.csv", CLIENTS)
    start = sheets.clock.now()
    held(3)
    assert isinstance(sheets.write(update("C1", name="new"))["u-C1"], Written)
    assert 0 < (sheets.clock.now() - start).total_seconds() < 2


def test_a_file_that_stays_held_leaves_the_batch_for_later(sheets: Any, update: Any, held: Any) -> None:
    sheets.put("client.csv", CLIENTS)
    start = sheets.clock.now()
    held(10_000)
    end = sheets.write(update("C1", name="new"))["u-C1"]
    assert isinstance(end, NotSent)
    assert "open in another program" in end.reason
    assert 3 < (sheets.clock.now() - start).total_seconds() < 10
    assert (sheets.folder / "client.csv").read_text() == CLIENTS
    assert sheets.names() == {"client.csv"}


def test_the_second_of_two_files_that_stays_held_is_doubtful_and_settled_later(
    sheets: Any, create: Any, monkeypatch: Any
) -> None:
    sheets.put("invoice.csv", HEADS)
    real = os.replace

    def replace(source: Any, target: Any) -> None:
        if Path(target).name == "invoice_line.csv":
            raise PermissionError(errno.EACCES, "used by another process")
        real(source, target)

    monkeypatch.setattr(os, "replace", replace)
    end = sheets.write(create("k1", Kind.INVOICE, number="8", lines=[LINE]))["k1"]
    assert isinstance(end, Unknown)
    (found,) = sheets.connector().find(Kind.INVOICE, Reference("k1", {}))
    assert found.digest == sheets.items(Kind.INVOICE)[1].digest
    assert len(sheets.raws(Kind.INVOICE)["k1"]["lines"]) == 1
    monkeypatch.setattr(os, "replace", real)
    sheets.write(create("k2", Kind.INVOICE, number="9"))
    assert sheets.names() == {"invoice.csv", "invoice_line.csv"}
    assert len(sheets.raws(Kind.INVOICE)["k1"]["lines"]) == 1


def test_a_table_that_is_edited_while_a_batch_is_prepared_is_not_written_over(
    sheets: Any, update: Any, held: Any, monkeypatch: Any
) -> None:
    path = sheets.put("client.csv", CLIENTS)
    real = os.fsync
    edited = CLIENTS + "mine,x\n"

    def editing(handle: int) -> None:
        real(handle)
        path.write_text(edited)

    monkeypatch.setattr(os, "fsync", editing)
    end = sheets.write(update("C1", name="new"))["u-C1"]
    assert isinstance(end, NotSent)
    assert path.read_text() == edited
    assert not staged(path).exists()


def test_a_place_that_is_no_folder_takes_nothing(sheets: Any, create: Any) -> None:
    sheets.put("file", "")
    end = next(iter(sheets.connector(folder="sheets/file").write([create("k1")]))).end
    assert isinstance(end, NotSent)
    assert not sheets.connector(folder="sheets/file").check().ok
