"""Joining: what stands at the books alone, and turns out to be a record that is known already.

A row is matched once, when it is first read. Until the books are open people mend what does not agree,
on both sides, so what is at the books alone is matched again in every run.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from hub.ledger import BindingState, Change, Hold
from hub.ledger.matches import are_close, match_keys
from hub.model import KIND_ORDER, Kind, line_references, references
from hub.sync.causes import pull_scope, subject_of
from hub.sync.changes import differing
from hub.sync.period import joined_cause, said_of_earlier
from hub.sync.receivables import KINDS, Spelling

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from hub.ledger import StoredBinding, StoredRecord
    from hub.ledger.matches import MatchKey
    from hub.sync.session import Flow, Peer, Session

_LIVE = BindingState.LIVE
_PAGE = 1000

_Pair = tuple[int, int]
"""The record that is known, and the one that the books alone have."""


class Joiner:
    """Joins records at the books of one flow; inside a transaction."""

    def __init__(self, session: Session, flow: Flow, books: Peer) -> None:
        self._session = session
        self._ledger = session.ledger
        self._peer = books
        self._source = session.peers[flow.source].number
        self._flow = flow
        self._decisions = session.ledger.decisions.taken()

    def settle(self) -> None:
        """Join what a person said is one, and what all fields of the mapping's ``match`` say is one."""
        linked = self._linked()
        for kind in (Kind.CLIENT, Kind.MATTER, *KINDS):
            joined = self._join_all(linked[kind])
            joined |= self._join_all(self._pairs(kind))
            if joined:
                self._refer_anew(kind, joined)

    def _linked(self) -> dict[Kind, list[_Pair]]:
        """What people linked; an invoice that is linked says whose customer its client is."""
        found: dict[Kind, list[_Pair]] = defaultdict(list)
        for record, said in said_of_earlier(self._decisions, self._flow).items():
            if said.action == "link":
                pair = record, int(said.facts["record"])
                known = self._ledger.records.many(pair)
                found[Kind.INVOICE].append(pair)
                found[Kind.CLIENT].append((known[pair[0]].values["client"], known[pair[1]].values["client"]))
        found[Kind.CLIENT] += self._linked_when_read()
        return found

    def _linked_when_read(self) -> Iterator[_Pair]:
        """The clients of invoices that people linked as the books were read, and who they are there."""
        prefix = f"match:{self._peer.name}:{Kind.INVOICE.value}:"
        spelling = Spelling(self._session, self._peer, Kind.INVOICE)
        for (cause, _), said in self._decisions.items():
            if not cause.startswith(prefix) or said.action != "link":
                continue
            stored = self._ledger.records.get(int(said.facts["record"]))
            bound = self._ledger.records.bound_at([stored.id], self._peer.number).get(stored.id)
            if bound is not None:
                spelling.look_up([bound])
                yield stored.values["client"], spelling.said(stored, bound).values["client"]

    def _join_all(self, pairs: list[_Pair]) -> dict[int, int]:
        """Join what is still apart; returns what was joined, from the one that is no more to the other."""
        joined = {}
        for kept, lost in pairs:
            if self._is_free(kept) and self._is_alone(lost):
                self._join(self._ledger.records.get(kept), self._ledger.records.get(lost))
                joined[lost] = kept
        return joined

    def _is_free(self, record: int) -> bool:
        """Whether a record stands at the source, and not at the books."""
        known = self._ledger.records.bindings(record)
        there = {one.connection for one in known if one.state is not BindingState.GONE}
        return self._source in there and self._peer.number not in there

    def _is_alone(self, record: int) -> bool:
        known = self._ledger.records.bindings(record, self._peer.number)
        stands = any(one.state is _LIVE for one in known)
        return stands and bool(self._ledger.records.alone_at([record], self._peer.number))

    def _join(self, kept: StoredRecord, lost: StoredRecord) -> None:
        for bound in self._ledger.records.bindings(lost.id, self._peer.number):
            self._bind(bound, kept, lost)
            # Whatever was asked of its row is answered.
            subject = subject_of(bound.source, bound.external_id)
            self._ledger.holds.clear_row(pull_scope(self._peer, lost.kind), subject)
        self._ledger.records.change(
            lost, lost.values, run=self._session.run, connection=self._peer.number, change=Change.GONE
        )
        self._ledger.decisions.record(
            _joined(self._peer, kept),
            "link",
            f"it is record {lost.id} of {self._peer.name}",
            {"record": lost.id},
        )
        self._ledger.marks.lower(kept.kind, kept.revision - 1)

    def _bind(self, bound: StoredBinding, kept: StoredRecord, lost: StoredRecord) -> None:
        bulk, stream, external_id = self._ledger.bulk, bound.stream, bound.external_id
        raw = bulk.raws(stream, [external_id]).get(external_id)
        inward = self._peer.mapping.inward(kept.kind, bound.source)
        same = inward is not None and not differing(inward, dict(lost.values), kept.values)
        agreed, state = kept.revision if same else 0, int(bound.state)
        bulk.remove(stream, external_id)
        row = (stream, external_id, bound.id, kept.id, bound.connection, state, agreed)
        bulk.insert([], [], [(*row, bound.digest, None, bound.version, raw)])

    def _pairs(self, kind: Kind) -> list[_Pair]:
        """What is the same by the first list of fields that finds anything, one with one."""
        alone = self._alone(kind)
        free = self._free(kind, {key.exact for _, keys in alone for key in keys}) if alone else {}
        found = [(self._same(stored, keys, free), stored.id) for stored, keys in alone]
        claims = Counter(one for records, _ in found for one in records)
        return [(records[0], one) for records, one in found if len(records) == 1 and claims[records[0]] == 1]

    def _alone(self, kind: Kind) -> list[tuple[StoredRecord, list[MatchKey]]]:
        """What the books alone have and no person has said to be another, with its keys."""
        found = []
        for page in self._standing(kind):
            alone = self._ledger.records.alone_at(page, self._peer.number)
            bound = self._ledger.records.bound_at(alone, self._peer.number)
            for stored in self._ledger.records.many(alone).values():
                source = bound[stored.id].source
                where = subject_of(source, bound[stored.id].external_id)
                said = self._decisions.get((f"match:{self._peer.name}:{kind.value}:{where}", where))
                if said is None or said.action != "accept":
                    found.append((stored, match_keys(self._peer.mapping.match(kind, source), stored.values)))
        return found

    def _free(self, kind: Kind, wanted: set[int]) -> dict[int, list[StoredRecord]]:
        """What the source has and the books lack, by those of its keys that are wanted."""
        sources = self._peer.mapping.sources(kind)
        lists = tuple(
            dict.fromkeys(names for one in sources for names in self._peer.mapping.match(kind, one))
        )
        found: dict[int, list[StoredRecord]] = defaultdict(list)
        for stored in self._ledger.records.of_kind(kind):
            keys = {key.exact for key in match_keys(lists, stored.values)} & wanted
            if keys and self._is_free(stored.id):
                for key in keys:
                    found[key].append(stored)
        return found

    def _same(
        self, alone: StoredRecord, keys: list[MatchKey], free: Mapping[int, list[StoredRecord]]
    ) -> list[int]:
        for key in keys:
            found = [
                one.id
                for one in free.get(key.exact, ())
                if are_close(key.names, alone.values, one.values)
                and bool(one.values.get("reversed")) == bool(alone.values.get("reversed"))
            ]
            if found:
                return found
        return []

    def _standing(self, kind: Kind) -> Iterator[list[int]]:
        """The records of a kind that stand at the books, some at a time."""
        streams = [stream.id for stream in self._ledger.streams.all(self._peer.number, kind)]
        records = sorted({record for *_, record in self._ledger.bulk.live_bindings(streams)})
        for start in range(0, len(records), _PAGE):
            yield records[start : start + _PAGE]

    def _refer_anew(self, to: Kind, joined: Mapping[int, int]) -> None:
        """Let what stands at the books refer to the records that are known."""
        for kind in (one for one in KIND_ORDER if _refers(one, to)):
            for page in self._standing(kind):
                bound = self._ledger.records.bound_at(page, self._peer.number)
                for stored in self._ledger.records.many(page).values():
                    values = _renamed(kind, stored.values, joined)
                    if values != stored.values:
                        self._change(stored, values, bound[stored.id])

    def _change(self, stored: StoredRecord, values: Mapping[str, Any], bound: StoredBinding) -> None:
        run, peer = self._session.run, self._peer.number
        revision = self._ledger.records.change(stored, values, run=run, connection=peer)
        if bound.sent is None and bound.agreed == stored.revision:
            self._ledger.records.note_agreed(bound, revision)


def _joined(books: Peer, kept: StoredRecord) -> Hold:
    """What it is kept under which record of the books alone a record turned out to be."""
    cause = joined_cause(books.name)
    return Hold(scope=cause, cause=cause, code="joined", subject=str(kept.id), label=kept.label, message="")


def _refers(kind: Kind, to: Kind) -> bool:
    parts = (one.kinds for one in line_references(kind))
    return any(to in kinds for kinds in (*references(kind).values(), *parts))


def _renamed(kind: Kind, values: Mapping[str, Any], joined: Mapping[int, int]) -> dict[str, Any]:
    """The values of a record, with other records in the place of those that are no more."""
    found = _swapped(values, references(kind), joined)
    for one in line_references(kind):
        if one.lines in found:
            found[one.lines] = [_swapped(line, (one.field,), joined) for line in found[one.lines]]
    return found


def _swapped(values: Mapping[str, Any], names: Iterable[str], joined: Mapping[int, int]) -> dict[str, Any]:
    known = {name: joined[values[name]] for name in names if values.get(name) in joined}
    return {**values, **known}
