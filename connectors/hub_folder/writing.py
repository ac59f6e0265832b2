"""One batch of writes to one kind's tables: what each intent becomes, and how it ends."""

import errno
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import chain
from typing import Any, Final

from hub.sdk import (
    Action,
    End,
    Intent,
    Kind,
    NotSent,
    Outcome,
    Rejected,
    SourceFailed,
    Unknown,
    Upsert,
    Written,
)
from hub_folder.journal import Doubtful, Journal, discard
from hub_folder.listing import Listing
from hub_folder.shelf import Shelf
from hub_folder.spool import nested_digest
from hub_folder.table import Change, Edit, Row, Table, Unwritable
from hub_folder.values import text_of

_SOON: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class _Write:
    """An intent as rows.

    Args:
        intent: what it was.
        identifier: the id of its row.
        row: the cells of that row.
        lines: list that it nests → the rows of that list, where they have a table of their own;
            a list that the payload does not name is left alone.

    """

    intent: Intent
    identifier: str
    row: Row
    lines: Mapping[str, Sequence[Row]] = field(default_factory=dict)

    @property
    def creates(self) -> bool:
        """Whether the row is new."""
        return self.intent.action is Action.CREATE

    def has(self, row: Row) -> bool:
        """Whether a row is one of its own."""
        return row is self.row or any(row is line for lines in self.lines.values() for line in lines)


def own_identifier(payload: Mapping[str, Any], spelt: Iterable[str]) -> str:
    """The id that a payload brings along under one of the spellings of its column; usually none."""
    return next((str(payload[name]).strip() for name in spelt if payload.get(name) is not None), "")


def spellings(column: str, payloads: Iterable[Mapping[str, Any]]) -> list[str]:
    """How a column is spelt where payloads name it, whatever its case."""
    wanted = column.lower()
    return [name for name in dict.fromkeys(chain.from_iterable(payloads)) if name.lower() == wanted]


def not_sent(error: OSError) -> NotSent:
    """Say that nothing was written, and why."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return NotSent(_SOON, "The disk is full; nothing of the batch was written.")
    if isinstance(error, PermissionError):
        return NotSent(_SOON, "The table is open in another program or may not be written; close it there.")
    return NotSent(_SOON, f"The folder cannot be written to: {error.strerror or type(error).__name__}.")


class Writing:
    """Writes one batch to the tables of one kind."""

    def __init__(self, kind: Kind, shelf: Shelf, journal: Journal, id_column: str) -> None:
        self._kind = kind
        self._shelf = shelf
        self._journal = journal
        self._id_column = id_column
        self._ends: dict[str, End] = {}

    def run(self, intents: Sequence[Intent]) -> Iterator[Outcome]:
        """Write what can be written in one go, and say how each intent ended."""
        rest: End = Unknown("The batch was not reached.")
        try:
            self._journal.settle()
            self._write(self._accepted(intents))
        except Doubtful as error:
            rest = Unknown(f"The batch may be in the folder in part: {error}.")
        except SourceFailed as error:
            rest = NotSent(reason=str(error))
        except OSError as error:
            rest = not_sent(error)
        for intent in intents:
            yield Outcome(intent.key, self._ends.get(intent.key, rest))

    def _tables(self) -> tuple[Table, Mapping[str, Table]]:
        table = self._shelf.table_to_write(self._kind, self._journal)
        return table, self._shelf.parts(self._kind, table, self._journal)

    # What may be written

    def _accepted(self, intents: Sequence[Intent]) -> list[_Write]:
        """The intents that can be written, as rows; why the others cannot is noted."""
        _, parts = self._tables()
        spelt = spellings(self._id_column, (intent.payload for intent in intents))
        identifiers = {intent.key: _identifier(intent, spelt) for intent in intents}
        # What a create gets from its key is new by itself; any other id may be there already.
        rows = self._now(
            set(identifiers.values()) - {one.key for one in intents if one.action is Action.CREATE}
        )
        used: set[str] = set()
        writes = []
        for intent in intents:
            identifier = identifiers[intent.key]
            end = self._refusal(intent, identifier, rows.get(identifier, ()))
            if end is None and identifier in used:
                end = NotSent(reason="The batch writes to the same row twice.")
            if end is None:
                used.add(identifier)
                writes.append(self._rows(intent, identifier, spelt, parts))
            else:
                self._ends[intent.key] = end
        return writes

    def _now(self, wanted: set[str]) -> Mapping[str, Sequence[Upsert]]:
        """What the rows with these ids are now."""
        found: dict[str, list[Upsert]] = {}
        table, parts = self._tables()
        if not wanted or table.is_new():
            return found
        for page in Listing(table, parts).pages():
            for item in page:
                if item.external_id in wanted:
                    found.setdefault(item.external_id, []).append(item)
        return found

    def _refusal(self, intent: Intent, identifier: str, rows: Sequence[Upsert]) -> End | None:
        if intent.action is Action.VOID or self._kind is Kind.TRUST_TRANSACTION:
            return Rejected(
                "unsupported", f"A table cannot take the {intent.action} of a {self._kind.words}."
            )
        if intent.action is Action.CREATE:
            taken = f"There is a row {identifier} already."
            return Rejected("exists", taken, self._id_column) if rows else None
        if len(rows) != 1:
            what = f"{len(rows)} rows" if rows else "no row"
            return Rejected(
                "ambiguous" if rows else "gone", f"The table has {what} {identifier}.", self._id_column
            )
        return _stale(intent, rows[0])

    def _rows(self, intent: Intent, identifier: str, spelt: Iterable[str], parts: Iterable[str]) -> _Write:
        own = {self._id_column: identifier} if intent.action is Action.CREATE else {}
        row = {**own, **intent.payload, **own}
        for name in set(spelt) - own.keys():
            row.pop(name, None)  # nobody changes the id of a row
        lines = {
            name: [{self._kind.value: identifier, **line} for line in row.pop(name) or ()]
            for name in parts
            if name in row
        }
        return _Write(intent, identifier, row, lines)

    # Writing it

    def _write(self, writes: list[_Write]) -> None:
        """Write a batch as one; a row that its table cannot hold is refused, and the others go."""
        while writes:
            try:
                self._commit(writes)
            except Unwritable as error:
                bad = next(write for write in writes if write.has(error.row))
                writes.remove(bad)
                message = f"{error.column} {error.message}."
                self._ends[bad.intent.key] = Rejected("unwritable", message, error.column)
            else:
                return

    def _commit(self, writes: Sequence[_Write]) -> None:
        table, parts = self._tables()
        changes = {table: _change_of(writes)}
        changes |= {part: _lines_of(writes, name) for name, part in parts.items()}
        try:
            edits = _prepared(changes, Listing(table, parts))
            self._journal.commit(list(edits.values()))
        except (OSError, SourceFailed, Unwritable):
            discard(one.path for one in changes)
            raise
        for edit in edits.values():
            self._shelf.layouts.still(edit.path, appended=edit.tail is not None)
        lines = {name: edits[part].added for name, part in parts.items() if part in edits}
        self._note(writes, edits[table], lines)

    def _note(self, writes: Sequence[_Write], edit: Edit, lines: Mapping[str, Sequence[bytes]]) -> None:
        """Say that a batch is written, with the digests that the next reading will find."""
        digests = dict(_created_digests(writes, edit.added, lines))
        if lines or self._tables()[1]:
            digests.update(self._read_again({write.identifier for write in writes if not write.creates}))
        else:
            digests.update(edit.updated)
        for write in writes:
            digest = digests.get(write.identifier)
            version = None if digest is None else digest.hex()
            self._ends[write.intent.key] = Written(
                write.identifier, version, source=self._kind.value, digest=digest
            )

    def _read_again(self, identifiers: set[str]) -> Mapping[str, bytes]:
        """The digests of updated records that nest lines of more than one table's making."""
        try:
            rows = self._now(identifiers)
        except (OSError, SourceFailed):
            return {}  # it is written all the same; the next reading will look at it
        return {identifier: found[0].digest or b"" for identifier, found in rows.items()}


