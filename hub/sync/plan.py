"""Plan: what to do with a record at a target. Pure, and to be read like the table in the docs."""

from __future__ import annotations

from array import array
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from hub.ledger import BindingState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.model import Kind


class Do(StrEnum):
    """What is done with a record."""

    CREATE = "create"
    LINK = "link"
    UPDATE = "update"
    VOID = "void"
    SETTLE = "settle"
    HOLD = "hold"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Situation:
    """All that the choice depends on.

    Args:
        here: how it is bound at the target; ``None`` where it is not.
        gone: no source lists it any more.
        withdrawn: it is void.
        draft: it is a draft or prebill.
        open: an earlier write of it is not settled.
        blocked: a rule, or a person's open question, holds it.
        waits: something it refers to is not at the target and will not be.
        refused: the target has refused exactly this.
        absent_for_certain: the target cannot be read, or its listing came to its end.
        in_step: the target has this revision, or was sent exactly this.
        known_there: the hub has sent it before, so that an update is one of ours.
        can_create, can_update, can_void: what the target takes.
        applies_voids: the flow says that voids need no person.
        resubmit: a person has said to present it once more.
        by_hand: a person corrects and withdraws it there (and enters it, where the target takes none).
        reissued: it was undone and made anew since, and no person has said yet that this stands.
        settled_there: it is paid there, so that it is credited and entered anew, never changed.
        came_back: it left its source after it was sent, was withdrawn, and stands at the source again.
        part_is_there: what it was split from, or what it bills, is there on another record still.

    """

    here: BindingState | None = None
    gone: bool = False
    withdrawn: bool = False
    draft: bool = False
    open: bool = False
    blocked: bool = False
    waits: bool = False
    refused: bool = False
    absent_for_certain: bool = True
    in_step: bool = False
    known_there: bool = True
    can_create: bool = True
    can_update: bool = True
    can_void: bool = False
    applies_voids: bool = False
    resubmit: bool = False
    by_hand: bool = False
    reissued: bool = False
    settled_there: bool = False
    came_back: bool = False
    part_is_there: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """What is done, and why."""

    do: Do
    reason: str


LISTING_BROKE = "the target's listing did not come to its end"
PART_IS_THERE = "part of it is there on another record"
TO_ENTER = "to be entered by hand"
TO_CORRECT = "to be corrected by hand"
CORRECT_LATER = "to be corrected once it is seen"
TO_WITHDRAW = "to be withdrawn by hand"
REISSUED = "reissued"
TO_CREDIT = "reissued after it was paid"


def choose(now: Situation) -> Choice:
    """Choose for one record at one target."""
    if now.open:
        return Choice(Do.SETTLE, "an earlier write is still open")
    if now.here is None:
        return _not_there(now)
    if now.here is BindingState.GONE:
        return _gone_there(now)
    if now.gone or now.withdrawn:
        return _no_longer_wanted(now)
    return _there(now)


def _gone_there(now: Situation) -> Choice:
    if now.gone or now.withdrawn:
        return Choice(Do.NOTHING, "gone on both sides")
    return _not_there(now) if now.came_back else Choice(Do.HOLD, "gone at the target")


def _not_there(now: Situation) -> Choice:
    if now.gone or now.withdrawn:
        return Choice(Do.NOTHING, "gone before it was sent")
    if now.draft or not (now.can_create or now.by_hand):
        return Choice(Do.NOTHING, "a draft stays in the firm" if now.draft else "the target takes none")
    obstacles = (
        (now.blocked, "held"),
        (now.refused, "refused"),
        (now.part_is_there, PART_IS_THERE),
        (now.waits, "waits"),
        (not now.absent_for_certain, LISTING_BROKE),
        (not now.can_create, TO_ENTER),
    )
    for stands, reason in obstacles:
        if stands:
            return Choice(Do.HOLD, reason)
    return Choice(Do.CREATE, "not there yet")


def _no_longer_wanted(now: Situation) -> Choice:
    if now.can_void and now.applies_voids:
        return Choice(Do.VOID, "void at the source" if now.withdrawn else "gone at the source")
    if now.by_hand:
        return Choice(Do.HOLD, TO_WITHDRAW)
    return Choice(Do.HOLD, "void at the source" if now.withdrawn else "gone at the source")


