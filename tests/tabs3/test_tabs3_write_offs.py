"""What the firm gave up: the W rows of LEDGER, each with what it takes off which statement."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from importlib.resources import files
from typing import TYPE_CHECKING

import pytest

from hub.mapping import ForeignId, compile_mapping, load_layers
from hub.sdk import Kind, SourceMissing
from hub_tabs3 import hub_converters

if TYPE_CHECKING:
    from hub.sdk import Upsert
    from tests.tabs3.conftest import Exported


def ledger(sequence: str, record_type: str, **values: str) -> dict[str, str]:
    usual = {
        "_SEQUENCE_NO": sequence,
        "CLIENT_ID": "110.00",
        "RECORD_TYPE": record_type,
        "DATE": "2026-05-04",
    }
    usual |= {"REFERENCE_NUMBER": "", "STATEMENT_NUMBER": "", "STATEMENT_ID": "", "REVERSED_SW": "0"}
    return usual | {"TOTAL_AMOUNT": "100.00", "APPLYTO_STMT_NUM": "", "APPLYTO_STMT_ID": ""} | values


def written_off(sequence: str, reference: str = "77", **values: str) -> dict[str, str]:
    return (
        ledger(sequence, "W", REFERENCE_NUMBER=reference, APPLYTO_STMT_NUM="41", APPLYTO_STMT_ID="5") | values
    )


STATEMENTS = (
    ledger("900", "S", STATEMENT_NUMBER="41", STATEMENT_ID="5"),
    ledger("901", "S", STATEMENT_NUMBER="42", STATEMENT_ID="6"),
)
OTHER = {"APPLYTO_STMT_NUM": "42", "APPLYTO_STMT_ID": "6"}


def known(item: Upsert) -> tuple[str, str, str, dict[str, str]]:
    shares = {one["STATEMENT_SEQ"]: one["APPLIED"] for one in item.raw["APPLICATIONS"]}
    return item.external_id, item.raw["WRITTEN_OFF"], item.raw["IS_REVERSED"], shares


def test_a_write_off_takes_something_off_a_statement(exported: Exported) -> None:
    exported.rows("LEDGER", written_off("951"), *STATEMENTS, ledger("952", "P"))
    item = exported.one(Kind.WRITE_OFF)
    assert (item.source, item.raw["CLIENT_NUMBER"], item.unsettled) == ("LEDGER", "110", "")
    assert known(item) == ("951", "100.00", "0", {"900": "100.00"})


def test_rows_of_one_reference_and_day_are_one_write_off(exported: Exported) -> None:
    exported.rows(
        "LEDGER",
        *STATEMENTS,
        written_off("952", TOTAL_AMOUNT="20.00", **OTHER),
        written_off("951"),
        written_off("953", DATE="2026-05-05"),
        written_off("954", "78"),
        written_off("955", CLIENT_ID="110.01"),
    )
    found = {item.external_id: known(item)[1:] for item in exported.read(Kind.WRITE_OFF)}
    assert found == {
        "951": ("120.00", "0", {"900": "100.00", "901": "20.00"}),
        "953": ("100.00", "0", {"900": "100.00"}),
        "954": ("100.00", "0", {"900": "100.00"}),
        "955": ("100.00", "0", {"900": "100.00"}),
    }


@pytest.mark.parametrize("number", ["", "0"])
def test_rows_without_a_reference_are_write_offs_of_their_own(exported: Exported, number: str) -> None:
    exported.rows("LEDGER", *STATEMENTS, written_off("951", number), written_off("952", number))
    assert sorted(item.external_id for item in exported.read(Kind.WRITE_OFF)) == ["951", "952"]


@pytest.mark.parametrize("mark", ["0", "1"])
@pytest.mark.parametrize("day", ["2026-05-04", "2026-06-01"])
def test_an_opposite_row_of_the_same_reference_is_its_reversal(
    exported: Exported, mark: str, day: str
) -> None:
    rows = [written_off("951", REVERSED_SW=mark), written_off("960", TOTAL_AMOUNT="-100.00", DATE=day)]
    exported.rows("LEDGER", *STATEMENTS, *rows)
    assert known(exported.one(Kind.WRITE_OFF)) == ("951", "100.00", "1", {})


def test_a_write_off_that_is_marked_as_reversed_takes_nothing_off(exported: Exported) -> None:
    exported.rows("LEDGER", *STATEMENTS, written_off("951", REVERSED_SW="1"))
    assert known(exported.one(Kind.WRITE_OFF)) == ("951", "100.00", "1", {})


def test_what_is_reversed_in_part_stands_with_the_rest(exported: Exported) -> None:
    rows = [written_off("951"), written_off("952", TOTAL_AMOUNT="20.00", **OTHER)]
    exported.rows("LEDGER", *STATEMENTS, *rows, written_off("960", TOTAL_AMOUNT="-100.00"))
    assert known(exported.one(Kind.WRITE_OFF)) == ("951", "20.00", "0", {"901": "20.00"})


def test_a_negative_row_that_reverses_nothing_is_itself(exported: Exported) -> None:
    exported.rows(
        "LEDGER", *STATEMENTS, written_off("951"), written_off("960", TOTAL_AMOUNT="-30.00", **OTHER)
    )
    assert known(exported.one(Kind.WRITE_OFF)) == ("951", "70.00", "0", {"900": "100.00", "901": "-30.00"})


def test_a_statement_that_is_not_there_is_waited_for(exported: Exported) -> None:
    exported.rows("LEDGER", *STATEMENTS, written_off("951", APPLYTO_STMT_NUM="50", APPLYTO_STMT_ID="50"))
    assert "it is of statement 50, of which LEDGER has no row" in exported.one(Kind.WRITE_OFF).unsettled


def test_a_row_that_cannot_be_used_is_told_with_its_place(exported: Exported) -> None:
    exported.rows("LEDGER", written_off("951", TOTAL_AMOUNT="n/a"), written_off("952", "78"), *STATEMENTS)
    found = {item.external_id: item.problem for item in exported.read(Kind.WRITE_OFF)}
    assert found["951"].startswith("LEDGER.csv, line 2: TOTAL_AMOUNT is not an amount")
    assert found["952"] == ""


def test_without_ledger_there_is_nothing_to_read(exported: Exported) -> None:
    with pytest.raises(SourceMissing, match="LEDGER"):
        exported.pages(Kind.WRITE_OFF)


def test_a_write_off_in_the_hubs_words(exported: Exported) -> None:
    exported.rows("LEDGER", written_off("951"), *STATEMENTS)
    shipped = (files("hub_mappings") / "tabs3.toml").read_text(encoding="utf-8")
    mapping = compile_mapping(
        load_layers([("tabs3.toml", shipped)]), codes=lambda _: {}, converters=hub_converters(), shapes={}
    )
    inward = mapping.inward(Kind.WRITE_OFF, "LEDGER")
    assert inward is not None
    assert inward.translate(dict(exported.one(Kind.WRITE_OFF).raw)) == {
        "client": ForeignId((Kind.CLIENT,), "", "110"),
        "matter": ForeignId((Kind.MATTER,), "", "110.00"),
        "number": "77",
        "written_off_on": date(2026, 5, 4),
        "amount": Decimal(100),
        "reversed": False,
        "applications": [{"invoice": ForeignId((Kind.INVOICE,), "LEDGER", "900"), "amount": Decimal(100)}],
    }
