"""A line of a TBDevice file: every field as Tabs3 takes it, or a refusal that says why."""

from __future__ import annotations

import csv
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from hub.model import Kind
from hub_tabs3.device import DeviceSettings
from hub_tabs3.device.line import Line, LineWriter, Refused

FEE = {
    "CLIENT_ID": "100.00",
    "TIMEKEEPER": "2",
    "INITIALS": "MD",
    "TCODE": "1",
    "PHASE_TASK": "L110",
    "ACTIVITY": "A102",
    "DATE": "2026-01-31",
    "HOURS": "1.5",
    "RATE": "200",
    "AMOUNT": "300.00",
    "DESCRIPTION": "Research.",
}
COST = {
    "CLIENT_ID": "100.00",
    "TCODE": "51",
    "PHASE_TASK": "L100",
    "ACTIVITY": "E101",
    "DATE": "2026-01-31",
    "UNITS": "100",
    "RATE": "0.15",
    "AMOUNT": "15.00",
    "DESCRIPTION": "Copies",
}
MARK = "privileged-5d1f"


def written(kind: Kind, payload: dict[str, Any], **settings: Any) -> Line:
    return LineWriter(DeviceSettings(folder="drop", **settings)).line(kind, payload)


def fee(settings: dict[str, Any] | None = None, **changes: Any) -> str:
    return written(Kind.TIME_ENTRY, FEE | changes, **(settings or {})).text


def cost(settings: dict[str, Any] | None = None, **changes: Any) -> str:
    return written(Kind.EXPENSE, COST | changes, **(settings or {})).text


def refusal(kind: Kind, settings: dict[str, Any] | None = None, **changes: Any) -> tuple[str, str]:
    """Code and field of the refusal of a record that is changed so; it never quotes the description."""
    payload = (FEE if kind is Kind.TIME_ENTRY else COST) | {"DESCRIPTION": MARK} | changes
    with pytest.raises(Refused) as refused:
        written(kind, payload, **(settings or {}))
    rejected = refused.value.rejected
    assert rejected.remedy
    assert MARK not in repr(rejected)
    return rejected.code, rejected.field


def test_a_fee_has_its_ten_fields_and_tabs3_prices_it() -> None:
    assert fee() == "100.00,2,1,L110,A102,01/31/2026,1.50,,,Research."


def test_a_cost_is_marked_and_keeps_its_amount() -> None:
    assert cost() == "100.00,,$51,L100,E101,01/31/2026,100.00,,15.00,Copies"
    assert cost(UNITS="", RATE="") == "100.00,,$51,L100,E101,01/31/2026,,,15.00,Copies"


def test_rates_are_sent_where_the_firm_says_so() -> None:
    assert fee({"send_rate": True}).split(",")[6:9] == ["1.50", "200.00", "300.00"]
    assert cost({"send_rate": True}).split(",")[6:9] == ["100.00", "0.15", "15.00"]


def test_a_line_ends_with_carriage_return_and_line_feed() -> None:
    assert written(Kind.TIME_ENTRY, FEE).data.endswith(b"Research.\r\n")


def test_dates_in_both_spellings() -> None:
    assert "01/31/26" in fee({"date_format": "mm/dd/yy"})
    assert refusal(Kind.TIME_ENTRY, {"date_format": "mm/dd/yy"}, DATE="1999-12-31") == ("date", "DATE")
    assert refusal(Kind.TIME_ENTRY, DATE="soon") == ("date", "DATE")


def test_a_timekeeper_by_initials() -> None:
    assert fee({"timekeeper": "initials"}).startswith("100.00,MD,")
    assert cost({"timekeeper": "initials"}).startswith("100.00,,")
    assert refusal(Kind.TIME_ENTRY, {"timekeeper": "initials"}, INITIALS="") == ("empty", "INITIALS")
    assert refusal(Kind.EXPENSE, {"timekeeper": "initials"}, TIMEKEEPER="2") == ("empty", "INITIALS")


@pytest.mark.parametrize("code", ["L110", "B999", "Z000", "AA001", "ZZ999", "EA100", "l110"])
def test_phases_in_both_spellings(code: str) -> None:
    assert fee(PHASE_TASK=code).split(",")[3] == code.upper()


@pytest.mark.parametrize("code", ["A110", "E110", "L11", "L1100", "AAA01", "110", "L11O", "L110 x"])
def test_other_phases_are_refused(code: str) -> None:
    assert refusal(Kind.TIME_ENTRY, PHASE_TASK=code) == ("code", "PHASE_TASK")


def test_activities_of_fees_and_of_costs() -> None:
    assert fee(ACTIVITY="X001").split(",")[4] == "X001"
    assert cost(ACTIVITY="X999").split(",")[4] == "X999"
    assert fee(ACTIVITY="", PHASE_TASK="").split(",")[3:5] == ["", ""]
    assert refusal(Kind.TIME_ENTRY, ACTIVITY="E101") == ("code", "ACTIVITY")
    assert refusal(Kind.EXPENSE, ACTIVITY="A102") == ("code", "ACTIVITY")


