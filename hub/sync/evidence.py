"""What stands under a client of a target that is like none of ours: it tells who that may be, renamed."""

from __future__ import annotations

from collections import Counter, defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from hub.ledger import BindingState, RecordState
from hub.ledger.matches import are_close, match_keys
from hub.model import Kind
from hub.sync import causes
from hub.sync.questions import misnamed, row_cause
from hub.sync.receiving import gives
from hub.sync.similar import likeness, name_of
from hub.sync.verdicts import Adopt, Doubt, New, Twin, Wait

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hub.ledger import StoredBinding, StoredRecord
    from hub.sync.translation import Translation
    from hub.sync.verdicts import Verdict

INVOICE_NUMBER = ("number",)
"""By what an invoice is looked for under whatever client it stands."""
_OTHER_AMOUNT = Decimal("0.1")
"""What is keyed in by hand may lack a discount or a cost; by so much of its total, and not by more."""
_LIKE = 85
"""From how like two names on, of 100, two clients may be one."""
_AT_ONE_TIME = ("issued_on~31",)
"""Keyed in by hand, it may have the day on which it was keyed in; a number comes again after a year."""


class Evidence:
    """What the rows of one listing of a target tell of its clients."""

    def __init__(self, rows: Translation) -> None:
        self._rows = rows
        self._ledger = rows.ledger
        self._same: dict[int, list[StoredRecord]] = {}
        self._own: dict[int, bool] = {}
        self._here: dict[int, bool] = {}
        self._found: dict[int, Counter[int]] = defaultdict(Counter)
        """For each client that is the target's own, the clients whose invoices stand under it."""
        self._told: dict[tuple[int, int], str] = {}

    def look(self, stored: Sequence[Mapping[str, Any]]) -> None:
        """Look up the invoices that rows may be under another client, and that are not here."""
        keys = [key.near for values in stored for key in match_keys((INVOICE_NUMBER,), values)]
        by_key = self._ledger.matches.candidates(Kind.INVOICE, keys)
        records = {record for found in by_key.values() for record in found}
        here = self._ledger.records.bound_at(records, self._rows.peer.number)
        known = self._ledger.records.many(records - here.keys())
        self._same = {
            key: [known[record] for record in sorted(found) if record in known]
            for key, found in by_key.items()
        }

    def same(self, values: Mapping[str, Any]) -> list[StoredRecord]:
        """The invoices, of those looked up, that have a row's number, at about its time and amount."""
        found: list[StoredRecord] = []
        for key in match_keys((INVOICE_NUMBER,), values):
            for stored in self._same.get(key.near, ()):
                theirs = match_keys((INVOICE_NUMBER,), stored.values)
                alike = bool(theirs) and theirs[0].near == key.near
                stands = alike and stored.state is RecordState.LIVE and _is_about(values, stored.values)
                if stands and are_close(_AT_ONE_TIME, values, stored.values):
                    found.append(stored)
        return found

    def weigh(self, values: Mapping[str, Any], verdict: Verdict) -> Verdict:
        """What a row is, given whose invoice has its number and total, or what else it may be.

        Under a client that is like none it tells who that may be, which is asked once for all that
        stands there. Under another row of its own client, a person is asked about the invoice.
        """
        if isinstance(verdict, Adopt | Wait | Twin):
            return verdict
        if self._rows.kind is not Kind.INVOICE:
            self._hear(values, verdict)
            return verdict
        same = self.same(values)
        telling = {one.id for one in same if self.tells(values["client"], one)}
        asked = [one.id for one in same if one.id not in telling and self._is_double(values["client"], one)]
        if isinstance(verdict, New) and asked:
            return Doubt(tuple(asked), "has the number, and about the total, of")
        if isinstance(verdict, Doubt) and set(verdict.records) <= telling:
            return New()
        return verdict

    def _hear(self, values: Mapping[str, Any], verdict: Verdict) -> None:
        """Note under which client a row stands that may be one record of ours."""
        if isinstance(verdict, Doubt) and len(verdict.records) == 1 and "client" in values:
            self.tells(values["client"], self._ledger.records.get(verdict.records[0]))

    def _is_double(self, client: int, stored: StoredRecord) -> bool:
        """Whether a row's client is an invoice's own, or another row of it."""
        ours = stored.values["client"]
        if client == ours:
            return True
        known = self._ledger.records.many((client, ours))
        one, other = (known[record].values for record in (client, ours))
        named = likeness(name_of(one["name"]), name_of(other["name"])) >= _LIKE
        return named or bool(one["number"] and one["number"] == other["number"])

    def adopted(self, values: Mapping[str, Any], stored: StoredRecord) -> None:
        """Note under which client a row stands that is a record of ours."""
        client, ours = values.get("client"), stored.values.get("client")
        if client is not None and ours is not None and client != ours:
            self.tells(client, stored)

    def tells(self, client: int, stored: StoredRecord) -> bool:
        """Whether it tells who a client of the target may be that what is under it is a record of ours."""
        ours = stored.values.get("client")
        if ours is None or not self.is_own(client) or self.is_here(ours):
            return False
        self._found[client][ours] += 1
        self._told.setdefault((client, ours), what_of(stored))
        return True

    def is_own(self, record: int) -> bool:
        """Whether a record stands at this target, and nowhere that it could have come from."""
        if record not in self._own:
            peer = self._rows.peer.number
            names, session = self._ledger.streams.connection_names(), self._rows.session
            at = {one.connection for one in self._ledger.records.bindings(record)}
            given = any(names.get(one) in session.sources(Kind.CLIENT) for one in at - {peer})
            self._own[record] = peer in at and not given and not gives(session, self._rows.peer, Kind.CLIENT)
        return self._own[record]

    def is_here(self, record: int) -> bool:
        """Whether this target has, or has had, a record."""
        if record not in self._here:
            self._here[record] = bool(self._ledger.records.bindings(record, self._rows.peer.number))
        return self._here[record]

    def conclude(self) -> None:
        """Ask about the clients of the target of which something was found; inside a transaction."""
        asked = self._asked_before() if self._found else {}
        for own, found in self._found.items():
            said = {ours: self._told[own, ours] for ours, _ in found.most_common()}
            self._ask(own, {**said, **asked.get(own, {})})
        self._found.clear()

    def confirm(self) -> None:
        """Ask again what was asked before, as long as it is open; inside a transaction."""
        for own, said in self._asked_before().items():
            self._ask(own, said)

    def _asked_before(self) -> dict[int, dict[int, str]]:
        """For each client of the target that is asked about, whose invoices stand under it."""
        held = self._ledger.holds.in_scope(causes.pull_scope(self._rows.peer, Kind.CLIENT))
        return {
            hold.facts["own"]: {int(ours): what for ours, what in hold.facts["evidence"].items()}
            for hold in held
            if "own" in hold.facts
        }

    def _ask(self, own: int, said: Mapping[int, str]) -> None:
        peer, records = self._rows.peer, self._ledger.records
        bound = records.bound_at([own], peer.number).get(own)
        if bound is None or bound.state is not BindingState.LIVE or not self.is_own(own):
            return
        stream = self._ledger.streams.get(peer.number, Kind.CLIENT, bound.source)
        answered = self._answered(row_cause(peer, stream, bound.external_id), bound)
        clients = records.many(one for one in said if one not in answered and not self.is_here(one))
        pairs = [(clients[ours], what) for ours, what in said.items() if ours in clients]
        standing = [pair for pair in pairs if pair[0].state is RecordState.LIVE]
        if standing:
            hold = misnamed(peer, stream, bound.external_id, records.get(own), standing)
            self._rows.session.hold(hold)

    def _answered(self, cause: str, bound: StoredBinding) -> frozenset[int]:
        """The clients of which a person has said whether a row is one of them."""
        subject = causes.subject_of(bound.source, bound.external_id)
        decision = self._rows.decisions.get((cause, subject))
        return frozenset(decision.facts.get("records", ()) if decision is not None else ())


def _is_about(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two invoices come to about the same."""
    mine, theirs = Decimal(one["total"]), Decimal(other["total"])
    return mine == theirs or abs(mine - theirs) <= _OTHER_AMOUNT * max(mine, theirs)


def what_of(stored: StoredRecord) -> str:
    """An invoice or a matter as a person knows it."""
    number, total = stored.values.get("number", ""), stored.values.get("total")
    return f"{stored.kind.words} {number}" + (f" of {total}" if total is not None else "")
