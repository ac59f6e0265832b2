"""Tables become listings of clients, matters, timekeepers and entries."""

from __future__ import annotations

import os
from hashlib import blake2b
from typing import TYPE_CHECKING

import pytest
from pydantic import ValidationError

from hub.sdk import Kind, SourceFailed, SourceMissing
from hub_tabs3 import Tabs3, Tabs3Settings

if TYPE_CHECKING:
    from tests.tabs3.conftest import Exported

CLIENTS = "CLIENT_ID,NAME,DESC\r\n100.01,Acme,Second\r\n100.00,Acme,First\r\n110.00,Boyd,Only\r\n"
ALL = tuple(Tabs3.access)


def test_matters_are_rows_and_clients_are_their_first_matters(exported: Exported) -> None:
    exported.put("CLIENT.csv", CLIENTS)
    assert exported.ids(Kind.MATTER) == [("CLIENT", "100.01"), ("CLIENT", "100.00"), ("CLIENT", "110.00")]
    acme, boyd = exported.read(Kind.CLIENT)
    assert (acme.external_id, acme.raw["DESC"], acme.raw["CLIENT_NUMBER"]) == ("100", "First", "100")
    assert boyd.external_id == "110"


def test_an_id_without_a_dot_is_client_and_matter(exported: Exported) -> None:
    exported.put("CLIENT.csv", "CLIENT_ID,NAME\r\n100,Acme\r\nSMITH,Smith\r\n")
    assert exported.ids(Kind.CLIENT) == exported.ids(Kind.MATTER) == [("CLIENT", "100"), ("CLIENT", "SMITH")]
    assert not any(item.problem for item in exported.read(Kind.MATTER))


def test_a_damaged_row_speaks_for_no_client_that_has_another(exported: Exported) -> None:
    exported.put("CLIENT.csv", CLIENTS + "100,Acme,Damaged\r\n120,Lost,Alone\r\n")
    clients = exported.read(Kind.CLIENT)
    assert [(item.external_id, bool(item.problem)) for item in clients] == [
        ("100", False),
        ("110", False),
        ("120", True),
    ]
    matters = {item.external_id: item.problem for item in exported.read(Kind.MATTER)}
    assert matters["100"].startswith("CLIENT.csv, line 5: CLIENT_ID 100 has lost its zeros")


def test_a_matter_that_is_there_twice_makes_one_client(exported: Exported) -> None:
    exported.put("CLIENT.csv", "CLIENT_ID,NAME\r\n100.00,Acme\r\n100.00,Acme\r\n")
    assert exported.ids(Kind.CLIENT) == [("CLIENT", "100")]
    assert len(exported.ids(Kind.MATTER)) == 2


def test_timekeepers_have_their_number(exported: Exported) -> None:
    exported.put("employee.CSV", "empl,Name,Inactive\r\n7 ,M. Doyle,0\r\n1E2,T. Vance,0\r\n,X,0\r\n")
    doyle, vance, nobody = exported.read(Kind.TIMEKEEPER)
    assert (doyle.source, doyle.external_id, doyle.raw["INACTIVE"]) == ("EMPLOYEE", "7", "0")
    assert "employee.CSV, line 3: EMPL 1E2" in vance.problem
    assert (nobody.external_id, "EMPL is empty" in nobody.problem) == ("line 4", True)


def test_unbilled_entries_come_before_billed_ones(exported: Exported) -> None:
    exported.put("FEE.csv", "_SEQUENCE_NO,CLIENT_ID\r\n1,100.00\r\n")
    exported.put("COST.csv", "_SEQUENCE_NO,CLIENT_ID\r\n2,100.00\r\n")
    exported.put(
        "ARCHIVE.csv",
        "_SEQUENCE_NO,CLIENT_ID,REC_TYPE\r\n3,100.00,F\r\n4,100.00,C\r\n5,100.00,P\r\n6,100.00,U\r\n7,100.00,F\r\n",
    )
    assert exported.ids(Kind.TIME_ENTRY) == [("FEE", "1"), ("ARCHIVE", "3"), ("ARCHIVE", "7")]
    assert exported.ids(Kind.EXPENSE) == [("COST", "2"), ("ARCHIVE", "4")]


def test_a_row_of_no_known_type_is_held_among_the_time_entries(exported: Exported) -> None:
    exported.put("ARCHIVE.csv", "_SEQUENCE_NO,CLIENT_ID,REC_TYPE\r\n3,100.00,X\r\n4,100.00,\r\n")
    assert all("REC_TYPE is none of" in item.problem for item in exported.read(Kind.TIME_ENTRY))
    assert len(exported.read(Kind.TIME_ENTRY)) == 2
    assert exported.read(Kind.EXPENSE) == []