@pytest.mark.parametrize(("code", "spelt"), [("1", "1"), ("007", "7"), ("999", "999"), ("$51", "51")])
def test_transaction_codes(code: str, spelt: str) -> None:
    assert fee(TCODE=code).split(",")[2] == spelt
    assert cost(TCODE=code).split(",")[2] == f"${spelt}"


@pytest.mark.parametrize("code", ["0", "000", "1000", "R1", "1.0", "-1"])
def test_what_is_no_transaction_code_is_refused(code: str) -> None:
    assert refusal(Kind.TIME_ENTRY, TCODE=code) == ("tcode", "TCODE")


def test_a_record_without_a_code_gets_the_firms_usual_one() -> None:
    settings = {"fee_tcode": 2, "expense_tcode": 52, "advance_tcode": 60}
    assert fee(settings, TCODE="").split(",")[2] == "2"
    assert cost(settings, TCODE=None).split(",")[2] == "$52"
    assert cost(settings, TCODE="", ADVANCE=True).split(",")[2] == "$60"
    assert refusal(Kind.TIME_ENTRY, TCODE="") == ("empty", "TCODE")
    assert refusal(Kind.EXPENSE, {"expense_tcode": 52}, TCODE="", ADVANCE=True) == ("empty", "TCODE")


@pytest.mark.parametrize(
    ("field", "text", "code"),
    [
        ("CLIENT_ID", "", "empty"),
        ("CLIENT_ID", "1234567890.123", "too-long"),
        ("CLIENT_ID", "1,2", "not-an-id"),
        ("CLIENT_ID", "1 2", "not-an-id"),
        ("CLIENT_ID", "Ä1", "not-an-id"),
        ("TIMEKEEPER", "", "empty"),
        ("TIMEKEEPER", "1001", "too-long"),
        ("HOURS", "", "empty"),
        ("HOURS", "1.005", "number"),
        ("HOURS", "-1", "number"),
        ("HOURS", "10000", "number"),
        ("HOURS", "NaN", "number"),
        ("HOURS", "Infinity", "number"),
        ("HOURS", "one", "not-a-number"),
        ("RATE", "10000", "number"),
        ("RATE", "99.999", "number"),
        ("AMOUNT", "10000000", "number"),
        ("DESCRIPTION", "x" * 5001, "too-long"),
    ],
)
def test_what_does_not_fit_is_refused_and_never_cut_or_rounded(field: str, text: str, code: str) -> None:
    assert refusal(Kind.TIME_ENTRY, {"send_rate": True}, **{field: text}) == (code, field)


def test_the_limits_themselves_fit() -> None:
    settings = {"send_rate": True}
    changes = {"CLIENT_ID": "123456789.01", "TIMEKEEPER": "999", "HOURS": "9999.99", "RATE": "9999.99"}
    line = fee(settings, **changes, AMOUNT="9999999.99", DESCRIPTION="x" * 5000)
    assert line.startswith("123456789.01,999,1,L110,A102,01/31/2026,9999.99,9999.99,9999999.99,xxx")
    assert len(line.split(",")[9]) == 5000


@pytest.mark.parametrize(
    ("kind", "changes", "field"),
    [
        (Kind.TIME_ENTRY, {"STATUS": "billed"}, "STATUS"),
        (Kind.TIME_ENTRY, {"STATUS": "written_off"}, "STATUS"),
        (Kind.TIME_ENTRY, {"BILLABLE": False}, "BILLABLE"),
        (Kind.EXPENSE, {"PRINTED": False}, "PRINTED"),
        (Kind.EXPENSE, {"ON_HOLD": True}, "ON_HOLD"),
        (Kind.TIME_ENTRY, {"FLAT_FEE": True}, "FLAT_FEE"),
        (Kind.TIME_ENTRY, {"AMOUNT": "0.00"}, "AMOUNT"),
        (Kind.TIME_ENTRY, {"RATE": "0"}, "RATE"),
        (Kind.EXPENSE, {"UNITS": "0"}, "UNITS"),
    ],
)
def test_what_tabs3_would_bill_otherwise_than_meant_is_refused(
    kind: Kind, changes: dict[str, Any], field: str
) -> None:
    assert refusal(kind, **changes)[1] == field


def test_a_flat_fee_goes_with_its_amount() -> None:
    assert "300.00" in fee({"send_rate": True}, FLAT_FEE=True)


def test_hours_of_zero_are_no_charge() -> None:
    assert fee(HOURS="0", RATE="", AMOUNT="").split(",")[6] == "0.00"
    assert refusal(Kind.TIME_ENTRY, {"send_rate": True}, HOURS="0") == ("unsayable", "HOURS")


def test_other_kinds_are_refused() -> None:
    with pytest.raises(Refused, match="payment"):
        written(Kind.PAYMENT, {})


def test_a_bare_record_is_refused() -> None:
    with pytest.raises(Refused):
        written(Kind.TIME_ENTRY, {})


# Descriptions.