def _there(now: Situation) -> Choice:
    if now.in_step:
        return Choice(Do.NOTHING, "in step") if now.known_there else Choice(Do.LINK, "already there")
    obstacles = (
        (now.draft, "a draft again at the source"),
        (now.blocked, "held"),
        (now.reissued, REISSUED),
        (now.settled_there, TO_CREDIT),
    )
    for stands, reason in obstacles:
        if stands:
            return Choice(Do.HOLD, reason)
    return Choice(Do.CREATE, "to be presented again") if now.resubmit else _changed(now)


def _changed(now: Situation) -> Choice:
    if now.here is BindingState.DELIVERED or not now.can_update:
        by_hand = TO_CORRECT if now.here is BindingState.LIVE else CORRECT_LATER
        return Choice(Do.HOLD, by_hand if now.by_hand else "changed after it was sent")
    return Choice(Do.HOLD, "refused") if now.refused else Choice(Do.UPDATE, "changed")


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do, naming a record and its revision; never a narrative."""

    record: int
    revision: int
    do: Do
    reason: str
    diff: tuple[str, ...] = ()


_NUMBERED = tuple(Do)


@dataclass(slots=True)
class Part:
    """The steps of one flow and kind; a million of them are kept in 17 MB."""

    flow: str
    connection: str
    kind: Kind
    basis: str
    reached: int = 0
    """The newest revision that was looked at."""
    unsettled: int | None = None
    """The oldest revision that has not come to rest at the target."""
    deferred: int | None = None
    """The oldest revision that another flow to the same target has in hand."""
    nothing: int = 0
    held_there: int = 0
    """How many of the held are at the target already."""
    stale: list[Step] = field(default_factory=list)
    """Steps that a saved plan does not cover; they are left for the next run."""
    _records: array[int] = field(default_factory=lambda: array("q"))
    _revisions: array[int] = field(default_factory=lambda: array("q"))
    _dos: bytearray = field(default_factory=bytearray)
    _reasons: dict[int, str] = field(default_factory=dict)
    _diffs: dict[int, tuple[str, ...]] = field(default_factory=dict)

    def add(self, step: Step) -> None:
        """Append a step."""
        position = len(self._records)
        self._records.append(step.record)
        self._revisions.append(step.revision)
        self._dos.append(_NUMBERED.index(step.do))
        if step.do is not Do.CREATE:
            self._reasons[position] = step.reason
        if step.diff:
            self._diffs[position] = step.diff

    def __iter__(self) -> Iterator[Step]:
        """The steps in order."""
        for position, record in enumerate(self._records):
            yield Step(
                record,
                self._revisions[position],
                _NUMBERED[self._dos[position]],
                self._reasons.get(position, "not there yet"),
                self._diffs.get(position, ()),
            )

    @property
    def writes(self) -> int:
        """How many steps there are that do something."""
        counts = self.count()
        return sum(counts[do] for do in (Do.CREATE, Do.LINK, Do.UPDATE, Do.VOID))

    def count(self) -> Counter[Do]:
        """How many steps of each sort there are."""
        return Counter({do: self._dos.count(number) for number, do in enumerate(_NUMBERED)})

    def leave_open(self, revision: int) -> None:
        """Note that a revision has not come to rest, so that the next run looks at it again."""
        if self.unsettled is None or revision < self.unsettled:
            self.unsettled = revision

    def defer(self, revision: int) -> None:
        """Note that another flow has a record in hand, so that the next run looks at it again."""
        self.deferred = revision if self.deferred is None else min(self.deferred, revision)

    @property
    def settled_up_to(self) -> int:
        """Up to which revision all has come to rest."""
        return self.reached if self.unsettled is None else self.unsettled - 1


@dataclass(slots=True)
class Plan:
    """What would happen, in the order in which it would."""

    parts: list[Part] = field(default_factory=list)

    def at(self, connection: str) -> list[Part]:
        """The parts that write to one connection."""
        return [part for part in self.parts if part.connection == connection]

    def narrowed_to(self, chosen: Plan) -> Plan:
        """What a saved plan says and is still so; a step whose record has changed since is left out."""
        wanted = {
            (part.flow, part.kind, step.record, step.revision, step.do)
            for part in chosen.parts
            for step in part
        }
        narrowed = Plan()
        for part in self.parts:
            kept = Part(part.flow, part.connection, part.kind, part.basis, part.reached, nothing=part.nothing)
            for step in part:
                if (part.flow, part.kind, step.record, step.revision, step.do) in wanted:
                    kept.add(step)
                else:
                    kept.stale.append(step)
            narrowed.parts.append(kept)
        return narrowed
