"""The device interface of the sample practice: what it takes in, prices, rejects, logs and deletes."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from hub_tabs3.sandbox import Tabs3Firm
from hub_tabs3.sandbox.device import LOG

if TYPE_CHECKING:
    from pathlib import Path

FEE = ("110.00", "PR", "4", "L120", "A103", "07/01/2026", "1.50", "400.00", "600.00", "Confer with counsel")
COST = ("110.00", "", "$251", "", "E101", "7/1/26", "100", "0.15", "15.00", "Photocopies")


@pytest.fixture
def firm() -> Tabs3Firm:
    return Tabs3Firm(7, records=0)


def record(fields: tuple[str, ...] = FEE, **changes: str) -> str:
    """A record, with changed fields by their places: _7="" for the hours."""
    cells = list(fields)
    for place, text in changes.items():
        cells[int(place[1:]) - 1] = text
    return ",".join(cells) + "\r\n"


def test_a_record_becomes_an_unbilled_entry(firm: Tabs3Firm) -> None:
    fee, cost = firm.merge(record() + record(COST)).charges
    rows = {name: [values for values, _ in firm.tables()[name]] for name in ("FEE", "COST")}
    (row,) = rows["FEE"]
    assert (row["CLIENT_ID"], row["TIMEKEEPER"], row["TCODE"], row["DATE"]) == (
        "110.00",
        "3",
        "4",
        "2026-07-01",
    )
    assert (row["PHASE_TASK"], row["ACTIVITY"], row["HOURS"], row["RATE"]) == (
        "L120",
        "A103",
        "1.50",
        "400.00",
    )
    assert (row["AMOUNT"], row["DESCRIPTION"], row["SOURCE"]) == ("600.00", "Confer with counsel", "D")
    assert row["CREATE_DATE"] == firm.day.isoformat()
    (row,) = rows["COST"]
    assert (row["UNITS"], row["RATE"], row["AMOUNT"], row["EXPENSE_ADVANCE"]) == (
        "100.00",
        "0.15",
        "15.00",
        "E",
    )
    assert (fee.sequence, cost.sequence) == tuple(
        int(rows[name][0]["_SEQUENCE_NO"]) for name in ("FEE", "COST")
    )


@pytest.mark.parametrize(
    ("given", "hours", "rate", "amount"),
    [
        ({"_8": "", "_9": ""}, "1.50", "387.50", "581.25"),
        ({"_9": "0"}, "1.50", "400.00", "600.00"),
        ({"_7": "", "_8": "", "_9": "775"}, "2.00", "387.50", "775"),
        ({"_8": ""}, "1.50", "387.50", "600.00"),
        ({"_7": "9999.99", "_8": "9999.99", "_9": "1.00"}, "9999.99", "9999.99", "1.00"),
    ],
)
def test_what_a_fee_leaves_out_is_priced(
    firm: Tabs3Firm, given: dict[str, str], hours: str, rate: str, amount: str
) -> None:
    (fee,) = firm.merge(record(**given)).charges
    assert (fee.quantity, fee.rate, fee.amount) == (Decimal(hours), Decimal(rate), Decimal(amount))


def test_a_cost_goes_by_the_rate_of_its_tcode(firm: Tabs3Firm) -> None:
    (cost,) = firm.merge(record(COST, _8="", _9="")).charges
    assert (cost.quantity, cost.rate, cost.amount) == (Decimal(100), Decimal("0.15"), Decimal(15))
    (advance,) = firm.merge(record(COST, _3="$262", _5="E112", _7="", _8="", _9="402.00")).charges
    assert (advance.advance, advance.quantity, advance.amount) == (True, Decimal(0), Decimal(402))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"_1": "999.00"}, "There is no client 999.00."),
        ({"_1": "120.00"}, "Client 120.00 is inactive."),
        ({"_1": "1234567890.00"}, "The client id is empty, or longer than 12 characters."),
        ({"_2": "ZZ"}, "There is no timekeeper ZZ."),
        ({"_2": ""}, "The timekeeper is empty, or longer than 3 characters."),
        ({"_2": "0003"}, "The timekeeper is empty, or longer than 3 characters."),
        ({"_3": "1000"}, "The tcode is not 1 to 999, with $ before a cost's."),
        ({"_3": "0"}, "The tcode is not 1 to 999, with $ before a cost's."),
        ({"_3": "251"}, "Tcode 251 is of type E here."),
        ({"_3": "$4"}, "Tcode 4 is of type F here."),
        ({"_4": "A120"}, "The phase is not a letter other than A and E, or two, and three digits."),
        ({"_4": "l120"}, "The phase is not a letter other than A and E, or two, and three digits."),
        ({"_5": "E101"}, "The activity is not A and three digits."),
        ({"_6": "2026-07-01"}, "The date is not mm/dd/yy or mm/dd/yyyy."),
        ({"_6": "02/30/2026"}, "There is no such day."),
        ({"_7": "10000"}, "The hours or units is no number with two decimals up to 9999.99."),
        ({"_7": "1.555"}, "The hours or units is no number with two decimals up to 9999.99."),
        ({"_7": "."}, "The hours or units is no number with two decimals up to 9999.99."),
        ({"_8": "10000.00"}, "The rate is no number with two decimals up to 9999.99."),
        ({"_9": "10000000"}, "The amount is no number with two decimals up to 9999999.99."),
        ({"_10": "x" * 5_001}, "The description is longer than 5000 characters."),
        ({"_10": "Confer, with counsel"}, "The record has 11 fields, not 10."),
        ({"_10": "Confer\nwith counsel"}, "The record does not end with CR LF."),
        ({"_10": '"Confer'}, "The quotation marks of the record do not pair."),
    ],
)
def test_a_bad_record_is_rejected_with_its_reason(
    firm: Tabs3Firm, changes: dict[str, str], reason: str
) -> None:
    firm.office.close("120.00")
    bad = record(**changes)
    merged = firm.merge(record() + bad + record())
    assert [(one.line, one.reason) for one in merged.rejected] == [(bad.removesuffix("\r\n"), reason)]
    assert len(merged.charges) == len(firm.unbilled) == 2


@pytest.mark.parametrize("phase", ["", "L120", "AA001", "ZZ999"])
def test_phases_have_one_letter_or_two(firm: Tabs3Firm, phase: str) -> None:
    assert firm.merge(record(_4=phase)).rejected == []


def test_a_record_without_its_end_is_rejected(firm: Tabs3Firm) -> None:
    assert len(firm.merge(record() + record().removesuffix("\r\n")).rejected) == 1
    assert firm.merge(record().replace("\r\n", "\n")).charges == []
    assert firm.merge("").charges == []


def test_commas_stand_in_quotation_marks_unless_marks_mean_nothing(firm: Tabs3Firm) -> None:
    (fee,) = firm.merge(record(_10='"Confer, then ""revise"""')).charges
    assert fee.text == 'Confer, then "revise"'
    (fee,) = firm.merge(record(_10='Call "Bob"'), quote=None).charges
    assert fee.text == 'Call "Bob"'
    (fee,) = firm.merge(record(_10="One; two").replace(",", "|"), delimiter="|").charges
    assert fee.text == "One; two"


