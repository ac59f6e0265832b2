"""What ``hub connect`` is told of a firm's tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.sdk import Kind
from hub_tabs3.sandbox import Tabs3Firm
from hub_tabs3.sandbox_faults import plant

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
    ]


def test_optional_tables_may_be_missing(exported: Exported) -> None:
    exported.put("CLIENT.csv", "CLIENT_ID,NAME\r\n")
    exported.put("EMPLOYEE.csv", "EMPL,NAME\r\n")
    health = exported.connector.check()
    assert (health.ok, len(health.notes)) == (True, 4)


def test_what_will_be_held_is_counted_by_table(exported: Exported) -> None:
    firm = Tabs3Firm()
    plant(firm)
    firm.write(exported.folder)
    notes = " ".join(exported.connector.check().notes)
    assert "FEE: 1 row cannot be used. First: FEE.csv, line" in notes
    assert "COST: 2 rows cannot be used." in notes
    assert "FEE: 1 with BILL_CODE 7, held until mappings/tabs3.toml says" in notes
    assert "COST: 1 with BILL_CODE 2" in notes
    assert "LEDGER: 1 row cannot be used." in notes


def test_windows_text_is_told(exported: Exported) -> None:
    exported.put("CLIENT.csv", "CLIENT_ID,NAME\r\n100.00,Grünwald\r\n".encode("cp1252"))
    exported.put("EMPLOYEE.csv", "EMPL,NAME\r\n")
    assert any("read as cp1252" in note for note in exported.connector.check().notes)


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
