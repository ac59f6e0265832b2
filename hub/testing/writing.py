"""The writing contract: how each intent of a batch ends, and what stands at the system afterwards."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from hub.ledger import digest_of
from hub.sdk import Action, Delivered, Intent, NotSent, Outcome, Rejected, Unknown, Upsert, Written
from hub.testing.base import SuiteBase
from hub.testing.stand import needed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from hub.model import Kind, Record
    from hub.sdk import Access

_ENDS = (Written, Delivered, Rejected, NotSent, Unknown)
_TEXTS = ("narrative", "memo", "reason", "description", "name", "reference", "number")
"""The fields by which a record is changed: the first that it fills and its mapping writes."""
_UNKNOWN_ID = "no-such-id-83e1"
_CHANGED = "Changed by the kit"


class WritingContract(SuiteBase):
    """Checks of ``write``."""

    def test_every_intent_has_one_outcome(self) -> None:
        """Each intent of a batch ends once, as written or delivered; nothing else is named."""
        for kind in self.kinds("creating", _creates):
            intents = self.stand.intents(kind)
            before = self.count(self.system, kind)
            outcomes = self.stand.write(intents)
            _check_outcomes(intents, outcomes)
            self.stand.learn(kind, outcomes)
            made = self.count(self.system, kind) - before
            assert made == len(intents), f"{len(intents)} {kind.words} are said to be there, {made} are."

    def test_what_is_written_is_read_back(self) -> None:
        """A written record is listed under the source and id that were told, and by the digest that was."""
        for kind in self.kinds("reading of what it creates", _reads_its_own):
            ends = [outcome.end for _, outcome in self.stand.create(kind)]
            rows = self._rows(kind)
            for end in ends:
                if isinstance(end, Written):
                    _check_echo(kind, end, rows)

    def test_an_update_changes_its_record_alone(self) -> None:
        """After an update one row is another, and all other rows are what they were."""
        kinds = self.kinds("updating of what it reads", _updates_its_own)
        self.stand.stock()
        for kind in kinds:
            row, record = self._last(kind)
            before = self._digests(kind)
            (outcome,) = self.stand.write([self._change(kind, record, row)])
            end, after = outcome.end, self._digests(kind)
            assert isinstance(end, Written), f"An update of a {kind.words} ends as {end!r}."
            assert before.keys() == after.keys(), f"An update of a {kind.words} adds or removes rows."
            changed = [name for name, digest in before.items() if after[name] != digest]
            assert changed == [row.external_id], f"An update of one {kind.words} changes {changed}."
            _check_echo(kind, end, self._rows(kind))

    def test_a_void_takes_its_record_alone(self) -> None:
        """After a void one row is another or gone, and all other rows are what they were."""
        kinds = self.kinds("voiding of what it reads", _voids_its_own)
        self.stand.stock()
        for kind in reversed(kinds):
            row, record = self._last(kind)
            before = self._digests(kind)
            intent = self.stand.intent(kind, record, action=Action.VOID, row=row)
            (outcome,) = self.stand.write([intent])
            assert isinstance(outcome.end, Written), f"A void of a {kind.words} ends as {outcome.end!r}."
            after = self._digests(kind)
            changed = [name for name, digest in before.items() if after.get(name) != digest]
            assert changed == [row.external_id], f"A void of one {kind.words} changes {changed}."

    def test_an_unknown_id_is_rejected(self) -> None:
        """A change of what is not there ends as Rejected, and not in an exception."""
        for kind in self.kinds("updating or voiding", _changes):
            self.stand.stock()
            for action in _change_actions(self.stand.access(kind)):
                (outcome,) = self.stand.write([self._misguided(kind, action)])
                end = outcome.end
                assert isinstance(end, Rejected), f"The {action} of an unknown {kind.words} ends as {end!r}."

    def test_a_bad_record_leaves_the_others_alone(self) -> None:
        """One that cannot be written is refused by itself: the rest of its batch is written."""
        for kind in self.kinds("creating", _creates):
            good = self.stand.intents(kind)
            bad = self._bad(kind, good[0])
            batch = [good[0], bad, *good[1:]]
            outcomes = self.stand.write(batch)
            _check_names(batch, outcomes)
            beside = [one for one in outcomes if one.key != bad.key]
            lost = [one.end for one in beside if not _is_done(one)]
            assert not lost, f"Beside a bad {kind.words} a good one ends as {lost[0]!r}."
            self.stand.learn(kind, beside)

    def test_a_lost_answer_is_unknown(self) -> None:
        """Where the system may have done it and did not answer, the end is Unknown; nothing is repeated."""
        kinds = self.kinds("creating", _creates)
        leaves = [kind for kind in kinds if not any(kind in needed(other) for other in kinds)]
        intents = {kind: self.stand.intents(kind)[:1] for kind in leaves}
        before = {kind: self.count(self.system, kind) for kind in leaves}
        self.do(self.lose_answers)
        for kind in leaves:
            (outcome,) = self.stand.write(intents[kind])
            end, made = outcome.end, self.count(self.system, kind) - before[kind]
            assert isinstance(end, Unknown), f"Without an answer, a create of a {kind.words} ends as {end!r}."
            assert made <= 1, f"Without an answer, one {kind.words} is created {made} times."

    def _last(self, kind: Kind) -> tuple[Upsert, Record]:
        """The last of a kind's sample records, and how it is listed."""
        number, record = list(self.stand.samples[kind].items())[-1]
        name = self.stand.ids.external_id((kind,), number, "")
        row = next((row for row in self.stand.rows(kind) if row.external_id == name), None)
        assert row is not None, f"The {kind.words} {name} was written and is not listed."
        return row, record

    def _change(self, kind: Kind, record: Record, row: Upsert) -> Intent:
        """An update that says something else than what is there."""
        same = self.stand.intent(kind, record, action=Action.UPDATE, row=row)
        for name in _TEXTS:
            if getattr(record, name, ""):
                changed = record.model_copy(update={name: _CHANGED})
                intent = self.stand.intent(kind, changed, action=Action.UPDATE, row=row)
                if intent.payload != same.payload:
                    return intent
        raise AssertionError(f"The mapping writes none of {', '.join(_TEXTS)} of a {kind.words}.")

    def _misguided(self, kind: Kind, action: Action) -> Intent:
        record = next(iter(self.stand.samples[kind].values()))
        outward = self.stand.mapping.outward(kind)
        source = outward.source if outward and outward.source else kind.value
        return self.stand.intent(kind, record, action=action, row=Upsert(source, _UNKNOWN_ID, {}))

    def _bad(self, kind: Kind, good: Intent) -> Intent:
        """One that cannot be written: a change of what is not there, or else an empty record."""
        if self.stand.access(kind).update:
            return self._misguided(kind, Action.UPDATE)
        return Intent(f"{good.key}-bad", kind, Action.CREATE, {}, good.source)

    def _rows(self, kind: Kind) -> dict[tuple[str, str], Upsert]:
        return {(row.source, row.external_id): row for row in self.stand.rows(kind)}

    def _digests(self, kind: Kind) -> dict[str, bytes]:
        return {row.external_id: _digest(row) for row in self.stand.rows(kind)}