@pytest.mark.parametrize(
    ("delimiter", "text", "spelt"),
    [
        (",", 'Call with "GC", re lease;\r\nthen\nnotes', "Call with 'GC'; re lease; then notes"),
        (";", "a; b, c", "a, b, c"),
        ("|", "a | b", "a / b"),
        ("\t", "a\tb", "a b"),
        (",", "a\tb\x07c\u2028d\x00e", "a b c d e"),
        (",", "  padded  ", "padded"),
    ],
)
def test_a_description_holds_no_mark_that_ends_a_field(delimiter: str, text: str, spelt: str) -> None:
    assert fee({"delimiter": delimiter}, DESCRIPTION=text).split(delimiter)[9] == spelt


def test_a_description_in_double_quotes_keeps_its_marks() -> None:
    line = fee({"quoting": "double"}, DESCRIPTION='Call with "GC", re lease\nand notes')
    assert line.endswith(',"Call with ""GC"", re lease and notes"')
    assert fee({"quoting": "double"}) == fee()


@pytest.mark.parametrize(
    ("text", "spelt"),
    [
        ("“Über” § 12 – café €5…", "“Über” § 12 – café €5…".encode("cp1252")),
        ("Łódź ½ Ω", "Lódz ½ O".encode("cp1252")),
        ("cafe\u0301", "café".encode("cp1252")),
        ("zero\u200bwidth", b"zerowidth"),
        ("client\x92s", "client’s".encode("cp1252")),
        ("\U0001d400\ue000", b"A?"),
    ],
)
def test_what_the_character_set_lacks_is_spelt_in_plain_letters(text: str, spelt: bytes) -> None:
    data = written(Kind.TIME_ENTRY, FEE | {"DESCRIPTION": text}).data
    assert data.rstrip(b"\r\n").split(b",")[9] == spelt


def test_a_length_is_counted_as_it_is_written() -> None:
    assert len(fee(DESCRIPTION=f"{'x' * 4990}\r\n\r\n{'y' * 8}")) > 5000
    assert refusal(Kind.TIME_ENTRY, DESCRIPTION="Æ" * 4000 + "\u01c4" * 1000) == ("too-long", "DESCRIPTION")


def test_a_repr_shows_no_description() -> None:
    assert MARK not in repr(written(Kind.TIME_ENTRY, FEE | {"DESCRIPTION": MARK}))


# Settings.


@pytest.mark.parametrize(
    "wrong",
    [
        {"file_name": "sub/TABS3.CV"},
        {"file_name": "T{n}{n}.CV"},
        {"file_name": "T{x}.CV"},
        {"file_name": ""},
        {"file_name": "TABS3."},
        {"encoding": "utf-16"},
        {"encoding": "no-such"},
        {"delimiter": "x"},
        {"fee_tcode": 1000},
        {"folder": ""},
        {"surprise": 1},
    ],
)
def test_settings_that_cannot_work_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        DeviceSettings(**({"folder": "drop"} | wrong))


# The law: what is written parses back to the same fields.

cents = st.decimals(min_value=Decimal("0.01"), max_value=Decimal("9999.99"), places=2)


@given(
    settings=st.fixed_dictionaries(
        {
            "delimiter": st.sampled_from([",", ";", "|", "\t"]),
            "quoting": st.sampled_from(["none", "double"]),
            "encoding": st.sampled_from(["cp1252", "utf-8", "ascii"]),
            "send_rate": st.booleans(),
        }
    ),
    ids=st.tuples(st.from_regex(r"[0-9]{1,8}\.[0-9]{2}", fullmatch=True), st.integers(1, 999)),
    hours=cents,
    amount=cents,
    text=st.text(max_size=200),
    kind=st.sampled_from([Kind.TIME_ENTRY, Kind.EXPENSE]),
)
def test_what_is_written_parses_back(
    *,
    settings: dict[str, Any],
    ids: tuple[str, int],
    hours: Decimal,
    amount: Decimal,
    text: str,
    kind: Kind,
) -> None:
    client, tcode = ids
    payload = {
        **(FEE if kind is Kind.TIME_ENTRY else COST),
        "CLIENT_ID": client,
        "TCODE": str(tcode),
        "HOURS": str(hours),
        "UNITS": str(hours),
        "AMOUNT": str(amount),
        "DESCRIPTION": text,
    }
    data = written(kind, payload, **settings).data
    assert data.count(b"\r") == data.count(b"\n") == 1
    line = data.decode(settings["encoding"]).removesuffix("\r\n")
    quoting = csv.QUOTE_MINIMAL if settings["quoting"] == "double" else csv.QUOTE_NONE
    (fields,) = csv.reader([line], delimiter=settings["delimiter"], quoting=quoting)
    assert len(fields) == 10
    mark = "$" if kind is Kind.EXPENSE else ""
    assert fields[0:3:2] == [client, f"{mark}{tcode}"]
    assert Decimal(fields[6]) == hours
    if settings["send_rate"] or kind is Kind.EXPENSE:
        assert Decimal(fields[8]) == amount
    if settings["quoting"] == "double" and text.isascii() and text.isprintable():
        assert fields[9] == text.strip()
