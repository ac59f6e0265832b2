"""Money in: what the books receive is keyed into Tabs3 by a person, and no payment ever counts twice."""

from __future__ import annotations

import os
import shutil
import stat
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook
from scenario_practice import codes, only
from scenario_receipts import BILLS, RECEIPTS, TIME, Till

from hub.model import Kind
from hub_tabs3.sandbox import Tabs3Firm
from hub_tabs3.sandbox.money import ELECTRONIC

if TYPE_CHECKING:
    from pathlib import Path

    from hub_tabs3.sandbox.books import Payment

ONE, OTHER = 4101, 4115
"""Statements of clients 110 and 140."""
THREE = {4102: "100.00", 4110: "200.00", 4111: "50.00"}
"""What one check of client 120 pays on three statements of two matters."""
MAPPED = """
[payment.fields.method]
field = "RECEIPT_TYPE"
unknown = "hold"
values = { "0" = "cash", "1" = "check", "4" = "client funds", "5" = "eft", "trust" = "trust" }
"""
ENTER, CORRECT, WITHDRAW = (f"to-be-{what}-by-hand" for what in ("entered", "corrected", "withdrawn"))


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory, empty_ledger: Path) -> Till:
    """A practice after its first night, its books kept by a bookkeeper; never to be changed."""
    made = Till(tmp_path_factory.mktemp("kept") / "firm", Tabs3Firm(7, 40))
    made.keep_books()
    shutil.copy(empty_ledger, made.folder / "hub.db")
    assert made.night()["exit"] == 0
    return made


@pytest.fixture
def till(tmp_path: Path, kept: Till) -> Till:
    return kept.copied(tmp_path / "firm")


@pytest.fixture
def before(kept: Till) -> tuple[int, Decimal]:
    """How many payments the firm has before anything happens, and their sum."""
    return kept.money()


def key(till: Till, amount: str, day: date, *, number: int = ONE, check: str = "", **more: int) -> Payment:
    """Key a payment into Tabs3."""
    client_id = till.firm.statement(number).client_id
    return till.firm.money.enter(client_id, amount, day=day, check=check, apply_to=number, **more)  # type: ignore[arg-type]


def plus(before: tuple[int, Decimal], *amounts: str) -> tuple[int, Decimal]:
    return before[0] + len(amounts), before[1] + sum(map(Decimal, amounts), Decimal(0))


def asked(till: Till) -> str:
    """What is asked about the only doubtful row."""
    return str(only(till.json("review"), "match")["message"])


# ------------------------------------------------------------ the lists


def test_receipts_wait_for_a_person_on_lists(till: Till) -> None:
    till.receive({ONE: "250.00"}, reference="1042", method="check", memo="=SUM(A1:A9)")
    till.receive({OTHER: "300.00"}, method="ach", memo="<b>thanks</b> & more")
    till.receive(THREE, reference="77", method="check")
    document = till.night()
    assert (document["exit"], set(codes(document))) == (3, {ENTER})
    told = till.run("review", "--lists", str(till.folder / "lists"))
    assert "billing: payments to enter: 3 lines, 900.00 USD" in told.output
    (page,), (book,) = (
        [*(till.folder / "lists").glob(f"posting-billing-*.{end}")] for end in ("html", "xlsx")
    )
    for path in (page, book):
        assert str(path) in told.output
        assert os.name == "nt" or stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_workbook_tells_what_to_key_and_takes_no_text_for_a_formula(till: Till) -> None:
    first = till.receive({ONE: "250.00"}, reference="1042", method="check", memo="=SUM(A1:A9)")
    till.receive(THREE, reference="77", method="check")
    till.night()
    till.lists()
    (path,) = (till.folder / "lists").glob("*.xlsx")
    (sheet,) = load_workbook(path).worksheets
    heads, *rows = ([cell.value for cell in row] for row in sheet.iter_rows())
    assert heads == [
        "done",
        "hub no.",
        "client",
        "received on",
        "amount",
        "method",
        "reference",
        "invoices",
        "memo",
    ]
    assert rows[0][2:] == [
        *("110 Acme Freight Systems LLC", first["received_on"], 250, "check"),
        *("1042", "4101: 250.00", "=SUM(A1:A9)"),
    ]
    assert sheet["I2"].data_type == "s"
    assert rows[1][7] == "4102: 100.00\n4110: 200.00\n4111: 50.00"
    assert rows[-1][0] == "payments to enter: 2 lines, 600.00 USD"


