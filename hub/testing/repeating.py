"""Idempotence: what settles a doubtful create does what ``Access`` promises."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hub.sdk import Delivered, Reference, SourceFailed, Written
from hub.testing.base import SuiteBase

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.model import Kind
    from hub.sdk import Access, End, Found, Intent, Outcome


class Idempotence(SuiteBase):
    """Checks of keys and of ``find``."""

    def test_a_key_makes_one_record(self) -> None:
        """The same batch with the same keys, sent again by another process, makes nothing new."""
        for kind in self.kinds("idempotency keys", _has_keys):
            intents = self.stand.intents(kind)
            before = self.count(self.system, kind)
            first, again = self.stand.write(intents), self.stand.write(intents)
            self.stand.learn(kind, first)
            made = self.count(self.system, kind) - before
            assert made == len(intents), f"{len(intents)} keys were sent twice and made {made} {kind.words}."
            assert _ids(first) == _ids(again), f"A repeated key gives another {kind.words} than before."

    def test_nothing_is_found_that_was_not_written(self) -> None:
        """A look-up before a create finds nothing."""
        for kind in self.kinds("look-up", _can_find):
            for intent in self.stand.intents(kind):
                found = self._find(intent)
                assert not found, f"A {kind.words} is found that was never written: {found[0]!r}."

    def test_what_was_written_is_found_once(self) -> None:
        """A look-up after a create, and after the promised delay, finds that record and no other."""
        for kind in self.kinds("look-up", _can_find):
            written = self.stand.create(kind)
            self.clock.advance(self.stand.access(kind).visible_after)
            for intent, outcome in written:
                found = self._find(intent)
                assert len(found) == 1, f"A {kind.words} was written once and is found {len(found)} times."
                _check_found(kind, found[0], outcome.end)

    def test_a_look_up_that_fails_is_no_answer(self) -> None:
        """Where the system cannot be asked, ``find`` raises SourceFailed; it never says "not there"."""
        kinds = self.kinds("look-up", _can_find)
        intents = {kind: self.stand.intents(kind)[0] for kind in kinds}
        self.stand.stock()
        self.do(self.break_source)
        for intent in intents.values():
            with pytest.raises(SourceFailed):
                self._find(intent)

    def _find(self, intent: Intent) -> Sequence[Found]:
        return self.stand.connect().find(intent.kind, Reference(intent.key, intent.payload))


def _has_keys(access: Access) -> bool:
    return access.create and access.idempotency is not None


def _can_find(access: Access) -> bool:
    return access.create and access.find


def _ids(outcomes: Sequence[Outcome]) -> list[str]:
    return [outcome.end.external_id for outcome in outcomes if isinstance(outcome.end, Written)]


def _check_found(kind: Kind, found: Found, end: End) -> None:
    assert isinstance(end, Written | Delivered), f"A sample {kind.words} ends as {end!r}."
    if isinstance(end, Delivered):
        assert found.receipt == end.receipt, f"{kind.words} {end.receipt} is found as {found.receipt!r}."
    else:
        told, seen = end.external_id, found.external_id
        assert seen == told, f"{kind.words} {told} is found as {seen}."
        assert end.digest is None or found.digest in (None, end.digest), (
            f"{kind.words} {told} is found otherwise."
        )