def test_a_file_is_deleted_and_what_it_could_not_say_is_logged(firm: Tabs3Firm, tmp_path: Path) -> None:
    file = tmp_path / "TABS3.CV"
    bad = record(_1="999.00", _10="Für Grünwald")
    for _ in range(2):
        file.write_bytes((record() + bad).encode("cp1252"))
        firm.merge(file)
        assert not file.exists()
    log = (tmp_path / LOG).read_bytes().decode("cp1252")
    assert log == (bad + "    There is no client 999.00.\r\n") * 2
    file.write_bytes(record().encode("cp1252"))
    firm.merge(file, keep_file=True)
    assert file.exists()


def test_a_file_that_is_merged_twice_is_there_twice(firm: Tabs3Firm) -> None:
    first, second = (firm.merge(record()).charges[0] for _ in range(2))
    assert first.sequence != second.sequence
    assert len(firm.unbilled) == 2


def test_some_records_alone_can_be_merged(firm: Tabs3Firm) -> None:
    merged = firm.merge(record(_7="1") + record(_1="999.00") + record(_7="3"), which={0, 2})
    assert [charge.quantity for charge in merged.charges] == [Decimal(1), Decimal(3)]
    assert merged.rejected == []


def test_lists_name_what_may_be_used(firm: Tabs3Firm, tmp_path: Path) -> None:
    firm.office.close("120.00")
    firm.people[0]["Inactive"] = "1"
    firm.device.write_lists(tmp_path)
    clients = (tmp_path / "CLIENT.TXT").read_bytes().decode("cp1252")
    assert clients.startswith('"100.00","Halvorsen Marine Supply, Inc."\r\n')
    assert '"120.00"' not in clients
    assert "Grünwald & Söhne" in clients
    people = (tmp_path / "EMPL.TXT").read_bytes().decode("cp1252")
    assert people.startswith('"2","TV","Thomas Vance"\r\n')
    codes = (tmp_path / "TCODE.TXT").read_bytes().decode("cp1252").split("\r\n")
    assert {line.split(",")[1] for line in codes if line} == {'"F"', '"E"', '"A"'}
