"""Invoices and credits as the company has them: lines, accounts, tax and totals, to the cent."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

import pytest
from books_desk import Desk, advance, applied, cost, credit_note, fee, invoice, matter, write_off
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.sdk import Kind, Rejected, Unknown, Written
from hub_quickbooks.sales import invoice as invoice_document

if TYPE_CHECKING:
    from books_desk import Payload

    from hub.sdk import End

CENT = Decimal("0.01")
TAXED = {"_FeeTax": "8.25"}


def sold(desk: Desk, made: Written) -> Payload:
    return desk.stored(made.source, made.external_id)


def lines(found: Payload) -> list[tuple[str, Any]]:
    """The items and the amounts of the lines."""
    return [
        (line["SalesItemLineDetail"]["ItemRef"]["name"], line["Amount"])
        for line in found["Line"]
        if line["DetailType"] == "SalesItemLineDetail"
    ]


def detail(found: Payload, position: int = 0) -> Payload:
    part: Payload = found["Line"][position]["SalesItemLineDetail"]
    return part


def refused(end: End, code: str, field: str) -> str:
    assert isinstance(end, Rejected), end
    assert (end.code, end.field) == (code, field)
    assert end.remedy
    return end.message


# ---------------------------------------------------------------- lines


def test_each_charge_stands_on_the_account_of_its_item(desk: Desk, acme: str) -> None:
    desk.make(Kind.INVOICE, invoice(acme, "1122.50", fee(), cost(), advance()))
    totals = desk.company.account_totals()
    assert totals["Legal Fees"] == Decimal("675.00")
    assert totals["Reimbursed Expenses"] == Decimal("12.50")
    assert totals["Advanced Client Costs"] == Decimal("435.00")


@pytest.mark.parametrize(
    ("units", "rate", "amount", "sent"),
    [
        ("1.5", "450", "675.00", ("1.5", "450")),
        ("1.1", "333.33", "366.66", ("1.1", "333.33")),
        ("1.5", "450", "600.00", ("1", "600.00")),
        ("0", "450", "0.00", ("1", "0.00")),
        ("1.5", None, "675.00", ("1", "675.00")),
        # Which way halves are rounded there is not known.
        ("0.5", "0.25", "0.12", ("1", "0.12")),
        ("0.5", "0.25", "0.13", ("1", "0.13")),
    ],
)
def test_quantity_and_price_are_told_where_they_make_the_amount_for_certain(
    desk: Desk, acme: str, units: str, rate: str | None, amount: str, sent: tuple[str, str]
) -> None:
    charge = fee(amount, Qty=units, **({"UnitPrice": rate} if rate else {}))
    found = sold(desk, desk.make(Kind.INVOICE, invoice(acme, amount, charge)))
    told = detail(found)["Qty"], detail(found)["UnitPrice"]
    assert told == tuple(map(Decimal, sent))
    assert found["TotalAmt"] == Decimal(amount)


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    units=st.integers(-400_000, 400_000).map(lambda one: Decimal(one).scaleb(-4)),
    rate=st.integers(0, 9_000_000).map(lambda one: Decimal(one).scaleb(-4)),
    shift=st.sampled_from([Decimal(0), CENT, -CENT, Decimal(1)]),
)
def test_every_line_multiplies_to_its_amount_however_the_company_rounds(
    desk: Desk, units: Decimal, rate: Decimal, shift: Decimal
) -> None:
    amount = (units * rate).quantize(CENT, ROUND_HALF_UP) + shift
    payload = invoice("5", "1.00", fee(str(amount), Qty=str(units), UnitPrice=str(rate)))
    _, document = invoice_document(desk.intent(Kind.INVOICE, payload), desk.now._books)
    (line,) = document["Line"]
    part = line["SalesItemLineDetail"]
    assert line["Amount"] == amount
    assert abs(part["Qty"] * part["UnitPrice"] - amount) < CENT / 2


def test_a_charge_without_a_text_says_who_and_how_long(desk: Desk, acme: str) -> None:
    charges = (
        fee("450.00", Qty="1.50"),
        fee("10.00", Qty="2", Timekeeper="", TaskCode="L110"),
        fee("10.00", Qty="0.25", Timekeeper=""),
        fee("10.00", Description="Flat fee"),
        cost("10.00"),
        advance("10.00"),
    )
    found = sold(desk, desk.make(Kind.INVOICE, invoice(acme, "500.00", *charges)))
    assert [line.get("Description") for line in found["Line"][:-1]] == [
        "Professional services, Margaret Doyle, 1.5 h",
        "Professional services, L110, 2 h",
        "Professional services, 0.25 h",
        "Flat fee",
        "Expenses",
        "Advanced costs",
    ]


def test_a_narrative_ends_where_the_company_takes_no_more(desk: Desk, acme: str) -> None:
    made = desk.make(Kind.INVOICE, invoice(acme, "10.00", fee("10.00", Description="x" * 4100)))
    assert len(sold(desk, made)["Line"][0]["Description"]) == 4000


def test_a_discount_and_a_finance_charge_are_lines_of_their_own(desk: Desk, acme: str) -> None:
    payload = invoice(acme, "610.00", fee("675.00"), _Discount="75.00", _FinanceCharge="10.00")
    found = sold(desk, desk.make(Kind.INVOICE, payload))
    assert lines(found) == [("Legal Fees", 675), ("Finance Charges", 10), ("Discounts Given", -75)]
    assert found["TotalAmt"] == 610


def test_a_bill_is_its_matters_and_falls_due_when_it_says(desk: Desk, acme: str) -> None:
    below = desk.make(Kind.MATTER, matter(acme)).external_id
    payload = invoice(acme, "675.00", fee(), _Matter=below, DueDate="2026-03-04")
    found = sold(desk, desk.make(Kind.INVOICE, payload))
    assert (found["CustomerRef"]["value"], found["DueDate"]) == (below, "2026-03-04")
    without = desk.make(Kind.INVOICE, invoice(acme, "675.00", fee(), number="4102"))
    assert sold(desk, without)["DueDate"] == found["TxnDate"]


# ---------------------------------------------------------------- tax


def test_where_no_sales_tax_is_kept_tax_is_a_line(desk: Desk, acme: str) -> None:
    payload = invoice(acme, "110.50", fee("100.00"), **TAXED, _ExpenseTax="2.25")
    found = sold(desk, desk.make(Kind.INVOICE, payload))
    assert lines(found) == [("Legal Fees", 100), ("Sales Tax", Decimal("10.50"))]
    assert (found["TxnTaxDetail"]["TotalTax"], found["TotalAmt"]) == (0, Decimal("110.50"))
    assert desk.company.account_totals()["Sales Tax Payable"] == Decimal("10.50")


def test_where_it_is_the_bills_own_tax_is_its_tax(desk: Desk, acme: str) -> None:
    desk.company.prefer("TaxPrefs", UsingSalesTax=True)
    payload = invoice(acme, "120.75", fee("100.00"), cost("12.50"), **TAXED)
    found = sold(desk, desk.make(Kind.INVOICE, payload))
    assert lines(found) == [("Legal Fees", 100), ("Reimbursed Expenses", Decimal("12.50"))]
    assert [detail(found, position)["TaxCodeRef"]["value"] for position in (0, 1)] == ["TAX", "NON"]
    assert found["TxnTaxDetail"]["TotalTax"] == Decimal("8.25")


def test_a_line_that_says_its_own_tax_is_taxed_and_no_other(desk: Desk, acme: str) -> None:
    desk.company.prefer("TaxPrefs", UsingSalesTax=True)
    charges = fee("50.00", Tax="0"), fee("50.00", Tax="8.25"), cost("12.50")
    found = sold(desk, desk.make(Kind.INVOICE, invoice(acme, "120.75", *charges, **TAXED)))
    codes = [detail(found, position)["TaxCodeRef"]["value"] for position in range(3)]
    assert codes == ["NON", "TAX", "NON"]


def test_automated_tax_may_move_it_and_the_total_that_comes_back_says_so(desk: Desk, acme: str) -> None:
    desk.company.prefer("TaxPrefs", UsingSalesTax=True, PartnerTaxEnabled=True)
    desk.company.switches.tax_shift = CENT
    made = desk.make(Kind.INVOICE, invoice(acme, "108.25", fee("100.00"), **TAXED))
    assert made.raw is not None
    assert made.raw["_Total"] == "108.26"


def test_tax_of_a_bill_below_zero_turns_with_it(desk: Desk, acme: str) -> None:
    desk.company.prefer("TaxPrefs", UsingSalesTax=True)
    made = desk.make(Kind.INVOICE, invoice(acme, "-108.25", fee("-100.00"), _FeeTax="-8.25"))
    assert (made.source, sold(desk, made)["TotalAmt"]) == ("CreditMemo", Decimal("108.25"))
    assert made.raw is not None
    assert made.raw["_Total"] == "-108.25"


# ---------------------------------------------------------------- totals of all signs


def test_a_bill_over_nothing_is_an_invoice(desk: Desk, acme: str) -> None:
    made = desk.make(Kind.INVOICE, invoice(acme, "0.00", fee("75.00"), _Discount="75.00"))
    assert (made.source, sold(desk, made)["TotalAmt"]) == ("Invoice", 0)


def test_one_below_zero_is_a_credit_memo_over_the_opposite_of_each_line(desk: Desk, acme: str) -> None:
    charges = fee("-60.00", Qty="-0.5", UnitPrice="120"), cost("10.00")
    made = desk.make(Kind.INVOICE, invoice(acme, "-55.00", *charges, _Discount="5.00", DueDate="2026-03-04"))
    found = sold(desk, made)
    assert lines(found) == [("Legal Fees", 60), ("Reimbursed Expenses", -10), ("Discounts Given", 5)]
    assert (found["TotalAmt"], found["DocNumber"], "DueDate" in found) == (55, "4101", False)
    assert desk.company.receivables() == {"100 Acme": -55}


@pytest.mark.parametrize(("before", "after"), [("675.00", "-50.00"), ("-50.00", "675.00")])
def test_one_whose_total_changes_its_sign_is_left_to_a_person(
    desk: Desk, acme: str, before: str, after: str
) -> None:
    made = desk.make(Kind.INVOICE, invoice(acme, before, fee(before)))
    (end,) = desk.ends(desk.change(Kind.INVOICE, made, invoice(acme, after, fee(after))))
    assert "its total has the other sign now" in refused(end, "by-hand", "")
    assert sold(desk, made)["TotalAmt"] == abs(Decimal(before))


# ---------------------------------------------------------------- what is not taken


@pytest.mark.parametrize(("length", "taken"), [(21, True), (22, False)])
def test_a_number_has_at_most_21_characters(desk: Desk, acme: str, length: int, *, taken: bool) -> None:
    end = desk.end(Kind.INVOICE, invoice(acme, "675.00", fee(), number="4" * length))
    if taken:
        assert isinstance(end, Written)
    else:
        assert "4" * length in refused(end, "2050", "DocNumber")
        assert desk.company.counts["batch"] == 1


def test_with_numbers_of_its_own_the_company_gets_no_invoice_but_all_else(desk: Desk, acme: str) -> None:
    desk.company.prefer("SalesFormsPrefs", CustomTxnNumbers=False)
    bill, below = desk.intent(Kind.INVOICE, invoice(acme, "675.00", fee())), matter(acme)
    ends = desk.ends(bill, desk.intent(Kind.MATTER, below))
    assert "another number than the bill" in refused(ends[0], "custom-numbers", "DocNumber")
    assert isinstance(ends[1], Written)
    assert desk.company.all("Invoice") == []


def test_an_advance_never_becomes_income(desk: Desk, acme: str) -> None:
    ends = desk.ends(
        desk.intent(Kind.INVOICE, invoice(acme, "435.00", advance(Item="Reimbursed Expenses"))),
        desk.intent(Kind.INVOICE, invoice(acme, "435.00", advance(Item="finance charges"), number="4102")),
        desk.intent(Kind.INVOICE, invoice(acme, "435.00", advance(), number="4103")),
    )
    assert "stands on the income account Reimbursed Expenses" in refused(ends[0], "advance-to-income", "Item")
    assert "Finance Charges" in refused(ends[1], "advance-to-income", "Item")
    assert isinstance(ends[2], Written)
    assert [one["DocNumber"] for one in desk.company.all("Invoice")] == ["4103"]


@pytest.mark.parametrize("inactive", [False, True])
def test_an_item_that_is_not_there_or_inactive_is_named(desk: Desk, acme: str, *, inactive: bool) -> None:
    account = {"value": desk.company.all("Account")[0]["Id"]}
    if inactive:
        made = desk.company.add("Item", Name="Litigation", Type="Service", IncomeAccountRef=account)
        desk.company.change("Item", made["Id"], Active=False)
    end = desk.end(Kind.INVOICE, invoice(acme, "675.00", fee(Item="Litigation")))
    assert "no active item named Litigation" in refused(end, "no-item", "Item")


def test_an_item_is_known_by_its_full_name_in_any_case(desk: Desk, acme: str) -> None:
    accounts = {one["Name"]: {"value": one["Id"]} for one in desk.company.all("Account")}
    parent = desk.company.add("Item", Name="Fees", Type="Service", IncomeAccountRef=accounts["Legal Fees"])
    desk.company.add(
        "Item",
        Name="Doyle",
        Type="Service",
        SubItem=True,
        ParentRef={"value": parent["Id"]},
        IncomeAccountRef=accounts["Finance Charges"],
    )
    made = desk.make(Kind.INVOICE, invoice(acme, "675.00", fee(Item="FEES:doyle")))
    assert lines(sold(desk, made)) == [("Fees:Doyle", 675)]


@pytest.mark.parametrize("gone", ["TxnDate", "_Total", "_TaxItem"])
def test_a_payload_that_lacks_something_names_it(desk: Desk, acme: str, gone: str) -> None:
    payload = invoice(acme, "683.25", fee(), **TAXED)
    del payload[gone]
    message = refused(desk.end(Kind.INVOICE, payload), "payload", gone)
    assert message == f"the mapping does not give {gone}"


# ---------------------------------------------------------------- credits


def test_a_write_off_goes_against_bad_debts_and_its_invoice_by_a_payment_of_nothing(
    desk: Desk, acme: str
) -> None:
    bill = desk.make(Kind.INVOICE, invoice(acme, "675.00", fee())).external_id
    made = desk.make(Kind.WRITE_OFF, write_off(acme, "75.00", (bill, "75.00")))

    found = sold(desk, made)
    assert (lines(found), found["RemainingCredit"]) == ([("Write-offs", 75)], 0)
    assert desk.stored("Invoice", bill)["Balance"] == 600
    (link,) = desk.company.all("Payment")
    assert link["TotalAmt"] == 0
    assert [(line["LinkedTxn"][0]["TxnType"], line["Amount"]) for line in link["Line"]] == [
        ("Invoice", 75),
        ("CreditMemo", 75),
    ]
    totals = desk.company.account_totals()
    assert [int(totals[name]) for name in ("Bad Debts", "Legal Fees")] == [-75, 675]


@pytest.mark.parametrize(
    ("closed", "day"),
    [(None, "2026-03-02"), ("2026-03-01", "2026-03-02"), ("2026-03-31", "2026-04-01")],
)
def test_a_write_off_is_dated_into_the_open_period(
    desk: Desk, acme: str, closed: str | None, day: str
) -> None:
    if closed:
        desk.company.prefer("AccountingInfoPrefs", BookCloseDate=closed)
    assert sold(desk, desk.make(Kind.WRITE_OFF, write_off(acme, "5.00")))["TxnDate"] == day


def test_a_credit_note_stays_in_its_period(desk: Desk, acme: str) -> None:
    desk.company.prefer("AccountingInfoPrefs", BookCloseDate="2026-03-31")
    message = refused(desk.end(Kind.CREDIT_NOTE, credit_note(acme, "5.00", fee("5.00"))), "6210", "TxnDate")
    assert "the books are closed for its date" in message


def test_a_credit_note_has_its_own_lines_or_one_over_all_of_it(desk: Desk, acme: str) -> None:
    listed = desk.make(Kind.CREDIT_NOTE, credit_note(acme, "15.00", fee("12.50"), cost("2.50")))
    bare = desk.make(Kind.CREDIT_NOTE, credit_note(acme, "9.00", DocNumber="CN-2"))
    assert lines(sold(desk, listed)) == [
        ("Legal Fees", Decimal("12.5")),
        ("Reimbursed Expenses", Decimal("2.5")),
    ]
    assert lines(sold(desk, bare)) == [("Legal Fees", 9)]


def test_credits_of_one_call_are_each_applied_to_their_own_invoices(desk: Desk, acme: str) -> None:
    first, second = (
        desk.make(Kind.INVOICE, invoice(acme, "100.00", fee("100.00"), number=number)).external_id
        for number in ("4101", "4102")
    )
    ends = desk.ends(
        desk.intent(Kind.CREDIT_NOTE, credit_note(acme, "30.00", _Applications=applied((first, "30.00")))),
        desk.intent(
            Kind.CREDIT_NOTE,
            credit_note(
                acme, "50.00", DocNumber="CN-2", _Applications=applied((first, "10.00"), (second, "40.00"))
            ),
        ),
        desk.intent(Kind.CREDIT_NOTE, credit_note(acme, "7.00", DocNumber="CN-3")),
    )
    assert all(isinstance(end, Written) for end in ends)
    assert [desk.stored("Invoice", number)["Balance"] for number in (first, second)] == [60, 60]
    assert [one["RemainingCredit"] for one in desk.company.all("CreditMemo")] == [0, 0, 7]


def test_a_credit_that_could_not_be_applied_is_no_finished_write(desk: Desk, acme: str) -> None:
    bill = desk.make(Kind.INVOICE, invoice(acme, "10.00", fee("10.00"))).external_id
    end = desk.end(Kind.WRITE_OFF, write_off(acme, "25.00", (bill, "25.00")))
    assert isinstance(end, Unknown)
    assert end.reason.startswith("it is there, but not applied: ")
    assert "more than the open 10" in end.reason
