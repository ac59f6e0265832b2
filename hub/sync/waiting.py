"""Rows of a target that wait for one that a person is asked about, and what they may be meanwhile.

Nobody knows yet whose they are. What they would be, were the answer yes, is not written there a
second time before it is given.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from hub.mapping import ForeignId, Untranslatable
from hub.model import Kind, model_of, references
from hub.sync import causes
from hub.sync.evidence import what_of
from hub.sync.questions import known_as, row_cause
from hub.sync.references import References

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from hub.ledger import Hold, StoredRecord, Stream
    from hub.ledger.inbox import Waiting
    from hub.mapping import Inward
    from hub.sync.evidence import Evidence
    from hub.sync.match import Matcher
    from hub.sync.session import HoldKey, Peer, Session
    from hub.sync.translation import Translation

LOOKED_AT = frozenset({Kind.MATTER, Kind.INVOICE})
"""Of these kinds the rest is written meanwhile; of the others nothing is, before all is answered."""


class Waiters:
    """The rows of one listing that wait for a row of another kind, of which a person is asked."""

    def __init__(self, rows: Translation, matcher: Matcher, evidence: Evidence) -> None:
        self._rows = rows
        self._matcher = matcher
        self._evidence = evidence
        self._references = References(rows.ledger, rows.peer.number)

    def look(self, streams: Sequence[Stream]) -> None:
        """Hold what waiting rows may be; inside a transaction."""
        if self._rows.kind not in LOOKED_AT:
            return
        for stream in streams:
            inward = self._rows.peer.mapping.inward(self._rows.kind, stream.source)
            if inward is not None:
                self._look(stream, list(self._supposed(stream, inward)))
        self._evidence.conclude()

    def _look(self, stream: Stream, supposed: Sequence[tuple[Waiting, Hold, dict[str, Any]]]) -> None:
        if not supposed or not self._matcher.possible(stream):
            return
        stored = [values for _, _, values in supposed]
        self._evidence.look(stored)
        claims = self._matcher.claims(stream, stored)
        equal = self._rows.ledger.records.many({claim.record for claim in claims if claim is not None})
        for (waiting, root, values), claim in zip(supposed, claims, strict=True):
            same = {one.id: one for one in self._evidence.same(values)}
            if claim is not None:
                same[claim.record] = equal[claim.record]
            self._hold(stream, waiting, root, list(same.values()))

    def _supposed(self, stream: Stream, inward: Inward) -> Iterator[tuple[Waiting, Hold, dict[str, Any]]]:
        """What each waiting row would say, were the row that it waits for each of the records it may be."""
        asked = {(hold.scope, hold.cause, hold.subject): hold for hold in self._rows.ledger.holds.all()}
        for waiting in self._rows.ledger.inbox.waiting([stream.id]):
            root = root_of(self._rows.session, self._rows.peer, stream.kind, waiting.external_id)
            hold = asked.get(root) if root is not None else None
            if hold is not None:
                for record in candidates_of(hold):
                    values = self._with(inward, waiting.raw, hold, record)
                    if values is not None:
                        yield waiting, hold, values

    def _with(self, inward: Inward, raw: Mapping[str, Any], hold: Hold, record: int) -> dict[str, Any] | None:
        """A row whose reference to what is held refers to a record; without what else it lacks."""
        try:
            values = inward.translate(raw)
            for path, foreign in self._references.resolve(inward, [values])[0]:
                name, _, is_line = path.partition("[")
                values.pop(name, None)
                if not is_line and _is_held_by(hold, foreign):
                    values[name] = self._fitting(name, record)
            made = model_of(self._rows.kind).model_validate(values)
        except (Untranslatable, ValidationError):
            return None
        return dict(made.model_dump(mode="json", exclude_defaults=True))

    def _fitting(self, name: str, record: int) -> int | None:
        """A record in a field that refers to it; in one that refers to its client, that."""
        stored = self._rows.ledger.records.get(record)
        fits = stored.kind in references(self._rows.kind)[name]
        return record if fits else stored.values.get("client")

    def _hold(self, stream: Stream, waiting: Waiting, root: Hold, found: Sequence[StoredRecord]) -> None:
        """Hold what a row may be: by itself where its client is here, else with its client."""
        for one in found:
            client = one.values.get("client")
            if client is None or self._evidence.is_here(client):
                self._ask(stream, waiting, one)
            elif root.kind is not Kind.CLIENT:
                self._evidence.tells(root.facts["row"]["client"], one)
            elif client not in candidates_of(root):
                self._add(root, client, one)

    def _ask(self, stream: Stream, waiting: Waiting, stored: StoredRecord) -> None:
        hold = causes.row_hold(
            self._rows.peer,
            stream,
            waiting.external_id,
            cause=row_cause(self._rows.peer, stream, waiting.external_id),
            code="match",
            message=f"It may be {known_as(stored)}; what it stands under is asked about.",
            remedy="Answer that first, and it follows by itself; or `hub review ID link` if it is that one.",
            facts={"records": [stored.id]},
        )
        decision = self._rows.decisions.get((hold.cause, hold.subject))
        if decision is None or decision.action != "accept":
            self._rows.session.hold(hold)

    def _add(self, root: Hold, client: int, stored: StoredRecord) -> None:
        """Add a client to what a row of the target may be, for the sake of what stands under the row."""
        held = {one.subject: one for one in self._rows.ledger.holds.in_scope(root.scope)}
        now = held.get(root.subject, root)
        if client in candidates_of(now):
            return
        whose = known_as(self._rows.ledger.records.get(client))
        self._rows.session.hold(
            replace(
                now,
                message=f"{now.message} Under it is {what_of(stored)} of {whose}.",
                remedy="`hub review ID link --record NUMBER` if it is one of them, `hub review ID accept` if "
                "it is another.",
                facts={**now.facts, "records": [*candidates_of(now), client]},
            ),
        )


def candidates_of(hold: Hold) -> list[int]:
    """The records that a row which is asked about may be."""
    beside = hold.facts.get("beside")
    return list(hold.facts.get("records", ())) + ([] if beside is None else [beside])


def root_of(session: Session, peer: Peer, kind: Kind, external_id: str) -> HoldKey | None:
    """The question about a row of another kind for which a row waits, if it waits for one."""
    root = session.held_rows.get((peer.name, kind, external_id))
    is_asked = root is not None and root[1].startswith(f"match:{peer.name}:")
    return root if root is not None and is_asked and root[0] != causes.pull_scope(peer, kind) else None


def waits_for_answer(session: Session, peer: Peer, kind: Kind, external_id: str) -> bool:
    """Whether a row only waits for another one that is asked about, and what it may be is held."""
    return kind in LOOKED_AT and root_of(session, peer, kind, external_id) is not None


def _is_held_by(hold: Hold, foreign: ForeignId) -> bool:
    """Whether a reference is to the row that is held."""
    return hold.kind in foreign.kinds and hold.subject.partition("/")[2] == foreign.external_id
