"""An export into a folder: all of its tables or none, and a manifest that says which they are."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import time
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from hub_tabs3_reader.problems import ReaderError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hub_tabs3_reader.reading import Frame

MANIFEST = "tabs3-export.json"
_PART = ".part"
"""No suffix of a table: whoever looks into the folder meanwhile does not take it for one."""
_FORGOTTEN_SECONDS = 24 * 60 * 60
_ATTEMPTS = 6
_FIRST_PAUSE_SECONDS = 0.05


class _File:
    """A table on its way into the folder, under a name of its own until all of them are there."""

    def __init__(self, folder: Path, table: str) -> None:
        handle, name = tempfile.mkstemp(prefix=f".{table}.", suffix=_PART, dir=folder)
        self.path = Path(name)
        self.target = folder / f"{table}.ndjson"
        self._stream: IO[bytes] = os.fdopen(handle, "wb")
        self._digest = hashlib.sha256()
        self._size = 0

    def write(self, row: dict[str, Any]) -> None:
        data = json.dumps(row, separators=(",", ":")).encode() + b"\n"
        self._stream.write(data)
        self._digest.update(data)
        self._size += len(data)

    def finish(self) -> dict[str, Any]:
        """Bring the file to the disk and give what the manifest says of it."""
        self._stream.flush()
        os.fsync(self._stream.fileno())
        self._stream.close()
        return {"file": self.target.name, "bytes": self._size, "sha256": self._digest.hexdigest()}

    def discard(self) -> None:
        self._stream.close()
        with suppress(FileNotFoundError):
            self.path.unlink()


def export(frames: Iterable[Frame], folder: Path) -> dict[str, Any]:
    """Write the tables of a reading, and give the manifest.

    The tables get their names only when the reading is done. While they do, the manifest says that
    the export is not complete; it is whole again when the last one has its name.

    Raises:
        ReaderError: the reading broke off, or the folder cannot be written to.

    """
    started = _now()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _sweep(folder)
        with ExitStack() as stack:
            files, manifest = _received(frames, folder, stack)
            manifest |= {"started": started, "finished": _now()}
            _put(folder, {**manifest, "complete": False})
            for file in files:
                _replace(file.path, file.target)
            _put(folder, manifest)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ReaderError("folder", f"The folder for the export cannot be written to: {reason}.") from error
    return manifest


def _received(
    frames: Iterable[Frame],
    folder: Path,
    stack: ExitStack,
) -> tuple[list[_File], dict[str, Any]]:
    files: list[_File] = []
    told: dict[str, dict[str, Any]] = {}
    manifest: dict[str, Any] = {}
    for frame in frames:
        if "row" in frame:
            files[-1].write(frame["row"])
        elif "table" in frame:
            files.append(_File(folder, frame["table"]))
            stack.callback(files[-1].discard)
        elif "end" in frame:
            told[frame["end"]] = files[-1].finish()
        elif "start" in frame:
            manifest |= frame["start"]
        else:
            done = frame["done"]
            tables = {name: {**told[name], **found} for name, found in done["tables"].items()}
            manifest |= {"complete": True, "tables": tables, "absent": done["absent"]}
    return files, manifest


def _put(folder: Path, manifest: dict[str, Any]) -> None:
    handle, name = tempfile.mkstemp(prefix=".manifest.", suffix=_PART, dir=folder)
    with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
        json.dump(manifest, stream, indent=2)
        stream.flush()
        os.fsync(stream.fileno())
    _replace(Path(name), folder / MANIFEST)


def _replace(new: Path, path: Path) -> None:
    """A virus scanner or the hub may hold a file on Windows for a moment."""
    for attempt in range(_ATTEMPTS):
        try:
            new.replace(path)
        except PermissionError:
            if attempt == _ATTEMPTS - 1:
                raise
            time.sleep(_FIRST_PAUSE_SECONDS * 2**attempt)
        else:
            return


def _sweep(folder: Path) -> None:
    """Remove what an export that was killed has left behind."""
    for path in folder.glob(f".*{_PART}"):
        with suppress(OSError):
            if time.time() - path.stat().st_mtime > _FORGOTTEN_SECONDS:
                path.unlink()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
