"""The opening of the firm's books: nothing is written there before both sides agree on what was owed."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

import pytest
import sync_firm
from click.testing import CliRunner
from sqlalchemy import event
from sync_fakes import Document, codes, only, written
from sync_firm import told
from sync_mappings import BOOKS, PRACTICE

from hub.cli.opening import show_opening
from hub.cli.output import Screen
from hub.cli.program import program
from hub.sdk import Access, HubError, Kind, Listing, Role
from hub.sync import Options
from hub.sync.opening import tie_out

if TYPE_CHECKING:
    from sync_firm import Firm

    from hub.sync.openings import Opening

START = date(2026, 7, 1)
BEFORE = "2026-06-15"
MATCH = 'match = [["client", "number", "total"]]'
APPLIED = """
[{kind}.{source}.lines.applied]
each = "APPLIED"
into = "applications"
optional = true
[{kind}.{source}.lines.applied.fields]
invoice = {{ field = "bill", ref = "invoice" }}
amount = {{ field = "amount", as = "decimal" }}
"""
CREDITS = """
[write_off]
match = [["client", "amount", "written_off_on"]]
[write_off.{off}.fields]
client = {{ field = "client", ref = "client" }}
written_off_on = {{ field = "day", as = "date" }}
amount = {{ field = "amount", as = "decimal" }}
[credit_note]
match = [["client", "number"]]
[credit_note.{note}.fields]
number = {{ field = "number" }}
client = {{ field = "client", ref = "client" }}
issued_on = {{ field = "day", as = "date" }}
total = {{ field = "amount", as = "decimal" }}
"""


def _mappings() -> tuple[str, str]:
    off, note = "GIVEN_UP", "NOTES"
    practice = PRACTICE + CREDITS.format(off=off, note=note)
    books = BOOKS.replace(
        'match = [["number"]]\n[invoice', 'match = [["client", "number", "total"]]\n[invoice'
    )
    books += APPLIED.format(kind="payment", source="payments")
    books += CREDITS.format(off="write_offs", note="credit_notes")
    for kind, here, there in (("write_off", off, "write_offs"), ("credit_note", note, "credit_notes")):
        practice += APPLIED.format(kind=kind, source=here)
        books += APPLIED.format(kind=kind, source=there)
    return practice, books


def _nearly() -> str:
    """The books' mapping, which asks about invoices that are less than a dollar apart."""
    return _mappings()[1].replace(MATCH, f'{MATCH}\nnear = [["client", "number", "total~1"]]')


