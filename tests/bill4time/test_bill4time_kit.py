"""The connector keeps what every connector has to keep, in either version of the API."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from hub.testing import ConnectorSuite
from hub_bill4time import Bill4TimeConnector
from hub_bill4time.sandbox import Bill4TimeSandbox

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

DROP = "bill4time-imports"


class Bill4TimeKit(ConnectorSuite):
    connector = Bill4TimeConnector
    version = "v2"

    @contextmanager
    def sandbox(self, folder: Path) -> Iterator[Bill4TimeSandbox]:
        """A firm that has a user, whose imports are handed in from the folder."""
        self.drop = folder / DROP
        with Bill4TimeSandbox(clock=self.clock) as made:
            yield made

    def settings(self, sandbox: Bill4TimeSandbox) -> Mapping[str, Any]:
        imports = {"folder": DROP, "format": "csv" if self.version == "v1" else "xlsx"}
        return {**sandbox.settings, "version": self.version, "imports": imports}

    def load(self, sandbox: Bill4TimeSandbox) -> None:
        """Hand in what waits: clients, then projects, then time."""
        for path in sorted(self.drop.glob("[cp]*-*")) + sorted(self.drop.glob("t*-*")):
            taken = sandbox.firm.take_import(path)
            assert not taken.refused, taken.refused
            path.unlink()


class TestVersion1(Bill4TimeKit):
    version = "v1"


class TestVersion2(Bill4TimeKit):
    pass


del Bill4TimeKit, ConnectorSuite
