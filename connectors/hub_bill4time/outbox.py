"""Import files for the vendor: written once each, whatever breaks off, and handed in by a person.

A delivery is made in steps, each kept by the disk before the next begins: a note with the keys and rows
(``prepared``); the file under a name that nobody takes; the note says that it is being placed
(``placing``); the file gets its final name; the note says so (``placed``). Of what broke off before
``placing`` nobody can have had the file, and it is taken back; from then on it is there under one of its
names, or a person has taken it already.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from hub.sdk import Delivered, Followed, Found, Kind, NotSent, Outcome, Rejected, SourceFailed, Unknown
from hub.sdk.files import Files, trouble
from hub_bill4time.notes import NOTES, PLACED, PLACING, PREPARED, Note, Notes
from hub_bill4time.template import TEMPLATES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from hub.sdk import End, Intent, Reference, Surroundings
    from hub_bill4time.settings import ImportSettings

_READABLE = 0o640


class Outbox:
    """The folder for import files, and the notes of what was put there."""

    def __init__(self, settings: ImportSettings, surroundings: Surroundings) -> None:
        self._settings = settings
        self._workspace = surroundings.folder
        self._clock = surroundings.clock
        self._files = Files(self._clock)
        self._notes = Notes(surroundings.folder / NOTES, self._files)

    @property
    def obstacle(self) -> str:
        """Why no import file can be written; empty where one can."""
        folder = self._workspace / self._settings.folder
        if folder.is_dir() or not Path(self._settings.folder).is_absolute():
            return ""
        return f"The folder for import files, {folder}, is not there: connect it, or name another one."

    def write(self, intents: Sequence[Intent]) -> Iterator[Outcome]:
        """Write one file with all that can be a row of it."""
        kind = intents[0].kind
        rows: dict[str, list[str]] = {}
        for intent in intents:
            row = TEMPLATES[kind].row(intent.payload)
            if isinstance(row, Rejected):
                yield Outcome(intent.key, row)
            else:
                rows[intent.key] = list(row)
        ends = self._put(kind, rows) if rows else {}
        yield from (Outcome(key, end) for key, end in ends.items())

    def _put(self, kind: Kind, rows: dict[str, list[str]]) -> Mapping[str, End]:
        note = Note(self._new_name(kind, rows), kind, self._settings.folder, rows)
        try:
            self._prepare(note)
        except OSError as error:
            self._take_back(note)
            reason = f"no import file could be put into {self._folder_of(note)}: {trouble(error)}"
            return dict.fromkeys(rows, NotSent(reason=reason))
        try:
            self._place(note)
        except OSError as error:
            # Its note stands, and the look-up that follows brings it to its end.
            return dict.fromkeys(rows, Unknown(f"{note.name} may not be where it belongs: {trouble(error)}"))
        return {key: Delivered(receipt) for key, receipt in note.receipts.items()}

    def find(self, reference: Reference) -> Sequence[Found]:
        """Whether a file with the record was handed over; one that was being placed is brought to its end.

        Raises:
            SourceFailed: the folder or the notes cannot be used.

        """
        try:
            note = self._notes.of(reference.key)
            if note is None:
                return ()
            if note.state == PREPARED:
                self._take_back(note)
                return ()
            self._place(note)
        except OSError as error:
            message = f"The import files cannot be looked up: {trouble(error)}."
            remedy = f"See that {self._workspace / self._settings.folder} can be written to."
            raise SourceFailed(message, remedy=remedy) from None
        receipt = note.receipts[reference.key]
        return (Found(receipt, receipt=receipt),)

    def follow(self, receipts: Sequence[str]) -> Iterator[Followed]:
        """Say of each file whether it still waits to be handed in.

        Raises:
            SourceFailed: the notes cannot be read.

        """
        files = {receipt: receipt.rpartition(":")[0] for receipt in receipts}
        try:
            told = {name: self._told(name) for name in dict.fromkeys(files.values()) if name}
        except OSError as error:
            raise SourceFailed(f"The notes of import files cannot be read: {trouble(error)}.") from None
        for receipt, name in files.items():
            if said := told.get(name):
                yield Followed(receipt, said)

    def _told(self, name: str) -> str:
        note = self._notes.named(name)
        if note is None:
            return ""
        template, count, folder = TEMPLATES[note.kind], len(note.rows), self._folder_of(note)
        rows = "1 row" if count == 1 else f"{count} rows"
        try:
            waits = _is_there(folder / name)
        except OSError as error:
            return f"Nobody knows whether {name} ({rows}) waits in {folder}: {trouble(error)}."
        if not waits:
            return f"{name} ({rows}) was taken from {folder}, and is not seen in Bill4Time yet."
        few = (
            f" Bill4Time takes no fewer than {template.fewest} rows at a time."
            if count < template.fewest
            else ""
        )
        return (
            f"{name} ({rows}) waits in {folder}: Bill4Time takes {template.title} from no "
            f"program, so a person hands it in for import (Bill4Time's support does it).{few}"
        )

    # The steps.

    def _prepare(self, note: Note) -> None:
        """Do all that has to stand before the file gets its final name.

        Raises:
            OSError: nobody can have had the file.

        """
        folder = self._folder_of(note)
        if not folder.exists() and self._may_be_made(note.folder):
            folder.mkdir(parents=True)
        folder.stat()
        self._notes.folder.mkdir(mode=0o700, exist_ok=True)
        self._notes.keep(note)
        data = TEMPLATES[note.kind].file(list(note.rows.values()), note.form)
        self._files.write(self._part_of(note), data, _READABLE)
        # That it is not there is to mean that it has been placed.
        self._files.keep_names(folder)
        self._mark(note, PLACING)

    def _may_be_made(self, folder: str) -> bool:
        """Whether a folder that is not there is made.

        Outside of the workspace it is not: where a share is not mounted, nobody sees what is made in its
        place. Nor is one with which a file has gone that was being placed: it would seem to be taken.
        """
        return not Path(folder).is_absolute() and not any(one.state == PLACING for one in self._notes.all())

    def _place(self, note: Note) -> None:
        """Give the file its final name, unless it has that or a person has taken it already.

        Raises:
            OSError: it stands where it stood, or may be undone by a power cut.

        """
        if note.state == PLACED:
            return
        folder = self._folder_of(note)
        try:
            self._files.place(self._part_of(note), folder / note.name)
        except FileNotFoundError:
            folder.stat()  # where the folder is not there, nobody knows
        self._files.keep_names(folder)
        with suppress(OSError):  # that it is placed can be seen without the note as well
            self._mark(note, PLACED)

    def _take_back(self, note: Note) -> None:
        """Remove what was not handed over; where that fails it does no harm: its keys are not used again.

        The note goes first: without its file it might say that a person has taken that.
        """
        with suppress(OSError):
            self._notes.forget(note)
            self._files.remove(self._part_of(note))

    def _mark(self, note: Note, state: str) -> None:
        before, note.state = note.state, state
        try:
            self._notes.keep(note)
        except OSError:
            note.state = before
            raise

    def _new_name(self, kind: Kind, rows: Mapping[str, object]) -> str:
        """A name for a person to know the file by, which no other file has in whatever workspace."""
        title = TEMPLATES[kind].title.replace(" ", "-")
        digest = hashlib.blake2b("\n".join(rows).encode(), digest_size=4).hexdigest()
        return f"{title}-{self._clock.now():%Y%m%d-%H%M%S}-{digest}.{self._settings.format}"

    def _folder_of(self, note: Note) -> Path:
        return self._workspace / note.folder

    def _part_of(self, note: Note) -> Path:
        return self._folder_of(note) / f".{note.name}.part"


def _is_there(path: Path) -> bool:
    """Whether a file is in its folder.

    Raises:
        OSError: the folder cannot be looked at.

    """
    try:
        path.stat()
    except FileNotFoundError:
        path.parent.stat()
        return False
    return True