def _identifier(intent: Intent, spelt: Iterable[str]) -> str:
    """The id of the row that an intent makes or means."""
    if intent.action is Action.CREATE:
        return own_identifier(intent.payload, spelt) or intent.key
    return intent.external_id


def _stale(intent: Intent, row: Upsert) -> Rejected | None:
    """Refuse to write over what nobody here has seen; a write that is repeated has been seen."""
    if row.problem:
        return Rejected("unreadable", row.problem)
    if intent.version in (None, row.version) or _says(row.raw, intent.payload):
        return None
    message = f"Row {intent.external_id} was changed since it was read."
    return Rejected("changed", message, remedy="Run again to see the change.")


def _says(raw: Mapping[str, Any], payload: Mapping[str, Any]) -> bool:
    """Whether a row already holds what a payload would write."""
    return all(_same(raw.get(name, raw.get(name.lower())), value) for name, value in payload.items())


def _same(held: object, value: object) -> bool:
    if isinstance(value, (list, tuple)) and all(isinstance(line, Mapping) for line in value):
        lines = held if isinstance(held, list) else []
        return len(lines) == len(value) and all(map(_says, lines, value))
    return _unbroken(text_of(held)) == _unbroken(text_of(value))


def _unbroken(text: str) -> str:
    """A text with the line endings that a workbook gives it."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _prepared(changes: Mapping[Table, Change], listing: Listing) -> dict[Table, Edit]:
    """Prepare the changes of all tables, as they were when the batch began."""
    edits = {table: table.edit(change) for table, change in changes.items() if change.rows or change.dropped}
    if not listing.is_still():
        raise SourceFailed("A table was changed while it was written to.", remedy="Run again.")
    return edits


def _change_of(writes: Sequence[_Write]) -> Change:
    """What a batch does to the table of the records."""
    return Change(
        added=[write.row for write in writes if write.creates],
        updated={write.identifier: write.row for write in writes if not write.creates},
    )


def _lines_of(writes: Sequence[_Write], name: str) -> Change:
    """What a batch does to the table of one of their lists: a list that is written is written anew."""
    return Change(
        added=[line for write in writes for line in write.lines.get(name, ())],
        dropped=frozenset(write.identifier for write in writes if not write.creates and name in write.lines),
    )


def _created_digests(
    writes: Sequence[_Write], added: Iterable[bytes], lines: Mapping[str, Sequence[bytes]]
) -> Iterator[tuple[str, bytes]]:
    left = {name: iter(digests) for name, digests in lines.items()}
    heads = iter(added)
    for write in writes:
        own = [next(left[name]) for name, rows in write.lines.items() if name in left for _ in rows]
        if write.creates:
            yield write.identifier, nested_digest(next(heads), own)
