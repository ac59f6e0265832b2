"""Real runs: what is moved arrives once, an echo is silent, and a killed run doubles and loses nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hub.testing.base import SuiteBase
from hub.testing.engine import Killer, Moment, run, run_to_the_end
from hub.testing.stand import Way, needed

if TYPE_CHECKING:
    from collections import Counter

    from hub.model import Kind
    from hub.testing.engine import Report


class Runs(SuiteBase):
    """Checks with the hub's own engine between sample records and the connector."""

    def test_a_run_moves_everything_and_the_next_one_nothing(self) -> None:
        """All sample records arrive once; run again, nothing is written and no echo counts as a change."""
        moved = self._moved()
        before = self._counts()
        first = self._load_what_others_wait_for(run(self.stand, Way.IN), before)
        assert first.outcome == "ok", f"A first run does not end well: {first.told()}"
        self._check_whole(before, moved)
        for number in ("second", "third"):
            again = run(self.stand, Way.IN)
            assert not again.sent, (
                f"A {number} run writes {len(again.sent)} records, {again.sent[0]!r} first."
            )
            assert again.outcome == "ok", f"A {number} run does not end well: {again.told()}"
            self._check_silence(again)
        if again.on_its_way:
            self.load(self.system)
            self._check_whole(before, moved)
            self._check_seen()

    def test_what_was_read_is_not_read_as_new(self) -> None:
        """A second reading of an unchanged system changes nothing in the ledger."""
        listed = self.kinds("reading", lambda access: access.read)
        self.stand.stock()
        first = run(self.stand, Way.OUT)
        for kind in listed:
            assert first.pulled(kind)["read"], f"No {kind.words} is read: {first.told()}"
        self._check_silence(run(self.stand, Way.OUT))

    @pytest.mark.parametrize("moment", list(Moment), ids=lambda moment: moment.name.lower())
    def test_a_killed_run_doubles_and_loses_nothing(self, moment: Moment) -> None:
        """Killed in a call and run again: keys or a look-up settle what is in doubt, or a person is asked."""
        moved = self._moved()
        before = self._counts()
        killer = Killer(moment, {moved[0], moved[-1]})
        last = self._load_what_others_wait_for(run_to_the_end(self.stand, Way.IN, killer), before, killer)
        settled = [kind for kind in moved if self._is_settled(kind)]
        self._check_whole(before, settled)
        if settled == moved:
            assert last.outcome == "ok", f"Killed {moment}, a run does not end well: {last.told()}"
        for kind in set(moved) - set(settled):
            self._check_doubt(
                kind, self.count(self.system, kind) - before[kind], last, asked=kind in killer.struck
            )

    def _load_what_others_wait_for(
        self, report: Report, before: dict[Kind, int], killer: Killer | None = None
    ) -> Report:
        """Load what was delivered and run again, as long as that lets more be delivered."""
        for _ in before:
            lacking = any(
                self.count(self.system, kind) - there < len(self.stand.samples[kind])
                for kind, there in before.items()
            )
            if not (lacking and report.on_its_way):
                break
            self.load(self.system)
            report = run_to_the_end(self.stand, Way.IN, killer) if killer else run(self.stand, Way.IN)
        return report

    def _moved(self) -> list[Kind]:
        if not self.stand.moved:
            pytest.skip("The connector promises no creating.")
        return self.stand.moved

    def _counts(self) -> dict[Kind, int]:
        return {kind: self.count(self.system, kind) for kind in self.stand.moved}

    def _is_settled(self, kind: Kind) -> bool:
        """Whether doubtful creates of a kind, and of what it refers to, are settled without a person."""
        kinds = [one for one in (kind, *needed(kind)) if one in self.stand.moved]
        return all(access.idempotency is not None or access.find for access in map(self.stand.access, kinds))

    def _check_whole(self, before: dict[Kind, int], kinds: list[Kind]) -> None:
        for kind in kinds:
            there, wanted = self.count(self.system, kind) - before[kind], len(self.stand.samples[kind])
            assert there <= wanted, f"{there} {kind.words} arrived, {there - wanted} of them twice."
            assert there == wanted, f"{there} of {wanted} {kind.words} arrived."

    def _check_seen(self) -> None:
        """What was delivered is known again once it is loaded; it is not written again, nor taken for new."""
        first, again = run(self.stand, Way.IN), run(self.stand, Way.IN)
        for report in (first, again):
            assert not report.sent, f"After loading, a run writes {len(report.sent)} records once more."
            assert report.outcome == "ok", f"After loading, a run does not end well: {report.told()}"
        left = [f"{count} {kind.words}" for kind, count in again.on_its_way.items()]
        assert not left, f"After loading, {', '.join(left)} are not known again: give load(), or see match."
        self._check_silence(again)

    def _check_doubt(self, kind: Kind, there: int, last: Report, *, asked: bool) -> None:
        """What no key and no look-up can settle is never sent again, and a person is asked about it."""
        wanted = len(self.stand.samples[kind])
        assert there <= wanted, f"{there} {kind.words} arrived, {there - wanted} of them twice."
        waiting = last.open[kind] + last.pushed(kind)["held"]
        assert there + waiting >= wanted, f"Of {wanted} {kind.words} {there} arrived, {waiting} wait."
        if asked:
            doubts = [hold for hold in last.holds if hold.kind is kind and hold.code == "unknown"]
            assert doubts, f"Nobody is asked whether the {kind.words} of a killed run arrived: {last.told()}"

    def _check_silence(self, again: Report) -> None:
        for kind in self.stand.listed:
            told: Counter[str] = again.pulled(kind)
            assert not told["changed"], (
                f"Nothing happened, and {told['changed']} {kind.words} count as changed."
            )
            assert not told["deleted"], (
                f"Nothing happened, and {told['deleted']} {kind.words} count as deleted."
            )
