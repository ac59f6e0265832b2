"""The journal of a write: a batch is in the folder as a whole or not at all, whatever happens.

Before rows are appended, the journal notes how long each file was and what is being appended.
What is found there after a crash says how far it got: everything is there, and the batch counts;
or only a part is, and it does not. Readers merely leave such a part out, so that reading changes
nothing; the next writer takes it off. Bytes that are not those of the journal were written by
somebody else since, and are left alone.

Where several files are replaced at once, the journal names them once their successors are ready:
from then on the successors are what counts, and the next writer puts them in place.
"""

import contextlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from hub.sdk import Clock
from hub_folder.files import append_durably, cut_to, keep_names, patiently, write_durably
from hub_folder.table import Edit, Held, digest_of_bytes, staged

_CHUNK: Final = 1 << 20


class Doubtful(Exception):
    """A batch of which nobody can say whether it is in the folder."""


@dataclass(frozen=True, slots=True)
class _Append:
    """What was to be appended to a file of so many bytes."""

    path: Path
    size: int
    tail: bytes

    def found(self) -> bytes:
        """What stands beyond the old end now."""
        try:
            with self.path.open("rb") as file:
                file.seek(self.size)
                return file.read(len(self.tail) + 1)
        except FileNotFoundError:
            return b""

    def done(self) -> bool:
        """Whether all of it is there."""
        return self.found()[: len(self.tail)] == self.tail

    def half_done(self) -> bool:
        """Whether what stands there is the beginning of it and nothing else."""
        return self.tail.startswith(self.found())


class Journal:
    """The journal of one kind's tables."""

    def __init__(self, folder: Path, name: str, clock: Clock) -> None:
        self._folder = folder
        self._path = folder / f".{name}.journal"
        self._clock = clock

    def held(self, path: Path) -> Held:
        """What a file holds: a batch that is whole counts, a part of one does not."""
        content = staged(path) if path in self._waiting() else path
        return Held(path, content, self._halves().get(path))

    def settle(self) -> None:
        """Bring the files to what the journal says, and forget it.

        Raises:
            OSError: a file is held by another program.

        """
        for path, size in self._halves().items():
            patiently(partial(cut_to, path, size), self._clock)
        for path in self._waiting():
            patiently(partial(os.replace, staged(path), path), self._clock)
        self._forget()

    def commit(self, edits: Sequence[Edit]) -> None:
        """Make prepared changes, all or none.

        Raises:
            OSError: none is made.
            Doubtful: some may be.

        """
        if all(edit.tail is not None for edit in edits):
            self._append([_append_of(edit) for edit in edits])
        else:
            self._replace([_replacing(edit) for edit in edits])

    def _append(self, appends: Sequence[_Append]) -> None:
        files = [{"file": one.path.name, "size": one.size, "length": len(one.tail)} for one in appends]
        self._note({"appended": files}, b"".join(one.tail for one in appends))
        try:
            for one in appends:
                append_durably(one.path, one.tail, self._clock)
        except OSError as error:
            self._take_back(appends, error)
            raise
        self._forget()

    def _take_back(self, appends: Sequence[_Append], error: OSError) -> None:
        try:
            for one in appends:
                cut_to(one.path, one.size)
        except OSError:
            raise Doubtful(_reason(error)) from error
        self._forget()

    def _replace(self, paths: Sequence[Path]) -> None:
        if len(paths) > 1:
            self._note({"replaced": [path.name for path in paths]}, b"")
        for number, path in enumerate(paths):
            try:
                patiently(partial(os.replace, staged(path), path), self._clock)
            except OSError as error:
                if number:
                    raise Doubtful(_reason(error)) from error
                self._forget()
                raise
        keep_names(self._folder)
        self._forget()

    def _note(self, what: Mapping[str, Any], body: bytes) -> None:
        head = json.dumps({**what, "digest": digest_of_bytes(body).hex()}).encode()
        try:
            write_durably(self._path, (head, b"\n", body))
            keep_names(self._folder)
        except OSError:
            self._forget()
            raise

    def _forget(self) -> None:
        """Remove the journal; where that fails it does no harm, since it tells what is done by itself."""
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)

    def _noted(self) -> tuple[Mapping[str, Any], bytes]:
        """What the journal says; nothing where it was not finished and so nothing was begun."""
        try:
            head, _, body = self._path.read_bytes().partition(b"\n")
            what = json.loads(head)
            return (what, body) if what["digest"] == digest_of_bytes(body).hex() else ({}, b"")
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return {}, b""

    def _appends(self) -> Iterator[_Append]:
        what, body = self._noted()
        for entry in what.get("appended", ()):
            yield _Append(self._folder / entry["file"], entry["size"], body[: entry["length"]])
            body = body[entry["length"] :]

    def _halves(self) -> Mapping[Path, int]:
        """The files with a part of a batch at their end, and how many of their bytes count."""
        appends = list(self._appends())
        if all(append.done() for append in appends):
            return {}
        return {append.path: append.size for append in appends if append.half_done()}

    def _waiting(self) -> list[Path]:
        what, _ = self._noted()
        paths = [self._folder / name for name in what.get("replaced", ())]
        return [path for path in paths if staged(path).exists()]


def discard(paths: Iterable[Path]) -> None:
    """Remove what was prepared for files and never took their place."""
    for path in paths:
        with contextlib.suppress(OSError):
            staged(path).unlink(missing_ok=True)


def _append_of(edit: Edit) -> _Append:
    return _Append(edit.path, edit.path.stat().st_size, edit.tail or b"")


def _replacing(edit: Edit) -> Path:
    """Prepare a successor where only a tail was prepared, and let it keep the file's permissions."""
    if edit.tail is not None:
        write_durably(staged(edit.path), _with_tail(edit.path, edit.tail))
    with contextlib.suppress(OSError):
        shutil.copymode(edit.path, staged(edit.path))
    return edit.path


def _with_tail(path: Path, tail: bytes) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk
    yield tail


def _reason(error: OSError) -> str:
    return error.strerror or type(error).__name__
