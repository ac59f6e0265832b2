"""Our own connectors pass the kit that strangers' have to pass."""

from __future__ import annotations

import shutil
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


def without(*kinds: Kind) -> Samples:
    return {kind: records for kind, records in sample_records().items() if kind not in kinds}


class FolderSuite(ConnectorSuite):
    connector = FolderConnector
    format = "csv"

    @contextmanager
    def sandbox(self, folder: Path) -> Iterator[Path]:
        sheets = folder / "sheets"
        sheets.mkdir()
        (sheets / "trust_transaction.csv").write_text(TRUST, newline="")
        yield sheets

    def settings(self, sandbox: Path) -> Mapping[str, Any]:
        return {"folder": sandbox, "format": self.format}

    def samples(self) -> Samples:
        return without(Kind.CREDIT_NOTE)

    def break_source(self, sandbox: Path) -> None:
        for table in list(sandbox.iterdir()):
            for suffix in (".csv", ".ndjson", ".xlsx"):
                shutil.copy(table, table.with_suffix(suffix)) if table.suffix != suffix else None


class TestFolderOfCsv(FolderSuite):
    pass


class TestFolderOfNdjson(FolderSuite):
    format = "ndjson"


class TestFolderOfXlsx(FolderSuite):
    format = "xlsx"


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
