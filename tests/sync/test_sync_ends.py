"""The five ends of a write, and what the next run makes of each."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sync_fakes import (
    Bench,
    System,
    breaks_after,
    codes,
    delivers,
    loses_answer,
    loses_call,
    not_sent,
    only,
    rejects,
    writes,
    written,
)

from hub.sdk import Access, Intent, Kind, NotSent, Outcome, Rejected, Written

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def test_what_was_written_is_written_once(bench: Bench) -> None:
    first = bench.sync()
    second = bench.sync()
    assert (first["outcome"], second["outcome"]) == ("ok", "ok")
    assert written(first) == {"created": 1}
    assert written(second) == {"unchanged": 1}
    assert bench.system.names() == ["Acme"]


def test_a_change_becomes_an_update_of_the_same_thing(bench: Bench) -> None:
    bench.sync()
    bench.clients("Acme Ltd")
    bench.table("source", "client", {"id": "1", "number": "100", "name": "Acme Ltd"})
    document = bench.sync()
    assert written(document) == {"updated": 1}
    assert bench.system.names() == ["Acme Ltd"]
    assert bench.system.calls[-1][0].external_id == "F1"


def test_what_was_delivered_is_never_sent_again(bench: Bench) -> None:
    bench.system.always = delivers
    assert written(bench.sync()) == {"delivered": 1}
    assert written(bench.sync()) == {"unchanged": 1}
    assert len(bench.system.calls) == 1


def test_a_change_after_a_delivery_waits_for_a_person(bench: Bench) -> None:
    bench.system.always = delivers
    bench.sync()
    bench.table("source", "client", {"id": "1", "number": "100", "name": "Acme Ltd"})
    document = bench.sync()
    assert codes(document) == ["changed-after-it-was-sent"]
    bench.decide(document["holds"][0], "accept")
    assert bench.sync()["outcome"] == "ok"
    assert len(bench.system.calls) == 1


def test_what_was_refused_is_held_and_not_sent_again(bench: Bench) -> None:
    bench.system.always = rejects
    document = bench.sync()
    hold = only(document, "rejected")
    assert document["outcome"] == "held"
    assert (hold["field"], hold["remedy"]) == ("name", "Open the office")
    assert "no such office" in hold["message"]
    assert codes(bench.sync()) == ["rejected"]
    assert len(bench.system.calls) == 1


def test_what_was_refused_goes_again_once_it_changes(bench: Bench) -> None:
    bench.system.answers.append(rejects)
    bench.sync()
    bench.table("source", "client", {"id": "1", "number": "100", "name": "Acme Ltd"})
    document = bench.sync()
    assert (document["outcome"], written(document)) == ("ok", {"created": 1})
    first, second = bench.system.sent()
    assert first != second


def test_what_was_refused_goes_again_when_a_person_says_so(bench: Bench) -> None:
    bench.system.answers.append(rejects)
    bench.decide(only(bench.sync(), "rejected"), "retry")
    assert written(bench.sync()) == {"created": 1}
    assert bench.system.names() == ["Acme"]
    assert len(set(bench.system.sent())) == 2


def test_what_was_not_sent_is_tried_again_with_a_new_key(bench: Bench) -> None:
    bench.system.answers += [not_sent, not_sent]
    document = bench.sync()
    assert written(document) == {"created": 1}
    assert len(set(bench.system.sent())) == 3
    assert bench.clock.slept[0] == 30


def test_what_cannot_be_sent_at_all_follows_in_the_next_run(bench: Bench) -> None:
    bench.clients(*(f"Client {n}" for n in range(25)))
    bench.system.always = not_sent
    document = bench.sync()
    assert document["outcome"] == "failed"
    assert "Nothing is lost" in document["errors"][0]["remedy"]
    assert len(bench.system.calls) == 3
    bench.system.always = None
    assert written(bench.sync()) == {"created": 25}
    assert len(bench.system.rows) == 25


def test_an_unknown_end_is_replayed_with_the_same_key(bench: Bench) -> None:
    bench.access[Kind.CLIENT] = Access(create=True, idempotency=timedelta(hours=1))
    bench.system.honours_keys = True
    bench.system.answers.append(loses_answer)
    document = bench.sync()
    assert document["outcome"] == "ok"
    assert bench.system.names() == ["Acme"]
    first, second = bench.system.sent()
    assert first == second


def test_an_expired_key_is_not_replayed(bench: Bench) -> None:
    bench.access[Kind.CLIENT] = Access(create=True, idempotency=timedelta(hours=1))
    bench.system.answers += [loses_answer, loses_call]
    bench.sync()
    bench.clock.pass_by(3601)
    document = bench.sync()
    assert codes(document) == ["unknown"]
    assert len(bench.system.calls) == 2


def test_a_doubtful_create_that_is_there_is_found(bench: Bench) -> None:
    bench.access[Kind.CLIENT] = Access(create=True, find=True)
    bench.system.answers.append(loses_answer)
    document = bench.sync()
    assert document["outcome"] == "ok"
    assert bench.system.names() == ["Acme"]
    assert len(bench.system.calls) == 1


def test_a_doubtful_create_that_is_not_there_goes_once_more(bench: Bench) -> None:
    bench.access[Kind.CLIENT] = Access(create=True, find=True, visible_after=timedelta(seconds=60))
    bench.system.answers.append(loses_call)
    bench.sync()
    assert bench.clock.slept == [60]
    assert bench.sync()["outcome"] == "ok"
    assert bench.system.names() == ["Acme"]
    assert len(set(bench.system.sent())) == 2


def test_not_there_is_believed_only_once_it_would_be_visible(bench: Bench) -> None:
    def slow(system: System, intents: Sequence[Intent]) -> Iterator[Outcome]:
        for intent in intents:
            system.put(intent.kind, intent.payload, intent.key, visible_in=50)
        return iter(())

    bench.access[Kind.CLIENT] = Access(create=True, find=True, visible_after=timedelta(seconds=60))
    bench.system.answers.append(slow)
    bench.sync()
    assert bench.sync()["outcome"] == "ok"
    assert bench.system.names() == ["Acme"]


def test_a_look_up_that_began_too_early_is_not_believed_for_ending_late(bench: Bench) -> None:
    def slow(system: System, intents: Sequence[Intent]) -> Iterator[Outcome]:
        for intent in intents:
            system.put(intent.kind, intent.payload, intent.key, visible_in=50)
        return iter(())

    bench.access[Kind.CLIENT] = Access(create=True, find=True, visible_after=timedelta(seconds=60))
    bench.system.look_takes = 70
    bench.system.answers.append(slow)
    bench.sync()
    bench.sync()
    assert bench.system.names() == ["Acme"]


def test_a_look_up_that_fails_is_not_taken_for_not_there(bench: Bench) -> None:
    bench.access[Kind.CLIENT] = Access(create=True, find=True)
    bench.system.answers.append(loses_answer)
    bench.system.down = True
    document = bench.sync()
    assert codes(document) == ["unknown"]
    assert document["errors"]
    bench.system.down = False
    assert bench.sync()["outcome"] == "ok"
    assert bench.system.names() == ["Acme"]


def test_without_keys_or_find_a_person_is_asked(bench: Bench) -> None:
    bench.system.answers.append(loses_answer)
    document = bench.sync()
    assert (document["outcome"], codes(document)) == ("held", ["unknown"])
    assert bench.open_intents() == 1
    document = bench.sync()
    assert codes(document) == ["unknown"]
    assert len(bench.system.calls) == 1
    bench.decide(only(document, "unknown"), "accept")
    assert bench.sync()["outcome"] == "ok"
    assert bench.system.names() == ["Acme"]
    assert bench.open_intents() == 0


def test_a_person_may_say_that_it_never_arrived(bench: Bench) -> None:
    bench.system.answers.append(loses_call)
    bench.decide(only(bench.sync(), "unknown"), "retry")
    assert bench.sync()["outcome"] == "ok"
    assert bench.system.names() == ["Acme"]
    assert len(set(bench.system.sent())) == 2


def test_what_waited_over_a_run_in_doubt_is_sent_when_a_person_says_retry(bench: Bench) -> None:
    bench.system.answers.append(loses_call)
    bench.sync()
    document = bench.sync()
    bench.decide(only(document, "unknown"), "retry")
    bench.sync()
    assert bench.system.names() == ["Acme"]


def test_what_could_not_be_looked_up_for_two_runs_is_sent_in_the_third(bench: Bench) -> None:
    bench.access[Kind.CLIENT] = Access(create=True, find=True)
    bench.system.answers.append(loses_call)
    bench.system.down = True
    bench.sync()
    bench.sync()
    bench.system.down = False
    bench.sync()
    bench.sync()
    assert bench.system.names() == ["Acme"]


def test_a_change_during_the_doubt_follows_as_an_update(bench: Bench) -> None:
    bench.access[Kind.CLIENT] = Access(create=True, update=True, find=True)
    bench.system.answers.append(loses_answer)
    bench.system.down = True
    bench.sync()
    bench.table("source", "client", {"id": "1", "number": "100", "name": "Acme Ltd"})
    bench.sync()
    bench.system.down = False
    bench.sync()
    assert bench.system.names() == ["Acme Ltd"]


def test_a_held_run_says_what_is_held_where_a_keyed_system_stays_silent(bench: Bench) -> None:
    bench.access[Kind.CLIENT] = Access(create=True, idempotency=timedelta(hours=1))
    bench.system.always = loses_call
    document = bench.sync()
    assert document["outcome"] != "ok"
    assert document["holds"] or document["errors"]


def test_a_connector_that_raises_leaves_the_rest_of_its_batch_in_doubt(bench: Bench) -> None:
    bench.clients("A", "B", "C")
    bench.system.answers.append(breaks_after(1))
    document = bench.sync()
    assert written(document) == {"created": 1, "unknown": 2}
    assert codes(document) == ["unknown", "unknown"]
    assert "privileged" not in str(document)
    assert bench.open_intents() == 2


def test_an_intent_without_an_outcome_is_in_doubt(bench: Bench) -> None:
    def forgets(system: System, intents: Sequence[Intent]) -> Iterator[Outcome]:
        yield Outcome(intents[0].key, Written(system.do(intents[0])))
        yield Outcome("nobody asked for this", Written("X"))

    bench.clients("A", "B")
    bench.system.answers.append(forgets)
    assert written(bench.sync()) == {"created": 1, "unknown": 1}


def test_an_outcome_said_twice_counts_once(bench: Bench) -> None:
    def stutters(system: System, intents: Sequence[Intent]) -> Iterator[Outcome]:
        for intent in intents:
            end = Written(system.do(intent))
            yield Outcome(intent.key, end)
            yield Outcome(intent.key, end)

    bench.system.always = stutters
    assert written(bench.sync()) == {"created": 1}
    assert bench.sync()["outcome"] == "ok"


@pytest.mark.parametrize("second", [NotSent(), Rejected("1", "no")])
def test_outcomes_that_contradict_each_other_are_no_reason_to_send_again(
    bench: Bench, second: NotSent | Rejected
) -> None:
    def contradicts(system: System, intents: Sequence[Intent]) -> Iterator[Outcome]:
        for intent in intents:
            yield Outcome(intent.key, Written(system.do(intent)))
            yield Outcome(intent.key, second)

    bench.system.answers.append(contradicts)
    bench.sync()
    for hold in bench.sync()["holds"]:
        if hold["code"] == "rejected":
            bench.decide(hold, "retry")
    bench.sync()
    assert bench.system.names() == ["Acme"]


def test_an_end_that_is_none_of_the_five_is_in_doubt(bench: Bench) -> None:
    def says_ok(system: System, intents: Sequence[Intent]) -> Iterator[Outcome]:
        for intent in intents:
            system.do(intent)
            yield Outcome(intent.key, "ok")  # type: ignore[arg-type]

    bench.system.answers.append(says_ok)
    bench.sync()
    bench.sync()
    assert bench.system.names() == ["Acme"]


def test_batches_are_as_large_as_the_connector_takes_them(bench: Bench) -> None:
    bench.clients(*(f"Client {n}" for n in range(25)))
    bench.sync()
    assert [len(call) for call in bench.system.calls] == [10, 10, 5]
    assert len(set(bench.system.sent())) == 25


def test_there_is_one_open_write_for_each_record(bench: Bench) -> None:
    bench.system.answers.append(loses_call)
    bench.sync()
    bench.table("source", "client", {"id": "1", "number": "100", "name": "Acme Ltd"})
    bench.sync()
    bench.sync()
    assert bench.open_intents() == 1
    assert len(bench.system.calls) == 1


def test_two_records_that_a_system_takes_for_one_are_not_sent_for_ever(bench: Bench) -> None:
    def merges(system: System, intents: Sequence[Intent]) -> Iterator[Outcome]:
        for intent in intents:
            system.do(intent)
            yield Outcome(intent.key, Written("F1"))

    bench.clients("Acme", "Acme")
    bench.system.answers.append(merges)
    bench.sync()
    document = bench.sync()
    assert len(bench.system.rows) == 2
    assert document["outcome"] == "held"


def test_a_batch_with_one_odd_answer_keeps_what_the_others_came_to(bench: Bench) -> None:
    def odd(system: System, intents: Sequence[Intent]) -> Iterator[Outcome]:
        for intent in intents:
            yield Outcome(intent.key, Written(system.do(intent), raw={1: "x", "a": "y"}))  # type: ignore[dict-item]

    bench.clients("A", "B")
    bench.system.answers.append(odd)
    bench.sync()
    bench.sync()
    assert len(bench.system.rows) == 2


def test_a_write_that_took_effect_is_still_right_after_writes(bench: Bench) -> None:
    bench.system.answers += [loses_call, writes]
    bench.access[Kind.CLIENT] = Access(create=True, find=True, visible_after=timedelta(0))
    bench.sync()
    bench.sync()
    assert bench.system.names() == ["Acme"]