@pytest.fixture
def firm(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> Firm:
    """A firm that has billed before it connects its books; Acme (110) owes 250.00 of 5001."""
    for table, kind in (("GIVEN_UP", Kind.WRITE_OFF), ("NOTES", Kind.CREDIT_NOTE)):
        monkeypatch.setitem(sync_firm.KINDS, table, kind)
        firm.practice.tables[table] = {}
        firm.reads[kind] = Access(read=True)
    practice, books = _mappings()
    firm.mapping(practice, "practice")
    firm.mapping(books, "fake")
    money = (Kind.PAYMENT, Kind.WRITE_OFF, Kind.CREDIT_NOTE)
    for kind in (Kind.CLIENT, Kind.INVOICE, *money):
        firm.access[kind] = Access(read=True, create=True, update=True, batch=10)
    firm.flows = {"out": flow()}
    firm.client("110", "Acme", "01")
    firm.bill("5001", [firm.entry("110.01", "2.5", "call")], key="S1", day=BEFORE)
    return firm


def flow(*kinds: str, **more: object) -> Document:
    moved = kinds or ("client", "invoice")
    return {"from": "practice", "to": "books", "kinds": [*moved], "start": START, **more}


def customer(firm: Firm, number: str = "110", name: str = "Acme") -> str:
    return firm.books.put(Kind.CLIENT, {"number": number, "name": name})


def key_bill(firm: Firm, client: str, number: str = "5001", total: str = "250.00", day: str = BEFORE) -> str:
    row = {"number": number, "client": client, "issued_on": day, "fees": total, "total": total}
    return firm.books.put(Kind.INVOICE, row)


def key_payment(firm: Firm, client: str, amount: str, bill: str, day: str = BEFORE) -> str:
    applied = [{"bill": bill, "amount": amount}]
    row = {"client": client, "received_on": day, "amount": amount, "APPLIED": applied}
    return firm.books.put(Kind.PAYMENT, row)


def credit(firm: Firm, table: str, amount: str, bill: str = "S1", day: str = BEFORE) -> None:
    applied = [{"bill": bill, "amount": amount}] if bill else []
    row = {"number": "C1", "client": "110", "day": day, "amount": amount, "APPLIED": applied}
    firm.rows(table)[f"{table}1"] = row


def new_bill(firm: Firm) -> None:
    firm.bill("6001", [firm.entry("110.01", "1", "brief")], key="S9", day="2026-07-01")


def openings(firm: Firm) -> list[Opening]:
    with firm.open() as workspace:
        return tie_out(workspace.session())


def decide(firm: Firm, action: str, reason: str = "", **more: object) -> Document:
    """Say something about the only question, and run."""
    firm.decide(asked(firm), action, reason, **more)
    return firm.sync()


def asked(firm: Firm) -> Document:
    document = firm.sync()
    (hold,) = [one for one in document["holds"] if one["code"].startswith("opening")]
    return hold  # type: ignore[no-any-return]


def test_agreeing_receivables_open_the_books_by_themselves(firm: Firm) -> None:
    key_bill(firm, customer(firm))
    new_bill(firm)
    document = firm.sync()
    assert codes(document) == []
    assert firm.books.names(Kind.INVOICE) == ["5001", "6001"]
    assert written(document, "invoice", "books") == {"created": 1, "unchanged": 1}
    (notice,) = [one["message"] for one in document["notices"]]
    assert notice == "out writes from 2026-07-01 on: what clients owed then is agreed on."


def test_an_opening_is_asked_about_once(firm: Firm) -> None:
    key_bill(firm, customer(firm))
    firm.sync()
    firm.bill("5000", [firm.entry("110.01", "1", "late")], key="S0", day=BEFORE)
    assert codes(firm.sync()) == []


def test_an_invoice_keyed_by_hand_is_adopted(firm: Firm) -> None:
    number = key_bill(firm, customer(firm))
    firm.sync()
    assert firm.bound(firm.only_record(Kind.INVOICE)["id"], "books") == {number: "LIVE"}


def test_earlier_open_invoices_are_listed_by_the_name_of_their_client(firm: Firm) -> None:
    firm.client("120", "Beta", "01")
    firm.bill("5002", [firm.entry("110.01", "1", "more")], key="S2", day="2026-05-01")
    firm.bill("5003", [firm.entry("120.01", "3", "call")], key="S3", day=BEFORE)
    new_bill(firm)
    document = firm.sync()
    held = told(document, "opening")
    labels = sorted(one["label"] for one in held)
    assert labels == [
        "invoice 5001 of 2026-06-15 of 110 Acme",
        "invoice 5002 of 2026-05-01 of 110 Acme",
        "invoice 5003 of 2026-06-15 of 120 Beta",
    ]
    assert len({one["group"] for one in held}) == 2
    (beta,) = [one for one in held if one["label"].endswith("Beta")]
    assert beta["message"] == "120 Beta owed 300.00 USD of 5003 on 2026-07-01, and it is not at books."
    assert codes(document) == ["opening"] * 3
    assert firm.books.calls == []


def test_what_is_paid_before_the_start_is_not_asked_about(firm: Firm) -> None:
    firm.pay("S1", "250.00", day="2026-06-30")
    new_bill(firm)
    assert codes(firm.sync()) == []
    assert firm.books.names(Kind.INVOICE) == ["6001"]


@pytest.mark.parametrize("table", ["GIVEN_UP", "NOTES"])
def test_what_is_given_up_or_credited_before_the_start_counts(firm: Firm, table: str) -> None:
    credit(firm, table, "100.00")
    assert "owed 150.00 USD of 5001" in only(firm.sync(), "opening")["message"]


def test_an_invoice_that_is_brought_goes_and_the_books_are_open(firm: Firm) -> None:
    new_bill(firm)
    document = decide(firm, "bring")
    assert codes(document) == []
    assert firm.books.names(Kind.INVOICE) == ["5001", "6001"]
    (opening,) = openings(firm)
    assert opening.closed
    assert str(opening.brought) == "250.00"


def test_the_money_of_what_is_brought_goes_along(firm: Firm) -> None:
    firm.flows["out"] = flow("client", "invoice", "payment", "write_off", "credit_note")
    firm.pay("S1", "100.00", day="2026-06-20")
    credit(firm, "GIVEN_UP", "20.00")
    credit(firm, "NOTES", "30.00")
    assert codes(decide(firm, "bring")) == []
    sorts = sorted(row["type"] for row in firm.books.rows.values())
    assert sorts == ["client", "credit_note", "invoice", "payment", "write_off"]
    (opening,) = openings(firm)
    assert str(opening.brought) == "100.00"


def test_money_that_a_flow_does_not_move_is_missing_beside_what_is_brought(firm: Firm) -> None:
    firm.pay("S1", "100.00", day="2026-06-20")
    hold = only(decide(firm, "bring"), "opening-difference")
    assert hold["message"].startswith(
        "On 2026-07-01 clients owed 150.00 USD by practice and 250.00 by books, 250.00 of it brought: "
        "-100.00 apart."
    )
    assert firm.books.calls == []


def test_money_for_two_invoices_goes_along_only_with_both(firm: Firm) -> None:
    firm.flows["out"] = flow("client", "invoice", "payment")
    firm.bill("5002", [firm.entry("110.01", "1", "more")], key="S2", day="2026-05-01")
    applied = [{"bill": "S1", "amount": "100.00"}, {"bill": "S2", "amount": "100.00"}]
    firm.pay("S1", "200.00", day="2026-06-20", APPLIED=applied)
    message = only(decide(firm, "bring"), "opening-difference")["message"]
    assert message.endswith("Apart: 110 Acme -100.00.")
    firm.decide(asked(firm), "accept")
    assert codes(firm.sync()) == []
    assert [row["type"] for row in firm.books.rows.values()] == ["client", "invoice"]


def test_money_for_what_is_brought_and_for_what_goes_anyway_goes_along(firm: Firm) -> None:
    firm.flows["out"] = flow("client", "invoice", "payment")
    new_bill(firm)
    applied = [{"bill": "S1", "amount": "100.00"}, {"bill": "S9", "amount": "50.00"}]
    firm.pay("S1", "150.00", day="2026-06-20", APPLIED=applied)
    assert codes(decide(firm, "bring")) == []
    sorts = sorted(row["type"] for row in firm.books.rows.values())
    assert sorts == ["client", "invoice", "invoice", "payment"]


def test_an_invoice_that_is_left_is_part_of_what_is_signed(firm: Firm) -> None:
    new_bill(firm)
    document = decide(firm, "leave")
    hold = only(document, "opening-difference")
    assert hold["message"].endswith("Apart: 110 Acme 250.00.")
    assert firm.books.calls == []
    firm.decide(hold, "accept", "written off in July")
    assert codes(firm.sync()) == []
    assert firm.books.names(Kind.INVOICE) == ["6001"]
    (opening,) = openings(firm)
    assert (str(opening.left), str(opening.difference)) == ("250.00", "250.00")
    assert opening.signed_for == "written off in July"
    assert opening.signed_by
    assert opening.closed


def test_one_invoice_of_a_client_can_be_decided_by_itself(firm: Firm) -> None:
    firm.bill("5002", [firm.entry("110.01", "1", "more")], key="S2", day="2026-05-01")
    document = firm.sync()
    first, second = told(document, "opening")
    firm.decide(first, "bring", one=True)
    firm.decide(second, "leave", one=True)
    assert only(firm.sync(), "opening-difference")["message"].endswith("Apart: 110 Acme 100.00.")


def test_an_invoice_under_another_number_is_linked(firm: Firm) -> None:
    number = key_bill(firm, customer(firm), "INV-5001")
    document = firm.sync()
    hold = only(document, "opening")
    assert "At books: INV-5001 of 2026-06-15 over 250.00 USD of 110 Acme (record " in hold["message"]
    assert "bring" in hold["remedy"]
    firm.decide(hold, "link")
    new_bill(firm)
    assert codes(firm.sync()) == []
    record = next(one["id"] for one in firm.records(Kind.INVOICE) if one["number"] == "5001")
    assert firm.bound(record, "books") == {number: "LIVE"}
    assert firm.books.rows[number]["number"] == "INV-5001"


def test_a_link_keeps_what_the_books_say(firm: Firm) -> None:
    key_bill(firm, customer(firm), "5001", "200.00")
    document = decide(firm, "link")
    assert only(document, "opening-difference")["message"].endswith("Apart: 110 Acme 50.00.")
    row = next(row for row in firm.books.rows.values() if row["type"] == "invoice")
    row |= {"total": "250.00", "fees": "250.00"}
    assert codes(firm.sync()) == []


@pytest.mark.parametrize(("total", "held"), [("150.00", []), ("250.00", ["opening-difference"])])
def test_an_invoice_is_linked_by_what_is_open_or_by_its_total(
    firm: Firm, total: str, held: list[str]
) -> None:
    firm.pay("S1", "100.00", day="2026-06-20")
    key_bill(firm, customer(firm), "OPENING", total)
    assert codes(decide(firm, "link")) == held


def test_a_link_names_the_customer_of_a_client(firm: Firm) -> None:
    other = customer(firm, "A-1", "Acme Incorporated")
    number = key_bill(firm, other)
    new_bill(firm)
    later = key_bill(firm, other, "6001", "100.00", "2026-07-01")
    key_payment(firm, other, "40.00", number, "2026-07-01")
    document = decide(firm, "link")
    assert codes(document) == []
    assert firm.books.names(Kind.INVOICE) == ["5001", "6001"]
    assert len(firm.books.names()) == 1
    record = next(one["id"] for one in firm.records(Kind.INVOICE) if one["number"] == "6001")
    assert firm.bound(record, "books") == {later: "LIVE"}
    (payment,) = firm.records(Kind.PAYMENT)
    client = next(one["id"] for one in firm.records() if one["number"] == "110")
    invoice = next(one["id"] for one in firm.records(Kind.INVOICE) if one["number"] == "5001")
    assert payment["client"] == client
    assert payment["applications"] == [{"invoice": invoice, "amount": "40.00"}]


def test_a_row_that_is_linked_as_it_is_read_names_the_customer_too(firm: Firm) -> None:
    near = _mappings()[1].replace(MATCH, f'{MATCH}\nnear = [["number", "total"]]')
    firm.mapping(near, "fake")
    incremental = Access(read=True, create=True, update=True, listing=Listing.INCREMENTAL)
    firm.access[Kind.INVOICE] = incremental
    key_bill(firm, customer(firm, "A-1", "Acme Incorporated"))
    firm.decide(only(firm.sync(), "match"), "link")
    assert codes(firm.sync()) == []
    assert firm.books.names() == ["Acme Incorporated"]


def test_an_invoice_of_a_known_customer_is_none_of_another(firm: Firm) -> None:
    customer(firm)
    key_bill(firm, customer(firm, "120", "Beta"))
    assert "At books" not in only(firm.sync(), "opening")["message"]


def test_an_invoice_is_linked_only_to_one_that_the_books_alone_have(firm: Firm) -> None:
    firm.bill("5002", [firm.entry("110.01", "1", "more")], key="S2", day=BEFORE)
    key_bill(firm, customer(firm), "5002", "100.00")
    hold = only(firm.sync(), "opening")
    taken = next(one["id"] for one in firm.records(Kind.INVOICE) if one["number"] == "5002")
    with pytest.raises(HubError, match="no invoice that the books alone have"):
        firm.decide(hold, "link", record=taken)
    with pytest.raises(HubError, match="one row and one record"):
        firm.decide(hold, "link")


def test_a_link_to_what_has_left_the_books_since_is_asked_about_again(firm: Firm) -> None:
    number = key_bill(firm, customer(firm), "INV-5001")
    firm.decide(asked(firm), "link")
    del firm.books.rows[number]
    assert codes(firm.sync()) == ["opening"]


def test_what_is_mended_at_the_books_is_known_again(firm: Firm) -> None:
    number = key_bill(firm, customer(firm), "5100")
    assert codes(firm.sync()) == ["opening"]
    firm.books.rows[number]["number"] = "5001"
    assert codes(firm.sync()) == []
    record = next(one["id"] for one in firm.records(Kind.INVOICE) if one["state"] == "LIVE")
    assert firm.bound(record, "books") == {number: "LIVE"}


def test_what_is_mended_at_the_source_is_known_again(firm: Firm) -> None:
    number = key_bill(firm, customer(firm), "5100")
    assert codes(firm.sync()) == ["opening"]
    firm.rows("BILLS")["S1"]["number"] = "5100"
    assert codes(firm.sync()) == []
    record = next(one["id"] for one in firm.records(Kind.INVOICE) if one["state"] == "LIVE")
    assert firm.bound(record, "books") == {number: "LIVE"}


def test_two_alike_at_the_books_are_left_to_a_person(firm: Firm) -> None:
    client = customer(firm)
    numbers = [key_bill(firm, client, "5100"), key_bill(firm, client, "5101")]
    assert codes(firm.sync()) == ["opening"]
    for number in numbers:
        firm.books.rows[number]["number"] = "5001"
    hold = only(firm.sync(), "opening")
    assert hold["message"].count("5001 of 2026-06-15 over") == 2
    assert "--record NUMBER" in hold["remedy"]


def test_a_payment_of_before_the_start_lowers_what_was_owed(firm: Firm) -> None:
    firm.pay("S1", "100.00", day="2026-06-20")
    client = customer(firm)
    bill = key_bill(firm, client)
    message = only(firm.sync(), "opening-difference")["message"]
    assert message.endswith("Apart: 110 Acme -100.00.")
    key_payment(firm, client, "100.00", bill)
    assert codes(firm.sync()) == []


@pytest.mark.parametrize("side", ["books", "practice"])
def test_a_payment_that_is_corrected_counts_as_it_stands(firm: Firm, side: str) -> None:
    paid = firm.pay("S1", "100.00", day="2026-06-20")
    client = customer(firm)
    keyed = key_payment(firm, client, "10.00", key_bill(firm, client))
    assert codes(firm.sync()) == ["opening-difference"]
    if side == "books":
        firm.books.rows[keyed]["amount"] = "100.00"
    else:
        firm.rows("MONEY")[paid] |= {"amount": "10.00", "APPLIED": [{"bill": "S1", "amount": "10.00"}]}
    assert codes(firm.sync()) == []


@pytest.mark.parametrize(("side", "apart"), [("books", "-80.00"), ("practice", "-60.00")])
def test_a_payment_of_both_sides_counts_as_each_of_them_has_it(firm: Firm, side: str, apart: str) -> None:
    paid = firm.pay("S1", "100.00", day="2026-06-20", reference="")
    client = customer(firm)
    keyed = key_payment(firm, client, "100.00", key_bill(firm, client), "2026-06-20")
    key_bill(firm, client, "991", "70.00")
    assert asked(firm)["message"].endswith("At books alone: 991 of 110 Acme 70.00.")
    row = firm.books.rows[keyed] if side == "books" else firm.rows("MONEY")[paid]
    row["amount"] = "90.00"
    assert f"Apart: 110 Acme {apart}." in asked(firm)["message"]


def test_an_invoice_counts_as_the_books_had_it_when_both_agreed(firm: Firm) -> None:
    client = customer(firm)
    key_bill(firm, client)
    key_bill(firm, client, "991", "70.00")
    assert "-70.00 apart" in asked(firm)["message"]
    firm.rows("BILLS")["S1"]["total"] = "240.00"
    assert "-80.00 apart" in asked(firm)["message"]


def test_what_a_person_said_is_another_is_not_taken_for_it_later(firm: Firm) -> None:
    firm.mapping(_nearly(), "fake")
    number = key_bill(firm, customer(firm), total="250.50")
    firm.decide(only(firm.sync(), "match"), "accept")
    firm.sync()
    firm.books.rows[number]["total"] = "250.00"
    assert codes(firm.sync()) == ["opening"]


def test_what_was_paid_on_the_day_of_the_start_was_owed_before(firm: Firm) -> None:
    firm.pay("S1", "100.00", day="2026-07-01")
    key_bill(firm, customer(firm))
    assert codes(firm.sync()) == []


@pytest.mark.parametrize("more", [{"reversed": "true"}, {"processed": "false"}])
def test_money_that_does_not_stand_lowers_nothing(firm: Firm, more: dict[str, str]) -> None:
    practice = _mappings()[0].replace(
        "reversed = {", 'processed = { field = "processed", as = "flag", optional = true }\nreversed = {'
    )
    firm.mapping(practice, "practice")
    firm.pay("S1", "100.00", day="2026-06-20", **more)
    key_bill(firm, customer(firm))
    assert codes(firm.sync()) == []


def test_a_credit_that_is_applied_to_nothing_counts_for_its_client(firm: Firm) -> None:
    firm.flows["out"] = flow("client", "invoice", "payment")
    key_bill(firm, customer(firm))
    firm.pay("S1", "100.00", day="2026-06-20", APPLIED=[])
    assert only(firm.sync(), "opening-difference")["message"].endswith("Apart: 110 Acme -100.00.")


def test_what_the_books_alone_have_is_named(firm: Firm) -> None:
    client = customer(firm)
    key_bill(firm, client)
    key_bill(firm, client, "991", "70.00")
    key_bill(firm, client, "992", "20.00", "2026-07-01")
    message = only(firm.sync(), "opening-difference")["message"]
    assert message.endswith("Apart: 110 Acme -70.00. At books alone: 991 of 110 Acme 70.00.")


def test_clients_that_differ_are_told_where_the_totals_are_the_same(firm: Firm) -> None:
    firm.client("120", "Beta", "01")
    firm.bill("5003", [firm.entry("120.01", "0.7", "call")], key="S3", day=BEFORE)
    client = customer(firm)
    key_bill(firm, client)
    key_bill(firm, client, "991", "70.00")
    message = only(decide(firm, "leave"), "opening-difference")["message"]
    assert ": 0.00 apart. Apart: 110 Acme -70.00, 120 Beta 70.00." in message
    assert firm.books.calls == []


def test_the_message_names_ten_clients_and_the_figures_all(firm: Firm) -> None:
    for number in range(200, 212):
        row = {"number": f"{number}", "name": f"Client {number}"}
        key_bill(firm, firm.books.put(Kind.CLIENT, row), f"9{number}", "10.00")
    key_bill(firm, customer(firm))
    message = only(firm.sync(), "opening-difference")["message"]
    assert message.count("and 2 more") == 2
    (opening,) = openings(firm)
    assert len(opening.document()["clients"]) == len(opening.alone) == 12


def test_a_signature_holds_for_the_figures_that_were_signed(firm: Firm) -> None:
    client = customer(firm)
    key_bill(firm, client)
    key_bill(firm, client, "991", "70.00")
    new_bill(firm)
    firm.decide(only(firm.sync(), "opening-difference"), "accept")
    key_bill(firm, client, "992", "5.00")
    hold = only(firm.sync(), "opening-difference")
    assert "-75.00 apart" in hold["message"]
    assert firm.books.calls == []
    firm.decide(hold, "accept")
    assert codes(firm.sync()) == []
    assert "6001" in firm.books.names(Kind.INVOICE)


def test_a_run_that_dies_as_it_closes_the_opening_closes_it_next_time(firm: Firm) -> None:
    new_bill(firm)
    firm.decide(only(decide(firm, "leave"), "opening-difference"), "accept", "known")
    dies_closing(firm)
    assert firm.books.calls == []
    (opening,) = openings(firm)
    assert not opening.closed
    assert codes(firm.sync()) == []
    assert firm.books.names(Kind.INVOICE) == ["6001"]


def dies_closing(firm: Firm) -> None:
    """Run, and die before it is on the disk that the opening is closed."""
    with firm.open() as workspace:
        session = workspace.session(confirm=lambda _name, _totals: True)

        def commit(_connection: object) -> None:
            if session.tally.notices:
                raise KeyboardInterrupt

        engine = workspace.ledger._engine
        event.listen(engine, "commit", commit)
        with pytest.raises(KeyboardInterrupt):
            firm.run(session)
        event.remove(engine, "commit", commit)


def test_every_flow_to_the_same_books_has_its_own_opening(firm: Firm) -> None:
    firm.client("120", "Beta", "01")
    firm.bill("5003", [firm.entry("120.01", "3", "call")], key="S3", day=BEFORE)
    firm.bill("6003", [firm.entry("120.01", "1", "call")], key="S4", day="2026-07-01")
    new_bill(firm)
    firm.flows = {"acme": flow(where={"client": ["110"]}), "beta": flow(where={"client": ["120"]})}
    key_bill(firm, customer(firm, "120", "Beta"), "5003", "300.00")
    assert codes(firm.sync()) == ["opening"]
    assert firm.books.names(Kind.INVOICE) == ["5003", "6003"]
    assert [one.closed for one in openings(firm)] == [False, True]
    decide(firm, "bring")
    assert firm.books.names(Kind.INVOICE) == ["5001", "5003", "6001", "6003"]


def test_what_another_source_has_at_the_books_is_its_own_affair(firm: Firm) -> None:
    firm.connections["sheets"] = {"connector": "folder", "folder": "sheets"}
    firm.flows["sheets"] = {"from": "sheets", "to": "books", "kinds": ["client", "invoice"]}
    gamma, acme = ({"number": "900", "name": "Gamma"}, {"number": "110", "name": "Acme"})
    firm.table("sheets", "client", {"id": "1", **gamma}, {"id": "2", **acme})
    bill = {"status": "final", "issued_on": BEFORE, "fees": "80.00", "total": "80.00"}
    bills = [{"id": f"{n}", "client": f"{n}", "number": f"700{n}", **bill} for n in (1, 2)]
    firm.table("sheets", "invoice", *bills)
    client = customer(firm)
    key_bill(firm, client)
    key_bill(firm, client, "7002", "80.00")
    other = customer(firm, **gamma)
    key_bill(firm, other, "7001", "80.00")
    key_bill(firm, other, "7003", "11.00")
    assert codes(firm.sync()) == []


@pytest.mark.parametrize("options", [Options(clients=frozenset({"110"})), Options(limit=1)])
def test_a_pilot_waits_for_the_opening_too(firm: Firm, options: Options) -> None:
    new_bill(firm)
    assert codes(firm.sync(options=options)) == ["opening"]
    assert firm.books.calls == []


def test_a_plan_shows_what_is_to_be_decided(firm: Firm) -> None:
    new_bill(firm)
    document = firm.plan()
    assert codes(document) == ["opening"]
    assert firm.books.calls == []


def test_the_first_write_is_confirmed_after_the_opening(firm: Firm) -> None:
    new_bill(firm)
    firm.decide(asked(firm), "bring")
    assert codes(firm.sync(yes=False)) == ["first-write"]
    assert firm.books.calls == []
    assert codes(firm.sync()) == []


@pytest.mark.parametrize("way", ["no start", "no reading", "no books", "no invoices"])
def test_other_flows_are_never_held_up(firm: Firm, way: str) -> None:
    new_bill(firm)
    firm.rows("BILLS").pop("S1")
    key_bill(firm, customer(firm), "991", "70.00")
    if way == "no start":
        del firm.flows["out"]["start"]
    elif way == "no reading":
        firm.access[Kind.INVOICE] = Access(create=True)
    elif way == "no books":
        firm.role = Role.PRACTICE
    else:
        firm.flows["out"] = flow("client")
    firm.client("130", "New")
    assert codes(firm.sync()) == []
    assert "New" in firm.books.names()


def test_questions_about_rows_come_first(firm: Firm) -> None:
    firm.mapping(_nearly(), "fake")
    key_bill(firm, customer(firm), total="250.50")
    document = firm.sync()
    assert codes(document) == ["match", "opening-not-known"]
    firm.decide(only(document, "match"), "link")
    document = firm.sync()
    # What the books say of it still counts: the two are half a dollar apart.
    firm.decide(only(document, "opening-difference"), "accept")
    assert codes(firm.sync()) == []


def test_a_listing_that_breaks_off_closes_nothing(firm: Firm) -> None:
    key_bill(firm, customer(firm))
    new_bill(firm)
    firm.practice.complete = False
    message = only(firm.sync(), "opening-not-known")["message"]
    assert message.startswith("The listing of clients at practice did not come to its end.")
    assert firm.books.calls == []
    firm.practice.complete = True
    assert codes(firm.sync()) == []


def test_a_start_that_is_still_to_come_is_waited_for(firm: Firm) -> None:
    firm.flows["out"]["start"] = date(2026, 7, 2)
    key_bill(firm, customer(firm))
    firm.bill("6002", [firm.entry("110.01", "1", "brief")], key="S9", day="2026-07-02")
    assert only(firm.sync(), "opening-not-known")["message"].startswith("2026-07-02 is still to come.")
    assert firm.books.calls == []
    firm.clock.pass_by(24 * 3600)
    assert codes(firm.sync()) == []


def test_another_start_is_another_opening(firm: Firm) -> None:
    client = customer(firm)
    key_bill(firm, client)
    assert codes(firm.sync()) == []
    firm.flows["out"]["start"] = date(2026, 6, 1)
    key_bill(firm, client, "991", "70.00", "2026-05-01")
    assert codes(firm.sync()) == ["opening-difference"]


def test_a_row_that_cannot_be_read_is_told_and_signed(firm: Firm) -> None:
    key_bill(firm, customer(firm))
    firm.rows("BILLS")["S0"] = firm.rows("BILLS")["S1"] | {"number": "4000", "total": "many"}
    firm.rows("BILLS")["S8"] = firm.rows("BILLS")["S1"] | {
        "number": "6000",
        "client": "999",
        "day": "2026-07-01",
    }
    hold = only(firm.sync(), "opening-difference")
    assert hold["message"].endswith("1 row is held and is not counted: see `hub review`.")
    firm.decide(hold, "accept")
    assert "opening-difference" not in codes(firm.sync())


def test_a_source_that_does_not_tell_what_was_paid_is_one_question(firm: Firm) -> None:
    firm.reads[Kind.PAYMENT] = Access()
    new_bill(firm)
    message = only(firm.sync(), "opening-difference")["message"]
    assert message.startswith("practice does not tell what was paid before 2026-07-01: nothing is compared.")
    assert codes(decide(firm, "accept")) == []
    assert firm.books.names(Kind.INVOICE) == ["6001"]


def test_secure_matters_are_no_part_of_it(firm: Firm) -> None:
    firm.client("130", "Hidden", "01", secure="true")
    firm.bill("5005", [firm.entry("130.01", "1", "hush")], key="S5", day=BEFORE)
    key_bill(firm, customer(firm))
    assert codes(firm.sync()) == []


def test_what_was_read_for_the_opening_alone_is_not_read_after_it(firm: Firm) -> None:
    firm.pay("S1", "oops", day="2026-06-20")
    key_bill(firm, customer(firm))
    document = firm.sync()
    assert document["pulled"]["practice"]["payment"]["held"] == 1
    firm.decide(only(document, "opening-difference"), "accept")
    assert codes(firm.sync()) == []
    assert "payment" not in firm.sync()["pulled"]["practice"]


def test_a_flow_that_is_gone_or_has_no_start_asks_nothing(firm: Firm) -> None:
    assert codes(firm.sync()) == ["opening"]
    firm.flows = {"other": firm.flows["out"]}
    assert codes(firm.sync()) == ["opening"]
    del firm.flows["other"]["start"]
    assert codes(firm.sync()) == []


def test_what_is_told_of_an_opening_is_the_same_after_it_is_closed(firm: Firm) -> None:
    decide(firm, "leave")
    (before,) = openings(firm)
    firm.decide(asked(firm), "accept", "known")
    firm.sync()
    (after,) = openings(firm)
    assert (before.closed, after.closed) == (False, True)
    assert after.figures() == before.figures()
    assert after.document()["clients"] == [
        {"client": "110 Acme", "source": "250.00", "books": "0", "brought": "0", "difference": "250.00"}
    ]


def test_a_flow_without_an_opening_does_not_wait_for_one_that_has_it(firm: Firm) -> None:
    firm.flows = {"out": flow(), "people": {"from": "practice", "to": "books", "kinds": ["client"]}}
    assert codes(firm.sync()) == ["opening"]
    assert [row["type"] for row in firm.books.rows.values()] == ["client"]


def test_what_is_gone_at_the_books_does_not_count_as_brought(firm: Firm) -> None:
    client = customer(firm)
    number = key_bill(firm, client)
    key_bill(firm, client, "991", "70.00")
    assert codes(firm.sync()) == ["opening-difference"]
    del firm.books.rows[number]
    message = only(decide(firm, "bring"), "opening-difference")["message"]
    assert "Apart: 110 Acme 180.00." in message


def test_the_screen_shows_both_sides_and_what_to_do(firm: Firm, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(200, 212):
        row = {"number": f"{number}", "name": f"Client {number}"}
        key_bill(firm, firm.books.put(Kind.CLIENT, row), f"9{number}", "1000.00")
    shown = []
    for step in ("", "leave", "accept"):
        hold = asked(firm)
        if step:
            firm.decide(hold, step)
            firm.sync()
        for opening in openings(firm):
            show_opening(Screen(), opening, "USD")
        shown.append(capsys.readouterr().out)
    asks, signs, writes = shown
    assert asks.splitlines()[1:5] == [
        "out: what clients owed on 2026-07-01",
        "             USD",
        "at practice  250.00",
        "at books     12,000.00",
    ]
    assert "200 Client 200  0.00      1,000.00  0.00     -1,000.00" in asks
    assert asks.count("… and") == 2
    assert asks.endswith("Nothing is written to books yet: 1 earlier invoice is to be decided: hub review\n")
    assert "of it left as a person said  250.00" in signs
    assert signs.endswith("mend the difference and run again, or sign it: hub review\n")
    assert "It writes to books: signed by " in writes


def test_a_review_as_json_has_all_that_is_signed(firm: Firm) -> None:
    client = customer(firm)
    key_bill(firm, client)
    key_bill(firm, client, "991", "70.00")
    number = asked(firm)["id"]
    said = CliRunner().invoke(program, ["-C", str(firm.folder), "--json", "review", str(number)])
    document = json.loads(said.stdout)
    assert document["choices"] == ["accept"]
    assert document["opening"]["alone"] == [
        {"number": "991", "day": BEFORE, "client": "110 Acme", "open": "70.00"}
    ]


@pytest.mark.parametrize("action", ["bring", "leave"])
def test_a_decision_is_taken_on_the_command_line(firm: Firm, action: str) -> None:
    number = asked(firm)["id"]
    said = CliRunner().invoke(program, ["-C", str(firm.folder), "review", str(number), action])
    assert said.exit_code == 0, said.output
    assert codes(firm.sync()) == ([] if action == "bring" else ["opening-difference"])
