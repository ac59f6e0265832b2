"""The way back into Tabs3: time and expenses in a file for its Device Interface (TBDevice).

Tabs3's tables must not be written. What it takes from other programs is a file with one fee or cost in
each line, which a person loads with TBDevice and merges; Tabs3 then deletes the file and notes what it
refused in TBDEVICE.LOG. The file can add entries and nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.sdk import (
    Action,
    Delivered,
    Followed,
    Found,
    NotSent,
    Outcome,
    Rejected,
    SourceFailed,
    Unknown,
)
from hub.sdk.files import Files
from hub_tabs3.device.journal import Delivery, Journal, State, split_receipt
from hub_tabs3.device.line import LineWriter, Refused
from hub_tabs3.device.lists import Lists
from hub_tabs3.device.log import field_of
from hub_tabs3.device.outbox import Outbox
from hub_tabs3.device.rejects import Rejects, read_log
from hub_tabs3.device.settings import DeviceSettings, Places

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime, timedelta
    from pathlib import Path

    from hub.sdk import Clock, End, Intent, Kind, Reference

__all__ = ["DeviceInterface", "DeviceSettings"]

_CORRECT = "Correct it at its source or in Tabs3, then retry."


class DeviceInterface:
    """Writes for the Device Interface, and follows what becomes of it.

    Args:
        settings: how the firm has set it up.
        workspace_folder: where relative paths start.
        clock: the hub's clock.
        files: how the disk is changed; the usual way unless given.

    """

    def __init__(
        self, settings: DeviceSettings, workspace_folder: Path, clock: Clock, files: Files | None = None
    ) -> None:
        files = files or Files(clock)
        self._settings = settings
        self._places = Places(settings, workspace_folder)
        self._journal = Journal(self._places.copies, files)
        self._outbox = Outbox(settings, self._places, self._journal, files, clock)
        self._rejects = Rejects(settings, self._places, self._journal, files, clock)
        self._writer = LineWriter(settings)

    @property
    def seen_within(self) -> timedelta:
        """After how long a person is told that a record was not seen in Tabs3."""
        return self._settings.seen_within

    def write(self, intents: Sequence[Intent]) -> Iterator[Outcome]:
        """Put the lines of a batch into one file.

        Each ends as Delivered (its receipt is the copy and the line); as Rejected where it cannot be a
        line or is not in Tabs3's lists; as NotSent where a file still waits, where the folder, the log
        or the disk is in the way; as Unknown where the folder was lost in the very step in which the
        file got its name. None is ever Written: Tabs3 gives no answer.
        """
        ends: dict[str, End]
        try:
            ends = self._ends(intents, self._outbox.settle())
        except SourceFailed as error:
            ends = dict.fromkeys((intent.key for intent in intents), NotSent(reason=str(error)))
        for intent in intents:
            yield Outcome(intent.key, ends[intent.key])

    def _ends(self, intents: Sequence[Intent], open_ones: Sequence[Delivery]) -> dict[str, End]:
        doubtful = {key for delivery in open_ones for key in delivery.keys}
        lists = Lists(self._places.lists, self._settings)
        ends: dict[str, End] = {}
        lines: dict[str, bytes] = {}
        for intent in intents:
            receipt = self._outbox.known(intent.key)
            if receipt:
                ends[intent.key] = Delivered(receipt)
            elif intent.key in doubtful:
                ends[intent.key] = Unknown(f"{self._places.folder} cannot be looked at")
            elif isinstance(made := self._line(intent, lists), bytes):
                lines[intent.key] = made
            else:
                ends[intent.key] = made
        return ends | self._put(lines)

    def _line(self, intent: Intent, lists: Lists) -> bytes | Rejected:
        if intent.action is not Action.CREATE:
            message = f"The Device Interface cannot take the {intent.action.value} of a {intent.kind.words}."
            return Rejected("unsupported", message, remedy="Make the change in Tabs3 by hand.")
        try:
            line = self._writer.line(intent.kind, intent.payload)
        except Refused as refused:
            return refused.rejected
        return lists.refusal(line) or line.data

    def _put(self, lines: dict[str, bytes]) -> dict[str, End]:
        if not lines:
            return {}
        try:
            # What the log says by now speaks of what was loaded before.
            self._rejects.read()
        except OSError as error:
            trouble = error.strerror or type(error).__name__
            reason = f"{self._places.log} cannot be read, so that a rejection could not be told: {trouble}"
            return dict.fromkeys(lines, NotSent(reason=reason))
        return self._outbox.put(lines)

    def find(self, kind: Kind, reference: Reference) -> Sequence[Found]:  # noqa: ARG002 -- keys name both kinds
        """Say whether a line was handed over; removes what is left of what was not.

        Raises:
            SourceFailed: nobody can say: the notes or the drop folder cannot be read.

        """
        open_ones = self._outbox.settle()
        if any(reference.key in delivery.keys for delivery in open_ones):
            message = f"{self._places.folder} cannot be looked at, so that nobody knows what was put there."
            raise SourceFailed(message, remedy="See that the folder is connected.")
        receipt = self._outbox.known(reference.key)
        return (Found(receipt, receipt=receipt),) if receipt else ()

    def follow(self, kind: Kind, receipts: Sequence[str]) -> Iterator[Followed]:  # noqa: ARG002 -- receipts name both
        """Say where lines stand that were not seen in Tabs3 yet: waiting, taken or refused.

        Raises:
            SourceFailed: the notes, the drop folder or the log cannot be read.

        """
        self._journal.load()
        try:
            self._rejects.read()
            states: dict[str, str] = {}
            for receipt in receipts:
                delivery, line = self._delivery(receipt)
                if delivery is None:
                    continue
                if delivery.name not in states:
                    states[delivery.name] = self._state(delivery)
                yield self._followed(receipt, delivery.receipt(line), states[delivery.name])
        except OSError as error:
            message = f"What became of the files for Tabs3 cannot be seen: {error.strerror or 'no access'}."
            remedy = f"See that {self._places.folder} and {self._places.log} can be read."
            raise SourceFailed(message, remedy=remedy) from error

    def _delivery(self, receipt: str) -> tuple[Delivery | None, int]:
        """The delivery and the line that a receipt names; a key does where a person vouched for it."""
        name, line = split_receipt(receipt)
        delivery = self._journal.named(name)
        if delivery is not None:
            return delivery, line
        return self._journal.of_key(receipt) or (None, 0)

    def _state(self, delivery: Delivery) -> str:
        if self._outbox.is_waiting(delivery):
            return f"{_told(delivery)} waits in {delivery.folder} to be loaded into Tabs3 by a person"
        return (
            f"{delivery.told} was taken by Tabs3 (it is no longer in {delivery.folder}); the entry is not "
            "seen yet"
        )

    def _followed(self, receipt: str, name: str, state: str) -> Followed:
        reason = self._rejects.refused(name)
        log = self._places.log
        if reason is not None:
            says = f"Tabs3 refused it: {reason}." if reason else f"Tabs3 refused it; {log.name} says why."
            refused = Rejected("tabs3-refused", says, field_of(reason), _CORRECT)
            return Followed(receipt, f"Tabs3 refused it; see {log}", refused)
        if self._rejects.is_doubtful(name):
            state = f"{state}. {log.name} names it, or another that begins alike: look there"
        return Followed(receipt, state)

    def check(self, now: datetime) -> tuple[str, ...]:
        """Say what is in the way, or waits for a person; changes nothing."""
        return tuple(self._notes(now))

    def _notes(self, now: datetime) -> Iterator[str]:
        folder, log = self._places.folder, self._places.log
        try:
            self._journal.load()
            yield from self._waiting(now)
        except SourceFailed as error:
            yield str(error)
        except OSError as error:
            yield (
                f"{folder} cannot be reached, so that nothing can be put there for Tabs3: "
                f"{error.strerror or type(error).__name__}. Connect it, or choose another in hub.toml."
            )
            return
        if trouble := read_log(log):
            yield f"{log} cannot be read, so that nothing is sent: {trouble}."
        yield from Lists(self._places.lists, self._settings).notes(now)

    def _waiting(self, now: datetime) -> Iterator[str]:
        self._places.folder.stat()
        own = [one for one in self._journal.deliveries if one.state is not State.PREPARED]
        waiting = [one for one in own if self._outbox.is_waiting(one)]
        for one in waiting:
            days = (now - one.made).days
            since = f", for {days} day{'s' if days > 1 else ''} now" if days > 0 else ""
            yield f"{_told(one)} waits in {one.folder} to be loaded into Tabs3 by a person{since}."
        if not waiting and not self._settings.is_numbered:
            stranger = self._outbox.waiting(self._places.folder / self._settings.file_name)
            if stranger:
                yield stranger


def _told(delivery: Delivery) -> str:
    """A file, its lines and its time, for a person."""
    lines = len(delivery.keys)
    return (
        f"{delivery.file} ({lines} line{'s' if lines != 1 else ''} of {delivery.told.partition(' of ')[2]})"
    )
