"""New rows of a target that claim one and the same record: looked at together, before any is adopted.

Two rows of a system that is only written to are one record keyed in twice, or two records. Of an
active row and inactive ones the active one is the record; else a person says which one is.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

from hub.ledger import BindingState
from hub.sync.causes import pull_scope, subject_of
from hub.sync.questions import DOUBLE, double_cause
from hub.sync.verdicts import Adopt, Double, Rivals

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hub.ledger import Stream
    from hub.sync.match import Claim, Matcher
    from hub.sync.rows import Row
    from hub.sync.translation import Translation
    from hub.sync.verdicts import Verdict

Key = tuple[int, str]
"""A row: its stream, and its external id."""


class _Claimant(NamedTuple):
    row: Key
    claim: Claim
    active: bool


class Links:
    """The rows of a target of which a person has said which record they are."""

    def __init__(self, rows: Translation) -> None:
        self._rows = rows
        prefix = f"match:{rows.peer.name}:{rows.kind.value}:"
        self._said: dict[str, int] = {}
        by_time = sorted(rows.decisions.values(), key=lambda decision: decision.at)
        for one in by_time:
            if one.cause.startswith(prefix) and one.action == "link":
                self._said[one.subject] = int(one.facts["record"])
            elif one.cause.startswith(prefix):
                self._said.pop(one.subject, None)

    def verdict(self, stream: Stream, row: Row) -> Adopt | Double | None:
        """What a row is by a person's word, unless another row there is that already."""
        record = self._said.get(subject_of(stream.source, row.item.external_id))
        if record is None:
            return None
        known = self._rows.ledger.records.bindings(record, self._rows.peer.number)
        return (Double if any(one.state is BindingState.LIVE for one in known) else Adopt)(record)


class Together:
    """The claims of the new rows of one listing."""

    def __init__(self, rows: Translation, matcher: Matcher) -> None:
        self._rows = rows
        self._matcher = matcher
        self._claims: dict[int, list[_Claimant]] = defaultdict(list)
        self._won: dict[Key, int] = {}
        self._rivals: dict[int, int] = {}
        """The records of which nobody knows which row they are, and how many rows equal each."""
        self._asked: dict[Key, int] = {}
        """The rows that equal such a record."""

    def note(self, stream: Stream, rows: Sequence[Row], stored: Sequence[Mapping[str, Any]]) -> None:
        """Note which records rows have a claim to."""
        for row, values, claim in zip(rows, stored, self._matcher.claims(stream, stored), strict=True):
            if claim is not None and not self.is_another(stream, row, Adopt(claim.record)):
                key = stream.id, row.item.external_id
                self._claims[claim.record].append(_Claimant(key, claim, values.get("active", True)))

    def settle(self) -> bool:
        """Say whose the records are that were claimed; whether there were any."""
        for record, claimants in self._claims.items():
            winner, rivals = _settled(claimants, strongest_counts=self._rows.kind.is_money)
            if winner is None:
                self._rivals[record] = len(rivals)
                self._asked |= dict.fromkeys((one.row for one in rivals), record)
                self._matcher.use(record)
            else:
                self._won[winner.row] = record
        any_claimed = bool(self._claims)
        self._claims.clear()
        return any_claimed

    def verdict(self, stream: Stream, row: Row) -> Adopt | Rivals | None:
        """What was settled about a row."""
        key = stream.id, row.item.external_id
        if key in self._won:
            return Adopt(self._won[key])
        record = self._asked.get(key)
        return None if record is None else Rivals(record, self._rivals[record])

    def joined(self, verdict: Double) -> Verdict:
        """What a row is that equals a record after others have; one of them, if that is none of them yet."""
        if verdict.record not in self._rivals:
            return verdict
        self._rivals[verdict.record] += 1
        return Rivals(verdict.record, self._rivals[verdict.record])

    def is_another(self, stream: Stream, row: Row, verdict: Verdict) -> bool:
        """Whether a person has said that a row is another record than the one that it equals."""
        if not isinstance(verdict, Adopt | Double):
            return False
        subject = subject_of(stream.source, row.item.external_id)
        cause = double_cause(self._rows.peer, stream, verdict.record)
        decision = self._rows.decisions.get((cause, subject))
        return decision is not None and decision.action == "accept"

    def tell_again(self, streams: Sequence[Stream]) -> None:
        """Tell of the inactive rows that equal a record, as long as both stand; inside a transaction."""
        ledger, peer = self._rows.ledger, self._rows.peer
        for stream in streams:
            scope = pull_scope(peer, stream.kind)
            told = {one.subject: one for one in ledger.holds.in_scope(scope) if one.code == DOUBLE}
            prefix = subject_of(stream.source, "")
            ids = [subject.removeprefix(prefix) for subject in told if subject.startswith(prefix)]
            for bound in ledger.bulk.lookup(stream.id, ids).values():
                hold = told[subject_of(stream.source, bound.external_id)]
                if bound.state == BindingState.LIVE and self._stands(hold.facts["beside"]):
                    self._rows.session.hold(hold)

    def _stands(self, record: int) -> bool:
        known = self._rows.ledger.records.bindings(record, self._rows.peer.number)
        return any(one.state is BindingState.LIVE for one in known)


def _settled(
    claimants: Sequence[_Claimant], *, strongest_counts: bool
) -> tuple[_Claimant | None, Sequence[_Claimant]]:
    """The row that a record is, or those of which it is one; what only lies near it is none of them.

    An active row comes before the inactive ones. Of money, which no other row stands under, the row
    that equals the record by the strongest list is it.
    """
    nearest = min(one.claim[1:] for one in claimants)
    equal = [one for one in claimants if one.claim[1:] == nearest or not any(one.claim.distances)]
    first = [one for one in equal if one.active] or equal
    strongest = min(one.claim.by for one in first)
    if strongest_counts:
        first = [one for one in first if one.claim.by == strongest]
    return (first[0], ()) if len(first) == 1 else (None, equal)
