"""What ``hub connect`` is told of a firm's tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hub.sdk import Kind, SourceMissing
from hub_tabs3 import Tabs3, Tabs3Settings
from hub_tabs3.sandbox import Tabs3Firm
from hub_tabs3.sandbox.faults import plant

if TYPE_CHECKING:
    from tests.tabs3.conftest import Exported


def test_a_whole_export_is_healthy(exported: Exported) -> None:
    Tabs3Firm(records=200).write(exported.folder)
    health = exported.connector.check()
    assert (health.ok, health.notes) == (True, ())


def test_a_folder_that_is_not_there_is_unhealthy(exported: Exported) -> None:
    exported.folder.rmdir()
    health = exported.connector.check()
    assert not health.ok
    assert "Set folder in hub.toml" in health.notes[0]


def test_missing_tables_are_told(exported: Exported) -> None:
    exported.put("CLIENT.csv", "CLIENT_ID,NAME\r\n")
    health = exported.connector.check()
    assert not health.ok
    assert [note.partition(" ")[0] for note in health.notes] == [
        "EMPLOYEE",
        "FEE",
        "COST",
        "ARCHIVE",
        "LEDGER",
        "PAYMENT",
        "FUND",
    ]


def test_optional_tables_may_be_missing(exported: Exported) -> None:
    exported.put("CLIENT.csv", "CLIENT_ID,NAME\r\n")
    exported.put("EMPLOYEE.csv", "EMPL,NAME\r\n")
    health = exported.connector.check()
    assert (health.ok, len(health.notes)) == (True, 6)


def test_what_will_be_held_is_counted_by_table(exported: Exported) -> None:
    firm = Tabs3Firm()
    plant(firm)
    firm.write(exported.folder)
    notes = " ".join(exported.connector.survey())
    assert "FEE: 1 row cannot be used. First: FEE.csv, line" in notes
    assert "COST: 2 rows cannot be used." in notes
    assert "FEE: 1 with BILL_CODE 7, held until mappings/tabs3.toml says" in notes
    assert "COST: 1 with BILL_CODE 2" in notes
    assert "LEDGER: 1 row cannot be used." in notes


@pytest.fixture
def small(exported: Exported) -> Exported:
    exported.put("CLIENT.csv", "CLIENT_ID,NAME,SECURE_CLIENT\r\n1.00,Acme,0\r\n")
    exported.put("EMPLOYEE.csv", "EMPL,NAME\r\n")
    for name in ("FEE", "COST", "ARCHIVE", "LEDGER", "PAYMENT", "FUND"):
        exported.put(f"{name}.csv", "_SEQUENCE_NO,CLIENT_ID,RECORD_TYPE,REC_TYPE\r\n")
    assert exported.connector.survey() == ()
    return exported


def test_secure_matters_are_counted(small: Exported) -> None:
    small.put("CLIENT.csv", "CLIENT_ID,NAME,SECURE_CLIENT\r\n1.00,Acme,1\r\n2.00,Boyd,0\r\n3.00,Cole,1\r\n")
    (note,) = small.connector.survey()
    assert note.startswith("2 matters are marked as secure (SECURE_CLIENT)")
    assert "unless a flow says" in note


def test_client_money_among_the_payments_is_counted(small: Exported) -> None:
    columns = "_SEQUENCE_NO,CLIENT_ID,DATE,AMOUNT,GL_RECEIPT_TYPE,TR_SEQNO\r\n"
    rows = (
        f"{number},1.00,2026-05-04,5.00,{code},{trust}\r\n"
        for number, code, trust in [(1, 1, 0), (2, 4, 0), (3, 4, 7), (4, 1, 7)]
    )
    small.put("PAYMENT.csv", columns + "".join(rows))
    client_funds, trust = small.connector.survey()
    assert client_funds.startswith("2 payments from client funds, held until mappings/tabs3.toml says what")
    assert '"4"' in client_funds
    assert trust.startswith("1 payment from Tabs3 Trust, held until")


def test_what_is_still_being_updated_is_counted(small: Exported) -> None:
    small.put(
        "LEDGER.csv",
        "_SEQUENCE_NO,CLIENT_ID,RECORD_TYPE,STATEMENT_NUMBER,STATEMENT_ID,FEE_AMOUNT\r\n9,1.00,S,41,5,10.00\r\n",
    )
    (note,) = small.connector.survey()
    assert note.startswith("LEDGER: 1 not settled yet. First: statement 41 is still being updated")


def test_a_trust_table_that_is_not_there_is_told(small: Exported) -> None:
    settings = Tabs3Settings(folder="tabs3", trust_folder="trust")
    small.connector = Tabs3(settings, small.connector.surroundings)
    with pytest.raises(SourceMissing, match=r"Set trust_folder in hub\.toml"):
        small.connector.survey()
    (small.folder.parent / "trust").mkdir()
    (note,) = small.connector.survey()
    assert note.startswith("COMBINEDTRANS is not in ")
    table = small.folder.parent / "trust" / "COMBINEDTRANS.csv"
    table.write_bytes(b"_SEQUENCE_NO,CLIENT_ID\r\n1E2,1.00\r\n")
    (note,) = small.connector.survey()
    assert note.startswith("TRUST/COMBINEDTRANS: 1 row cannot be used.")


def test_windows_text_is_told(exported: Exported) -> None:
    exported.put("CLIENT.csv", "CLIENT_ID,NAME\r\n100.00,Grünwald\r\n".encode("cp1252"))
    exported.put("EMPLOYEE.csv", "EMPL,NAME\r\n")
    assert any("read as cp1252" in note for note in exported.connector.survey())


def test_the_firm_is_asked_with_samples_of_its_own(exported: Exported) -> None:
    exported.put(
        "CLIENT.csv",
        "CLIENT_ID,MISC_1,MISC_2,MISC_3\r\n1.00,AC-1,,\r\n1.01,AC-2,x,\r\n1.02,AC-1,x,\r\n",
    )
    exported.put(
        "EMPLOYEE.csv", "EMPL,NAME,LEVEL\r\n1,M. Doyle,1\r\n2,T. Vance,1\r\n3,J. Nguyen,5\r\n4,Nobody,\r\n"
    )
    matter_id, level = exported.connector.choices()
    assert (matter_id.kind, matter_id.field, matter_id.suggested) == (
        Kind.MATTER,
        "client_matter_id",
        "MISC_1",
    )
    assert matter_id.candidates == {"MISC_1": ["AC-1", "AC-2"], "MISC_2": ["x"]}
    assert (level.kind, level.field, level.suggested) == (Kind.TIMEKEEPER, "classification", "LEVEL")
    assert level.values == {"1": ["M. Doyle", "T. Vance"], "5": ["J. Nguyen"]}


def test_nothing_is_asked_of_an_empty_folder(exported: Exported) -> None:
    assert exported.connector.choices() == ()
