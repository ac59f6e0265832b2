"""What Tabs3 has refused so far, remembered, so that one rejection in its log counts once."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from hub_tabs3.device.journal import State, save_text
from hub_tabs3.device.log import Mark, OwnLine, decoded, mark_of, news, verdicts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hub.sdk import Clock
    from hub.sdk.files import Files
    from hub_tabs3.device.journal import Delivery, Journal
    from hub_tabs3.device.settings import DeviceSettings, Places

_MEMORY = "rejected.json"
# A file that nobody has loaded for so long is not refused any more: a person was told long ago.
_FOLLOWED_FOR = timedelta(days=92)


@dataclass(slots=True)
class _Memory:
    """What the log has said.

    Args:
        mark: how far it was read.
        refused: receipt → Tabs3's reason.
        doubtful: receipts of which one was refused, and the log does not say which.

    """

    mark: Mark
    refused: dict[str, str] = field(default_factory=dict)
    doubtful: list[str] = field(default_factory=list)


class Rejects:
    """The rejections in one TBDEVICE.LOG."""

    def __init__(
        self, settings: DeviceSettings, places: Places, journal: Journal, files: Files, clock: Clock
    ) -> None:
        self._settings = settings
        self._log = places.log
        self._path = places.copies / _MEMORY
        self._journal = journal
        self._files = files
        self._clock = clock
        self._memory = _Memory(Mark())

    def refused(self, receipt: str) -> str | None:
        """Tabs3's reason for refusing a line, which may be empty; ``None`` where it has not."""
        return self._memory.refused.get(receipt)

    def is_doubtful(self, receipt: str) -> bool:
        """Whether the log names this line or another that begins alike."""
        return receipt in self._memory.doubtful

    def read(self) -> None:
        """Read on in the log.

        What is there before the first delivery, or when the memory was lost, speaks of others: it is
        remembered as read. So it is before each delivery, so that no old rejection refuses a new line.

        Raises:
            OSError: the log cannot be read, or what it says not be kept.

        """
        data = self._data()
        memory = self._load()
        if memory is None:
            self._keep(_Memory(mark_of(data)))
            return
        self._memory = memory
        fresh = news(data, memory.mark)
        if fresh:
            self._take_in(data, fresh)

    def _take_in(self, data: bytes, fresh: bytes) -> None:
        memory = self._memory
        lines = re.split(r"\r\n|\n|\r", decoded(fresh, self._settings.encoding))
        if not lines[-1]:
            del lines[-1]
        found = verdicts(lines, self._own(), memory.refused)
        refused = memory.refused | found.refused
        doubtful = [*dict.fromkeys([*memory.doubtful, *sorted(found.doubtful)])]
        # Half a line that names nothing yet is read again when it is whole.
        known = data if found.named_last else data[: len(data) - len(_half(fresh))]
        self._keep(_Memory(mark_of(known), refused, [one for one in doubtful if one not in refused]))

    def _own(self) -> Iterator[OwnLine]:
        since = self._clock.now() - _FOLLOWED_FOR
        for delivery in self._journal.deliveries:
            if delivery.state is not State.PREPARED and delivery.made >= since:
                yield from self._lines(delivery)

    def _lines(self, delivery: Delivery) -> Iterator[OwnLine]:
        try:
            data = self._journal.copy(delivery)
        except OSError:
            return
        lines = data.decode(self._settings.encoding, "replace").split("\r\n")[:-1]
        for number, text in enumerate(lines, 1):
            yield OwnLine.of(delivery.receipt(number), text, self._settings.delimiter)

    def _data(self) -> bytes:
        try:
            return self._log.read_bytes()
        except FileNotFoundError:
            return b""

    def _load(self) -> _Memory | None:
        try:
            said = json.loads(self._path.read_text(encoding="utf-8"))
            mark = said.pop("mark")
            return _Memory(Mark(mark["size"], mark["digest"], tuple(mark["tail"])), **said)
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError, AttributeError):
            return None

    def _keep(self, memory: _Memory) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        save_text(self._files, self._path, json.dumps(asdict(memory)))
        self._memory = memory


def read_log(path: Path) -> str:
    """Try to read the log; says what is in the way, or nothing."""
    try:
        with path.open("rb") as file:
            file.read(1)
    except FileNotFoundError:
        return ""
    except OSError as error:
        return error.strerror or type(error).__name__
    return ""


def _half(data: bytes) -> bytes:
    """What stands behind the last line end."""
    return data[max(data.rfind(b"\n"), data.rfind(b"\r")) + 1 :]
