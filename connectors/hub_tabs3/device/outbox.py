"""Handing a file over to Tabs3: each record once, whatever breaks off in between.

A delivery is made in steps, each kept by the disk before the next begins:

1. a note of the keys and a copy of the file, in the workspace (``prepared``);
2. the file itself in the drop folder, under a name that Tabs3 does not look for;
3. the note says that it is being placed (``placing``);
4. the file gets its final name, in one step and never over a file that is there;
5. the note says that it was (``placed``).

Where it broke off before step 4, the temporary file is still there (or the note says ``prepared``):
nothing was handed over, and what is left is removed. Where the temporary file of a delivery that was
being placed is gone, Tabs3 has it or had it already, even if it has deleted the file since.
"""

from __future__ import annotations

import errno
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from hub.sdk import Delivered, NotSent, SourceFailed, Unknown
from hub.sdk.files import trouble
from hub_tabs3.device.journal import Delivery, Journal, State
from hub_tabs3.device.lists import spoken
from hub_tabs3.device.settings import NUMBER, DeviceSettings, Places

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from hub.sdk import Clock, End
    from hub.sdk.files import Files

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


class Unreachable(Exception):
    """The drop folder cannot be looked at, so that nobody knows whether a file was placed."""


class Outbox:
    """Hands files over, and knows what was."""

    def __init__(
        self, settings: DeviceSettings, places: Places, journal: Journal, files: Files, clock: Clock
    ) -> None:
        self._settings = settings
        self._folder = places.folder
        self._journal = journal
        self._files = files
        self._clock = clock

    # What an earlier run has left.

    def settle(self) -> list[Delivery]:
        """Bring deliveries that broke off to an end; gives those of which nobody can say it.

        Raises:
            SourceFailed: the notes cannot be read.

        """
        self._journal.load()
        open_ones = [one for one in self._journal.deliveries if one.state is not State.PLACED]
        return [one for one in open_ones if not self._ended(one)]

    def _ended(self, delivery: Delivery) -> bool:
        """Bring one to its end, and say whether it has one: placed, or never handed over."""
        if delivery.state is State.PREPARED:
            self._take_back(delivery)
            return True
        try:
            placed = _is_placed(delivery)
        except Unreachable:
            return False
        if placed:
            self._conclude(delivery)
        else:
            self._take_back(delivery)
        return True

    def known(self, key: str) -> str:
        """The receipt of what was handed over for a key; none where nothing was."""
        found = self._journal.of_key(key)
        if found is None:
            return ""
        delivery, line = found
        placed = delivery.state is State.PLACED or (delivery.state is State.PLACING and _is_gone(delivery))
        return delivery.receipt(line) if placed else ""

    # A new file.

    def put(self, lines: Mapping[str, bytes]) -> dict[str, End]:
        """Hand over one file with the lines of some keys; says how each ended."""
        try:
            return self._put(lines)
        except SourceFailed as error:
            return dict.fromkeys(lines, NotSent(reason=str(error)))
        except OSError as error:
            return dict.fromkeys(lines, self._not_sent(error))

    def _put(self, lines: Mapping[str, bytes]) -> dict[str, End]:
        target = self._folder / self._file_name()
        self._folder.stat()
        waiting = self.waiting(target)
        if waiting:
            return dict.fromkeys(lines, NotSent(until=waiting))
        delivery = self._journal.begin(target, self._clock.now(), lines, b"".join(lines.values()))
        end = self._hand_over(delivery, b"".join(lines.values()))
        if end is not None:
            return dict.fromkeys(lines, end)
        return {key: Delivered(delivery.receipt(number)) for number, key in enumerate(lines, 1)}

    def _hand_over(self, delivery: Delivery, data: bytes) -> End | None:
        """Steps 2 to 5; nothing where all went well."""
        try:
            self._files.write(delivery.temporary, data)
            self._files.keep_names(self._folder)
            delivery = self._journal.mark(delivery, State.PLACING)
        except OSError as error:
            self._take_back(delivery)
            return self._not_sent(error)
        return self._place(delivery)

    def _place(self, delivery: Delivery) -> End | None:
        try:
            self._files.place(delivery.temporary, delivery.target)
        except FileExistsError:
            self._take_back(delivery)
            return NotSent(until=self.waiting(delivery.target) or self._waits(delivery.target, None))
        except OSError as error:
            end = self._after_failure(delivery, error)
            if end is not None:
                return end
        return self._keep(delivery)

    def _after_failure(self, delivery: Delivery, error: OSError) -> End | None:
        """What a failed renaming has come to; nothing where the file was renamed all the same."""
        try:
            if _is_placed(delivery):
                return None
        except Unreachable:
            return Unknown(f"{self._folder} was lost while {delivery.file} was being placed")
        self._take_back(delivery)
        return self._not_sent(error)

    def _keep(self, delivery: Delivery) -> End | None:
        try:
            self._files.keep_names(self._folder)
        except OSError as error:
            # The note still says that it is being placed: a later look tells what has become of it.
            return Unknown(f"{delivery.file} may not outlive a power cut: {trouble(error)}")
        self._conclude(delivery)
        return None

    def _conclude(self, delivery: Delivery) -> None:
        with suppress(OSError):  # that it is placed can be seen without the note as well
            self._journal.mark(delivery, State.PLACED)

    def _take_back(self, delivery: Delivery) -> None:
        """Remove what was not handed over; where that fails, a later run does it.

        The note says first that nothing is being placed: else a removed temporary file would mean
        that it was.
        """
        with suppress(OSError):
            delivery = self._journal.mark(delivery, State.PREPARED)
            self._files.remove(delivery.temporary)
            self._journal.forget(delivery)

    def _file_name(self) -> str:
        """The name of the next file; where they are numbered, one that nothing had before."""
        if not self._settings.is_numbered:
            return self._settings.file_name
        number = self._journal.next_number
        used = {one.file for one in self._journal.deliveries}
        while (name := self._settings.file_name.replace(NUMBER, str(number))) in used or (
            self._folder / name
        ).exists():
            number += 1
        return name

    # What waits.

    def waiting(self, target: Path) -> str:
        """What a person has to do with a file that waits under a name; nothing where none does.

        Raises:
            OSError: the folder cannot be looked at.

        """
        try:
            made = datetime.fromtimestamp(target.stat().st_mtime, UTC)
        except FileNotFoundError:
            return ""
        return self._waits(target, made)

    def _waits(self, target: Path, made: datetime | None) -> str:
        own = self._journal.newest(str(target.parent), target.name)
        is_own = own is not None and self.is_waiting(own)
        since = own.made if own is not None and is_own else made
        when = f" of {spoken(since)}" if since else ""
        whose = "" if is_own else ", which was not made here,"
        return (
            f"{target.name}{when}{whose} still waits in {target.parent}: load it in Tabs3 (Tabs3 Device "
            "Interface, then Merge Tabs3 Remote Data), then run again."
        )

    def is_waiting(self, delivery: Delivery) -> bool:
        """Whether a file that was handed over is still where it was put.

        Raises:
            OSError: the folder cannot be looked at.

        """
        newest = self._journal.newest(delivery.folder, delivery.file)
        if newest is None or newest.name != delivery.name:
            return False  # nothing else is placed under a name before it is free
        try:
            return delivery.is_in(delivery.target.read_bytes())
        except FileNotFoundError:
            delivery.target.parent.stat()
            return False

    def _not_sent(self, error: OSError) -> NotSent:
        said = trouble(error)
        if error.errno in _FULL:
            return NotSent(reason="the disk is full; nothing of the file was handed over")
        if error.filename is not None and str(error.filename).startswith(str(self._journal.folder)):
            return NotSent(reason=f"no copy could be kept in {self._journal.folder}: {said}")
        return NotSent(reason=f"nothing could be put into {self._folder}: {said}")


def _is_placed(delivery: Delivery) -> bool:
    """Whether a delivery that was being placed was handed over: its temporary file is gone.

    Raises:
        Unreachable: the folder cannot be looked at.

    """
    try:
        delivery.temporary.stat()
    except FileNotFoundError:
        return _folder_is_there(delivery)
    except OSError as error:
        raise Unreachable from error
    return False


def _folder_is_there(delivery: Delivery) -> bool:
    """Tell "the file is gone" from "the folder is", which Windows answers alike.

    Raises:
        Unreachable: the folder is.

    """
    try:
        delivery.temporary.parent.stat()
    except OSError as error:
        raise Unreachable from error
    return True


def _is_gone(delivery: Delivery) -> bool:
    try:
        return _is_placed(delivery)
    except Unreachable:
        return False
