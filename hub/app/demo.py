"""A workspace with a sample firm, which the plugins write from their sandboxes; the hub only runs it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from random import Random
from typing import TYPE_CHECKING, Any

from hub.app.config import FILE_NAME
from hub.app.plugins import PluginHost
from hub.sdk import HubError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from hub.model import Kind

_FIRM = "Doyle & Vance LLP"
_HEAD = f"""\
# The sample firm of `hub demo`. Change what you like, and run `hub sync` again.

[hub]
firm = {json.dumps(_FIRM)}
timezone = "America/Chicago"
currency = "USD"
ledger = "sqlite:///hub.db"
"""


class SampleFirmBuilder:
    """Takes down what plugins contribute to the sample firm."""

    def __init__(self, folder: Path, seed: int, records: int | None) -> None:
        self.folder = folder
        self.random = Random(seed)  # noqa: S311 -- a sample firm, not a secret
        self.records = records
        self.faults: list[str] = []
        self.later: list[Callable[[], str]] = []
        self._shared: dict[Kind, list[Mapping[str, Any]]] = {}
        self._builds: list[Callable[[Mapping[Kind, Sequence[Mapping[str, Any]]]], None]] = []
        self._connections: dict[str, Mapping[str, Any]] = {}
        self._givers: dict[str, list[str]] = {}
        self._takers: dict[str, list[str]] = {}

    def connect(
        self,
        name: str,
        settings: Mapping[str, Any],
        *,
        gives: Iterable[str] = (),
        takes: Iterable[str] = (),
    ) -> None:
        """Put a connection into hub.toml; a flow is drawn from each giver to each taker."""
        self._connections[name] = settings
        self._givers[name] = list(gives)
        self._takers[name] = list(takes)

    def tell(self, fault: str) -> None:
        """Name a fault that was planted."""
        self.faults.append(fault)

    def share(self, kind: Kind, records: Iterable[Mapping[str, Any]]) -> None:
        """Note what another system of the firm has, too."""
        self._shared.setdefault(kind, []).extend(records)

    def once_shared(self, build: Callable[[Mapping[Kind, Sequence[Mapping[str, Any]]]], None]) -> None:
        """Note a part that is built from what is shared."""
        self._builds.append(build)

    def finish(self) -> None:
        """Build what waits for what is shared."""
        for build in self._builds:
            build(self._shared)

    def afterwards(self, act: Callable[[], str]) -> None:
        """Note what happens at the firm after the first run."""
        self.later.append(act)

    def toml(self) -> str:
        """The hub.toml of the sample firm."""
        parts = [_HEAD]
        for name, settings in self._connections.items():
            parts.append("\n".join([f"[connections.{name}]", *_lines(settings), ""]))
        parts += self._flows()
        return "\n".join(parts)

    def _flows(self) -> Iterable[str]:
        """A flow from each giver to each taker; what nobody takes is read into the ledger."""
        taken = {kind for kinds in self._takers.values() for kind in kinds}
        for giver, given in self._givers.items():
            for taker, wanted in self._takers.items():
                kinds = [kind for kind in wanted if kind in given]
                if kinds and giver != taker:
                    yield _flow(f"{giver}-to-{taker}", giver, kinds, taker)
            if given and not taken.intersection(given):
                yield _flow(giver, giver, given)


def _lines(settings: Mapping[str, Any]) -> Iterable[str]:
    return (f"{key} = {_toml(value)}" for key, value in settings.items())


def _toml(value: object) -> str:
    return "{ " + ", ".join(_lines(value)) + " }" if isinstance(value, Mapping) else json.dumps(value)


def _flow(name: str, giver: str, kinds: list[str], taker: str = "") -> str:
    target = f"to = {json.dumps(taker)}\n" if taker else ""
    return f"[flows.{name}]\nfrom = {json.dumps(giver)}\n{target}kinds = {json.dumps(kinds)}\n"


def make_sample_firm(folder: Path, *, seed: int = 1, records: int | None = None) -> SampleFirmBuilder:
    """Write a workspace with the sample firm.

    Raises:
        HubError: the folder is used, or no plugin has a sample firm.

    """
    if folder.exists() and any(folder.iterdir()):
        raise HubError(f"{folder} is not empty.", remedy="Name a new folder: hub demo DIR.")
    for name in ("mappings", "guidelines", "clients"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    firm = SampleFirmBuilder(folder, seed, records)
    PluginHost().sample_firm(firm)
    firm.finish()
    toml = firm.toml()
    if "[flows." not in toml:
        raise HubError("No plugin has a sample firm.", remedy="See hub plugins.")
    (folder / FILE_NAME).write_text(toml, encoding="utf-8", newline="\n")
    return firm
