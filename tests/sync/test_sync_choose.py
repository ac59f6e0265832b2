"""The table of what is done with a record: over every situation there can be."""

from __future__ import annotations

from dataclasses import fields, replace

from hypothesis import given
from hypothesis import strategies as st

from hub.ledger import BindingState
from hub.model import Kind
from hub.sync.plan import Do, Part, Plan, Situation, Step, choose

_FLAGS = [field.name for field in fields(Situation) if field.name != "here"]
SITUATIONS = st.builds(
    Situation,
    here=st.none() | st.sampled_from(BindingState),
    **{name: st.booleans() for name in _FLAGS},
)


@given(SITUATIONS)
def test_nothing_is_created_that_must_not_be(now: Situation) -> None:
    if choose(now).do is not Do.CREATE:
        return
    assert not (now.open)
    assert not (now.blocked)
    if now.here is None or (now.here is BindingState.GONE and now.came_back):
        assert not (now.gone)
        assert not (now.withdrawn)
        assert not (now.draft)
        assert not (now.waits)
        assert not (now.refused)
        assert now.absent_for_certain
        assert now.can_create
    else:
        assert now.resubmit
        assert now.here is not BindingState.GONE
        assert not (now.in_step)
        assert not (now.gone)
        assert not (now.withdrawn)


@given(SITUATIONS)
def test_an_update_is_for_what_is_there_and_differs(now: Situation) -> None:
    if choose(now).do is Do.UPDATE:
        assert now.here is BindingState.LIVE
        assert now.can_update
        assert not (now.in_step)
        assert not (now.open)
        assert not (now.blocked)
        assert not (now.refused)
        assert not (now.gone)
        assert not (now.withdrawn)


@given(SITUATIONS)
def test_a_void_is_for_what_is_there_and_no_longer_wanted(now: Situation) -> None:
    if choose(now).do is Do.VOID:
        assert now.here in {BindingState.LIVE, BindingState.DELIVERED}
        assert now.gone or now.withdrawn
        assert now.can_void
        assert now.applies_voids
        assert not now.open


@given(SITUATIONS)
def test_an_open_write_comes_first(now: Situation) -> None:
    assert (choose(now).do is Do.SETTLE) == now.open


@given(SITUATIONS)
def test_what_is_not_wanted_and_not_there_is_left_alone(now: Situation) -> None:
    unwanted = replace(now, here=None, open=False, gone=True)
    assert choose(unwanted).do is Do.NOTHING


@given(SITUATIONS)
def test_a_draft_never_leaves(now: Situation) -> None:
    assert choose(replace(now, draft=True, here=None)).do not in {Do.CREATE, Do.UPDATE, Do.VOID}


@given(SITUATIONS)
def test_what_is_wanted_and_allowed_goes(now: Situation) -> None:
    free = replace(
        now, here=None, open=False, gone=False, withdrawn=False, draft=False, blocked=False, waits=False,
        refused=False, absent_for_certain=True, can_create=True, part_is_there=False,
    )  # fmt: skip
    assert choose(free).do is Do.CREATE


@given(SITUATIONS)
def test_every_choice_has_a_reason(now: Situation) -> None:
    assert choose(now).reason


@given(SITUATIONS)
def test_what_is_gone_on_both_sides_bothers_nobody(now: Situation) -> None:
    both = replace(now, here=BindingState.GONE, gone=True, open=False)
    assert choose(both).do is Do.NOTHING


@given(SITUATIONS)
def test_a_draft_is_not_sent_over_what_was_final(now: Situation) -> None:
    """A statement that is a draft again must not be written over the one that was sent."""
    draft = replace(now, here=BindingState.LIVE, draft=True, open=False)
    assert choose(draft).do not in {Do.CREATE, Do.UPDATE}


STEPS = st.lists(
    st.builds(
        Step, st.integers(1, 10**9), st.integers(1, 10**12), st.sampled_from(Do), st.text(), st.tuples()
    )
)


@given(STEPS)
def test_a_part_gives_back_the_steps_it_took(steps: list[Step]) -> None:
    part = Part("flow", "target", Kind.CLIENT, "basis")
    for step in steps:
        part.add(step)
    given_back = list(part)
    assert [(one.record, one.revision, one.do) for one in given_back] == [
        (one.record, one.revision, one.do) for one in steps
    ]
    assert sum(part.count().values()) == len(steps)


@given(STEPS, st.sets(st.integers(0, 30)))
def test_a_narrowed_plan_has_only_what_the_saved_one_said(steps: list[Step], kept: set[int]) -> None:
    whole, saved = Part("f", "t", Kind.CLIENT, "b"), Part("f", "t", Kind.CLIENT, "b")
    for position, step in enumerate(steps):
        whole.add(step)
        if position in kept:
            saved.add(step)
    (narrowed,) = Plan([whole]).narrowed_to(Plan([saved])).parts
    wanted = {(one.record, one.revision, one.do) for one in saved}
    assert all((one.record, one.revision, one.do) in wanted for one in narrowed)
    assert len(list(narrowed)) + len(narrowed.stale) == len(steps)


@given(st.lists(st.integers(1, 1000), min_size=1), st.integers(1, 1000))
def test_the_mark_never_passes_what_is_unsettled(unsettled: list[int], reached: int) -> None:
    part = Part("f", "t", Kind.CLIENT, "b", reached)
    for revision in unsettled:
        part.leave_open(revision)
    assert part.settled_up_to == min(unsettled) - 1