def test_a_page_is_printed_as_it_reads(till: Till) -> None:
    till.receive({ONE: "1250.00"}, memo="<script>alert(1)</script> & more")
    till.night()
    till.lists()
    (path,) = (till.folder / "lists").glob("*.html")
    text = path.read_bytes().decode("utf-8")
    assert "<h1>Doyle &amp; Vance LLP: to be posted in billing, " in text
    assert "<td>&lt;script&gt;alert(1)&lt;/script&gt; &amp; more</td>" in text
    assert '<td class="amount">1250.00</td>' in text
    assert "payments to enter: 1 line, 1,250.00 USD" in text
    assert "size: landscape" in text
    assert "table-header-group" in text


def test_nothing_to_post_is_said(till: Till) -> None:
    till.night()
    assert "Nothing has to be posted by hand." in till.run("review", "--lists", str(till.folder)).output


# ------------------------------------------------------------ keyed in


def test_what_is_keyed_a_day_later_is_the_same_payment(till: Till, before: tuple[int, Decimal]) -> None:
    till.receive({ONE: "250.00"}, reference="1042")
    till.night()
    key(till, "250.00", date(2026, 7, 2), check="1042")
    document = till.night()
    assert (document["exit"], document["holds"]) == (0, [])
    till.firm.money.process()
    for _ in range(2):
        document = till.night()
        assert (document["exit"], document["holds"]) == (0, [])
    assert till.money() == plus(before, "250.00")
    assert till.lists() == {}


def test_without_a_number_the_day_tells(till: Till, before: tuple[int, Decimal]) -> None:
    till.receive({ONE: "250.00"}, method="ach")
    till.night()
    key(till, "250.00", date(2026, 7, 1), receipt_type=ELECTRONIC)
    assert till.night()["exit"] == 0
    assert till.money() == plus(before, "250.00")


@pytest.mark.parametrize(
    ("amount", "day", "check"),
    [
        ("250.01", 1, "1042"),
        ("250.00", 2, ""),
        ("250.00", 1, "1024"),
        ("250.00", 20, "1042"),
        ("520.00", 1, "1042"),
        ("205.00", 1, ""),
    ],
)
def test_what_is_keyed_otherwise_is_asked_about_and_linked_for_good(
    till: Till, before: tuple[int, Decimal], amount: str, day: int, check: str
) -> None:
    till.receive({ONE: "250.00"}, reference="1042")
    till.night()
    key(till, amount, date(2026, 7, day), check=check)
    assert codes(till.night()) == ["match"]
    assert "It nearly matches 2026-07-01 250.00 (reference 1042, record " in asked(till)
    assert till.money() == plus(before, "250.00")
    assert "Noted for 1." in till.ask("match", "link")
    assert till.night()["holds"] == []
    till.firm.money.process()
    for _ in range(2):
        assert till.night()["holds"] == []
        assert till.money() == plus(before, "250.00")


def test_another_one_stays_another_one(till: Till, before: tuple[int, Decimal]) -> None:
    till.receive({ONE: "250.00"}, reference="1042")
    till.night()
    key(till, "250.01", date(2026, 7, 2), check="99")
    till.night()
    till.ask("match", "accept")
    for _ in range(2):
        assert codes(till.night()) == [ENTER]
        assert till.money() == plus(before, "250.00", "250.01")
        till.firm.money.process()
    key(till, "250.00", date(2026, 7, 2), check="1042")
    assert till.night()["holds"] == []
    assert till.money() == plus(before, "250.00", "250.01")


def test_of_two_alike_a_person_says_which_is_which(till: Till, before: tuple[int, Decimal]) -> None:
    till.receive({ONE: "250.00"})
    till.receive({ONE: "250.00"}, memo="the second")
    till.night()
    key(till, "250.00", date(2026, 7, 1))
    assert codes(till.night()) == ["match"]
    hold = only(till.json("review"), "match")
    refused = till.run("review", str(hold["id"]), "link")
    assert refused.exit_code == 1
    assert "--record NUMBER" in refused.output
    second = next(one["id"] for one in till.payments() if one.get("memo") == "the second")
    till.ask("match", "link", "--record", str(second))
    assert codes(till.night()) == [ENTER]
    key(till, "250.00", date(2026, 7, 1))
    till.firm.money.process()
    for _ in range(2):
        assert till.night()["holds"] == []
        assert till.money() == plus(before, "250.00", "250.00")


