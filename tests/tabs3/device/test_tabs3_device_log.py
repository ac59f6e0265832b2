"""TBDEVICE.LOG: what Tabs3 refused is told of the very record, and each rejection counts once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hub.sdk import Delivered, Rejected
from hub_tabs3.device.log import Mark, field_of, mark_of, news

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub.sdk import Intent
    from tests.tabs3.device.conftest import Desk

MARK = "privileged draft answer to the complaint of the other side"


def sent(desk: Desk, *intents: Intent) -> list[str]:
    """Write a batch and have a person load it; gives the receipts."""
    ends = desk.write(intents)
    receipts = [end.receipt for end in ends if isinstance(end, Delivered)]
    assert len(receipts) == len(intents)
    desk.load()
    return receipts


def refused(desk: Desk, *receipts: str) -> list[Rejected | None]:
    return [followed.refused for followed in desk.follow(*receipts)]


def test_a_refused_line_is_told_with_tabs3s_reason(desk: Desk) -> None:
    one, other = sent(desk, *desk.fees("a", "b"))
    desk.refuse(desk.loaded[1])
    first, second = desk.follow(one, other)
    assert first.refused is None
    assert second.refused is not None
    assert second.refused.code == "tabs3-refused"
    assert second.refused.message == "Tabs3 refused it: Invalid client."
    assert second.refused.field == "CLIENT_ID"
    assert second.refused.remedy
    assert "TBDEVICE.LOG" in second.told


def test_it_stays_refused_though_the_log_says_no_more(desk: Desk) -> None:
    (one,) = sent(desk, *desk.fees("a"))
    desk.refuse(desk.loaded[0])
    first = refused(desk, one)
    assert first[0] is not None
    assert refused(desk, one) == first
    desk.log.unlink()
    assert refused(desk, one) == first


@pytest.mark.parametrize(
    "around",
    [
        "{line}\r\n   Invalid client\r\n",
        "Record 2: {line} - Invalid client\r\n",
        "Invalid client: {line}\r\n",
        '04/01/2026 22:10 TABS3.CV line 2\r\n"{line}"\r\n*** Invalid client\r\n\r\n',
        "{line}\nInvalid client\n",
        "=====\r\n{line}\r\n=====\r\nInvalid client",
        "100.00 002 1 L110 A102 01/31/26 1.5 Invalid client\r\n",
        "\t100.00\t2\t1\tL110\tA102\t1/31/2026\t1.50\t\t\tResearch\tfor\tb\r\n  Invalid client\r\n",
    ],
)
def test_a_record_is_found_whatever_surrounds_it(desk: Desk, around: str) -> None:
    one, other = sent(desk, *desk.fees("a", HOURS="2"), *desk.fees("b"))
    desk.log.write_bytes(around.format(line=desk.loaded[1].decode()).encode())
    first, second = refused(desk, one, other)
    assert first is None
    assert second is not None
    assert second.code == "tabs3-refused"


def test_costs_are_found_too(desk: Desk) -> None:
    one, other = sent(desk, *desk.costs("a", "b", UNITS=""))
    desk.refuse(desk.loaded[0], reason="Tcode is not a cost")
    first, second = refused(desk, one, other)
    assert first is not None
    assert first.field == "TCODE"
    assert second is None


def test_identical_lines_are_counted(desk: Desk) -> None:
    receipts = sent(desk, *desk.fees("a", "b", "c", DESCRIPTION="same"))
    desk.refuse(desk.loaded[0], desk.loaded[0])
    assert [one is not None for one in refused(desk, *receipts)] == [True, True, False]
    desk.refuse(desk.loaded[0], desk.loaded[0])
    assert [one is not None for one in refused(desk, *receipts)] == [True, True, True]


def test_a_line_that_begins_like_another_is_told_apart_by_its_description(desk: Desk) -> None:
    receipts = sent(desk, *desk.fees("a", DESCRIPTION="Call"), *desk.fees("b", DESCRIPTION="Call with GC"))
    desk.refuse(desk.loaded[1])
    assert [one is not None for one in refused(desk, *receipts)] == [False, True]
    desk.refuse(desk.loaded[0])
    assert [one is not None for one in refused(desk, *receipts)] == [True, True]


def test_where_the_log_does_not_say_which_neither_is_refused_and_a_person_is_told(desk: Desk) -> None:
    receipts = sent(desk, *desk.fees("a", "b"), *desk.fees("c", HOURS="2"))
    desk.refuse(b"100.00 2 1 L110 A102 01/31/2026 1.5")
    first, second, third = desk.follow(*receipts)
    assert (first.refused, second.refused, third.refused) == (None, None, None)
    assert "TBDEVICE.LOG names it, or another that begins alike" in first.told
    assert "TBDEVICE.LOG" in second.told
    assert "TBDEVICE.LOG" not in third.told


def test_records_of_others_refuse_nothing(desk: Desk) -> None:
    (one,) = sent(desk, *desk.fees("a"))
    desk.refuse(b"100.00,2,1,L110,A102,01/30/2026,1.50,,,Research for a", b"101.00,,$51,,,01/31/2026,1,,,x")
    assert refused(desk, one) == [None]


# What was said before.


def test_what_the_log_said_before_the_first_delivery_refuses_nothing(desk: Desk) -> None:
    desk.refuse(b"100.00,2,1,L110,A102,01/31/2026,1.50,,,Research for a")
    (one,) = sent(desk, *desk.fees("a"))
    assert refused(desk, one) == [None]
    desk.refuse(desk.loaded[0])
    assert refused(desk, one)[0] is not None


def test_an_old_rejection_never_refuses_a_later_delivery(desk: Desk) -> None:
    (one,) = sent(desk, *desk.fees("a", DESCRIPTION="same"))
    desk.refuse(desk.loaded[0])
    (again,) = sent(desk, *desk.fees("b", DESCRIPTION="same"))
    assert [end is not None for end in refused(desk, one, again)] == [True, False]
    desk.refuse(desk.loaded[0])
    assert [end is not None for end in refused(desk, one, again)] == [True, True]


def test_a_log_that_is_begun_anew_is_read_from_its_start(desk: Desk) -> None:
    one, other = sent(desk, *desk.fees("a", "b"))
    desk.refuse(desk.loaded[0], b"another")
    assert [end is not None for end in refused(desk, one, other)] == [True, False]
    desk.refuse(desk.loaded[1], mode="wb")
    assert [end is not None for end in refused(desk, one, other)] == [True, True]


def test_a_log_whose_beginning_is_cut_off_says_nothing_twice(desk: Desk) -> None:
    (one,) = sent(desk, *desk.fees("a", DESCRIPTION="same"))
    desk.refuse(b"very old", desk.loaded[0])
    (again,) = sent(desk, *desk.fees("b", DESCRIPTION="same"))
    lines = desk.log.read_bytes().splitlines(keepends=True)
    desk.log.write_bytes(b"".join(lines[2:]))
    assert [end is not None for end in refused(desk, one, again)] == [True, False]
    desk.refuse(desk.loaded[1])
    assert [end is not None for end in refused(desk, one, again)] == [True, True]


def test_a_log_that_is_written_as_it_was_says_nothing_twice(desk: Desk) -> None:
    (one,) = sent(desk, *desk.fees("a", DESCRIPTION="same"))
    desk.refuse(desk.loaded[0])
    (again,) = sent(desk, *desk.fees("b", DESCRIPTION="same"))
    desk.log.write_bytes(desk.log.read_bytes())
    assert [end is not None for end in refused(desk, one, again)] == [True, False]


def test_without_the_memory_nothing_old_refuses(desk: Desk) -> None:
    (one,) = sent(desk, *desk.fees("a"))
    desk.refuse(desk.loaded[0])
    assert refused(desk, one)[0] is not None
    (desk.sent / "rejected.json").write_bytes(b"{")
    assert refused(desk, one) == [None]


def test_half_a_line_is_read_again_when_it_is_whole(desk: Desk) -> None:
    (one,) = sent(desk, *desk.fees("a"))
    line = desk.loaded[0]
    desk.log.write_bytes(line[:20])
    assert refused(desk, one) == [None]
    desk.log.write_bytes(line + b"\r\n  Invalid client\r\n")
    assert refused(desk, one)[0] is not None


def test_a_log_elsewhere(desk: Desk) -> None:
    desk.settings = {"log": "logs/REJECTED.TXT"}
    (one,) = sent(desk, *desk.fees("a"))
    (desk.workspace / "logs").mkdir()
    (desk.workspace / "logs" / "REJECTED.TXT").write_bytes(desk.loaded[0] + b"\r\n")
    (found,) = refused(desk, one)
    assert found is not None
    assert found.message == "Tabs3 refused it; REJECTED.TXT says why."


# Silence.


@pytest.mark.parametrize(
    "layout",
    [
        lambda line: line + b"\r\n  Invalid client\r\n",
        lambda line: b"Rejected: " + line + b" (Invalid client)\r\n",
        lambda line: line[:80] + b"\r\n" + line[80:] + b"\r\n  Invalid client\r\n",
        lambda line: line.replace(b",", b" | ") + b"\r\n  Invalid client\r\n",
        lambda line: line[:-12] + b"\r\n  Invalid client\r\n",
        lambda line: line.upper() + b"\r\n" + MARK.encode() + b"\r\n  Invalid client\r\n",
    ],
)
def test_no_description_is_quoted(desk: Desk, layout: Callable[[bytes], bytes]) -> None:
    (one,) = sent(desk, *desk.fees("a", DESCRIPTION=MARK))
    desk.log.write_bytes(layout(desk.loaded[0]))
    (told,) = desk.follow(one)
    assert told.refused is not None
    assert "Invalid client" in told.refused.message
    words = set(MARK.split()) & set(repr(told).casefold().replace("'", " ").split())
    assert words <= {"of", "the", "to", "client"}


def test_a_reason_ends_where_the_next_record_begins(desk: Desk) -> None:
    one, other = sent(desk, *desk.fees("a"), *desk.fees("b", DESCRIPTION=MARK))
    desk.log.write_bytes(b"".join(line + b"\r\n" for line in desk.loaded) + b"  Invalid client\r\n")
    first, second = refused(desk, one, other)
    assert first is not None
    assert first.message == "Tabs3 refused it; TBDEVICE.LOG says why."
    assert second is not None
    assert second.message == "Tabs3 refused it: Invalid client."


def test_a_reason_is_short(desk: Desk) -> None:
    (one,) = sent(desk, *desk.fees("a"))
    desk.refuse(desk.loaded[0], reason="Invalid client " * 100)
    (found,) = refused(desk, one)
    assert found is not None
    assert len(found.message) < 160


@pytest.mark.parametrize(
    ("reason", "field"),
    [
        ("Invalid timekeeper", "TIMEKEEPER"),
        ("Phase/Task not found", "PHASE_TASK"),
        ("Date out of range", "DATE"),
        ("Client or timekeeper", ""),
        ("No", ""),
        ("", ""),
    ],
)
def test_the_field_is_named_where_the_reason_is_plain(reason: str, field: str) -> None:
    assert field_of(reason) == field


# Reading on.


@pytest.mark.parametrize(
    ("before", "now", "new"),
    [
        (b"", b"a\nb\n", b"a\nb\n"),
        (b"a\nb\n", b"a\nb\nc\n", b"c\n"),
        (b"a\nb\n", b"b\nc\n", b"c\n"),
        (b"a\nb\n", b"c\n", b"c\n"),
        (b"a\nb\n", b"a\nb\n", b""),
        (b"a\nb\n", b"", b""),
        (b"a\nb\n", b"head\na\nb\nc\n", b"c\n"),
        (b"a\nb\na\nb\n", b"a\nb\nc\n", b"c\n"),
        (b"a\nb\n", b"x\nb\nc\n", b"x\nb\nc\n"),
    ],
)
def test_what_is_new_in_a_log(before: bytes, now: bytes, new: bytes) -> None:
    assert news(now, mark_of(before)) == new


def test_a_log_that_was_never_read_is_all_new() -> None:
    assert news(b"a\n", Mark()) == b"a\n"
