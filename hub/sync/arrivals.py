"""Rows without a binding: matched with what is here, adopted, made a record, or left to a person."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hub.ledger import BindingState
from hub.model import Kind
from hub.sync import causes
from hub.sync.binding import Binder
from hub.sync.evidence import Evidence
from hub.sync.match import Matcher
from hub.sync.moving import Moved
from hub.sync.questions import question, renewal
from hub.sync.receiving import only_receives
from hub.sync.reissue import Reissues
from hub.sync.together import Links, Together
from hub.sync.translation import waiting_of
from hub.sync.verdicts import Adopt, Double, Doubt, New, Renewed, Rivals, Twin, Wait
from hub.sync.waiting import Waiters

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hub.ledger import Hold, Stream
    from hub.ledger.holds import Decision
    from hub.ledger.matches import FieldLists
    from hub.mapping import Inward
    from hub.sync.changes import Changes
    from hub.sync.rows import Row
    from hub.sync.translation import Translation
    from hub.sync.verdicts import Verdict


class Arrivals:
    """Takes the new rows of one listing into the ledger."""

    def __init__(self, rows: Translation, changes: Changes) -> None:
        self._rows = rows
        self._binder = Binder(rows, changes)
        self._matcher = Matcher(rows.session, rows.peer, rows.kind, rows.shown)
        self._evidence = Evidence(rows)
        self.only_receives = only_receives(rows.session, rows.peer, rows.kind)
        """Whether its records are only written here, or looked up: a target's rows are looked at together."""
        self._together = Together(rows, self._matcher)
        self._links = Links(rows) if self.only_receives else None
        self.moved = Moved(rows)
        self._reissues: Reissues | None = None
        self.staged: dict[tuple[int, str], None] = {}
        """What can only be told apart when the listing has come to its end."""
        self.proposed: set[int] = set()
        """The records of which a person is asked whether they have a new id."""
        self._renewed_here: set[int] = set()
        """The records that have a new id since this listing."""
        self._told: list[Hold] = []
        """What is told of new rows, once they are records and nothing is held of them any more."""

    def strangers(self, rows: Sequence[Row]) -> frozenset[str]:
        """The ids of rows that may be another record than the one that once stood under their id.

        That one has another id here now: the number of a client that was renumbered may be given to
        another one, or back.
        """
        if self._rows.keeps_raw:
            return frozenset()  # a listing of changes does not show where the record stands now
        left = {
            row.item.external_id: row.bound.record
            for row in rows
            if row.bound is not None and row.bound.state == BindingState.GONE
        }
        if not left:
            return frozenset()
        bound = self._rows.ledger.records.all_bound_at(left.values(), self._rows.peer.number)
        moved = {
            record for record, known in bound.items() if any(one.state is BindingState.LIVE for one in known)
        }
        return frozenset(external_id for external_id, record in left.items() if record in moved)

    def place(self, stream: Stream, inward: Inward, rows: list[Row]) -> None:
        """Make records of new rows, adopt those that are records already, ask about the doubtful."""
        rows = self._without_repeats(stream, rows)
        self._stage(stream, [row for row in rows if row.bound is not None])
        rows = self._as_linked(stream, inward, [row for row in rows if row.bound is None])
        if not self._matcher.possible(stream):
            self._create(stream, rows)
            return
        if self.only_receives and self._rows.shown.all_stays:
            rows = self._settle_claims(stream, inward, rows)
        stored = [json.loads(row.body) for row in rows]
        self._look(stored)
        new, staged = [], []
        for row, values, verdict in zip(rows, stored, self._matcher.verdicts(stream, stored), strict=True):
            if self._waits_for_end(stream, values, verdict):
                staged.append(row)
            else:
                new += self._follow(stream, inward, row, values, self._checked(stream, row, values, verdict))
        self._stage(stream, staged)
        self._create(stream, new)

    def _as_linked(self, stream: Stream, inward: Inward, rows: list[Row]) -> list[Row]:
        """Bind the rows of a target of which a person has said what they are; returns the others."""
        if self._links is None:
            return rows
        return self._settled(stream, inward, rows, self._links.verdict)

    def _settle_claims(self, stream: Stream, inward: Inward, rows: list[Row]) -> list[Row]:
        """Settle whose the records are that rows of a target claim; returns those without a claim."""
        self.claim(stream, rows)
        while self.settle():
            rows = self.award(stream, inward, rows)
            self.claim(stream, rows)
        return rows

    def claim(self, stream: Stream, rows: Sequence[Row]) -> None:
        """Note what rows of a target have a claim to."""
        self._together.note(stream, rows, [json.loads(row.body) for row in rows])

    def settle(self) -> bool:
        """Settle whose the records are that were claimed; whether there were any."""
        return self._together.settle()

    def award(self, stream: Stream, inward: Inward, rows: Sequence[Row]) -> list[Row]:
        """Do as was settled about the claims of rows; returns the others."""
        won = [row for row in rows if isinstance(self._together.verdict(stream, row), Adopt)]
        self._rows.release(stream, won)
        left = self._settled(stream, inward, rows, self._together.verdict)
        self._evidence.conclude()
        return left

    def _settled(
        self,
        stream: Stream,
        inward: Inward,
        rows: Sequence[Row],
        verdict_of: Callable[[Stream, Row], Verdict | None],
    ) -> list[Row]:
        """Follow what is known of rows; returns those of which nothing is, and those that are new."""
        left = []
        for row in rows:
            verdict = verdict_of(stream, row)
            if verdict is None:
                left.append(row)
            else:
                left += self._follow(stream, inward, row, json.loads(row.body), verdict)
        return left

    def _create(self, stream: Stream, rows: Sequence[Row]) -> None:
        """Make records of new rows, and say what there is to say of them."""
        self._binder.create(stream, rows)
        for hold in self._told:
            self._rows.session.hold(hold)
        self._told.clear()
        self._evidence.conclude()

    def _look(self, stored: Sequence[dict[str, Any]]) -> None:
        if self.only_receives and self._rows.kind is Kind.INVOICE:
            self._evidence.look(stored)

    def _checked(self, stream: Stream, row: Row, values: dict[str, Any], verdict: Verdict) -> Verdict:
        """A verdict about a row of a target, given what else is known of it there."""
        if self._together.is_another(stream, row, verdict):
            verdict = New()
        if isinstance(verdict, Double):
            verdict = self._together.joined(verdict)
        return self._evidence.weigh(values, verdict)

    def _waits_for_end(self, stream: Stream, values: dict[str, Any], verdict: Verdict) -> bool:
        """Whether the listing's end may say otherwise: a row may have moved, or another one be nearer."""
        at_target = self.only_receives and not self._rows.shown.all_stays
        match verdict:
            case Twin():
                return True
            case Adopt(record):
                return at_target and not self._matcher.is_used(record)
            case Doubt():
                return at_target or self.moved.may_come_to(stream)
            case New():
                found = at_target and self._evidence.same(values)
                return bool(found) or self._is_told_at_end(stream)
        return False

    def _is_told_at_end(self, stream: Stream) -> bool:
        """Whether the listing's end tells more: a new invoice may bill what one that has left billed."""
        if self._rows.kind is Kind.INVOICE:
            return self._rows.ledger.bulk.any_bound(stream.id)
        return self.moved.may_come_to(stream)

    def _follow(
        self,
        stream: Stream,
        inward: Inward,
        row: Row,
        values: dict[str, Any],
        verdict: Verdict,
    ) -> list[Row]:
        """Do what follows from a verdict; returns the row if it is a new record."""
        match verdict:
            case Adopt(record):
                self._adopt(stream, inward, row, values, record)
            case Doubt() | Rivals() | Double():
                hold = question(self._rows, stream, row.item.external_id, values, verdict)
                return self._decided(stream, inward, row, values, hold)
            case Renewed(records):
                return self._renewed(stream, inward, row, values, records)
            case Twin(record):
                return self._twin(stream, row, record)
            case Wait():
                self._stage(stream, [row])
            case New(record) if record is not None and self._matcher.use(record):
                self._adopt(stream, inward, row, values, record)
            case New():
                return [row]
        return []

    def _without_repeats(self, stream: Stream, rows: list[Row]) -> list[Row]:
        first: dict[str, Row] = {}
        for row in rows:
            other = first.setdefault(row.item.external_id, row)
            if other is not row and other.digest != row.digest:
                self._rows.session.hold(causes.twice(self._rows.peer, stream, row.item))
                self._rows.counts["held"] += 1
        return list(first.values())

    def _decided(
        self,
        stream: Stream,
        inward: Inward,
        row: Row,
        values: dict[str, Any],
        hold: Hold,
    ) -> list[Row]:
        """Do as a person said about a doubtful row, or ask; returns it if it is a new record."""
        if hold.severity == "warn":
            self._told.append(hold)
            return [row]
        decision = self._decision(hold)
        linked = int(decision.facts["record"]) if decision and decision.action == "link" else None
        if decision is None or (linked is not None and self._stands_here(linked)):
            self._rows.keep(stream, row, [hold])
            return []
        if linked is not None:
            self._adopt(stream, inward, row, values, linked)
            return []
        return [row]

    def _adopt(self, stream: Stream, inward: Inward, row: Row, values: dict[str, Any], record: int) -> None:
        """Bind a row to a record that is already here."""
        self._matcher.use(record)
        stored = self._binder.adopt(stream, inward, row, values, record)
        if self.only_receives:
            self._evidence.adopted(values, stored)

    def _stands_here(self, record: int) -> bool:
        """Whether this listing shows a record under another id already."""
        known = self._rows.ledger.records.bindings(record, self._rows.peer.number)
        return any(one.state is BindingState.LIVE and one.id in self._rows.seen for one in known)

    def _decision(self, hold: Hold) -> Decision | None:
        return self._rows.decisions.get((hold.cause, hold.subject))

    def _renewed(
        self,
        stream: Stream,
        inward: Inward,
        row: Row,
        values: dict[str, Any],
        records: tuple[int, ...],
    ) -> list[Row]:
        """A row that seems to be one that has left, under a new id: a person says so once.

        What belongs to a record that has a new id by a person's word has one, too.
        """
        hold = renewal(self._rows, stream, row.item.external_id, values, records)
        decision = self._decision(hold)
        if decision is not None and decision.action == ("new" if len(records) == 1 else "accept"):
            return [row]
        certain = decision is not None or (len(records) == 1 and self._belongs_to_renewed(values))
        record = int(decision.facts["record"]) if decision is not None else records[0]
        if certain and record not in self._renewed_here:
            self._renewed_here.add(record)
            self._adopt(stream, inward, row, values, record)
            return []
        self._rows.session.renewals.add((hold.scope, hold.cause, hold.subject))
        self.proposed.update(records)
        self._rows.keep(stream, row, [hold])
        return []

    def _belongs_to_renewed(self, values: dict[str, Any]) -> bool:
        """Whether the client (or matter) of a row stands here under another id than before."""
        owners = (values.get(name) for name in ("client", "matter"))
        for owner in (one for one in owners if one is not None):
            known = self._rows.ledger.records.bindings(owner, self._rows.peer.number)
            live = {one.stream for one in known if one.state is BindingState.LIVE}
            if any(one.state is BindingState.GONE and one.stream in live for one in known):
                return True
        return False

    def _twin(self, stream: Stream, row: Row, record: int) -> list[Row]:
        """A row that stands in two tables at once is taken for two only when it stays so."""
        subject = causes.subject_of(stream.source, row.item.external_id)
        since = self._rows.since(causes.BOTH, subject)
        stored = self._rows.ledger.records.get(record)
        hold = causes.in_both(self._rows.peer, stream, row.item.external_id, stored, since)
        stays = self._rows.as_of - since >= self._rows.peer.access(self._rows.kind).missing_for
        if stays or self._decision(hold) is not None:
            return [row]
        self._rows.keep(stream, row, [hold])
        return []

    def _stage(self, stream: Stream, rows: Sequence[Row]) -> None:
        waiting = [waiting_of(stream, row) for row in rows]
        self._rows.ledger.inbox.keep_all(waiting, self._rows.session.run)
        self.staged |= dict.fromkeys((stream.id, one.external_id) for one in waiting)

    def pair(
        self,
        stream: Stream,
        inward: Inward,
        rows: Sequence[Row],
        alternative: FieldLists,
    ) -> list[Row]:
        """Pair rows with records whose own rows have left; returns those without a partner."""
        valid = self._rows.valid(stream, inward, rows)
        strangers = []
        for row in valid:
            record = self.moved.take(values := json.loads(row.body), alternative)
            if record is None or not self._matcher.use(record):
                strangers.append((row, values))
            else:
                self._adopt(stream, inward, row, values, record)
        stored = [values for _, values in strangers]
        verdicts = self._matcher.verdicts(stream, stored, at_end=True, alternatives=alternative)
        left = []
        for (row, values), verdict in zip(strangers, verdicts, strict=True):
            if isinstance(verdict, Adopt) and not self._together.is_another(stream, row, verdict):
                self._adopt(stream, inward, row, values, verdict.record)
            else:
                left.append(row)
        return left

    def conclude(self, stream: Stream, inward: Inward, rows: Sequence[Row]) -> None:
        """Say what the rows are that have found no partner: reissued, renewed, doubtful or new."""
        valid = self._rows.valid(stream, inward, rows)
        stored = [json.loads(row.body) for row in valid]
        self._look(stored)
        verdicts = self._matcher.verdicts(stream, stored, at_end=True)
        new = []
        for row, values, verdict in zip(valid, stored, verdicts, strict=True):
            record = self._returned(stream, row)
            if record is None and isinstance(verdict, New):
                record = self._reissue_of(values)
            said = self._checked(stream, row, values, verdict) if record is None else Adopt(record)
            new += self._follow(stream, inward, row, values, said)
        self._create(stream, new)

    def look_back(self, streams: Sequence[Stream]) -> None:
        """Say again at a listing's end what stays open of its rows at a target; inside a transaction."""
        if not self.only_receives:
            return
        if self._rows.kind is Kind.CLIENT:
            self._evidence.confirm()
        self._together.tell_again(streams)
        Waiters(self._rows, self._matcher, self._evidence).look(streams)

    def _returned(self, stream: Stream, row: Row) -> int | None:
        """The record that stood under a row's id before, if it stands nowhere else here any more."""
        if row.bound is None:
            return None
        if self._matcher.has_left(row.bound.record):
            return row.bound.record
        self._rows.ledger.bulk.remove(stream.id, row.item.external_id)
        row.bound = None
        return None

    def _reissue_of(self, values: dict[str, Any]) -> int | None:
        """The invoice that has left and whose entries this one bills."""
        if self._rows.kind is not Kind.INVOICE:
            return None
        if self._reissues is None:
            self._reissues = Reissues(self._rows)
        return self._reissues.take(values)