def test_one_check_over_three_statements_is_one_payment(till: Till, before: tuple[int, Decimal]) -> None:
    till.receive(THREE, reference="77")
    till.night()
    till.firm.money.enter_check(THREE, check="77", day=date(2026, 7, 3))
    assert len([one for one in till.firm.entered if one.check == "77"]) == 3
    assert till.night()["holds"] == []
    till.firm.money.process(till.firm.entered[:2])
    assert "to-be" not in " ".join(codes(till.night()))
    till.firm.money.process()
    for _ in range(2):
        assert till.night()["holds"] == []
        assert till.money() == plus(before, "350.00")


def test_a_check_that_is_keyed_in_half_is_asked_about_until_it_is_whole(
    till: Till, before: tuple[int, Decimal]
) -> None:
    till.receive(THREE, reference="77")
    till.night()
    first, second, third = THREE.items()
    till.firm.money.enter_check(dict([first, second]), check="77", day=date(2026, 7, 3))
    assert codes(till.night()) == ["match"]
    till.firm.money.enter_check(dict([third]), check="77", day=date(2026, 7, 3))
    assert till.night()["holds"] == []
    assert till.money() == plus(before, "350.00")


def test_what_is_reversed_and_applied_otherwise_there_is_told(
    till: Till, before: tuple[int, Decimal]
) -> None:
    till.receive({4102: "100.00"}, reference="9")
    till.night()
    payment = key(till, "100.00", date(2026, 7, 1), number=4102, check="9")
    till.firm.money.process()
    assert till.night()["holds"] == []
    till.firm.money.reapply(payment, 4110)
    assert "applications changed at billing" in only(till.night(), "drift")["message"]
    till.firm.money.reverse(payment)
    assert only(till.night(), "drift")["message"] == "It was reversed at billing, and stands at the source."
    assert till.money() == plus(before, "100.00")
    till.ask("drift", "accept")
    assert till.night()["holds"] == []
    assert till.money() == plus(before, "100.00")


def test_what_is_keyed_wrongly_reversed_and_keyed_again_is_bound_to_what_stands(till: Till) -> None:
    till.receive({ONE: "250.00"}, reference="1042")
    till.night()
    wrong = till.firm.money.receive("140.00", "250.00", day=date(2026, 7, 1), check="1042")
    till.firm.money.reverse(wrong)
    slip = till.firm.money.receive("110.02", "250.00", day=date(2026, 7, 1), check="1042", apply_to=ONE)
    till.firm.money.reverse(slip)
    assert codes(till.night()) == [ENTER]
    key(till, "250.00", date(2026, 7, 2), check="1042")
    till.night()
    (mine,) = [one for one in till.payments() if "books" in one["at"]]
    assert till.firm.entered[-1].sequence == int(mine["at"]["billing"])


# ------------------------------------------------------------ taken back


def test_what_is_voided_in_the_books_before_it_is_keyed_is_not_listed(till: Till) -> None:
    row = till.receive({ONE: "250.00"}, reference="1042")
    till.night()
    row["reversed"] = "true"
    assert till.night()["holds"] == []


@pytest.mark.parametrize("processed", [False, True])
@pytest.mark.parametrize("gone", [False, True])
def test_what_is_voided_in_the_books_is_withdrawn_by_hand(till: Till, *, processed: bool, gone: bool) -> None:
    row = till.receive({ONE: "250.00"}, reference="1042")
    till.night()
    payment = key(till, "250.00", date(2026, 7, 1), check="1042")
    till.night()
    if gone:
        till.tables["payment"].clear()
        till.tables["payment_application"].clear()
    else:
        row["reversed"] = "true"
    assert codes(till.night()) == [WITHDRAW]
    line = till.lists()["withdraw payment"]
    assert (line["lines"], line["amount"]) == (1, "250.00")
    if processed:
        till.firm.money.process()
        assert codes(till.night()) == [WITHDRAW]
        till.firm.money.reverse(payment)
    else:
        till.firm.money.delete(payment)
        till.night()
    for _ in range(2):
        assert codes(till.night()) == []