def test_a_cost_without_units_has_no_price_of_one(exported: Exported) -> None:
    exported.rows(
        "COST",
        {"_SEQUENCE_NO": "1", "CLIENT_ID": "1.00", "UNITS": "10.00", "RATE": "0.15"},
        {"_SEQUENCE_NO": "2", "CLIENT_ID": "1.00", "UNITS": "0.00", "RATE": "0.15"},
        {"_SEQUENCE_NO": "3", "CLIENT_ID": "1.00", "UNITS": "", "RATE": "0.15"},
    )
    assert [item.raw["COST_RATE"] for item in exported.read(Kind.EXPENSE)] == ["0.15", "", ""]


@pytest.mark.parametrize(
    ("source", "original", "split_of"),
    [("b", "7", "7"), (" b ", " 7 ", "7"), ("b", "0", ""), ("b", "", ""), ("B", "7", ""), ("", "7", "")],
)
@pytest.mark.parametrize(("table", "kind"), [("FEE", Kind.TIME_ENTRY), ("COST", Kind.EXPENSE)])
def test_a_share_knows_the_entry_that_was_split(
    exported: Exported, table: str, kind: Kind, source: str, original: str, split_of: str
) -> None:
    row = {"_SEQUENCE_NO": "9", "CLIENT_ID": "1.00", "SOURCE": source, "ORIG_TRANS_SEQ_NO": original}
    exported.rows(table, row)
    assert exported.one(kind).raw["SPLIT_OF"] == split_of


def test_an_export_without_origins_has_no_shares(exported: Exported) -> None:
    exported.rows("FEE", {"_SEQUENCE_NO": "9", "CLIENT_ID": "1.00", "SOURCE": "b"})
    assert "SPLIT_OF" not in exported.one(Kind.TIME_ENTRY).raw


def test_what_moves_between_tables_is_not_gone_at_once() -> None:
    moving = {kind for kind, access in Tabs3.access.items() if access.missing_for}
    assert moving == {Kind.TIME_ENTRY, Kind.EXPENSE, Kind.PAYMENT}


@pytest.mark.parametrize(
    ("row", "external_id", "problem"),
    [
        ("1E2,100.00,7", "1E2", "_SEQUENCE_NO 1E2 is a number in scientific notation"),
        (",100.00,7", "line 2", "_SEQUENCE_NO is empty"),
        ("5,1E2,7", "5", "CLIENT_ID 1E2 is a number in scientific notation"),
        ("5,100,7", "5", "CLIENT_ID 100 has lost its zeros"),
        ("5,,7", "5", "CLIENT_ID is empty"),
        ("5,100.00,7E0", "5", "TIMEKEEPER 7E0 is a number in scientific notation"),
        ("5,100.00", "5", "cut short"),
        ("5", "line 2", "cut short"),
        ("5,100.00,7,8", "5", "4 cells for 3 columns"),
        ('5,100.00,"7', "5", "quotation marks"),
    ],
)
def test_an_odd_row_is_told_with_its_place_and_the_rest_goes_on(
    exported: Exported, row: str, external_id: str, problem: str
) -> None:
    exported.put("CLIENT.csv", CLIENTS)
    exported.put("FEE.csv", f"_SEQUENCE_NO,CLIENT_ID,TIMEKEEPER\r\n{row}\r\n6,100.00,7\r\n")
    odd, whole = exported.read(Kind.TIME_ENTRY)
    assert odd.external_id == external_id
    assert odd.problem.startswith("FEE.csv, line 2: ")
    assert problem in odd.problem
    assert "xport the table again" in odd.problem
    assert (whole.external_id, whole.problem) == ("6", "")


def test_bytes_that_are_no_text_are_told(exported: Exported) -> None:
    exported.put("FEE.csv", b"_SEQUENCE_NO,CLIENT_ID\r\n1,\x81\r\n2,100.00\r\n")
    broken, whole = exported.read(Kind.TIME_ENTRY)
    assert "neither UTF-8 nor cp1252" in broken.problem
    assert not whole.problem


def test_without_sequence_numbers_the_reference_number_stands_in(exported: Exported) -> None:
    exported.put("FEE.csv", "CLIENT_ID,REF_NUM\r\n100.00,17\r\n110.00,17\r\n")
    first, second = exported.read(Kind.TIME_ENTRY)
    assert (first.external_id, second.external_id) == ("100.00/17", "110.00/17")
    assert first.raw["_SEQUENCE_NO"] == "100.00/17"
    assert any("Export _SEQUENCE_NO too" in text for text in exported.pages(Kind.TIME_ENTRY)[-1].notices)


def test_without_any_id_rows_are_held_and_nothing_counts_as_missing(exported: Exported) -> None:
    exported.put("FEE.csv", "CLIENT_ID,AMOUNT\r\n100.00,5.00\r\n")
    exported.put("ARCHIVE.csv", "_SEQUENCE_NO,CLIENT_ID,REC_TYPE\r\n")
    assert "_SEQUENCE_NO is empty" in exported.one(Kind.TIME_ENTRY).problem
    assert not exported.pages(Kind.TIME_ENTRY)[-1].complete


