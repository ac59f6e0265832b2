"""From a system's rows to sound records: translate, refer, validate; or keep them and say why."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from pydantic_core import PydanticSerializationError

from hub.ledger import body_text
from hub.ledger.inbox import Waiting
from hub.mapping import Untranslatable
from hub.model import model_of
from hub.sdk import Listing
from hub.sync import causes
from hub.sync.references import References

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.ledger import Hold, Stream
    from hub.mapping import ForeignId, Inward
    from hub.model import Kind
    from hub.sync.references import Missing
    from hub.sync.rows import Row
    from hub.sync.seen import Shown
    from hub.sync.session import HoldKey, Peer, Session


class Translation:
    """Translates the rows of one listing, and has at hand what all its rows share.

    Args:
        session: the run.
        peer: whose listing it is.
        kind: what is listed.
        shown: what the listing has shown so far.

    """

    def __init__(self, session: Session, peer: Peer, kind: Kind, shown: Shown) -> None:
        self.session = session
        self.ledger = session.ledger
        self.peer = peer
        self.kind = kind
        self.shown = shown
        self.seen = shown.seen
        self.takes_over = session.is_source(peer, kind)
        self.keeps_raw = peer.access(kind).listing is Listing.INCREMENTAL
        self.counts = session.tally.read(peer.name, kind)
        self.decisions = session.ledger.decisions.taken()
        self.parked: dict[tuple[int, str], None] = {}
        """What refers to something that may still come in this listing."""
        self.awaits_renewal = False
        """Whether rows wait for a person to say whether what they refer to has a new id."""
        self.split_from: set[int] = set()
        """The records of which rows of this listing are shares."""
        self.came_back: set[int] = set()
        """The records whose rows had left and stand again in this listing."""
        self.as_of = session.clock.now()
        """When the system was in the state that the listing shows."""
        self._before: dict[tuple[str, str], str | None] | None = None
        # The model's own core, without the layer that handles what no row of a table needs.
        self._validated = model_of(kind).__pydantic_validator__.validate_python
        self._to_json = model_of(kind).__pydantic_serializer__.to_json
        self._references = References(session.ledger, peer.number)

    def since(self, code: str, subject: str) -> datetime:
        """Since which state of the system something has been so; since this one, if it is new."""
        if self._before is None:
            told = self.ledger.holds.in_scope(causes.pull_scope(self.peer, self.kind))
            self._before = {(hold.code, hold.subject): hold.facts.get("as_of") for hold in told}
        found = self._before.get((code, subject))
        return datetime.fromisoformat(found) if found else self.as_of

    def valid(self, stream: Stream, inward: Inward, rows: Sequence[Row]) -> list[Row]:
        """The rows that are sound records, translated; the others are kept and explained."""
        readable = [row for row in rows if self._read(stream, inward, row)]
        lacking = self._references.resolve(inward, [row.values for row in readable])
        whole = []
        for row, missing in zip(readable, lacking, strict=True):
            if missing:
                self._park(stream, row, missing)
            elif self._validate(stream, row):
                whole.append(row)
        return whole

    def _read(self, stream: Stream, inward: Inward, row: Row) -> bool:
        if row.item.problem:
            self.keep(stream, row, [causes.unreadable(self.peer, stream, row.item, row.item.problem)])
            return False
        if row.item.unsettled and not self._is_accepted(hold := causes.unsettled(self.peer, stream, row)):
            self.keep(stream, row, [hold])
            return False
        try:
            row.values = inward.translate(row.item.raw)
        except Untranslatable as error:
            holds = causes.untranslatable(self.peer, stream, row.item.external_id, error)
            self.keep(stream, row, holds)
            return False
        return True

    def _is_accepted(self, hold: Hold) -> bool:
        """Whether a person has said that just this row is right as it is."""
        decision = self.decisions.get((hold.cause, hold.subject))
        return decision is not None and decision.facts.get("digest") == hold.facts["digest"]

    def _park(self, stream: Stream, row: Row, missing: Missing) -> None:
        """Keep a row until what it refers to is here."""
        if any(self.kind in foreign.kinds for _, foreign in missing):
            self.parked[stream.id, row.item.external_id] = None
        roots = [self._root(foreign) for _, foreign in missing]
        unknown = [pair for pair, root in zip(missing, roots, strict=True) if root is None]
        self.keep(stream, row, causes.unresolved(self.peer, stream, row.item.external_id, unknown))
        root = next((root for root in roots if root is not None), None)
        if not unknown and root is not None:
            self._wait(row, root)
        if any(one is not None and one in self.session.renewals for one in roots):
            self.awaits_renewal = True

    def _root(self, foreign: ForeignId) -> HoldKey | None:
        """The hold for which a row with this reference waits, if what it refers to is held itself."""
        held = self.session.held_rows
        keys = [(self.peer.name, kind, foreign.external_id) for kind in foreign.kinds]
        return next((held[key] for key in keys if key in held), None)

    def _wait(self, row: Row, root: HoldKey) -> None:
        """Only the root is stored; what waits for it is counted with it."""
        self.session.held_rows[self.peer.name, self.kind, row.item.external_id] = root
        amount = row.values.get("total", row.values.get("amount")) or Decimal(0)
        count, worth = self.session.waiting.get(root, (0, Decimal(0)))
        self.session.waiting[root] = (count + 1, worth + amount)

    def _validate(self, stream: Stream, row: Row) -> bool:
        try:
            record = self._validated(row.values)
        except ValidationError as error:
            self.keep(stream, row, causes.invalid(self.peer, stream, row.item.external_id, error))
            return False
        if (whole := row.values.get("split_of")) is not None:
            self.split_from.add(whole)
        try:
            row.body = self._to_json(record, exclude_defaults=True).decode()
        except PydanticSerializationError:
            problem = "It holds half a character. Correct the text."
            self.keep(stream, row, [causes.unreadable(self.peer, stream, row.item, problem)])
            return False
        return True

    def keep(self, stream: Stream, row: Row, holds: Sequence[Hold]) -> None:
        """Keep a row that is not a record yet, and say why."""
        waiting = waiting_of(stream, row)
        self.ledger.inbox.keep(waiting, self.session.run)
        self.counts["held"] += 1
        for hold in holds:
            self.session.hold(hold)
            key = (self.peer.name, self.kind, row.item.external_id)
            self.session.held_rows.setdefault(key, (hold.scope, hold.cause, hold.subject))
        if row.bound is not None:
            self.seen.add(row.bound.id)

    def translated(self, inward: Inward, raw: dict[str, Any]) -> dict[str, Any] | None:
        """A kept raw record in today's translation; ``None`` where it no longer has one."""
        try:
            values = inward.translate(raw)
            if any(self._references.resolve(inward, [values])):
                return None
            stored: dict[str, Any] = json.loads(
                self._to_json(self._validated(values), exclude_defaults=True),
            )
        except (Untranslatable, ValidationError):
            return None
        return stored

    def release(self, stream: Stream, rows: Sequence[Row]) -> None:
        """Nothing waits any more of rows that have become records."""
        if rows and self.ledger.inbox.any_waiting:
            self.let_go(stream, [row.item.external_id for row in rows])

    def let_go(self, stream: Stream, external_ids: Sequence[str]) -> None:
        """Nothing waits any more under these ids; what was held of them is not."""
        for external_id in self.ledger.inbox.release(stream.id, external_ids):
            subject = causes.subject_of(stream.source, external_id)
            self.ledger.holds.clear_row(causes.pull_scope(self.peer, self.kind), subject)

    def raw(self, row: Row) -> str:
        """A row as its system spells it, to be kept."""
        return body_text(row.item.raw)


def waiting_of(stream: Stream, row: Row) -> Waiting:
    """A row as the inbox keeps it."""
    item = row.item
    return Waiting(
        stream.id, item.external_id, item.raw, item.version, row.digest, item.problem, item.unsettled
    )