# ------------------------------------------------------------ write-offs, and corrections of entries


def test_a_write_off_of_the_books_is_posted_by_hand(till: Till) -> None:
    till.give_up({ONE: "93.23"}, reason="courtesy")
    assert codes(till.night()) == [ENTER]
    assert till.lists()["enter write_off"]["amount"] == "93.23"
    till.firm.day = date(2026, 7, 4)
    done = till.firm.money.write_off(ONE, "93.23")
    for _ in range(2):
        assert till.night()["holds"] == []
        assert len(till.payments(Kind.WRITE_OFF)) == 1
    till.firm.money.reverse_write_off(done)
    assert codes(till.night()) == ["drift"]


def test_a_write_off_of_another_statement_is_asked_about(till: Till) -> None:
    till.give_up({4102: "20.00"})
    till.night()
    till.firm.day = date(2026, 7, 1)
    till.firm.money.write_off(4110, "20.00")
    assert codes(till.night()) == ["match"]
    till.ask("match", "accept")
    assert codes(till.night()) == [ENTER]


def test_a_corrected_entry_is_listed_with_what_it_was_and_what_it_is(till: Till) -> None:
    till.configure(TIME)
    till.tables["matter"] = [{"id": "M1", "client": "C110", "number": "110.01", "name": "Carriers"}]
    till.tables["timekeeper"] = [{"id": "T2", "number": "2", "name": "Charles Vance"}]
    row = {"id": "E1", "matter": "M1", "timekeeper": "T2", "worked_on": "2026-07-06", "hours": "1.5"}
    till.tables["time_entry"] = [row | {"narrative": "Call with the surveyor"}]
    assert codes(till.night()) == [ENTER]
    fee = till.firm.entries.fee("110.01", "2", "1.5", day=date(2026, 7, 6), text="Call with the surveyor")
    assert till.night()["holds"] == []
    till.tables["time_entry"][0] |= {"hours": "1.2"}
    assert codes(till.night()) == [CORRECT]
    till.lists()
    (path,) = (till.folder / "lists").glob("*.xlsx")
    (sheet,) = load_workbook(path).worksheets
    heads, line, *_ = ([cell.value for cell in row] for row in sheet.iter_rows())
    told = dict(zip(heads, line, strict=True))
    assert sheet.title == "Time entries to correct"
    assert (told["matter"], told["id there"]) == ("110.01 Carriers", str(fee.sequence))
    assert told["change"] == "hours: 1.5 → 1.2"
    till.firm.entries.edit(fee, hours="1.2")
    assert till.night()["holds"] == []


# ------------------------------------------------------------ both ways


def both_ways(folder: Path, ledger: Path, owner: str = "") -> Till:
    """Bills and payments go to the books, which the hub makes itself, and payments come back from them."""
    made = Till(folder, Tabs3Firm(7, 40), BILLS + RECEIPTS)
    if owner:
        made.configure(f'{BILLS}{RECEIPTS}\n[authority]\npayment = "{owner}"\n')
    shutil.copy(ledger, made.folder / "hub.db")
    assert made.night()["exit"] == 0
    return made


@pytest.mark.parametrize("owner", ["books", "billing"])
def test_with_both_ways_open_no_payment_comes_back_as_a_second_one(
    tmp_path: Path, empty_ledger: Path, owner: str
) -> None:
    till = both_ways(tmp_path / "firm", empty_ledger, owner)
    before, rows = till.money(), till.book_rows("payment")
    first = till.enter(ONE, "250.00", received_on="2026-07-01", reference="1042")
    second = till.enter(OTHER, "300.00", received_on="2026-07-01")
    assert set(codes(till.night())) == {ENTER}
    key(till, "250.00", date(2026, 7, 3), check="1042")
    key(till, "300.00", date(2026, 7, 3), number=OTHER)
    assert codes(till.night()) == ["match"]
    till.ask("match", "link")
    assert till.night()["holds"] == []
    till.firm.money.process()
    till.firm.money.receive("160.00", "75.00", check="3", day=date(2026, 7, 9))
    for _ in range(3):
        assert till.night()["holds"] == []
        assert till.money() == plus(before, "250.00", "300.00", "75.00")
    now = till.book_rows("payment")
    assert now[: len(rows)] == rows
    assert [row["amount"] for row in now[len(rows) :]] == ["250.00", "300.00", "75.00"]
    mine = [row for row in now if row["id"] in (first, second)]
    day, memo = ("2026-07-01", "") if owner == "books" else ("2026-07-03", "Payment received, thank you")
    assert [(row["received_on"], row["memo"]) for row in mine] == [(day, memo)] * 2


