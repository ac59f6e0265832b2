"""Our own connectors pass the kit that strangers' have to pass."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from hub.model import Kind
from hub.testing import ConnectorSuite, Samples, sample_records
from hub_ebilling import EbillingConnector
from hub_folder import FolderConnector
from hub_tabs3 import Tabs3
from hub_tabs3.sandbox import Tabs3Firm

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

TRUST = "id,client,moved_on,direction,amount\nT1,C1,2026-01-15,deposit,100.00\n"


ALL = tuple(Kind)
FEW = (Kind.CLIENT, Kind.MATTER, Kind.TIMEKEEPER, Kind.TIME_ENTRY)


class FolderSuite(ConnectorSuite):
    connector = FolderConnector
    format = "csv"
    written: tuple[Kind, ...] = FEW

    @contextmanager
    def sandbox(self, folder: Path) -> Iterator[Path]:
        sheets = folder / "sheets"
        sheets.mkdir()
        (sheets / "trust_transaction.csv").write_text(TRUST, newline="")
        yield sheets

    def settings(self, sandbox: Path) -> Mapping[str, Any]:
        return {"folder": sandbox, "format": self.format}

    def samples(self) -> Samples:
        return {kind: sample_records()[kind] for kind in self.written}

    def break_source(self, sandbox: Path) -> None:
        """Put a second file beside each table, so that nobody can say which one counts."""
        for table in sandbox.glob("*.*"):
            table.with_suffix(".csv" if table.suffix != ".csv" else ".ndjson").touch()


class TestFolderOfCsv(FolderSuite):
    written = ALL


class TestFolderOfNdjson(FolderSuite):
    format = "ndjson"


class TestFolderOfXlsx(FolderSuite):
    format = "xlsx"
    written = (*FEW, Kind.EXPENSE, Kind.INVOICE)


class TestTabs3(ConnectorSuite):
    connector = Tabs3

    @contextmanager
    def sandbox(self, folder: Path) -> Iterator[Path]:
        Tabs3Firm(records=40).write(folder / "tabs3")
        yield folder / "tabs3"

    def settings(self, sandbox: Path) -> Mapping[str, Any]:
        return {"folder": sandbox}

    def break_source(self, sandbox: Path) -> None:
        for table in sandbox.iterdir():
            table.write_bytes(b"\xff\xfe")


class TestEbilling(ConnectorSuite):
    connector = EbillingConnector

    def settings(self, sandbox: Path) -> Mapping[str, Any]:
        return {"folder": "outbox", "law_firm_id": "47-0000000"}

    def count(self, sandbox: Path, kind: Kind) -> int:
        return len(list((sandbox / "outbox").glob("*.txt")))
