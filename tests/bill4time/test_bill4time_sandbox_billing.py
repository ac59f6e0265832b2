"""The sandbox's bills: what is on them, what they come to, and how they are paid."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hub_bill4time.sandbox import Refused
from hub_bill4time.sandbox.bill import BOTH, FLAT, LABOR_ONLY, PERCENTAGE, Bill, Terms, reckon

if TYPE_CHECKING:
    from bill4time_office import Office

CENT = Decimal("0.01")
amounts = st.integers(0, 10**7).map(lambda cents: Decimal(cents).scaleb(-2))
writes = st.integers(-(10**5), 10**5).map(lambda cents: Decimal(cents).scaleb(-2))
rates = st.integers(0, 10**6).map(lambda parts: Decimal(parts).scaleb(-4))
terms = st.builds(
    Terms,
    discount_type=st.sampled_from([PERCENTAGE, FLAT]),
    discount_on=st.sampled_from([BOTH, LABOR_ONLY]),
    discount=rates,
    labor_tax=rates,
    second_labor_tax=rates,
    expense_tax=rates,
    second_expense_tax=rates,
    labor_write=writes,
    expense_write=writes,
    late_fee=amounts,
    flat_fee=amounts,
)


@given(terms, st.lists(amounts, max_size=4), st.lists(st.tuples(amounts, st.booleans()), max_size=4))
def test_the_parts_add_up_to_the_total(
    terms: Terms, labor: list[Decimal], expenses: list[tuple[Decimal, bool]]
) -> None:
    bill = reckon(terms, labor, expenses)

    assert bill.labor == sum(labor) + terms.flat_fee + terms.labor_write
    assert bill.expenses == sum(amount for amount, _ in expenses) + terms.expense_write
    assert bill.total == bill.labor + bill.expenses + bill.late_fee + bill.tax - bill.discount
    parts = [getattr(bill, name) for name in Bill.__slots__]
    assert all(part == part.quantize(CENT) for part in parts)
    if bill.labor > 0 and bill.expenses > 0:
        assert 0 <= bill.discount <= bill.labor + bill.expenses
        assert terms.discount_on == BOTH or not bill.expense_discount
        assert bill.tax >= 0
    if terms.discount_type == FLAT and bill.discount:
        assert bill.discount <= terms.discount + CENT


@given(terms, amounts, amounts)
@example(Terms(discount=Decimal(10), labor_tax=Decimal(5)), Decimal("0.10"), Decimal("0.10"))
def test_tax_falls_on_what_the_discount_leaves(terms: Terms, labor: Decimal, expense: Decimal) -> None:
    bill = reckon(terms, [labor], [(expense, True)])

    def part(left: Decimal, rate: Decimal) -> Decimal:
        return (left * rate / 100).quantize(CENT, "ROUND_HALF_UP")

    assert bill.labor_tax == part(bill.labor - bill.labor_discount, terms.labor_tax)
    assert bill.second_labor_tax == part(bill.labor - bill.labor_discount, terms.second_labor_tax)
    if expense:
        assert bill.expense_tax == part(bill.expenses - bill.expense_discount, terms.expense_tax)
    assert not reckon(terms, [labor], [(expense, False)]).expense_tax


@pytest.mark.parametrize(
    ("terms", "discount", "tax", "total"),
    [
        (Terms(), "0", "0", "1300"),
        (Terms(discount=Decimal(10)), "130", "0", "1170"),
        (Terms(discount=Decimal(10), discount_on=LABOR_ONLY), "100", "0", "1200"),
        (Terms(discount=Decimal(130), discount_type=FLAT), "130", "0", "1170"),
        (Terms(discount=Decimal(2000), discount_type=FLAT, discount_on=LABOR_ONLY), "1000", "0", "300"),
        (Terms(labor_tax=Decimal("8.25"), second_labor_tax=Decimal(1)), "0", "92.50", "1392.50"),
        (Terms(expense_tax=Decimal(5), second_expense_tax=Decimal(2)), "0", "7", "1307"),
        (Terms(discount=Decimal(50), labor_tax=Decimal(10), expense_tax=Decimal(10)), "650", "55", "705"),
        (Terms(labor_write=Decimal(-100), labor_tax=Decimal(10)), "0", "90", "1290"),
        (Terms(late_fee=Decimal("19.99"), labor_tax=Decimal(10)), "0", "100", "1419.99"),
    ],
)
def test_figures(terms: Terms, discount: str, tax: str, total: str) -> None:
    bill = reckon(terms, [Decimal(600), Decimal(400)], [(Decimal(100), True), (Decimal(200), False)])

    assert (bill.discount, bill.tax, bill.total) == (Decimal(discount), Decimal(tax), Decimal(total))


def on(office: Office, invoice: int) -> tuple[list[int], list[int]]:
    time = office.ids("timeEntries", filter=f"invoiceId eq {invoice}")
    return time, office.ids("expenses", filter=f"invoiceId eq {invoice}")


def test_a_prebill_takes_what_is_billable_and_unbilled(office: Office) -> None:
    taken = [office.work("1.0")["id"], office.work("2.0", "2026-01-03")["id"]]
    office.work("3.0", "2026-01-04")
    office.work("4.0", isBillable=False)
    office.work("5.0", excludeFromInvoice=True)
    office.work("6.0", projectId=office.other)
    office.work("7.0", billingStatus="Billing Complete")
    spent = office.spend("37.04")["id"]

    bill = office.firm.prebill(project=office.matter, through="2026-01-03")

    assert on(office, bill["id"]) == (taken, [spent])
    assert (bill["status"], bill["laborAmount"], bill["expenseAmount"]) == ("prebill", 1200, Decimal("37.04"))
    assert {row["billingStatus"] for row in office.rows("timeEntries", filter=f"id eq {taken[0]}")} == {
        "Ready For Billing"
    }
    whole = office.firm.prebill(client=office.client)
    assert (whole["projectId"], whole["laborAmount"], whole["customId"]) == (-1, 3600, "1002")
    with pytest.raises(Refused, match="nothing to bill"):
        office.firm.prebill(client=office.client)


def test_a_write_down_changes_a_prebill_and_no_invoice(office: Office) -> None:
    entry, firm = office.work("2.0"), office.firm
    bill = firm.prebill(project=office.matter, laborTaxRatePCT=10)

    firm.change("timeEntries", entry["id"], invoiceAdjustedAmount="700.00")
    firm.change("invoices", bill["id"], laborWriteUpDownAmount="-50", lateFeeAmount=5)

    shown = office.rows("invoices", "v2")[0]
    assert (shown["LaborAmount"], shown["InvoiceTotal"]) == (650, 720)
    assert office.rows("timeEntries", "v2")[0]["InvoiceAdjustedAmount"] == 700
    assert firm.bill(bill["id"]).total == 720
    firm.change("timeEntries", entry["id"], billableTime="1.0")
    assert firm.get("invoices", bill["id"])["laborAmount"] == 350
    firm.finalize(bill["id"])
    for resource, number, fields in (
        ("timeEntries", entry["id"], {"billableTime": "3.0"}),
        ("invoices", bill["id"], {"lateFeeAmount": 6}),
    ):
        with pytest.raises(Refused, match="finalized"):
            firm.change(resource, number, **fields)
    with pytest.raises(Refused, match="finalized"):
        firm.remove("timeEntries", entry["id"])
    firm.change("timeEntries", entry["id"], raw=True, invoiceAdjustedAmount="1.00")
    assert firm.get("invoices", bill["id"])["laborAmount"] == 350


def test_an_invoice_is_finalized_and_undone(office: Office) -> None:
    entry, expense, firm = office.work(), office.spend("10"), office.firm
    bill = firm.finalize(firm.prebill(project=office.matter)["id"])

    assert {row["billingStatus"] for name in ("timeEntries", "expenses") for row in office.rows(name)} == {
        "Billing Complete"
    }
    with pytest.raises(Refused, match="already"):
        firm.finalize(bill["id"])
    firm.unbill(bill["id"])

    assert office.rows("invoices") == []
    for name, number in (("timeEntries", entry["id"]), ("expenses", expense["id"])):
        row = office.rows(name, filter=f"id eq {number}")[0]
        assert (row["invoiceId"], row["billingStatus"]) == (None, "Ready For Billing")
    assert firm.prebill(project=office.matter)["id"] > bill["id"]


def test_a_flat_fee_is_one_amount(office: Office) -> None:
    firm = office.firm
    firm.change("projects", office.matter, billingMethod="Flat Fee", flatFeeAmount="5000")
    entry = office.work("8.0")

    bill = firm.prebill(project=office.matter)

    assert (entry["billableAmount"], entry["rateType"], bill["laborAmount"]) == (0, "Flat Fee", 5000)
    office.work("1.0")
    assert firm.prebill(project=office.matter)["laborAmount"] == 0
    flat = office.work("3.0", projectId=office.other, flatFee=True, flatFeeAmount="750")
    assert (flat["billableAmount"], flat["calculatedAmount"]) == (750, 1200)
    assert firm.prebill(project=office.other)["laborAmount"] == 750


def test_payments_are_applied(office: Office) -> None:
    office.work("1.0")
    firm = office.firm
    bill = firm.prebill(project=office.matter)
    with pytest.raises(Refused, match="prebill"):
        firm.pay(bill["id"])
    firm.finalize(bill["id"])

    def status() -> str:
        return str(office.rows("invoices")[0]["paidStatus"])

    states = [status()]
    part = firm.pay(bill["id"], Decimal(100), checkNumber="4711")
    states.append(status())
    firm.pay(bill["id"], Decimal(350))
    states.append(status())

    assert states == ["Unpaid", "Partially Paid", "Paid"]
    assert [row["amountApplied"] for row in office.rows("paymentsApplied")] == [100, 300]
    assert (office.rows("payments")[0]["checkNumber"], firm.owed(bill["id"])) == ("4711", 0)
    with pytest.raises(Refused, match="Payments are applied"):
        firm.unbill(bill["id"])
    firm.remove("payments", part["id"])
    assert (status(), firm.owed(bill["id"])) == ("Partially Paid", 100)


def test_rates_follow_an_order(office: Office) -> None:
    firm = office.firm
    assert office.work()["hourlyRate"] == 400
    firm.change("clients", office.client, billingFlatRate=390)
    assert office.work()["hourlyRate"] == 390
    firm.change("projects", office.matter, hourlyOverrideRate=380)
    assert office.work()["hourlyRate"] == 380
    firm.add("clientUserBillingRates", clientId=office.client, userId=office.user, billingRate=370)
    assert office.work()["hourlyRate"] == 370
    firm.add("projectUserBillingRates", projectId=office.matter, userId=office.user, billingRate=360)
    assert office.work()["hourlyRate"] == 360
    assert office.work(hourlyRate="350.50", hours="0.3")["billableAmount"] == Decimal("105.15")


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"projectId": 1}, "projects has no 1"),
        ({"hours": "x"}, "billableTime: 'x' is not a number"),
        ({"hours": 1.5}, "1.5 is not a number"),
        ({"day": None}, "needs entryDate"),
        ({"worked": 1}, "no field to fill in named worked"),
        ({"clientId": 1}, "clients has no 1"),
    ],
)
def test_an_entry_that_is_not_fit_is_refused(office: Office, fields: dict[str, object], reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        office.work(**fields)  # type: ignore[arg-type]
    assert office.firm.number("timeEntries") == 0


def test_what_others_refer_to_stays(office: Office) -> None:
    with pytest.raises(Refused, match="refers to"):
        office.firm.remove("clients", office.client)
    office.firm.remove("clients", office.client, raw=True)
    assert office.rows("projects")[0]["clientName"] is None


def test_an_expense_is_priced(office: Office) -> None:
    expense = office.spend(None, unitPrice="12.345", quantity=3)  # type: ignore[arg-type]
    assert (expense["sellPrice"], expense["costPrice"]) == (Decimal("37.04"), Decimal("37.04"))
    assert office.firm.change("expenses", expense["id"], quantity=2)["sellPrice"] == Decimal("24.69")
    assert office.firm.change("expenses", expense["id"], sellPrice=10)["unitPrice"] == 5
