"""What the manifest says of an export that ``hub-tabs3-reader --into`` wrote into a folder."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from hub.sdk import SourceFailed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MANIFEST = "tabs3-export.json"


class ExportState(NamedTuple):
    """The state of an export.

    Args:
        complete: whether the tables in the folder are those of one reading that came to its end.
            Not so while a new export takes the place of an old one, after one that was killed
            while it did, and where the manifest cannot be read.
        taken: when the reading began: what came into Tabs3 later is not in it. ``None`` where the
            manifest cannot be read.
        rows: how many rows each table has.
        changed: tables that changed while they were read: they say nothing about what is missing.
        other: tables in the manifest whose files are absent or not as long as what the reader wrote.

    """

    complete: bool
    taken: datetime | None = None
    rows: Mapping[str, int] = {}
    changed: frozenset[str] = frozenset()
    other: frozenset[str] = frozenset()

    def holds(self, name: str) -> bool:
        """Whether the table in the folder is part of this export, and not left from another one."""
        return self.complete and name in self.rows and name not in self.other


def export_state(folder: Path) -> ExportState | None:
    """Read the manifest of a folder; ``None`` where there is none, and so nothing is known of it.

    Raises:
        SourceFailed: the folder cannot be read.

    """
    try:
        return _state(folder, json.loads((folder / MANIFEST).read_bytes()))
    except FileNotFoundError:
        return None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise SourceFailed(f"{MANIFEST} in {folder} cannot be read: {reason}.") from error
    except (ValueError, TypeError, KeyError, AttributeError):
        return ExportState(complete=False)


def _state(folder: Path, manifest: Mapping[str, Any]) -> ExportState:
    tables: Mapping[str, Mapping[str, Any]] = manifest["tables"]
    other = frozenset(
        name for name, told in tables.items() if not _is_there(folder / f"{name}.ndjson", told["bytes"])
    )
    return ExportState(
        complete=manifest["complete"] is True,
        taken=_moment(manifest["started"]),
        rows={name: int(told["rows"]) for name, told in tables.items()},
        changed=frozenset(name for name, told in tables.items() if told["changed"]),
        other=other,
    )


def _is_there(path: Path, size: int) -> bool:
    try:
        return path.stat().st_size == size
    except FileNotFoundError:
        return False


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a moment without a zone")
    return moment
