"""Money that came in: rows of PAYMENT, ARCHIVE and LEDGER as one payment for each receipt."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pytest

from hub.mapping import ForeignId, Untranslatable, compile_mapping, load_layers
from hub.sdk import Kind, SourceMissing, Upsert
from hub_tabs3 import hub_converters

if TYPE_CHECKING:
    from hub.mapping import SystemMapping
    from tests.tabs3.conftest import Exported

DAY = "2026-05-04"


def entered(sequence: str, **values: str) -> dict[str, str]:
    usual = {"_SEQUENCE_NO": sequence, "CLIENT_ID": "110.00", "DATE": DAY, "AMOUNT": "300.00"}
    usual |= {"GL_RECEIPT_TYPE": "1", "SOURCE": "B", "GL_CHECK_NUM": "4711", "TR_SEQNO": "0"}
    return usual | {"APPLYTO_STMT_NUM": "0", "APPLYTO_STMT_ID": "0", "PAYMENT_LEFT": "0.00"} | values


def archived(sequence: str, reference: str, **values: str) -> dict[str, str]:
    return entered(sequence, REC_TYPE="P", REF_NUM=reference) | values


def applied(sequence: str, reference: str, amount: str = "300.00", **values: str) -> dict[str, str]:
    usual = {"_SEQUENCE_NO": sequence, "CLIENT_ID": "110.00", "DATE": DAY, "RECORD_TYPE": "P"}
    usual |= {"REFERENCE_NUMBER": reference, "PAYMENT_AMOUNT": "300.00", "TOTAL_AMOUNT": amount}
    usual |= {"PAYMENT_LEFT": "0.00", "REVERSED_SW": "0", "STATEMENT_ID": "", "STATEMENT_NUMBER": ""}
    return usual | {"APPLYTO_STMT_NUM": "41", "APPLYTO_STMT_ID": "5"} | values


def statement(sequence: str, number: str, identifier: str, **values: str) -> dict[str, str]:
    row = applied(sequence, number, "300.00", RECORD_TYPE="S", APPLYTO_STMT_NUM="", APPLYTO_STMT_ID="")
    return row | {"STATEMENT_NUMBER": number, "STATEMENT_ID": identifier} | values


STATEMENTS = (statement("900", "41", "5"), statement("901", "42", "6"))


def put(
    exported: Exported,
    payment: list[dict[str, str]],
    ledger: list[dict[str, str]] | None = None,
    archive: list[dict[str, str]] | None = None,
) -> None:
    """Write the three tables; each has its header even where it has no rows."""
    exported.put("PAYMENT.csv", "_SEQUENCE_NO,CLIENT_ID\r\n")
    exported.put("ARCHIVE.csv", "_SEQUENCE_NO,CLIENT_ID,REC_TYPE\r\n")
    exported.rows("LEDGER", *STATEMENTS, *(ledger or ()))
    if payment:
        exported.rows("PAYMENT", *payment)
    if archive:
        exported.rows("ARCHIVE", *archive)


def known(item: Upsert) -> tuple[str, str, str, str]:
    """Where a payment comes from, what it is, and why it is not taken yet."""
    return item.source, item.external_id, item.raw["PAID_AMOUNT"], item.unsettled


def shares(item: Upsert) -> dict[str, str]:
    return {one["STATEMENT_SEQ"]: one["APPLIED"] for one in item.raw["APPLICATIONS"]}


# ---------------------------------------------------------------- entered


def test_what_is_entered_is_a_payment_that_is_not_processed(exported: Exported) -> None:
    put(exported, [entered("7", APPLYTO_STMT_NUM="41", APPLYTO_STMT_ID="5", DESCRIPTION="Thank you")])
    item = exported.one(Kind.PAYMENT)
    assert known(item) == ("PAYMENT", "7", "300.00", "")
    assert dict(item.raw) == {
        "CLIENT_NUMBER": "110",
        "CLIENT_ID": "110.00",
        "RECEIVED_DATE": DAY,
        "PAID_AMOUNT": "300.00",
        "PAID_LEFT": "0.00",
        "CHECK_NUM": "4711",
        "LP_TRANSACTION_ID": "",
        "REFERENCE": "4711",
        "RECEIPT_TYPE": "1",
        "TRUST": "0",
        "PROCESSED": "0",
        "IS_REVERSED": "0",
        "GL_REF": "",
        "DESCRIPTION": "Thank you",
        "APPLICATIONS": [{"STATEMENT_SEQ": "900", "APPLIED": "300.00"}],
    }


def test_one_check_for_several_matters_is_one_payment(exported: Exported) -> None:
    put(
        exported,
        [
            entered("8", CLIENT_ID="110.01", AMOUNT="50.00"),
            entered("7"),
            entered("9", CLIENT_ID="120.00"),
            entered("10", GL_CHECK_NUM="4712"),
            entered("11", DATE="2026-05-05"),
        ],
    )
    both, *others = sorted(exported.read(Kind.PAYMENT), key=lambda item: int(item.external_id))
    assert known(both) == ("PAYMENT", "7", "350.00", "")
    assert (both.raw["CLIENT_NUMBER"], both.raw["CLIENT_ID"]) == ("110", "")
    assert [item.external_id for item in others] == ["9", "10", "11"]


@pytest.mark.parametrize("no_check", ["", "0"])
def test_payments_without_a_check_are_payments_of_their_own(exported: Exported, no_check: str) -> None:
    put(exported, [entered(number, GL_CHECK_NUM=no_check, GL_RECEIPT_TYPE="2") for number in "789"])
    assert exported.ids(Kind.PAYMENT) == [("PAYMENT", "7"), ("PAYMENT", "8"), ("PAYMENT", "9")]


def test_an_online_payment_goes_by_its_transaction(exported: Exported) -> None:
    put(exported, [entered("7", GL_CHECK_NUM="", LP_TRANSACTION_ID="LP-1", GL_RECEIPT_TYPE="2")])
    assert exported.one(Kind.PAYMENT).raw["REFERENCE"] == "LP-1"


def test_rows_that_are_added_leave_the_id_as_it_was(exported: Exported) -> None:
    put(exported, [entered("99", AMOUNT="1.00")])
    assert known(exported.one(Kind.PAYMENT))[:3] == ("PAYMENT", "99", "1.00")
    put(exported, [entered("100", CLIENT_ID="110.01", AMOUNT="2.00"), entered("99", AMOUNT="1.00")])
    assert known(exported.one(Kind.PAYMENT))[:3] == ("PAYMENT", "99", "3.00")


# ---------------------------------------------------------------- processed


def test_a_processed_payment_pays_several_statements(exported: Exported) -> None:
    put(
        exported,
        [],
        [
            applied("951", "77", "200.00"),
            applied("952", "77", "60.00", APPLYTO_STMT_NUM="42", APPLYTO_STMT_ID="6", PAYMENT_LEFT="40.00"),
        ],
        [archived("531", "77")],
    )
    item = exported.one(Kind.PAYMENT)
    assert known(item) == ("ARCHIVE", "531", "300.00", "")
    assert shares(item) == {"900": "200.00", "901": "60.00"}
    assert (item.raw["PAID_LEFT"], item.raw["CHECK_NUM"], item.raw["PROCESSED"]) == ("40.00", "4711", "1")


def test_one_processed_check_for_several_matters_is_one_payment(exported: Exported) -> None:
    put(
        exported,
        [],
        [
            applied("951", "77"),
            applied("952", "78", "50.00", CLIENT_ID="110.01", PAYMENT_AMOUNT="50.00", APPLYTO_STMT_ID="7"),
            statement("902", "43", "7", CLIENT_ID="110.01"),
        ],
        [archived("531", "77"), archived("532", "78", CLIENT_ID="110.01", AMOUNT="50.00")],
    )
    item = exported.one(Kind.PAYMENT)
    assert known(item) == ("ARCHIVE", "531", "350.00", "")
    assert (shares(item), item.raw["CLIENT_ID"]) == ({"900": "300.00", "902": "50.00"}, "")


def test_a_check_that_is_processed_in_part_stays_one_payment(exported: Exported) -> None:
    """Its id no longer changes when the rest is processed."""
    part = [applied("951", "77")]
    put(exported, [entered("8", CLIENT_ID="110.01", AMOUNT="50.00")], part, [archived("531", "77")])
    item = exported.one(Kind.PAYMENT)
    assert known(item) == ("ARCHIVE", "531", "350.00", "")
    assert item.raw["PROCESSED"] == "0"
    rest = [applied("952", "78", "50.00", CLIENT_ID="110.01", PAYMENT_AMOUNT="50.00")]
    rest += [statement("902", "41", "5", CLIENT_ID="110.01")]
    put(
        exported,
        [],
        part + rest,
        [archived("531", "77"), archived("532", "78", CLIENT_ID="110.01", AMOUNT="50.00")],
    )
    assert known(exported.one(Kind.PAYMENT)) == ("ARCHIVE", "531", "350.00", "")


def test_without_a_check_the_rows_of_a_reference_are_one_payment(exported: Exported) -> None:
    put(
        exported,
        [],
        [
            applied("951", "77", "200.00"),
            applied("952", "77", "100.00", APPLYTO_STMT_ID="6"),
            applied("953", "77", "300.00", DATE="2026-05-05"),
            applied("954", "78", "300.00"),
        ],
        [
            archived("531", "77", GL_CHECK_NUM=""),
            archived("532", "77", GL_CHECK_NUM="", DATE="2026-05-05"),
            archived("533", "78", GL_CHECK_NUM=""),
        ],
    )
    found = {item.external_id: item for item in exported.read(Kind.PAYMENT)}
    assert {key: known(item)[2:] for key, item in found.items()} == {
        "531": ("300.00", ""),
        "532": ("300.00", ""),
        "533": ("300.00", ""),
    }
    assert shares(found["531"]) == {"900": "200.00", "901": "100.00"}


def test_a_payment_on_account_pays_no_statement(exported: Exported) -> None:
    none = {"APPLYTO_STMT_NUM": "0", "APPLYTO_STMT_ID": "0", "PAYMENT_LEFT": "300.00"}
    put(exported, [], [applied("951", "77", "0.00", **none)], [archived("531", "77")])
    item = exported.one(Kind.PAYMENT)
    assert known(item) == ("ARCHIVE", "531", "300.00", "")
    assert (shares(item), item.raw["PAID_LEFT"]) == ({}, "300.00")


@pytest.mark.parametrize("left", [{"PAYMENT_LEFT": "40.00"}, {"PAYMENT_LEFT": ""}])
def test_rows_may_repeat_the_whole_or_have_each_its_own(exported: Exported, left: dict[str, str]) -> None:
    shared = [applied("951", "77", "200.00", **left), applied("952", "77", "60.00", **left)]
    put(exported, [], shared, [archived("531", "77")])
    assert known(exported.one(Kind.PAYMENT))[2:] == ("300.00", "")
    own = [
        applied("951", "77", "200.00", PAYMENT_AMOUNT="200.00"),
        applied("952", "77", "60.00", PAYMENT_AMOUNT="100.00", PAYMENT_LEFT="40.00"),
    ]
    put(exported, [], own, [archived("531", "77")])
    assert known(exported.one(Kind.PAYMENT))[2:] == ("300.00", "")


def test_a_refund_explains_what_is_left(exported: Exported) -> None:
    row = applied("951", "77", "200.00", REFUND_AMOUNT="100.00")
    put(exported, [], [row], [archived("531", "77")])
    assert known(exported.one(Kind.PAYMENT))[2:] == ("300.00", "")


# ---------------------------------------------------------------- reversed


def test_a_reversed_payment_pays_nothing_and_keeps_its_amount(exported: Exported) -> None:
    rows = [applied("951", "77", "200.00", REVERSED_SW="1"), applied("952", "77", "100.00", REVERSED_SW="1")]
    put(exported, [], rows, [archived("531", "77")])
    item = exported.one(Kind.PAYMENT)
    assert known(item) == ("ARCHIVE", "531", "300.00", "")
    assert (shares(item), item.raw["IS_REVERSED"]) == ({}, "1")


def test_a_payment_that_is_applied_anew_is_the_same_payment(exported: Exported) -> None:
    rows = [
        applied("951", "77", REVERSED_SW="1"),
        applied("960", "77", APPLYTO_STMT_NUM="42", APPLYTO_STMT_ID="6"),
    ]
    put(exported, [], rows, [archived("531", "77")])
    item = exported.one(Kind.PAYMENT)
    assert known(item) == ("ARCHIVE", "531", "300.00", "")
    assert (shares(item), item.raw["IS_REVERSED"]) == ({"901": "300.00"}, "0")


def test_what_was_on_account_and_is_applied_is_the_same_payment(exported: Exported) -> None:
    """Whatever becomes of the rows of LEDGER."""
    none = {"APPLYTO_STMT_NUM": "0", "APPLYTO_STMT_ID": "0", "PAYMENT_LEFT": "300.00"}
    put(exported, [], [applied("951", "77", "0.00", **none)], [archived("531", "77")])
    before = exported.one(Kind.PAYMENT)
    put(exported, [], [applied("960", "77")], [archived("531", "77")])
    after = exported.one(Kind.PAYMENT)
    assert known(before) == known(after) == ("ARCHIVE", "531", "300.00", "")
    assert (shares(before), shares(after)) == ({}, {"900": "300.00"})


def test_a_payment_reversed_in_part_is_still_whole(exported: Exported) -> None:
    rows = [applied("951", "77", "200.00", REVERSED_SW="1"), applied("952", "77", "100.00")]
    put(exported, [], rows, [archived("531", "77")])
    item = exported.one(Kind.PAYMENT)
    assert known(item) == ("ARCHIVE", "531", "300.00", "")
    assert (shares(item), item.raw["PAID_LEFT"]) == ({"900": "100.00"}, "200.00")


def test_a_payment_reversed_twice_is_counted_once(exported: Exported) -> None:
    rows = [applied("951", "77", REVERSED_SW="1"), applied("960", "77", REVERSED_SW="1")]
    put(exported, [], rows, [archived("531", "77")])
    assert known(exported.one(Kind.PAYMENT))[2:] == ("300.00", "")


def test_a_check_that_is_reversed_and_entered_again_is_the_same_payment(exported: Exported) -> None:
    put(exported, [entered("9")], [applied("951", "77", REVERSED_SW="1")], [archived("531", "77")])
    item = exported.one(Kind.PAYMENT)
    assert known(item) == ("ARCHIVE", "531", "300.00", "")
    assert (item.raw["IS_REVERSED"], item.raw["PROCESSED"]) == ("0", "0")


# ---------------------------------------------------------------- between the tables


def unsettled(exported: Exported) -> list[tuple[str, str, str]]:
    return [(item.source, item.external_id, item.unsettled) for item in exported.read(Kind.PAYMENT)]


def test_a_payment_that_has_not_reached_ledger_yet_is_unsettled(exported: Exported) -> None:
    put(exported, [], [], [archived("531", "77")])
    assert unsettled(exported) == [
        ("ARCHIVE", "531", "still being processed: ARCHIVE has it, but LEDGER does not.")
    ]


def test_a_payment_that_has_not_reached_archive_yet_is_unsettled(exported: Exported) -> None:
    put(exported, [], [applied("951", "77")])
    assert unsettled(exported) == [
        ("LEDGER", "951", "still being processed: LEDGER has it, but ARCHIVE does not.")
    ]


def test_a_payment_that_is_not_wholly_applied_yet_is_unsettled(exported: Exported) -> None:
    put(exported, [], [applied("951", "77", "100.00")], [archived("531", "77")])
    assert unsettled(exported) == [
        ("ARCHIVE", "531", "still being processed: LEDGER says 300.00, but applies 100.00 of it.")
    ]
    own = applied("951", "77", "100.00", PAYMENT_AMOUNT="100.00")
    put(exported, [], [own], [archived("531", "77")])
    assert unsettled(exported) == [
        ("ARCHIVE", "531", "still being processed: ARCHIVE says 300.00, but LEDGER comes to 100.00.")
    ]


@pytest.mark.parametrize("check", ["4711", ""])
def test_a_payment_that_is_in_two_tables_at_once_is_unsettled(exported: Exported, check: str) -> None:
    """Two tables are not exported at the same moment; it must not count twice."""
    archive = [archived("531", "77", GL_CHECK_NUM=check)]
    put(exported, [entered("7", GL_CHECK_NUM=check)], [applied("951", "77")], archive)
    assert {reason for *_, reason in unsettled(exported)} == {
        "still being processed: it is in PAYMENT and in LEDGER at once."
    }


def test_a_payment_of_a_statement_that_is_not_there_is_unsettled(exported: Exported) -> None:
    lost = applied("951", "77", APPLYTO_STMT_NUM="50", APPLYTO_STMT_ID="50")
    put(exported, [], [lost], [archived("531", "77")])
    assert "it is applied to statement 50, of which LEDGER has no row" in unsettled(exported)[0][2]


def test_what_is_only_entered_for_a_statement_does_not_wait_for_it(exported: Exported) -> None:
    """It is entered for one that was undone, and will be applied to others."""
    put(exported, [entered("7", APPLYTO_STMT_NUM="50", APPLYTO_STMT_ID="50")])
    item = exported.one(Kind.PAYMENT)
    assert (known(item), shares(item)) == (("PAYMENT", "7", "300.00", ""), {})


# ---------------------------------------------------------------- what an export leaves out


def without(rows: list[dict[str, str]], *columns: str) -> list[dict[str, str]]:
    return [{name: text for name, text in row.items() if name not in columns} for row in rows]


@pytest.mark.parametrize("left_out", ["REFERENCE_NUMBER", "REF_NUM", "both"])
def test_without_reference_numbers_amount_and_statement_join(exported: Exported, left_out: str) -> None:
    ledger = [applied("951", "77"), applied("952", "78", "90.00", PAYMENT_AMOUNT="90.00")]
    archive = [
        archived("531", "77", GL_CHECK_NUM="1"),
        archived("532", "78", AMOUNT="90.0", GL_CHECK_NUM="2"),
    ]
    if left_out != "REF_NUM":
        ledger = without(ledger, "REFERENCE_NUMBER")
    if left_out != "REFERENCE_NUMBER":
        archive = without(archive, "REF_NUM")
    exported.put("PAYMENT.csv", "_SEQUENCE_NO\r\n")
    exported.rows("LEDGER", *without([*STATEMENTS], "REFERENCE_NUMBER"), *ledger)
    exported.rows("ARCHIVE", *archive)
    found = {item.raw["CHECK_NUM"]: known(item)[1:] for item in exported.read(Kind.PAYMENT)}
    assert found == {"1": ("531", "300.00", ""), "2": ("532", "90.00", "")}


def test_without_archive_nothing_tells_how_it_was_paid(exported: Exported) -> None:
    exported.put("PAYMENT.csv", "_SEQUENCE_NO\r\n")
    exported.rows("LEDGER", *STATEMENTS, applied("951", "77"))
    (page,) = exported.pages(Kind.PAYMENT)
    (item,) = page.items
    assert isinstance(item, Upsert)
    assert (known(item), item.raw["RECEIPT_TYPE"]) == (("LEDGER", "951", "300.00", ""), "unknown")
    assert (page.complete, "ARCHIVE is not in the export" in page.notices[0]) == (False, True)


def test_payments_alone_are_read_without_their_statements(exported: Exported) -> None:
    exported.rows("PAYMENT", entered("7", APPLYTO_STMT_NUM="41"))
    item = exported.one(Kind.PAYMENT)
    assert (known(item), shares(item)) == (("PAYMENT", "7", "300.00", ""), {})
    assert not exported.pages(Kind.PAYMENT)[-1].complete


def test_without_both_tables_there_is_nothing_to_read(exported: Exported) -> None:
    exported.rows("ARCHIVE", archived("531", "77"))
    with pytest.raises(SourceMissing, match=r"PAYMENT\.csv or LEDGER\.csv"):
        exported.pages(Kind.PAYMENT)


def test_numbers_may_come_unquoted(exported: Exported) -> None:
    exported.put("PAYMENT.ndjson", "")
    exported.put(
        "LEDGER.ndjson",
        '{"_SEQUENCE_NO": 900, "CLIENT_ID": "110.00", "RECORD_TYPE": "S", "STATEMENT_ID": 5}\n'
        '{"_SEQUENCE_NO": 951, "CLIENT_ID": "110.00", "RECORD_TYPE": "P", "REFERENCE_NUMBER": 77, '
        '"DATE": "2026-05-04", "PAYMENT_AMOUNT": 300, "TOTAL_AMOUNT": 300.0, "APPLYTO_STMT_ID": 5}\n',
    )
    exported.put(
        "ARCHIVE.ndjson",
        '{"_SEQUENCE_NO": 531, "CLIENT_ID": "110.00", "REC_TYPE": "P", "REF_NUM": 77, "AMOUNT": 300.00, '
        '"DATE": "05/04/2026", "GL_RECEIPT_TYPE": 1}\n',
    )
    item = exported.one(Kind.PAYMENT)
    assert (item.external_id, Decimal(item.raw["PAID_AMOUNT"]), item.unsettled) == ("531", 300, "")
    assert shares(item) == {"900": "300.0"}


# ---------------------------------------------------------------- what cannot be used


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"AMOUNT": "n/a"}, "PAYMENT.csv, line 2: AMOUNT is not an amount"),
        ({"CLIENT_ID": "1E2"}, "PAYMENT.csv, line 2: CLIENT_ID 1E2 is a number in scientific notation"),
        ({"_SEQUENCE_NO": ""}, "PAYMENT.csv, line 2: _SEQUENCE_NO is empty"),
    ],
)
def test_a_row_that_cannot_be_used_is_told_with_its_place(
    exported: Exported, values: dict[str, str], problem: str
) -> None:
    put(exported, [entered("7") | values, entered("8", GL_CHECK_NUM="4712")])
    found = {item.external_id: item.problem for item in exported.read(Kind.PAYMENT)}
    assert found.pop("8") == ""
    assert next(iter(found.values())).startswith(problem)


def test_a_bad_row_holds_the_check_that_it_is_part_of(exported: Exported) -> None:
    put(exported, [entered("7"), entered("8", AMOUNT="n/a")])
    item = exported.one(Kind.PAYMENT)
    assert (item.external_id, "line 3: AMOUNT" in item.problem) == ("7", True)


def test_a_row_cut_short_stands_alone(exported: Exported) -> None:
    exported.put("PAYMENT.csv", "_SEQUENCE_NO,CLIENT_ID,AMOUNT\r\n7,110.00,5.00\r\n8,110.00\r\n")
    found = {item.external_id: item.problem for item in exported.read(Kind.PAYMENT)}
    assert (found["7"], "cut short" in found["8"]) == ("", True)


# ---------------------------------------------------------------- in the hub's words


def compiled(*overrides: str) -> SystemMapping:
    shipped = (files("hub_mappings") / "tabs3.toml").read_text(encoding="utf-8")
    layers = load_layers([("tabs3.toml", shipped), *(("workspace", text) for text in overrides)])
    return compile_mapping(layers, codes=lambda _: {}, converters=hub_converters(), shapes={})


def translated(exported: Exported, *overrides: str) -> dict[str, Any]:
    item = exported.one(Kind.PAYMENT)
    inward = compiled(*overrides).inward(Kind.PAYMENT, item.source)
    assert inward is not None
    return inward.translate(dict(item.raw))


def test_a_payment_in_the_hubs_words(exported: Exported) -> None:
    put(exported, [], [applied("951", "77")], [archived("531", "77", DESCRIPTION="Thank you")])
    assert translated(exported) == {
        "client": ForeignId((Kind.CLIENT,), "", "110"),
        "matter": ForeignId((Kind.MATTER,), "", "110.00"),
        "received_on": date(2026, 5, 4),
        "amount": Decimal(300),
        "method": "check",
        "reference": "4711",
        "from_trust": False,
        "processed": True,
        "reversed": False,
        "memo": "Thank you",
        "applications": [
            {"invoice": ForeignId((Kind.INVOICE,), "LEDGER", "900"), "amount": Decimal(300)},
        ],
    }


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"GL_RECEIPT_TYPE": "4"}, "4"),
        ({"SOURCE": "T"}, "trust"),
        ({"TR_SEQNO": "88"}, "trust"),
        ({"GL_RECEIPT_TYPE": "4", "TR_SEQNO": "88"}, "4"),
    ],
)
def test_client_money_is_held_until_the_firm_says_what_it_is(
    exported: Exported, values: dict[str, str], code: str
) -> None:
    put(exported, [entered("7", **values)])
    assert exported.one(Kind.PAYMENT).raw["TRUST"] == "1"
    with pytest.raises(Untranslatable) as caught:
        translated(exported)
    (problem,) = caught.value.problems
    assert problem.message.startswith(f'RECEIPT_TYPE is "{code}"')
    assert "`values` of" in problem.remedy
    assert "payment" in problem.remedy
    explained = f"""
        [payment.fields]
        method = {{ field = "RECEIPT_TYPE", unknown = "hold", values = {{ "{code}" = "client funds" }} }}
        """
    payment = translated(exported, explained)
    assert (payment["method"], payment["from_trust"]) == ("client funds", True)


@pytest.mark.parametrize("code", ["", "9"])
def test_a_receipt_that_nothing_tells_of_is_held(exported: Exported, code: str) -> None:
    put(exported, [entered("7", GL_RECEIPT_TYPE=code)])
    with pytest.raises(Untranslatable, match="RECEIPT_TYPE"):
        translated(exported)
