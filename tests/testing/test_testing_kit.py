"""The kit passes the systems that it ships; what a connector can get wrong fails a check of its own."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from hub.model import Kind
from hub.testing import (
    ConnectorSuite,
    FakeClock,
    MemoryBlind,
    MemoryIncremental,
    MemoryStore,
    MemorySystem,
    MemoryWithKeys,
    Samples,
    sample_records,
)
from hub.testing.engine import run
from hub.testing.stand import Stand, Way

if TYPE_CHECKING:
    import pytest

pytest_plugins = ["pytester"]

BROKEN = Path(__file__).with_name("broken_suites.py")
TRUST = {"client": "CL1", "moved_on": "2026-01-15", "direction": "deposit", "amount": "100.00"}
FEW = (Kind.CLIENT, Kind.MATTER, Kind.TIMEKEEPER, Kind.TIME_ENTRY)


class MemorySuite(ConnectorSuite):
    def sandbox(self, folder: Path) -> AbstractContextManager[MemoryStore]:
        return nullcontext(MemoryStore({Kind.TRUST_TRANSACTION: [TRUST]}))

    def samples(self) -> Samples:
        return {kind: sample_records()[kind] for kind in FEW}


class TestFind(MemorySuite):
    connector = MemorySystem

    def samples(self) -> Samples:
        return sample_records()


class TestKeys(MemorySuite):
    connector = MemoryWithKeys


class TestBlind(MemorySuite):
    connector = MemoryBlind


class TestIncremental(MemorySuite):
    connector = MemoryIncremental


def test_a_final_credit_note_is_sent(tmp_path: Path) -> None:
    store = MemoryStore()
    stand = Stand(MemorySystem, store.settings, tmp_path, FakeClock(), sample_records())
    assert run(stand, Way.IN).outcome == "ok"
    assert store.count(Kind.CREDIT_NOTE) == len(stand.samples[Kind.CREDIT_NOTE])


CAUGHT = [
    ("TestPageTwice", "test_an_id_names_one_row", "more than once"),
    (
        "TestCutCalledComplete",
        "test_a_listing_holds_what_was_written",
        "3 client were written, 2 more",
    ),
    ("TestCompleteTooEarly", "test_the_last_page_alone_is_complete", "Page 1 of client is called complete"),
    ("TestEndsWhenItFails", "test_a_broken_source_is_said_to_be", "DID NOT RAISE"),
    ("TestRenumbered", "test_a_second_listing_is_the_same", "The ids of client change"),
    ("TestFloats", "test_raw_values_are_plain", "a float in amount"),
    ("TestRetried", "test_a_lost_answer_is_unknown", "one time entry is created 2 times"),
    ("TestLostCalledRejected", "test_a_lost_answer_is_unknown", "ends as Rejected"),
    ("TestSwallowed", "test_every_intent_has_one_outcome", "1 of 3 intents (client) have no outcome"),
    ("TestClaimed", "test_what_is_written_is_read_back", "claimed was written and is not listed"),
    ("TestAnotherEcho", "test_what_is_written_is_read_back", "is listed otherwise than it was told"),
    ("TestAllOrNothing", "test_a_bad_record_leaves_the_others_alone", "a good one ends as Rejected"),
    ("TestRaising", "test_an_unknown_id_is_rejected", "LookupError"),
    ("TestSpillsOver", "test_an_update_changes_its_record_alone", "adds or removes rows"),
    ("TestForgetsKeys", "test_a_key_makes_one_record", "3 keys were sent twice and made 6 client"),
    ("TestForgetsKeys", "test_a_killed_run_doubles_and_loses_nothing[after]", "3 of them twice"),
    ("TestFindsNothing", "test_what_was_written_is_found_once", "is found 0 times"),
    ("TestFindsNothing", "test_a_killed_run_doubles_and_loses_nothing[after]", "3 of them twice"),
    ("TestFindsAnything", "test_what_was_written_is_found_once", "is found 3 times"),
    ("TestFailsToFind", "test_a_look_up_that_fails_is_no_answer", "DID NOT RAISE"),
    ("TestLateToBeSeen", "test_what_was_written_is_found_once", "is found 0 times"),
    ("TestCursorRunsAhead", "test_a_cursor_is_where_a_reading_goes_on", "are lost"),
    (
        "TestDistorts",
        "test_a_run_moves_everything_and_the_next_one_nothing",
        "3 time entry are not known again",
    ),
    ("TestNeverLoaded", "test_a_listing_holds_what_was_written", "3 time entry were written, 0 more"),
    ("TestTalkative", "test_secrets_and_narratives_are_told_nowhere", "A narrative stands in a log"),
    (
        "TestIndiscreet",
        "test_secrets_and_narratives_are_told_nowhere",
        "A planted secret stands in",
    ),
    ("TestEmpty", "test_it_is_declared_as_the_hub_expects", "access promises to read a client"),
    ("TestNothingToRead", "test_a_listing_holds_rows", "The sandbox holds no trust transaction"),
]


def test_what_a_connector_gets_wrong_is_caught(pytester: pytest.Pytester) -> None:
    names = [f"{BROKEN}::{suite}::{check}" for suite, check, _ in CAUGHT]
    result = pytester.inline_run("-p", "no:cacheprovider", "-p", "no:xdist", *names)
    passed, skipped, failed = result.listoutcomes()
    assert (passed, skipped) == ([], [])
    told = {report.nodeid.rpartition(".py::")[2]: str(report.longrepr) for report in failed}
    for suite, check, words in CAUGHT:
        assert words in told[f"{suite}::{check}"]
