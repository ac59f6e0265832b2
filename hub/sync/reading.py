"""One listing: page by page into the ledger, each page with its cursor in one commit."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from hub.ledger import BindingState, Bound, digest_of
from hub.sdk import Deleted, Listing, SourceFailed, Upsert
from hub.sync import causes
from hub.sync.intake import Intake
from hub.sync.missing import Missing
from hub.sync.rows import Row
from hub.sync.seen import Seen, Shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hub.ledger import Stream
    from hub.mapping import Inward
    from hub.model import Kind
    from hub.sdk import Item, Page
    from hub.sync.session import Peer, Session

_CHUNK = 1000
_LIVE = int(BindingState.LIVE)
_ID, _STATE, _DIGEST = (Bound._fields.index(name) for name in ("id", "state", "digest"))


class Reading:
    """A listing of one kind from one connection, as it comes in."""

    def __init__(self, session: Session, peer: Peer, kind: Kind) -> None:
        self._session = session
        self._ledger = session.ledger
        self._peer = peer
        self._kind = kind
        self._counts = session.tally.read(peer.name, kind)
        with self._ledger.transaction():
            self.cursor = self._usable_cursor()
            self._ledger.inbox.look()
            self._seen = Seen(self._ledger.bulk.highest_binding())
            self._shown = Shown(self._seen)
            self._shown.all_stays = self.is_incremental and self.cursor is not None
            self._intake = Intake(session, peer, kind, self._shown)
        self._missing = Missing(session, peer, kind, self._intake, self._shown)
        self._reached: str | None = None
        self._retry()
        self._columns: dict[str, frozenset[str]] = {}
        self._skipped: set[str] = set()
        self._sources: set[str] = set()
        """The sources of which it has shown anything."""
        self._complete = False

    def _usable_cursor(self) -> str | None:
        """How far the kind has been read; a full listing is read anew whole when its mapping changed."""
        cursor = self._ledger.streams.cursor(self._peer.number, self._kind)
        streams = self._ledger.streams.all(self._peer.number, self._kind)
        read = {stream.mapping for stream in streams if stream.columns}
        as_before = read == {self._peer.mapping.digest}
        return cursor if self.is_incremental or as_before else None

    def _retry(self) -> None:
        """What was held is tried again in every run; a full listing shows it again by itself."""
        if not self.is_incremental:
            return
        with self._ledger.transaction():
            for stream in self._ledger.streams.all(self._peer.number, self._kind):
                inward = self._peer.mapping.inward(self._kind, stream.source)
                if inward is not None:
                    self._intake.retry(stream, inward)
                if inward is not None and stream.mapping not in ("", self._peer.mapping.digest):
                    self._intake.translate_anew(stream, inward)

    @property
    def is_incremental(self) -> bool:
        """Whether a listing with a cursor tells only what changed."""
        return self._peer.access(self._kind).listing is Listing.INCREMENTAL

    def take(self, page: Page) -> None:
        """Take a page in; the cursor of a listing of changes is committed with its records."""
        self._note(page)
        with self._ledger.transaction():
            for (source, sort), items in groupby(page.items, key=_source_and_sort):
                for chunk in _chunks(list(items)):
                    self._take(source, sort, chunk)
            for remark in page.remarks:
                stream = self._ledger.streams.get(self._peer.number, self._kind, remark.source)
                self._session.hold(causes.remarked(self._peer, stream, remark))
            if page.cursor is not None and self.is_incremental:
                self._ledger.streams.advance(self._peer.number, self._kind, page.cursor)
        for notice in page.notices:
            self._session.tally.notice(self._peer.name, notice)
        self._complete = page.complete
        self._session.progress(f"{self._peer.name}: {self._kind.words}", len(page.items))

    def _note(self, page: Page) -> None:
        """Note what a page says of the listing as a whole."""
        if page.as_of is not None:
            self._intake.rows.as_of = page.as_of
        self._reached = page.cursor or self._reached
        for source in page.changes_only:
            with self._ledger.transaction():
                stream = self._ledger.streams.get(self._peer.number, self._kind, source)
                if stream.id not in self._shown.changes_only:
                    self._shown.said_gone |= self._missing.told_before(stream)
            self._shown.changes_only.add(stream.id)

    def _take(self, source: str, sort: type[Item], items: Sequence[Any]) -> None:
        self._check_ids([item.external_id for item in items])
        stream = self._ledger.streams.get(self._peer.number, self._kind, source)
        inward = self._peer.mapping.inward(self._kind, source)
        self._counts["read"] += len(items)
        self._sources.add(source)
        if sort is Deleted and self.is_incremental:
            self._missing.deleted(stream, [item.external_id for item in items])
        elif sort is Deleted:
            self._shown.said_gone |= {(stream.id, item.external_id) for item in items}
        elif inward is None:
            self._refuse(stream)
        elif self.is_incremental:
            # What changed twice since is listed twice; the last word counts.
            self._sift(stream, inward, list({item.external_id: item for item in items}.values()))
        elif not self._has_drifted(stream, inward, items):
            self._sift(stream, inward, items)

    def _check_ids(self, external_ids: Sequence[object]) -> None:
        if set(map(type, external_ids)) - {str} or "" in external_ids:
            raise SourceFailed(
                f"The connector {self._peer.connector.name} gives ids that are no text.",
                remedy="This is a bug in the connector.",
            )

    def _refuse(self, stream: Stream) -> None:
        self._skipped.add(stream.source)
        self._session.tally.notice(
            self._peer.name,
            f"{stream.source} has no table under [{self._kind.value}] in mappings/"
            f"{self._peer.connector.name}.toml and was not read.",
        )

    def _has_drifted(self, stream: Stream, inward: Inward, items: Sequence[Upsert]) -> bool:
        """Whether a column that the mapping needs, or that was there before, is gone."""
        if stream.source in self._columns or not any(not item.problem for item in items):
            return stream.source in self._skipped
        present = frozenset(column for item in items if not item.problem for column in item.raw)
        self._columns[stream.source] = present
        needed = {column for column, required in inward.columns.items() if required}
        if all(len(item.raw) == len(present) for item in items if not item.problem):
            # A table: every row has every column. Documents leave out what is empty.
            needed |= stream.columns & inward.columns.keys()
        gone = sorted(needed - present)
        if gone:
            self._skipped.add(stream.source)
            self._session.hold(causes.drifted(self._peer, stream, gone))
        return bool(gone)

    def _sift(self, stream: Stream, inward: Inward, items: Sequence[Upsert]) -> None:
        """Pass over what is as it was; the inner loop of an unchanged run."""
        rows = self._ledger.bulk.lookup_rows(stream.id, [item.external_id for item in items])
        known = {row[0]: row for row in rows}
        as_before = stream.mapping == self._peer.mapping.digest
        find = known.get
        fresh: list[Row] = []
        unchanged: list[int] = []
        for item in items:
            digest = item.digest or digest_of(item.raw)
            bound = find(item.external_id)
            if bound is None:
                fresh.append(Row(item, digest, None))
            elif bound[_DIGEST] == digest and bound[_STATE] == _LIVE and as_before:
                unchanged.append(bound[_ID])
            else:
                fresh.append(Row(item, digest, Bound._make(bound)))
        if stream.id in self._shown.changes_only and any(row.bound is None for row in fresh):
            # Should this listing not come to its end, what is new in it is unknown to its cursor,
            # and would not be said to have left: then all is listed anew.
            self._ledger.streams.advance(self._peer.number, self._kind, None)
        self._seen.add_all(unchanged)
        self._counts["unchanged"] += len(unchanged)
        if fresh:
            self._intake.take(stream, inward, fresh)

    def _say_what_was_not_shown(self, streams: Sequence[Stream]) -> None:
        """A table that was there before and is not now is a person's business, not a notice."""
        for stream in streams:
            known = self._ledger.bulk.count_live([stream.id])
            if known and stream.source not in self._sources:
                self._session.hold(causes.not_shown(self._peer, stream, known))

    def finish(self) -> None:
        """Draw a listing's conclusions: what was parked, what has left, what to know next time."""
        with self._ledger.transaction():
            streams = self._ledger.streams.all(self._peer.number, self._kind)
            self._retry_changes(streams)
        whole = self._complete and not self._skipped
        if not whole:
            self._session.incomplete.add((self._peer.name, self._kind))
        self._missing.settle(streams, whole=whole and not (self.is_incremental and self.cursor))
        with self._ledger.transaction():
            for stream in streams:
                known = self.is_incremental or stream.source in self._columns
                if (known or (whole and self.cursor is None)) and stream.source not in self._skipped:
                    columns = self._columns.get(stream.source, stream.columns)
                    self._ledger.streams.remember(
                        stream,
                        mapping=self._peer.mapping.digest,
                        columns=columns,
                    )
            self._intake.changes.recheck_drift(streams)
            if not self._complete:
                self._say_what_was_not_shown(streams)
            for (scope, cause, subject), (count, worth) in self._session.waiting.items():
                facts = {"waiting": count, "waiting_amount": str(worth)}
                self._ledger.holds.note(scope, cause, subject, facts)
            if whole:
                self._ledger.inbox.drop_unseen([stream.id for stream in streams], self._session.run)
                self._ledger.holds.sweep(causes.pull_scope(self._peer, self._kind), self._session.run)
            concluded = whole and not self._intake.awaits_renewal
            if concluded and self._reached is not None and not self.is_incremental:
                self._ledger.streams.advance(self._peer.number, self._kind, self._reached)

    def _retry_changes(self, streams: Sequence[Stream]) -> None:
        """Try again what waits of a source of which the listing shows changes alone, and has not left."""
        for stream in streams:
            inward = self._peer.mapping.inward(self._kind, stream.source)
            if stream.id in self._shown.changes_only and inward is not None:
                waiting = self._ledger.inbox.waiting([stream.id], before=self._session.run)
                left = [one.external_id for one in waiting if self._shown.leaves(stream.id, one.external_id)]
                self._intake.rows.let_go(stream, left)
                self._intake.retry(stream, inward, before=self._session.run)


def _source_and_sort(item: Item) -> tuple[str, type[Item]]:
    return item.source, Deleted if isinstance(item, Deleted) else Upsert


def _chunks(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    for start in range(0, len(items), _CHUNK):
        yield items[start : start + _CHUNK]