def test_the_digest_is_of_the_row_as_it_stands(exported: Exported) -> None:
    exported.put("FEE.csv", b"_SEQUENCE_NO,CLIENT_ID\r\n1,100.00\r\n")
    assert exported.one(Kind.TIME_ENTRY).digest == blake2b(b"1,100.00\r\n", digest_size=16).digest()


@pytest.mark.parametrize("kind", ALL)
def test_an_empty_folder_says_nothing(exported: Exported, kind: Kind) -> None:
    with pytest.raises(SourceMissing, match="nothing is taken to be deleted"):
        exported.pages(kind)


def test_a_folder_that_is_not_there_is_told(exported: Exported) -> None:
    exported.folder.rmdir()
    with pytest.raises(SourceMissing, match=r"Set folder in hub\.toml"):
        exported.pages(Kind.CLIENT)


@pytest.mark.parametrize(
    ("present", "absent", "kind"),
    [
        ("FEE", "ARCHIVE", Kind.TIME_ENTRY),
        ("ARCHIVE", "FEE", Kind.TIME_ENTRY),
        ("COST", "ARCHIVE", Kind.EXPENSE),
        ("ARCHIVE", "COST", Kind.EXPENSE),
    ],
)
def test_a_listing_that_lacks_a_table_is_not_complete(
    exported: Exported, present: str, absent: str, kind: Kind
) -> None:
    exported.rows(present, {"_SEQUENCE_NO": "1", "CLIENT_ID": "100.00", "REC_TYPE": "F"})
    (page,) = exported.pages(kind)
    assert not page.complete
    assert f"{absent} is not in the export" in page.notices[0]


@pytest.mark.parametrize(("present", "absent"), [("LEDGER", "ARCHIVE"), ("ARCHIVE", "LEDGER")])
def test_statements_are_not_read_without_their_lines(exported: Exported, present: str, absent: str) -> None:
    exported.rows(present, {"_SEQUENCE_NO": "1", "CLIENT_ID": "100.00", "RECORD_TYPE": "S"})
    with pytest.raises(SourceMissing, match=absent):
        exported.pages(Kind.INVOICE)


def test_a_table_that_is_there_twice_is_told(exported: Exported) -> None:
    exported.put("FEE.csv", "_SEQUENCE_NO,CLIENT_ID\r\n")
    exported.put("FEE.ndjson", "")
    with pytest.raises(SourceFailed, match=r"FEE\.csv and FEE\.ndjson\. Keep one of them"):
        exported.pages(Kind.TIME_ENTRY)


def test_a_table_that_cannot_be_read_is_told(exported: Exported) -> None:
    (exported.folder / "EMPLOYEE.csv").mkdir()
    with pytest.raises(SourceFailed, match=r"EMPLOYEE\.csv cannot be read"):
        exported.pages(Kind.TIMEKEEPER)


def test_a_table_that_changes_while_it_is_read_is_not_complete(exported: Exported) -> None:
    rows = [{"_SEQUENCE_NO": str(number), "CLIENT_ID": "100.00"} for number in range(1_500)]
    path = exported.rows("FEE", *rows)
    exported.put("ARCHIVE.csv", "_SEQUENCE_NO,CLIENT_ID,REC_TYPE\r\n")
    pages = exported.connector.read(Kind.TIME_ENTRY, None)
    first = next(pages)
    os.utime(path, ns=(1, 1))
    *_, last = pages
    assert (len(first.items), first.complete, last.complete) == (1_000, False, False)
    assert "FEE.csv changed while it was read" in last.notices[0]


def test_only_the_last_page_is_complete(exported: Exported) -> None:
    exported.rows("CLIENT", *({"CLIENT_ID": f"{number}.00"} for number in range(2_500)))
    assert [(len(page.items), page.complete) for page in exported.pages(Kind.MATTER)] == [
        (1_000, False),
        (1_000, False),
        (500, True),
    ]


def test_a_table_with_a_header_alone_is_complete_and_empty(exported: Exported) -> None:
    exported.put("EMPLOYEE.csv", "EMPL,NAME\r\n")
    (page,) = exported.pages(Kind.TIMEKEEPER)
    assert (page.items, page.complete) == ([], True)


def test_ndjson_reads_like_csv(exported: Exported) -> None:
    exported.put("client.ndjson", '{"Client_Id": 100.00, "NAME": "Acme", "NEW_COLUMN": 1}\n')
    item = exported.one(Kind.MATTER)
    assert (item.source, item.external_id, item.raw["NAME"]) == ("CLIENT", "100.00", "Acme")


def test_other_files_in_the_folder_do_no_harm(exported: Exported) -> None:
    exported.put("CLIENT.csv", CLIENTS)
    exported.put("CLIENT.dat", b"\x00")
    exported.put("notes.csv", "whatever")
    assert len(exported.read(Kind.MATTER)) == 3


def test_a_folder_has_to_be_named() -> None:
    with pytest.raises(ValidationError):
        Tabs3Settings(folder="")
