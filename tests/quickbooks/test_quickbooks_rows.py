"""Objects made rows: what they are, what their parts tell, and what counts as a change of them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from books_desk import Desk, advance, client, credit_note, fee, invoice, matter, payment, write_off
from hypothesis import given
from hypothesis import strategies as st

from hub.sdk import Kind, Upsert, Written
from hub_quickbooks.digests import digest_of
from hub_quickbooks.names import mark
from hub_quickbooks.rows import plain, row_of, written

Document = dict[str, Any]

INVOICE: Document = {
    "Id": "7",
    "SyncToken": "1",
    "DocNumber": "4101",
    "CustomerRef": {"value": "5", "name": "100 Acme:100.01 Lease"},
    "TxnDate": "2026-02-02",
    "TotalAmt": Decimal("100.00"),
    "Balance": Decimal("100.00"),
    "MetaData": {"LastUpdatedTime": "2026-01-05T01:00:00-08:00"},
    "Line": [
        {"Id": "1", "LineNum": 1, "Amount": Decimal("100.00"), "Description": "Fees"},
        {"Amount": Decimal("100.00"), "DetailType": "SubTotalLineDetail"},
    ],
}


def row(kind: Kind, entity: str, **fields: Any) -> Upsert:
    made = row_of(kind, entity, {"Id": "7", "SyncToken": "1", **fields})
    assert made is not None
    return made


# ---------------------------------------------------------------- whose they are


def test_a_customer_is_a_client_or_below_another_a_matter() -> None:
    parent = {"Id": "5", "DisplayName": "100 Acme"}
    below = {"Id": "6", "DisplayName": "100.01 Lease", "ParentRef": {"value": "5"}}
    assert row_of(Kind.MATTER, "Customer", parent) is None
    assert row_of(Kind.CLIENT, "Customer", below) is None
    found = row_of(Kind.MATTER, "Customer", below)
    assert found is not None
    assert (found.raw["_Number"], found.raw["_Name"]) == ("100.01", "Lease")


def test_an_inactive_customer_comes_under_its_plain_name() -> None:
    one = row(Kind.CLIENT, "Customer", DisplayName="100 Acme (deleted-1)", Active=False)
    assert (one.raw["DisplayName"], one.raw["_Name"]) == ("100 Acme", "Acme")
    active = row(Kind.CLIENT, "Customer", DisplayName="100 Acme (deleted-1)", Active=True)
    assert active.raw["_Name"] == "Acme (deleted-1)"


@pytest.mark.parametrize("entity", ["Employee", "Vendor"])
def test_an_inactive_timekeeper_comes_under_its_plain_name(entity: str) -> None:
    one = row(Kind.TIMEKEEPER, entity, DisplayName="Rosa Klein (deleted)", Active=False)
    assert (one.source, one.raw["DisplayName"]) == (entity, "Rosa Klein")


SORTS = [Kind.INVOICE, Kind.WRITE_OFF, Kind.CREDIT_NOTE]


@pytest.mark.parametrize("kind", SORTS)
def test_the_mark_tells_what_a_credit_memo_is(kind: Kind) -> None:
    memo = mark(kind.value, "w-1-5-0")
    found = [one for one in SORTS if row_of(one, "CreditMemo", {"Id": "7", "PrivateNote": memo})]
    assert found == [kind]


def test_a_credit_memo_that_was_keyed_by_hand_is_a_credit_note() -> None:
    found = [one for one in SORTS if row_of(one, "CreditMemo", {"Id": "7", "PrivateNote": "agreed"})]
    assert found == [Kind.CREDIT_NOTE]


@pytest.mark.parametrize(
    ("memo", "total", "is_payment"),
    [
        (mark("link", "w-1-5-0"), 0, False),
        ("Created by QB Online to link credits to charges.", 0, False),
        ("Created by QB Online to link credits to charges.", 5, True),
        (mark("payment", "w-1-5-0"), 0, True),
        ("", 0, True),
    ],
)
def test_a_payment_that_only_links_a_credit_is_none(memo: str, total: int, *, is_payment: bool) -> None:
    found = row_of(Kind.PAYMENT, "Payment", {"Id": "7", "TotalAmt": total, "PrivateNote": memo})
    assert (found is not None) is is_payment


def test_time_of_a_vendor_comes_from_a_source_of_its_own() -> None:
    fields = {"Hours": 1, "Minutes": 6}
    assert row(Kind.TIME_ENTRY, "TimeActivity", NameOf="Vendor", **fields).source == "VendorTimeActivity"
    assert row(Kind.TIME_ENTRY, "TimeActivity", NameOf="Employee", **fields).source == "TimeActivity"


@pytest.mark.parametrize(
    ("hours", "minutes", "told"), [(1, 6, "1.1"), (0, 20, "0.3333"), (2, 0, "2"), (100, None, "100")]
)
def test_hours_and_minutes_are_hours(hours: int, minutes: int | None, told: str) -> None:
    assert row(Kind.TIME_ENTRY, "TimeActivity", Hours=hours, Minutes=minutes).raw["_Hours"] == told


# ---------------------------------------------------------------- what stands in them, at a company


def customer(desk: Desk) -> tuple[str, str]:
    parent = desk.make(Kind.CLIENT, client()).external_id
    return parent, desk.make(Kind.MATTER, matter(parent)).external_id


def only(desk: Desk, kind: Kind) -> Upsert:
    rows, _, _ = desk.listed(kind)
    (found,) = rows
    return found


def test_an_invoice_that_is_voided_there_is_void_and_another_of_nothing_is_not(desk: Desk) -> None:
    of, _ = customer(desk)
    made = desk.make(Kind.INVOICE, invoice(of, "10.00", fee("10.00")))
    desk.make(Kind.INVOICE, invoice(of, "0.00", fee("0.00"), number="4102"))
    desk.company.void("Invoice", made.external_id)

    rows, _, _ = desk.listed(Kind.INVOICE)

    assert {one.raw["DocNumber"]: one.raw["_Status"] for one in rows} == {"4101": "Voided", "4102": "Issued"}
    assert rows[0].raw["_Total"] == 0


def test_an_invoice_below_zero_comes_back_with_its_own_total(desk: Desk) -> None:
    of, at = customer(desk)
    made = desk.make(Kind.INVOICE, invoice(of, "-50.00", fee("-50.00"), _Matter=at))

    assert made.source == "CreditMemo"
    found = only(desk, Kind.INVOICE)
    assert (found.source, found.raw["_Total"], found.raw["_Matter"]) == ("CreditMemo", "-50", at)
    assert desk.listed(Kind.CREDIT_NOTE)[0] == []


def test_a_payment_tells_to_which_invoices_it_is_applied(desk: Desk) -> None:
    of, at = customer(desk)
    first = desk.make(Kind.INVOICE, invoice(of, "10.00", fee("10.00"), _Matter=at)).external_id
    second = desk.make(Kind.INVOICE, invoice(of, "20.00", fee("20.00"), number="4102")).external_id
    desk.make(Kind.PAYMENT, payment(of, "30.00", (first, "10.00"), (second, "12.50"), _Method="Check"))

    found = only(desk, Kind.PAYMENT)

    applied = [{"InvoiceRef": first, "Amount": 10}, {"InvoiceRef": second, "Amount": "12.5"}]
    assert found.raw["_Applications"] == applied
    assert (found.raw["_Method"], found.raw["_Reversed"], found.raw["TotalAmt"]) == ("Check", False, 30)


def test_a_payment_that_is_voided_there_is_reversed(desk: Desk) -> None:
    of, _ = customer(desk)
    made = desk.make(Kind.PAYMENT, payment(of, "30.00"))
    desk.company.void("Payment", made.external_id)
    assert only(desk, Kind.PAYMENT).raw["_Reversed"] is True


def test_a_write_off_a_credit_note_and_their_links_are_told_apart(desk: Desk) -> None:
    of, _ = customer(desk)
    bill = desk.make(Kind.INVOICE, invoice(of, "100.00", fee("100.00"))).external_id
    desk.make(Kind.WRITE_OFF, write_off(of, "5.00", (bill, "5.00")))
    credit = credit_note(of, "7.00", fee("7.00"), _Applications=[{"InvoiceRef": bill, "Amount": "7.00"}])
    desk.make(Kind.CREDIT_NOTE, credit)

    assert only(desk, Kind.WRITE_OFF).raw["_Total"] == 5
    assert only(desk, Kind.CREDIT_NOTE).raw["_Total"] == 7
    assert only(desk, Kind.INVOICE).raw["_Total"] == 100
    assert len(desk.company.all("Payment")) == 2
    assert desk.listed(Kind.PAYMENT)[0] == []
    assert desk.stored("Invoice", bill)["Balance"] == 88


# ---------------------------------------------------------------- what is a change


@pytest.mark.parametrize(
    "beside",
    [
        {"Balance": 5},
        {"SyncToken": "9"},
        {"MetaData": {"LastUpdatedTime": "2027-01-01T00:00:00Z"}},
        {"domain": "QBO", "sparse": False},
        {"LinkedTxn": [{"TxnId": "4", "TxnType": "Payment"}]},
        {"Line": INVOICE["Line"][:1]},
        {"Line": [{**INVOICE["Line"][0], "Id": "3", "LineNum": 2}]},
        {"TotalAmt": 100},
        {"TotalAmt": Decimal("100.0")},
    ],
)
def test_what_happens_beside_an_invoice_is_no_change_of_it(beside: Document) -> None:
    assert (
        row(Kind.INVOICE, "Invoice", **{**INVOICE, **beside}).digest
        == row(Kind.INVOICE, "Invoice", **INVOICE).digest
    )


@pytest.mark.parametrize(
    "change",
    [
        {"TotalAmt": Decimal("100.01")},
        {"DocNumber": "4102"},
        {"CustomerRef": {"value": "6", "name": "100 Acme:100.01 Lease"}},
        {"PrivateNote": "Voided"},
        {"Line": [{**INVOICE["Line"][0], "Description": "Costs"}]},
        {"Line": []},
    ],
)
def test_what_an_invoice_says_is(change: Document) -> None:
    assert (
        row(Kind.INVOICE, "Invoice", **{**INVOICE, **change}).digest
        != row(Kind.INVOICE, "Invoice", **INVOICE).digest
    )


@given(st.decimals(-10_000_000, 10_000_000, places=2), st.integers(0, 6))
def test_an_amount_is_one_value_however_it_is_spelt(amount: Decimal, zeros: int) -> None:
    longer = Decimal(f"{amount:f}{'0' * zeros}")
    assert plain(longer) == plain(amount)
    assert Decimal(str(plain(amount))) == amount
    assert not isinstance(plain(amount), float)
    assert digest_of({"A": plain([{"B": longer}])}) == digest_of({"A": plain([{"B": amount}])})


def test_whole_numbers_of_any_spelling_are_one() -> None:
    spelt = (100, Decimal(100), Decimal("100.0"), Decimal("100.00"), Decimal("1E+2"))
    assert {repr(plain(value)) for value in spelt} == {"100"}
    assert plain(Decimal("10.50")) == plain(Decimal("10.5")) == "10.5"


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        (Kind.INVOICE, lambda of: invoice(of, "447.50", fee("12.50"), advance())),
        (Kind.INVOICE, lambda of: invoice(of, "-12.50", fee("-12.50"))),
        (Kind.PAYMENT, lambda of: payment(of, "12.50", _Method="Check", PaymentRefNum="0047")),
        (Kind.CREDIT_NOTE, lambda of: credit_note(of, "12.50", fee("12.50"))),
    ],
)
def test_what_is_written_is_what_is_read(desk: Desk, kind: Kind, payload: Any) -> None:
    """After a payment lowered a balance, too: our own echo is silent."""
    of, _ = customer(desk)
    made = desk.make(kind, payload(of))
    if made.source == "Invoice":
        desk.make(Kind.PAYMENT, payment(of, "5.00", (made.external_id, "5.00")))
    found = only(desk, kind)
    assert (found.source, found.external_id, found.digest) == (made.source, made.external_id, made.digest)
    assert isinstance(made, Written)
    kept = {name for name in found.raw if name not in {"Balance", "LinkedTxn", "MetaData", "SyncToken"}}
    assert made.raw is not None
    assert {name: made.raw[name] for name in kept} == {name: found.raw[name] for name in kept}


def test_an_answer_that_is_of_another_kind_still_says_its_id() -> None:
    assert written(Kind.CLIENT, "Customer", {"Id": "6", "ParentRef": {"value": "5"}}) == Written(
        "6", "", source="Customer"
    )
