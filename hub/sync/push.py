"""Push: in dependency order, each batch committed as intents before its call, and settled after."""

from __future__ import annotations

from datetime import timedelta
from itertools import groupby, islice
from typing import TYPE_CHECKING

from hub.ledger import Hold, OpenIntent
from hub.mapping import Unbound, Untranslatable
from hub.sdk import Action, Intent, NotSent, SourceFailed, Unknown
from hub.sync import causes
from hub.sync.calls import call, named
from hub.sync.opening import may_go
from hub.sync.outcomes import Outcomes
from hub.sync.plan import Do
from hub.sync.pull import pull_back
from hub.sync.recover import recover_at

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from hub.ledger import StoredBinding, StoredRecord
    from hub.model import Kind
    from hub.sync.plan import Part, Step
    from hub.sync.planning import Planner
    from hub.sync.session import Peer, Session
    from hub.sync.target import Target

    _Todo = tuple[Part, Step]

_ACTIONS = {Do.CREATE: Action.CREATE, Do.UPDATE: Action.UPDATE, Do.VOID: Action.VOID}
_TOUCHED = ("created", "linked", "updated", "voided", "delivered")
_TRIES = 3
_FIRST_PAUSE = timedelta(seconds=1)
_LONGEST_PAUSE = timedelta(minutes=2)


def push(session: Session, planner: Planner) -> None:
    """Do what was planned; a target that cannot be reached does not keep the others waiting."""
    for name, target in planner.targets.items():
        parts = may_go(session, planner.plan.at(name))
        if not _may_write(session, planner, target, parts):
            continue
        pusher = Pusher(session, target)
        for group in _together(target.peer, parts):
            pusher.push(group)
            if pusher.doubtful:
                # What depends on it can go in this run if it is settled now.
                recover_at(session, target.peer)
        pusher.count_unchanged(parts)
        pull_back(session, target.peer)
        if not session.options.is_pilot:
            with session.ledger.transaction():
                session.ledger.holds.sweep(causes.until_scope(target.peer), session.run)


def _together(peer: Peer, parts: Sequence[Part]) -> Iterator[list[Part]]:
    """The parts one by one; those that go into one document there, at once."""

    def document(numbered: tuple[int, Part]) -> tuple[str, str, int]:
        position, part = numbered
        word = peer.access(part.kind).together
        return part.flow, word, -1 if word else position

    for _, group in groupby(enumerate(parts), key=document):
        yield [part for _, part in group]


def _may_write(session: Session, planner: Planner, target: Target, parts: Sequence[Part]) -> bool:
    """The first write ever to a connection needs a person's yes to its control totals."""
    writes = sum(part.count()[do] for part in parts for do in _ACTIONS)
    peer = target.peer
    with session.ledger.transaction():
        session.ledger.holds.clear(f"first:{peer.name}", peer.name)
        if not writes or session.ledger.streams.was_written(peer.number):
            return True
        if session.confirm(peer.name, planner.totals[peer.name]):
            session.ledger.streams.allow_writing(peer.number)
            return True
        session.hold(_first_write(peer, writes))
        return False


def _first_write(peer: Peer, writes: int) -> Hold:
    return Hold(
        scope=f"first:{peer.name}",
        cause=f"first:{peer.name}",
        code="first-write",
        subject=peer.name,
        label=peer.name,
        message=f"Nothing was ever written to {peer.name}; this run would write {writes}.",
        remedy="See the totals with `hub plan`, then run `hub sync --yes`.",
        connection=peer.number,
    )


