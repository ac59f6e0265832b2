"""What a plugin's command is handed: a workspace, without the hub's insides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from hub.model import Kind, Record, RecordId
    from hub.sdk.rules import Finding


class Workspace(Protocol):
    """A firm's workspace. Without a hub.toml it still runs rules and reads mapping data."""

    @property
    def folder(self) -> Path:
        """Where it stands."""
        ...

    def records(self, kind: Kind) -> Iterator[tuple[RecordId, Record]]:
        """All records of a kind in the ledger; none where there is no ledger."""
        ...

    def run_rules(self, kind: Kind, record: Record, *, connection: str = "") -> Iterable[Finding]:
        """What the loaded rules say of a record, at a connection or anywhere."""
        ...

    def mapping_data(self, name: str) -> Mapping[str, Any]:
        """A data file of the shared mappings, overridden by the workspace's own."""
        ...

    def decide(self, hold: int, action: str, reason: str) -> object:
        """Record a person's decision about a hold."""
        ...