def test_without_an_owner_a_person_says_who_is_right_and_nothing_doubles(
    tmp_path: Path, empty_ledger: Path
) -> None:
    till = both_ways(tmp_path / "firm", empty_ledger)
    before = till.money()
    till.enter(ONE, "250.00", received_on="2026-07-01")
    till.night()
    key(till, "250.00", date(2026, 7, 3))
    till.night()
    till.ask("match", "link")
    assert codes(till.night()) == ["conflict"]
    till.firm.money.process()
    assert codes(till.night()) == ["conflict"]
    till.ask("conflict", "accept")
    for _ in range(2):
        assert till.night()["holds"] == []
        assert till.money() == plus(before, "250.00")


def test_what_both_have_from_before_is_known_again(tmp_path: Path, empty_ledger: Path) -> None:
    till = Till(tmp_path / "firm", Tabs3Firm(7, 40), BILLS + RECEIPTS + '[authority]\npayment = "books"\n')
    shutil.copy(empty_ledger, till.folder / "hub.db")
    till.keep_books()
    known = till.firm.payments
    for number, one in enumerate(known):
        applied = {receipt.number: str(receipt.applied) for receipt in one.receipts}
        day, check = one.day + timedelta(days=2), one.check if number else ""
        till.receive(applied, received_on=day.isoformat(), reference=check)
    assert set(codes(till.night())) == {"match", CORRECT}
    till.ask("match", "link")
    till.sync()
    till.ask(CORRECT, "accept")
    till.keeps_books = False
    for _ in range(2):
        assert till.night()["holds"] == []
        assert till.money() == (len(known), sum(one.amount for one in known))
    assert len(till.book_rows("payment")) == len(known)


def test_two_payments_of_one_amount_in_one_week_are_two(tmp_path: Path, empty_ledger: Path) -> None:
    till = both_ways(tmp_path / "firm", empty_ledger, "billing")
    before = till.money()
    first, second = (key(till, "500.00", date(2026, 7, day)) for day in (6, 8))
    till.night()
    till.firm.money.process([second, first])
    till.night()
    rows = till.book_rows("payment")[-2:]
    assert [row["received_on"] for row in rows] == ["2026-07-06", "2026-07-08"]
    assert till.money() == plus(before, "500.00", "500.00")


def test_a_deleted_payment_is_not_the_next_one_of_its_amount(tmp_path: Path, empty_ledger: Path) -> None:
    till = both_ways(tmp_path / "firm", empty_ledger)
    till.configure(BILLS)
    before = till.money()
    bounced = key(till, "500.00", date(2026, 7, 6), check="11")
    till.night()
    till.firm.money.delete(bounced)
    till.firm.money.process([key(till, "500.00", date(2026, 7, 8), check="12")])
    till.night()
    assert codes(till.night()) == ["gone-at-the-source"]
    assert till.money() == plus(before, "500.00")
    assert [row["reference"] for row in till.book_rows("payment")[-2:]] == ["11", "12"]


# ------------------------------------------------------------ client money


def test_money_from_trust_is_held_until_it_is_said_what_it_is(tmp_path: Path, empty_ledger: Path) -> None:
    till = both_ways(tmp_path / "firm", empty_ledger)
    before = till.money()
    firm = till.firm
    firm.funds.deposit("110.02", "400.00")
    firm.funds.pay("110.02", "150.00")
    till.night()
    document = till.night()
    held = [hold for hold in document["holds"] if hold["kind"] == "payment"]
    assert [hold["code"] for hold in held] == ["unknown-value"]
    assert till.money() == before
    path = till.folder / "mappings" / "tabs3.toml"
    path.write_text(path.read_text(encoding="utf-8") + MAPPED, encoding="utf-8")
    assert till.night()["holds"] == []
    assert till.money() == plus(before, "150.00")
    (row,) = [row for row in till.book_rows("payment") if row["from_trust"] == "true"]
    assert (row["method"], row["amount"]) == ("client funds", "150.00")
