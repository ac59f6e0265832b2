"""The notes of import files: what stands in each, and how far it got."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hub.sdk import Kind, SourceFailed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hub.sdk.files import Files

NOTES = "bill4time-sent"
"""The folder in the workspace with a note of every file."""
PREPARED, PLACING, PLACED = "prepared", "placing", "placed"
_PRIVATE = 0o600


@dataclass(slots=True)
class Note:
    """What is known of one import file.

    Args:
        name: the file's name.
        kind: what is in it.
        folder: where it goes, as the firm's settings say it.
        rows: key → the cells of its row, in the order of the rows.
        state: how far it got.

    """

    name: str
    kind: Kind
    folder: str
    rows: dict[str, list[str]] = field(repr=False)
    state: str = PREPARED

    @property
    def form(self) -> str:
        """Whether the file is a workbook or CSV."""
        return self.name.rpartition(".")[2]

    @property
    def receipts(self) -> dict[str, str]:
        """Key → what a person can look for: the file and the row, counted as a spreadsheet counts them."""
        return {key: f"{self.name}:{row}" for row, key in enumerate(self.rows, 2)}


class Notes:
    """The notes of one workspace. A look-up reads each of them once, however many records are looked up.

    Args:
        folder: where they are kept.
        files: the steps in which they are kept.

    """

    def __init__(self, folder: Path, files: Files) -> None:
        self.folder = folder
        self._files = files
        self._names: dict[str, str] | None = None
        """Key → the name of the file with its row; ``None`` while that is not known."""
        self._last: Note | None = None

    def keep(self, note: Note) -> None:
        """Keep a note, in place of what it said before.

        Raises:
            OSError: it says what it said before; or what it says now, and may not outlive a power cut.

        """
        document = {"kind": note.kind.value, "folder": note.folder, "state": note.state, "rows": note.rows}
        part = self.folder / f".{note.name}.part"
        self._files.write(part, json.dumps(document).encode(), _PRIVATE)
        self._files.replace(part, self._path(note.name))
        self._files.keep_names(self.folder)
        if self._names is not None:
            self._names |= dict.fromkeys(note.rows, note.name)

    def forget(self, note: Note) -> None:
        """Remove a note.

        Raises:
            OSError: it may still be there.

        """
        self._names = self._last = None
        self._files.remove(self._path(note.name))
        self._files.keep_names(self.folder)

    def named(self, name: str) -> Note | None:
        """The note of a file.

        Raises:
            OSError: it cannot be read.
            SourceFailed: it is damaged.

        """
        path = self._path(name)
        return _note(path) if path.exists() else None

    def of(self, key: str) -> Note | None:
        """The note of the file with the row of a record.

        Raises:
            OSError: the notes cannot be read.
            SourceFailed: one is damaged.

        """
        if self._last is None or key not in self._last.rows:
            if self._names is None:
                self._names = {one: note.name for note in self.all() for one in note.rows}
            name = self._names.get(key)
            self._last = self.named(name) if name else None
        return self._last

    def all(self) -> Iterator[Note]:
        """All notes, in the order of their files' names.

        Raises:
            OSError: they cannot be read.
            SourceFailed: one is damaged.

        """
        if self.folder.exists():
            yield from map(_note, sorted(self.folder.glob("*.json")))

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.json"


def _note(path: Path) -> Note:
    try:
        document: dict[str, Any] = json.loads(path.read_bytes())
        return Note(
            path.stem, Kind(document["kind"]), *(document[one] for one in ("folder", "rows", "state"))
        )
    except (ValueError, KeyError, TypeError):
        message = f"The note {path.name} of an import file is damaged."
        raise SourceFailed(message, remedy=f"Put it back from a backup of {NOTES}.") from None
