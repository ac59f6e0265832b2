"""What was handed over, and how far each delivery got: a copy of each file with a note beside it."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from hub.sdk import SourceFailed
from hub_tabs3.device.lists import spoken

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from hub.sdk.files import Files

_NOTE = ".json"
_PART = ".part"
_STAMP = "%Y%m%dT%H%M%SZ"
_OURS = re.compile(r"\d{8}T\d{6}Z(-\d+)?-.+")


class State(StrEnum):
    """How far a delivery got."""

    PREPARED = "prepared"
    """Nothing of it was ever under a name that Tabs3 looks for."""
    PLACING = "placing"
    """It is being renamed: it was handed over if and only if its temporary file is gone."""
    PLACED = "placed"
    """It was handed over."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One file with several records.

    Args:
        number: in which order they were made.
        name: the name of its copy, which no other delivery has.
        file: the name under which Tabs3 finds it.
        folder: the folder where it does.
        made: when it was made.
        keys: the key of the intent of each line, in their order.
        size: its bytes.
        sha256: their digest.
        state: how far it got.

    """

    number: int
    name: str
    file: str
    folder: str
    made: datetime
    keys: tuple[str, ...] = field(repr=False)
    size: int
    sha256: str
    state: State = State.PREPARED

    @property
    def target(self) -> Path:
        """Where Tabs3 finds it."""
        return Path(self.folder) / self.file

    @property
    def temporary(self) -> Path:
        """Where it is until then, under a name that Tabs3 does not look for."""
        return Path(self.folder) / f"{self.name}{_PART}"

    @property
    def told(self) -> str:
        """The file and when it was made, for a person."""
        return f"{self.file} of {spoken(self.made)}"

    def receipt(self, line: int) -> str:
        """What names a line, counted from 1: the copy and the line in it."""
        return f"{self.name}:{line}"

    def is_in(self, data: bytes) -> bool:
        """Whether a file holds it, whatever another program has put behind it."""
        return hashlib.sha256(data[: self.size]).hexdigest() == self.sha256


def split_receipt(receipt: str) -> tuple[str, int]:
    """The copy and the line that a receipt names; no line where it is no receipt of a delivery."""
    name, _, line = receipt.rpartition(":")
    return name, int(line) if line.isdecimal() else 0


class Journal:
    """The copies and notes in one folder.

    It is read once and again when somebody else has changed the folder. One run at a time writes.
    """

    def __init__(self, folder: Path, files: Files) -> None:
        self.folder = folder
        self._files = files
        self._stamp = 0
        self._deliveries: dict[str, Delivery] = {}
        self._by_key: dict[str, tuple[Delivery, int]] = {}

    def load(self) -> None:
        """Read what is new.

        Raises:
            SourceFailed: something cannot be read, so that nobody knows what was sent.

        """
        try:
            stamp = self._changed()
            if stamp == self._stamp:
                return
            names = sorted(path.name for path in self.folder.iterdir()) if stamp else []
            notes = [self._read(name) for name in names if _OURS.fullmatch(name) and name.endswith(_NOTE)]
        except OSError as error:
            message = f"{self.folder} cannot be read: {error.strerror or type(error).__name__}."
            remedy = "It holds the notes about what was sent to Tabs3: make it readable."
            raise SourceFailed(message, remedy=remedy) from error
        self._deliveries, self._by_key = {}, {}
        for delivery in sorted(notes, key=lambda one: one.number):
            self._learn(delivery)
        self._stamp = stamp

    def _changed(self) -> int:
        """When something in the folder changed; 0 where there is none yet."""
        try:
            return self.folder.stat().st_mtime_ns
        except FileNotFoundError:
            return 0

    def _read(self, name: str) -> Delivery:
        data = (self.folder / name).read_bytes()
        try:
            said = json.loads(data)
            keys = tuple(str(key) for key in said.pop("keys"))
            made, state = datetime.fromisoformat(said.pop("made")), State(said.pop("state"))
            return Delivery(keys=keys, made=made, state=state, **said)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            remedy = "Bring it back from a backup of the workspace; it notes what was sent to Tabs3."
            raise SourceFailed(f"{self.folder / name} is damaged.", remedy=remedy) from error

    def _learn(self, delivery: Delivery) -> None:
        self._deliveries[delivery.name] = delivery
        for line, key in enumerate(delivery.keys, 1):
            self._by_key[key] = (delivery, line)

    @property
    def deliveries(self) -> Sequence[Delivery]:
        """All of them, the oldest first."""
        return list(self._deliveries.values())

    @property
    def next_number(self) -> int:
        """The number of the next delivery."""
        return max((one.number for one in self._deliveries.values()), default=0) + 1

    def named(self, name: str) -> Delivery | None:
        """The delivery whose copy has this name."""
        return self._deliveries.get(name)

    def of_key(self, key: str) -> tuple[Delivery, int] | None:
        """The delivery that holds an intent's line, and the line."""
        return self._by_key.get(key)

    def newest(self, folder: str, file: str) -> Delivery | None:
        """The last that was handed over under a name."""
        placed = (one for one in reversed(self._deliveries.values()) if one.state is not State.PREPARED)
        return next((one for one in placed if (one.folder, one.file) == (folder, file)), None)

    def copy(self, delivery: Delivery) -> bytes:
        """What was handed over.

        Raises:
            OSError: the copy is gone or cannot be read.

        """
        return (self.folder / delivery.name).read_bytes()

    def begin(self, target: Path, now: datetime, keys: Iterable[str], data: bytes) -> Delivery:
        """Note what is going to be handed over, and keep a copy of it.

        Raises:
            OSError: nothing is going to be handed over.

        """
        self.folder.mkdir(parents=True, exist_ok=True)
        delivery = Delivery(
            number=self.next_number,
            name=self._new_name(target.name, now),
            file=target.name,
            folder=str(target.parent),
            made=now.astimezone(UTC).replace(microsecond=0),
            keys=tuple(keys),
            size=len(data),
            sha256=hashlib.sha256(data).hexdigest(),
        )
        self._save(delivery)
        self._files.write(self.folder / delivery.name, data)
        self._files.keep_names(self.folder)
        self._see()
        return delivery

    def mark(self, delivery: Delivery, state: State) -> Delivery:
        """Note how far a delivery got.

        Raises:
            OSError: that is not noted for certain.

        """
        return self._save(replace(delivery, state=state))

    def forget(self, delivery: Delivery) -> None:
        """Remove the copy and the note of what was never handed over.

        Raises:
            OSError: some of it is still there.

        """
        note = self.folder / f"{delivery.name}{_NOTE}"
        for path in (note.with_name(f"{note.name}{_PART}"), self.folder / delivery.name, note):
            self._files.remove(path)
        self._files.keep_names(self.folder)
        self._deliveries.pop(delivery.name, None)
        for key in delivery.keys:
            if self._is_of(key, delivery):
                del self._by_key[key]
        self._see()

    def _is_of(self, key: str, delivery: Delivery) -> bool:
        found = self._by_key.get(key)
        return found is not None and found[0].name == delivery.name

    def _new_name(self, file: str, now: datetime) -> str:
        """A name that no copy has; with the time in it none will have it again if the folder is lost."""
        stamp = f"{now.astimezone(UTC):{_STAMP}}"
        again, name = 1, f"{stamp}-{file}"
        while name in self._deliveries:
            again += 1
            name = f"{stamp}-{again}-{file}"
        return name

    def _save(self, delivery: Delivery) -> Delivery:
        said = {**asdict(delivery), "made": delivery.made.isoformat()}
        save_text(self._files, self.folder / f"{delivery.name}{_NOTE}", json.dumps(said, indent=1))
        self._learn(delivery)
        self._see()
        return delivery

    def _see(self) -> None:
        """Note that what is in the folder now is known."""
        self._stamp = self._changed()


def save_text(files: Files, path: Path, text: str) -> None:
    """Replace a small file as a whole.

    Raises:
        OSError: the old one may stand or the new one.

    """
    part = path.with_name(f"{path.name}{_PART}")
    files.write(part, text.encode())
    files.replace(part, path)
    files.keep_names(path.parent)