class Pusher:
    """Writes to one target."""

    def __init__(self, session: Session, target: Target) -> None:
        self._session = session
        self._ledger = session.ledger
        self._target = target
        self._peer = target.peer
        self._outcomes = Outcomes(session, target)
        self._given_up = False
        self.doubtful = False
        """Whether nobody knows of some of the last group whether it was written."""
        self._why = ""
        """Why the last thing that was not sent was not."""
        self._until: set[Kind] = set()
        """The kinds of which nothing is taken until a person has done something there."""

    def push(self, parts: Sequence[Part]) -> None:
        """Write one flow's records of a kind, or of kinds that go together, and move their marks."""
        self._outcomes.flow = parts[0].flow
        for part in parts:
            part.unsettled = part.deferred
            for step in part.stale:
                part.leave_open(step.revision)
        self.doubtful = False
        todo = ((part, step) for part in parts for step in part)
        while batch := list(islice(todo, self._size(parts[0]))):
            self._push(batch)
        if not self._session.options.is_pilot:
            with self._ledger.transaction():
                for part in parts:
                    self._ledger.marks.move(part.flow, part.kind, part.basis, part.settled_up_to)

    def _size(self, part: Part) -> int:
        """How much goes into one call; a connector may take less once calls have taken too long."""
        return max(1, self._peer.access(part.kind).batch)

    def _push(self, batch: Sequence[_Todo]) -> None:
        for part, step in batch:
            if step.do in (Do.HOLD, Do.SETTLE):
                self._session.tally.written(self._peer.name, part.kind)["held"] += step.do is Do.HOLD
                part.leave_open(step.revision)
        for part, steps in _by_part(batch):
            self._link([step for step in steps if step.do is Do.LINK], part)
            self._session.progress(f"{self._peer.name}: {part.kind.words}", len(steps))
        self._write([(part, step) for part, step in batch if step.do in _ACTIONS])

    def count_unchanged(self, parts: Sequence[Part]) -> None:
        """Count, once for each kind, what is at the target and was left as it is."""
        for kind in dict.fromkeys(part.kind for part in parts):
            with self._ledger.reading():
                streams = [stream.id for stream in self._ledger.streams.all(self._peer.number, kind)]
                known = self._ledger.bulk.count_known(streams) if streams else 0
            counts = self._session.tally.written(self._peer.name, kind)
            touched = sum(counts[name] for name in _TOUCHED)
            held = sum(part.held_there for part in parts if part.kind is kind)
            counts["unchanged"] = max(0, known - touched - held)

    def _link(self, steps: Sequence[Step], part: Part) -> None:
        """Note that the target has these already, as they would be written."""
        if not steps:
            return
        with self._ledger.transaction():
            for step, stored, bound in self._current(steps, part):
                digest = self._target.digest(stored)
                if bound is not None and digest is not None:
                    self._ledger.records.note_sent(bound, digest, stored.revision)
                    self._session.tally.written(self._peer.name, part.kind)["linked"] += 1
                else:
                    part.leave_open(step.revision)

    def _write(self, batch: Sequence[_Todo]) -> None:
        """Write a batch; what was not sent is tried again, with a new key, a few times."""
        left = list(batch)
        pause = _FIRST_PAUSE
        for attempt in range(_TRIES):
            if not left or self._given_up or left[0][0].kind in self._until:
                break
            if attempt:
                self._session.clock.sleep(min(pause, _LONGEST_PAUSE).total_seconds())
            left, wait = self._once(left)
            pause = wait or pause * 2
        for part, step in left:
            part.leave_open(step.revision)
            if part.kind in self._until:
                self._session.tally.written(self._peer.name, part.kind)["held"] += 1
        if left and left[0][0].kind not in self._until:
            self._give_up()

    def _once(self, batch: Sequence[_Todo]) -> tuple[list[_Todo], timedelta | None]:
        parts = {step.record: part for part, step in batch}
        opened = self._open(batch)
        if not opened:
            return [], None
        self._ledger.intents.begin(opened, self._session.run)
        ends = call(self._peer, opened)
        unsent = {one.record for one in self._outcomes.settle(opened, ends)}
        for one in opened:
            doubtful = isinstance(ends.get(one.intent.key, Unknown("")), Unknown)
            self.doubtful = self.doubtful or doubtful
            if doubtful or one.record in self._outcomes.refused:
                parts[one.record].leave_open(one.revision)
        not_sent = [end for end in ends.values() if isinstance(end, NotSent)]
        self._why = next((end.reason for end in not_sent if end.reason), self._why)
        self._wait_for_person(batch, next((end.until for end in not_sent if end.until), ""))
        waits = [end.retry_after for end in not_sent if end.retry_after]
        return [(part, step) for part, step in batch if step.record in unsent], max(waits, default=None)

    def _wait_for_person(self, batch: Sequence[_Todo], until: str) -> None:
        """Say what a person has to do before the target takes more of a kind; that is no failure."""
        for part, steps in _by_part(batch) if until else ():
            if part.kind not in self._until:
                self._until.add(part.kind)
                with self._ledger.transaction():
                    self._session.hold(causes.until(self._peer, part.kind, len(steps), until))

    def _give_up(self) -> None:
        if self._given_up:
            return
        self._given_up = True
        why = f" ({self._why})" if self._why else ""
        self._session.tally.fail(
            self._peer.name,
            SourceFailed(
                f"{self._peer.name} does not take anything at present{why}.",
                remedy="Nothing is lost: what was not sent follows in the next run.",
            ),
        )

    def _open(self, batch: Sequence[_Todo]) -> list[OpenIntent]:
        """Render and freeze a batch, its parents being bound by now."""
        opened: list[OpenIntent] = []
        unfit: list[Hold] = []
        with self._ledger.reading():
            number = self._ledger.intents.next_batch()
            for part, steps in _by_part(batch):
                self._open_part(part, steps, number, opened, unfit)
        if unfit:
            with self._ledger.transaction():
                for hold in unfit:
                    self._session.hold(hold)
        return named(opened)

    def _open_part(
        self,
        part: Part,
        steps: Sequence[Step],
        batch: int,
        opened: list[OpenIntent],
        unfit: list[Hold],
    ) -> None:
        numbers = self._ledger.attempts.of(self._peer.number, [step.record for step in steps])
        for step, stored, bound in self._current(steps, part):
            try:
                payload = self._target.render(stored, whole=step.do is Do.UPDATE)
            except Unbound as missing:
                self._keep_back(step, part)
                if self._target.is_handed_over(missing.record_id):
                    unfit.append(self._target.waiting(part.flow, stored, missing.record_id))
                continue
            except Untranslatable as error:
                self._keep_back(step, part)
                unfit += [
                    causes.unwritable(self._peer, part.flow, stored, problem) for problem in error.problems
                ]
                continue
            attempt = numbers[step.record].number if step.record in numbers else 0
            opened.append(self._intent(step, stored, bound, payload, (batch, attempt)))

    def _keep_back(self, step: Step, part: Part) -> None:
        part.leave_open(step.revision)
        self._session.tally.written(self._peer.name, part.kind)["held"] += 1

    def _current(
        self,
        steps: Sequence[Step],
        part: Part,
    ) -> Iterator[tuple[Step, StoredRecord, StoredBinding | None]]:
        """The records of steps as planned; one that changed since waits for the next run."""
        identifiers = [step.record for step in steps]
        stored = self._ledger.records.many(identifiers)
        bound = self._ledger.records.bound_at(identifiers, self._peer.number)
        for step in steps:
            if stored[step.record].revision == step.revision:
                yield step, stored[step.record], bound.get(step.record)
            else:
                part.leave_open(step.revision)

    def _intent(
        self,
        step: Step,
        stored: StoredRecord,
        bound: StoredBinding | None,
        payload: Mapping[str, object],
        numbers: tuple[int, int],
    ) -> OpenIntent:
        batch, attempt = numbers
        action = _ACTIONS[step.do]
        outward = self._target.outward(stored.kind)
        intent = Intent(
            key=self._key(stored, action, attempt, again=bound is not None),
            kind=stored.kind,
            action=action,
            payload=payload,
            source=bound.source
            if bound and action is not Action.CREATE
            else outward.source
            if outward
            else "",
            external_id=bound.external_id if bound and action is not Action.CREATE else "",
            version=bound.version if bound and action is not Action.CREATE else None,
        )
        now = self._session.clock.now()
        return OpenIntent(stored.id, stored.revision, self._peer.number, batch, intent, now, now)

    def _key(self, stored: StoredRecord, action: Action, attempt: int, *, again: bool) -> str:
        """Workspace, connection, record and attempt; what was sent before also names its revision."""
        base = f"{self._ledger.identity[:8]}-{self._peer.number}-{stored.id}-{attempt}"
        return f"{base}-{action.value[0]}{stored.revision}" if again else base


def _by_part(batch: Sequence[_Todo]) -> list[tuple[Part, list[Step]]]:
    """A batch by the parts that it is of."""
    return [(part, [step for _, step in pairs]) for part, pairs in groupby(batch, key=lambda one: one[0])]
