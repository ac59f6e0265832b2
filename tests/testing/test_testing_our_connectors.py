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
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from hub.model import Record

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


class Tabs3Desk:
    """A firm with its exported tables, and the folder from which its Device Interface takes files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.firm = _firm()
        self.drop.mkdir()
        self.export()

    @property
    def drop(self) -> Path:
        return self.folder / "drop"

    def export(self) -> None:
        self.firm.write(self.folder / "tabs3")

    def load(self) -> None:
        """Load the file that waits, as a person does in Tabs3, and export the tables again."""
        for file in self.drop.glob("*.CV"):
            self.firm.merge(file)
            self.export()

    def count(self, kind: Kind) -> int:
        """How many lines of a kind wait in the folder or were taken from it."""
        lines = [line for file in self.drop.glob("*.CV") for line in file.read_bytes().splitlines()]
        waiting = sum((b",$" in line) is (kind is Kind.EXPENSE) for line in lines)
        taken = (one for one in self.firm.unbilled.values() if one.source == "D")
        return waiting + sum(one.fee is (kind is Kind.TIME_ENTRY) for one in taken)

    def break_source(self) -> None:
        """Damage the tables, and the notes about what was handed over."""
        for file in (*self.folder.glob("tabs3/*"), *self.folder.glob("tabs3-sent/*.json")):
            file.write_bytes(b"\xff\xfe")


def _firm() -> Tabs3Firm:
    """A small firm in which there is something of every kind."""
    firm = Tabs3Firm(records=40)
    owing = next(number for number, one in firm.statements.items() if firm.receivable(one.client_id) > 1)
    client_id = firm.statements[owing].client_id
    firm.money.write_off(owing, "1.00")
    firm.money.enter(client_id, "5.00", check="1017")
    firm.funds.deposit(client_id, "100.00")
    return firm


class TestTabs3(ConnectorSuite):
    connector = Tabs3

    @contextmanager
    def sandbox(self, folder: Path) -> Iterator[Tabs3Desk]:
        yield Tabs3Desk(folder)

    def settings(self, sandbox: Tabs3Desk) -> Mapping[str, Any]:
        codes = {"fee_tcode": 4, "expense_tcode": 251}
        return {"folder": "tabs3", "device": {"folder": "drop", "copies": "tabs3-sent", **codes}}

    def samples(self) -> Samples:
        """The kit's records under numbers that the firm knows: it takes in no clients and timekeepers."""
        numbers = {
            Kind.CLIENT: ("100", "110", "120"),
            Kind.MATTER: ("100.00", "110.00", "120.00"),
            Kind.TIMEKEEPER: ("1", "2", "3"),
        }
        known = {kind: _numbered(kind, numbers[kind]) for kind in numbers}
        return {**sample_records(), **known}


def _numbered(kind: Kind, numbers: Sequence[str]) -> Mapping[int, Record]:
    records = zip(sample_records()[kind].items(), numbers, strict=True)
    return {key: record.model_copy(update={"number": number}) for (key, record), number in records}


class TestEbilling(ConnectorSuite):
    connector = EbillingConnector

    def settings(self, sandbox: Path) -> Mapping[str, Any]:
        return {"folder": "outbox", "law_firm_id": "47-0000000"}

    def count(self, sandbox: Path, kind: Kind) -> int:
        return len(list((sandbox / "outbox").glob("*.txt")))