def _creates(access: Access) -> bool:
    return access.create


def _reads_its_own(access: Access) -> bool:
    return access.create and access.read


def _updates_its_own(access: Access) -> bool:
    return _reads_its_own(access) and access.update


def _voids_its_own(access: Access) -> bool:
    return _reads_its_own(access) and access.void


def _changes(access: Access) -> bool:
    return bool(_change_actions(access))


def _change_actions(access: Access) -> list[Action]:
    offered = ((Action.UPDATE, access.update), (Action.VOID, access.void))
    return [action for action, can in offered if can]


def _is_done(outcome: Outcome) -> bool:
    return isinstance(outcome.end, Written | Delivered)


def _digest(row: Upsert) -> bytes:
    return row.digest or digest_of(row.raw)


def _check_names(intents: Sequence[Intent], outcomes: Iterable[Outcome]) -> None:
    named = Counter(outcome.key for outcome in outcomes)
    wanted = Counter(intent.key for intent in intents)
    kind = intents[0].kind.words
    assert not wanted - named, (
        f"{(wanted - named).total()} of {len(intents)} intents ({kind}) have no outcome."
    )
    assert not named - wanted, f"Outcomes ({kind}) name an intent twice, or none: {list(named - wanted)}."


def _check_outcomes(intents: Sequence[Intent], outcomes: Sequence[Outcome]) -> None:
    _check_names(intents, outcomes)
    for outcome in outcomes:
        assert isinstance(outcome.end, _ENDS), f"{type(outcome.end).__name__} is no end of a write."
        assert _is_done(outcome), f"A sample {intents[0].kind.words} ends as {outcome.end!r}."
    ids = Counter(outcome.end.external_id for outcome in outcomes if isinstance(outcome.end, Written))
    twice = [name for name, times in ids.items() if times > 1]
    assert not twice, f"Several {intents[0].kind.words} got the same id: {twice}."


def _check_echo(kind: Kind, end: Written, rows: dict[tuple[str, str], Upsert]) -> None:
    """Whether the next reading knows a written record by what was told of it."""
    source = end.source or kind.value
    row = rows.get((source, end.external_id))
    assert row is not None, f"{kind.words} {end.external_id} was written and is not listed in {source}."
    told = end.digest or (None if end.raw is None else digest_of(end.raw))
    assert told in (None, _digest(row)), (
        f"{kind.words} {end.external_id} is listed otherwise than it was told."
    )
    if end.version is not None and row.version is not None:
        assert end.version == row.version, f"{kind.words} {end.external_id} is listed with another version."
