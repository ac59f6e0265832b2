"""What a run reads: what was created lately, or everything; documents with their parts, which add up."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from bill4time_account import ids_of, rows_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.model import round_cents
from hub.sdk import Kind, SourceFailed, SourceMissing
from hub_bill4time.amounts import add_parts
from hub_bill4time.spool import Spool

if TYPE_CHECKING:
    from bill4time_account import Account

    from hub.sdk import Page, Upsert
    from hub_bill4time.sandbox import Firm

KINDS = (Kind.TIME_ENTRY, Kind.EXPENSE, Kind.INVOICE, Kind.PAYMENT, Kind.WRITE_OFF, Kind.TRUST_TRANSACTION)


# ------------------------------------------------------------ windows and sweeps


def test_a_daily_run_reads_what_was_created_lately_and_a_sweep_everything(account: Account) -> None:
    old = account.worked(2)
    account.later(100)
    new = account.worked(3)
    first = account.pages(Kind.TIME_ENTRY)
    assert (ids_of(first), first[-1].complete, first[-1].changes_only) == ([*old, *new], True, frozenset())
    cursor = first[-1].cursor
    account.later(1)
    daily = account.pages(Kind.TIME_ENTRY, cursor)
    assert (ids_of(daily), daily[-1].complete) == (new, True)
    assert all(page.changes_only == {"timeEntries"} for page in daily)  # it says nothing of the others
    for days, shown in ((5, new), (1, [*old, *new])):
        account.later(days)
        assert ids_of(account.pages(Kind.TIME_ENTRY, daily[-1].cursor)) == shown


@pytest.mark.parametrize("cursor", ["", "nonsense", '{"format": 0}', '{"format": 1, "swept": "2031-01-01"}'])
def test_a_cursor_that_says_nothing_useful_leads_to_a_sweep(account: Account, cursor: str) -> None:
    ids = account.worked(2)
    account.later(100)
    pages = account.pages(Kind.TIME_ENTRY, cursor)
    assert (ids_of(pages), pages[-1].changes_only) == (ids, frozenset())


def test_with_no_days_between_them_every_run_is_a_sweep(account: Account) -> None:
    ids = account.worked(2)
    cursor = account.pages(Kind.TIME_ENTRY, sweep_days=0)[-1].cursor
    account.later(100)
    assert ids_of(account.pages(Kind.TIME_ENTRY, cursor, sweep_days=0)) == ids


def test_clients_projects_and_users_are_always_read_whole(account: Account) -> None:
    for kind in (Kind.CLIENT, Kind.MATTER, Kind.TIMEKEEPER):
        cursor = account.pages(kind)[-1].cursor
        account.later(100)
        pages = account.pages(kind, cursor)
        assert len(rows_of(pages)) == 1
        assert pages[-1].complete
        assert not pages[-1].changes_only


# ------------------------------------------------------------ documents


def bill(account: Account, **said: Any) -> int:
    """An invoice of two hours of work and two expenses, one of them taxable, and what ought to be on it."""
    account.worked(billableTime="1.1", hourlyRate="333.33")
    account.worked(billableTime="0.9", hourlyRate="150", invoiceAdjustedAmount="100.01")
    account.spent("12.50", taxable=True)
    account.spent("7.77", taxable=False)
    return int(account.firm.prebill(project=account.project, **said)["id"])


def only(pages: list[Page]) -> Upsert:
    (row,) = rows_of(pages)
    return row


def parts(raw: Any) -> Decimal:
    names = ("_fees", "_expenses", "_lateFee", "_feeTax", "_expenseTax")
    return sum((Decimal(raw[name]) for name in names), Decimal(0)) - raw["_discount"]


def lines(raw: Any) -> Decimal:
    charged = [line.get("_billed", line.get("billableAmount")) for line in raw["timeEntries"]]
    charged += [line.get("_billed", line.get("sellPrice")) for line in raw["expenses"]]
    charged += [
        line["amount"]
        for name in ("_laborAdjustments", "_expenseAdjustments", "_flatFees")
        for line in raw[name]
    ]
    return sum((Decimal(str(one)) for one in charged), Decimal(0))


RATES = st.sampled_from(["0", "4.5", "6.25", "8.875"])
AMOUNTS = st.decimals("-50", "50", places=2)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    said=st.fixed_dictionaries(
        {},
        optional={
            "laborTaxRatePCT": RATES,
            "secondaryTaxLabor": RATES,
            "expenseTaxRatePCT": RATES,
            "secondaryTaxExpenses": RATES,
            "invoiceDiscountType": st.sampled_from(["Percentage", "Flatfee"]),
            "applyDiscountTo": st.sampled_from(["Both", "Labor Only"]),
            "invoiceDiscountAmount": st.decimals("0", "20", places=2),
            "laborWriteUpDownAmount": AMOUNTS,
            "expenseWriteUpDownAmount": st.decimals("-10", "10", places=2),
            "lateFeeAmount": st.decimals("0", "30", places=2),
        },
    )
)
def test_an_invoice_adds_up_whatever_is_taken_off_and_put_on(account: Account, said: dict[str, Any]) -> None:
    invoice = bill(account, **said)
    account.firm.finalize(invoice)
    raw = next(row.raw for row in account.rows(Kind.INVOICE) if row.external_id == str(invoice))
    assert raw["_total"] == account.firm.bill(invoice).total == parts(raw)
    assert lines(raw) == raw["_fees"] + raw["_expenses"]
    assert (len(raw["timeEntries"]), len(raw["expenses"])) == (2, 2)


@pytest.mark.parametrize("discount_first", [True, False])
@pytest.mark.parametrize("at_once", [True, False])
def test_other_ways_to_reckon_tax_and_discount_add_up_as_well(*, discount_first: bool, at_once: bool) -> None:
    """How Bill4Time reckons them is not documented: the way that comes to its own total is taken."""
    fees, off = Decimal("999.95"), Decimal("100.00")
    base = fees - off if discount_first else fees
    rates = (Decimal("6.25"), Decimal("1.25"))
    taxes = (sum(rates),) if at_once else rates
    total = fees - off + sum((round_cents(base * rate / 100) for rate in taxes), Decimal(0))
    invoice: dict[str, Any] = {
        "laborAmount": fees,
        "invoiceDiscountType": "Flatfee",
        "applyDiscountTo": "Labor Only",
        "invoiceDiscountAmount": off,
        "laborTaxRatePct": rates[0],
        "secondaryTaxLabor": rates[1],
        "invoiceTotal": total,
        "timeEntries": [{"billableAmount": fees}],
        "expenses": [],
    }
    add_parts(invoice, flat=False)
    assert parts(invoice) == total


def test_what_does_not_add_up_is_not_made_to(account: Account) -> None:
    bill(account)
    raw = only(account.pages(Kind.INVOICE)).raw
    # An entry that was not seen is no write-down.
    gone = dict(raw, timeEntries=raw["timeEntries"][1:])
    add_parts(gone, flat=False)
    assert lines(gone) != gone["_fees"] + gone["_expenses"]


def test_a_flat_fee_is_a_line_of_its_own_beside_the_hours(account: Account) -> None:
    flat = account.firm.add(
        "projects",
        customId="100.02",
        projectName="Flat",
        clientId=account.client,
        billingMethod="Flat Fee",
        flatFeeAmount="1500",
    )["id"]
    account.worked(2, projectId=flat)
    account.firm.finalize(account.firm.prebill(project=flat, laborWriteUpDownAmount="-20")["id"])
    connector = account.connect()
    list(connector.read(Kind.MATTER, None))
    raw = only(list(connector.read(Kind.INVOICE, None))).raw
    assert [line["amount"] for line in raw["_flatFees"]] == [Decimal(1500)]
    assert [line["amount"] for line in raw["_laborAdjustments"]] == [Decimal(-20)]
    assert lines(raw) == raw["_fees"] == Decimal(1480)


def test_what_an_amount_is_no_number_of_is_held_with_its_field(account: Account) -> None:
    invoice = bill(account)
    raw = only(account.pages(Kind.INVOICE)).raw
    with pytest.raises(ValueError, match="laborAmount is no number"):
        add_parts({**raw, "laborAmount": "about 100"}, flat=False)
    assert invoice


def test_lines_that_were_created_before_the_window_are_found(account: Account) -> None:
    invoice = bill(account)
    account.firm.unbill(invoice)
    account.later(100)
    account.firm.prebill(project=account.project)
    cursor = account.pages(Kind.INVOICE)[-1].cursor
    account.later(1)
    account.sandbox.reset_requests()
    raw = only(account.pages(Kind.INVOICE, cursor)).raw
    assert (len(raw["timeEntries"]), len(raw["expenses"])) == (2, 2)
    assert account.sandbox.requests["total"] == 6  # invoices, time, expenses: a page and its end each


def test_a_sweep_asks_once_for_what_is_an_entry_and_a_line(account: Account) -> None:
    account.firm.finalize(bill(account))
    account.sandbox.reset_requests()
    connector = account.connect()
    for kind in (Kind.TIME_ENTRY, Kind.EXPENSE, Kind.INVOICE):
        shown = rows_of(list(connector.read(kind, None)))
    assert len(shown[0].raw["timeEntries"]) == 2
    assert account.sandbox.requests["total"] == 6  # a page and its end each


def test_payments_and_what_only_looks_like_them_are_asked_for_once(account: Account) -> None:
    invoice = bill(account)
    account.firm.finalize(invoice)
    account.firm.pay(invoice, 10)
    connector = account.connect()
    account.sandbox.reset_requests()
    assert len(rows_of(list(connector.read(Kind.PAYMENT, None)))) == 1
    asked = account.sandbox.requests["total"]
    assert rows_of(list(connector.read(Kind.WRITE_OFF, None))) == []
    assert account.sandbox.requests["total"] == asked


@pytest.mark.parametrize("version", ["v1", "v2"])
@pytest.mark.parametrize("misspelt", [True, False])
def test_payments_carry_what_they_pay_and_adjustments_are_none(
    account: Account, version: str, *, misspelt: bool
) -> None:
    account.sandbox.switches.set(misspelt_payments=misspelt)
    firm: Firm = account.firm
    invoice = bill(account)
    firm.finalize(invoice)
    firm.deposit(account.client, 300)
    firm.pay(invoice, Decimal("50.25"), checkNumber="1017")
    firm.pay_from_trust(invoice, 100)
    firm.pay(invoice, 10, isBalanceAdjustment=True)
    check, trust = account.rows(Kind.PAYMENT, version=version)
    assert (check.source, check.raw["_amount"], check.raw["checkNumber"]) == (
        "payments",
        Decimal("50.25"),
        "1017",
    )
    assert [(one["invoiceId"], one["amountApplied"]) for one in check.raw["applications"]] == [
        (invoice, Decimal("50.25"))
    ]
    if version == "v2":
        assert (check.raw["_fromTrust"], trust.raw["_fromTrust"]) == (False, True)
    (written_off,) = account.rows(Kind.WRITE_OFF, version=version)
    assert (written_off.source, written_off.raw["_amount"]) == ("balanceAdjustments", Decimal(10))
    moved = [
        (row.raw["_direction"], row.raw["_amount"])
        for row in account.rows(Kind.TRUST_TRANSACTION, version=version)
    ]
    assert [(way, Decimal(amount)) for way, amount in moved] == [("deposit", 300), ("payment", 100)]


def test_an_adjustment_that_raises_what_is_owed_is_no_write_off(account: Account) -> None:
    account.firm.add(
        "payments",
        clientId=account.client,
        paymentAmount="7.00",
        isBalanceAdjustment=True,
        debit="7.00",
        raw=True,
    )
    account.firm.add(
        "payments", clientId=account.client, paymentAmount="-8.00", isBalanceAdjustment=True, raw=True
    )
    rows = account.rows(Kind.WRITE_OFF)
    assert ["raises what the client owes" in row.problem for row in rows] == [True, True]


def test_in_version_1_the_sort_of_a_payment_tells_that_it_came_out_of_trust(account: Account) -> None:
    account.firm.add(
        "payments", clientId=account.client, paymentAmount="7.00", paymentMethod="Trust", raw=True
    )
    account.firm.add(
        "payments", clientId=account.client, paymentAmount="8.00", paymentMethod="Check", raw=True
    )
    rows = account.rows(Kind.PAYMENT, version="v1")
    assert [row.raw["_fromTrust"] for row in rows] == [True, False]


def test_a_resource_that_is_not_there_is_no_empty_one(account: Account) -> None:
    account.sandbox.tell("error", on="trustAccounting", status=404, times=None)
    with pytest.raises(SourceMissing, match="has no trustAccounting"):
        account.pages(Kind.TRUST_TRANSACTION)


def test_ids_that_are_no_numbers_are_said_and_no_row_is_passed_over() -> None:
    spool = Spool()
    try:
        spool.put("timeEntries", "invoiceId", [{"id": 1, "invoiceId": None}, {"id": 2, "invoiceId": 9}])
        assert [row["id"] for row in spool.all("timeEntries")] == [2]
        for row in ({"id": "a-7", "invoiceId": 9}, {"id": 7, "invoiceId": "INV-9"}):
            with pytest.raises(SourceFailed, match="no number in"):
                spool.put("timeEntries", "invoiceId", [row])
    finally:
        spool.close()


def test_what_was_put_aside_is_gone_with_the_run(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(account.folder))
    bill(account)
    connector = account.connect()
    list(connector.read(Kind.INVOICE, None))
    (aside,) = account.folder.glob("hub-*")
    assert aside.stat().st_mode & 0o077 == 0
    del connector
    assert not aside.exists()
