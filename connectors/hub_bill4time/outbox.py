"""Import files for the vendor: written once each, whatever breaks off, and handed in by a person.

A delivery is made in steps, each kept by the disk before the next begins: a note with the keys and rows
(``prepared``); the file under a name that nobody takes; the note says that it is being placed
(``placing``); the file gets its final name; the note says so (``placed``). What broke off goes on where it
stopped: before ``placing`` nobody can have had the file, and it is made anew; from then on it is there
under one of its names, or a person has taken it already.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hub.sdk import Delivered, Followed, Found, Kind, NotSent, Outcome, Rejected, SourceFailed
from hub_bill4time.template import TEMPLATES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from hub.sdk import End, Intent, Reference, Surroundings
    from hub_bill4time.settings import ImportSettings

NOTES = "bill4time-sent"
"""The folder in the workspace with a note of every file."""
_PREPARED, _PLACING, _PLACED = "prepared", "placing", "placed"


@dataclass(slots=True)
class Note:
    """What is known of one import file.

    Args:
        name: the file's name.
        kind: what is in it.
        rows: key → the cells of its row, in the order of the rows.
        state: how far it got.

    """

    name: str
    kind: Kind
    rows: dict[str, list[str]] = field(repr=False)
    state: str = _PREPARED

    @property
    def receipts(self) -> dict[str, str]:
        """Key → what a person can look for: the file and the row, counted as a spreadsheet counts them."""
        return {key: f"{self.name}:{row}" for row, key in enumerate(self.rows, 2)}


class Outbox:
    """The folder for import files, and the notes of what was put there."""

    def __init__(self, settings: ImportSettings, surroundings: Surroundings) -> None:
        self._form = settings.format
        self._folder = surroundings.folder / settings.folder
        self._notes = surroundings.folder / NOTES
        self._clock = surroundings.clock

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
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._notes.mkdir(mode=0o700, exist_ok=True)
            note = Note(self._new_name(kind), kind, rows)
            self._keep(note)
        except OSError as error:
            return dict.fromkeys(rows, NotSent(reason=f"no import file could be written: {_trouble(error)}"))
        try:
            self._bring_to_its_end(note)
        except OSError as error:
            return dict.fromkeys(rows, self._taken_back(note, error))
        return {key: Delivered(receipt) for key, receipt in note.receipts.items()}

    def _taken_back(self, note: Note, error: OSError) -> End:
        reason = f"{note.name} could not be put into {self._folder}: {_trouble(error)}"
        if note.state == _PREPARED:
            with suppress(OSError):
                self._path_of(note).unlink()
                return NotSent(reason=reason)
        # Its note stands, and the next look at the folder brings it to its end.
        return Delivered(f"{note.name}:")

    def find(self, reference: Reference) -> Sequence[Found]:
        """Whether a file with the record was written; what broke off is brought to its end first.

        Raises:
            SourceFailed: the folder or the notes cannot be used.

        """
        try:
            for note in self._all():
                if reference.key in note.rows:
                    self._bring_to_its_end(note)
                    receipt = note.receipts[reference.key]
                    return (Found(receipt, receipt=receipt),)
        except OSError as error:
            message = f"The import files cannot be looked up: {_trouble(error)}."
            raise SourceFailed(message, remedy=f"See that {self._folder} can be written to.") from None
        return ()

    def follow(self, receipts: Sequence[str]) -> Iterator[Followed]:
        """Say of each file whether it still waits to be handed in.

        Raises:
            SourceFailed: the notes cannot be read.

        """
        try:
            notes = {note.name: note for note in self._all()}
        except OSError as error:
            raise SourceFailed(f"The notes of import files cannot be read: {_trouble(error)}.") from None
        for receipt in receipts:
            note = notes.get(receipt.rpartition(":")[0])
            if note is not None:
                yield Followed(receipt, self._told(note))

    def _told(self, note: Note) -> str:
        template, count = TEMPLATES[note.kind], len(note.rows)
        if not (self._folder / note.name).exists():
            return (
                f"{note.name} ({count} rows) was taken from {self._folder}, and is not seen in Bill4Time yet."
            )
        few = (
            f" Bill4Time takes no fewer than {template.fewest} rows at a time."
            if count < template.fewest
            else ""
        )
        return (
            f"{note.name} ({count} rows) waits in {self._folder}: Bill4Time takes {template.title} from no "
            f"program, so a person hands it in for import (Bill4Time's support does it).{few}"
        )

    # The steps.

    def _bring_to_its_end(self, note: Note) -> None:
        """Do what is not done yet of a delivery.

        Raises:
            OSError: it stands where it stood.

        """
        part, final = self._folder / f".{note.name}.part", self._folder / note.name
        if note.state == _PREPARED:
            _write(part, TEMPLATES[note.kind].file(list(note.rows.values()), self._form_of(note)))
            self._mark(note, _PLACING)
        if note.state == _PLACING:
            with suppress(FileNotFoundError):  # it has its name, or a person has taken it already
                part.rename(final)
                _keep_names(self._folder)
            self._mark(note, _PLACED)

    def _form_of(self, note: Note) -> str:
        return note.name.rpartition(".")[2]

    def _mark(self, note: Note, state: str) -> None:
        before, note.state = note.state, state
        try:
            self._keep(note)
        except OSError:
            note.state = before
            raise

    def _new_name(self, kind: Kind) -> str:
        stamp = f"{self._clock.now():%Y%m%d-%H%M%S}"
        title = TEMPLATES[kind].title.replace(" ", "-")
        number = 1
        while (self._notes / f"{(name := f'{title}-{stamp}-{number}.{self._form}')}.json").exists():
            number += 1
        return name

    def _path_of(self, note: Note) -> Path:
        return self._notes / f"{note.name}.json"

    def _keep(self, note: Note) -> None:
        document = {"kind": note.kind.value, "state": note.state, "rows": note.rows}
        part = self._notes / f".{note.name}.part"
        _write(part, json.dumps(document).encode(), private=True)
        part.replace(self._path_of(note))
        _keep_names(self._notes)

    def _all(self) -> Iterator[Note]:
        if not self._notes.exists():
            return
        for path in sorted(self._notes.glob("*.json")):
            yield _note(path)


def _note(path: Path) -> Note:
    try:
        document: dict[str, Any] = json.loads(path.read_bytes())
        return Note(path.stem, Kind(document["kind"]), document["rows"], document["state"])
    except (ValueError, KeyError, TypeError):
        message = f"The note {path.name} of an import file is damaged."
        raise SourceFailed(message, remedy=f"Put it back from a backup of {NOTES}.") from None


def _write(path: Path, data: bytes, *, private: bool = False) -> None:
    """Write a whole file, and have the disk keep it."""
    mode = 0o600 if private else 0o640
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | _BINARY, mode), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


_BINARY = getattr(os, "O_BINARY", 0)  # on Windows alone


def _keep_names(folder: Path) -> None:
    """Have the disk keep which files a folder holds; Windows has no such call."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # some network shares have none either
            os.fsync(handle)
    finally:
        os.close(handle)


def _trouble(error: OSError) -> str:
    return error.strerror or type(error).__name__
