"""The folder that files are handed over in: each whole or not there, and none ever replaced."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hub.sdk import Delivered, NotSent, Rejected, Unknown

if TYPE_CHECKING:
    from pathlib import Path

    from hub.sdk import Clock, End

_WINDOWS = os.name == "nt"
_TRIES = 5
_PAUSE_SECONDS = 0.2
# What file systems without hard links answer (FAT, some network shares).
_NO_LINKS = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})
# What file systems answer whose folders need no flushing.
_NO_FOLDER_SYNC = frozenset({errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP})


@dataclass(frozen=True, slots=True)
class Outbox:
    """A folder, and the clock to wait by while another program holds a file."""

    folder: Path
    clock: Clock

    def holds(self, name: str, document: bytes) -> bool:
        """Whether the file is there with exactly these bytes.

        Raises:
            OSError: it could not be looked at.

        """
        return self._found(name) == document

    def put(self, name: str, document: bytes) -> End:
        """Hand a file over: delivered if it stands there now, also from an earlier attempt."""
        part = self.folder / f".{name}.part"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            return self._standing(name, document) or self._hand_over(part, name, document)
        except OSError as error:
            trouble = error.strerror or type(error).__name__
            return NotSent(reason=f"{name} was not written to {self.folder}: {trouble}")
        finally:
            with suppress(OSError):
                part.unlink(missing_ok=True)

    def _standing(self, name: str, document: bytes) -> Delivered | Rejected | None:
        found = self._found(name)
        if found is None:
            return None
        if found == document:
            return Delivered(name)
        return Rejected(
            "file-exists",
            f"{name} is already in {self.folder}, and is another document",
            remedy="If the client has it, move it out of the folder; if not, delete it. Then retry.",
        )

    def _found(self, name: str) -> bytes | None:
        try:
            return (self.folder / name).read_bytes()
        except FileNotFoundError:
            return None

    def _hand_over(self, part: Path, name: str, document: bytes) -> End:
        # One that a killed attempt left may be a second name of a file that was delivered since.
        part.unlink(missing_ok=True)
        with part.open("xb") as file:
            file.write(document)
            file.flush()
            os.fsync(file.fileno())
        try:
            self._publish(part, self.folder / name)
        except FileExistsError:  # another program was quicker
            return self._standing(name, document) or NotSent(reason=f"{name} came and went")
        try:
            _sync_folder(self.folder)
        except OSError as error:
            return Unknown(f"{name} is there, but may not outlive a power cut: {error.strerror}")
        return Delivered(name)

    def _publish(self, part: Path, target: Path) -> None:
        """Rename, trying again while a virus scanner holds the file, as happens on Windows."""
        for left in reversed(range(_TRIES)):
            try:
                _rename_to_new(part, target)
            except PermissionError:
                if not (_WINDOWS and left):
                    raise
                self.clock.sleep(_PAUSE_SECONDS)
            else:
                return


def _rename_to_new(part: Path, target: Path) -> None:
    """Rename, but never over a file that is there.

    Raises:
        FileExistsError: the name is taken.

    """
    if _WINDOWS:
        part.rename(target)  # refuses a name that is taken; elsewhere it would replace the file
        return
    try:
        target.hardlink_to(part)
    except FileExistsError:
        raise
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        if target.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST)) from error
        part.replace(target)


def _sync_folder(folder: Path) -> None:
    """Make the new name last through a power cut; Windows has no such call for folders."""
    if _WINDOWS:
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in _NO_FOLDER_SYNC:
            raise
    finally:
        os.close(handle)
